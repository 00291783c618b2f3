"""Memory of a kiosk that nobody touches for a simulated week."""

import json

from tests.bench.figure import Figure, Pace
from tests.bench.processes import environment, program, result_file, simulator
from tests.bench.terminal import on_a_terminal

ENTRY_POINTS = 48
FLAT = 1.05
LIMIT_SECONDS = 300


def measure(pace: Pace) -> list[Figure]:
    """The pages turn with every round; the first day fills the histories."""
    with simulator(ENTRY_POINTS) as url, result_file() as (path, variables):
        command = program("age_board", url, ENTRY_POINTS, pace.kiosk_days, "kiosk")
        with on_a_terminal(command, environment(**variables)) as terminal:
            terminal.read_for(LIMIT_SECONDS)
            if not path.exists():
                raise RuntimeError(f"age_board reported nothing:\n{terminal.screen_text()}")
        days: list[float] = json.loads(path.read_text())["mib_after_days"]
    return [
        Figure(
            name="kiosk_week",
            what=f"resident memory of a kiosk after {len(days)} simulated days",
            unit="MiB",
            measured=days[-1],
            against=days[0],
            against_what="after the first",
            reach=FLAT,
            note="after each day " + ", ".join(f"{mib:.1f}" for mib in days),
        )
    ]
