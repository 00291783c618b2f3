"""From a key in the filter to the tiles it leaves, while 500 answers a second arrive."""

import random
import re
from statistics import quantiles

from tests.bench.figure import Figure, Pace
from tests.bench.figures.key_to_paint import ENTRY_POINTS, LIMIT_SECONDS, SETTLE_SECONDS
from tests.bench.processes import environment, simulator, wallboard
from tests.bench.screens import Watch
from tests.bench.terminal import Terminal, on_a_terminal

KEYS = (b"2", b"5", b"\x7f", b"7", b"\x7f", b"\x7f", b"9", b"\x7f")
"""Behind a 1, which every name begins with: each of them leaves another number of tiles."""
LATEST_SECONDS = 0.8

_SHOWN = re.compile(rf"(\d+) of {ENTRY_POINTS} shown")


def measure(pace: Pace) -> list[Figure]:
    """A key is painted when a whole frame says another number of entry points shown."""
    with simulator(ENTRY_POINTS) as url:
        command = wallboard("--url", url, f"1000-{999 + ENTRY_POINTS}")
        with on_a_terminal(command, environment()) as terminal:
            terminal.read_for(SETTLE_SECONDS)
            for key in b"/", b"name:1":
                terminal.press(key)
                terminal.read_for(1.0)
            taken = _latencies(terminal, pace.keys)
    percentiles = quantiles(taken, n=100, method="inclusive")
    return [
        Figure(
            name="filter_to_paint",
            what="99th percentile from a key in the filter to its picture, 1,000 entry points",
            unit="ms",
            measured=1000 * percentiles[98],
            against=1000 * LIMIT_SECONDS,
            against_what="the limit",
            note=f"median {1000 * percentiles[49]:.1f} ms, worst {1000 * max(taken):.1f} ms, "
            f"{len(taken)} keys",
        )
    ]


def _latencies(terminal: Terminal, count: int) -> list[float]:
    watch = Watch(terminal)
    pauses = random.Random(1)
    taken = []
    before = _shown(watch.catch_up())
    for number in range(count):
        terminal.read_for(pauses.uniform(0.02, 0.1))
        watch.catch_up()
        pressed = terminal.press(KEYS[number % len(KEYS)])
        terminal.read_for(LATEST_SECONDS)
        painted = watch.when(lambda text, was=before: _shown(text) not in {None, was})  # type: ignore[misc]
        before = _shown(watch.catch_up())
        if painted is None:
            raise RuntimeError(
                f"key {number} {KEYS[number % len(KEYS)]!r} was not painted, before {before}:\n"
                f"{terminal.screen_text()}"
            )
        taken.append(painted - pressed)
    return taken


def _shown(text: str) -> str | None:
    found = _SHOWN.search(text)
    return found[1] if found else None
