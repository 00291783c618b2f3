"""Going to any moment of a long recording."""

import tempfile
from statistics import median, quantiles

from tests.bench.figure import Figure, Pace
from tests.bench.processes import run

ENTRY_POINTS = 200
MOMENTS = 300
LIMIT_MS = 100.0


def measure(pace: Pace) -> list[Figure]:
    """One real hour repeated; the file is in the memory of the system, the program's own is new."""
    with tempfile.TemporaryDirectory() as folder:
        found = run("rewind_week", ENTRY_POINTS, pace.recorded_days, MOMENTS, folder)
    took: list[float] = found["ms"]
    return [
        Figure(
            name="replay_seek",
            what=f"to any moment of {pace.recorded_days} days, 200 entry points, complete, p99",
            unit="ms",
            measured=quantiles(took, n=100)[98],
            against=LIMIT_MS,
            against_what="the limit",
            note=f"median {median(took):.0f}, worst {max(took):.0f} ms; {found['polls']:,} polls "
            f"in {found['bytes'] / 1e6:.0f} MB",
        )
    ]
