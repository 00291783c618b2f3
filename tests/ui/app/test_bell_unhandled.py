"""What rings, flashes and brings a kiosk back to its wall, by the alarms of a board."""

from dataclasses import replace
from types import MappingProxyType

import pytest
from alarm_told import CLOSED, INTERVAL, MAINTAINED, ONE, PROD, TWO, Told

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.expectation import NOTHING_EXPECTED
from wallboard.domain.ledger_row import AlarmKey
from wallboard.domain.policy import Level
from wallboard.live_alarms import LATE_SECONDS
from wallboard.settings import AlarmSettings, Settings
from wallboard.ui.app.bell import QUIET_SECONDS
from wallboard.ui.app.wall_modes import WallModes

EVERY = (Level.WARNING, Level.UNKNOWN, Level.CRITICAL)
LONG_AFTER = 1e9


class Wall:
    """A board on which all is open at first, looked at every second; when it rang and flashed."""

    def __init__(self, told=None, *, with_alarms=True, kiosk=False) -> None:
        self.told, self.now = told or Told(), -INTERVAL
        self.rang, self.flashed = [], []
        self._with_alarms = with_alarms
        alarm = AlarmSettings(bell=EVERY, flash=EVERY)
        settings = Settings(alarm=alarm, kiosk=kiosk)
        self.modes = WallModes(lambda: settings, lambda: self.rang.append(self.now), lambda: 0)
        self._inverted = False
        self.goes_on(INTERVAL)
        assert self.now == 0

    def goes_on(self, seconds, said="open", *keys: EntryPointKey):
        """These say the same every ten seconds, all others that they are open."""
        for _ in range(int(seconds / INTERVAL)):
            others = set(self.told.board.snapshot(self.now).entry_points) - set(keys)
            self.told.poll(self.now, "open", *sorted(others))
            if keys:
                self.told.poll(self.now, said, *keys)
            self._pass(INTERVAL)
        return self

    def out_of_reach(self, seconds, *, first=()):
        """The server cannot be reached, as some entry points find out first."""
        since = self.now
        for key in first:
            self.told.poll(self.now, "refused", key)
            self._look()
        for _ in range(int(seconds / INTERVAL)):
            self.told.server(self.now, since=since)
            self._pass(INTERVAL)
        return self

    def shelve(self, key):
        self.told.row(self.now, "shelved", key, who="ben@noc", text="later", until=LONG_AFTER)
        return self

    def acknowledge(self, key):
        self.told.acknowledge(self.now, key)
        return self

    def called(self):
        """When it rang so far, each time with a flash."""
        assert self.rang == self.flashed
        return self.rang

    def _pass(self, seconds):
        for _ in range(int(seconds)):
            self._look()
            self.now += 1

    def _look(self):
        alarms = self.told.look(self.now).alarms.alarms if self._with_alarms else {}
        snapshot = replace(self.told.board.snapshot(self.now), alarms=MappingProxyType({**alarms}))
        self.modes.tick(snapshot, self.now)
        inverted = self.modes.extras(self.now).inverted
        if inverted and not self._inverted and not self._flashing:
            self.flashed.append(self.now)
        self._inverted = inverted

    @property
    def _flashing(self):
        """Whether a flash goes on, which is several inversions."""
        return bool(self.flashed) and self.now - self.flashed[-1] < INTERVAL


def test_what_is_pending_calls_once_it_is_raised():
    assert Wall().goes_on(29, "down", ONE).called() == []
    assert Wall().goes_on(120, "down", ONE).called() == [30]


def test_what_is_over_before_that_calls_nobody():
    wall = Wall().goes_on(20, "down", ONE).goes_on(QUIET_SECONDS + 60)
    assert wall.called() == []
    assert wall.goes_on(60, "down", ONE).called() == [wall.now - 30]


def test_what_comes_back_too_soon_to_be_new_calls_when_it_stays():
    wall = Wall().goes_on(20, "down", ONE).goes_on(QUIET_SECONDS - INTERVAL)
    assert wall.goes_on(60, "down", ONE).called() == [wall.now - 30]


def test_a_level_below_that_of_alarms_calls_at_once_and_so_does_any_without_alarms():
    assert Wall().goes_on(60, "inactive", ONE).called() == [0]
    assert Wall(with_alarms=False).goes_on(60, "down", ONE).called() == [0]


def test_an_alarm_that_whoever_records_does_not_raise_calls_a_little_later():
    wall = Wall(Told(decides=False)).goes_on(120, "down", ONE)
    assert wall.called() == [30 + LATE_SECONDS + 1]


def test_what_is_acknowledged_calls_nobody_unless_it_gets_worse():
    wall = Wall(Told(level=Level.WARNING, clear_for=600.0)).goes_on(60, "inactive", ONE)
    assert wall.called() == [30]
    wall.acknowledge(AlarmKey.of(ONE)).goes_on(QUIET_SECONDS + 60).goes_on(60, "inactive", ONE)
    assert wall.told.state(ONE) == "acknowledged"
    assert wall.called() == [30]
    assert wall.goes_on(60, "down", ONE).called() == [30, wall.now - 60]


def test_what_is_shelved_calls_nobody():
    wall = Wall().shelve(AlarmKey.of(ONE)).goes_on(120, "down", ONE)
    assert wall.told.state(ONE) == "shelved"
    assert wall.called() == []


@pytest.mark.parametrize("expected", [MAINTAINED, CLOSED])
def test_what_is_planned_calls_nobody(expected):
    wall = Wall()
    wall.told.expect(0, expected, ONE)
    wall.goes_on(120, "no agents", ONE)
    assert wall.told.state(ONE) == "suppressed"
    assert wall.called() == []


def test_what_is_still_bad_after_a_maintenance_calls_when_it_is_raised():
    wall = Wall()
    wall.told.expect(0, MAINTAINED, ONE)
    wall.goes_on(120, "down", ONE)
    wall.told.expect(wall.now, NOTHING_EXPECTED, ONE)
    assert wall.goes_on(60, "down", ONE).called() == [wall.now - 30]


def test_a_server_out_of_reach_calls_once_when_its_alarm_is_raised():
    assert Wall().out_of_reach(20).called() == []
    assert Wall().out_of_reach(120).called() == [30]
    assert Wall().out_of_reach(120, first=(ONE, TWO)).called() == [30]


def test_a_shelved_entry_point_that_finds_it_out_first_does_not_silence_its_server():
    wall = Wall().shelve(AlarmKey.of(ONE)).out_of_reach(120, first=(ONE,))
    assert wall.called() == [30]


def test_a_server_that_somebody_has_in_hand_calls_nobody():
    wall = Wall().shelve(PROD).out_of_reach(120, first=(ONE,))
    assert wall.told.state(PROD) == "shelved"
    assert wall.called() == []


def test_a_kiosk_returns_to_its_wall_for_what_calls_and_not_for_what_is_handled():
    for key, returns in ((PROD, True), (AlarmKey.of(ONE), False)):
        wall = Wall(kiosk=True).shelve(key)
        wall.modes.key_pressed(None, wall.now)
        wall.goes_on(50, "down", ONE)
        assert wall.modes.wall_is_due(wall.now) is returns
