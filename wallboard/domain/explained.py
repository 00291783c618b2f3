"""Which changes of endpoints a change of verdict or level explains."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from wallboard.domain.change import Change, Subject
from wallboard.domain.endpoint import EntryPointKey

Parts = Mapping[int, Sequence[Change]]
"""The changes of endpoints below another one, by the identity of that."""


def explained(
    changes: Sequence[Change], within: Callable[[EntryPointKey], float | None]
) -> tuple[tuple[Change, ...], Parts]:
    """The changes without those of endpoints that another one explains, and these by it.

    That is the nearest one of the entry point if it is not further than ``within`` seconds, a round
    of its polls. All are newest first.
    """
    heads: dict[EntryPointKey | None, list[Change]] = defaultdict(list)
    for change in changes:
        if change.subject is not Subject.ENDPOINT:
            heads[change.key].append(change)
    parts: dict[int, list[Change]] = defaultdict(list)
    alone = []
    for change in changes:
        near = _nearest(change, heads[change.key]) if change.subject is Subject.ENDPOINT else None
        seconds = within(change.key) if near and change.key else None
        if near and seconds is not None and abs(near.at - change.at) <= seconds:
            parts[id(near)].append(change)
        else:
            alone.append(change)
    return tuple(alone), parts


def _nearest(change: Change, heads: Sequence[Change]) -> Change | None:
    """The nearest in time of some changes, which are newest first."""
    place = bisect_left(heads, -change.at, key=lambda head: -head.at)
    near = heads[max(0, place - 1) : place + 1]
    return min(near, key=lambda head: abs(head.at - change.at), default=None)
