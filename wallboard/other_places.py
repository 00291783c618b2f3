"""The same board as other places see it, folded beside the own one.

It has no clock and no I/O. What is heard of a place is judged by the rules and the calendars of
this board, so that places differ only in what they were answered.
"""

from collections.abc import Mapping, Sequence

from wallboard.board import Board
from wallboard.domain.endpoint import EntryPoint, EntryPointKey
from wallboard.domain.event import Event, ExpectationChanged, RecordedBoard
from wallboard.domain.expectation import Expectation
from wallboard.domain.observation import Observation, ServerStatus
from wallboard.domain.policy import Policy, Verdict
from wallboard.domain.snapshot import Elsewhere, EntryPointStatus, Place, Places
from wallboard.frozen import frozen

MOST_PLACES = 16
"""Places beside the own one; more are not looked at."""


@frozen
class SeenElsewhere:
    """What is new from other places: how they see entry points, and servers, each all that count.

    An entry point without other places any more has none.
    """

    points: Mapping[EntryPointKey, Places | None]
    servers: Mapping[str, tuple[ServerStatus, ...]]


FORGOTTEN_SECONDS = 24 * 3600.0
"""After so long a silent place is one no more, until it is heard again."""


class _Board:
    """The board of one place; ``silent_since`` is when it was heard last, if it is silent.

    ``newest_at`` is the time of the last event that was heard; both are Unix time in seconds.
    """

    def __init__(
        self, name: str, points: Sequence[tuple[EntryPoint, Policy]], history: int
    ) -> None:
        self.name = name
        self.board = Board(points, history=history)
        self.silent_since: float | None = None
        self.newest_at: float | None = None
        self.seen: dict[EntryPointKey, Elsewhere] = {}

    def is_place(self, now: float) -> bool:
        """Whether anything was heard of it, and not very long ago."""
        if self.newest_at is None:
            return False
        return self.silent_since is None or now - self.silent_since < FORGOTTEN_SECONDS

    def fold(self, event: Event) -> None:
        """Fold what it observed."""
        if isinstance(event, Observation | ServerStatus | RecordedBoard):
            self.newest_at = event.at
        self.board.fold(event)

    def elsewhere(self, status: EntryPointStatus, now: float) -> Elsewhere:
        """An entry point as this place sees it; the same object while that is the same."""
        key = status.entry_point.key
        before = self.seen.get(key)
        if before and before.status is status and before.silent_since == self.silent_since:
            return before
        since = now
        if before and before.status.judgement.verdict is status.judgement.verdict:
            since = before.since
        elif before is None and status.since is not None:
            since = min(now, status.since)
        self.seen[key] = found = Elsewhere(self.name, status, since, self.silent_since)
        return found


