import pytest
from events import ALLOWED, failed, heard, refused, state_after

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.observation import Cause, Failure
from wallboard.domain.policy import DEFAULT_LEVELS, Button, Level, Policy, Thresholds, Verdict
from wallboard.domain.reading import (
    AgentAvailability,
    Capacity,
    ChatAllowed,
    CheckEligibility,
    LiveSessionStatus,
)
from wallboard.domain.verdict import judge

CHAT, ELIGIBILITY = Endpoint.CHAT_ALLOWED, Endpoint.CHECK_ELIGIBILITY
OPEN_0, NO_AGENT_1, FULL_2 = (CheckEligibility(number) for number in range(3))


def judged(*observations: object, policy=None, server_failure=None, endpoints=tuple(Endpoint)):
    state = state_after(*observations, endpoints=endpoints)
    return judge(state, policy or Policy(), server_failure)


@pytest.mark.parametrize("cause", [cause for cause in Cause if cause.unreachable])
def test_row_1_nothing_could_be_reached(cause):
    judgement = judged(*(failed(endpoint, cause) for endpoint in Endpoint))
    assert (judgement.verdict, judgement.level) == (Verdict.UNREACHABLE, Level.CRITICAL)
    assert (judgement.cause, judgement.summary) == (cause, f"chatAllowed failed: {cause}")
    assert judgement.failing == tuple(Endpoint)


def test_row_1_counts_only_the_endpoints_that_are_polled():
    one = (Endpoint.CAPACITY,)
    judgement = judged(failed(Endpoint.CAPACITY, Cause.REFUSED), endpoints=one)
    assert judgement.verdict is Verdict.UNREACHABLE


def test_row_1_also_when_the_feed_says_the_server_is_out_of_reach():
    failure = Failure(Cause.DNS, "The name ece.example.com is not known.")
    judgement = judged(ALLOWED, LiveSessionStatus(5.0, 2), server_failure=failure)
    assert (judgement.verdict, judgement.cause) == (Verdict.UNREACHABLE, Cause.DNS)
    assert judgement.summary == failure.message
    assert judgement.button is Button.UNKNOWN
    assert (judgement.wait_seconds, judgement.queue_depth) == (5.0, 2)


@pytest.mark.parametrize("cause", [cause for cause in Cause if not cause.unreachable])
def test_an_answer_that_is_no_answer_is_not_out_of_reach(cause):
    others = [failed(endpoint, Cause.TIMEOUT) for endpoint in Endpoint if endpoint is not CHAT]
    judgement = judged(failed(CHAT, cause), *others)
    assert (judgement.verdict, judgement.cause) == (Verdict.ERROR, cause)


@pytest.mark.parametrize(
    ("fact", "verdict", "level", "label"),
    [
        (ALLOWED, "open", Level.OK, "OPEN"),
        (refused("queue_depth_reached"), "queue_depth_reached", Level.WARNING, "QUEUE FULL"),
        (refused("agent_not_available"), "agent_not_available", Level.CRITICAL, "NO AGENTS"),
        (refused("service_not_running"), "service_not_running", Level.CRITICAL, "SERVICE DOWN"),
        (refused("invalid_entry_point"), "invalid_entry_point", Level.UNKNOWN, "INVALID ID"),
        (refused("entry_point_inactive"), "entry_point_inactive", Level.WARNING, "INACTIVE"),
        (refused("other"), "other", Level.CRITICAL, "CLOSED"),
        (ChatAllowed(allowed=False), "other", Level.CRITICAL, "CLOSED"),
        (ChatAllowed(allowed=None), "unknown", Level.UNKNOWN, "UNKNOWN"),
        (ChatAllowed(allowed=None, raw_allowed="maybe"), "unknown", Level.UNKNOWN, "UNKNOWN"),
        (ChatAllowed(allowed=False, raw_reason="lunch"), "unknown", Level.UNKNOWN, "UNKNOWN"),
    ],
)
def test_rows_2_to_5_what_chat_allowed_says(fact, verdict, level, label):
    judgement = judged(fact)
    assert (judgement.verdict.value, judgement.level) == (verdict, level)
    assert judgement.verdict.label == label
    assert judgement.summary
    assert not judgement.partial
    assert judgement.chat_allowed == fact.allowed


