"""What a living board knew of each entry point, and what is read of that from its recording."""

import random
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from recorder.recordings import START, board_of

from wallboard.board import Board
from wallboard.domain.endpoint import EntryPoint, EntryPointKey
from wallboard.domain.event import ExpectationChanged
from wallboard.domain.observation import Observation, ServerStatus
from wallboard.domain.policy import Level, Policy, Verdict
from wallboard.recorder.reading.known_states import KnownState, StateEvent
from wallboard.recorder.recording import Recording
from wallboard.recorder.writing.writer import Writer

POINTS = board_of(1000, 1001, 1002)

State = tuple[Verdict, Level]


class Live:
    """What the board knows from one event to the next."""

    def __init__(self, points: Sequence[tuple[EntryPoint, Policy]] = POINTS) -> None:
        self.board = Board(points)
        self.steps: dict[EntryPointKey, list[tuple[float, Verdict, Level, float]]] = {}

    def fold(self, event):
        folded = self.board.fold(event)
        if isinstance(event, Observation | ServerStatus | ExpectationChanged):
            for status in folded.statuses:
                judged, until = status.judgement, status.known_until
                self.steps.setdefault(status.entry_point.key, []).append(
                    (event.at, judged.verdict, judged.level, until)
                )
        return folded

    def at(self, key: EntryPointKey, moment: float) -> tuple[Verdict, Level] | None:
        """What it is at a moment; ``None`` where nobody knows."""
        steps = self.steps.get(key, [])
        place = bisect_right(steps, moment, key=lambda step: step[0]) - 1
        if place < 0:
            return None
        _, verdict, level, until = steps[place]
        known = verdict is not Verdict.WAITING and until is not None and moment <= until
        return (verdict, level) if known else None


def recorded(path, events: Iterable) -> Live:
    live = Live()
    writer = Writer.open(path, clock=lambda: START)
    writer.listed(POINTS, "Tests")
    for event in events:
        writer.write([live.fold(event)])
    writer.close()
    return live


def steps_of(events: Iterable[StateEvent]) -> dict[EntryPointKey, list[tuple[float, State | None]]]:
    """The states of each entry point as they are told."""
    found: dict[EntryPointKey, list[tuple[float, State | None]]] = {}
    for event in events:
        if isinstance(event, KnownState):
            known = event.known and event.verdict is not Verdict.WAITING
            state = (event.verdict, event.level) if known else None
            found.setdefault(event.key, []).append((event.at, state))
    return found


def read_steps(path, since=None, until=None, keys=None):
    """The states of each entry point as they are read."""
    with Recording.open(path) as recording:
        parts = recording.known_states(since, until, keys=keys)
        return steps_of(event for part in parts for event in part.events)


def differing(live: Live, steps, since: float, until: float, every: float) -> list:
    """The moments at which the board knew something else than what is read, for some seconds."""
    found = []
    for point, _ in POINTS:
        key, of = point.key, steps.get(point.key, [])
        assert of == sorted(of, key=lambda step: step[0])
        moment = since + 0.123
        while moment < until:
            place = bisect_right(of, moment, key=lambda step: step[0]) - 1
            read = of[place][1] if place >= 0 else None
            known = live.at(key, moment)
            if read != known:
                found.append((key.id, moment - START, known, read))
            moment += every
    return found


def silent(events: Iterable, chance: random.Random) -> Iterable:
    """The same where now and then one entry point is not polled for a while, or none is."""
    until = {1000: 0.0, 1001: 0.0, 1002: 0.0}
    for event in events:
        if isinstance(event, ServerStatus):
            yield event
            continue
        if chance.random() < 0.002:
            until[event.key.id] = event.at + chance.uniform(5, 200)
        if chance.random() < 0.0005:
            until = dict.fromkeys(until, event.at + chance.uniform(5, 500))
        if event.at > until[event.key.id]:
            yield event
