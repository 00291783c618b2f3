"""Bytes to the terminal, against what the cells that differ are worth."""

from statistics import median

from tests.bench.figure import Figure, Pace
from tests.bench.processes import environment, program, result_file
from tests.bench.screens import Screens, frames
from tests.bench.terminal import Terminal, on_a_terminal

TILES = 60
START_SECONDS = 3.0
IDLE_LIMIT = 100.0
IDLE_SECONDS = 60.0
"""In which every age changes once: they are shown in minutes."""
FIRST_TILE = b"wait "


def measure(pace: Pace) -> list[Figure]:
    """The yardstick is an independent encoder on what an emulator shows before and after."""
    sent, worth = _moving(pace.seconds)
    paints = [_first_paint() for _ in range(pace.runs)]
    idle = _idle()
    return [
        Figure(
            name="bytes_per_second",
            what="bytes a second to the terminal, 60 tiles all changing at 200×50",
            unit="B/s",
            measured=sent,
            against=worth,
            against_what="the cells that differ, by an independent encoder",
            reach=1.5,
        ),
        Figure(
            name="first_paint",
            what="bytes from the start until 60 tiles are shown and nothing more comes",
            unit="B",
            measured=median(sent for sent, _ in paints),
            against=median(worth for _, worth in paints),
            against_what="the cells that differ from an empty screen",
            reach=1.5,
        ),
        Figure(
            name="idle_bytes",
            what="bytes a second when polls bring the same values; clock and heartbeat go on",
            unit="B/s",
            measured=idle,
            against=IDLE_LIMIT,
            against_what="the limit",
        ),
    ]


def _moving(seconds: float) -> tuple[float, float]:
    with wall("draw_wall", TILES, 1, START_SECONDS + seconds + 2, "moving") as terminal:
        shown(terminal)
        terminal.read_for(START_SECONDS)
        begun = len(terminal.chunks)
        terminal.read_for(seconds)
    screens = Screens()
    screens.feed(b"".join(data for _, data in terminal.chunks[:begun]))
    screens.worth()
    worth = sent = 0
    for _, data in frames(terminal.chunks[begun:]):
        screens.feed(data)
        worth += screens.worth()
        sent += len(data)
    return sent / seconds, worth / seconds


def _first_paint() -> tuple[int, int]:
    with wall("draw_wall", TILES, 1, 30, "still") as terminal:
        shown(terminal)
        terminal.read_for(START_SECONDS)
        chunks = list(terminal.chunks)
    screens = Screens()
    screens.feed(b"".join(data for _, data in chunks))
    return sum(len(data) for _, data in chunks), screens.worth()


def _idle() -> float:
    with wall("idle_wall", TILES, 2 * START_SECONDS + IDLE_SECONDS + 2) as terminal:
        shown(terminal)
        terminal.read_for(2 * START_SECONDS)
        before = terminal.sent
        terminal.read_for(IDLE_SECONDS)
        return (terminal.sent - before) / IDLE_SECONDS


def shown(terminal: Terminal) -> None:
    """Wait for the first tile."""
    if terminal.read_until(lambda text: FIRST_TILE in text, within=60) is None:
        raise RuntimeError(f"no tile was shown:\n{terminal.screen_text()}")


class wall:  # noqa: N801 - reads as the context it is
    """A wall on a terminal; its own report is not looked at."""

    def __init__(self, name: str, *arguments: object) -> None:
        self._report = result_file()
        _, variables = self._report.__enter__()
        self._terminal = on_a_terminal(program(name, *arguments), environment(**variables))

    def __enter__(self) -> Terminal:
        return self._terminal.__enter__()

    def __exit__(self, *error: object) -> None:
        self._terminal.__exit__(None, None, None)
        self._report.__exit__(None, None, None)
