"""What calls an operator: what just got worse, once, and never at the start."""

from dataclasses import replace

from boards import NOW, REFUSED, observed, outage
from walls import Clock, settled, wall

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.observation import ServerStatus
from wallboard.domain.policy import Level, Policy
from wallboard.domain.reading import ChatAllowed
from wallboard.settings import AlarmSettings
from wallboard.ui.app.bell import (
    BELL_SECONDS,
    DOUBT_SECONDS,
    FLASH_SECONDS,
    FLASHES,
    QUIET_SECONDS,
    Bell,
    Doubt,
    NewlyWorse,
    Worsening,
)
from wallboard.ui.screen.header import BoardHeader

OPEN = ChatAllowed(True)
FULL = ChatAllowed(False, "queue_depth_reached")
CLOSED = ChatAllowed(False, "agent_not_available")


class Told:
    """A board of some entry points of one server, told what each of them answers."""

    def __init__(self, count=3) -> None:
        self.keys = [EntryPointKey("prod", 1000 + n) for n in range(count)]
        endpoints = (Endpoint.CHAT_ALLOWED,)
        points = [EntryPoint(key, str(key.id), endpoints=endpoints) for key in self.keys]
        self.board = Board([(point, Policy()) for point in points])
        self.now = NOW

    def tell(self, n, outcome, after=10.0):
        self.now += after
        self.board.fold(observed(self.keys[n], Endpoint.CHAT_ALLOWED, outcome, self.now))
        return self

    def all_open(self):
        for n in range(len(self.keys)):
            self.tell(n, OPEN)
        return self

    def snapshot(self):
        return self.board.snapshot(self.now)


def looked_at(told):
    worsenings = NewlyWorse()
    worsenings.compare(told.snapshot())
    return worsenings


def test_what_is_bad_from_the_start_calls_nobody():
    told = Told()
    worsenings = looked_at(told)
    for n in range(3):
        told.tell(n, CLOSED)
        assert worsenings.compare(told.snapshot()) == []


def test_a_picture_that_is_the_first_is_compared_with_nothing():
    assert NewlyWorse().compare(Told().tell(0, CLOSED).snapshot()) == []


def test_what_gets_worse_calls_with_its_new_level_once():
    told = Told().all_open()
    worsenings = looked_at(told)
    first, second = told.keys[:2]
    assert worsenings.compare(told.tell(0, CLOSED).snapshot()) == [
        Worsening(Level.CRITICAL, (first,))
    ]
    assert worsenings.compare(told.tell(0, CLOSED).snapshot()) == []
    assert worsenings.compare(told.tell(1, FULL).snapshot()) == [
        Worsening(Level.WARNING, (second,))
    ]


def test_what_gets_better_calls_nobody():
    told = Told().all_open().tell(0, CLOSED)
    worsenings = looked_at(told)
    assert worsenings.compare(told.tell(0, FULL).snapshot()) == []
    assert worsenings.compare(told.tell(0, OPEN).snapshot()) == []


def test_what_comes_and_goes_calls_again_only_after_a_while_of_peace():
    told = Told().all_open()
    worsenings = looked_at(told)
    assert worsenings.compare(told.tell(0, CLOSED).snapshot())
    for _ in range(5):
        worsenings.compare(told.tell(0, OPEN).snapshot())
        assert worsenings.compare(told.tell(0, CLOSED).snapshot()) == []
    worsenings.compare(told.tell(0, OPEN).snapshot())
    assert worsenings.compare(told.tell(0, CLOSED, after=QUIET_SECONDS + 1).snapshot())


def test_a_whole_server_out_of_reach_calls_once_however_its_entry_points_go():
    told = Told(4).all_open()
    worsenings = looked_at(told)
    called = worsenings.compare(told.tell(0, REFUSED).snapshot())
    called += worsenings.compare(told.tell(1, REFUSED).snapshot())
    told.board.fold(outage(at=told.now))
    called += worsenings.compare(told.snapshot())
    assert called == [Worsening(Level.CRITICAL, (told.keys[0],), outage=True)]


def test_a_server_that_goes_at_once_is_one_arrival_of_all_its_entry_points():
    told = Told(4).all_open()
    worsenings = looked_at(told)
    told.board.fold(outage(at=told.now))
    assert worsenings.compare(told.snapshot()) == [
        Worsening(Level.CRITICAL, tuple(told.keys), outage=True)
    ]
    told.board.fold(ServerStatus("prod", told.now + 5))
    assert worsenings.compare(told.snapshot()) == []


