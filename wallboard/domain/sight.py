"""Whether whoever polls has a network, by the rows of the ledger in any order."""

import math

from wallboard.domain.ledger_row import LedgerRow, RowKind, moment

SIGHT = frozenset({RowKind.BLIND, RowKind.SEEING})


class Sight:
    """Takes the rows that say so."""

    def __init__(self) -> None:
        self._seeing = -math.inf
        self._blind: set[float] = set()

    @property
    def blind_since(self) -> float | None:
        """When the network was lost, Unix time in seconds; ``None`` while there is one."""
        return min(self._blind, default=None)

    def take(self, row: LedgerRow) -> None:
        """Take a row, perhaps not for the first time."""
        if row.kind is RowKind.SEEING:
            self._seeing = max(self._seeing, row.at)
        else:
            self._blind.add(row.at)
        # Of one moment, that there is a network comes later.
        self._blind = {at for at in self._blind if at > self._seeing}

    def dated(self, at: float) -> float:
        """When a row is to be dated that says otherwise at a Unix time in seconds."""
        newest = max(self._seeing, *self._blind, -math.inf)
        return moment(at) if at > newest else moment(newest + 0.001)
