"""Every state of an alarm and every way from one to another, as a table of stories."""

from dataclasses import replace

import pytest
from alarm_story import KEY, RULES, Story, told

from wallboard.domain.alarm import Alarm, AlarmState, Condition, Truth
from wallboard.domain.alarm_fold import MOST_FLAPS, applied
from wallboard.domain.alarm_step import EXPIRED, NOT_WATCHED, WORSE, judged, seen, withdrawn
from wallboard.domain.ledger_row import LedgerRow, RowKind
from wallboard.domain.policy import Level

BAD = (0, "bad")
RAISED = (BAD, (30, "look"))
ACKED = (*RAISED, (40, "ack"))
OVER = (*RAISED, (100, "ok"), (160, "look"))
FLAPPING = (
    BAD, (40, "ok"), (110, "bad"), (150, "ok"), (220, "bad"), (260, "ok"),
)  # fmt: skip
"""Raised three times; the third end is the sixth change, at 320."""

STATES = {
    "nothing known": ((), "normal"),
    "false": (((0, "ok"), (500, "look")), "normal"),
    "true for less than raise_for": ((BAD, (29, "look")), "pending"),
    "true for raise_for": (RAISED, "unacknowledged"),
    "acknowledged": (ACKED, "acknowledged"),
    "false for less than clear_for": ((*RAISED, (100, "ok"), (159, "look")), "unacknowledged"),
    "false for clear_for": (OVER, "returned"),
    "acknowledged and false for clear_for": ((*ACKED, (100, "ok"), (160, "look")), "normal"),
    "returned and acknowledged": ((*OVER, (200, "ack")), "normal"),
    "returned and true again": ((*OVER, (200, "bad"), (229, "look")), "returned"),
    "shelved while nothing is wrong": (((0, "ok"), (10, "shelve 60")), "shelved"),
    "shelved while it stands": ((*RAISED, (50, "shelve 60")), "shelved"),
    "shelved after it returned": ((*OVER, (170, "shelve 60")), "shelved"),
    "suppressed while nothing is wrong": (((0, "ok closed"),), "suppressed"),
    "suppressed and true": (((0, "bad maintenance"), (500, "look")), "suppressed"),
    "suppressed while it stands": ((*ACKED, (50, "bad maintenance")), "suppressed"),
    "suppressed after it returned": ((*OVER, (170, "ok closed")), "returned"),
    "shelved and suppressed": (((0, "bad maintenance"), (1, "shelve 60")), "shelved"),
}


@pytest.mark.parametrize("case", STATES, ids=lambda case: case.replace(" ", "_"))
def test_each_row_of_the_table_of_states(case):
    events, state = STATES[case]
    assert told(*events).alarm.state == state


