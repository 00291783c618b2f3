"""What holds of alarms whatever the stream of events, by streams that are made up."""

from collections import Counter
from dataclasses import replace
from itertools import chain

import pytest
from alarm_told import CLOSED, INTERVAL, KEYS, MAINTAINED, OPEN, Told
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wallboard.alarm_board import AlarmBoard
from wallboard.domain.alarm import Alarm, AlarmRules, AlarmState, Condition, Truth
from wallboard.domain.alarm_fold import rows_of
from wallboard.domain.alarm_requests import after_what_was_seen
from wallboard.domain.alarm_step import advanced, judged
from wallboard.domain.event import ClockSet
from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind, moment
from wallboard.domain.policy import Level

RULES = {
    "level": Level.WARNING,
    "raise_for": 7.0,
    "clear_for": 13.0,
    "ack_expires": 90.0,
    "flap_changes": 4,
    "flap_within": 60.0,
}
SAID = ("open", "open", "open", "down", "down", "no agents", "inactive", "refused", "error")
EXPECTED = {"open": OPEN, "closed": CLOSED, "maintained": MAINTAINED}
SERVERS = ("prod", "test")
BY_TIME = {RowKind.UNSHELVED, RowKind.UNACKNOWLEDGED}

_keys = st.sampled_from(KEYS)
_alarms = st.sampled_from((*map(AlarmKey.of, KEYS), *map(AlarmKey, SERVERS)))
_seconds = st.floats(0.0, 40.0).map(lambda seconds: round(seconds, 3))
_events = st.one_of(
    *[st.tuples(st.just("poll"), st.sampled_from(SAID), _keys)] * 3,
    st.tuples(st.just("down"), st.sampled_from(SERVERS)),
    st.tuples(st.just("up"), st.sampled_from(SERVERS)),
    st.tuples(st.just("expect"), st.sampled_from(sorted(EXPECTED)), _keys),
    *[st.tuples(st.just("acknowledged"), st.integers(0, 4))] * 5,
    st.tuples(st.sampled_from(("shelved", "unshelved")), _alarms),
    st.tuples(st.just("blind"), st.sampled_from((0.0, 1.0, 12.0))),
    st.just(("seeing",)),
    st.tuples(st.just("clock"), st.sampled_from((-3600.0, -7.5, 20.0, 86_400.0))),
)
_repeated = st.one_of(
    *[st.tuples(st.just("poll"), st.sampled_from(SAID), _keys)] * 4,
    st.tuples(st.just("down"), st.sampled_from(SERVERS)),
)


def _lasting(event, times):
    return [(INTERVAL, event)] * times


def _flapping(key, times):
    return [
        (INTERVAL, ("poll", said, key)) for _ in range(times) for said in ("down", "open", "open")
    ]


_phrases = st.one_of(
    *[st.tuples(_seconds, _events).map(lambda step: [step])] * 3,
    *[st.builds(_lasting, _repeated, st.integers(1, 8))] * 4,
    st.builds(_flapping, _keys, st.integers(1, 4)),
)
STREAMS = st.lists(_phrases, min_size=12, max_size=40).map(lambda all_: [*chain(*all_)])
"""Steps, each so many seconds after the one before; much goes on for some intervals."""