@pytest.mark.parametrize(
    ("fact", "raw"),
    [
        (ChatAllowed(allowed=None, raw_allowed="maybe"), "maybe"),
        (ChatAllowed(allowed=False, raw_reason="lunch"), "lunch"),
        (ChatAllowed(allowed=None), None),
    ],
)
def test_row_5_shows_the_raw_value(fact, raw):
    judgement = judged(fact)
    assert judgement.raw == raw
    assert (raw or "without a value for allowed") in judgement.summary


def test_a_raw_value_in_a_summary_moves_no_cursor():
    for fact in (
        ChatAllowed(allowed=None, raw_allowed="\x1b[2J"),
        ChatAllowed(allowed=False, raw_reason="\x1b[2J"),
    ):
        assert judged(fact).summary.isprintable()
    eligibility = CheckEligibility(None, raw="\x1b[2J")
    assert judged(failed(CHAT), eligibility).summary.isprintable()


ELIGIBILITY_ROWS = [
    (OPEN_0, "open", Level.OK),
    (NO_AGENT_1, "agent_not_available", Level.CRITICAL),
    (FULL_2, "queue_depth_reached", Level.WARNING),
    (CheckEligibility(7, raw="7"), "unknown", Level.UNKNOWN),
    (CheckEligibility(None, raw="x"), "unknown", Level.UNKNOWN),
    (CheckEligibility(None), "unknown", Level.UNKNOWN),
]


@pytest.mark.parametrize(("fact", "verdict", "level"), ELIGIBILITY_ROWS)
def test_row_6_eligibility_speaks_when_chat_allowed_failed(fact, verdict, level):
    judgement = judged(failed(CHAT, Cause.TIMEOUT), fact)
    assert (judgement.verdict.value, judgement.level) == (verdict, level)
    assert judgement.partial
    assert judgement.raw == (fact.raw if verdict == "unknown" else None)


@pytest.mark.parametrize(("fact", "verdict", "level"), ELIGIBILITY_ROWS)
def test_row_6_eligibility_speaks_when_chat_allowed_is_off(fact, verdict, level):
    judgement = judged(fact, endpoints=(ELIGIBILITY, Endpoint.CAPACITY))
    assert (judgement.verdict.value, judgement.level) == (verdict, level)
    assert judgement.partial
    assert judgement.failing == ()


def test_row_7_both_failed_but_something_answered():
    judgement = judged(failed(CHAT, Cause.TIMEOUT), failed(ELIGIBILITY), Capacity(3))
    assert (judgement.verdict, judgement.level) == (Verdict.ERROR, Level.UNKNOWN)
    assert (judgement.cause, judgement.partial) == (Cause.TIMEOUT, True)
    assert judgement.summary == "chatAllowed failed: timeout"


def test_row_7_both_are_off():
    judgement = judged(Capacity(3), endpoints=(Endpoint.CAPACITY,))
    assert judgement.verdict is Verdict.ERROR
    assert "disabled" in judgement.summary


@pytest.mark.parametrize(
    "observations",
    [
        (),
        (OPEN_0,),
        (Capacity(3), LiveSessionStatus(0.0, 0)),
        (failed(CHAT, Cause.TIMEOUT),),
        (failed(CHAT, Cause.TIMEOUT), failed(ELIGIBILITY, Cause.TIMEOUT)),
    ],
)
def test_until_enough_has_been_heard_the_board_waits(observations):
    judgement = judged(*observations)
    assert (judgement.verdict, judgement.level) == (Verdict.WAITING, Level.UNKNOWN)


def test_waiting_ends_with_both_off_only_once_something_answered():
    assert judged(endpoints=(Endpoint.CAPACITY,)).verdict is Verdict.WAITING