TRANSITIONS = {
    "true for raise_for raises, dated when it was due": (
        (BAD, (500, "look")), ["30 raised"],
    ),
    "a flicker raises nothing": (
        (BAD, (29, "ok"), (50, "bad"), (79, "ok"), (900, "look")), [],
    ),
    "false for clear_for is over and nobody looked": (
        (*RAISED, (100, "ok"), (900, "look")), ["30 raised", "160 returned"],
    ),
    "acknowledged, it is cleared": (
        (*ACKED, (100, "ok"), (900, "look")), ["30 raised", "160 cleared"],
    ),
    "an end shorter than clear_for is none, and the acknowledgement survives it": (
        (*ACKED, (100, "ok"), (159, "bad"), (300, "ok"), (359, "bad"), (900, "look")),
        ["30 raised"],
    ),
    "one that returned is raised anew": (
        (*OVER, (200, "bad"), (900, "look")), ["30 raised", "160 returned", "230 raised"],
    ),
    "a worse level breaks an acknowledgement, once": (
        (*ACKED, (50, "worse"), (60, "bad"), (70, "worse")),
        ["30 raised", "50 worsened", "50 unacknowledged"],
    ),
    "a worse level is told of one that nobody has acknowledged": (
        (*RAISED, (50, "worse")), ["30 raised", "50 worsened"],
    ),
    "an acknowledgement expires": (
        (*ACKED, (5000, "look")), ["30 raised", "1040 unacknowledged"],
    ),
    "an acknowledgement expires while nobody knows": (
        (*ACKED, (50, "?"), (5000, "look")), ["30 raised", "1040 unacknowledged"],
    ),
    "what is over in the moment in which the acknowledgement expires is cleared": (
        (*ACKED, (980, "ok"), (5000, "look")), ["30 raised", "1040 cleared"],
    ),
    "inconclusive moments neither raise": (
        (BAD, (20, "?"), (900, "look")), [],
    ),
    "nor do they clear": (
        (*RAISED, (100, "ok"), (150, "?"), (900, "look")), ["30 raised"],
    ),
    "timers stand still meanwhile: to raise": (
        (BAD, (20, "?"), (100, "bad"), (900, "look")), ["110 raised"],
    ),
    "timers stand still meanwhile: to clear": (
        (*RAISED, (100, "ok"), (150, "?"), (200, "ok"), (900, "look")),
        ["30 raised", "210 returned"],
    ),
    "what was not confirmed for too long is inconclusive by itself": (
        ((0, "bad for 20"), (900, "look")), [],
    ),
    "and goes on where it was once it is confirmed": (
        ((0, "bad for 20"), (100, "bad for 30"), (900, "look")), ["110 raised"],
    ),
    "confirmed until the moment at which it is due is confirmed": (
        ((0, "bad for 30"), (900, "look")), ["30 raised"],
    ),
    "six raises and ends within ten minutes latch chattering in place of the end": (
        (*FLAPPING, (320, "look")),
        ["30 raised", "100 returned", "140 raised", "210 returned", "250 raised",
         "320 chattering"],
    ),
    "a chattering alarm is one until quiet for ten minutes, then it is over": (
        (*FLAPPING, (330, "bad"), (370, "ok"), (5000, "look")),
        ["30 raised", "100 returned", "140 raised", "210 returned", "250 raised",
         "320 chattering", "970 quiet", "970 returned"],
    ),
    "a chattering alarm that stays true is quiet and stands": (
        (*FLAPPING, (330, "bad"), (5000, "look")),
        ["30 raised", "100 returned", "140 raised", "210 returned", "250 raised",
         "320 chattering", "930 quiet"],
    ),
    "a chattering alarm keeps its acknowledgement": (
        (*FLAPPING, (330, "ack"), (340, "bad"), (400, "ok"), (500, "bad"), (560, "ok"),
         (1300, "look")),
        ["30 raised", "100 returned", "140 raised", "210 returned", "250 raised",
         "320 chattering", "1160 quiet", "1160 cleared"],
    ),
    "six changes in more than ten minutes are none": (
        (BAD, (40, "ok"), (210, "bad"), (250, "ok"), (620, "bad"), (670, "ok"), (900, "look")),
        ["30 raised", "100 returned", "240 raised", "310 returned", "650 raised",
         "730 returned"],
    ),
    "a shelved alarm goes on underneath": (
        (BAD, (10, "shelve 500"), (100, "ok"), (300, "look")), ["30 raised", "160 returned"],
    ),
    "at the end of its shelf one that is true is raised anew": (
        (*ACKED, (50, "shelve 100"), (900, "look")),
        ["30 raised", "150 unshelved", "150 raised"],
    ),
    "one that became true meanwhile, too": (
        ((0, "ok"), (5, "shelve 100"), (10, "bad"), (900, "look")),
        ["40 raised", "105 unshelved", "105 raised"],
    ),
    "one that is not raised yet is raised in its time": (
        ((0, "shelve 100"), (90, "bad"), (900, "look")), ["100 unshelved", "120 raised"],
    ),
    "one that is raised in that moment is raised once": (
        ((0, "shelve 100"), (70, "bad"), (900, "look")), ["100 unshelved", "100 raised"],
    ),
    "one of which nobody knows is not raised anew": (
        (*ACKED, (50, "shelve 100"), (60, "?"), (900, "look")), ["30 raised", "150 unshelved"],
    ),
    "one that somebody takes from its shelf is what it was": (
        (*ACKED, (50, "shelve 500"), (60, "unshelve"), (900, "look")), ["30 raised"],
    ),
    "a suppressed condition raises nothing": (
        ((0, "bad maintenance"), (900, "look")), [],
    ),
    "once it is not suppressed any more it is raised in its time": (
        ((0, "bad maintenance"), (100, "bad"), (900, "look")), ["130 raised"],
    ),
    "a suppressed end is an end": (
        (*RAISED, (100, "ok closed"), (900, "look")), ["30 raised", "160 returned"],
    ),
    "a suppressed one that got worse breaks no acknowledgement": (
        (*ACKED, (50, "worse maintenance"), (900, "look")), ["30 raised"],
    ),
    "it does once that is not suppressed any more": (
        (*ACKED, (50, "worse maintenance"), (100, "worse")),
        ["30 raised", "100 worsened", "100 unacknowledged"],
    ),
    "what began with the outage of its server is not raised, nor later": (
        ((100, "bad"), (110, "outage 99"), (300, "?"), (310, "ok"), (900, "look")), [],
    ),
    "what began within raise_for before it is not raised meanwhile, and has to begin anew": (
        ((80, "bad"), (105, "outage 100"), (300, "?"), (310, "bad"), (900, "look")),
        ["340 raised"],
    ),
    "what stood before it stands after it": (
        (*ACKED, (200, "outage 195"), (300, "?"), (310, "bad"), (900, "look")), ["30 raised"],
    ),
    "what ended meanwhile is over after it": (
        (*RAISED, (200, "outage 195"), (300, "?"), (310, "ok"), (900, "look")),
        ["30 raised", "370 returned"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TRANSITIONS, ids=lambda case: case.replace(" ", "_"))
def test_each_transition(case):
    events, rows = TRANSITIONS[case]
    assert told(*events).told == rows


@pytest.mark.parametrize("case", TRANSITIONS, ids=lambda case: case.replace(" ", "_"))
def test_it_does_not_matter_how_often_somebody_looks(case):
    events, rows = TRANSITIONS[case]
    story = Story()
    seconds = 0
    for at, word in events:
        for moment in range(seconds, at, 7):
            story.tell(moment, "look")
        story.tell(at, word)
        seconds = at
    assert story.told == rows
    assert story.alarm == told(*events).alarm


@pytest.mark.parametrize("case", TRANSITIONS, ids=lambda case: case.replace(" ", "_"))
def test_the_rows_alone_give_the_same_alarm_again(case):
    story, rows = Story(), []
    for at, word in TRANSITIONS[case][0]:
        before = len(story.rows)
        people = word.split()[0] in {"ack", "shelve", "unshelve"}
        if people:
            story.tell(at, "look")
            rows += story.rows[before:]
            rows.append(story.row(at, *word.partition(" ")[::2]))
        story.tell(at, word)
        rows += story.rows[before:] if not people else ()
    folded = Alarm(KEY, RULES)
    for row in rows:
        folded = applied(folded, row)
    asked = {"condition", "since", "holds", "began", "held", "at"}
    known = {name: getattr(story.alarm, name) for name in asked}
    assert replace(folded, **known) == story.alarm
    for row in rows[-1:]:
        assert applied(folded, row) == folded


def test_pending_says_how_long_of_raise_for_it_has_been_true():
    alarm = told(BAD, (12, "?"), (100, "bad")).alarm
    assert alarm.state is AlarmState.PENDING
    assert (alarm.began, alarm.since) == (0, 100)
    assert alarm.held_at(100) == 12
    assert alarm.held_at(105) == 17
    assert told((0, "bad for 10"), (25, "?")).alarm.held_at(25) == 10


def test_an_alarm_knows_its_onset_its_worst_and_when_it_was_over():
    alarm = told(BAD, (20, "?"), (100, "worse"), (150, "bad"), (200, "ok"), (300, "look")).alarm
    assert (alarm.onset, alarm.raised_at, alarm.over_at) == (0, 110, 200)
    assert (alarm.level, alarm.verdict) == (Level.CRITICAL, "worse")
    assert alarm.stands
    assert not alarm.active


def test_the_rows_say_all_of_it():
    story = told(*ACKED, (50, "worse"), (60, "ack"), (100, "ok"), (160, "look"))
    assert story.rows == [
        LedgerRow(30, RowKind.RAISED, KEY, 0, Level.WARNING, "bad"),
        LedgerRow(50, RowKind.WORSENED, KEY, 0, Level.CRITICAL, "worse"),
        LedgerRow(
            50, RowKind.UNACKNOWLEDGED, KEY, 0, Level.CRITICAL, "worse", text=WORSE, until=1040
        ),
        LedgerRow(160, RowKind.CLEARED, KEY, 0, Level.OK, "ok", until=100),
    ]
    assert told(*ACKED, (5000, "look")).rows[-1].text == EXPIRED


def test_never_two_alarms_for_one_onset():
    story = told(*ACKED, (50, "shelve 100"), (900, "look"))
    onsets = [row.onset for row in story.rows if row.kind is RowKind.RAISED]
    assert onsets == [0, 150]
    assert applied(story.alarm, story.rows[-1]) is story.alarm


def test_an_outage_takes_back_what_it_raised_before_it_was_known_but_nobody_s_word():
    rules = replace(RULES, raise_for=0.0)

    def story(*more: tuple[float, str]):
        story = Story(rules)
        story.alarm, story.rows = judged(
            story.alarm, Condition(100, Truth.TRUE, Level.CRITICAL, "unreachable")
        )
        story.rows = list(story.rows)
        for at, word in more:
            story.tell(at, word)
        return story

    over = story((105, "outage 99"))
    assert over.told == ["100 raised", "105 cleared"]
    assert over.rows[-1].text == "server prod"
    assert over.alarm.state is AlarmState.SUPPRESSED
    assert not over.alarm.stands
    assert story((102, "ack"), (105, "outage 99")).told == ["100 raised"]
    assert story((105, "outage 103")).told == ["100 raised"]


def test_the_first_of_two_acknowledgements_counts_and_one_of_another_onset_does_not():
    story = told(*ACKED)
    second = replace(story.row(41, "ack"), who="bob@noc")
    assert applied(story.alarm, second).acknowledgement.who == "ann@noc"
    earlier = replace(story.row(41, "ack"), onset=-100.0)
    assert applied(told(*RAISED).alarm, earlier).acknowledgement is None


def test_a_row_about_what_is_over_changes_nothing():
    story = told(*ACKED)
    stale = LedgerRow(45, RowKind.UNACKNOWLEDGED, KEY, 0, until=77.0)
    assert applied(story.alarm, stale) is story.alarm
    shelved = told(*ACKED, (50, "shelve 100"), (60, "shelve 500")).alarm
    assert applied(shelved, LedgerRow(150, RowKind.UNSHELVED, KEY, until=150)) is shelved
    for kind in (RowKind.RETURNED, RowKind.CLEARED, RowKind.WORSENED, RowKind.QUIET):
        assert applied(story.alarm, LedgerRow(60, kind, KEY, 7.0)) is story.alarm
    note = LedgerRow(60, RowKind.NOTE, KEY, 0, text="called the vendor")
    assert applied(story.alarm, note) is story.alarm


def test_an_acknowledgement_that_comes_late_clears_what_returned_meanwhile():
    story = told(*RAISED)
    late = story.row(150, "ack")
    story.tell(160, "ok").tell(900, "look")
    assert applied(story.alarm, late).state is AlarmState.NORMAL
    acked = applied(told(*RAISED).alarm, late)
    assert acked.stands
    assert not applied(acked, story.rows[-1]).stands


def test_what_nobody_watches_for_is_over():
    assert withdrawn(told(BAD).alarm, 10) == ()
    (row,) = withdrawn(told(*RAISED).alarm, 50)
    assert (row.kind, row.text, row.onset) == (RowKind.CLEARED, NOT_WATCHED, 0)
    assert not applied(told(*RAISED).alarm, row).stands


def test_a_clock_that_is_set_moves_timers_but_no_names_and_no_promises():
    shelved = told(*ACKED, (50, "shelve 100"), (60, "ok")).alarm
    alarm = shelved.shifted(-3600)
    assert (alarm.onset, alarm.raised_at) == (0, 30)
    assert alarm.acknowledgement == shelved.acknowledgement
    assert alarm.shelf == shelved.shelf
    assert (alarm.since, alarm.began, alarm.at) == (-3540, -3540, -3540)
    assert alarm.held_at(-3530) == 10
    assert alarm.shifted(3600) == shelved


def test_only_so_many_raises_and_ends_are_kept():
    alarm = Alarm(KEY, replace(RULES, raise_for=0, clear_for=0, flap_changes=10**6))
    for at in range(200):
        truth = Truth.FALSE if at % 2 else Truth.TRUE
        alarm, _ = judged(alarm, Condition(at, truth, Level.CRITICAL))
    assert alarm.flaps == tuple(range(200 - MOST_FLAPS, 200))


def test_a_flap_within_shorter_than_clear_for_ends():
    rules = replace(RULES, flap_changes=2, flap_within=30.0, raise_for=0.0, clear_for=20.0)
    story = told(BAD, (1, "ok"), (500, "look"), rules=rules)
    assert story.told == ["0 raised", "21 chattering", "31 quiet", "31 returned"]
    rules = replace(rules, clear_for=25.0, flap_within=26.0)
    assert told(BAD, (0, "ok"), (500, "look"), rules=rules).told[-1] == "26 returned"


def test_what_comes_late_is_taken_as_of_now():
    alarm = told(BAD, (20, "ok")).alarm
    late = seen(alarm, Condition(10, Truth.TRUE, Level.CRITICAL))
    assert (late.at, late.began) == (20, 20)


@pytest.mark.parametrize("until", [100.0006, 100.0004, 99.0, 0.0])
def test_a_condition_goes_stale_however_exact_its_end_is_and_even_before_it_began(until):
    stale = seen(
        seen(Alarm(KEY, RULES), Condition(99.5, Truth.TRUE, Level.WARNING, "bad", until)),
        Condition(200.0, Truth.TRUE, Level.WARNING, "bad"),
    )
    assert stale.condition.conclusive
    assert stale.held_at(200.0) <= 1.0, "nobody knows what was between"


def test_a_row_that_comes_back_late_makes_an_alarm_no_better():
    story = told(*RAISED, (40, "worse"))
    first = replace(story.rows[-1], level=Level.UNKNOWN, verdict="unknown")
    assert story.rows[-1].kind is RowKind.WORSENED
    assert applied(story.alarm, first) == story.alarm
