"""Trying rules of alarms on a long recording."""

import tempfile

from tests.bench.figure import Figure, Pace
from tests.bench.processes import run

ENTRY_POINTS = 200
INTERVAL_SECONDS = 10
LIMIT_SECONDS_A_DAY = 10.0 / 7


def measure(pace: Pace) -> list[Figure]:
    """One real hour repeated; two sets of rules at once, each with its alarms."""
    with tempfile.TemporaryDirectory() as folder:
        found = run("backtest_week", ENTRY_POINTS, pace.recorded_days, folder)
    polls = ENTRY_POINTS * 5 * pace.recorded_days * 86_400 // INTERVAL_SECONDS
    return [
        Figure(
            name="backtest",
            what=f"rules in force and others tried on {pace.recorded_days} days of "
            f"{ENTRY_POINTS} entry points polled every {INTERVAL_SECONDS} s",
            unit="s",
            measured=found["seconds"],
            against=LIMIT_SECONDS_A_DAY * pace.recorded_days,
            against_what="the limit, 10 s for a week",
            note=f"{polls / 1e6:.0f} million polls, {found['cpu']:.1f} s of CPU; "
            f"{' and '.join(map(str, found['alarms']))} alarms",
        )
    ]
