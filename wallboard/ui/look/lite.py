"""What ``lite`` changes for a slow link: fewer colours, fewer updates, no animation.

Charts sweep instead of scrolling, so that each poll changes one cell.
"""

from rich.color import ColorSystem

from wallboard.settings import Settings
from wallboard.ui.look.text import span
from wallboard.ui.look.theme import AUTO, SIXTEEN_COLOURS

UPDATE_SECONDS = 2.0
"""Least time between two updates."""

BEAT_SECONDS = 10
"""Between two steps of the heartbeat."""

ORDER_SECONDS = 10.0
"""Least time between two changes of the order, which send whole tiles."""

AGE_SECONDS = 10
"""Steps of the age of the newest data."""


def asked_theme(asked: str, settings: Settings) -> str:
    """The theme to use: the sixteen colours instead of ``auto``, as they take the fewest bytes."""
    return SIXTEEN_COLOURS if settings.lite and asked == AUTO else asked


def refresh_seconds(settings: Settings) -> float:
    """Seconds between two updates."""
    return max(settings.refresh, UPDATE_SECONDS) if settings.lite else settings.refresh


def most_colors(settings: Settings) -> ColorSystem:
    """The largest colour system: a colour of 256 takes half the bytes of a true colour."""
    return ColorSystem.EIGHT_BIT if settings.lite else ColorSystem.TRUECOLOR


def beat(now: float, settings: Settings) -> int:
    """The number of the heartbeat."""
    return int(now // BEAT_SECONDS) if settings.lite else int(now)


def age_in_steps(age_seconds: float, *, lite: bool) -> str:
    """The age of the newest data in words; in steps if ``lite``."""
    if not lite:
        return span(age_seconds)
    if age_seconds < AGE_SECONDS:
        return f"<{AGE_SECONDS}s"
    return span(age_seconds // AGE_SECONDS * AGE_SECONDS)