def test_the_newest_answer_counts_for_the_verdict_and_the_last_good_one_for_the_values():
    judgement = judged(refused("other"), ALLOWED, failed(CHAT), NO_AGENT_1)
    assert judgement.verdict is Verdict.AGENT_NOT_AVAILABLE
    assert judgement.chat_allowed is True
    later = judged(LiveSessionStatus(9.0, 4), ALLOWED, failed(Endpoint.LIVE_SESSION_STATUS))
    assert (later.wait_seconds, later.queue_depth) == (9.0, 4)
    assert (later.partial, later.failing) == (True, (Endpoint.LIVE_SESSION_STATUS,))


def test_every_value_is_carried_and_unread_ones_are_none():
    nothing = judged()
    names = ("chat_allowed", "reason", "response_type", "agent_available", "capacity")
    names += ("wait_seconds", "queue_depth", "fresh_until", "newest_at", "hint", "raw", "cause")
    assert {getattr(nothing, name) for name in names} == {None}
    full = judged(
        refused("other"), OPEN_0, LiveSessionStatus(1.5, 2), Capacity(-1), AgentAvailability(False)
    )
    values = [getattr(full, name) for name in names[:7]]
    assert values == [False, "other", 0, False, -1, 1.5, 2]


@pytest.mark.parametrize(
    ("fact", "level", "word"),
    [
        (LiveSessionStatus(59.9, 0), Level.OK, None),
        (LiveSessionStatus(60.0, 0), Level.WARNING, "wait"),
        (LiveSessionStatus(299.9, 0), Level.WARNING, "wait"),
        (LiveSessionStatus(300.0, 0), Level.CRITICAL, "wait"),
        (LiveSessionStatus(0.0, 9), Level.OK, None),
        (LiveSessionStatus(0.0, 10), Level.WARNING, "queue"),
        (LiveSessionStatus(0.0, 24), Level.WARNING, "queue"),
        (LiveSessionStatus(0.0, 25), Level.CRITICAL, "queue"),
        (LiveSessionStatus(None, None), Level.OK, None),
        (Capacity(1), Level.OK, None),
        (Capacity(0), Level.WARNING, "free slots"),
        (Capacity(-1), Level.WARNING, "free slots"),
        (Capacity(None), Level.OK, None),
    ],
)
def test_thresholds_raise_the_level_of_an_open_entry_point(fact, level, word):
    judgement = judged(ALLOWED, fact)
    assert (judgement.verdict, judgement.level) == (Verdict.OPEN, level)
    assert (word in judgement.summary) if word else judgement.summary == judged(ALLOWED).summary


def test_the_worst_threshold_wins_and_the_summary_names_all():
    judgement = judged(ALLOWED, LiveSessionStatus(300.0, 10), Capacity(0))
    assert judgement.level is Level.CRITICAL
    for word in ("wait", "queue", "no free slots"):
        assert word in judgement.summary


def test_thresholds_that_are_off_raise_nothing():
    off = Policy(thresholds=Thresholds(None, None, None, None, None))
    judgement = judged(ALLOWED, LiveSessionStatus(1e9, 10**6), Capacity(-5), policy=off)
    assert judgement.level is Level.OK


@pytest.mark.parametrize(
    ("limits", "level"),
    [
        (Thresholds(wait_warning=None), Level.CRITICAL),
        (Thresholds(wait_critical=None), Level.WARNING),
    ],
)
def test_one_of_a_pair_works_without_the_other(limits, level):
    judgement = judged(ALLOWED, LiveSessionStatus(500.0, 0), policy=Policy(thresholds=limits))
    assert judgement.level is level


def test_thresholds_never_touch_a_verdict_that_is_not_open():
    judgement = judged(refused("queue_depth_reached"), LiveSessionStatus(9999.0, 9999))
    assert judgement.level is Level.WARNING


def test_levels_can_be_set_for_each_verdict():
    for verdict, fact in [(Verdict.OPEN, ALLOWED), (Verdict.OTHER, refused("other"))]:
        for level in Level:
            policy = Policy(levels={**DEFAULT_LEVELS, verdict: level})
            assert judged(fact, policy=policy).level is level


