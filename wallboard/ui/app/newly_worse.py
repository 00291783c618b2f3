"""Finds what has just got worse, by comparing each view with the one before."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from wallboard.board import EntryPointStatus, Snapshot
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.policy import Level, Verdict

QUIET_SECONDS = 60.0
"""What left a level and comes back within this time is not new: it flaps."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Entry points that got worse together and now have ``level``: one, or many of one server."""

    level: Level
    keys: tuple[EntryPointKey, ...]


class NewlyWorse:
    """Remembers the last view, and which entry points left a level recently."""

    def __init__(self) -> None:
        self._before: Snapshot | None = None
        self._left: dict[tuple[EntryPointKey, Level], float] = {}
        self._outages: dict[tuple[str, Level], float] = {}

    def look(self, snapshot: Snapshot) -> list[Arrival]:
        """What got worse since the last look; the first answers of an entry point never count."""
        before, self._before = self._before, snapshot
        if before is None or before.ranking == snapshot.ranking:
            return []
        self._forget(snapshot.at)
        singles: list[Arrival] = []
        outages: dict[tuple[str, Level], list[EntryPointKey]] = defaultdict(list)
        for was, status in _differing(before, snapshot):
            key, level = status.entry_point.key, status.judgement.level
            if level < was.judgement.level:
                self._leave(was, snapshot.at)
            elif level > was.judgement.level and (key, level) not in self._left:
                if status.judgement.verdict is Verdict.UNREACHABLE:
                    outages[key.server, level].append(key)
                else:
                    singles.append(Arrival(level, (key,)))
        return singles + list(self._new_outages(outages, snapshot.at))

    def _new_outages(
        self, outages: dict[tuple[str, Level], list[EntryPointKey]], at: float
    ) -> Iterator[Arrival]:
        """One arrival for a server, although its entry points may go out of reach one by one."""
        for (server, level), keys in outages.items():
            if (server, level) not in self._outages:
                self._outages[server, level] = at
                yield Arrival(level, tuple(keys))

    def _leave(self, was: EntryPointStatus, at: float) -> None:
        for level in Level:
            if level <= was.judgement.level:
                self._left[was.entry_point.key, level] = at

    def _forget(self, now: float) -> None:
        self._left = {k: at for k, at in self._left.items() if 0 <= now - at < QUIET_SECONDS}
        self._outages = {k: at for k, at in self._outages.items() if 0 <= now - at < QUIET_SECONDS}


def _differing(
    before: Snapshot, after: Snapshot
) -> Iterator[tuple[EntryPointStatus, EntryPointStatus]]:
    for key, status in after.entry_points.items():
        was = before.entry_points.get(key)
        if was is None or was is status or was.judgement.verdict is Verdict.WAITING:
            continue
        yield was, status
