"""A scripted week, lived by whole boards in no time.

They poll real simulators over real sockets, judge, raise alarms, record, and write the ledger.
Their clock passes as fast as nothing happens. What runs all the time looks less often than usual.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import ParamSpec, TypeVar

import pytest
import virtual_time

from wallboard import live, live_alarms, live_ledger, live_status, threads
from wallboard.config.config_file import load_config
from wallboard.config.plan import PlanReader, Span
from wallboard.config.state_folder import BoardId
from wallboard.domain.alarm import AlarmState
from wallboard.domain.ledger_row import AlarmKey, LedgerRow
from wallboard.domain.raised_alarm import raised_alarms
from wallboard.ece.ask.client import EceClient
from wallboard.feeds import shared
from wallboard.feeds.network_watch import NetworkWatch, Witnesses
from wallboard.feeds.shared import SharedFeed
from wallboard.live import LiveBoard
from wallboard.recorder.ledger.reader import LedgerReader
from wallboard.recorder.paths import ledger_path
from wallboard.settings import Settings
from wallboard.simulator import server
from wallboard.simulator.scenario import load_scenario
from wallboard.simulator.server import Simulator

FOLDER = Path(__file__).parent / "fixtures" / "alarm_week"
START = datetime(2026, 11, 2, tzinfo=UTC).timestamp()
WEEK = 7 * 86_400.0
RESTARTED_AT = 3 * 86_400 + 3_600.0
"""Thursday 01:00, in seconds of the week: the program is started again."""

WITNESS = "witness"

SHOWN_EVERY = 120.0
SHOWN_AT = 7.0
"""Seconds by which looks at the alarms are after polls, so that it is known which come first."""

LOOK_SECONDS = 60.0
LISTENER_SECONDS = 5.0

Shown = dict[AlarmKey, AlarmState]

P = ParamSpec("P")
T = TypeVar("T")


class Week:
    """The week as one recording has it, with the ledger beside it."""

    def __init__(self, recording: Path) -> None:
        """``shown`` are the alarms on the board whenever they changed, by Unix time."""
        self.settings = week_settings()
        self.recording = recording
        self.plan = PlanReader().read(self.settings, Span(START, START + 2 * WEEK))
        self.shown: list[tuple[float, Shown]] = []

    @property
    def rows(self) -> list[LedgerRow]:
        """What the ledger has of it."""
        with LedgerReader(ledger_path(self.recording)) as ledger:
            return list(ledger.rows())

    def live(self) -> None:
        """Live through the week."""
        with pytest.MonkeyPatch.context() as patch:
            busy = _Busy(patch)
            patch.setattr(threads, "threading", SimpleNamespace(Thread=_AtOnce))
            _look_less_often(patch)
            virtual_time.run(self._live, lambda: busy.calls > 0)

    async def _live(self, loop: virtual_time.VirtualLoop) -> None:
        async with _simulated(self.settings, loop.time) as settings:
            for until in (RESTARTED_AT, WEEK):
                async with self._board(replace(settings, record=str(self.recording)), loop) as one:
                    await self._look_at(one, loop, until)

    def _board(self, settings: Settings, loop: virtual_time.VirtualLoop) -> LiveBoard:
        def clock() -> float:
            return START + loop.time()

        def feed(polled: Settings) -> SharedFeed:
            return SharedFeed(
                polled, BoardId("week"), clock=clock, monotonic=loop.time, random=Random(1)
            )

        return LiveBoard(settings, feed, clock=clock)

    async def _look_at(
        self, board: LiveBoard, loop: virtual_time.VirtualLoop, until: float
    ) -> None:
        await asyncio.sleep(LOOK_SECONDS)  # it has begun by then
        while loop.time() < until:
            wait = SHOWN_EVERY - (loop.time() - SHOWN_AT) % SHOWN_EVERY
            await asyncio.sleep(min(wait, until - loop.time()))
            states = {key: alarm.state for key, alarm in board.snapshot().alarms.items()}
            if loop.time() < until and (not self.shown or self.shown[-1][1] != states):
                self.shown.append((START + loop.time(), states))


@asynccontextmanager
async def _simulated(settings: Settings, seconds: Callable[[], float]) -> AsyncIterator[Settings]:
    """The settings with the addresses of simulators that play the scenarios of the week."""
    ids = {one.name: [point.id for point in one.entry_point] for one in settings.server}
    simulators = {
        name: Simulator(
            entry_points=ids.get(name, ()),
            scenario=load_scenario(FOLDER / f"{name}.toml"),
            clock=seconds,
        )
        for name in (*ids, WITNESS)
    }
    try:
        for one in simulators.values():
            await one.start()
        servers = [replace(one, url=simulators[one.name].url) for one in settings.server]
        witness = simulators[WITNESS].url.removeprefix("http://")
        yield replace(
            settings, server=tuple(servers), alarm=replace(settings.alarm, witness=(witness,))
        )
    finally:
        for one in simulators.values():
            await one.stop()


class _Busy:
    """Counts what is under way on sockets; ``calls`` are those that are not over."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.calls = 0
        for asker, name in ((EceClient, "poll"), (Witnesses, "any_answers")):
            patch.setattr(asker, name, self._counted(getattr(asker, name)))

    def _counted(self, call: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
        @wraps(call)
        async def counted(*arguments: P.args, **named: P.kwargs) -> T:
            self.calls += 1
            try:
                return await call(*arguments, **named)
            finally:
                self.calls -= 1

        return counted


class _AtOnce(threading.Thread):
    """Does what it is for before the clock goes on."""

    def start(self) -> None:
        self.run()


def _look_less_often(patch: pytest.MonkeyPatch) -> None:
    for module, name in (
        (live, "LOOK_SECONDS"),
        (live_alarms, "TICK_SECONDS"),
        (live_ledger, "LOOK_SECONDS"),
        (live_status, "LOOK_SECONDS"),
        (shared, "LOOK_SECONDS"),
    ):
        patch.setattr(module, name, LOOK_SECONDS)
    patch.setattr(server, "LISTENER_CHECK_SECONDS", LISTENER_SECONDS)
    for wait in ("ask_seconds", "look_seconds"):
        patch.setitem(NetworkWatch.__init__.__kwdefaults__, wait, LOOK_SECONDS)  # type: ignore[arg-type]


def week_settings() -> Settings:
    """The settings of the week."""
    return load_config(FOLDER / "wallboard.toml", {})


def told(rows: Iterable[LedgerRow]) -> list[str]:
    """The alarms of some rows in lines: when each began, was raised and was over, and of whom."""
    return [
        f"{_said(one.onset)}  {_said(one.raised_at)}  {_said(one.over_at)}  "
        f"{one.key.server}{'' if one.key.id is None else f':{one.key.id}'}  {one.verdict}"
        f"{'  chattering' if one.chattering else ''}"
        for one in raised_alarms(rows)
    ]


def _said(at: float | None) -> str:
    return "-" if at is None else datetime.fromtimestamp(round(at), UTC).strftime("%a %H:%M:%S")
