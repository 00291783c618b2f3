"""Counting polls for a metrics server."""

import pytest
from report_support import NOW, TIMEOUT

from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.event import Event, RecordedBoard
from wallboard.domain.observation import Cause, Failure, Observation, Request, ServerStatus
from wallboard.domain.reading import Capacity
from wallboard.report.metrics.tally import BUCKET_SECONDS, Tally

GOOD = Capacity(1)


def poll(outcome=GOOD, elapsed=0.02, server="prod", number=1000):
    key = EntryPointKey(server, number)
    request = Request("GET", "http://127.0.0.1/")
    return Observation(key, Endpoint.CAPACITY, NOW, elapsed, outcome, request)


def counted(*events: Event):
    tally = Tally()
    for event in events:
        tally.take(event)
    return tally.polls()


def test_a_poll_is_counted_in_the_first_bucket_that_holds_it():
    ends = [poll(elapsed=seconds) for seconds in BUCKET_SECONDS]
    beyond = [poll(elapsed=seconds + 0.001) for seconds in BUCKET_SECONDS]
    at_the_ends = counted(*ends)["prod", Endpoint.CAPACITY]
    assert at_the_ends.buckets == (*[1] * len(BUCKET_SECONDS), 0)
    assert counted(*beyond)["prod", Endpoint.CAPACITY].buckets == (0, *[1] * len(BUCKET_SECONDS))
    assert at_the_ends.total_seconds == pytest.approx(sum(BUCKET_SECONDS))


def test_failures_are_polls_and_are_counted_by_their_cause_too():
    broken = Failure(Cause.NOT_XML, "This is no XML.")
    polls = counted(poll(), poll(TIMEOUT), poll(TIMEOUT), poll(broken))["prod", Endpoint.CAPACITY]
    assert polls.count == 4
    assert polls.failures == {Cause.TIMEOUT: 2, Cause.NOT_XML: 1}


def test_entry_points_of_a_server_share_one_count_so_that_it_stays_small():
    polls = counted(*(poll(number=number) for number in range(500)), poll(server="test"))
    assert {server for server, _endpoint in polls} == {"prod", "test"}
    assert polls["prod", Endpoint.CAPACITY].count == 500


def test_neither_a_recording_nor_the_news_of_a_server_is_a_poll():
    assert counted(RecordedBoard(NOW, ()), ServerStatus("prod", NOW, TIMEOUT)) == {}


def test_counts_handed_out_stay_as_they_were():
    tally = Tally()
    tally.take(poll(TIMEOUT))
    before = tally.polls()
    tally.take(poll(TIMEOUT))
    assert before["prod", Endpoint.CAPACITY].failures == {Cause.TIMEOUT: 1}
    assert before["prod", Endpoint.CAPACITY].count == 1
