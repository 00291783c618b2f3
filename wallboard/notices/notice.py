"""A notice: what is to be sent about an alarm, whatever the channel. Times are Unix seconds."""

from enum import StrEnum

from wallboard.domain.ledger_row import AlarmKey
from wallboard.domain.policy import Level
from wallboard.frozen import frozen


class Phase(StrEnum):
    """What a notice says of its alarm; the values are part of its id."""

    RAISE = "raise"
    REMIND = "remind"
    ACKNOWLEDGE = "acknowledge"
    OVER = "over"


@frozen
class NoticeAlarm:
    """The alarm of a notice, in words for people.

    ``verdict`` is the label on its tile and ``reason`` the server's own word. ``since`` is when its
    condition began, ``over_at`` when it ended. ``acknowledged_by`` is ``user@host``.
    """

    key: AlarmKey
    name: str
    group: str
    level: Level
    verdict: str
    reason: str
    since: float
    over_at: float | None = None
    acknowledged_by: str = ""
    why: str = ""
    runbook: str = ""
    owner: str = ""
    phone: str = ""


@frozen
class Notice:
    """One message to one channel.

    ``id`` is the same however often it is sent, and ``thread`` the same for all that is sent of one
    alarm, so that the far side can fold both. ``alarms`` has more than one in a flood only;
    ``others`` counts those that stand beside them. ``look`` is a command that shows the wall.
    """

    id: str
    thread: str
    phase: Phase
    at: float
    board: str
    alarms: tuple[NoticeAlarm, ...]
    others: int = 0
    look: str = ""
    test: bool = False

    @property
    def level(self) -> Level:
        """The worst level of its alarms."""
        return max(one.level for one in self.alarms)
