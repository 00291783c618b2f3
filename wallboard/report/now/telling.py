"""Tells what becomes of a board as it comes: first how it stands, then change after change."""

from collections import Counter
from collections.abc import Iterable, Iterator
from importlib import import_module

from wallboard.board import Board, EntryPointStatus
from wallboard.domain.change import Change
from wallboard.domain.endpoint import EntryPoint, EntryPointKey
from wallboard.domain.observation import AHEAD_SECONDS, Failure, Observation
from wallboard.domain.policy import Level

DOUBT_SECONDS = 30.0
"""For how long it may be open whether a server can be reached, before it is told what is known."""


class Doubts:
    """The servers of which it is open whether they can be reached, with what was heard meanwhile.

    A poll that reached nobody is a matter of its endpoint or of the whole server: that shows with
    the next answer, or with the word that the server cannot be reached.
    """

    def __init__(self) -> None:
        self._since: dict[str, float] = {}
        self._keys: dict[str, dict[EntryPointKey, None]] = {}

    def __contains__(self, server: str) -> bool:
        return server in self._since

    def __bool__(self) -> bool:
        return bool(self._since)

    def heard(self, poll: Observation) -> Iterable[EntryPointKey]:
        """The entry points of which may be told by now."""
        server, outcome = poll.key.server, poll.outcome
        keys = self._keys.setdefault(server, {})
        keys[poll.key] = None
        if isinstance(outcome, Failure) and outcome.cause.unreachable:
            # It is open no longer, either, once the clock was put back.
            seconds = poll.at - self._since.setdefault(server, poll.at)
            if -AHEAD_SECONDS <= seconds < DOUBT_SECONDS:
                return ()
        self.end(server)
        return keys

    def end(self, server: str) -> None:
        """It is known now."""
        self._since.pop(server, None)
        self._keys.pop(server, None)


LEAST_SECONDS = 3.0
"""A shorter silence is worth no line of its own, for a busy machine may make it."""


class Telling:
    """Makes lines of what is new on a board; each thing is told once."""

    def __init__(self, board: Board, form: str, least: Level) -> None:
        """``form`` names the module that makes lines."""
        self._board = board
        self._form = import_module(form)
        self._least = least
        self.doubts = Doubts()
        self._newest: Change | None = None
        self._last: dict[EntryPointKey, tuple[Change, ...]] = {}
        self._levels: dict[EntryPointKey | str, Level] = {}
        self._stale: dict[str, bool] = {}  # whether all of it was

    def opening(self, now: float) -> Iterator[str]:
        """How all of it stands at ``now``, Unix time in seconds; from here on it is changes."""
        snapshot = self._board.snapshot(now)
        self._newest = self._board.newest_event
        self._last.clear()
        self._levels = dict.fromkeys((one.server for one in snapshot.unreachable), Level.CRITICAL)
        for key, status in snapshot.entry_points.items():
            self._known(key, status)
        yield from self._form.opening_lines(snapshot, self._least)

    def heartbeat(self, now: float) -> str:
        """How the board stands as a whole."""
        line: str = self._form.heartbeat_line(self._board.snapshot(now))
        return line

    def of_staleness(self, now: float) -> Iterator[str]:
        """Of which servers entry points are stale, then all of them, and of which none is again."""
        snapshot = self._board.snapshot(now)
        points = Counter(key.server for key in snapshot.entry_points)
        stale: dict[str, list[float]] = {}
        for key, status in snapshot.entry_points.items():
            newest_at = status.judgement.newest_at
            if newest_at is None or 0 <= now - newest_at < LEAST_SECONDS:
                continue
            if status.judgement.unconfirmed(now):
                stale.setdefault(key.server, []).append(newest_at)
        before = {one: known for one, known in self._stale.items() if one in points}
        self._stale = {
            one: before.get(one, False) or len(dated) == points[one] for one, dated in stale.items()
        }
        if self._least > Level.UNKNOWN:
            return
        for server, dated in stale.items():
            if before.get(server) is not self._stale[server]:
                yield self._form.stale_line(server, len(dated), max(dated), snapshot)
        for server in before.keys() - stale.keys():
            yield self._form.fresh_line(server, snapshot)

    def of_poll(self, poll: Observation) -> Iterator[str]:
        """What became of entry points by a poll, or by those before it that were in doubt."""
        if self._board.failure(poll.key.server):
            self.doubts.end(poll.key.server)
        for key in self.doubts.heard(poll):
            yield from self.of_entry_point(key)

    def of_entry_point(self, key: EntryPointKey) -> Iterator[str]:
        """What became of one entry point since it was last asked for."""
        status = self._board.status(key)
        if status is None or not status.timeline:
            return
        last = self._last.get(key, ())
        if status.timeline is last:
            return
        # By identity: clocks step back, and an outage takes back what it turns out to explain.
        told = set(map(id, last))
        new = [change for change in status.timeline if id(change) not in told]
        before = self._levels.get(key, Level.OK)
        self._known(key, status)
        for change in new:
            yield from self._told(change, before, status.entry_point)

    def of_server(self, server: str) -> Iterator[str]:
        """What became of one server, and of its entry points with it."""
        self.doubts.end(server)
        change = self._board.newest_event
        if change is None or change is self._newest or change.key or change.server != server:
            return
        self._newest = change
        before = self._levels.get(server, Level.OK)
        self._levels[server] = Level.OK if change.after == "ok" else change.level
        yield from self._told(change, before, None)
        for status in self._board.statuses_of(server):
            yield from self.of_entry_point(status.entry_point.key)

    def _told(self, change: Change, before: Level, entry_point: EntryPoint | None) -> Iterator[str]:
        # That something is over is for whoever was told that it began.
        if max(before, change.level) >= self._least:
            line: str | None = self._form.change_line(change, entry_point)
            if line is not None:
                yield line

    def _known(self, key: EntryPointKey, status: EntryPointStatus) -> None:
        self._levels[key] = status.judgement.level
        self._last[key] = status.timeline
