from dataclasses import replace

from events import ALLOWED, KEY, failed, heard

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.event import RecordedBoard
from wallboard.domain.observation import Cause, Failure, ServerStatus
from wallboard.feeds.outages import Outages

DOWN = ServerStatus("prod", 90.0, Failure(Cause.REFUSED, "refused"), since=50.0)
GOOD = heard(ALLOWED, at=100.0)


def known(*events: object):
    outages = Outages()
    for event in events:
        outages.told(event)
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
