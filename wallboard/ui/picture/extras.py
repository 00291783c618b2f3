"""What is shown beside the board itself: how the wall is used, and how the link is."""

from dataclasses import dataclass

from wallboard.domain.endpoint import EntryPointKey


@dataclass(frozen=True, slots=True)
class Extras:
    """What a kiosk, a slow link, the alarm and the meter add to a picture.

    ``newly_critical`` are the entry points that became critical of late, the newest last, until
    somebody presses a key; ``touched_at`` is when that was last, Unix time in seconds. ``inverted``
    is half of a flash. ``traffic`` is what the meter says. ``page`` is which page of a kiosk is
    shown, of how many, and ``page_held`` why it does not turn.
    """

    kiosk: bool = False
    lite: bool = False
    inverted: bool = False
    traffic: str = ""
    newly_critical: tuple[EntryPointKey, ...] = ()
    touched_at: float | None = None
    page: tuple[int, int] | None = None
    page_held: str = ""


PLAIN = Extras()
