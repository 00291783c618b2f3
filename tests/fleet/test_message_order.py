"""The order of messages: what is out of date, twice there, late or missing."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fleet.heard import a_round, as_heard
from tests.recorder.recordings import SERVER, START, poll
from wallboard.domain.endpoint import Endpoint
from wallboard.domain.observation import Cause, Failure, ServerStatus
from wallboard.fleet import message as message_module
from wallboard.fleet.batch import GarbageError, Published, batch_bytes
from wallboard.fleet.codebook import Codebook
from wallboard.fleet.lease import Term
from wallboard.fleet.message import messages
from wallboard.fleet.reader import MissedError, Reader

OWN = 77
LARGEST = 1024 * 1024


class Sender:
    """Numbers batches as a publisher does."""

    def __init__(self, revision: int = 1, *, begins_at: int = 0) -> None:
        self.term = Term(1_000, revision)
        self.codebook = Codebook()
        self.number = 0
        self.sent_ms = begins_at

    def send(self, *events: Published) -> list[bytes]:
        """The messages of the next batch."""
        self.number, self.sent_ms = self.number + 1, self.sent_ms + 200
        data = batch_bytes(events, self.codebook, anew=self.number == 1)
        return [*messages(self.term, self.number, data, LARGEST, sent_ms=self.sent_ms, stored=5)]


def late(*events: Published, sender: int = 1, number: int = 1) -> list[bytes]:
    data = batch_bytes(events, Codebook(), anew=True)
    return [*messages(Term(0, sender), number, data, LARGEST, late=True)]


def read(reader, parts):
    return [event for part in parts for event in reader.take(part)]


def capacity(at, count=4, **more):
    return poll(Endpoint.CAPACITY, at, count, **more)


def test_batches_are_read_in_order():
    sender, reader = Sender(), Reader()
    first, second = a_round(0), a_round(10, wait=9)
    assert read(reader, sender.send(*first)) == [as_heard(event) for event in first]
    assert read(reader, sender.send(*second)) == [as_heard(event) for event in second]
    assert reader.term == sender.term


def test_who_begins_in_the_middle_misses_what_was_before():
    sender, reader = Sender(), Reader()
    sender.send(capacity(0))
    with pytest.raises(MissedError):
        read(reader, sender.send(capacity(1)))
    assert reader.term is None


def test_a_gap_is_noticed_and_can_be_filled():
    sender, reader = Sender(), Reader()
    one, two, three = (sender.send(capacity(at, at)) for at in range(3))
    read(reader, one)
    with pytest.raises(MissedError):
        read(reader, three)
    assert len(read(reader, two)) == len(read(reader, three)) == 1


def test_what_came_before_is_not_read_twice():
    sender, reader = Sender(), Reader()
    one, two = sender.send(capacity(0)), sender.send(capacity(1))
    assert len(read(reader, [*one, *one, *two, *one, *two])) == 2
    assert reader.dropped == 0


def test_a_lower_term_is_dropped_and_counted():
    old, new, reader = Sender(1), Sender(2), Reader()
    read(reader, old.send(capacity(0)))
    read(reader, new.send(capacity(1)))
    assert read(reader, old.send(capacity(2))) == []
    assert (reader.term, reader.dropped) == (new.term, 1)


def test_a_new_term_is_gone_on_with_from_its_first_batch_only():
    old, new, reader = Sender(1), Sender(2), Reader()
    read(reader, old.send(capacity(0)))
    first, second = new.send(capacity(1, 9)), new.send(capacity(2, 9))
    with pytest.raises(MissedError):
        read(reader, second)
    assert len(read(reader, [*first, *second])) == 2


def test_a_bus_without_a_past_begins_terms_anew():
    old, new, reader = Sender(2), Sender(1), Reader()
    read(reader, old.send(capacity(0)))
    reader.forget()
    assert len(read(reader, new.send(capacity(1)))) == 1


def test_a_sender_that_begins_anew_under_its_term_is_not_taken_for_its_past():
    old, reader = Sender(), Reader()
    read(reader, [*old.send(capacity(0)), *old.send(capacity(1))])
    again = Sender(begins_at=old.sent_ms)
    first, second = again.send(capacity(2, 1)), again.send(capacity(3, 2))
    with pytest.raises(MissedError):
        read(reader, second)
    assert len(read(reader, [*first, *second])) == 2


def test_a_large_batch_is_read_once_all_its_parts_are_there(monkeypatch):
    monkeypatch.setattr(message_module, "PART_BYTES", 50)
    sender, reader = Sender(), Reader()
    parts = sender.send(*a_round(0))
    assert len(parts) > 2
    for part in parts[:-1]:
        assert reader.take(part) == []
    assert len(reader.take(parts[-1])) == 10


def test_a_large_batch_without_one_of_its_parts_is_missed(monkeypatch):
    monkeypatch.setattr(message_module, "PART_BYTES", 50)
    sender, reader = Sender(), Reader()
    parts = sender.send(*a_round(0))
    assert read(reader, [*parts[:1], *parts[2:]]) == []
    with pytest.raises(MissedError):
        read(reader, sender.send(capacity(5)))
    assert len(read(reader, parts)) == 10


def test_parts_that_never_become_whole_take_a_bounded_room(monkeypatch):
    monkeypatch.setattr(message_module, "MOST_BYTES", 10_000)
    assembly = message_module.Assembly()
    for number in range(1_000):
        data = b"x" * (1_000 * (number % 2))
        begun = message_module.Message(1, 0, 1, number, 0, 2, True, 0, 0, data)
        assert assembly.whole(begun) is None
    assert assembly._bytes <= 10_000
    assert len(assembly._parts) <= 10


def test_a_late_poll_counts_only_where_nothing_newer_is_known():
    sender, reader = Sender(), Reader()
    read(reader, sender.send(capacity(10)))
    other = poll(Endpoint.CHAT_ALLOWED, 5, "true")
    assert read(reader, late(capacity(5), other, capacity(10))) == [as_heard(other)]
    assert reader.late == 1


def test_a_late_status_counts_only_where_nothing_newer_is_known():
    sender, reader = Sender(), Reader()
    read(reader, sender.send(ServerStatus(SERVER, START + 10)))
    old, other = ServerStatus(SERVER, START + 5), ServerStatus("other", START + 5)
    assert read(reader, late(old, other)) == [other]


def test_a_late_outage_counts_only_where_no_newer_poll_is_known():
    failure = Failure(Cause.REFUSED, "refused")
    down, since = ServerStatus(SERVER, START + 5, failure), ServerStatus(SERVER, START + 9, failure)
    sender, reader = Sender(), Reader()
    read(reader, sender.send(capacity(4)))
    assert read(reader, late(down)) == [down]
    # Another member polled it since: whether it is down, is not for that outage to say.
    read(reader, sender.send(capacity(10)))
    assert read(reader, late(since)) == []
    back = ServerStatus(SERVER, START + 9)
    assert read(reader, late(back, number=2)) == [back]


def test_what_is_late_comes_from_anybody_and_does_not_disturb_the_order():
    sender, reader = Sender(3), Reader()
    one, two = sender.send(capacity(0)), sender.send(capacity(1))
    past = late(poll(Endpoint.CHAT_ALLOWED, 0, "true"))
    assert len(read(reader, [*one, *past, *two])) == 3


def test_what_this_member_sent_late_itself_is_no_news_to_it():
    assert read(Reader(OWN), late(capacity(0), sender=OWN)) == []
    assert len(read(Reader(OWN), late(capacity(0), sender=OWN + 1))) == 1


GOOD = [1, 1_000, 1, 1, 0, 1, False, 200, 0, batch_bytes([capacity(0)], Codebook(), anew=True)]
WRONG = {
    "another version": {0: 2},
    "a term below 0": {1: -1},
    "a huge term": {2: 2**63},
    "a part that there is not": {4: 1},
    "a part beyond bounds": {4: 100_000},
    "no parts": {5: 0},
    "too many parts": {5: 100_000},
    "a time before all": {7: -5},
    "a text for bytes": {9: "x"},
    "no batch": {9: b"x"},
}


@pytest.mark.parametrize("places", WRONG.values(), ids=WRONG)
def test_what_no_member_sends_is_garbage_and_changes_nothing(places):
    reader = Reader()
    rows = [places.get(place, value) for place, value in enumerate(GOOD)]
    with pytest.raises(GarbageError):
        reader.take(msgspec.msgpack.encode(rows))
    assert reader.term is None
    assert len(reader.take(msgspec.msgpack.encode(GOOD))) == 1


@given(st.lists(st.binary(max_size=80) | st.just(msgspec.msgpack.encode(GOOD)), max_size=5))
def test_any_bytes_are_garbage(found):
    reader = Reader()
    for data in found:
        try:
            reader.take(data)
        except (GarbageError, MissedError):
            continue


def test_garbage_under_the_number_that_is_next_is_made_up_for_by_what_was_sent():
    sender, reader = Sender(), Reader()
    read(reader, sender.send(capacity(0)))
    bad = [1, *sender.term, 2, 0, 1, False, sender.sent_ms + 1, 0, b"garbage"]
    with pytest.raises(GarbageError):
        reader.take(msgspec.msgpack.encode(bad))
    assert len(read(reader, sender.send(capacity(1)))) == 1
