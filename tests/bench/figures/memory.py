"""Memory of the board's process: full histories, and simulated days after that."""

import json
from typing import Any

from tests.bench.figure import Figure, Pace
from tests.bench.processes import environment, program, result_file, simulator
from tests.bench.terminal import on_a_terminal

ENTRY_POINTS = 200
LIMIT_MIB = 80.0
FLAT = 1.02
LIMIT_SECONDS = 900


def measure(pace: Pace) -> list[Figure]:
    """The whole app on a terminal, polling a simulator; then days of answers like those it got."""
    heard = _aged(pace.simulated_days)
    days: list[float] = heard["mib_after_days"]
    rest = ", ".join(f"{mib:.1f}" for mib in days)
    recorded = _aged(1, "recorded")
    return [
        Figure(
            name="memory",
            what="resident memory, 200 entry points, full history, the most after any day",
            unit="MiB",
            measured=max(days),
            against=LIMIT_MIB,
            against_what="the limit",
            note=f"{heard['mib_at_start']:.1f} once every endpoint had answered; "
            f"after each simulated day {rest}",
        ),
        Figure(
            name="memory_recorded",
            what="the same while all of it is recorded, after a day",
            unit="MiB",
            measured=max(recorded["mib_after_days"]),
            against=LIMIT_MIB,
            against_what="the limit",
            note=f"{recorded['mib_at_start']:.1f} once every endpoint had answered",
        ),
        Figure(
            name="memory_flat",
            what="resident memory after the last simulated day",
            unit="MiB",
            measured=days[-1],
            against=days[0],
            against_what="after the first",
            reach=FLAT,
        ),
    ]


def _aged(days: int, *words: str) -> dict[str, Any]:
    with simulator(ENTRY_POINTS) as url, result_file() as (path, variables):
        command = program("age_board", url, ENTRY_POINTS, days, *words)
        with on_a_terminal(command, environment(**variables)) as terminal:
            terminal.read_for(LIMIT_SECONDS)
            if not path.exists():
                raise RuntimeError(f"age_board reported nothing:\n{terminal.screen_text()}")
        found: dict[str, Any] = json.loads(path.read_text())
    return found
