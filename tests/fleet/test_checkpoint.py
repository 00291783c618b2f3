"""Checkpoints: a board that begins with one stands as the leader's does."""

import zlib
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fleet.heard import a_round, as_heard, of_node
from tests.recorder.recordings import SERVER, START, board_of, poll
from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.node_difference import differences
from wallboard.domain.observation import Cause, Failure, ServerStatus
from wallboard.fleet import checkpoint as checkpoints
from wallboard.fleet import checkpoint_tables
from wallboard.fleet.batch import GarbageError, batch_bytes, batch_of
from wallboard.fleet.checkpoint import checkpoint_bytes, checkpoint_of
from wallboard.fleet.checkpoint_tables import Codes
from wallboard.fleet.codebook import Codebook
from wallboard.fleet.lease import Term

TERM = Term(1_790_000_000_000_000, 7)
IDS = (1000, 1001, 1002)
REFUSED = Failure(Cause.REFUSED, "prod refuses connections")
DOWN = ServerStatus(SERVER, START + 5, REFUSED, START + 1, START + 15)

STEPS = st.lists(
    st.tuples(
        st.sampled_from(IDS[:2]),
        st.sampled_from(Endpoint),
        st.sampled_from((b"", b'<chatAllowed allowed="true"/>', None)),
        st.integers(0, 40),
    ),
    max_size=30,
)


def said(endpoint, body, at, id_):
    values = {Endpoint.LIVE_SESSION_STATUS: (at % 700, at % 30)}.get(endpoint, (at % 3,))
    if body is None:
        return poll(endpoint, at, id=id_, failure=REFUSED)
    return poll(endpoint, at, *values, id=id_, body=body or None)


def folded(events):
    board = Board(board_of(*IDS))
    codebook = Codebook()
    at = START
    for number, one in enumerate(events):
        event = board.fold(one).event
        batch_bytes([event], codebook, anew=not number)
        at = event.at
    return board.snapshot(at), codebook


def restored(snapshot, codebook):
    data = checkpoint_bytes(TERM, 12, 345, 678, snapshot.recorded, Codes.of(codebook))
    return checkpoint_of(data)


@given(STEPS)
def test_a_board_that_begins_with_a_checkpoint_stands_as_the_one_it_is_of(steps):
    at, events = 0, []
    for id_, endpoint, body, seconds in steps:
        at += seconds
        events.append(said(endpoint, body, at, id_))
    snapshot, codebook = folded(events)
    board = Board(board_of(*IDS))
    board.fold(restored(snapshot, codebook).board)
    after = board.snapshot(snapshot.at)
    for key, was in snapshot.entry_points.items():
        now = after.entry_points[key]
        assert (now.judgement, now.since) == (was.judgement, was.since)
        assert was.onset in {now.onset, None}  # of one that waits for an answer
        assert (now.strip, list(now.state.history)) == (was.strip, list(was.state.history))
        told = [replace(one, observation=None) for one in was.timeline]
        assert list(now.timeline) == told[-checkpoint_tables.CHANGES :]
        for endpoint, state in was.state.endpoints.items():
            theirs = now.state.endpoint(endpoint)
            assert theirs.last == (state.last and as_heard(state.last))
            assert theirs.good == (state.good and as_heard(state.good))
    assert after.events == tuple(replace(one, observation=None) for one in snapshot.events)


def test_what_is_known_of_servers_and_where_it_is_in_the_stream_comes_along():
    snapshot, codebook = folded([*a_round(0), DOWN])
    found = restored(snapshot, codebook)
    assert found.board.servers == (DOWN,)
    assert (found.term, found.number, found.stored, found.sent_ms) == (TERM, 12, 345, 678)


