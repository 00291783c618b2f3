"""The parts of a member of a fleet: its connection to the bus, and all that stands on it."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from wallboard.feeds import WholeBoard
from wallboard.feeds.fleet_decider import Decider, MayDecide
from wallboard.feeds.late_polls import InStep, recorded_events
from wallboard.fleet.bus import Bus
from wallboard.fleet.bus_answers import Place
from wallboard.fleet.lease import Lease, Term
from wallboard.fleet.ledger_exchange import LedgerExchange
from wallboard.fleet.names import member_of, names_of
from wallboard.fleet.presence import Member, Presence
from wallboard.fleet.publisher import Publisher
from wallboard.fleet.subscriber import Subscriber
from wallboard.recorder.paths import RecordingFile
from wallboard.settings import Settings


class FleetParts:
    """What one member needs; only one that collects publishes, only one that records has a ledger.

    ``recording`` is the recording that this process holds.
    """

    def __init__(
        self,
        settings: Settings,
        recording: RecordingFile | None,
        *,
        board: WholeBoard,
        term: Callable[[], Term | None],
        in_step: str,
        recorded_until: float | None,
        present: Callable[[], Member],
        may_decide: MayDecide,
        keep_days: Callable[[], float],
        clock: Callable[[], float],
    ) -> None:
        """``term`` is that under which it polls, ``present`` what others are to know of it.

        ``in_step`` is how far the recording was when it began; its newest poll, up to now, is of
        ``recorded_until``.
        ``may_decide`` says whether it may about alarms; ``clock`` is Unix time in seconds.
        """
        fleet, names, member = settings.fleet, names_of(settings), member_of(settings.fleet)
        self.bus = bus = Bus(fleet, name=member, writes=fleet.collect)
        self.lease = Lease(bus, names.key, member, seconds=fleet.lease, takes=fleet.collect)
        self._was_in_step = InStep.of(in_step)
        self.subscriber = Subscriber(
            bus, names, complete=recording is not None, resume_after=self._place
        )
        self.publisher: Publisher | None = None
        self.exchange: LedgerExchange | None = None
        if fleet.collect:
            recorded = partial(recorded_events, recording.path) if recording else None
            self.publisher = Publisher(bus, names, term=term, board=board, recorded=recorded)
            if recording and (unsent := self._was_in_step.unsent(recorded_until)):
                self.publisher.publish_recorded(unsent)
        if recording:
            self.exchange = LedgerExchange(bus, names, recording, keep_days=keep_days, clock=clock)
        self.decider: Decider | None = None
        if fleet.vantage and fleet.collect and recording:
            seconds = fleet.lease
            self.decider = Decider(bus, names, member, seconds=seconds, may_decide=may_decide)
        self._presence = Presence(bus, names, present)

    @property
    def in_step(self) -> InStep:
        """How far what was folded here and the bus are the same."""
        return InStep(self._place(), self.publisher.unsent_since if self.publisher else None)

    def _place(self) -> Place | None:
        was = self._was_in_step.place
        found = [was, self.subscriber.place, self.publisher.place if self.publisher else None]
        ours = (one for one in found if one and one.epoch == self.bus.epoch)
        return max(ours, default=was)

    def works(self) -> list[Coroutine[Any, Any, None]]:
        """What runs beside the polls, in the order in which it is to end.

        The lease is given back after the last batch, and the bus closed after all else.
        """
        found = [self._presence.run()]
        found += [self.publisher.run()] if self.publisher else []
        found += [self.exchange.run()] if self.exchange else []
        found += [self.decider.run()] if self.decider else []
        return [*found, self.lease.run(), self.bus.run()]
