"""Who agrees about an entry point that several places see."""

from alarm_told import CLOSED, MAINTAINED, ONE, POLICY, TWO
from seen_elsewhere import Seen

from wallboard.domain.policy import Level, Verdict
from wallboard.domain.vantage import SETTLED_INTERVALS, agreement_of, answers_of, disagree


def words(agreement):
    """An agreement in short: verdict, who agrees, who differs and who does not count."""
    differing = [f"{place} {verdict}" for place, verdict in agreement.differing]
    uncounted = [*agreement.silent, *agreement.stale]
    return (str(agreement.verdict), agreement.agree, agreement.count, differing, uncounted)


def test_one_place_alone_agrees_with_nobody():
    status = Seen().round(0, fra="open").hear(0).board.status(ONE)
    assert agreement_of(status, 0) is None
    assert answers_of(status, 0) == ()
    assert not disagree(status, 0)


def test_places_that_say_the_same_agree():
    seen = Seen("nyc", "sin").rounds(0, 60, fra="open", nyc="open", sin="open")
    assert words(seen.agreement(ONE, 60)) == ("open", 3, 3, [], [])
    assert not seen.agreement(ONE, 60).disagrees
    assert [one.place for one in answers_of(seen.board.status(ONE), 60)] == ["fra", "nyc", "sin"]


def test_who_differs_is_named_and_disagrees_once_that_lasts():
    seen = Seen("nyc", "sin").rounds(0, 20, fra="open", nyc="open", sin="open")
    seen.round(30, ONE, fra="open", nyc="down", sin="open")
    assert words(seen.agreement(ONE, 30)) == ("open", 2, 3, ["nyc service_not_running"], [])
    assert not seen.agreement(ONE, 30).disagrees
    lasting = 30 + SETTLED_INTERVALS * POLICY.interval
    assert not disagree(seen.board.status(ONE), lasting - 0.1)
    assert disagree(seen.board.status(ONE), lasting)
    assert not disagree(seen.board.status(TWO), lasting)


def test_places_that_change_one_after_the_other_never_disagree():
    seen = Seen("nyc").rounds(0, 50, fra="open", nyc="open")
    seen.poll(61, "down").hear(61)
    assert words(seen.agreement(ONE, 61)) == (
        "service_not_running", 1, 2, ["nyc open"], [],
    )  # fmt: skip
    assert not any(disagree(seen.board.status(ONE), now) for now in range(61, 70))
    seen.there(70, "nyc", "down")
    assert words(seen.agreement(ONE, 70)) == ("service_not_running", 2, 2, [], [])


def test_a_silent_place_does_not_count_and_is_said():
    seen = Seen("nyc").rounds(0, 60, fra="open", nyc="down")
    seen.silent(61, "nyc", 55)
    assert words(seen.agreement(ONE, 61)) == ("open", 1, 1, [], ["nyc"])
    assert seen.agreement(ONE, 61).silent == ("nyc",)
    assert [one.silent_since for one in answers_of(seen.board.status(ONE), 61)] == [None, 55]
    seen.silent(62, "nyc", None)
    assert seen.agreement(ONE, 62).disagrees


def test_an_answer_that_is_out_of_date_does_not_count():
    seen = Seen("nyc").round(0, fra="open", nyc="down").rounds(10, 60, fra="open")
    assert words(seen.agreement(ONE, 60)) == ("open", 1, 1, [], ["nyc"])
    assert seen.agreement(ONE, 60).stale == ("nyc",)


def test_a_place_without_an_answer_so_far_does_not_count():
    seen = Seen("nyc").rounds(0, 20, fra="open").there(20, "nyc", "open", TWO)
    assert words(seen.agreement(ONE, 20)) == ("open", 1, 1, [], ["nyc"])


def test_where_the_own_answer_does_not_count_most_others_are_gone_by():
    seen = Seen("nyc", "sin", "tok").round(0, fra="open")
    seen.rounds(10, 60, nyc="down", sin="open", tok="down")
    assert words(seen.agreement(ONE, 60)) == (
        "service_not_running", 2, 3, ["sin open"], ["fra"],
    )  # fmt: skip
    seen.silent(60, "tok", 55)
    # Of as many on both sides the worse is said.
    assert words(seen.agreement(ONE, 60))[:3] == ("service_not_running", 1, 2)


def test_nobody_counts_when_all_is_out_of_date():
    seen = Seen("nyc").round(0, fra="open", nyc="down")
    assert words(seen.agreement(ONE, 100)) == ("open", 0, 0, [], ["fra", "nyc"])
    assert not seen.agreement(ONE, 100).disagrees


def test_other_places_are_judged_by_the_calendar_of_this_one():
    seen = Seen("nyc").rounds(0, 20, fra="open", nyc="no agents")
    (there,) = seen.board.status(ONE).places.others
    assert there.status.judgement.level is Level.CRITICAL
    (there,) = seen.expect(25, CLOSED).board.status(ONE).places.others
    assert there.status.judgement.level is Level.OK
    assert there.status.judgement.verdict is Verdict.AGENT_NOT_AVAILABLE
    (there,) = seen.expect(26, MAINTAINED).board.status(ONE).places.others
    assert there.status.expectation is MAINTAINED
