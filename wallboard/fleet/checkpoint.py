"""Checkpoints: the whole board of a leader and its codebook, from which anybody goes on.

A batch refers only to answers that are in the newest checkpoint or were sent after it.
"""

import zlib
from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from wallboard.domain.change import TIMELINE_BOUND, Change
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.event import RecordedBoard, RecordedStatus
from wallboard.domain.history import History
from wallboard.domain.observation import Observation, Request
from wallboard.domain.onset import Onset
from wallboard.domain.policy import Level, Verdict
from wallboard.domain.state import EndpointState
from wallboard.domain.state_strip import KEPT_MINUTES, WORST, StateStrip
from wallboard.fleet.batch import GarbageError, target_of
from wallboard.fleet.change_row import ChangeRow
from wallboard.fleet.codebook import DICTIONARY_BYTES, MOST_TARGETS, Codebook
from wallboard.fleet.lease import Term
from wallboard.fleet.rows import (
    MOST_ROWS,
    AnswerRow,
    Count,
    Id,
    Latency,
    Milliseconds,
    Moment,
    Place,
    Seconds,
    ServerRow,
    Target,
    Text,
)
from wallboard.frozen import frozen
from wallboard.recorder.errors import DamagedError
from wallboard.recorder.file.answers import answer_of
from wallboard.recorder.file.columns import MOMENT, inflated, storable
from wallboard.recorder.file.samples import Columns, samples_bytes, samples_of
from wallboard.recorder.file.schema import LATENCY_TICKS, TICKS
from wallboard.recorder.reading.answer_store import KnownAnswer

SAMPLES = 90
"""Of each entry point: a quarter of an hour at the default interval."""

EVENTS = 500
"""Of the board, beside the timelines of its entry points."""

CHANGES = 12
"""Of each entry point, for its timeline."""

EFFORT = 3
"""Of compression: more of it takes thrice the time to save a twentieth."""

MOST_UNPACKED = 96 * 1024 * 1024
"""Bytes: the answers of a codebook, as many that only the board has, and all else."""

MOST_BOARD_BYTES = 32 * 1024 * 1024
"""Bytes of answers that only the board has; where there are more, a viewer waits for a poll."""


@frozen
class Codes:
    """A codebook as it was at one moment, to be written while it goes on."""

    targets: Sequence[Target]
    last: Sequence[int]
    next: int
    dictionary: bytes
    answers: Sequence[tuple[int, KnownAnswer]]

    @classmethod
    def of(cls, codebook: Codebook) -> "Codes":
        """What a codebook is by now."""
        return cls(
            tuple(codebook.targets),
            tuple(codebook.last),
            codebook.next,
            codebook.dictionary,
            tuple(codebook.answers.items()),
        )


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


class _Poll(Struct, array_like=True, frozen=True):
    at_ms: Milliseconds
    elapsed: Latency
    answer: Place


class _Endpoint(Struct, array_like=True, frozen=True):
    target: Place
    last: _Poll
    good: _Poll | None


class _Onset(Struct, array_like=True, frozen=True):
    at: Moment
    seen: bool
    verdict: Verdict | None
    level: Level | None
    lasted: Seconds | None


class _Strip(Struct, array_like=True, frozen=True):
    minute: Annotated[int, Meta(ge=-(10**9), le=10**10)]
    worst: Annotated[bytes, Meta(max_length=KEPT_MINUTES)]
    newest: Annotated[int, Meta(ge=0, le=WORST)]


class _EntryPoint(Struct, array_like=True, frozen=True):
    server: Text
    id: Id
    endpoints: list[_Endpoint]
    verdict: Verdict | None
    level: Level | None
    since: Moment | None
    onset: _Onset | None
    timeline: Annotated[list[Place], Meta(max_length=TIMELINE_BOUND)]
    disagreements: Place
    strip: _Strip


class _Answered(Struct, array_like=True, frozen=True):
    """An answer of the codebook by its number there, and its place among the answers here."""

    number: Count
    answer: Place


class _Checkpoint(Struct, array_like=True, frozen=True):
    """``targets`` begin with those of the codebook, of which ``last`` are the last answers."""

    epoch: Count
    revision: Count
    number: Count
    stored: Count
    sent_ms: Count
    at: Moment
    targets: Annotated[list[Target], Meta(max_length=2 * MOST_TARGETS)]
    answers: list[AnswerRow]
    last: Annotated[list[Annotated[int, Meta(ge=-1, le=2**62)]], Meta(max_length=MOST_TARGETS)]
    next: Count
    dictionary: Annotated[bytes, Meta(max_length=DICTIONARY_BYTES)]
    codebook: list[_Answered]
    entry_points: Annotated[list[_EntryPoint], Meta(max_length=MOST_TARGETS)]
    servers: Annotated[list[ServerRow], Meta(max_length=MOST_ROWS)]
    changes: Annotated[list[ChangeRow], Meta(max_length=MOST_ROWS)]
    events: Annotated[list[Place], Meta(max_length=EVENTS)]
    samples: bytes


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Checkpoint)


def checkpoint_bytes(
    term: Term, number: int, stored: int, sent_ms: int, board: RecordedBoard, codes: Codes
) -> bytes:
    """The bytes of a checkpoint; made of values that do not change, so in any thread."""
    tables = _Tables(codes)
    entry_points = [tables.entry_point(one) for one in board.entry_points]
    events = [tables.change(one) for one in board.events[-EVENTS:]]
    samples = {
        place: Columns(*one.history.newest(SAMPLES))
        for place, one in enumerate(board.entry_points)
        if one.history
    }
    row = _Checkpoint(
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
        [_Answered(number, place) for place, (number, _) in enumerate(codes.answers)],
        entry_points,
        [ServerRow.of(one) for one in board.servers],
        tables.changes,
        events,
        samples_bytes(samples, EFFORT),
    )
    return zlib.compress(_encoder.encode(row), EFFORT)