class Streamed(Told):
    """A board that is told such a stream; ``ledger`` has all rows in the order of writing."""

    def __init__(self, **more) -> None:
        super().__init__(**RULES, **more)
        self.ledger = []
        self.down_since = {}
        self.now = 1000.0

    def tell(self, seconds, event, *, looks=1):
        """One event so many seconds later, and so many looks until then."""
        begun = self.now
        self.now = begun + seconds
        for look in range(1, looks + 1):
            self.look(self.now if look == looks else begun + seconds * look / looks)
        self._keep()
        what, *about = event
        match what:
            case "poll":
                self.poll(self.now, *about)
            case "expect":
                self.expect(self.now, EXPECTED[about[0]], about[1])
            case "down":
                self.server(self.now, *about, since=self.down_since.setdefault(*about, self.now))
            case "up" if self.down_since.pop(*about, None) is not None:
                self.server(self.now, *about, up=True)
            case "clock":
                self.now += about[0]
                self.down_since = {name: at + about[0] for name, at in self.down_since.items()}
                self.fold(ClockSet(*about)).look(self.now)
            case _:
                self._write_down(what, about)
        self._keep()

    def _write_down(self, what, about):
        match what:
            case "blind":
                self._write(LedgerRow(self.now, RowKind.BLIND, None, until=self.now - about[0]))
            case "seeing":
                self._write(LedgerRow(self.now, RowKind.SEEING, None))
            case "acknowledged":
                self._acknowledge(*about)
            case "shelved" | "unshelved":
                until = self.now + 50.0 if what == "shelved" else None
                self._ask(LedgerRow(self.now, RowKind(what), *about, until=until))

    def _acknowledge(self, number):
        """One of those that stand, if any does."""
        standing = sorted(
            (alarm for alarm in self.alarms.alarms.values() if alarm.stands),
            key=lambda alarm: (alarm.key.server, alarm.key.id or 0),
        )
        if standing:
            alarm = standing[number % len(standing)]
            row = LedgerRow(self.now, RowKind.ACKNOWLEDGED, alarm.key, alarm.onset)
            self._ask(replace(row, until=self.now + 90.0))

    def _ask(self, row):
        row = replace(row, who="ann@noc")
        self._write(*after_what_was_seen([row], self.alarms.newest_row))

    def _write(self, row):
        self.ledger.append(row)
        self.rows += self.alarms.apply(row)

    def _keep(self):
        self.ledger += self.rows
        self.rows = []


def standing(alarms):
    """What the rows say of each alarm: all but its condition."""
    return {
        key: (
            alarm.onset, alarm.raised_at, alarm.over_at, alarm.level, alarm.verdict,
            alarm.acknowledgement, alarm.shelf, alarm.chattering,
        )
        for key, alarm in alarms.items()
        if alarm.stands or alarm.shelf
    }  # fmt: skip


def again(told):
    """A board that knows the rows alone."""
    board = AlarmBoard({key: AlarmRules(**RULES) for key in every_key(told)})
    for row in told.ledger:
        board.apply(row)
    return board


def every_key(told):
    return {*map(AlarmKey, SERVERS), *(AlarmKey.of(point.key) for point, _ in told.points)}


@settings(max_examples=150)
@given(STREAMS)
def test_the_rows_alone_give_the_same_standing_alarms_at_any_moment(stream):
    told = Streamed()
    for step in stream:
        told.tell(*step)
        assert standing(again(told).alarms) == standing(told.alarms.alarms)


@settings(max_examples=150)
@given(STREAMS)
def test_a_ledger_that_keeps_only_the_last_rows_gives_them_too(stream):
    told = Streamed()
    for step in stream:
        told.tell(*step)
    kept = AlarmBoard({key: AlarmRules(**RULES) for key in every_key(told)})
    for alarm in told.alarms.alarms.values():
        for row in rows_of(alarm):
            kept.apply(row)
    assert standing(kept.alarms) == standing(told.alarms.alarms)


@settings(max_examples=150)
@given(STREAMS, st.integers(2, 5))
def test_the_same_stream_gives_the_same_rows_however_often_somebody_looks(stream, looks):
    once, often = Streamed(), Streamed()
    for step in stream:
        once.tell(*step)
        often.tell(*step, looks=looks)
    assert once.ledger == often.ledger
    assert once.alarms.alarms == often.alarms.alarms


@settings(max_examples=150)
@given(STREAMS)
def test_the_same_stream_gives_the_same_rows_if_nobody_looks_but_those_who_act(stream):
    looked, told = Streamed(), Streamed()
    for seconds, event in stream:
        looked.tell(seconds, event)
        told.tell(seconds, event, looks=0 if event[0] in {"poll", "down", "up", "expect"} else 1)
    for one in (looked, told):
        one.tell(1000.0, ("look",))
    for key in every_key(told):
        mine = [[row for row in one.ledger if row.key == key] for one in (looked, told)]
        assert mine[0] == mine[1]


@settings(max_examples=150)
@given(STREAMS)
def test_never_two_alarms_for_one_onset(stream):
    told = Streamed()
    for step in stream:
        told.tell(*step)
    raised = Counter((row.key, row.onset) for row in told.ledger if row.kind is RowKind.RAISED)
    assert set(raised.values()) <= {1}
    for key in every_key(told):
        stands = False
        for row in (one for one in told.ledger if one.key == key):
            assert not (row.kind is RowKind.RAISED and stands), "raised while it stood"
            if row.kind is RowKind.RAISED:
                stands = True
            elif row.kind in {RowKind.RETURNED, RowKind.CLEARED, RowKind.UNSHELVED}:
                stands = False


