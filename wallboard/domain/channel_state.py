"""The state of a channel through which notices are sent: what it took, what failed."""

from wallboard.frozen import frozen


@frozen
class ChannelState:
    """Since this process started: notices delivered, tries that failed, notices given up.

    ``failing_since`` is Unix time in seconds, ``None`` while it takes notices. Those of a heartbeat
    are its beats.
    """

    sent: int = 0
    failures: int = 0
    given_up: int = 0
    failing_since: float | None = None
