"""Tells what becomes of a board as it comes: first how it stands, then change after change."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module

from wallboard.board import Board
from wallboard.domain.change import Change
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.event import RecordedBoard
from wallboard.domain.observation import AHEAD_SECONDS, Failure, Observation, ServerStatus
from wallboard.domain.policy import Level
from wallboard.domain.snapshot import Folded, Snapshot

UNSETTLED_SECONDS = 30.0
"""For how long it may be open whether a server can be reached, before it is told what is known."""


class UnsettledChanges:
    """Holds back what changed on servers of which it is open whether they can be reached.

    A poll that reached nobody is a matter of its endpoint or of the whole server: that shows with
    the next answer, or with the word that the server cannot be reached.
    """

    def __init__(self, board: Board) -> None:
        """``board`` is the one whose changes are told."""
        self._board = board
        self._since: dict[str, float] = {}
        self._held: dict[str, list[Change]] = {}

    def __bool__(self) -> bool:
        return bool(self._since)

    def settled(self, folded: Folded) -> Sequence[Change]:
        """What may be told by now, of this event and of those before it; a server's own first."""
        event = folded.event
        if isinstance(event, RecordedBoard):
            self._since.clear()
            self._held.clear()
        elif isinstance(event, Observation) and self._is_open(event):
            self._held.setdefault(event.key.server, []).extend(folded.changes)
            return ()
        elif isinstance(event, Observation):
            return (*self._end(event.key.server), *folded.changes)
        elif isinstance(event, ServerStatus):
            held = (one for one in self._end(event.server) if not folded.takes_back(one))
            return (*folded.changes, *held)
        return folded.changes

    def forget(self) -> None:
        """Hold nothing back any more; it is told in another way."""
        self._held.clear()

    def _is_open(self, poll: Observation) -> bool:
        """Whether it is open, after this poll, if its server can be reached."""
        server, outcome = poll.key.server, poll.outcome
        if self._board.failure(server):
            return False
        if not isinstance(outcome, Failure) or not outcome.cause.unreachable:
            return False
        # It is open no longer, either, once the clock was put back.
        seconds = poll.at - self._since.setdefault(server, poll.at)
        return -AHEAD_SECONDS <= seconds < UNSETTLED_SECONDS

    def _end(self, server: str) -> Iterable[Change]:
        self._since.pop(server, None)
        return self._held.pop(server, ())


LEAST_SECONDS = 3.0
"""A shorter silence is worth no line of its own, for a busy machine may make it."""


class ChangeLines:
    """Makes lines of what is new on a board; each thing is told once."""

    def __init__(self, board: Board, form: str, least: Level) -> None:
        """``form`` names the module that makes lines."""
        self._board = board
        self._form = import_module(form)
        self._least = least
        self.unsettled = UnsettledChanges(board)
        self._levels: dict[EntryPointKey | str, Level] = {}
        self._stale: dict[str, bool] = {}  # whether all of it was

    def opening(self, snapshot: Snapshot) -> Iterator[str]:
        """How all of it stands; from here on it is changes."""
        self.unsettled.forget()
        self._levels = dict.fromkeys((one.server for one in snapshot.unreachable), Level.CRITICAL)
        for key, status in snapshot.entry_points.items():
            self._levels[key] = status.judgement.level
        yield from self._form.opening_lines(snapshot, self._least)

    def heartbeat(self, snapshot: Snapshot) -> str:
        """How the board stands as a whole."""
        line: str = self._form.heartbeat_line(snapshot)
        return line

    def of_staleness(self, snapshot: Snapshot) -> Iterator[str]:
        """Of which servers entry points are stale, then all of them, and of which none is again."""
        now = snapshot.at
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

    def of_event(self, folded: Folded) -> Iterator[str]:
        """What became of the board by an event, or by those before it that were in doubt."""
        changes = self.unsettled.settled(folded)
        before = {of: self._levels.get(of, Level.OK) for of in map(_whose, changes)}
        for change in changes:
            over = change.key is None and change.after == "ok"
            self._levels[_whose(change)] = Level.OK if over else change.level
        for change in changes:
            status = self._board.status(change.key) if change.key else None
            # That something is over is for whoever was told that it began.
            if max(before[_whose(change)], change.level) >= self._least:
                line = self._form.change_line(change, status.entry_point if status else None)
                if line is not None:
                    yield line


def _whose(change: Change) -> EntryPointKey | str:
    return change.key or change.server