class Rings:
    def __init__(self, **levels) -> None:
        self.count = 0
        self.alarm = Bell(lambda: AlarmSettings(**levels), self.ring)

    def ring(self):
        self.count += 1

    def update(self, now, *levels: Level):
        keys = (EntryPointKey("prod", 1),)
        self.alarm.update([Worsening(level, keys) for level in levels], now)
        return self.count


def test_nothing_rings_or_flashes_unless_the_config_says_so():
    rings = Rings()
    assert rings.update(NOW, *Level) == 0
    assert not rings.alarm.inverted(NOW)


def test_the_bell_rings_for_its_levels_alone():
    rings = Rings(bell=(Level.CRITICAL,))
    assert rings.update(NOW, Level.WARNING, Level.UNKNOWN) == 0
    assert rings.update(NOW, Level.CRITICAL) == 1


def test_what_comes_within_seconds_of_a_ring_rings_once_afterwards():
    rings = Rings(bell=(Level.CRITICAL,))
    assert rings.update(NOW, Level.CRITICAL, Level.CRITICAL) == 1
    assert rings.update(NOW + 1, Level.CRITICAL) == 1
    assert rings.update(NOW + 2, Level.CRITICAL) == 1
    assert rings.update(NOW + BELL_SECONDS) == 2
    assert rings.update(NOW + 10 * BELL_SECONDS) == 2


def test_a_clock_that_is_put_back_does_not_silence_the_bell():
    rings = Rings(bell=(Level.CRITICAL,), flash=(Level.CRITICAL,))
    rings.update(NOW, Level.CRITICAL)
    assert rings.update(NOW - 3600, Level.CRITICAL) == 2
    rings.update(NOW, Level.CRITICAL)
    assert not rings.alarm.inverted(NOW - 3600)


def test_a_flash_inverts_a_few_times_and_ends():
    rings = Rings(flash=(Level.CRITICAL,))
    rings.update(NOW, Level.CRITICAL)
    steps = [rings.alarm.inverted(NOW + n * FLASH_SECONDS) for n in range(2 * FLASHES + 2)]
    assert steps == [True, False] * FLASHES + [False, False]


async def test_the_header_is_inverted_while_it_flashes_and_then_as_before():
    told, clock = Told().all_open(), Clock()
    app = wall(told.board, clock=clock, alarm=AlarmSettings(flash=(Level.CRITICAL,)))
    async with app.run_test() as pilot:
        clock.now = told.now
        await settled(pilot)
        header = app.screen.query_one(BoardHeader)
        plain = header.background
        clock.now = told.tell(0, CLOSED).now
        await settled(pilot)
        assert bool(header.background.reverse) is not bool(plain.reverse)
        clock.now += 2 * FLASHES * app.settings.refresh
        await settled(pilot)
        assert header.background == app.board_theme.filled(Level.CRITICAL)


def down():
    """A board whose server went out of reach, which had been open, and what got worse then."""
    told = Told().all_open()
    worsenings = looked_at(told)
    told.now += 10
    told.board.fold(outage(at=told.now))
    return told, worsenings.compare(told.snapshot())


def test_a_server_out_of_reach_is_in_doubt_where_witnesses_may_say_that_it_is_us():
    told, worsenings = down()
    assert [one.outage for one in worsenings] == [True]
    snapshot, now = told.snapshot(), told.now
    assert Doubt(lambda: False).certain(worsenings, snapshot, now) == worsenings
    doubt = Doubt(lambda: True)
    assert doubt.certain(worsenings, snapshot, now) == []
    assert doubt.certain([], snapshot, now + DOUBT_SECONDS - 1) == []
    assert doubt.certain([], snapshot, now + DOUBT_SECONDS) == worsenings
    assert doubt.certain([], snapshot, now + DOUBT_SECONDS + 1) == []


def test_nothing_calls_while_this_machine_has_no_network_nor_when_all_is_well_afterwards():
    told, worsenings = down()
    blind, now = replace(told.snapshot(), blind_since=told.now), told.now
    doubt = Doubt(lambda: True)
    assert doubt.certain(worsenings, told.snapshot(), now) == []
    assert doubt.certain([], blind, now + 60) == []
    assert doubt.certain(worsenings, told.snapshot(), now + 61) == worsenings
    assert doubt.certain([], told.snapshot(), now + 120) == []
    assert doubt.certain(worsenings, blind, now + 62) == []
    told.board.fold(ServerStatus("prod", now + 63))
    told.now = now + 63
    told.all_open()
    assert doubt.certain([], told.snapshot(), now + 200) == []


def test_an_answer_of_a_server_is_never_in_doubt():
    told = Told().all_open()
    worsenings = looked_at(told)
    found = worsenings.compare(told.tell(0, CLOSED).snapshot())
    assert found
    assert Doubt(lambda: True).certain(found, told.snapshot(), told.now) == found