def checkpoint_of(data: bytes) -> Checkpoint:
    """A checkpoint as it was. Raises ``GarbageError``."""
    what = "a checkpoint"
    try:
        row = _decoder.decode(inflated(data, MOST_UNPACKED, what))
        samples = samples_of(row.samples)
    except DamagedError as error:
        raise GarbageError(str(error)) from None
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise GarbageError(f"{what} cannot be read: {error}") from None
    try:
        board = _board(row, samples)
        codebook = _codebook(row)
    except (IndexError, OverflowError):
        raise GarbageError(f"{what} refers to what is not in it") from None
    term = Term(row.epoch, row.revision)
    return Checkpoint(term, row.number, row.stored, row.sent_ms, board, codebook)


class _Tables:
    """What the rows of a checkpoint refer to by place, each once."""

    def __init__(self, codes: Codes) -> None:
        self.targets = list(codes.targets)
        self.answers = [AnswerRow.of(known.answer) for _, known in codes.answers]
        self.changes: list[ChangeRow] = []
        self._target_places = {target: place for place, target in enumerate(self.targets)}
        self._answer_places = {
            known.digest: place for place, (_, known) in enumerate(codes.answers)
        }
        self._change_places: dict[int, int] = {}
        self._room = MOST_BOARD_BYTES

    def entry_point(self, one: RecordedStatus) -> _EntryPoint:
        onset = one.onset
        before = onset.before if onset else None
        return _EntryPoint(
            storable(one.key.server),
            one.key.id,
            [found for state in one.endpoints.values() if (found := self._endpoint(state))],
            one.verdict,
            one.level,
            one.since,
            _Onset(
                onset.at,
                onset.seen,
                before if isinstance(before, Verdict) else None,
                before if isinstance(before, Level) else None,
                onset.lasted,
            )
            if onset
            else None,
            [self.change(change) for change in one.timeline[-CHANGES:]],
            one.disagreements,
            _Strip(one.strip.minute, one.strip.worst, one.strip.newest),
        )

    def change(self, change: Change) -> int:
        place = self._change_places.get(id(change))
        if place is None:
            place = self._change_places[id(change)] = len(self.changes)
            self.changes.append(ChangeRow.of(change))
        return place

    def _endpoint(self, state: EndpointState) -> _Endpoint | None:
        last = self._poll(state.last)
        if state.last is None or last is None:
            return None
        good = last if state.good is state.last else self._poll(state.good)
        return _Endpoint(self._target(state.last), last, good)

    def _poll(self, poll: Observation | None) -> _Poll | None:
        if poll is None:
            return None
        answer = answer_of(poll)
        digest = answer.digest
        place = self._answer_places.get(digest)
        if place is None:
            row = AnswerRow.of(answer)
            self._room -= len(row.body) + len(row.head) + len(row.message)
            if self._room < 0:
                return None
            place = self._answer_places[digest] = len(self.answers)
            self.answers.append(row)
        elapsed = max(0, round(poll.elapsed_seconds * LATENCY_TICKS))
        return _Poll(round(poll.at * TICKS), elapsed, place)

    def _target(self, poll: Observation) -> int:
        target = target_of(poll)
        place = self._target_places.get(target)
        if place is None:
            place = self._target_places[target] = len(self.targets)
            self.targets.append(target)
        return place


def _codebook(row: _Checkpoint) -> Codebook:
    codebook = Codebook()
    for target in row.targets[: len(row.last)]:
        codebook.add_target(target)
    codebook.last = list(row.last)
    for one in row.codebook:
        codebook.put_answer(one.number, row.answers[one.answer])
    codebook.next, codebook.dictionary = row.next, row.dictionary
    return codebook


def _board(row: _Checkpoint, samples: Mapping[int, Columns]) -> RecordedBoard:
    answers = [KnownAnswer(one.answer, b"") for one in row.answers]
    requests = [Request("GET", target.url) for target in row.targets]
    changes = [one.change for one in row.changes]

    def poll(target: int, one: _Poll) -> Observation:
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

    def state(one: _Endpoint) -> EndpointState:
        last = poll(one.target, one.last)
        if one.good is None or one.good == one.last:
            return EndpointState((last,), last if one.good else None)
        return EndpointState((last,), poll(one.target, one.good))

    def status(place: int, one: _EntryPoint) -> RecordedStatus:
        return RecordedStatus(
            EntryPointKey(one.server, one.id),
            {row.targets[of.target].endpoint: state(of) for of in one.endpoints},
            _history(samples.get(place)),
            one.verdict,
            one.level,
            one.since,
            _onset(one.onset),
            tuple(changes[of] for of in one.timeline),
            one.disagreements,
            StateStrip(one.strip.minute, one.strip.worst, one.strip.newest),
        )

    return RecordedBoard(
        row.at,
        tuple(status(place, one) for place, one in enumerate(row.entry_points)),
        tuple(one.status for one in row.servers),
        tuple(changes[place] for place in row.events),
    )


def _onset(row: _Onset | None) -> Onset | None:
    if row is None:
        return None
    before = row.level if row.verdict is None else row.verdict
    return Onset(row.at, row.seen, before, row.lasted)


def _history(columns: Columns | None) -> History:
    return History.of_columns(SAMPLES, *columns) if columns else History(SAMPLES)
