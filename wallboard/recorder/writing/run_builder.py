"""Turns what was heard into runs, samples and changes, in memory: nothing here can fail."""

import math
from collections.abc import Sequence

from wallboard.board import EntryPointStatus
from wallboard.domain.change import Change, Subject
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.observation import Failure, Observation, ServerStatus
from wallboard.domain.policy import Policy, Verdict
from wallboard.recorder.file.answers import Answer, answer_of
from wallboard.recorder.file.gaps import BACK_SECONDS, gap_after
from wallboard.recorder.file.schema import LATENCY_TICKS, TICKS
from wallboard.recorder.writing.heard import Heard
from wallboard.recorder.writing.open_segment import KeptAnswer, Stood, Stretch, Target, begun

SEGMENT_SECONDS = 600.0
"""How long a segment is, unless the clock jumps."""

KNOWN_ANSWERS = 2048
"""Answers of which it is known, without asking the file, that they are in it."""

_NEVER = object()

LARGE_BODY = 16 * 1024
"""Bytes; an answer this large is not held in memory for its like."""

Told = tuple[str, str]
"""The verdict and the level that an entry point was last said to have."""


class Listener:
    """The recording's memory: the runs that go on, and the stretches that are not written yet."""

    def __init__(self, epoch: float, number: int) -> None:
        """``epoch`` is where times count from; ``number`` is that of the first segment."""
        self.stretches = [Stretch(number)]
        self.targets: dict[tuple[EntryPointKey, Endpoint], Target] = {}
        self.told: dict[EntryPointKey, Told] = {}
        self._epoch = epoch
        self._answers: dict[bytes, KeptAnswer] = {}
        self._noted: dict[EntryPointKey, Change | None] = {}
        self._failures: dict[str, Failure | None] = {}
        self._newest: float | None = None
        self._intervals: dict[str, float] = {}
        self._waits: dict[str, float] = {}
        self._longest_poll = 0.0
        self._stood_still = (math.inf, math.inf)

    def listed(
        self, entry_points: Sequence[tuple[EntryPoint, Policy]], longest_poll: float
    ) -> None:
        """Note what is polled from now on. A poll takes ``longest_poll`` seconds at most."""
        self._longest_poll = longest_poll
        self._intervals = {
            entry_point.key.server: policy.interval
            for entry_point, policy in entry_points
            if entry_point.endpoints
        }

    @property
    def stretch(self) -> Stretch:
        """The stretch that goes on."""
        return self.stretches[-1]

    def stood_still(self, until: float, seconds: float) -> None:
        """Note that nothing could be polled for some seconds, until a moment in Unix time."""
        self._stood_still = (until - seconds, until)

    def hear(self, heard: Heard) -> None:
        """Take in one event and what the board made of it."""
        if isinstance(heard.event, ServerStatus):
            self._hear_server(heard.event, heard)
        else:
            self._hear_poll(heard.event, heard.statuses[0])

    def seal(self) -> None:
        """End the stretch that goes on, and every run with it."""
        stretch = self.stretch
        if not stretch.polls:
            return
        stood = []
        for target in self.targets.values():
            if target.run:
                stretch.ended.append((target, target.run))
                target.stood, target.run = target.run, None
            if target.stood:
                stood.append(Stood(target, target.stood, target.good))
        stretch.sealed = tuple(stood)
        self.stretches.append(Stretch(stretch.number + 1))

    def forget_answers(self, oldest: int) -> None:
        """Count on no answer that was last seen before a segment: it may be gone from the file."""
        self._answers = {d: kept for d, kept in self._answers.items() if kept.seen >= oldest}

    def answer(self, answer: Answer, endpoint: Endpoint) -> KeptAnswer:
        """The one object that stands for an answer."""
        digest = answer.digest
        kept = self._answers.get(digest)
        if kept is None:
            if len(self._answers) >= KNOWN_ANSWERS:
                self._answers.clear()
            kept = KeptAnswer(answer, digest, answer.failure is None, endpoint)
            if answer.response is None or len(answer.response.body) <= LARGE_BODY:
                self._answers[digest] = kept
        return kept

    def _hear_poll(self, poll: Observation, status: EntryPointStatus) -> None:
        at, stretch = poll.at, self.stretch
        if self._newest is not None:
            if at < self._newest - BACK_SECONDS or self._was_silent(self._newest, poll):
                self.seal()
            elif stretch.from_at is not None and at - stretch.from_at >= SEGMENT_SECONDS:
                stretch.goes_on_until(at)
                self.seal()
        self._newest = at
        stretch = self.stretch
        stretch.heard_at(at)
        self._extend(stretch, poll)
        self._note(stretch, status, poll.at)
        history = status.state.history
        if len(history) and (sample := history[-1]).at == at:
            stretch.samples.append((poll.key, sample))

    def _was_silent(self, newest: float, poll: Observation) -> bool:
        """Whether for too long nothing was polled, nor waited for, before a poll."""
        waited = min(poll.elapsed_seconds, self._longest_poll)
        since, until = self._stood_still
        if poll.at > since:
            # Nobody waits while the process stands still, nor would have noticed an answer.
            waited = min(waited, max(0.0, poll.at - until))
        return poll.at - waited - newest > gap_after(self._intervals, self._waits)

    def _extend(self, stretch: Stretch, poll: Observation) -> None:
        target = self.targets.get((poll.key, poll.endpoint))
        if target is None:
            target = Target(poll.key, poll.endpoint, poll.request.url)
            self.targets[poll.key, poll.endpoint] = target
        elif target.url != poll.request.url:
            target.url, target.id = poll.request.url, None
        at = round((poll.at - self._epoch) * TICKS)
        elapsed = round(poll.elapsed_seconds * LATENCY_TICKS)
        run = target.run
        if run and run.answer.same(poll):
            run.extend(at, elapsed)
        else:
            if run:
                stretch.ended.append((target, run))
            run = target.run = begun(self.answer(answer_of(poll), poll.endpoint), at, elapsed)
            target.stood = run
        if run.answer.good:
            target.good = (run.answer, at, elapsed)
        stretch.touched[target] = run

    def _note(self, stretch: Stretch, status: EntryPointStatus, at: float) -> None:
        """Keep the changes of an entry point that are new since it was last looked at."""
        key, timeline = status.entry_point.key, status.timeline
        newest = timeline[-1] if timeline else None
        known = self._noted.get(key, _NEVER)
        if known is newest:
            return
        new = _new(timeline, known, at)
        stretch.changes += [(change, self._cause(change)) for change in new]
        self._noted[key] = newest
        if known is _NEVER and (missed := _missed(status, self.told.get(key), new, at)):
            stretch.changes.append((missed, None))

    def _cause(self, change: Change) -> KeptAnswer | None:
        poll = change.observation
        if poll is None:
            return None
        target = self.targets.get((poll.key, poll.endpoint))
        if target and target.run and target.run.answer.same(poll):
            return target.run.answer
        return self.answer(answer_of(poll), poll.endpoint)

    def _hear_server(self, status: ServerStatus, heard: Heard) -> None:
        unknown = status.server not in self._failures
        changed = unknown or self._failures[status.server] != status.failure
        self._failures[status.server] = status.failure
        self._waits.pop(status.server, None)
        if status.failure and status.next_probe_at is not None:
            self._waits[status.server] = status.next_probe_at - status.at
        self.stretch.servers.append((status, changed))
        if heard.change:
            self.stretch.changes.append((heard.change, None))
        for one in heard.statuses:
            self._note(self.stretch, one, status.at)


def _new(timeline: Sequence[Change], known: object, at: float) -> list[Change]:
    """The changes after the last one that is known; of a new entry point, those of this moment."""
    new: list[Change] = []
    for change in reversed(timeline):
        if change is known or (known is _NEVER and change.at != at):
            break
        new.append(change)
    return new[::-1]


def _missed(
    status: EntryPointStatus, told: Told | None, new: Sequence[Change], at: float
) -> Change | None:
    """The change that nobody saw: other rules hold than when the recording was last written."""
    verdict, level = status.judgement.verdict, status.judgement.level
    if told is None or told == (verdict, level.label) or verdict is Verdict.WAITING:
        return None
    if any(change.subject in {Subject.VERDICT, Subject.LEVEL} for change in new):
        return None
    of_verdict = told[0] != verdict
    return Change(
        at=at,
        key=status.entry_point.key,
        server=status.entry_point.key.server,
        subject=Subject.VERDICT if of_verdict else Subject.LEVEL,
        before=told[0] if of_verdict else told[1],
        after=str(verdict) if of_verdict else level.label,
        level=level,
        summary=status.judgement.summary,
    )
