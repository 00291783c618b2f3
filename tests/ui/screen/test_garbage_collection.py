"""Garbage is collected when the board says, and not in the middle of a paint."""

import gc
from weakref import ref

import pytest
from boards import made_board

from wallboard.settings import Settings
from wallboard.ui.app.app import WallboardApp
from wallboard.ui.screen.garbage_collection import LIMIT, MIDDLE, OLD, GarbageCollection


class Circle:
    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def thresholds():
    before = gc.get_threshold()
    yield before
    gc.set_threshold(*before)


@pytest.mark.parametrize(("age", "collections"), [(0, 1), (1, MIDDLE), (2, OLD)])
def test_what_is_old_goes_too_in_its_turn(thresholds, age, collections):
    gc.collect()
    collector = GarbageCollection()
    collector.begin()
    circle = Circle()
    for generation in range(age):
        gc.collect(generation)  # what survives is one generation older
    gone = ref(circle)
    del circle
    for _ in range(collections):
        collector.collect()
    assert gone() is None


async def test_the_collector_is_left_as_it_was_found(thresholds):
    app = WallboardApp(Settings(), board=made_board(3))
    async with app.run_test():
        assert gc.get_threshold() == (LIMIT, *thresholds[1:])
    assert gc.get_threshold() == thresholds
