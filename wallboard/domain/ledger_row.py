"""The rows of the ledger: what happened to alarms and who did what about them.

An alarm is named by its key and its onset, so that every process that saw the same polls names it
alike. All times are Unix time in seconds.
"""

from enum import StrEnum
from typing import NamedTuple

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.policy import Level
from wallboard.frozen import frozen


def moment(at: float) -> float:
    """A time as exact as recordings and ledgers keep it, to the millisecond.

    An alarm is named by its onset, which must be the same to all that saw the same polls.
    """
    return round(at, 3)


class AlarmKey(NamedTuple):
    """Whose alarm it is: an entry point's or, without an id, that of a whole server."""

    server: str
    id: int | None = None

    @classmethod
    def of(cls, key: EntryPointKey) -> "AlarmKey":
        """The alarm of an entry point."""
        return cls(key.server, key.id)

    @property
    def entry_point(self) -> EntryPointKey | None:
        """The entry point, if it is one's."""
        return None if self.id is None else EntryPointKey(self.server, self.id)


class RowKind(StrEnum):
    """What a row says; the values are the words in the file."""

    RAISED = "raised"
    WORSENED = "worsened"
    RETURNED = "returned"
    CLEARED = "cleared"
    ACKNOWLEDGED = "acknowledged"
    UNACKNOWLEDGED = "unacknowledged"
    SHELVED = "shelved"
    UNSHELVED = "unshelved"
    CHATTERING = "chattering"
    QUIET = "quiet"
    BLIND = "blind"
    SEEING = "seeing"
    NOTE = "note"
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    GIVEN_UP = "given_up"
    WITHDRAWN = "withdrawn"


@frozen
class LedgerRow:
    """One fact about an alarm.

    ``key`` is ``None`` for what concerns the whole board (blind, seeing, a note on it). ``onset``
    is when the condition of the alarm began, ``None`` where no alarm stands (a note, a shelf).
    ``level`` and ``verdict`` are those of the condition where the row changes it (raised, worsened,
    returned, cleared); the verdict of a server is the cause of its failure. ``who`` is
    ``user@host``, empty for what the rules did by themselves. ``text`` is a reason or a note,
    ``until`` when a shelf or an acknowledgement ends; of a row that ends one it is which one, of
    quiet when it chattered last, of returned and cleared when the condition ended, and of blind
    until when there was a network for certain. ``notice`` is the id of a notice and ``channel`` the
    channel that it goes through (queued, sent, failed, given up, or withdrawn, as nobody needs it
    any more). ``number`` is its place in the ledger, 0 before it is there.
    """

    at: float
    kind: RowKind
    key: AlarmKey | None
    onset: float | None = None
    level: Level | None = None
    verdict: str = ""
    who: str = ""
    text: str = ""
    until: float | None = None
    notice: str = ""
    channel: str = ""
    board: str = ""
    number: int = 0
