"""The lines of a timeline: changes with those of endpoints below them, and rows of the ledger."""

from collections.abc import Sequence

from wallboard.domain.change import Change, Subject
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
    """The changes in their order, those of endpoints below the one of the verdict they explain.

    That is the nearest within a round of polls; they show only where it is ``unfolded``. Rows of
    the ledger, which are oldest first, are between them.
    """
    heads = [change for change in changes if change.subject is not Subject.ENDPOINT]
    parts: dict[int, list[Change]] = {}
    alone = set[int]()
    for change in changes:
        if change.subject is not Subject.ENDPOINT:
            continue
        near = [head for head in heads if abs(head.at - change.at) <= interval]
        if near:
            head = min(near, key=lambda head: abs(head.at - change.at))
            parts.setdefault(id(head), []).append(change)
        else:
            alone.add(id(change))
    blocks: list[list[Row]] = [[Row(row)] for row in reversed(ledger)]
    for change in changes:
        if change.subject is Subject.ENDPOINT:
            blocks += [[Row(change)]] if id(change) in alone else []
            continue
        below = parts.get(id(change), [])
        shows = any(change is one for one in unfolded)
        shown = [Row(part, of=change) for part in below if shows]
        blocks.append([Row(change, len(below), shows), *shown])
    blocks.sort(key=lambda block: -block[0].what.at)
    return [row for block in blocks for row in block]
