"""Batches: what is decoded is what was folded, and nothing that comes over the bus does harm."""

import zlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fleet.heard import a_round, as_heard
from tests.recorder.recordings import BODIES, START, poll
from wallboard.domain.endpoint import LARGEST_ID, Endpoint
from wallboard.domain.node import NodeAnswer, Stance
from wallboard.domain.observation import Cause, Failure, ServerStatus
from wallboard.fleet import codebook as codebooks
from wallboard.fleet.batch import GarbageError, batch_bytes, batch_of, whole_batch
from wallboard.fleet.codebook import Codebook, UnknownError

MOMENTS = st.floats(-1e5, 1e7)
TEXTS = st.text(st.characters(), max_size=30)
FAILURES = st.builds(Failure, st.sampled_from(Cause), TEXTS)
BODIES_SAID = st.sampled_from([text.format(7, 1).encode() for text in BODIES.values()])
BODY = BODIES_SAID | st.binary(max_size=60)
POLLS = st.builds(
    lambda outcome, **more: poll(body=outcome[0], failure=outcome[1], **more),
    outcome=st.tuples(BODY, st.none()) | st.tuples(BODY | st.none(), FAILURES),
    endpoint=st.sampled_from(Endpoint),
    at=MOMENTS,
    id=st.sampled_from((0, 1000, 1001, LARGEST_ID)),
    elapsed=st.floats(0, 90),
    status=st.integers(100, 599),
)
STATUSES = st.builds(
    ServerStatus,
    TEXTS,
    MOMENTS.map(lambda at: START + at),
    FAILURES | st.none(),
    MOMENTS.map(lambda at: START + at) | st.none(),
    MOMENTS.map(lambda at: START + at) | st.none(),
)
NODE_ANSWERS = st.builds(
    NodeAnswer,
    TEXTS,
    POLLS.filter(lambda one: one.endpoint is Endpoint.CHAT_ALLOWED),
    MOMENTS.map(lambda at: START + at),
    st.sampled_from(Stance) | st.none(),
    st.integers(0, 2**40),
    MOMENTS.map(lambda at: START + at) | st.none(),
)
BATCHES = st.lists(st.lists(POLLS | STATUSES | NODE_ANSWERS, max_size=12), max_size=6)


@given(BATCHES)
def test_what_is_decoded_is_what_was_folded(batches):
    ours, theirs = Codebook(), Codebook()
    for number, events in enumerate(batches):
        data = batch_bytes(events, ours, anew=number == 0)
        decoded, theirs = batch_of(data, theirs)
        assert decoded == [as_heard(event) for event in events]


@given(BATCHES, st.integers(1, 3))
def test_both_ends_forget_the_same_answers(batches, most):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codebooks, "MOST_ANSWERS", most)
        test_what_is_decoded_is_what_was_folded.hypothesis.inner_test(batches)


def test_an_answer_crosses_once_as_long_as_it_is_known():
    ours = Codebook()
    page = bytes(range(256)) * 400
    polls = [poll(Endpoint.CAPACITY, at, body=page) for at in range(3)]
    first, *others = [batch_bytes([one], ours) for one in polls]
    assert len(first) > 256
    assert all(len(data) < 60 for data in others)
    assert len(ours.answers) == 1


def test_a_batch_after_one_that_was_missed_is_not_read_as_another():
    ours = Codebook()
    batch_bytes(a_round(0), ours, anew=True)
    missed = batch_bytes(a_round(10), ours)
    with pytest.raises((GarbageError, UnknownError)):
        batch_of(missed, Codebook())


def test_a_large_body_makes_a_batch_by_itself():
    large = [poll(Endpoint.CAPACITY, at, body=b"x" * 900_000 + b"%d" % at) for at in range(3)]
    assert whole_batch(large) == 1
    assert whole_batch(a_round(0)) == len(a_round(0))


EMPTY = [True, [], [], [], [], [], [], [], []]
TARGET = ["prod", 1000, "capacity", "http://h/x"]
ALLOWED = ["prod", 1000, "chatAllowed", "http://h/x"]
ANSWER = [None, "", 200, "OK", b"", b"<a/>", False]
STATUS = ["prod", 1.0, None, "", None, None]
NODE = ["10.0.0.11:443", 11.0, "open", 2, 1.0]


def changed(**places):
    """The rows of a batch with one good poll, with other values at some places."""
    good = {"anew": True, "targets": [TARGET], "answers": [ANSWER], "polled": [0]}
    good |= {"moments": [1000], "answered": [1], "elapsed": [5], "statuses": [], "nodes": []}
    return list((good | places).values())


def test_the_batch_that_the_next_ones_are_changes_of_is_read():
    decoded, _ = batch_of(zlib.compress(msgspec.msgpack.encode(changed())), Codebook())
    assert [(one.key.id, one.at) for one in decoded] == [(1000, 1.0)]