class Acknowledgements:
    """Which alarms somebody has, by the rows; each row that ends one must be allowed to."""

    def __init__(self) -> None:
        self.held = {}
        self._last = {}
        self._levels = {}
        self._over = set()
        self._chatters = set()

    def take(self, row):
        """Take a row of the ledger."""
        key, kind = row.key, row.kind
        last, self._last[key] = self._last.get(key), row
        match kind:
            case RowKind.RAISED:
                if self.held.pop(key, None):
                    assert (last.kind, last.at, last.who) == (RowKind.UNSHELVED, row.at, "")
                self._levels[key] = row.level
                self._over.discard(key)
            case RowKind.ACKNOWLEDGED if key not in self._over:
                self.held.setdefault(key, row)
            case RowKind.WORSENED:
                assert row.level > self._levels[key]
                self._levels[key] = row.level
            case RowKind.UNACKNOWLEDGED:
                worse = last.kind is RowKind.WORSENED and last.at == row.at
                assert worse or row.at == moment(self.held[key].until)
                del self.held[key]
            case RowKind.RETURNED:
                assert key not in self.held
                self._over.add(key)
            case RowKind.CLEARED if self.held.pop(key, None):
                quiet = RULES["flap_within" if key in self._chatters else "clear_for"]
                assert row.at - row.until > quiet - 0.01
                assert row.level < RULES["level"]
                self._chatters.discard(key)
            case RowKind.CHATTERING:
                self._chatters.add(key)
            case RowKind.QUIET:
                self._chatters.discard(key)


OUTAGE = [(INTERVAL, ("down", "prod"))] * 6
ACKNOWLEDGED = (0.0, ("acknowledged", 0))
FAULT = [(INTERVAL, ("poll", "error", KEYS[0]))] * 3


@settings(max_examples=300)
@example([*OUTAGE[:2], ACKNOWLEDGED, (1.0, ("blind", 12.0))])
@example([*FAULT, ACKNOWLEDGED, (5.0, ("acknowledged", 0)), *FAULT])
@example([*FAULT, ACKNOWLEDGED, *[(INTERVAL, ("poll", "open", KEYS[0]))] * 4])
@example(
    [*_flapping(KEYS[0], 3), *FAULT[:2], ACKNOWLEDGED] + [(INTERVAL, ("poll", "open", KEYS[0]))] * 8
)
@given(STREAMS)
def test_an_acknowledgement_is_never_lost(stream):
    """It holds until the alarm is over, got worse, expires, or is raised anew after a shelf."""
    told, acknowledgements, seen = Streamed(), Acknowledgements(), 0
    for step in stream:
        told.tell(*step)
        for row in told.ledger[seen:]:
            acknowledgements.take(row)
        seen = len(told.ledger)
        alarms = told.alarms.alarms.values()
        mine = {alarm.key: alarm.acknowledgement.at for alarm in alarms if alarm.acknowledgement}
        assert mine == {key: row.at for key, row in acknowledgements.held.items()}


@settings(max_examples=150)
@given(STREAMS)
def test_shelves_end_and_outages_suppress(stream):
    told, down = Streamed(), {}
    for step in stream:
        before, blind = len(told.ledger), told.alarms.blind_since
        told.tell(*step)
        new = told.ledger[before:]
        match step[1]:
            case "down", name if blind is None:
                down.setdefault(name, told.now)
            case "up", name:
                down.pop(name, None)
            case ("blind", _) | ("seeing",):
                down.clear()
            case "clock", by:
                down = {name: at + by for name, at in down.items()}
        for alarm in told.alarms.alarms.values():
            assert alarm.shelf is None or alarm.shelf.until > told.now
        for key in every_key(told):
            if key.id is not None and key.server in down:
                assert told.state(key) in {"suppressed", "shelved", "returned"}
                raised = [row.at for row in new if row.key == key and row.kind is RowKind.RAISED]
                assert not [at for at in raised if at > down[key.server]]


def began_with_the_loss(alarm, since):
    """Whether what an alarm is pending or was raised for is put down to the network, lost then."""
    if not alarm.active:
        return alarm.began is not None and alarm.began >= since - alarm.rules.raise_for
    unanswered = alarm.key.id is None or alarm.verdict in {"unreachable", "error"}
    recent = min(alarm.onset, alarm.began) >= since - alarm.rules.raise_for
    return unanswered and recent and alarm.holds and not alarm.acknowledgement


