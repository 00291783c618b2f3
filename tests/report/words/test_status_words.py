"""How an entry point stands, in a few words."""

import pytest
from events import heard, state_after

from wallboard.domain.judgement import Raised
from wallboard.domain.onset import Onset
from wallboard.domain.policy import Level, Policy, Thresholds, Verdict
from wallboard.domain.reading import Capacity, ChatAllowed, CheckEligibility, LiveSessionStatus
from wallboard.domain.verdict import judge
from wallboard.report.words.figures import age
from wallboard.report.words.status import (
    age_words,
    before_words,
    raised_words,
    response_type_words,
    since_words,
)

NOON = 1_790_000_000.0
SEEN = Onset(NOON, seen=True, before=Verdict.OPEN, lasted=36.0)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "0s"), (0, "0s"), (59.9, "59s"), (60, "1m"), (3599, "59m"), (7620, "2h07m"),
     (35_999, "9h59m"), (36_000, "10h"), (172_799, "47h"), (172_800, "2d"), (1e12, "999d")],
)  # fmt: skip
def test_an_age_changes_once_a_minute_and_is_never_more_than_it_is(seconds, words):
    assert age(seconds) == words


def test_what_nobody_saw_begin_is_older_than_that():
    assert age_words(SEEN, NOON + 800) == "13m"
    assert age_words(Onset(NOON), NOON + 800) == ">13m"
    assert age_words(None, NOON) == age_words(SEEN, NOON - 600) == ""


def test_the_moment_is_told_with_the_age():
    assert since_words(SEEN, NOON + 800).endswith(" (13m)")
    assert since_words(Onset(NOON), NOON + 800).startswith("since before ")
    assert since_words(None, NOON) == ""


def test_what_it_was_before_is_told_as_far_as_it_is_known():
    assert before_words(SEEN) == "OPEN for 36s"
    assert before_words(Onset(NOON, seen=True, before=Level.WARNING)) == "WARNING"
    assert before_words(Onset(NOON)) == before_words(None) == ""


@pytest.mark.parametrize(
    ("wait", "depth", "slots", "words"),
    [
        (0, 0, 5, ""),
        (90, 0, 5, "long wait"),
        (90, 30, 0, "long queue"),
        (0, 0, 0, "no free slots"),
        (0, 0, 2, "few free slots"),
        (0, 0, -1, "no free slots"),
    ],
)
def test_a_raised_level_says_what_raises_it_most(wait, depth, slots, words):
    limits = Policy(thresholds=Thresholds(capacity_warning=2))
    state = state_after(ChatAllowed(allowed=True), LiveSessionStatus(wait, depth), Capacity(slots))
    judgement = judge(state, limits)
    assert raised_words(judgement) == words
    assert bool(words) == (judgement.level > Level.OK)


def test_only_an_open_entry_point_is_raised_and_the_words_fit_a_tile():
    closed = state_after(ChatAllowed(allowed=False, reason="other"), Capacity(0))
    assert judge(closed, Policy()).raised == ()
    assert max(map(len, Raised)) <= 14


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (CheckEligibility(0), "eligible"),
        (CheckEligibility(1), "no agent (1)"),
        (CheckEligibility(2), "max depth (2)"),
        (CheckEligibility(7, "7"), "? 7"),
        (CheckEligibility(None, "\x1b[2J"), "? �[2J"),
        (CheckEligibility(None), "-"),
    ],
)
def test_a_response_type_is_told_in_words(said, words):
    judgement = judge(state_after(heard(said, at=NOON)), Policy())
    assert response_type_words(judgement, NOON) == words


def test_a_response_type_that_may_no_longer_hold_is_none():
    judgement = judge(state_after(heard(CheckEligibility(0), at=NOON)), Policy(interval=10))
    assert response_type_words(judgement, NOON + 30) == "eligible"
    assert response_type_words(judgement, NOON + 31) == "-"
