"""Prints a board as lines: first its current state, then each change."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module

from wallboard.board import Board
from wallboard.domain.change import Change
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.event import RecordedBoard
from wallboard.domain.node import NodeDifference
from wallboard.domain.observation import AHEAD_SECONDS, Failure, Observation, ServerStatus
from wallboard.domain.policy import Level
from wallboard.domain.snapshot import EntryPointStatus, Folded, Snapshot
from wallboard.domain.vantage import answers_of, disagree
from wallboard.report.words.nodes import differing_nodes
from wallboard.report.words.places import silent_names

UNSETTLED_SECONDS = 30.0
"""How long changes are held back while it is unclear whether their server can be reached."""


class UnsettledChanges:
    """Holds back changes while it is unclear whether their server can be reached.

    A poll without any response is a fault of one endpoint or of the whole server: the next answer,
    or the status of the server, decides.
    """

    def __init__(self, board: Board) -> None:
        """``board`` is the one whose changes are printed."""
        self._board = board
        self._since: dict[str, float] = {}
        self._held: dict[str, list[Change]] = {}

    def __bool__(self) -> bool:
        return bool(self._since)

    def settled(self, folded: Folded) -> Sequence[Change]:
        """The changes to print now, of this event and earlier ones; those of the server first."""
        event = folded.event
        if isinstance(event, RecordedBoard):
            self._since.clear()
            self._held.clear()
        elif isinstance(event, Observation) and self._is_unclear(event):
            self._held.setdefault(event.key.server, []).extend(folded.changes)
            return ()
        elif isinstance(event, Observation):
            return (*self._end(event.key.server), *folded.changes)
        elif isinstance(event, ServerStatus):
            held = (one for one in self._end(event.server) if not folded.takes_back(one))
            return (*folded.changes, *held)
        return folded.changes

    def forget(self) -> None:
        """Drop the changes held back; the whole board is about to be printed."""
        self._held.clear()

    def _is_unclear(self, poll: Observation) -> bool:
        """Whether it is unclear, after this poll, if its server can be reached."""
        server, outcome = poll.key.server, poll.outcome
        if self._board.failure(server):
            return False
        if not isinstance(outcome, Failure) or not outcome.cause.unreachable:
            return False
        # A clock that was put back ends it, too.
        seconds = poll.at - self._since.setdefault(server, poll.at)
        return -AHEAD_SECONDS <= seconds < UNSETTLED_SECONDS

    def _end(self, server: str) -> Iterable[Change]:
        self._since.pop(server, None)
        return self._held.pop(server, ())


LEAST_SECONDS = 3.0
"""A shorter time without answers gets no line: a busy machine can cause it."""


class ChangeLines:
    """Makes a line of each change of a board."""

    def __init__(self, board: Board, form: str, least: Level) -> None:
        """``form`` names the module that makes lines."""
        self._board = board
        self._form = import_module(form)
        self._least = least
        self.unsettled = UnsettledChanges(board)
        self._levels: dict[EntryPointKey | str, Level] = {}
        self._blind_since: float | None = None
        self._silent: frozenset[str] = frozenset()
        self._disputed: frozenset[EntryPointKey] = frozenset()
        self._differing: Mapping[tuple[str, str], Sequence[NodeDifference]] = {}
        self._stale: dict[str, bool] = {}  # by server; whether all its entry points were

    def opening(self, snapshot: Snapshot) -> Iterator[str]:
        """The current state of the board, from which changes are then printed."""
        self.unsettled.forget()
        self._levels = dict.fromkeys((one.server for one in snapshot.unreachable), Level.CRITICAL)
        for key, status in snapshot.entry_points.items():
            self._levels[key] = status.judgement.level
        self._blind_since = snapshot.blind_since
        self._silent, self._disputed = silent_names(snapshot.places), _disputed(snapshot)
        yield from self._form.opening_lines(snapshot, self._least)

    def heartbeat(self, snapshot: Snapshot) -> str:
        """A summary of the board."""
        line: str = self._form.heartbeat_line(snapshot)
        return line

    def of_time(self, snapshot: Snapshot) -> Iterator[str]:
        """What is to be told without any event: of network, places, nodes and stale answers."""
        yield from self.of_network(snapshot)
        yield from self.of_places(snapshot)
        yield from self.of_nodes(snapshot)
        yield from self.of_staleness(snapshot)

    def of_network(self, snapshot: Snapshot) -> Iterator[str]:
        """A line when this machine has lost its network, or has it back."""
        before, self._blind_since = self._blind_since, snapshot.blind_since
        if (before is None) is not (self._blind_since is None):
            yield self._form.network_line(snapshot, before)

    def of_places(self, snapshot: Snapshot) -> Iterator[str]:
        """A line for each place that fell silent or is heard again, and for what they dispute."""
        silent, self._silent = self._silent, silent_names(snapshot.places)
        for place in snapshot.places:
            if (place.name in silent) is not (place.name in self._silent):
                yield self._form.place_line(place, snapshot)
        before, self._disputed = self._disputed, _disputed(snapshot)
        for key in sorted(before ^ self._disputed):
            status = snapshot.entry_points.get(key)
            if status and _worst_anywhere(status, snapshot.at) >= self._least:
                yield self._form.places_line(status, snapshot)

    def of_nodes(self, snapshot: Snapshot) -> Iterator[str]:
        """A line for each node that begins to differ from its server, or does so no more."""
        before, self._differing = self._differing, differing_nodes(snapshot)
        if self._least > Level.WARNING:
            return
        for place, found in self._differing.items():
            if place not in before:
                yield self._form.node_line(*place, found, snapshot)
        for place in before.keys() - self._differing.keys():
            yield self._form.node_line(*place, (), snapshot)

    def of_staleness(self, snapshot: Snapshot) -> Iterator[str]:
        """A line for each server whose entry points became stale (some or all), or fresh again."""
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
        """The changes by an event, and those held back before it."""
        changes = self.unsettled.settled(folded)
        before = {of: self._levels.get(of, Level.OK) for of in map(_whose, changes)}
        for change in changes:
            recovered = change.key is None and change.after == "ok"
            self._levels[_whose(change)] = Level.OK if recovered else change.level
        for change in changes:
            status = self._board.status(change.key) if change.key else None
            # A recovery is printed if the fault was.
            if max(before[_whose(change)], change.level) >= self._least:
                line = self._form.change_line(change, status.entry_point if status else None)
                if line is not None:
                    yield line


def _disputed(snapshot: Snapshot) -> frozenset[EntryPointKey]:
    return frozenset(
        key for key, status in snapshot.entry_points.items() if disagree(status, snapshot.at)
    )


def _worst_anywhere(status: EntryPointStatus, now: float) -> Level:
    """The worst level that any place finds."""
    answers = answers_of(status, now)
    return max((one.status.judgement.level for one in answers), default=status.judgement.level)


def _whose(change: Change) -> EntryPointKey | str:
    return change.key or change.server
