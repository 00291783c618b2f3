"""How far two clocks are apart."""

from datetime import UTC, datetime, timedelta

from wallboard.domain.doctor import Finding, Step
from wallboard.domain.policy import Level

UNSEEN_SECONDS = 2.0
"""A date tells whole seconds, and took some time to come here."""

APART_SECONDS = 30.0
"""From which on times on this board and in a log of the server cannot be compared."""


def clock_finding(date: float, at: float) -> Finding:
    """What time a server says it is, when it is ``at`` here; both are Unix time in seconds."""
    ahead = date + 0.5 - at  # of the second that the date names, the middle
    facts = {"ahead_seconds": round(ahead, 1)}
    if abs(ahead) < UNSEEN_SECONDS:
        words = "The clocks of the server and of this machine agree."
        return Finding(Step.CLOCK, Level.OK, words, facts=facts)
    apart = timedelta(seconds=round(abs(ahead)))
    way = "ahead of" if ahead > 0 else "behind"
    there = datetime.fromtimestamp(date, UTC)
    words = (
        f"The clock of the server says {there:%Y-%m-%d %H:%M:%S} UTC, which is {apart} {way} "
        "that of this machine."
    )
    level = Level.WARNING if abs(ahead) >= APART_SECONDS else Level.OK
    return Finding(Step.CLOCK, level, words, facts=facts)