def test_a_threshold_never_lowers_a_level_that_was_set():
    policy = Policy(levels={**DEFAULT_LEVELS, Verdict.OPEN: Level.CRITICAL})
    assert judged(ALLOWED, Capacity(0), policy=policy).level is Level.CRITICAL


def test_levels_run_ok_warning_unknown_critical():
    assert [level.label for level in sorted(Level)] == ["ok", "warning", "unknown", "critical"]
    assert set(DEFAULT_LEVELS) == set(Verdict)


CONTRADICTIONS = [
    (ALLOWED, 0, False),
    (ALLOWED, 1, True),
    (ALLOWED, 2, True),
    (refused("agent_not_available"), 0, True),
    (refused("agent_not_available"), 1, False),
    (refused("agent_not_available"), 2, True),
    (refused("queue_depth_reached"), 0, True),
    (refused("queue_depth_reached"), 1, True),
    (refused("queue_depth_reached"), 2, False),
    (refused("service_not_running"), 0, False),
    (refused("other"), 0, False),
    (ChatAllowed(allowed=None), 1, False),
    (ALLOWED, None, False),
    (ALLOWED, 9, False),
]


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize(("fact", "response_type", "contradicts"), CONTRADICTIONS)
def test_a_contradiction_counts_once_it_held_for_two_rounds(
    fact, response_type, contradicts, swapped
):
    one_round = [fact, CheckEligibility(response_type)]
    if swapped:
        one_round.reverse()
    assert not judged(*one_round).contradiction
    assert not judged(*one_round, one_round[0]).contradiction
    assert judged(*one_round, *one_round).contradiction is contradicts
    assert judged(*one_round, *one_round, *one_round).contradiction is contradicts


@pytest.mark.parametrize(
    "between", [(ALLOWED, OPEN_0), (failed(CHAT), NO_AGENT_1), (ALLOWED, failed(ELIGIBILITY))]
)
def test_a_round_that_agrees_or_fails_starts_the_count_again(between):
    against = (ALLOWED, NO_AGENT_1)
    assert not judged(*against, *between, *against).contradiction
    assert not judged(*against, *against, *between).contradiction


def test_polling_one_of_the_two_more_often_makes_no_contradiction():
    assert not judged(ALLOWED, NO_AGENT_1, ALLOWED, ALLOWED, ALLOWED).contradiction


def test_a_contradiction_leaves_verdict_and_level_alone():
    judgement = judged(*(ALLOWED, NO_AGENT_1) * 2)
    assert (judgement.verdict, judgement.level) == (Verdict.OPEN, Level.OK)
    assert judgement.response_type == 1


def test_a_value_is_stale_three_intervals_after_the_last_good_poll():
    policy = Policy(interval=10.0)
    polls = (heard(ALLOWED, at=100.0), failed(CHAT, at=140.0), failed(ELIGIBILITY, at=150.0))
    judgement = judged(*polls, policy=policy)
    assert (judgement.newest_at, judgement.fresh_until) == (100.0, 130.0)
    assert not judgement.stale(130.0)
    assert judgement.stale(130.1)


def test_a_value_of_the_future_is_stale_for_nobody_knows_how_old_it_is():
    judgement = judged(heard(ALLOWED, at=100.0), policy=Policy(interval=10.0))
    assert not judgement.stale(99.0), "clocks tremble"
    assert judgement.stale(97.0)
    assert judgement.stale(100.0 - 86_400.0)


CAPACITY = Capacity(4)


def test_the_last_good_poll_is_the_one_heard_last_whatever_the_clock_said():
    polls = (heard(ALLOWED, at=5000.0), heard(CAPACITY, at=5001.0), heard(ALLOWED, at=1000.0))
    judgement = judged(*polls, policy=Policy(interval=10.0))
    assert judgement.newest_at == 1000.0
    assert not judgement.stale(1030.0)
    assert judgement.stale(1031.0)
    assert judgement.stale(5010.0)


