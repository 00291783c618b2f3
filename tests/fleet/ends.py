"""A leader and receivers on a real bus, for the tests of what crosses it."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager

from tests.recorder.recordings import START, board_of
from wallboard.board import Board
from wallboard.domain.endpoint import EntryPoint
from wallboard.domain.event import RecordedBoard
from wallboard.domain.node import NodePoll
from wallboard.domain.policy import Policy
from wallboard.fleet.batch import Published
from wallboard.fleet.bus import Bus
from wallboard.fleet.lease import Term
from wallboard.fleet.names import BoardNames
from wallboard.fleet.publisher import Publisher
from wallboard.fleet.subscriber import Subscriber

NAMES = BoardNames.of("Tests")
IDS = (1000, 1001)
Points = Sequence[tuple[EntryPoint, Policy]]


class Leader:
    """A board that tells of all it folds; the test says which term it holds, if any."""

    def __init__(self, bus: Bus, revision: int = 1, **more: object) -> None:
        self.term: Term | None = Term(bus.epoch, revision)
        self.board = Board(board_of(*IDS))
        self.at = START
        self.publisher = Publisher(bus, NAMES, term=lambda: self.term, board=self._recorded, **more)

    def fold(self, events: Iterable[Published | NodePoll]) -> None:
        for event in events:
            folded = self.board.fold(event).event
            self.at = folded.at
            self.publisher.take(folded)

    def _recorded(self) -> RecordedBoard:
        return self.board.snapshot(self.at).recorded


class Receiver:
    """What one receiver was given."""

    def __init__(self, bus: Bus, of: Points | None = None, **more: object) -> None:
        self.board = Board(of or board_of(*IDS))
        self.boards: list[RecordedBoard] = []
        self.events: list[Published] = []
        self.subscriber = Subscriber(bus, NAMES, **({"complete": False} | more))

    def take(self, event: Published | RecordedBoard) -> None:
        self.board.fold(event)
        if isinstance(event, RecordedBoard):
            self.boards.append(event)
        else:
            self.events.append(event)


@asynccontextmanager
async def running(*ends: Leader | Receiver) -> AsyncIterator[None]:
    """Leaders and receivers at work; what breaks one of them breaks the test."""
    tasks = [
        asyncio.create_task(
            end.publisher.run() if isinstance(end, Leader) else end.subscriber.run(end.take)
        )
        for end in ends
    ]
    try:
        yield
        for task in tasks:
            if task.done():
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
