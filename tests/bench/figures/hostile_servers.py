"""A healthy server polled beside one hostile server of each kind, against the same alone."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench.figure import Figure, Pace
from tests.bench.processes import ROOT, environment, medians, program, run, simulator

ENTRY_POINTS = 50
LATE_MS = 50.0
GROWTH_MIB = 20.0
GAP = 1.25
"""The longest time between two polls of an endpoint, against the same where all are well."""


def measure(pace: Pace) -> list[Figure]:
    """Both in turn; only the board's own process is looked at."""
    alone, beside = [], []
    with simulator(ENTRY_POINTS) as url, _hostile() as ports:
        for _ in range(pace.runs):
            alone.append(run("poll_hostile", url, ENTRY_POINTS, pace.seconds, "{}"))
            beside.append(run("poll_hostile", url, ENTRY_POINTS, pace.seconds, ports))
    calm, hurt = medians(alone), medians(beside)
    kinds = len(json.loads(ports))
    return [
        Figure(
            name="hostile_late",
            what=f"the most that the event loop was late beside {kinds} hostile servers",
            unit="ms",
            measured=hurt["late_ms"],
            against=LATE_MS,
            against_what="the limit",
            note=f"{calm['late_ms']:.0f} ms without them",
        ),
        Figure(
            name="hostile_gap",
            what="the longest time between two polls of one endpoint of the healthy server",
            unit="ms",
            measured=hurt["gap_ms"],
            against=calm["gap_ms"],
            against_what="without them",
            reach=GAP,
        ),
        Figure(
            name="hostile_memory",
            what="resident memory more than without them",
            unit="MiB",
            measured=max(0.0, hurt["mib"] - calm["mib"]),
            against=GROWTH_MIB,
            against_what="the limit",
            note=f"{calm['mib']:.1f} MiB without them",
        ),
    ]


@contextmanager
def _hostile() -> Iterator[str]:
    """The ports of hostile servers by kind, as JSON."""
    with subprocess.Popen(
        program("serve_hostile"),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as child:
        yield child.stdout.readline().strip() if child.stdout else ""
        if child.stdin:
            child.stdin.close()
