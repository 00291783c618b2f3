"""Four simulated weeks with faults, edits, resizes, replays and keys: nothing may grow."""

import json
from itertools import cycle

from tests.bench.figure import Figure, Outcome, Pace, Skipped
from tests.bench.processes import environment, program, result_file, simulator
from tests.bench.terminal import Terminal, on_a_terminal

ENTRY_POINTS = 200
FLAT = 1.03
LIMIT_SECONDS = 1500
KEY_SECONDS = 0.25

REWIND = (b"<", b"<", b".", b" ", b" ", b"L")
EVENTS = (b"e", b"\x1b[B", b"\r", b"4", b"5", b"\x1b", b"\x1b")
LOOKS = (b"/", b"10", b"\x1b", b"t", b"\x1b[B", b"\x1b", b"d", b"G", b"?", b"\x1b")
TRIAGE = (b"n", b"\r", b"]", b"[", b"\x1b", b"g", b"-2h\r", b"L", b"x")
KEYS = (*REWIND, *EVENTS, *LOOKS, *TRIAGE)
"""What is pressed over and over: rewinding, events, drill-down, filter, themes, help."""


def measure(pace: Pace) -> list[Outcome]:
    """What the process holds after the last day, against the most of the first week."""
    days = soak(ENTRY_POINTS, pace.soak_days)
    first, last = days[: max(1, len(days) // 4)], days[-1]
    if not days:
        return [Skipped("soak", "no day was lived")]
    return [
        Figure(
            name=f"soak_{what}",
            what=f"{what} of a wall after {len(days)} simulated days of everything",
            unit=unit,
            measured=last[what],
            against=max(day[what] for day in first),
            against_what="the most of its first quarter",
            reach=reach,
            note="after each day " + ", ".join(f"{day[what]:.0f}" for day in days),
        )
        for what, unit, reach in (
            ("mib", "MiB", FLAT),
            ("descriptors", "descriptors", 1.0),
            ("threads", "threads", 1.0),
            ("tasks", "tasks", 1.0),
        )
    ]


def soak(entry_points: int, days: int, within: float = LIMIT_SECONDS) -> list[dict[str, float]]:
    """What the process held after each day; keys are pressed all the while.

    It takes so many seconds at most.
    """
    with simulator(entry_points) as url, result_file() as (path, variables):
        command = program("soak_board", url, entry_points, days)
        with on_a_terminal(command, environment(**variables)) as terminal:
            _press_keys(terminal, within)
            if not path.exists():
                raise RuntimeError(f"soak_board reported nothing:\n{terminal.screen_text()}")
        found: list[dict[str, float]] = json.loads(path.read_text())["days"]
    return found


def _press_keys(terminal: Terminal, within: float) -> None:
    """Until the program ends, or has taken far too long."""
    keys = cycle(KEYS)
    for _ in range(int(within / KEY_SECONDS)):
        if not terminal.read_for(KEY_SECONDS):
            return
        terminal.press(next(keys))
