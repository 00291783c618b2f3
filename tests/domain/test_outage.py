from dataclasses import replace

from events import ALLOWED, KEY, failed, heard, state_after

from wallboard.domain.change import Change, Subject
from wallboard.domain.endpoint import Endpoint
from wallboard.domain.event import RecordedBoard
from wallboard.domain.observation import Cause, Failure, ServerStatus
from wallboard.domain.outage import RecordedOutages, absorbed, as_on_timeline, server_change
from wallboard.domain.policy import Level, Policy
from wallboard.domain.state import EndpointState
from wallboard.domain.verdict import judge

DOWN = ServerStatus("prod", 90.0, Failure(Cause.REFUSED, "refused"), since=50.0)
GOOD = heard(ALLOWED, at=100.0)


def known(*events: object):
    outages = RecordedOutages()
    for event in events:
        outages.read(event)
    return outages


def test_the_first_answer_after_a_recorded_outage_says_first_that_it_is_over():
    outages = known(RecordedBoard(95.0, (), servers=(DOWN,)))
    assert list(outages.polled(GOOD)) == [ServerStatus("prod", 100.0), GOOD]
    assert list(outages.polled(GOOD)) == [GOOD]


def test_a_failure_with_an_answer_is_an_answer():
    bad = failed(Endpoint.CHAT_ALLOWED, Cause.HTTP, at=100.0)
    assert list(known(DOWN).polled(bad)) == [ServerStatus("prod", 100.0), bad]


def test_an_outage_that_goes_on_has_lasted_since_it_was_first_recorded():
    outages = known(DOWN)
    refused = failed(Endpoint.CHAT_ALLOWED, Cause.REFUSED, at=100.0)
    assert list(outages.polled(refused)) == [refused]
    own = replace(DOWN, at=101.0, since=100.0)
    for _ in range(2):
        assert list(outages.polled(own)) == [replace(own, since=50.0)]
    over = ServerStatus("prod", 110.0)
    assert list(outages.polled(over)) == [over]
    assert list(outages.polled(own)) == [own]


def test_an_outage_that_was_recorded_as_over_is_forgotten():
    over = ServerStatus("prod", 95.0)
    for outages in (known(DOWN, over), known(DOWN, RecordedBoard(96.0, (), servers=(over,)))):
        assert list(outages.polled(GOOD)) == [GOOD]


def test_other_servers_have_outages_of_their_own():
    other = replace(GOOD, key=KEY._replace(server="other"))
    assert list(known(DOWN).polled(other)) == [other]


REFUSED = failed(Endpoint.CHAT_ALLOWED, Cause.REFUSED, at=50.0)


def change_at(at, subject=Subject.VERDICT, poll=REFUSED):
    endpoint = poll.endpoint if subject is Subject.ENDPOINT else None
    return Change(
        at, KEY, "prod", subject, "ok", "refused", Level.CRITICAL, None, "", endpoint, poll
    )


def test_an_outage_stands_for_failures_of_endpoints_and_marks_verdicts():
    before, verdict = change_at(10.0), change_at(50.0)
    timeline = (before, change_at(50.0, Subject.ENDPOINT), verdict)
    marked = replace(verdict, of_server=True)
    assert absorbed(timeline, 50.0) == ((before, marked), (marked,))


def test_an_outage_does_not_explain_what_an_answer_brought():
    assert absorbed((change_at(60.0, poll=GOOD),), 50.0) is None


def test_a_failure_that_is_not_on_the_timeline_counts_as_no_poll():
    state = EndpointState().updated(REFUSED)
    told = (change_at(50.0, Subject.ENDPOINT),)
    assert as_on_timeline(state, Endpoint.CHAT_ALLOWED, told) is state
    assert as_on_timeline(state, Endpoint.CHAT_ALLOWED, ()) == EndpointState()


def test_a_server_that_is_back_has_the_level_of_what_still_fails():
    failing = judge(
        state_after(failed(Endpoint.CHAT_ALLOWED), endpoints=(Endpoint.CHAT_ALLOWED,)), Policy()
    )
    unreached = judge(state_after(REFUSED, endpoints=(Endpoint.CHAT_ALLOWED,)), Policy())
    assert failing.level is not unreached.level or failing.cause is not unreached.cause
    back = server_change(DOWN, ServerStatus("prod", 95.0), [failing, unreached])
    assert (back.before, back.after, back.level) == ("refused", "ok", failing.level)
    assert back.lasted == 45.0
    assert server_change(DOWN, ServerStatus("prod", 95.0), [unreached]).level is Level.OK
