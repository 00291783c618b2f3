"""Boards made beforehand, so that a measurement of drawing pays for drawing alone."""

import random
from dataclasses import replace

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.event import Event
from wallboard.domain.observation import Observation, Request, Response
from wallboard.domain.policy import Policy
from wallboard.domain.reading import (
    AgentAvailability,
    Capacity,
    ChatAllowed,
    CheckEligibility,
    LiveSessionStatus,
    Reading,
)
from wallboard.domain.snapshot import Snapshot

START = 1_780_000_000.0
SERVER = "bench"
WARM_ROUNDS = 24
"""Rounds before the first picture, so that every chart is full."""
BODY_MARK = "shown-by-its-body"
"""What no screen shows but one with an answer of ``answer_of``."""

_SAID = Request("GET", "http://ece.example.com/")
_HEARD = Response(200, "OK", b"Content-Type: application/xml", b"<answer/>")


class PreparedBoard:
    """Stands in for ``Board`` with snapshots that were folded and judged before the start."""

    def __init__(self, snapshots: list[Snapshot]) -> None:
        self._snapshots = snapshots

    def fold(self, event: Event) -> None:
        """Nothing is folded any more."""

    def snapshot(self, now: float) -> Snapshot:
        """The picture of the second that ``now`` is in; the last one holds for ever."""
        index = min(max(int(now - START), 0), len(self._snapshots) - 1)
        return replace(self._snapshots[index], at=now)


def observed(
    key: EntryPointKey,
    endpoint: Endpoint,
    outcome: Reading,
    at: float,
    heard: Response = _HEARD,
) -> Observation:
    """A good poll."""
    return Observation(key, endpoint, at, 0.01, outcome, _SAID, heard)


def answer_of(size: int) -> Response:
    """An XML answer of this many bytes, whose second element says ``BODY_MARK``."""
    head, end = f"<answer><mark>{BODY_MARK}</mark>".encode(), b"</answer>"
    item = b"<item><id>17</id><state>open</state></item>"
    room = max(0, size - len(head) - len(end))
    items = item * (room // len(item))
    body = head + items + b" " * (room - len(items)) + end
    return Response(200, "OK", b"Content-Type: application/xml", body)


def answers(wait: float) -> list[tuple[Endpoint, Reading]]:
    """All five answers of an open entry point with this estimated wait in seconds."""
    return [
        (Endpoint.CHAT_ALLOWED, ChatAllowed(True)),
        (Endpoint.CHECK_ELIGIBILITY, CheckEligibility(0)),
        (Endpoint.CAPACITY, Capacity(4)),
        (Endpoint.AGENT_AVAILABILITY, AgentAvailability(True)),
        (Endpoint.LIVE_SESSION_STATUS, LiveSessionStatus(wait, int(wait / 12))),
    ]


def entry_points(count: int, interval: float) -> list[tuple[EntryPoint, Policy]]:
    """Entry points with names as long as real ones."""
    policy = Policy(interval=interval)
    return [
        (EntryPoint(EntryPointKey(SERVER, 1000 + n), f"Entry point {n}"), policy)
        for n in range(count)
    ]


def changing(count: int, seconds: int) -> PreparedBoard:
    """Every entry point changes each second: its wait wanders, the queue and the chart with it.

    Some cross a threshold, so that the order of the wall changes too.
    """
    rolls = random.Random(1)
    known = entry_points(count, interval=1.0)
    board = Board(known, history=60)
    waits = {point.key: rolls.uniform(1, 400) for point, _ in known}
    for key, wait in waits.items():
        for endpoint, reading in answers(wait):
            board.fold(observed(key, endpoint, reading, START - WARM_ROUNDS - 1))
    snapshots = []
    for second in range(-WARM_ROUNDS, seconds):
        for key, wait in waits.items():
            moved = abs(wait + rolls.choice((-1, 1)) * rolls.uniform(1, 25))
            waits[key] = moved
            live = LiveSessionStatus(float(round(moved)), int(moved / 12))
            board.fold(observed(key, Endpoint.LIVE_SESSION_STATUS, live, START + second))
        if second >= 0:
            snapshots.append(board.snapshot(START + second))
    return PreparedBoard(snapshots)
