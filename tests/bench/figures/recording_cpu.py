"""CPU of a poll with a recorder, against the same without."""

import tempfile
from pathlib import Path

from tests.bench.figure import Figure, Pace
from tests.bench.processes import medians, run, simulator

ENTRY_POINTS = 1000
REACH = 1.10
TURNS = 2
"""How many times the usual runs: what is looked for is small beside what other load does."""


def measure(pace: Pace) -> list[Figure]:
    """Both in turn and flat out, where everything else costs least; all threads count."""
    without, recorded = [], []
    with simulator(ENTRY_POINTS) as url, tempfile.TemporaryDirectory() as folder:
        polled = (url, ENTRY_POINTS, pace.seconds / 2, 50, 0.5)
        for number in range(TURNS * pace.runs):
            without.append(run("poll_board", *polled))
            recorded.append(run("poll_board", *polled, Path(folder, f"{number}.db")))
    ours, plain = medians(recorded), medians(without)
    return [
        Figure(
            name="recording_cpu",
            what="CPU of a poll while it is recorded; flat out, 50 in flight",
            unit="ms",
            measured=ours["cpu_ms_per_poll"],
            against=plain["cpu_ms_per_poll"],
            against_what="the same without a recorder",
            reach=REACH,
            note=f"{ours['polls_per_second']:.0f} polls a second",
        )
    ]