@pytest.mark.parametrize(
    ("polls", "unconfirmed"),
    [
        ([heard(ALLOWED)], True),
        ([heard(refused("other"))], True),
        ([failed(CHAT), failed(ELIGIBILITY), heard(CAPACITY)], False),
        ([], False),
    ],
    ids=["open", "closed", "error", "waiting"],
)
def test_a_verdict_that_rests_on_a_stale_value_is_unconfirmed(polls, unconfirmed):
    judgement = judged(*polls, policy=Policy(interval=10.0))
    assert not judgement.unconfirmed(30.0)
    assert judgement.unconfirmed(31.0) is unconfirmed


def test_what_was_never_heard_is_not_stale():
    assert not judged().stale(1e12)


def test_lenient_follows_the_newest_body():
    lenient = Capacity(3, lenient=True)
    assert judged(ALLOWED, lenient).lenient
    assert not judged(ALLOWED, lenient, Capacity(3)).lenient
    assert not judged(ALLOWED, lenient, failed(Endpoint.CAPACITY)).lenient


@pytest.mark.parametrize(
    ("available", "slots", "depth", "hinted"),
    [
        (True, 0, 1, True),
        (True, 0, 0, False),
        (True, 1, 1, False),
        (False, 0, 1, False),
        (None, 0, 1, False),
        (True, None, 1, False),
        (True, 0, None, False),
    ],
)
def test_agents_without_slots_while_people_queue_deserve_a_hint(available, slots, depth, hinted):
    facts = (AgentAvailability(available), Capacity(slots), LiveSessionStatus(1.0, depth))
    hint = judged(ALLOWED, *facts).hint
    assert hint == ("all slots full, or Agent Available = Not Required" if hinted else None)


def test_judgements_that_differ_only_in_time_are_equal():
    early, late = (judged(heard(ALLOWED, at=at)) for at in (1.0, 2.0))
    assert early == late
    assert early.newest_at != late.newest_at


LIVE = Endpoint.LIVE_SESSION_STATUS
DOWN = [failed(endpoint, Cause.REFUSED) for endpoint in Endpoint]


@pytest.mark.parametrize(
    ("observations", "endpoints", "decides"),
    [
        ((ALLOWED, FULL_2), tuple(Endpoint), CHAT),
        ((failed(CHAT), FULL_2), tuple(Endpoint), ELIGIBILITY),
        ((FULL_2,), (ELIGIBILITY, LIVE), ELIGIBILITY),
        ((failed(CHAT), failed(ELIGIBILITY)), tuple(Endpoint), CHAT),
        ((failed(ELIGIBILITY), LiveSessionStatus(1.0, 1)), (ELIGIBILITY, LIVE), ELIGIBILITY),
        ((LiveSessionStatus(1.0, 1),), (LIVE,), None),
        (DOWN, tuple(Endpoint), CHAT),
        (DOWN, tuple(reversed(Endpoint)), Endpoint.AGENT_AVAILABILITY),
        ((failed(LIVE, Cause.TIMEOUT),), (LIVE,), LIVE),
        ((), tuple(Endpoint), None),
        ((OPEN_0,), tuple(Endpoint), None),
    ],
)
def test_the_judgement_names_the_endpoint_that_decides(observations, endpoints, decides):
    asked = [one for one in observations if getattr(one, "endpoint", None) in (None, *endpoints)]
    judgement = judged(*asked, endpoints=endpoints)
    assert judgement.decided_by is decides
    if decides and judgement.cause:
        (own,) = [one for one in asked if getattr(one, "endpoint", None) is decides]
        assert judgement.summary == own.outcome.message


def test_no_endpoint_decides_while_the_whole_server_is_out_of_reach():
    failure = Failure(Cause.DNS, "The name ece.example.com is not known.")
    assert judged(ALLOWED, server_failure=failure).decided_by is None
    assert judged(*DOWN, server_failure=failure).decided_by is None
