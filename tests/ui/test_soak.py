"""A few simulated days of everything that happens to a wall: nothing piles up."""

from tests.bench.figures.soak import soak

DAYS = 2


def test_days_of_faults_edits_resizes_and_keys_leave_nothing_behind():
    days = soak(20, DAYS, within=240.0)
    assert len(days) == DAYS
    most = {"descriptors": 40, "threads": 12, "tasks": 200}
    for what, limit in most.items():
        assert max(day[what] for day in days) <= limit, (what, days)
