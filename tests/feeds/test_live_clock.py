"""A living board whose clock is set: nothing is dated by the old one, not even for a moment."""

import time

import pytest
from feeds_support import rounds
from waiting import until

from wallboard.config.state_folder import BoardId
from wallboard.domain.event import ClockSet
from wallboard.feeds.shared import SharedFeed
from wallboard.live import LiveBoard


@pytest.mark.parametrize("by", [-3600.0, -4.0, 4.0, 86_400.0])
async def test_what_is_asked_at_once_after_the_clock_was_set_has_its_true_age(
    simulated, settings_of, server_of, tmp_path, by
):
    simulator = await simulated()
    settings = settings_of(server_of(simulator), record=str(tmp_path / "wall.db"))
    set_by = 0.0

    def clock():
        return time.time() + set_by

    folds = []
    live = LiveBoard(
        settings, lambda polled: SharedFeed(polled, BoardId("a"), clock=clock), clock=clock
    )
    live.on_folded(folds.append)
    async with live:
        await until(lambda: rounds(simulator) >= 2)
        before = live.snapshot()
        set_by = by
        after = live.snapshot()
        assert sum(isinstance(fold.event, ClockSet) for fold in folds) == 1
        assert after.at - after.newest_at == pytest.approx(before.at - before.newest_at, abs=1)
        assert not any(s.judgement.stale(after.at) for s in after.entry_points.values())
