"""The peer: a Textual app with a widget for each entry point, each updated once a second.

Arguments: entry points, seconds before measuring, seconds to measure.
"""

import random
import sys
import time

from rich.text import Text
from textual.app import App, ComposeResult
from textual.containers import Grid, VerticalScroll
from textual.widgets import Static

from tests.bench.processes import report

BLOCKS = "▁▂▃▄▅▆▇█"
COLUMNS = 7


class Tile(Static):
    """One entry point; as many lines as a tile of the wall, and the same facts."""

    DEFAULT_CSS = "Tile { height: 5; width: 1fr; }"

    def show(self, number: int, wait: float, waits: list[float]) -> None:
        chart = "".join(BLOCKS[min(int(w / 60), 7)] for w in waits[-18:])
        self.update(
            Text.assemble(
                (f" ✓ OPEN {'0 can chat':>14} \n", "black on green"),
                (f" Entry point {number}", "bold"),
                (f" {1000 + number}\n", "dim"),
                (" est. wait ", "dim"),
                (f"{wait:.0f}s", "yellow" if wait > 60 else "bold"),
                ("  queue ", "dim"),
                (f"{wait / 12:.0f}\n", "bold"),
                (" slots ", "dim"),
                ("4", "bold"),
                ("   button ", "dim"),
                ("shown\n", "green"),
                (f" {chart}", "cyan"),
            )
        )


class Widgets(App[None]):
    """All tiles in a grid that scrolls."""

    CSS = f"Grid {{ grid-size: {COLUMNS}; grid-rows: 5; height: auto; }}"

    def __init__(self, count: int, settle_seconds: float, seconds: float) -> None:
        super().__init__()
        self.settle_seconds = settle_seconds
        self.seconds = seconds
        self.tiles = [Tile() for _ in range(count)]
        self.rolls = random.Random(1)
        self.waits = [[self.rolls.uniform(1, 400)] for _ in range(count)]

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Grid(*self.tiles)

    def on_mount(self) -> None:
        self.set_interval(1.0, self.move)
        self.set_timer(self.settle_seconds, self.begin)

    def move(self) -> None:
        with self.batch_update():
            for number, (tile, waits) in enumerate(zip(self.tiles, self.waits, strict=True)):
                waits.append(abs(waits[-1] + self.rolls.uniform(-25, 25)))
                del waits[:-18]
                tile.show(number, waits[-1], waits)

    def begin(self) -> None:
        self.cpu, self.began = time.process_time(), time.perf_counter()
        self.set_timer(self.seconds, self.finish)

    def finish(self) -> None:
        cpu, elapsed = time.process_time() - self.cpu, time.perf_counter() - self.began
        report({"cpu_ms_per_second": 1000 * cpu / elapsed})
        self.exit()


if __name__ == "__main__":
    count, settle, seconds = sys.argv[1:]
    Widgets(int(count), float(settle), float(seconds)).run()
