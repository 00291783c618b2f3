"""A queueing model of the chat queue of an entry point: pure, seeded and reproducible.

Time is a number of simulated seconds that is passed in. Every simulated hour starts from a state
drawn for that hour, so that any jump in time costs at most an hour of ticks.
"""

from collections.abc import Callable
from math import exp
from random import Random

from wallboard.frozen import frozen

HOUR = 3600
QUARTER = 900
DAY = 86_400

# Share of the daily peak at each hour. Rosters follow demand coarsely, as planned shifts do.
_DEMAND = (.05, .03, .02, .02, .03, .06, .15, .35, .65, .90, 1.0, .98,
           .90, .92, .98, 1.0, .95, .85, .70, .60, .50, .35, .20, .10)  # fmt: skip
_ROSTER = (.1, .1, .1, .1, .1, .1, .2, .4, .7, .9, 1.0, 1.0,
           .9, .9, 1.0, 1.0, 1.0, .9, .7, .6, .5, .4, .3, .2)  # fmt: skip
_LARGEST_MEAN = 200.0


@frozen
class Staffing:
    """The parameters of a queue for a while.

    ``slots`` is the chats that all agents logged in can hold at once. ``arrivals_per_second`` is
    the rate of customers, ``service_seconds`` the mean length of a chat, ``patience_seconds`` the
    mean time before a waiting customer gives up, and ``max_depth`` the most chats processed at
    once, waiting ones included.
    """

    slots: int
    arrivals_per_second: float
    service_seconds: float
    max_depth: int
    patience_seconds: float = float("inf")


class Queue:
    """The waiting and the active chats, advanced by one second at a time."""

    __slots__ = ("abandoned", "active", "arrived", "completed", "turned_away", "waiting")

    def __init__(self, active: int = 0, waiting: int = 0) -> None:
        self.active = active
        self.waiting = waiting
        self.arrived = self.turned_away = self.completed = self.abandoned = 0

    def tick(self, staffing: Staffing, random: Random) -> None:
        """One second: chats end, customers lose patience, others arrive, agents take the next."""
        ended = min(self.active, _poisson(random, self.active / staffing.service_seconds))
        self.active -= ended
        self.completed += ended
        if self.waiting:
            lost = min(self.waiting, _poisson(random, self.waiting / staffing.patience_seconds))
            self.waiting -= lost
            self.abandoned += lost
        arrived = _poisson(random, staffing.arrivals_per_second)
        if arrived:
            # Nobody can start a chat where no agent is logged in or the depth is reached.
            room = staffing.max_depth - self.active - self.waiting if staffing.slots else 0
            accepted = min(arrived, max(room, 0))
            self.arrived += accepted
            self.turned_away += arrived - accepted
            self.waiting += accepted
        if self.waiting:
            taken = min(self.waiting, max(staffing.slots - self.active, 0))
            self.waiting -= taken
            self.active += taken


@frozen
class Ranges:
    """The range from which each figure of an entry point is drawn.

    ``agents`` is the peak of the roster, ``slots`` is chats per agent, ``load`` the share of all
    slots that customers ask for, ``room`` the chats that may wait once all slots are full.
    """

    agents: tuple[int, int] = (4, 12)
    slots: tuple[int, int] = (2, 4)
    service_seconds: tuple[float, float] = (180.0, 420.0)
    load: tuple[float, float] = (0.6, 0.95)
    room: tuple[int, int] = (8, 20)
    patience_seconds: tuple[float, float] = (120.0, 300.0)


ORDINARY = Ranges()


@frozen
class Conditions:
    """What a scenario overrides in a queue at a moment; ``None`` keeps the model's figure."""

    agents: int | None = None
    arrivals: float = 1.0
    max_depth: int | None = None


NO_CONDITIONS = Conditions()


@frozen
class QueueState:
    """The state of an entry point at one second; its figures never contradict each other.

    ``capacity`` is free chat slots, ``queue_depth`` chats waiting and ``wait_seconds`` the
    estimated wait of a new arrival. ``reason`` is ``None`` while a chat may start.
    """

    agents: int
    capacity: int
    queue_depth: int
    wait_seconds: float
    response_type: int
    reason: str | None

    @property
    def agent_available(self) -> bool:
        """Whether any agent is logged in."""
        return self.agents > 0


