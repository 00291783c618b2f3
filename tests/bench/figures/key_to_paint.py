"""From a key to the tile it selects, while 500 answers a second arrive."""

import random
import time
from statistics import quantiles

from tests.bench.figure import Figure, Pace
from tests.bench.processes import environment, simulator, wallboard
from tests.bench.terminal import Terminal, on_a_terminal
from wallboard.ui.look.glyphs import UNICODE

ENTRY_POINTS = 1000
SETTLE_SECONDS = 14.0
LIMIT_SECONDS = 0.033
LATEST_SECONDS = 5.0
KEYS = (b"\x1b[B", b"\x1b[A")
"""Down and up, so that each of them selects another, whatever the density and its columns."""

_POINTER = UNICODE.pointer.encode()


def measure(pace: Pace) -> list[Figure]:
    """1,000 entry points of five endpoints at the default interval make 500 answers a second."""
    with simulator(ENTRY_POINTS) as url:
        command = wallboard("--url", url, f"1000-{999 + ENTRY_POINTS}")
        with on_a_terminal(command, environment()) as terminal:
            terminal.read_for(SETTLE_SECONDS)
            for _ in range(2):  # away from the edge
                terminal.press(KEYS[0])
                terminal.read_for(0.3)
            taken = latencies(terminal, pace.keys)
    percentiles = quantiles(taken, n=100, method="inclusive")
    return [
        Figure(
            name="key_to_paint",
            what="99th percentile from an arrow key to its tile's bytes, 500 answers a second",
            unit="ms",
            measured=1000 * percentiles[98],
            against=1000 * LIMIT_SECONDS,
            against_what="the limit",
            note=f"median {1000 * percentiles[49]:.1f} ms, worst {1000 * max(taken):.1f} ms, "
            f"{len(taken)} keys",
        )
    ]


def latencies(terminal: Terminal, count: int) -> list[float]:
    pauses = random.Random(1)
    taken = []
    for number in range(count):
        _pause(terminal, pauses.uniform(0.08, 0.2))
        pressed = terminal.press(KEYS[number % len(KEYS)])
        painted = terminal.read_until(lambda text: _POINTER in text, within=LATEST_SECONDS)
        if painted is None:
            raise RuntimeError(f"a key was not painted:\n{terminal.screen_text()}")
        taken.append(painted - pressed)
    return taken


def _pause(terminal: Terminal, seconds: float) -> None:
    # A tick may move the selected tile and so draw its edge: wait until the line is quiet, or the
    # tick would be taken for the key.
    terminal.read_for(seconds)
    end = time.perf_counter() + 1
    while time.perf_counter() < end and terminal.read(0.005):
        pass
