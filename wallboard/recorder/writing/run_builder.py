"""Builds runs, samples and changes from the events of the board, in memory."""

import math
from collections.abc import Sequence

from wallboard.domain.change import Change, Subject
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.event import ExpectationChanged
from wallboard.domain.expectation import NOTHING_EXPECTED, Expectation
from wallboard.domain.node import ROUNDS, NodeAnswer
from wallboard.domain.observation import Failure, Observation, ServerStatus
from wallboard.domain.policy import Policy, Verdict
from wallboard.domain.snapshot import EntryPointStatus, Folded
from wallboard.recorder.file.answers import Answer, answer_of
from wallboard.recorder.file.schema import LATENCY_TICKS, TICKS
from wallboard.recorder.file.segment_end import (
    BACK_SECONDS,
    GAP_INTERVALS,
    UNKNOWN_GAP_SECONDS,
    gap_after,
)
from wallboard.recorder.writing.open_segment import (
    KeptAnswer,
    OpenSegment,
    SealedTarget,
    Target,
    begun,
)

SEGMENT_SECONDS = 600.0
"""The length of a segment; a gap or a clock put back ends it earlier."""

KNOWN_ANSWERS = 512
"""Answers whose row number is remembered, so that the file need not be searched."""

_JUDGED = frozenset({Subject.VERDICT, Subject.LEVEL})

LARGE_BODY = 16 * 1024
"""Bytes; the body of a larger answer is not kept in memory for comparison."""

LastVerdict = tuple[str, str]
"""The verdict and the level of an entry point by the last change in the recording."""