def test_what_nodes_said_comes_along_and_differs_as_before():
    known = [of_node("a", 1), of_node("b", 2, failure=REFUSED), of_node("a", 3, 1001)]
    snapshot, codebook = folded([*a_round(0), *known, of_node("b", 4, failure=REFUSED)])
    board = Board(board_of(*IDS))
    board.fold(restored(snapshot, codebook).board)
    for key, was in snapshot.entry_points.items():
        now = board.status(key)
        assert [one.node for one in now.nodes] == ["a", "b"]
        for before, after in zip(was.nodes, now.nodes, strict=True):
            assert after.newest == as_heard(before.newest)
            assert after.answer == (before.answer and as_heard(before.answer))
    (difference,) = differences(board.status(EntryPointKey(SERVER, 1000)), snapshot.at)
    assert (difference.node, difference.since) == ("b", START + 2)


@given(STEPS, STEPS)
def test_batches_after_a_checkpoint_are_read_with_its_codebook(before, after):
    _, ours = folded([said(endpoint, body, at, id_) for id_, endpoint, body, at in before])
    theirs = restored(Board(board_of(*IDS)).snapshot(START), ours).codebook
    events = [said(endpoint, body, at, id_) for id_, endpoint, body, at in after]
    for event in events:
        decoded, theirs = batch_of(batch_bytes([event], ours), theirs)
        assert decoded == [as_heard(event)]


def test_polls_of_before_the_term_are_in_it_though_no_batch_told_of_them():
    snapshot, _ = folded(a_round(0))
    found = restored(snapshot, Codebook())
    assert len(found.board.entry_points) == 2
    assert not found.codebook.answers


def test_a_board_with_too_many_bytes_leaves_polls_out_rather_than_grow(monkeypatch):
    monkeypatch.setattr(checkpoint_tables, "MOST_BOARD_BYTES", 2_000)
    events = [poll(Endpoint.CAPACITY, 0, id=id_, body=b"%d" % id_ * 300) for id_ in IDS]
    found = restored(folded(events)[0], Codebook())
    known = [one for one in found.board.entry_points if one.endpoints]
    assert 0 < len(known) < len(IDS)


@pytest.mark.parametrize("size", [1, 100, 5_000, 200_000])
def test_a_checkpoint_that_is_damaged_is_garbage(size):
    snapshot, codebook = folded(a_round(0))
    data = checkpoint_bytes(TERM, 1, 1, 1, snapshot.recorded, Codes.of(codebook))
    with pytest.raises(GarbageError):
        checkpoint_of(data[:-1])
    with pytest.raises(GarbageError):
        checkpoint_of(b"\0" * size)
    with pytest.raises(GarbageError):
        checkpoint_of(zlib.compress(b"\x91" * size))


def test_a_bomb_is_garbage(monkeypatch):
    monkeypatch.setattr(checkpoints, "MOST_UNPACKED", 100_000)
    with pytest.raises(GarbageError):
        checkpoint_of(zlib.compress(bytes(10_000_000)))


VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(max_size=5)
    | st.binary(max_size=5)
)


@given(st.data())
def test_a_checkpoint_with_other_values_is_garbage_or_one_within_bounds(data):
    nodes = [of_node("a", 21), of_node("b", 22, failure=REFUSED)]
    snapshot, codebook = folded([*a_round(0), DOWN, *a_round(20, wait=900), *nodes])
    rows = msgspec.msgpack.decode(
        zlib.decompress(checkpoint_bytes(TERM, 1, 1, 1, snapshot.recorded, Codes.of(codebook)))
    )
    place = rows
    while True:
        index = data.draw(st.integers(0, len(place) - 1))
        if not isinstance(place[index], list) or not place[index] or data.draw(st.booleans()):
            break
        place = place[index]
    place[index] = data.draw(VALUES)
    try:
        found = checkpoint_of(zlib.compress(msgspec.msgpack.encode(rows)))
    except GarbageError:
        return
    board = Board(board_of(*IDS))
    board.fold(found.board)
    for status in board.snapshot(START).entry_points.values():
        status.states(START, 60)
