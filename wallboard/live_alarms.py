"""The alarms of a living board: what its polls and the ledger say, and what people do about them.

Whoever records writes what the rules do; others take that from the ledger. What people do is
written by any board that may, and holds once it comes back from the ledger; of several the first
counts, by their dates.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from wallboard.alarm_board import AlarmBoard
from wallboard.clock import running
from wallboard.domain.alarm import Alarm, AlarmRules
from wallboard.domain.alarm_fold import rows_of
from wallboard.domain.alarm_requests import (
    Asker,
    RequestRefusedError,
    acknowledged,
    after_what_was_seen,
    noted,
    shelved,
    unshelved,
)
from wallboard.domain.blind import NETWORK_KINDS
from wallboard.domain.ledger_order import content, identity, in_order
from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind, moment
from wallboard.domain.observation import ServerStatus
from wallboard.domain.snapshot import EntryPointStatus, Folded
from wallboard.feeds import FeedStatus, Role
from wallboard.inheritance import alarm_rules_of
from wallboard.recorder.ledger.update import LedgerUpdate
from wallboard.recorder.paths import RecordingFile, file_mode
from wallboard.recorder.user import user_at_host
from wallboard.settings import Settings
from wallboard.threads import start_in_thread

if TYPE_CHECKING:
    from wallboard.live_ledger import LiveLedger

TICK_SECONDS = 0.4
"""Between two looks at the timers and at what the feed is."""

PATIENCE_SECONDS = 3.0
"""How long polls are held back for the ledger, which comes first."""

MOST_HELD_BACK = 100_000
"""Events that are held back at most."""

MOST_ROWS = 2_000
"""Rows of the ledger that are kept to be shown."""

LATE_SECONDS = 10.0
"""How much later than here an alarm may be raised by who records."""

MOST_REASONS = 9
"""Reasons that are offered again."""

_REASONED = {RowKind.ACKNOWLEDGED, RowKind.SHELVED}

log = logging.getLogger(__name__)


class LiveAlarms:
    """One alarm for each server and entry point of a board."""

    def __init__(
        self,
        settings: Settings,
        status: Callable[[], FeedStatus],
        *,
        clock: Callable[[], float] = time.time,
        check_clock: Callable[[], None] = lambda: None,
        fed: bool = True,
    ) -> None:
        """``settings`` are those of the whole board; ``status`` is how its feed is by now.

        Without ``fed`` there is no feed to wait for. ``clock`` is Unix time in seconds; if it was
        set, ``check_clock`` has the board fold that.
        """
        self._settings = settings
        self._status = status
        self._clock = clock
        self._check_clock = check_clock
        self._who = user_at_host()
        self._rules = alarm_rules_of(settings)
        self._board = AlarmBoard(self._rules, flood=settings.alarm.flood)
        self._ledger: LiveLedger | None = None
        self._exchanging: asyncio.Task[None] | None = None
        self._held_back: deque[Folded] | None = deque(maxlen=MOST_HELD_BACK) if fed else None
        self._fed = fed
        self._failed = False
        self._since = running()
        self._reasons: deque[str] = deque(maxlen=MOST_REASONS)
        self._row_callbacks: list[Callable[[LedgerUpdate], None]] = []
        self._rows: tuple[LedgerRow, ...] = ()

    def on_rows(self, callback: Callable[[LedgerUpdate], None]) -> None:
        """Call ``callback`` with what is new in the ledger, at first with all that matters."""
        self._row_callbacks.append(callback)

    def read_again(self) -> None:
        """Have all that matters in the ledger told once more, as some of it came late."""
        if self._ledger:
            self._ledger.read_again()

    async def written(self, rows: Sequence[LedgerRow], *, insist: bool = True) -> bool:
        """Write rows and wait; whether they are on the disk. If not, insist, or drop them."""
        board = self._settings.title
        named = [replace(row, at=moment(row.at), board=board) for row in rows]
        return self._ledger is not None and await self._ledger.written(named, insist=insist)

    @property
    def written_down(self) -> bool:
        """Whether what happens to alarms gets into the ledger, as far as is known."""
        return self._ledger is not None and not self._failed and not self._ledger.state.unwritten

    @property
    def rules(self) -> Mapping[AlarmKey, AlarmRules]:
        """The rules of all alarms; another mapping after an edit."""
        return self._rules

    @property
    def alarms(self) -> Mapping[AlarmKey, Alarm]:
        """Every alarm that is not normal; one that did not change is the same object."""
        return self._board.alarms

    @property
    def blind_since(self) -> float | None:
        """When whoever polls lost its network, Unix time; ``None`` while it has one."""
        status = self._status()
        return self._board.blind_since if status.role is Role.FOLLOWS else status.blind_since

    @property
    def rows(self) -> tuple[LedgerRow, ...]:
        """The last rows of the ledger, oldest first: of a day, and of all alarms that stand."""
        return self._rows

    @property
    def problems(self) -> tuple[str, ...]:
        """What hinders the sharing of alarms, and a flood of them, in sentences."""
        found = list(self._ledger.problems) if self._ledger else []
        if self._failed:
            found.append("Alarms may be wrong: an internal error; see the log.")
        if self._ledger and self._unraised(self._clock()):
            path = self._ledger.state.path
            found.append(f"Alarms are missing: who records does not write {path}.")
        if self._board.flooded(self._clock()):
            count = self._settings.alarm.flood
            found.append(f"Alarm flood: more than {count} alarms were raised within 10 minutes.")
        return tuple(found)

    @property
    def read_only(self) -> str:
        """The sentence that says why nobody can do anything about alarms here; empty if one can."""
        fleet, state = self._status().fleet, self._ledger.state if self._ledger else None
        if fleet and fleet.read_only:
            return f"Read only: {fleet.read_only}."
        return f"Read only: {state.path}: {state.read_only}." if state and state.read_only else ""

    @property
    def unshared(self) -> str:
        """The sentence that says that nobody else sees what is done here; empty if others do."""
        if self._ledger or self._status().role is Role.STARTS:
            return ""
        return "Nobody else sees this: the board is not recorded."

    @property
    def recent_reasons(self) -> tuple[str, ...]:
        """The last reasons that anybody gave, newest first."""
        return tuple(self._reasons)

    def acknowledge(self, keys: Iterable[AlarmKey], why: str) -> str | None:
        """Acknowledge those of these alarms that stand; the sentence that says why not."""
        return self._ask(lambda asker: acknowledged(asker, self.alarms, keys, why))

    def shelve(self, keys: Collection[AlarmKey], until: float, why: str = "") -> str | None:
        """Shelve alarms until a Unix time in seconds; the sentence that says why not."""
        longest = self._settings.alarm.shelve_max
        return self._ask(
            lambda asker: shelved(asker, self._rules, keys, until, why, longest=longest)
        )

    def unshelve(self, keys: Iterable[AlarmKey]) -> str | None:
        """End the shelves of alarms; the sentence that says why not."""
        return self._ask(lambda asker: unshelved(asker, self.alarms, keys))

    def note(self, key: AlarmKey | None, text: str) -> str | None:
        """Write a note on an entry point, a server or the board; says why not."""
        return self._ask(lambda asker: (noted(asker, key, text),))

    def fold(self, folded: Folded) -> None:
        """Take what an event did to the board."""
        if self._held_back is not None:
            self._held_back.append(folded)
            return
        self._judge(lambda: self._board.fold(folded))

    def see_elsewhere(
        self,
        points: Sequence[EntryPointStatus],
        servers: Mapping[str, Sequence[ServerStatus]],
    ) -> None:
        """Take what other places say of entry points and servers by now."""
        self._judge(lambda: self._board.see_elsewhere(self._clock(), points, servers))

    def take_up(self, settings: Settings, edit: Folded) -> None:
        """Go by other settings, whose edit of the board is given."""
        self._settings = settings
        self._rules = alarm_rules_of(settings)
        self._board.flood = settings.alarm.flood
        self._judge(lambda: self._board.replace(self._rules, edit, self._clock()))

    def advance(self, now: float) -> None:
        """Have happen what is due by ``now``, Unix time in seconds."""
        if self._held_back is None:
            self._look_around(now)
            self._judge(lambda: self._board.advance(now))

    async def run(self) -> None:
        """Exchange rows with the ledger of the recording until cancelled."""
        while True:
            await self._follow_recording()
            if self._held_back is not None and self._is_time_to_begin():
                self._begin()
            # Else timers would be due that are not.
            self._check_clock()
            self.advance(self._clock())
            await asyncio.sleep(TICK_SECONDS if self._held_back is None else TICK_SECONDS / 8)

    async def close(self) -> None:
        """Write what waits and let go of the ledger."""
        if self._exchanging:
            self._exchanging.cancel()
            await asyncio.gather(self._exchanging, return_exceptions=True)
            self._exchanging = None
        ledger, self._ledger = self._ledger, None
        if ledger:
            await ledger.close()

    async def _follow_recording(self) -> None:
        """Use the ledger of the recording that the feed has by now."""
        path, record = self._status().recording_path, self._settings.record
        recording = RecordingFile(path, file_mode(record)) if path else None
        if self._ledger and self._ledger.recording == recording:
            return
        await self.close()
        if recording:
            self._ledger = await start_in_thread(lambda: self._ledger_of(recording))
            self._exchanging = asyncio.create_task(self._ledger.run())

    def _ledger_of(self, recording: RecordingFile) -> "LiveLedger":
        # SQLite takes its time to load.
        from wallboard.live_ledger import LiveLedger

        return LiveLedger(recording, self._take, keep_days=self._keep_days, clock=self._clock)

    def _is_time_to_begin(self) -> bool:
        late = running() - self._since > PATIENCE_SECONDS
        if self._ledger:
            return self._ledger.looked or late
        return self._status().role is Role.POLLS or late

    def _begin(self) -> None:
        """Take what the board did until the ledger had been read."""
        self._board.decides = self._decides()
        held_back, self._held_back = self._held_back, None
        for folded in held_back or ():
            self.fold(folded)

    def _look_around(self, now: float) -> None:
        """Take up what became of the feed: who decides, and whether there is a network."""
        if (decides := self._decides()) is not self._board.decides:
            self._board.decides = decides
        if not decides:
            return
        status, network = self._status(), self._board.network
        known = self._board.blind_since, network.blind_since
        if any((status.blind_since is None) is not (one is None) for one in known):
            if status.blind_since is None:
                row = LedgerRow(network.dated(now), RowKind.SEEING, None)
            else:
                at = network.dated(status.blind_since)
                row = LedgerRow(at, RowKind.BLIND, None, until=status.network_until)
            self._happened([row, *self._board.apply(row)])

    def _judge(self, judge: Callable[[], Collection[LedgerRow]]) -> None:
        """Have alarms judged, and written what that led to; a defect must not cost the board."""
        try:
            self._happened(judge())
        except Exception:
            if not self._failed:
                log.exception("Alarms could not be judged")
            self._failed = True

    def _unraised(self, now: float) -> bool:
        """Whether who records should have raised an alarm by now, and has not."""
        return not self._board.decides and any(
            alarm.is_overdue(now, LATE_SECONDS) for alarm in self.alarms.values()
        )

    def _decides(self) -> bool:
        return not self._fed or self._status().decides

    def _keep_days(self) -> float | None:
        return self._settings.alarm.ledger_days if self._status().records else None

    def _happened(self, rows: Collection[LedgerRow]) -> None:
        """Have the rows of the rules written, if this process is who writes them."""
        if not rows:
            return
        status = self._status()
        if self._ledger and status.role is Role.RECORDS and status.decides:
            board = self._settings.title
            self._ledger.write(replace(row, board=row.board or board) for row in rows)
        elif not self._ledger:
            self._keep(rows)

    def _keep(self, rows: Collection[LedgerRow]) -> None:
        every = {identity(row): row for row in (*self._rows, *rows)}
        self._rows = tuple(sorted(every.values(), key=content)[-MOST_ROWS:])

    def _take(self, update: LedgerUpdate) -> None:
        before = self._rows
        if update.again and self._ledger:
            # What happened here and is not in the file yet belongs to all that matters.
            update = replace(update, rows=tuple(in_order([*update.rows, *self._ledger.waiting])))
        if update.whole:
            self._rows = ()
        if update.rows:
            self._keep(update.rows)
        for row in update.rows:
            self._apply(row)
        for callback in self._row_callbacks:
            callback(update)
        if update.whole and self._held_back is None:
            # Somebody removed or replaced it; whoever records still knows what it said.
            standing = [row for alarm in self.alarms.values() for row in rows_of(alarm)]
            self._happened([*before, *standing])

    def _apply(self, row: LedgerRow) -> None:
        if row.kind in NETWORK_KINDS and self._held_back is None and self._decides():
            # It may be of another machine: whoever decides knows by himself.
            self._board.network.take(row)
        else:
            self._happened(self._board.apply(row))
        self._remember(row)

    def _remember(self, row: LedgerRow) -> None:
        if row.kind in _REASONED and row.text:
            with suppress(ValueError):
                self._reasons.remove(row.text)
            self._reasons.appendleft(row.text)

    def _ask(self, rows_of: Callable[[Asker], Iterable[LedgerRow]]) -> str | None:
        if self.read_only:
            return self.read_only
        try:
            asker = Asker(self._who, moment(self._clock()), self._settings.title)
            rows = after_what_was_seen(rows_of(asker), self._board.newest_row)
        except RequestRefusedError as error:
            return str(error)
        if self._ledger:
            self._ledger.write(rows)
        else:
            self._take(LedgerUpdate(rows))
        return None
