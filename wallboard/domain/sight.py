"""Whether whoever polls has a network, by the rows of the ledger in any order."""

import math

from wallboard.domain.ledger_row import LedgerRow, RowKind, moment

SIGHT = frozenset({RowKind.BLIND, RowKind.SEEING})


class Sight:
    """Takes the rows that say so."""

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
