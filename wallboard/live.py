"""The live board that every live face shows: the board, its alarms, its feed, and the config."""

import asyncio
import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING

from wallboard.board import Board
from wallboard.channel_settings import ChannelsSettings
from wallboard.config.plan_reload import PlanReload
from wallboard.config.problem import Problem
from wallboard.config.reload import ConfigSource, Reload
from wallboard.domain.blind import Blindness
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.event import Event, ExpectationChanged, RecordedBoard
from wallboard.domain.plan import Plan
from wallboard.domain.snapshot import Folded, Snapshot
from wallboard.feeds import Feed, FeedStatus
from wallboard.inheritance import entry_points_of
from wallboard.live_alarms import LiveAlarms
from wallboard.live_places import LivePlaces
from wallboard.live_status import LiveStatus
from wallboard.notices.outbox import Outbox
from wallboard.recorder.ledger.update import LedgerUpdate
from wallboard.selected_board import SelectedBoard
from wallboard.settings import Settings, is_shared, longest_interval
from wallboard.threads import start_in_thread

if TYPE_CHECKING:
    from wallboard.notices.live_notices import LiveNotices

LOOK_SECONDS = 0.25
"""The interval of checks whether the config is to be read again."""

RESTART_SECONDS = 1.0
"""How long a failed feed waits before it starts again."""

MakeFeed = Callable[[Settings], Feed]
"""Makes the feed of these settings, which polls or follows another process."""

log = logging.getLogger(__name__)


