"""Polling beside a flood of notices, against polling while the same alarms are told to nobody."""

import tempfile
from pathlib import Path
from statistics import median

from tests.bench.figure import Figure, Pace
from tests.bench.figures.notices import CHANNEL, CONFIG, FarSide, far_side
from tests.bench.processes import medians, run, simulator

ENTRY_POINTS = 200
INTERVAL = 2.0
CHANNELS = 8
FLOOD = 10
"""As by default: so many alarms may be told by themselves before the rest is a list."""

SINGLY = 1_000_000
"""A `flood` that no number of alarms is."""

LEAST_TOLD = 100
"""As many notices at least, or it was no flood: each is in the ledger before the next is sent."""

LATE_MS = 50.0
GROWTH_MIB = 20.0
GAP = 1.25
"""The longest time between two polls of an endpoint, against the same without notices."""


def measure(pace: Pace) -> list[Figure]:
    """In turn: told to nobody, in a list for each channel as by default, and each by itself."""
    quiet, listed, singly, told = [], [], [], []
    with simulator(ENTRY_POINTS) as url, tempfile.TemporaryDirectory() as folder:
        for number in range(pace.runs):
            quiet.append(_run(Path(folder, f"quiet-{number}"), url, "", pace))
            with far_side() as far:
                listed.append(_run(Path(folder, f"listed-{number}"), url, _to(far), pace))
            if not CHANNELS <= len(far.came_at) <= CHANNELS * (FLOOD + 2):
                raise RuntimeError(f"{len(far.came_at)} notices through {CHANNELS} channels")
            with far_side() as far:
                singly.append(_run(Path(folder, f"one-{number}"), url, _to(far), pace, SINGLY))
            told.append(len(far.came_at))
    if min(told) < LEAST_TOLD:
        raise RuntimeError(f"only {min(told)} notices were sent")
    calm, lists, single = medians(quiet), medians(listed), medians(singly)
    cpu = (single["cpu_ms_per_second"] - calm["cpu_ms_per_second"]) * 2 * pace.seconds
    return [
        Figure(
            name="notices_gap",
            what=f"longest time between two polls of an endpoint while {ENTRY_POINTS} alarms are "
            f"told through {CHANNELS} channels",
            unit="ms",
            measured=lists["gap_ms"],
            against=calm["gap_ms"],
            against_what="the same alarms told to nobody",
            reach=GAP,
            note=_pace(lists, calm),
        ),
        Figure(
            name="notices_late",
            what="the most that the event loop was late meanwhile",
            unit="ms",
            measured=lists["late_ms"],
            against=max(LATE_MS, calm["late_ms"]),
            against_what="the limit, or without notices if that is more",
            note=f"{calm['late_ms']:.0f} ms without notices",
        ),
        Figure(
            name="notices_singly_gap",
            what="the first where each alarm is told by itself, which `flood` is there to prevent",
            unit="ms",
            measured=single["gap_ms"],
            against=calm["gap_ms"],
            against_what="the same alarms told to nobody",
            reach=GAP,
            note=f"{_pace(single, calm)}; {median(told):.0f} notices, {cpu / median(told):.1f} ms "
            "of CPU each",
        ),
        Figure(
            name="notices_memory",
            what="resident memory then, more than without notices",
            unit="MiB",
            measured=max(0.0, single["mib"] - calm["mib"]),
            against=GROWTH_MIB,
            against_what="the limit",
            note=f"{calm['mib']:.1f} MiB without them",
        ),
    ]


def _to(far: FarSide) -> str:
    return "".join(CHANNEL.format(name=f"far-{one}", url=far.url) for one in range(CHANNELS))


def _pace(loud: dict[str, float], calm: dict[str, float]) -> str:
    polls = "polls_per_second"
    return f"{loud[polls]:.0f} polls a second, {calm[polls]:.0f} without"


def _run(folder: Path, url: str, channels: str, pace: Pace, flood: int = FLOOD) -> dict[str, float]:
    folder.mkdir()
    text = CONFIG.format(
        record=folder / "wall.db", raise_for=3.0, group_wait=0, channels=channels, url=url
    )
    points = "".join(f"[[server.entry_point]]\nid = {1000 + n}\n" for n in range(ENTRY_POINTS))
    config = folder / "wallboard.toml"
    every = text.replace("[alarm]", f"[alarm]\nflood = {flood}", 1)
    config.write_text(f"interval = {INTERVAL}\n{every}{points}")
    return run("poll_notified", config, ENTRY_POINTS, 2 * pace.seconds)
