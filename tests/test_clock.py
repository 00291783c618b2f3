import time

import pytest

from wallboard.clock import ClockWatch, running


class Machine:
    """Its two clocks: one that is set, and one that is not."""

    def __init__(self) -> None:
        self.wall, self.passed = 1_790_000_000.0, 100.0
        self.watch = ClockWatch(lambda: self.wall, lambda: self.passed)

    def passes(self, seconds, *, at=1.0):
        self.passed += seconds
        self.wall += seconds * at


@pytest.fixture
def machine():
    return Machine()


@pytest.mark.parametrize("by", [-86_400.0, -3.0, 3.0, 3600.0])
def test_a_clock_that_is_set_is_noticed_once(machine, by):
    machine.passes(5.0)
    assert machine.watch.set_by() == 0.0
    machine.wall += by
    machine.passes(1.0)
    assert machine.watch.set_by() == pytest.approx(by)
    assert machine.watch.set_by() == 0.0


def test_a_machine_that_slept_has_not_set_its_clock(machine):
    machine.passes(8 * 3600.0)
    assert machine.watch.set_by() == 0.0


def test_a_clock_that_runs_unevenly_is_not_set(machine):
    for _ in range(10_000):
        machine.passes(1.0, at=1.0005)
        assert machine.watch.set_by() == 0.0


def test_the_clock_that_only_goes_on_does():
    before = running()
    time.sleep(0.001)
    assert before < running()
