"""What has just got worse, once it is certain that it is not this machine's fault."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.policy import Level, Verdict
from wallboard.domain.snapshot import EntryPointStatus, Snapshot
from wallboard.frozen import frozen

QUIET_SECONDS = 60.0
"""An entry point that returns to a level within this time flaps, and does not count as new."""


@frozen
class Worsening:
    """Entry points that now have the worse ``level``: one, or all of a server in an ``outage``."""

    level: Level
    keys: tuple[EntryPointKey, ...]
    outage: bool = False


class NewlyWorse:
    """Finds what has just got worse by comparing each snapshot with the one before."""

    def __init__(self) -> None:
        self._before: Snapshot | None = None
        self._left: dict[tuple[EntryPointKey, Level], float] = {}
        self._outages: dict[tuple[str, Level], float] = {}

    def compare(self, snapshot: Snapshot) -> list[Worsening]:
        """What got worse since the last call; the first answers of an entry point never count."""
        before, self._before = self._before, snapshot
        if before is None or before.ranking == snapshot.ranking:
            return []
        self._forget(snapshot.at)
        singles: list[Worsening] = []
        outages: dict[tuple[str, Level], list[EntryPointKey]] = defaultdict(list)
        for was, status in _differing(before, snapshot):
            key, level = status.entry_point.key, status.judgement.level
            if level < was.judgement.level:
                self._leave(was, snapshot.at)
            elif level > was.judgement.level and (key, level) not in self._left:
                if status.judgement.verdict is Verdict.UNREACHABLE:
                    outages[key.server, level].append(key)
                else:
                    singles.append(Worsening(level, (key,)))
        return singles + list(self._new_outages(outages, snapshot.at))

    def _new_outages(
        self, outages: dict[tuple[str, Level], list[EntryPointKey]], at: float
    ) -> Iterator[Worsening]:
        """One arrival for a server, although its entry points may go out of reach one by one."""
        for (server, level), keys in outages.items():
            if (server, level) not in self._outages:
                self._outages[server, level] = at
                yield Worsening(level, tuple(keys), outage=True)

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


DOUBT_SECONDS = 6.0
"""By then every other server has been missed too, and the witnesses have been asked."""


class Doubt:
    """Holds back servers that went out of reach, until it is clear that we have a network."""

    def __init__(self, has_witnesses: Callable[[], bool]) -> None:
        """Without witnesses nothing is in doubt."""
        self._has_witnesses = has_witnesses
        self._held: list[tuple[float, Worsening]] = []

    def certain(
        self, worsenings: Iterable[Worsening], snapshot: Snapshot, now: float
    ) -> list[Worsening]:
        """What is certain by now, of these and of what was held back; for every tick.

        ``now`` is Unix time in seconds.
        """
        doubtful: list[Worsening] = []
        certain: list[Worsening] = []
        for one in worsenings:
            (doubtful if one.outage and self._has_witnesses() else certain).append(one)
        held_back = {one.keys for _, one in self._held}
        self._held += [(now, one) for one in doubtful if one.keys not in held_back]
        if snapshot.blind_since is not None:
            return []
        held, self._held = self._held, []
        for at, one in held:
            if 0 <= now - at < DOUBT_SECONDS:
                self._held.append((at, one))
            elif _still_unreachable(one, snapshot):
                certain.append(one)
        return certain


def _still_unreachable(worsening: Worsening, snapshot: Snapshot) -> bool:
    statuses = (snapshot.entry_points.get(key) for key in worsening.keys)
    return any(one and one.judgement.verdict is Verdict.UNREACHABLE for one in statuses)
