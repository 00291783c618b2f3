"""What is new in a ledger."""

from wallboard.domain.ledger_row import LedgerRow
from wallboard.frozen import frozen


@frozen
class LedgerUpdate:
    """Rows in the order in which they count (``domain/ledger_order.py``).

    Older ones may have come later. ``again`` says that somebody asked for all that matters; and
    ``whole`` says that the file was read for the first time, or is another one than before, or is
    not there any more: then they are all rows that matter.
    """

    rows: tuple[LedgerRow, ...] = ()
    whole: bool = False
    again: bool = False
