"""Filters, sorts and groups the entry points of the wall."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.policy import Level, Verdict
from wallboard.domain.snapshot import EntryPointStatus, Snapshot
from wallboard.frozen import frozen
from wallboard.query import Query
from wallboard.ui.picture.arrangement import Arrangement

UNGROUPED = "no group"
SORTS = ("worst", "name", "id", "wait", "queue", "changed")
VOLATILE_SORTS = frozenset({"wait", "queue", "changed"})
"""Orders that can change without a change of verdict."""


@frozen
class Section:
    """A group of entry points in display order; one section without a name if not grouped.

    ``verdicts`` are the counts for its heading.
    """

    name: str
    keys: tuple[EntryPointKey, ...]
    verdicts: Mapping[Verdict, int]
    folded: bool = False

    @property
    def shown(self) -> tuple[EntryPointKey, ...]:
        """The entry points, or none while folded."""
        return () if self.folded else self.keys


def arrange(snapshot: Snapshot, view: Arrangement, query: Query) -> tuple[Section, ...]:
    """The sections of the wall: filtered, sorted, then grouped, groups by name."""
    statuses = list(snapshot.entry_points.values())
    if query or view.faults_only:
        statuses = [s for s in statuses if _wanted(s, view, query, snapshot.at)]
    statuses.sort(key=_SORT_KEYS[view.sort], reverse=view.descending)
    if view.sort in _FIGURES:
        figure = attrgetter(_FIGURES[view.sort])
        statuses.sort(key=lambda status: figure(status.judgement) is None)
    if view.grouping == "none":
        return (Section("", _keys_of(statuses), {}),) if statuses else ()
    groups: dict[str, list[EntryPointStatus]] = {}
    for status in statuses:
        groups.setdefault(_group_of(status, view.grouping), []).append(status)
    names = sorted(groups, key=lambda name: (name == UNGROUPED, name.casefold()))
    return tuple(
        Section(
            name=name,
            keys=_keys_of(groups[name]),
            verdicts=Counter(status.judgement.verdict for status in groups[name]),
            folded=name in view.folded,
        )
        for name in names
    )


def _keys_of(statuses: Iterable[EntryPointStatus]) -> tuple[EntryPointKey, ...]:
    return tuple(map(attrgetter("state.entry_point.key"), statuses))


def is_fault(status: EntryPointStatus, now: float) -> bool:
    """Whether an entry point was polled and its level is not OK, or is out of date."""
    judgement = status.judgement
    return judgement.level_at(now) is not Level.OK and judgement.verdict is not Verdict.WAITING


def _wanted(status: EntryPointStatus, view: Arrangement, query: Query, now: float) -> bool:
    if view.faults_only and not is_fault(status, now):
        return False
    return not query or query.matches(status, now)


def _group_of(status: EntryPointStatus, grouping: str) -> str:
    if grouping == "server":
        return status.entry_point.key.server
    return status.entry_point.group or UNGROUPED


_SORT_KEYS: Mapping[str, Callable[[EntryPointStatus], Any]] = {
    "worst": attrgetter("judgement.rank"),
    "name": lambda status: (status.entry_point.name.casefold(), status.entry_point.key),
    "id": lambda status: (status.entry_point.key.id, status.entry_point.key.server),
    "wait": lambda status: -(status.judgement.wait_seconds or 0.0),
    "queue": lambda status: -(status.judgement.queue_depth or 0),
    "changed": lambda status: -(status.since or 0.0),
}

_FIGURES = {"wait": "wait_seconds", "queue": "queue_depth"}
"""Figures that may be unknown; such entry points come last in either direction."""
