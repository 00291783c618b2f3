"""The board on a slow link: fewer colours, fewer pictures, and nothing that moves for its own sake.

A chart that scrolls sends every cell of it at each poll; one that sweeps sends the newest alone.
"""

from rich.color import ColorSystem

from wallboard.settings import Settings
from wallboard.ui.look.text import span
from wallboard.ui.look.theme import AUTO, SIXTEEN_COLOURS

PICTURE_SECONDS = 2.0
"""Between two pictures, unless the config wants them still more seldom."""

BEAT_SECONDS = 10
"""Between two beats of the heart; a terminal that stands still for longer is a dead one."""

ORDER_SECONDS = 10.0
"""Between two changes of the order, for each sends whole tiles anew."""

AGE_SECONDS = 10
"""The steps in which the age of the newest answer is said."""


def asked_theme(asked: str, settings: Settings) -> str:
    """The theme to ask for: the terminal's own sixteen colours take the fewest bytes."""
    return SIXTEEN_COLOURS if settings.lite and asked == AUTO else asked


def refresh_seconds(settings: Settings) -> float:
    """Seconds between two pictures."""
    return max(settings.refresh, PICTURE_SECONDS) if settings.lite else settings.refresh


def most_colors(settings: Settings) -> ColorSystem:
    """The colours to send at most: a colour out of 256 takes half the bytes of a true one."""
    return ColorSystem.EIGHT_BIT if settings.lite else ColorSystem.TRUECOLOR


def beat(now: float, settings: Settings) -> int:
    """Which beat of the heart it is."""
    return int(now // BEAT_SECONDS) if settings.lite else int(now)


def newest_words(age_seconds: float, *, lite: bool) -> str:
    """How old the newest answer is; on a slow link in steps, since each change is sent."""
    if not lite:
        return f"newest {span(age_seconds)}"
    if age_seconds < AGE_SECONDS:
        return f"newest <{AGE_SECONDS}s"
    return f"newest {span(age_seconds // AGE_SECONDS * AGE_SECONDS)}"
