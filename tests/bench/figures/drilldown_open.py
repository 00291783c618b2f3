"""From Enter to the first picture that holds the body."""

from statistics import median

from tests.bench.boards import BODY_MARK
from tests.bench.figure import Figure, Pace
from tests.bench.figures.terminal_bytes import shown, wall
from tests.bench.screens import Watch

TILES = 60
SETTLE_SECONDS = 2.0
LATEST_SECONDS = 0.6
LIMITS = {"drilldown_open": (0, 0.100), "drilldown_open_1mib": (2**20, 0.200)}
"""Of each figure: bytes of the body, and how long it may take."""


def measure(pace: Pace) -> list[Figure]:
    """Held to the limit is the worst opening, the first included."""
    return [_figure(name, size, limit, pace) for name, (size, limit) in LIMITS.items()]


def _figure(name: str, size: int, limit: float, pace: Pace) -> Figure:
    taken = _openings(size, max(pace.starts, 5))
    return Figure(
        name=name,
        what=f"worst from Enter to a picture with the body, {'1 MiB' if size else 'a short one'}",
        unit="ms",
        measured=1000 * max(taken),
        against=1000 * limit,
        against_what="the limit",
        note=f"median {1000 * median(taken):.1f} ms, first {1000 * taken[0]:.1f} ms, "
        f"{len(taken)} openings",
    )


def _openings(size: int, count: int) -> list[float]:
    taken = []
    with wall("idle_wall", TILES, 90, size) as terminal:
        shown(terminal)
        terminal.read_for(SETTLE_SECONDS)
        watch = Watch(terminal)
        for _ in range(count):
            if BODY_MARK in watch.catch_up():
                raise RuntimeError(f"the body is shown already:\n{terminal.screen_text()}")
            pressed = terminal.press(b"\r")
            terminal.read_for(LATEST_SECONDS)
            painted = watch.when(lambda text: BODY_MARK in text)
            if painted is None:
                raise RuntimeError(f"no body was shown:\n{terminal.screen_text()}")
            taken.append(painted - pressed)
            terminal.press(b"\x1b")
            terminal.read_for(LATEST_SECONDS)
    return taken
