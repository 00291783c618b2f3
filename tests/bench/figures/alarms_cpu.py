"""CPU that the alarms of a board cost each poll, against all else about it."""

from tests.bench.figure import Figure, Pace
from tests.bench.processes import medians, run, simulator

ENTRY_POINTS = 1000
REACH = 0.05


def measure(pace: Pace) -> list[Figure]:
    """Flat out, where all else costs least."""
    with simulator(ENTRY_POINTS) as url:
        runs = [
            run("poll_board", url, ENTRY_POINTS, pace.seconds / 2, 50, 0.5)
            for _ in range(pace.runs)
        ]
    found = medians(runs)
    alarms = found["alarms_ms_per_poll"]
    return [
        Figure(
            name="alarms_cpu",
            what="what the alarms of 1,000 entry points add to a poll, flat out, 50 in flight",
            unit="ms",
            measured=alarms,
            against=found["cpu_ms_per_poll"] - alarms,
            against_what="CPU of all else about it",
            reach=REACH,
            note=f"{found['polls_per_second']:.0f} polls a second",
        )
    ]
