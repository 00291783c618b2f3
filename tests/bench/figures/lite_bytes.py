"""Bytes to the terminal of a lite wall, against those of the normal one."""

from tests.bench.figure import Figure, Pace
from tests.bench.figures.terminal_bytes import START_SECONDS, TILES, shown, wall

REACH = 0.25
PICTURES_SECONDS = 10.0
"""A lite wall draws seldom: less than this would count by chance."""


def measure(pace: Pace) -> list[Figure]:
    """Both walls show the same made-up board."""
    seconds = max(2 * pace.seconds, PICTURES_SECONDS)
    return [
        Figure(
            name="lite_bytes",
            what="bytes a second to the terminal with --lite, 60 tiles all changing at 200×50",
            unit="B/s",
            measured=_sent(seconds, "lite"),
            against=_sent(seconds),
            against_what="without it",
            reach=REACH,
        )
    ]


def _sent(seconds: float, *more: str) -> float:
    with wall("draw_wall", TILES, 1, START_SECONDS + seconds + 4, "moving", *more) as terminal:
        shown(terminal)
        terminal.read_for(START_SECONDS)
        before = terminal.sent
        terminal.read_for(seconds)
        return (terminal.sent - before) / seconds