class LiveBoard:
    """Folds the events of the feed, applies edits of the config, and calls back on both.

    Polls are shared, so its board has all entry points of a recorded config; snapshots and
    callbacks have the selected ones only. A feed that fails or ends is restarted. Nothing runs
    before ``start``.
    """

    def __init__(
        self,
        settings: Settings,
        make_feed: MakeFeed | None = None,
        *,
        board: Board | None = None,
        source: ConfigSource | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``settings`` are those of the selection; ``source`` is where they came from.

        ``make_feed`` is called in a thread, because its imports are slow. ``clock`` is Unix time.
        """
        self.settings = settings
        self._whole = source.whole if source else None
        self._polled = self._settings_to_poll()
        self._selected = SelectedBoard(_keys(settings)) if self._whole else None
        self.board = board or Board(entry_points_of(self._polled), history=settings.history)
        self.config = Reload(source, self._take_up_config, self._refuse) if source else None
        self._plan = PlanReload(self._polled, self._take_up_plan) if make_feed else None
        self._expected_from, self._expected_until = math.inf, -math.inf
        self._make_feed = make_feed
        self._clock = clock
        self.alarms = LiveAlarms(
            self._polled,
            lambda: self.status,
            clock=clock,
            check_clock=self._check_clock,
            fed=make_feed is not None,
        )
        self.places = LivePlaces(self._polled, self.board, self.alarms, clock=clock)
        self._blindness = Blindness()
        self._status_keeper = LiveStatus(
            self._whole_snapshot, lambda: longest_interval(self._polled), self._keep_status
        )
        self._outbox = Outbox()
        self.alarms.on_rows(self._take_rows)
        self._notices: LiveNotices | None = None
        self._edited = asyncio.Event()
        self._feed: Feed | None = None
        self._edit = Folded(None)
        self._tasks: list[asyncio.Task[None]] = []
        self._fold_callbacks: list[Callable[[Folded], None]] = []
        self._edit_callbacks: list[Callable[[Settings, Settings], None]] = []
        self._refusal_callbacks: list[Callable[[Sequence[Problem]], None]] = []

    def on_folded(self, callback: Callable[[Folded], None]) -> None:
        """Call ``callback`` with the result of each event, or edit of the settings."""
        self._fold_callbacks.append(callback)

    def on_edited(self, callback: Callable[[Settings, Settings], None]) -> None:
        """Call ``callback`` with the settings before and after each edit that is applied."""
        self._edit_callbacks.append(callback)

    def on_refused(self, callback: Callable[[Sequence[Problem]], None]) -> None:
        """Call ``callback`` with the problems of an edited config that is invalid."""
        self._refusal_callbacks.append(callback)

    @property
    def running(self) -> bool:
        """Whether the feed has started."""
        return self._feed is not None

    @property
    def status(self) -> FeedStatus:
        """The status of the feed; empty while there is none."""
        return self._feed.status if self._feed else FeedStatus()

    @property
    def problems(self) -> tuple[str, ...]:
        """The current problems of all that runs and of the config, in sentences."""
        return (*(self.config.problems if self.config else ()), *self.running_problems)

    @property
    def running_problems(self) -> tuple[str, ...]:
        """The same without those of an edited config."""
        of_plan = self._plan.problems if self._plan else ()
        of_notices = self._notices.problems if self._notices else ()
        of_feed = (*self.status.problems, *self.places.problems)
        return (*of_plan, *of_feed, *self.alarms.problems, *of_notices)

    def snapshot(self) -> Snapshot:
        """The board as it stands now."""
        snapshot = self._whole_snapshot()
        return self._selected.snapshot(snapshot) if self._selected else snapshot

    def _whole_snapshot(self) -> Snapshot:
        """The same with all entry points that are polled."""
        self._check_clock()
        self._expect()
        now = self._clock()
        self.alarms.advance(now)
        snapshot = replace(
            self.board.snapshot(now),
            alarms=self.alarms.alarms,
            ledger=self.alarms.rows,
            blind_since=self.alarms.blind_since,
            channels=self._notices.channels if self._notices else {},
            places=self.places.places,
        )
        return self._blindness.shown(snapshot)

    def start(self) -> None:
        """Run the feed and follow the config from now on."""
        if self._make_feed:
            self._tasks.append(asyncio.create_task(self._run_feed(self._make_feed)))
            self._tasks.append(asyncio.create_task(self.alarms.run()))
            self._tasks.append(asyncio.create_task(self.places.run()))
            self._tasks.append(asyncio.create_task(self._send_notices()))
            self._tasks.append(asyncio.create_task(self._status_keeper.run(self._records)))
        if self.config or self._plan:
            self._tasks.append(asyncio.create_task(self._follow_config()))

    async def stop(self) -> None:
        """Stop feed and config; the recording is complete in its file then."""
        for reload in (self.config, self._plan):
            if reload:
                reload.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        await self.alarms.close()

    async def __aenter__(self) -> "LiveBoard":
        self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()

    def poll_now(self, key: EntryPointKey) -> bool:
        """Poll one entry point before all others; whether it will be."""
        return self._feed is not None and self._feed.poll_now(key)

    def fold(self, event: Event) -> Folded:
        """Fold one event into the board; return the result for the whole board."""
        recorded = isinstance(event, RecordedBoard)
        if self._plan and isinstance(event, RecordedBoard):
            event = self._as_expected_now(event, self._plan.plan)
        folded = self.board.fold(event)
        self.alarms.fold(folded)
        self._hand_on(folded)
        if recorded:
            # Entry points that were not recorded began anew, without what is expected of them.
            self._take_up_plan()
        return folded

    def take_up(self, settings: Settings) -> None:
        """Apply other settings; entry points that stay keep their history."""
        before, self.settings = self.settings, settings
        self._polled = self._settings_to_poll()
        points = entry_points_of(self._polled)
        self._edit = self.board.replace(points, self._clock(), history=settings.history)
        if self._selected:
            self._selected.select(_keys(settings))
        if self._plan:
            self._plan.replace(self._polled)
        self._edited.set()
        if self._notices:
            self._notices.take_up(self._polled)
        if self._feed:
            self._feed.replace(self._polled, self._edit)
        self.alarms.take_up(self._polled, self._edit)
        self.places.take_up(self._polled)
        self._hand_on(self._edit)
        for callback in self._edit_callbacks:
            callback(before, settings)

    def _take_up_config(self, settings: Settings) -> None:
        # Without an edit it is read for its secrets alone.
        if settings != self.settings or not self._is_refused:
            self.take_up(settings)

    @property
    def _is_refused(self) -> bool:
        """Whether the bus of the fleet does not take this user."""
        fleet = self.status.fleet
        return fleet is not None and fleet.refused

    def _take_up_plan(self) -> None:
        self._expected_from = math.inf
        self._expect()

    def _expect(self) -> None:
        """Have the board expect what is planned for now; between two turns of the plan it does."""
        now = self._clock()
        if self._plan is None or self._expected_from <= now < self._expected_until:
            return
        plan = self._plan.plan
        turn = plan.next_turn(now)
        self._expected_from, self._expected_until = now, math.inf if turn is None else turn
        expectations = plan.expectations(_keys(self._polled), now)
        changed = {
            key: expectation
            for key, expectation in expectations.items()
            if (status := self.board.status(key)) and status.expectation != expectation
        }
        if changed:
            folded = self.fold(ExpectationChanged(now, changed))
            if self._feed:
                self._feed.record(folded)

    def _as_expected_now(self, event: RecordedBoard, plan: Plan) -> RecordedBoard:
        """A recorded board with what this board expects: it goes by its own rules."""
        expectations = plan.expectations((one.key for one in event.entry_points), self._clock())
        return replace(
            event,
            entry_points=tuple(
                replace(one, expectation=expectations[one.key]) for one in event.entry_points
            ),
        )

    def _take_rows(self, update: LedgerUpdate) -> None:
        """Know what was sent of which alarm, even where nothing is sent so far."""
        if update.whole or update.again:
            self._outbox.begin_again()
        for row in update.rows:
            self._outbox.take(row)
        if self._outbox.late and not (update.whole or update.again):
            self.alarms.read_again()
        self._outbox.late = False
        self._outbox.forget_finished(self._clock())

    def _check_clock(self) -> None:
        if self._feed:
            self._feed.check_clock()

    def _recorded(self) -> RecordedBoard:
        """The whole board by now, from which other boards can go on."""
        return self.board.snapshot(self._clock()).recorded

    def _records(self) -> bool:
        return self.status.records

    def _keep_status(self, status: Mapping[str, float]) -> None:
        if self._feed:
            self._feed.keep_board_status(status)

    def _settings_to_poll(self) -> Settings:
        """All of the config, of which a selection is shown; the selection if nothing is shared."""
        if self._whole is None or not is_shared(self.settings):
            return self.settings
        return self._whole()

    def _hand_on(self, folded: Folded) -> None:
        if self._selected:
            folded = self._selected.folded(folded)
        for callback in self._fold_callbacks:
            callback(folded)

    def _refuse(self, problems: Sequence[Problem]) -> None:
        for callback in self._refusal_callbacks:
            callback(problems)

    async def _follow_config(self) -> None:
        while True:
            if self.config and self._is_refused:
                self.config.ask_later(self._clock())
            for reload in (self.config, self._plan):
                if reload:
                    reload.tick(self._clock())
            self._check_clock()
            self._expect()
            await asyncio.sleep(LOOK_SECONDS)

    async def _send_notices(self) -> None:
        """Tell alarms to those who are not here, once the config has a channel for that."""
        while self._polled.channel == ChannelsSettings():
            self._edited.clear()
            await self._edited.wait()
        plan = self._plan

        def load() -> "type[LiveNotices]":
            # Only a board with a channel waits for what it needs.
            from wallboard.notices.live_notices import LiveNotices

            return LiveNotices

        notices = await start_in_thread(load)
        self._notices = notices(
            self.alarms,
            self._outbox,
            self.board,
            settings=self._polled,
            status=lambda: self.status,
            calendar=lambda name: plan.plan.named.get(name) if plan else None,
            clock=self._clock,
        )
        self.on_folded(self._notices.folded)
        await self._notices.run()

    async def _run_feed(self, make_feed: MakeFeed) -> None:
        if self._plan and self._plan.needed:
            await self._plan.first()
        while True:
            try:
                polled = self._polled
                feed = await start_in_thread(lambda: make_feed(polled))  # noqa: B023  awaited at once
                if self._polled is not polled:
                    feed.replace(self._polled, self._edit)
                self._feed = feed
                await feed.run(self.fold, self._recorded)
                log.error("The feed ended; restarting it")
            except Exception:
                log.exception("The feed failed; restarting it")
            await asyncio.sleep(RESTART_SECONDS)


def _keys(settings: Settings) -> list[EntryPointKey]:
    return [entry_point.key for entry_point, _ in entry_points_of(settings)]