def under_a_server(alarm):
    return alarm.suppressed_by.startswith("server ")


def states_without_the_loss(before, key, mine):
    """The states that an alarm may have of which nothing else changed than those in ``mine``."""
    was, server = before.get(key, Alarm(key)), before.get(AlarmKey(key.server))
    states = set()
    if under_a_server(was) and (server.key in mine or not server.active):
        # That the server is out of reach is known no more; what is planned may explain it instead.
        was = replace(was, condition=replace(was.condition, suppressed_by=""))
        states.add(AlarmState.SUPPRESSED)
    if key in mine:
        was = replace(was, raised_at=None if was.active else was.raised_at, holds=None)
    return {*states, was.state}


@settings(max_examples=300)
@example([*OUTAGE, (1.0, ("blind", 0.0))])
@example([*OUTAGE[:2], (1.0, ("blind", 12.0))])
@example([*FAULT, *OUTAGE, (1.0, ("blind", 0.0))])
@given(STREAMS)
def test_a_loss_of_the_network_changes_only_what_began_with_it(stream):
    told = Streamed()
    for seconds, event in stream:
        if event[0] != "blind" or told.alarms.blind_since is not None:
            told.tell(seconds, event)
            continue
        told.tell(seconds, ("look",))
        before, rows = dict(told.alarms.alarms), len(told.ledger)
        told.tell(0.0, event)
        if told.alarms.blind_since is None:
            continue  # at this very moment there was a network, by a row that counts as later
        since = told.now - event[1]
        mine = {key for key, alarm in before.items() if began_with_the_loss(alarm, since)}
        cleared = {row.key: row for row in told.ledger[rows:] if row.key}
        assert cleared.keys() == {key for key in mine if before[key].active}
        assert {row.kind for row in cleared.values()} <= {RowKind.CLEARED}
        for key in every_key(told):
            assert told.state(key) in states_without_the_loss(before, key, mine)


@settings(max_examples=300)
@given(STREAMS)
def test_without_a_network_only_people_and_what_they_set_change_a_state(stream):
    told = Streamed()
    for seconds, event in stream:
        before, rows, blind = told.alarms.alarms, len(told.ledger), told.alarms.blind_since
        told.tell(seconds, event)
        if blind is None or event[0] == "clock":
            continue
        new = [row for row in told.ledger[rows:] if row.key]
        assert {row.kind for row in new if not row.who} <= BY_TIME
        for key in every_key(told).difference(row.key for row in new):
            was = before.get(key)
            if event == ("seeing",) and was and under_a_server(was):
                continue  # it may be back, which nobody could know until now
            assert told.state(key) == (was.state if was else "normal")


_conditions = st.builds(
    Condition,
    st.just(0.0),
    st.sampled_from(Truth),
    st.sampled_from((Level.WARNING, Level.CRITICAL)),
    until=st.sampled_from((20.0, 1e9)),
    suppressed_by=st.sampled_from(("", "", "maintenance: upgrade")),
)


@settings(max_examples=300)
@example([(10.0, Condition(0, Truth.TRUE)), (5.0, Condition(0, Truth.INCONCLUSIVE))])
@given(st.lists(st.tuples(_seconds, _conditions), max_size=40))
def test_an_inconclusive_moment_never_changes_a_state(stream):
    alarm, now = Alarm(AlarmKey("prod", 1), AlarmRules(**RULES)), 0.0
    for seconds, found in stream:
        now += seconds
        alarm, _ = advanced(alarm, now)
        known = found.truth is not Truth.INCONCLUSIVE
        by = found.suppressed_by if known else alarm.suppressed_by
        condition = Condition(now, found.truth, found.level, "x", now + found.until, by)
        met, rows = judged(alarm, condition)
        if condition.truth is Truth.INCONCLUSIVE:
            assert rows == ()
            assert met.state is alarm.state
            assert met.held_at(now + 500) == met.held_at(now)
            confirmed = min(now, alarm.condition.until)
            assert met.held_at(now) == pytest.approx(alarm.held_at(confirmed), abs=0.001)
            assert advanced(met, now + 10_000) == (met, ())
        alarm = met