class OtherPlaces:
    """Folds what other places observe, and says what that changes for this board."""

    def __init__(
        self, own: str, points: Sequence[tuple[EntryPoint, Policy]], *, history: int
    ) -> None:
        """``own`` is the place of this board; ``history`` is how many samples are kept."""
        self.own = own
        self._points = points
        self._history = history
        self._boards: dict[str, _Board] = {}
        self._current: tuple[_Board, ...] = ()
        self._told: dict[EntryPointKey, Places] = {}
        self._servers: dict[str, tuple[ServerStatus, ...]] = {}
        self._reached: dict[tuple[str, str], ServerStatus] = {}

    @property
    def places(self) -> tuple[Place, ...]:
        """All places in the order of their names; none if there is only this one."""
        if not self._current:
            return ()
        others = (Place(one.name, False, one.silent_since) for one in self._current)
        return tuple(sorted((Place(self.own, own=True), *others), key=lambda one: one.name))

    def add(self, place: str) -> bool:
        """Look at a place, which is one once it was heard; whether it is looked at."""
        if place not in self._boards:
            if place == self.own or len(self._boards) >= MOST_PLACES:
                return False
            self._boards[place] = _Board(place, self._points, self._history)
            self._boards = dict(sorted(self._boards.items()))
        return True

    def fold(self, place: str, event: Event) -> None:
        """Fold what a place observed."""
        if one := self._boards.get(place):
            one.fold(event)

    def newest_at(self, place: str) -> float | None:
        """The time of the last event of a place, Unix time in seconds."""
        one = self._boards.get(place)
        return one.newest_at if one else None

    def silent(self, place: str, since: float | None) -> None:
        """Say since when a place is silent, Unix time in seconds; ``None`` if it is not."""
        if one := self._boards.get(place):
            one.silent_since = since

    def replace(
        self, points: Sequence[tuple[EntryPoint, Policy]], at: float, *, history: int
    ) -> None:
        """Have these entry points from ``at`` on."""
        self._points, self._history = points, history
        known = {point.key for point, _ in points}
        self._told = {key: told for key, told in self._told.items() if key in known}
        for one in self._boards.values():
            one.board.replace(points, at, history=history)
            one.seen = {key: seen for key, seen in one.seen.items() if key in known}

    def seen(self, board: Board, now: float) -> SeenElsewhere:
        """What is new since this was asked last, for the board of this place."""
        self._current = tuple(one for one in self._boards.values() if one.is_place(now))
        if not (self._current or self._told):
            return SeenElsewhere({}, {})
        self._expect(board, now)
        points: dict[EntryPointKey, Places | None] = {}
        # A set that keeps its order: the places whose word on a server counts.
        heard = {point.key.server: self._known(point.key.server) for point, _ in self._points}
        for point, _ in self._points:
            others = []
            for one in self._current:
                if status := one.board.status(point.key):
                    others.append(one.elsewhere(status, now))
                    if one.silent_since is None and status.judgement.verdict is not Verdict.WAITING:
                        heard[point.key.server][one.name] = None
            self._tell(point.key, tuple(others), board, points)
        return SeenElsewhere(points, self._of_servers(heard, now))

    def _known(self, server: str) -> dict[str, None]:
        """The places that have said something of a server as a whole, and are not silent."""
        return {
            one.name: None
            for one in self._current
            if one.silent_since is None and one.board.server(server)
        }

    def _tell(
        self,
        key: EntryPointKey,
        others: tuple[Elsewhere, ...],
        board: Board,
        points: dict[EntryPointKey, Places | None],
    ) -> None:
        """Note an entry point that looks otherwise than was told, or of a board begun anew."""
        told, status = self._told.get(key), board.status(key)
        before = told.others if told else ()
        same = len(others) == len(before) and all(map(lambda one, was: one is was, others, before))
        if status is None or (same and status.places is told):
            return
        if others:
            told = told if same and told else Places(self.own, others)
            self._told[key] = points[key] = told
        else:
            self._told.pop(key, None)
            points[key] = None

    def _of_servers(
        self, heard: Mapping[str, Mapping[str, None]], now: float
    ) -> Mapping[str, tuple[ServerStatus, ...]]:
        """What is new of servers."""
        found = {
            server: tuple(self._server(place, server, now) for place in sorted(places))
            for server, places in heard.items()
        }
        new = {name: seen for name, seen in found.items() if seen != self._servers.get(name, ())}
        self._servers = found
        return new

    def _server(self, place: str, server: str, now: float) -> ServerStatus:
        """What a place says of a server; nothing is said of one that was always in reach."""
        said = self._boards[place].board.server(server)
        return said or self._reached.setdefault((place, server), ServerStatus(server, now))

    def _expect(self, board: Board, now: float) -> None:
        """Have all places expect what this board does."""
        for one in self._current:
            other: dict[EntryPointKey, Expectation] = {}
            for point, _ in self._points:
                here, there = board.status(point.key), one.board.status(point.key)
                if here and there and there.expectation != here.expectation:
                    other[point.key] = here.expectation
            if other:
                one.board.fold(ExpectationChanged(now, other))
