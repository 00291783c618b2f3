"""A board as a machine without a network may show it: of whoever cannot be asked nothing is known.

Verdicts say what polls came to; how bad that is for customers nobody can tell from here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.ledger_row import LedgerRow, RowKind
from wallboard.domain.policy import Level
from wallboard.domain.snapshot import EntryPointStatus, Snapshot

_Made = Mapping[EntryPointKey, tuple[EntryPointStatus, EntryPointStatus]]


class Blindness:
    """Makes the level of every entry point unknown while this machine has no network."""

    def __init__(self) -> None:
        self._made: _Made = {}

    def shown(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot as it may be shown; statuses that did not change are the same objects."""
        if snapshot.blind_since is None:
            self._made = {}
            return snapshot
        before, made = self._made, dict[EntryPointKey, tuple[EntryPointStatus, EntryPointStatus]]()
        for key, status in snapshot.entry_points.items():
            known = before.get(key)
            made[key] = known if known and known[0] is status else (status, _unknown(status))
        self._made = made
        return replace(
            snapshot,
            entry_points=MappingProxyType({key: shown for key, (_, shown) in made.items()}),
            # Another number than any with a network: all levels differ.
            ranking=-1 - snapshot.ranking,
        )


def _unknown(status: EntryPointStatus) -> EntryPointStatus:
    if status.judgement.level is Level.UNKNOWN:
        return status
    return replace(status, judgement=replace(status.judgement, level=Level.UNKNOWN))


def blind_spans(rows: Iterable[LedgerRow], until: float) -> list[tuple[float, float]]:
    """When this machine had no network, by the rows of the ledger in the order of time.

    One that is not over lasts ``until`` then. All are Unix time in seconds.
    """
    spans: list[tuple[float, float]] = []
    since: float | None = None
    for row in rows:
        if row.kind is RowKind.BLIND and since is None:
            since = row.at
        elif row.kind is RowKind.SEEING and since is not None:
            spans.append((since, row.at))
            since = None
    if since is not None and since < until:
        spans.append((since, until))
    return spans
