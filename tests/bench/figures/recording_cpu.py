"""CPU of a poll with a recorder, against the same without."""

import tempfile
from pathlib import Path

from tests.bench.figure import Figure, Pace
from tests.bench.processes import medians, run, simulator

ENTRY_POINTS = 1000
REACH = 1.10


def measure(pace: Pace) -> list[Figure]:
    """Both in turn, at the defaults and flat out, where all else costs least; all threads count."""
    calm = (pace.seconds, 8, 10)
    flat_out = (pace.seconds / 2, 50, 0.5)
    with simulator(ENTRY_POINTS) as url:
        found = [{way: _both(url, *way) for way in (calm, flat_out)} for _ in range(pace.runs + 1)]
    return [
        _figure("recording_cpu", "at the defaults", [one[calm] for one in found]),
        _figure("recording_cpu_flat", "flat out, 50 in flight", [one[flat_out] for one in found]),
    ]


Both = tuple[dict[str, float], dict[str, float]]


def _both(url: str, *way: float) -> Both:
    with tempfile.TemporaryDirectory() as folder:
        recorded = run("poll_board", url, ENTRY_POINTS, *way, Path(folder, "recorded.db"))
        return recorded, run("poll_board", url, ENTRY_POINTS, *way)


def _figure(name: str, way: str, found: list[Both]) -> Figure:
    ours, plain = (medians(list(side)) for side in zip(*found, strict=True))
    return Figure(
        name=name,
        what=f"CPU of a poll while it is recorded, {way}",
        unit="ms",
        measured=ours["cpu_ms_per_poll"],
        against=plain["cpu_ms_per_poll"],
        against_what="the same without a recorder",
        reach=REACH,
        note=f"{ours['polls_per_second']:.0f} polls a second",
    )
