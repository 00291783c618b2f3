"""Batches: the events of a fraction of a second as bytes, and back.

Polls are columns of small differences, answers stand in the batch that first needs them, and all
is compressed by what was sent before. What is decoded is what a recording would give back.
"""

import zlib
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.node import NodeAnswer
from wallboard.domain.observation import Failure, Observation, ServerStatus
from wallboard.fleet.codebook import MOST_TARGETS, Codebook
from wallboard.fleet.rows import (
    AnswerRow,
    Count,
    Latency,
    Milliseconds,
    NodeRow,
    Place,
    ServerRow,
    Step,
    Target,
)
from wallboard.recorder.errors import DamagedError
from wallboard.recorder.file.answers import answer_of
from wallboard.recorder.file.columns import MOMENT, inflated, storable
from wallboard.recorder.file.schema import LATENCY_TICKS, TICKS
from wallboard.settings import LARGEST_BODY

Published = Observation | ServerStatus | NodeAnswer
"""What a leader tells the others."""

MOST_UNPACKED = LARGEST_BODY + 4 * 1024 * 1024
"""Bytes of one batch: a body of the largest size, and more than all else of a batch."""

ENOUGH_BYTES = 1024 * 1024
"""Bytes of answers after which the next event begins another batch."""

ENOUGH_EVENTS = 2_000
_FEW = Meta(max_length=ENOUGH_EVENTS)

_AS_BEFORE = 0
_NEW = 1
"""Stand for the last answer of the target and for the next new one of the batch; numbers above
count back from the newest answer."""


class GarbageError(Exception):
    """What came over the bus is not what a member sends; the sentence says why."""


class _Place(Struct, array_like=True, frozen=True):
    """A server's status, and after how many polls of the batch it came."""

    after: Place
    row: ServerRow


class _Node(Struct, array_like=True, frozen=True):
    """Which poll of the batch is one of a node."""

    poll: Place
    row: NodeRow


class _Batch(Struct, array_like=True, frozen=True):
    """New targets and answers, polls in columns, statuses of servers, and whose polls are nodes'.

    ``polled`` are the targets, ``moments`` the times in ms and ``answered`` the answers, each as
    the difference to the one before; ``elapsed`` are latencies.
    """

    anew: bool
    targets: Annotated[list[Target], _FEW]
    answers: Annotated[list[AnswerRow], _FEW]
    polled: Annotated[list[Step], _FEW]
    moments: Annotated[list[Milliseconds], _FEW]
    answered: Annotated[list[Count], _FEW]
    elapsed: Annotated[list[Latency], _FEW]
    statuses: Annotated[list[_Place], _FEW]
    nodes: Annotated[list[_Node], _FEW]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Batch)


def whole_batch(events: Sequence[Published]) -> int:
    """How many of these events, at least one, make a batch of fair size."""
    room = ENOUGH_BYTES
    for count, event in enumerate(events[:ENOUGH_EVENTS]):
        room -= size_of(event)
        if room < 0 and count:
            return count
    return min(len(events), ENOUGH_EVENTS)


def size_of(event: Published) -> int:
    """The bytes of all of an event that can be long."""
    if isinstance(event, ServerStatus):
        return len(event.failure.message) if event.failure else 0
    if isinstance(event, NodeAnswer):
        return len(event.node) + size_of(event.poll)
    outcome, response = event.outcome, event.response
    size = len(event.request.url) + (len(outcome.message) if isinstance(outcome, Failure) else 0)
    return size + (len(response.body) + len(response.head) if response else 0)


def batch_bytes(events: Sequence[Published], codebook: Codebook, *, anew: bool = False) -> bytes:
    """The bytes of a batch; the codebook then has what is new in it.

    With ``anew`` receivers forget what they knew, as this codebook must be empty.
    """
    targets, answers = list[Target](), list[AnswerRow]()
    statuses, nodes = list[_Place](), list[_Node]()
    polled, moments, answered, elapsed = list[int](), list[int](), list[int](), list[int]()
    target_before = moment_before = 0
    for event in events:
        if isinstance(event, ServerStatus):
            statuses.append(_Place(len(polled), ServerRow.of(event)))
            continue
        if isinstance(event, NodeAnswer):
            nodes.append(_Node(len(polled), NodeRow.of(event)))
        poll = event.poll if isinstance(event, NodeAnswer) else event
        number = _target_number(poll, codebook, targets)
        polled.append(number - target_before)
        moment = round(poll.at * TICKS)
        moments.append(moment - moment_before)
        target_before, moment_before = number, moment
        answered.append(_answered(poll, number, codebook, answers))
        elapsed.append(max(0, round(poll.elapsed_seconds * LATENCY_TICKS)))
    columns = (polled, moments, answered, elapsed)
    raw = _encoder.encode(_Batch(anew, targets, answers, *columns, statuses, nodes))
    packer = zlib.compressobj(6, zdict=codebook.dictionary)
    data = packer.compress(raw) + packer.flush()
    codebook.sent(raw)
    return data


