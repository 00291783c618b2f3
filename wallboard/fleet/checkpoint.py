"""Checkpoints: the whole board of a leader and its codebook, from which anybody goes on.

A batch refers only to answers that are in the newest checkpoint or were sent after it.
"""

import zlib

import msgspec

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.event import RecordedBoard, RecordedStatus
from wallboard.domain.node import NodeAnswer
from wallboard.domain.observation import Observation, Request
from wallboard.domain.onset import Onset
from wallboard.domain.state import EndpointState
from wallboard.domain.state_strip import StateStrip
from wallboard.fleet.batch import GarbageError, answer_of_node
from wallboard.fleet.checkpoint_rows import (
    EVENTS,
    NODE_ANSWERS,
    CheckpointRow,
    EndpointRow,
    EntryPointRow,
    KnownRow,
    NodeAnswerRow,
    OnsetRow,
    PollRow,
)
from wallboard.fleet.checkpoint_tables import Codes, Tables
from wallboard.fleet.codebook import Codebook
from wallboard.fleet.lease import Term
from wallboard.fleet.rows import ServerRow
from wallboard.frozen import frozen
from wallboard.recorder.errors import DamagedError
from wallboard.recorder.file.columns import MOMENT, inflated
from wallboard.recorder.file.schema import LATENCY_TICKS, TICKS
from wallboard.recorder.reading.answer_store import KnownAnswer

EFFORT = 3
"""Of compression: more of it takes thrice the time to save a twentieth."""

MOST_UNPACKED = 96 * 1024 * 1024
"""Bytes: the answers of a codebook, as many that only the board has, and all else."""


@frozen
class Checkpoint:
    """A board and what came of it on the bus: all up to batch ``number`` of a term.

    ``stored`` is the number of that batch in its stream, ``sent_ms`` when it was sent.
    """

    term: Term
    number: int
    stored: int
    sent_ms: int
    board: RecordedBoard
    codebook: Codebook


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(CheckpointRow)


def checkpoint_bytes(
    term: Term, number: int, stored: int, sent_ms: int, board: RecordedBoard, codes: Codes
) -> bytes:
    """The bytes of a checkpoint; made of values that do not change, so in any thread."""
    tables = Tables(codes)
    entry_points = [tables.entry_point(one) for one in board.entry_points]
    events = [tables.change(one) for one in board.events[-EVENTS:]]
    nodes = [found for one in board.nodes[-NODE_ANSWERS:] if (found := tables.node(one))]
    row = CheckpointRow(
        *term,
        number,
        stored,
        sent_ms,
        board.at,
        tables.targets,
        tables.answers,
        list(codes.last),
        codes.next,
        codes.dictionary,
        [KnownRow(number, place) for place, (number, _) in enumerate(codes.answers)],
        entry_points,
        [ServerRow.of(one) for one in board.servers],
        tables.changes,
        events,
        nodes,
    )
    return zlib.compress(_encoder.encode(row), EFFORT)


def checkpoint_of(data: bytes) -> Checkpoint:
    """A checkpoint as it was. Raises ``GarbageError``."""
    what = "a checkpoint"
    try:
        row = _decoder.decode(inflated(data, MOST_UNPACKED, what))
    except DamagedError as error:
        raise GarbageError(str(error)) from None
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise GarbageError(f"{what} cannot be read: {error}") from None
    try:
        board = _board(row)
        codebook = _codebook(row)
    except (IndexError, OverflowError):
        raise GarbageError(f"{what} refers to what is not in it") from None
    term = Term(row.epoch, row.revision)
    return Checkpoint(term, row.number, row.stored, row.sent_ms, board, codebook)


def _codebook(row: CheckpointRow) -> Codebook:
    codebook = Codebook()
    for target in row.targets[: len(row.last)]:
        codebook.add_target(target)
    codebook.last = list(row.last)
    for one in row.codebook:
        codebook.put_answer(one.number, row.answers[one.answer])
    codebook.next, codebook.dictionary = row.next, row.dictionary
    return codebook


def _board(row: CheckpointRow) -> RecordedBoard:
    answers = [KnownAnswer(one.answer, b"") for one in row.answers]
    requests = [Request("GET", target.url) for target in row.targets]
    changes = [one.change for one in row.changes]

    def poll(target: int, one: PollRow) -> Observation:
        asked, known = row.targets[target], answers[one.answer]
        at = one.at_ms / TICKS
        if not MOMENT.holds(at):
            raise GarbageError("a checkpoint has an impossible time")
        return Observation(
            EntryPointKey(asked.server, asked.id),
            asked.endpoint,
            at,
            one.elapsed / LATENCY_TICKS,
            known.outcome(asked.endpoint),
            requests[target],
            known.answer.response,
        )

    def state(one: EndpointRow) -> EndpointState:
        last = poll(one.target, one.last)
        if one.good is None or one.good == one.last:
            return EndpointState((last,), last if one.good else None)
        return EndpointState((last,), poll(one.target, one.good))

    def status(one: EntryPointRow) -> RecordedStatus:
        return RecordedStatus(
            EntryPointKey(one.server, one.id),
            {row.targets[of.target].endpoint: state(of) for of in one.endpoints},
            one.samples.history,
            one.verdict,
            one.level,
            one.since,
            _onset(one.onset),
            tuple(changes[of] for of in one.timeline),
            one.disagreements,
            StateStrip(one.strip.minute, one.strip.worst, one.strip.newest),
        )

    def node(one: NodeAnswerRow) -> NodeAnswer:
        return answer_of_node(one.node, poll(one.target, one.poll))

    return RecordedBoard(
        row.at,
        tuple(map(status, row.entry_points)),
        tuple(one.status for one in row.servers),
        tuple(changes[place] for place in row.events),
        tuple(map(node, row.nodes)),
    )


def _onset(row: OnsetRow | None) -> Onset | None:
    if row is None:
        return None
    before = row.level if row.verdict is None else row.verdict
    return Onset(row.at, row.seen, before, row.lasted)
