"""What waits to be published is bounded; what has no room is remembered by its time."""

import pytest

from tests.recorder.recordings import START, poll
from wallboard.domain.endpoint import Endpoint
from wallboard.fleet import outbox as outbox_module
from wallboard.fleet.lease import Term
from wallboard.fleet.outbox import Lost, Outbox, Waiting

OLD, NEW = Term(1, 1), Term(1, 2)


def waiting(at, term=OLD, body=b"<a/>"):
    return Waiting(poll(Endpoint.CAPACITY, at, body=body), term, float(at))


def times(taken):
    return [one.since for one in taken]


def test_events_come_out_in_their_order_those_of_one_term_at_a_time():
    outbox = Outbox()
    for at, term in enumerate([OLD, OLD, NEW, None, NEW]):
        outbox.put(waiting(at, term))
    assert [times(outbox.take()) for _ in range(5)] == [[0, 1], [2], [3], [4], []]


def test_what_could_not_be_sent_is_taken_again_first():
    outbox = Outbox()
    for at in range(3):
        outbox.put(waiting(at))
    taken = outbox.take()
    outbox.put(waiting(3))
    outbox.put_back(taken)
    assert times(outbox.take()) == [0, 1, 2, 3]


@pytest.mark.parametrize("limit", [("MOST_EVENTS", 3), ("MOST_BYTES", 3 * 2_000)])
def test_where_there_are_too_many_the_oldest_go(monkeypatch, limit):
    monkeypatch.setattr(outbox_module, *limit)
    outbox = Outbox()
    for at in range(8):
        outbox.put(waiting(at, body=b"x" * 1_200))
    assert times(outbox.take()) == [5, 6, 7]
    assert outbox.dropped == 5
    assert outbox.lost == Lost(START, START + 4)


def test_it_is_empty_when_all_is_taken_however_often(monkeypatch):
    monkeypatch.setattr(outbox_module, "MOST_BYTES", 10_000)
    outbox = Outbox()
    for at in range(100):
        outbox.put(waiting(at, body=b"x" * 5_000))
        assert times(outbox.take()) == [at]
    assert (outbox.dropped, len(outbox)) == (0, 0)