def batch_of(data: bytes, codebook: Codebook) -> tuple[list[Published], Codebook]:
    """The events of a batch, and the codebook that holds for the next one.

    Raises ``GarbageError``, and ``UnknownError`` where something before it was missed. Unless the
    codebook is ``whole`` then, it is of no use any more.
    """
    try:
        raw = inflated(data, MOST_UNPACKED, "a batch", codebook.dictionary)
        batch = _decoder.decode(raw)
    except DamagedError as error:
        raise GarbageError(str(error)) from None
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise GarbageError(f"a batch cannot be read: {error}") from None
    if batch.anew:
        codebook = Codebook()
    if len(codebook.targets) + len(batch.targets) > MOST_TARGETS:
        raise GarbageError("a batch has too many targets")
    codebook.whole = False
    for target in batch.targets:
        codebook.add_target(target)
    events = _events(batch, codebook)
    codebook.sent(raw)
    codebook.whole = True
    return events, codebook


def answer_of_node(row: NodeRow, poll: Observation) -> NodeAnswer:
    """What a node said in a poll. Raises ``GarbageError`` where it was asked something else."""
    if poll.endpoint is not Endpoint.CHAT_ALLOWED:
        raise GarbageError(f"a node was asked for {poll.endpoint}")
    return row.answer(poll)


def target_of(poll: Observation) -> Target:
    """What was asked of whom."""
    key = poll.key
    return Target(storable(key.server), key.id, poll.endpoint, storable(poll.request.url))


def _target_number(event: Observation, codebook: Codebook, new: list[Target]) -> int:
    target = target_of(event)
    number = codebook.target_number(target)
    if number is None:
        new.append(target)
        number = codebook.add_target(target)
    return number


def _answered(event: Observation, target: int, codebook: Codebook, new: list[AnswerRow]) -> int:
    """The number that stands in the batch for the answer of a poll."""
    answer = answer_of(event)
    digest = answer.digest
    number = codebook.answer_number(digest)
    if number is None:
        row = AnswerRow.of(answer)
        new.append(row)
        codebook.last[target] = codebook.add_answer(row, digest)
        return _NEW
    codebook.used(number)
    if number == codebook.last[target]:
        return _AS_BEFORE
    codebook.last[target] = number
    return _NEW + codebook.next - number


def _events(batch: _Batch, codebook: Codebook) -> list[Published]:
    columns = (batch.polled, batch.moments, batch.answered, batch.elapsed)
    count = len(batch.polled)
    if any(len(column) != count for column in columns):
        raise GarbageError("the columns of a batch differ in length")
    new = iter(batch.answers)
    polls: list[Published] = [
        _observation(target, moment, answered, elapsed, codebook, new)
        for target, moment, answered, elapsed in zip(
            accumulate(batch.polled),
            accumulate(batch.moments),
            batch.answered,
            batch.elapsed,
            strict=True,
        )
    ]
    for node in batch.nodes:
        poll = polls[node.poll] if node.poll < count else None
        if not isinstance(poll, Observation):
            raise GarbageError("a batch tells of a node without its poll")
        polls[node.poll] = answer_of_node(node.row, poll)
    found, start = list[Published](), 0
    for one in batch.statuses:
        found += polls[start : one.after]
        found.append(one.row.status)
        start = max(start, one.after)
    return found + polls[start:]


def _observation(
    target: int,
    moment: int,
    answered: int,
    elapsed: int,
    codebook: Codebook,
    new: Iterator[AnswerRow],
) -> Observation:
    at = moment / TICKS
    if not 0 <= target < len(codebook.targets) or not MOMENT.holds(at):
        raise GarbageError("a batch tells of an unknown target or an impossible time")
    if answered == _AS_BEFORE:
        number = codebook.last[target]
    elif answered == _NEW:
        row = next(new, None)
        if row is None:
            raise GarbageError("a batch lacks an answer")
        number = codebook.add_answer(row)
    else:
        number = codebook.next - (answered - _NEW)
    known = codebook.used(number)
    codebook.last[target] = number
    asked = codebook.targets[target]
    return Observation(
        codebook.keys[target],
        asked.endpoint,
        at,
        elapsed / LATENCY_TICKS,
        known.outcome(asked.endpoint),
        codebook.requests[target],
        known.answer.response,
    )
