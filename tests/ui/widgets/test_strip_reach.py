"""How much of the past a strip of states shows."""

import pytest

from wallboard.domain.state_strip import KEPT_MINUTES
from wallboard.ui.wall.state_strip import slices_in


@pytest.mark.parametrize("room", [*range(2, 64), 90, 120, 180, 181, 400])
def test_a_strip_reaches_back_a_round_time_of_an_hour_or_more(room):
    slices = slices_in(room)
    reach = slices.cells * slices.minutes
    assert slices.cells <= room
    assert 60 <= reach <= KEPT_MINUTES
    assert reach % 30 == 0
    assert slices.words in {"1h", "1h30m", "2h", "2h30m", "3h"}


@pytest.mark.parametrize("room", [-3, 0, 1])
def test_there_is_none_without_room(room):
    assert slices_in(room).cells == 0
