"""Polling beside a flood of notices, against polling while the same alarms are told to nobody."""

import tempfile
from pathlib import Path
from statistics import median

from tests.bench.figure import Figure, Pace
from tests.bench.figures.notices import CHANNEL, CONFIG, far_side
from tests.bench.processes import medians, run, simulator

ENTRY_POINTS = 200
INTERVAL = 2.0
CHANNELS = 8
LEAST_TOLD = 100
"""As many notices at least, or it was no flood: each is in the ledger before the next is sent."""

LATE_MS = 50.0
GROWTH_MIB = 20.0
GAP = 1.25
"""The longest time between two polls of an endpoint, against the same without notices."""


def measure(pace: Pace) -> list[Figure]:
    """Both in turn, every alarm a notice of its own through each channel."""
    quiet, loud, told = [], [], []
    with simulator(ENTRY_POINTS) as url, tempfile.TemporaryDirectory() as folder:
        for number in range(pace.runs):
            quiet.append(_run(Path(folder, f"quiet-{number}"), url, "", pace))
            with far_side() as far:
                channels = "".join(
                    CHANNEL.format(name=f"far-{one}", url=far.url) for one in range(CHANNELS)
                )
                loud.append(_run(Path(folder, f"loud-{number}"), url, channels, pace))
                told.append(len(far.came_at))
    if min(told) < LEAST_TOLD:
        raise RuntimeError(f"only {min(told)} notices were sent")
    calm, hurt = medians(quiet), medians(loud)
    cpu = (hurt["cpu_ms_per_second"] - calm["cpu_ms_per_second"]) * 2 * pace.seconds / median(told)
    return [
        Figure(
            name="notices_gap",
            what="longest time between two polls of an endpoint beside a flood of notices",
            unit="ms",
            measured=hurt["gap_ms"],
            against=calm["gap_ms"],
            against_what="the same alarms told to nobody",
            reach=GAP,
            note=f"{hurt['polls_per_second']:.0f} polls a second, {calm['polls_per_second']:.0f} "
            f"without; {median(told):.0f} notices by {CHANNELS} channels, {cpu:.1f} ms of CPU each",
        ),
        Figure(
            name="notices_late",
            what="the most that the event loop was late meanwhile",
            unit="ms",
            measured=hurt["late_ms"],
            against=LATE_MS,
            against_what="the limit",
            note=f"{calm['late_ms']:.0f} ms without notices",
        ),
        Figure(
            name="notices_memory",
            what="resident memory more than without notices",
            unit="MiB",
            measured=max(0.0, hurt["mib"] - calm["mib"]),
            against=GROWTH_MIB,
            against_what="the limit",
            note=f"{calm['mib']:.1f} MiB without them",
        ),
    ]


def _run(folder: Path, url: str, channels: str, pace: Pace) -> dict[str, float]:
    folder.mkdir()
    text = CONFIG.format(
        record=folder / "wall.db", raise_for=3.0, group_wait=0, channels=channels, url=url
    )
    points = "".join(f"[[server.entry_point]]\nid = {1000 + n}\n" for n in range(ENTRY_POINTS))
    config = folder / "wallboard.toml"
    every = text.replace("[alarm]", "[alarm]\nflood = 1000000", 1)
    config.write_text(f"interval = {INTERVAL}\n{every}{points}")
    return run("poll_notified", config, ENTRY_POINTS, 2 * pace.seconds)
