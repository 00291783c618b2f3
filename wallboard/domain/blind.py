"""When this machine has no network, and what a board may show then.

Verdicts say what polls came to; how bad that is for customers nobody can tell from here.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.ledger_row import LedgerRow, RowKind, moment
from wallboard.domain.policy import Level
from wallboard.domain.snapshot import EntryPointStatus, Snapshot

NETWORK_KINDS = frozenset({RowKind.BLIND, RowKind.SEEING})
"""Rows that say whether whoever polls has a network."""

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

    Each begins with the last answer of anybody: what failed from then on says nothing of others.
    One that is not over lasts ``until`` then. All are Unix time in seconds.
    """
    spans: list[tuple[float, float]] = []
    since: float | None = None
    for row in rows:
        if row.kind is RowKind.BLIND and since is None:
            since = row.at if row.until is None else min(row.at, row.until)
        elif row.kind is RowKind.SEEING and since is not None:
            spans.append((since, row.at))
            since = None
    if since is not None and since < until:
        spans.append((since, until))
    return spans


class NetworkState:
    """Whether whoever polls has a network, by the rows of the ledger in any order."""

    def __init__(self) -> None:
        self._seeing = -math.inf
        self._blind: dict[float, float] = {}

    @property
    def blind_since(self) -> float | None:
        """When the network was lost, Unix time in seconds; ``None`` while there is one."""
        return min(self._blind, default=None)

    @property
    def network_until(self) -> float | None:
        """Until when there was one for certain, before it was lost; Unix time in seconds."""
        return self._blind[min(self._blind)] if self._blind else None

    def take(self, row: LedgerRow) -> None:
        """Take a row, perhaps not for the first time."""
        if row.kind is RowKind.SEEING:
            self._seeing = max(self._seeing, row.at)
        else:
            until = row.at if row.until is None else min(row.at, row.until)
            self._blind[row.at] = min(until, self._blind.get(row.at, until))
        # Of one moment, that there is a network comes later.
        self._blind = {at: until for at, until in self._blind.items() if at > self._seeing}

    def dated(self, at: float) -> float:
        """When a row is to be dated that says otherwise at a Unix time in seconds."""
        newest = max(self._seeing, *self._blind, -math.inf)
        return moment(at) if at > newest else moment(newest + 0.001)
