"""The lines of a timeline: changes with those of endpoints below them, and rows of the ledger."""

from collections.abc import Sequence

from wallboard.domain.change import Change, explained
from wallboard.domain.ledger_row import LedgerRow
from wallboard.frozen import frozen


@frozen
class Row:
    """One line: a change, and how many of endpoints it has below it; or a row of the ledger.

    ``of`` is the change that one of an endpoint stands below.
    """

    what: Change | LedgerRow
    parts: int = 0
    unfolded: bool = False
    of: Change | None = None

    @property
    def change(self) -> Change | None:
        """The change, if it is one."""
        return self.what if isinstance(self.what, Change) else None


def rows_of(
    changes: Sequence[Change],
    interval: float,
    unfolded: Sequence[Change],
    ledger: Sequence[LedgerRow] = (),
) -> list[Row]:
    """The changes, newest first, those of endpoints below the one of the verdict they explain.

    They show only where that is ``unfolded``. Rows of the ledger, which are oldest first, are
    between them.
    """
    shown, parts = explained(changes, lambda _: interval)
    blocks: list[list[Row]] = [[Row(row)] for row in reversed(ledger)]
    for change in shown:
        below = parts.get(id(change), ())
        shows = any(change is one for one in unfolded)
        unfolded_parts = [Row(part, of=change) for part in below if shows]
        blocks.append([Row(change, len(below), shows), *unfolded_parts])
    blocks.sort(key=lambda block: -block[0].what.at)
    return [row for block in blocks for row in block]