class QueueModel:
    """The queue of one entry point over time, made from a seed."""

    def __init__(
        self,
        entry_point: int,
        *,
        seed: int = 1,
        ranges: Ranges = ORDINARY,
        starts_at: float = 0.0,
        conditions: Callable[[float], Conditions] | None = None,
    ) -> None:
        """``starts_at`` is the time of day, in seconds after midnight, at simulated second 0."""
        self._name = f"{seed}/{entry_point}"
        draw = Random(self._name)  # noqa: S311  # a reproducible story, not a secret
        self._agents = draw.randint(*ranges.agents)
        self._slots = draw.randint(*ranges.slots)
        self._service_seconds = draw.uniform(*ranges.service_seconds)
        self._load = draw.uniform(*ranges.load)
        self._room = draw.randint(*ranges.room)
        self._patience_seconds = draw.uniform(*ranges.patience_seconds)
        self._starts_at = starts_at
        self._conditions = conditions
        self._tick = -1
        self._quarter = -1
        self._rostered = 0
        self._random = draw
        self._queue = Queue()
        self._staffing = Staffing(0, 0.0, 1.0, 0)
        self._staffed_for: tuple[int, Conditions] | None = None
        self._agents_now = 0
        self._state: QueueState | None = None

    def at(self, seconds: float) -> QueueState:
        """The state at a simulated second; seconds may be asked in any order."""
        tick = max(int(seconds), 0)
        if tick == self._tick and self._state:
            return self._state
        if tick < self._tick or self._tick < 0 or tick // HOUR != self._tick // HOUR:
            self._begin_hour(tick // HOUR)
        while self._tick < tick:
            self._tick += 1
            self._staff()
            self._queue.tick(self._staffing, self._random)
        self._state = self._look()
        return self._state

    def _begin_hour(self, hour: int) -> None:
        self._random = Random(f"{self._name}/hour/{hour}")  # noqa: S311  # as above
        self._tick = hour * HOUR
        self._staff()
        slots = self._staffing.slots
        busy = self._staffing.arrivals_per_second * self._staffing.service_seconds
        self._queue = Queue(active=min(slots, _poisson(self._random, busy)))

    def _staff(self) -> None:
        quarter = self._tick // QUARTER
        if quarter != self._quarter:
            self._quarter = quarter
            self._rostered = self._roster(quarter)
        imposed = self._conditions(self._tick) if self._conditions else NO_CONDITIONS
        # Demand changes slowly: the figures are worked out afresh once a minute, not each second.
        wanted = (self._tick // 60, imposed)
        if wanted == self._staffed_for:
            return
        self._staffed_for = wanted
        agents = self._rostered if imposed.agents is None else imposed.agents
        peak_slots = self._agents * self._slots
        demand = _at_hour(_DEMAND, self._starts_at + self._tick // 60 * 60)
        slots = agents * self._slots
        depth = slots + self._room if imposed.max_depth is None else imposed.max_depth
        self._agents_now = agents
        self._staffing = Staffing(
            slots=slots,
            arrivals_per_second=self._load * peak_slots * demand * imposed.arrivals
            / self._service_seconds,
            service_seconds=self._service_seconds,
            max_depth=depth,
            patience_seconds=self._patience_seconds,
        )  # fmt: skip

    def _roster(self, quarter: int) -> int:
        share = _at_hour(_ROSTER, self._starts_at + quarter * QUARTER)
        planned = round(self._agents * share)
        breaks = Random(f"{self._name}/quarter/{quarter}")  # noqa: S311  # as above
        return planned - breaks.randint(0, planned // 5)

    def _look(self) -> QueueState:
        queue, staffing = self._queue, self._staffing
        free = max(staffing.slots - queue.active, 0)
        wait = 0.0
        if not free:
            wait = (queue.waiting + 1) * staffing.service_seconds / max(staffing.slots, 1)
        response_type, reason = 0, None
        if not self._agents_now:
            response_type, reason = 1, "agent_not_available"
            wait = 0.0 if not queue.waiting else wait
        elif queue.active + queue.waiting >= staffing.max_depth:
            response_type, reason = 2, "queue_depth_reached"
        return QueueState(
            self._agents_now, free, queue.waiting, round(wait, 1), response_type, reason
        )


def _at_hour(shares: tuple[float, ...], time_of_day: float) -> float:
    hour, into = divmod(time_of_day % DAY, HOUR)
    first = int(hour)
    share = into / HOUR
    return shares[first] * (1 - share) + shares[(first + 1) % 24] * share


def _poisson(random: Random, mean: float) -> int:
    """A Poisson number by multiplying uniforms; a mean past what a queue can use is cut off."""
    if mean <= 0:
        return 0
    limit = exp(-min(mean, _LARGEST_MEAN))
    count, product = 0, random.random()
    while product > limit:
        count += 1
        product *= random.random()
    return count
