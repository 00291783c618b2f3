"""When each endpoint of one server is due: pure arithmetic on a monotonic clock.

Every endpoint has a fixed phase within the interval, and one poll in every interval. Jitter moves
a poll around its phase but never the phase itself, so the mean rate is exactly the one asked.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from heapq import heapify, heappop, heappush
from math import ceil, inf
from random import Random

from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey

FIRST_ROUND_SECONDS = 2.0
"""The first round is pulled forward within its own interval to fill a board this quickly."""

HALF_A_ROUND = 0.5
"""Rounds that must lie between a poll and the next one; a later poll skips a round instead."""


class TurnState(Enum):
    """Whether a turn waits, is to be polled at once, or is being polled."""

    WAITING = auto()
    HURRIED = auto()
    TAKEN = auto()


@dataclass(slots=True, eq=False)
class Turn:
    """One endpoint's place in the schedule; ``phase`` is a share of the interval.

    ``due`` is when it will be polled; ``late_after`` is when that would be late, which is its phase
    even in the first round. Both are monotonic seconds.
    """

    number: int
    key: EntryPointKey
    endpoint: Endpoint
    phase: float
    due: float = 0.0
    late_after: float = 0.0
    state: TurnState = TurnState.WAITING


class Schedule:
    """The turns of all endpoints of one server, an entry point at a time.

    A turn that is taken is out of the schedule until it is put back, so no endpoint ever has two.
    A server that is too slow for its interval is polled in order of who waits longest, and rounds
    that were missed are not made up for.
    """

    def __init__(
        self,
        entry_points: Sequence[EntryPoint],
        *,
        interval: float,
        jitter: float,
        random: Random,
    ) -> None:
        """A schedule not yet started; ``interval`` is seconds, ``jitter`` a share of it."""
        self.turns = _turns(entry_points, {})
        self._interval = interval
        self._jitter = jitter
        self._random = random
        self._base = 0.0
        self._heap: list[tuple[float, int]] = []
        self._hurried: deque[Turn] = deque()
        self._wobbles: dict[EntryPointKey, tuple[int, float]] = {}

    def start(self, now: float) -> None:
        """Make all turns that are not taken due soon, a little apart; phases count from ``now``."""
        self._base = now
        self._wobbles.clear()
        spread = min(self._interval, FIRST_ROUND_SECONDS)
        self._hurried.clear()
        self._heap.clear()
        for turn in self.turns:
            if turn.state is TurnState.TAKEN:
                continue
            turn.state = TurnState.WAITING
            turn.due = now + turn.phase * spread
            turn.late_after = now + turn.phase * self._interval
            self._heap.append((turn.due, turn.number))
        heapify(self._heap)

    def replace(self, entry_points: Sequence[EntryPoint], now: float) -> None:
        """Have these turns from ``now`` on: those that stay keep their due, new ones come soon.

        Phases are dealt out anew, which the turns take up from their next round on.
        """
        known = {(turn.key, turn.endpoint): turn for turn in self.turns}
        before = set(self.turns)
        self.turns = _turns(entry_points, known)
        new = [turn for turn in self.turns if turn not in before]
        spread = min(self._interval, FIRST_ROUND_SECONDS)
        for number, turn in enumerate(new):
            turn.due = now + number / len(new) * spread
            turn.late_after = now + number / len(new) * self._interval
        keys = {turn.key for turn in self.turns}
        self._wobbles = {key: drawn for key, drawn in self._wobbles.items() if key in keys}
        self._hurried = deque(turn for turn in self._hurried if self.holds(turn))
        self._heap = [(t.due, t.number) for t in self.turns if t.state is TurnState.WAITING]
        heapify(self._heap)

    def holds(self, turn: Turn) -> bool:
        """Whether a turn is still one of this schedule."""
        return turn.number < len(self.turns) and self.turns[turn.number] is turn

    def take(self, now: float) -> Turn | None:
        """The turn that has waited longest of those due, or ``None``. It must be put back."""
        if self._hurried:
            return self._taken(self._hurried.popleft())
        turn = self._head()
        return self._pop() if turn and turn.due <= now else None

    @property
    def hurried(self) -> bool:
        """Whether a turn was hurried that nobody has taken yet."""
        return bool(self._hurried)

    def put_back(self, turn: Turn, started_at: float) -> None:
        """Give a turn its next place, after a poll that started at ``started_at``."""
        if not self.holds(turn):
            return
        rounds = (started_at - self._base) / self._interval - turn.phase + HALF_A_ROUND
        number = max(1, ceil(rounds))
        nominal = self._base + (number + turn.phase) * self._interval
        turn.due = turn.late_after = nominal + self._wobble(turn.key, number)
        turn.state = TurnState.WAITING
        heappush(self._heap, (turn.due, turn.number))

    def hurry(self, turn: Turn) -> None:
        """Make a turn due before all others; one that is taken is being polled already."""
        if turn.state is TurnState.WAITING:
            turn.state = TurnState.HURRIED
            self._hurried.append(turn)

    def next_due(self) -> float:
        """When the next turn is due, in monotonic seconds; infinity when all are taken."""
        if self._hurried:
            return -inf
        turn = self._head()
        return turn.due if turn else inf

    def lag(self, now: float) -> float:
        """Seconds by which the turn that waits longest is late."""
        turn = self._head()
        return max(0.0, now - turn.late_after) if turn else 0.0

    def _head(self) -> Turn | None:
        while self._heap:
            due, number = self._heap[0]
            turn = self.turns[number]
            if turn.state is TurnState.WAITING and turn.due == due:
                return turn
            heappop(self._heap)
        return None

    def _pop(self) -> Turn:
        return self._taken(self.turns[heappop(self._heap)[1]])

    def _taken(self, turn: Turn) -> Turn:
        turn.state = TurnState.TAKEN
        return turn

    def _wobble(self, key: EntryPointKey, number: int) -> float:
        # One draw for all endpoints of an entry point keeps them in order, chatAllowed first.
        drawn = self._wobbles.get(key)
        if drawn is None or drawn[0] != number:
            drawn = (number, self._random.uniform(-self._jitter, self._jitter) * self._interval)
            self._wobbles[key] = drawn
        return drawn[1]


def _turns(
    entry_points: Sequence[EntryPoint], known: dict[tuple[EntryPointKey, Endpoint], Turn]
) -> tuple[Turn, ...]:
    """A turn for each endpoint, the known ones among them, with their phases evenly dealt out."""
    wanted = dict.fromkeys(
        (entry_point.key, endpoint)
        for entry_point in entry_points
        for endpoint in verdict_first(entry_point.endpoints)
    )
    turns = []
    for number, (key, endpoint) in enumerate(wanted):
        turn = known.get((key, endpoint)) or Turn(number, key, endpoint, 0.0)
        turn.number, turn.phase = number, number / len(wanted)
        turns.append(turn)
    return tuple(turns)


def verdict_first(endpoints: Sequence[Endpoint]) -> list[Endpoint]:
    """The endpoints, the one that decides the verdict at the head."""
    return sorted(endpoints, key=lambda endpoint: endpoint is not Endpoint.CHAT_ALLOWED)