class RunBuilder:
    """The open runs, and the segments not written yet."""

    def __init__(self, epoch: float, number: int) -> None:
        """``epoch`` is the origin of the file's times; ``number`` is that of the first segment."""
        self.segments = [OpenSegment(number)]
        self.targets: dict[tuple[EntryPointKey, Endpoint], Target] = {}
        self.last_verdicts: dict[EntryPointKey, LastVerdict] = {}
        self.expectations: dict[EntryPointKey, Expectation] = {}
        self._epoch = epoch
        self._answers: dict[bytes, KeptAnswer] = {}
        self._nodes: dict[tuple[EntryPointKey, str], tuple[KeptAnswer, object]] = {}
        self._judged: set[EntryPointKey] = set()
        self._failures: dict[str, Failure | None] = {}
        self._newest: float | None = None
        self._polled_at: dict[EntryPointKey, float] = {}
        self._silent_after: dict[EntryPointKey, int] = {}
        self._intervals: dict[str, float] = {}
        self._silence_seconds: dict[str, float] = {}
        self._waits: dict[str, float] = {}
        self._longest_poll = 0.0
        self._pause = (math.inf, math.inf)

    def listed(
        self, entry_points: Sequence[tuple[EntryPoint, Policy]], longest_poll: float
    ) -> None:
        """Set the entry points to poll. A poll takes ``longest_poll`` seconds at most."""
        self._longest_poll = longest_poll
        self._intervals = {
            entry_point.key.server: policy.interval
            for entry_point, policy in entry_points
            if entry_point.endpoints
        }
        self._silence_seconds = {
            server: GAP_INTERVALS * interval for server, interval in self._intervals.items()
        }

    @property
    def segment(self) -> OpenSegment:
        """The open segment."""
        return self.segments[-1]

    def note_pause(self, until: float, seconds: float) -> None:
        """Note that the process was stopped for some seconds until ``until``, Unix time."""
        self._pause = (until - seconds, until)

    def add(self, folded: Folded) -> None:
        """Add one event and its result on the board."""
        event = folded.event
        if isinstance(event, Observation | ServerStatus | ExpectationChanged):
            self._add_expectations(folded.statuses, event.at)
        if isinstance(event, ServerStatus):
            self._add_server_status(event)
            self._take_back(folded, event)
            self._add_changes(folded.changes)
            self._add_unseen(folded.statuses, event.at)
        elif isinstance(event, Observation) and folded.statuses:
            self._add_poll(event)
            self._add_changes(folded.changes)
            self._add_unseen(folded.statuses, event.at)
            if folded.sample:
                self.segment.samples.append((event.key, folded.sample))
        elif isinstance(event, NodeAnswer):
            self._add_node(event)
        elif event is None or isinstance(event, ExpectationChanged):
            self._add_changes(folded.changes)

    def seal(self) -> None:
        """End the open segment and all its runs, and open the next."""
        segment = self.segment
        if not segment.polls:
            return
        sealed = []
        for target in self.targets.values():
            if target.run:
                segment.ended.append((target, target.run))
                target.last_run, target.run = target.run, None
            if target.last_run:
                sealed.append(SealedTarget(target, target.last_run, target.good))
        segment.sealed = tuple(sealed)
        self.segments.append(OpenSegment(segment.number + 1))

    def forget_answers(self, oldest: int) -> None:
        """Drop answers last seen before segment ``oldest``: they may be deleted from the file."""
        self._answers = {d: kept for d, kept in self._answers.items() if kept.seen >= oldest}

    def answer(self, answer: Answer, endpoint: Endpoint) -> KeptAnswer:
        """The shared object for all equal answers."""
        digest = answer.digest
        kept = self._answers.get(digest)
        if kept is None:
            if len(self._answers) >= KNOWN_ANSWERS:
                self._answers.clear()
            kept = KeptAnswer(answer, digest, answer.failure is None, endpoint)
            if answer.response is None or len(answer.response.body) <= LARGE_BODY:
                self._answers[digest] = kept
        return kept

    def _add_poll(self, poll: Observation) -> None:
        at, segment = poll.at, self.segment
        if self._newest is not None:
            if at < self._newest - BACK_SECONDS or self._follows_gap(self._newest, poll):
                self.seal()
            elif segment.from_at is not None and at - segment.from_at >= SEGMENT_SECONDS:
                segment.extend_to(at)
                self.seal()
        self._newest = at
        segment = self.segment
        segment.note_poll(at)
        self._extend(segment, poll)

    def _follows_gap(self, newest: float, poll: Observation) -> bool:
        """Whether there is a gap between the newest poll so far and this one."""
        waited = min(poll.elapsed_seconds, self._longest_poll)
        since, until = self._pause
        if poll.at > since:
            # The time for which the process was stopped does not count.
            waited = min(waited, max(0.0, poll.at - until))
        return poll.at - waited - newest > gap_after(self._intervals, self._waits)

    def _extend(self, segment: OpenSegment, poll: Observation) -> None:
        target = self.targets.get((poll.key, poll.endpoint))
        if target is None:
            target = Target(poll.key, poll.endpoint, poll.request.url)
            self.targets[poll.key, poll.endpoint] = target
        elif target.url != poll.request.url:
            target.url, target.id = poll.request.url, None
        at = self._ticks(poll.at)
        elapsed = round(poll.elapsed_seconds * LATENCY_TICKS)
        self._note_silence(poll)
        run = target.run
        if run and run.last > self._silent_after.get(poll.key, -math.inf) and run.answer.same(poll):
            run.extend(at, elapsed)
        else:
            if run:
                segment.ended.append((target, run))
            run = target.run = begun(self.answer(answer_of(poll), poll.endpoint), at, elapsed)
            target.last_run = run
        if run.answer.good:
            target.good = (run.answer, at, elapsed)
        segment.touched[target] = run

    def _note_silence(self, poll: Observation) -> None:
        """Have no run of an entry point reach across a time in which its state was not known."""
        newest = self._polled_at.get(poll.key, poll.at)
        self._polled_at[poll.key] = poll.at
        if poll.at - newest > self._silence_seconds.get(poll.key.server, UNKNOWN_GAP_SECONDS):
            self._silent_after[poll.key] = self._ticks(newest)

    def _ticks(self, at: float) -> int:
        return round((at - self._epoch) * TICKS)

    def _add_changes(self, changes: Sequence[Change]) -> None:
        self.segment.changes += [(change, self._cause(change)) for change in changes]
        self._judged.update(one.key for one in changes if one.key and one.subject in _JUDGED)

    def _take_back(self, folded: Folded, status: ServerStatus) -> None:
        """Forget the changes that an outage explains: those it marked are added anew."""
        if folded.outage_since is not None:
            kept = [pair for pair in self.segment.changes if not folded.takes_back(pair[0])]
            self.segment.changes = kept
            self.segment.outages.append((status, folded.outage_since))

    def _add_unseen(self, statuses: Sequence[EntryPointStatus], at: float) -> None:
        """Add changes by rules that are newer than the last write to the recording."""
        for status in statuses:
            key = status.entry_point.key
            if key not in self._judged:
                self._judged.add(key)
                if unseen := _unseen_change(status, self.last_verdicts.get(key), at):
                    self.segment.changes.append((unseen, None))

    def _add_expectations(self, statuses: Sequence[EntryPointStatus], at: float) -> None:
        """Add what is expected of entry points where that is not what was recorded last."""
        for status in statuses:
            key, expectation = status.entry_point.key, status.expectation
            known = self.expectations.get(key, NOTHING_EXPECTED)
            if known is not expectation:
                self.expectations[key] = expectation
                if known != expectation:
                    self.segment.expectations.append((key, at, expectation))

    def _add_node(self, one: NodeAnswer) -> None:
        """Add what a node said; ``changed`` unless it goes on as before."""
        place, state = (one.key, one.node), (one.server, min(one.rounds, ROUNDS), one.since)
        known = self._nodes.get(place)
        goes_on = known is not None and known[0].same(one.poll) and known[1] == state
        answer = (
            known[0] if known and goes_on else self.answer(answer_of(one.poll), one.poll.endpoint)
        )
        self._nodes[place] = (answer, state)
        self.segment.nodes.append((one, answer, not goes_on))

    def _cause(self, change: Change) -> KeptAnswer | None:
        poll = change.observation
        if poll is None:
            return None
        target = self.targets.get((poll.key, poll.endpoint))
        if target and target.run and target.run.answer.same(poll):
            return target.run.answer
        return self.answer(answer_of(poll), poll.endpoint)

    def _add_server_status(self, status: ServerStatus) -> None:
        unknown = status.server not in self._failures
        changed = unknown or self._failures[status.server] != status.failure
        self._failures[status.server] = status.failure
        self._waits.pop(status.server, None)
        if status.failure and status.next_probe_at is not None:
            self._waits[status.server] = status.next_probe_at - status.at
        self.segment.servers.append((status, changed))


def _unseen_change(
    status: EntryPointStatus, last_verdicts: LastVerdict | None, at: float
) -> Change | None:
    """The change by rules that are newer than the last write to the recording."""
    verdict, level = status.judgement.verdict, status.judgement.level
    if (
        last_verdicts is None
        or last_verdicts == (verdict, level.label)
        or verdict is Verdict.WAITING
    ):
        return None
    of_verdict = last_verdicts[0] != verdict
    return Change(
        at=at,
        key=status.entry_point.key,
        server=status.entry_point.key.server,
        subject=Subject.VERDICT if of_verdict else Subject.LEVEL,
        before=last_verdicts[0] if of_verdict else last_verdicts[1],
        after=str(verdict) if of_verdict else level.label,
        level=level,
        summary=status.judgement.summary,
    )