def test_the_batch_with_a_node_that_others_are_changes_of_is_read():
    rows = changed(targets=[ALLOWED], nodes=[[0, NODE]])
    (answer,), _ = batch_of(zlib.compress(msgspec.msgpack.encode(rows)), Codebook())
    assert (answer.node, answer.key.id, answer.at) == ("10.0.0.11:443", 1000, 1.0)
    assert (answer.server, answer.rounds, answer.since) == (Stance.OPEN, 2, 1.0)


GARBAGE = {
    "no list": {"a": 1},
    "too short": [1, 2],
    "a text for a list": changed(targets="x"),
    "an id beyond bounds": changed(targets=[["prod", 2**63, "capacity", ""]]),
    "an id below": changed(targets=[["prod", -1, "capacity", ""]]),
    "an unknown endpoint": changed(targets=[["prod", 1, "rm -rf", ""]]),
    "a long name": changed(targets=[["p" * 70_000, 1, "capacity", ""]]),
    "more targets than events": changed(targets=[TARGET] * 2_001),
    "more statuses than events": changed(statuses=[[0, STATUS]] * 2_001),
    "an unknown target": changed(polled=[4]),
    "a target below 0": changed(polled=[-1]),
    "a step beyond bounds": changed(polled=[2**40]),
    "a time beyond bounds": changed(moments=[2**60]),
    "an impossible time": changed(moments=[2**53]),
    "a latency below 0": changed(elapsed=[-5]),
    "columns of another length": changed(elapsed=[5, 5]),
    "a lacking answer": changed(answers=[]),
    "an unknown cause": changed(answers=[["boom", "", None, "", b"", b"", False]]),
    "a status beyond bounds": changed(answers=[[None, "", 2**40, "", b"", b"", False]]),
    "a time that is no number": changed(statuses=[[0, ["prod", float("nan"), *STATUS[2:]]]]),
    "a time that is huge": changed(statuses=[[0, ["prod", 1e300, *STATUS[2:]]]]),
    "a place below 0": changed(statuses=[[-1, STATUS]]),
    "a node without its poll": changed(targets=[ALLOWED], nodes=[[1, NODE]]),
    "two nodes of one poll": changed(targets=[ALLOWED], nodes=[[0, NODE], [0, NODE]]),
    "a node that is asked for something else": changed(nodes=[[0, NODE]]),
    "an unknown stance": changed(targets=[ALLOWED], nodes=[[0, [*NODE[:2], "ajar", 2, 1.0]]]),
    "rounds below 0": changed(targets=[ALLOWED], nodes=[[0, [*NODE[:3], -1, 1.0]]]),
    "a long node": changed(targets=[ALLOWED], nodes=[[0, ["n" * 70_000, *NODE[1:]]]]),
    "a next time that is no number": changed(
        targets=[ALLOWED], nodes=[[0, [NODE[0], float("nan"), *NODE[2:]]]]
    ),
    "more nodes than events": changed(targets=[ALLOWED], nodes=[[0, NODE]] * 2_001),
}


@pytest.mark.parametrize("rows", GARBAGE.values(), ids=GARBAGE)
def test_what_no_member_sends_is_garbage(rows):
    with pytest.raises(GarbageError):
        batch_of(zlib.compress(msgspec.msgpack.encode(rows)), Codebook())


DEEP = b"\x98" + msgspec.msgpack.encode(EMPTY)[1:] + b"\x91" * 200_000


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 50,
        zlib.compress(b""),
        zlib.compress(b"\xdd\xff\xff\xff\xff"),
        zlib.compress(b"\x99" + DEEP[1:]),
        zlib.compress(b"\x91" * 5_000_000),
        zlib.compress(b"\x98\xc3\x91\x94\xa2\xff\xfe"),
        zlib.compress(msgspec.msgpack.encode(EMPTY))[:-1],
        zlib.compress(msgspec.msgpack.encode(EMPTY)) + b"more",
    ],
    ids=range(9),
)
def test_what_cannot_be_unpacked_is_garbage(data):
    with pytest.raises(GarbageError):
        batch_of(data, Codebook())


def test_a_bomb_is_garbage():
    with pytest.raises(GarbageError):
        batch_of(zlib.compress(bytes(200_000_000)), Codebook())


@given(st.binary(max_size=400))
def test_any_bytes_are_garbage(data):
    with pytest.raises(GarbageError):
        batch_of(zlib.compress(data), Codebook())


def test_an_answer_that_is_not_known_was_missed():
    with pytest.raises(UnknownError):
        batch_of(zlib.compress(msgspec.msgpack.encode(changed(answered=[9]))), Codebook())
    with pytest.raises(UnknownError):
        batch_of(zlib.compress(msgspec.msgpack.encode(changed(answered=[0]))), Codebook())


def test_texts_that_steer_a_terminal_are_carried_as_a_recording_carries_them():
    steering = Failure(Cause.HTTP, "\x1b]0;owned\x07\u202e")
    event = poll(Endpoint.CAPACITY, 0, failure=steering)
    decoded, _ = batch_of(batch_bytes([event], Codebook(), anew=True), Codebook())
    assert decoded == [as_heard(event)]
