"""Makes the rows of a checkpoint."""

from collections.abc import Sequence

from wallboard.domain.change import Change
from wallboard.domain.event import RecordedStatus
from wallboard.domain.node import NodeAnswer
from wallboard.domain.observation import Observation
from wallboard.domain.policy import Level, Verdict
from wallboard.domain.state import EndpointState
from wallboard.fleet.batch import target_of
from wallboard.fleet.change_row import ChangeRow
from wallboard.fleet.checkpoint_rows import (
    EndpointRow,
    EntryPointRow,
    NodeAnswerRow,
    OnsetRow,
    PollRow,
    StripRow,
)
from wallboard.fleet.codebook import Codebook
from wallboard.fleet.rows import AnswerRow, NodeRow, Target
from wallboard.fleet.sample_columns import SampleColumns
from wallboard.frozen import frozen
from wallboard.recorder.file.answers import answer_of
from wallboard.recorder.file.columns import storable
from wallboard.recorder.file.schema import LATENCY_TICKS, TICKS
from wallboard.recorder.reading.answer_store import KnownAnswer

CHANGES = 12
"""Of each entry point, for its timeline."""

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


class Tables:
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

    def entry_point(self, one: RecordedStatus) -> EntryPointRow:
        """The row of an entry point."""
        onset = one.onset
        before = onset.before if onset else None
        return EntryPointRow(
            storable(one.key.server),
            one.key.id,
            [found for state in one.endpoints.values() if (found := self._endpoint(state))],
            one.verdict,
            one.level,
            one.since,
            OnsetRow(
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
            StripRow(one.strip.minute, one.strip.worst, one.strip.newest),
            SampleColumns.of(one.history),
        )

    def change(self, change: Change) -> int:
        """The place of a change."""
        place = self._change_places.get(id(change))
        if place is None:
            place = self._change_places[id(change)] = len(self.changes)
            self.changes.append(ChangeRow.of(change))
        return place

    def node(self, answer: NodeAnswer) -> NodeAnswerRow | None:
        """The row of what a node said, unless there is no room for it."""
        poll = self._poll(answer.poll)
        return NodeAnswerRow(self._target(answer.poll), poll, NodeRow.of(answer)) if poll else None

    def _endpoint(self, state: EndpointState) -> EndpointRow | None:
        last = self._poll(state.last)
        if state.last is None or last is None:
            return None
        good = last if state.good is state.last else self._poll(state.good)
        return EndpointRow(self._target(state.last), last, good)

    def _poll(self, poll: Observation | None) -> PollRow | None:
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
        return PollRow(round(poll.at * TICKS), elapsed, place)

    def _target(self, poll: Observation) -> int:
        target = target_of(poll)
        place = self._target_places.get(target)
        if place is None:
            place = self._target_places[target] = len(self.targets)
            self.targets.append(target)
        return place
