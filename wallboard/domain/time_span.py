"""A span of time in few characters, as every face and every notice writes it."""

from math import isfinite

UNKNOWN = "-"
"""What stands for a figure that is not known, unless the face has a sign of its own."""


def span(seconds: float, unknown: str = UNKNOWN) -> str:
    """A span of time in at most six characters: ``3s``, ``1m05s``, ``2h07m``, ``9d04h``, ``123d``.

    One before zero, which a clock that was put back makes, counts as none.
    """
    if not isfinite(seconds):
        return ">999d" if seconds > 0 else unknown
    whole = max(0, int(seconds + 0.5))
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02}s"
    if whole < 86_400:
        return f"{whole // 3600}h{whole % 3600 // 60:02}m"
    days = whole // 86_400
    if days < 100:
        return f"{days}d{whole % 86_400 // 3600:02}h"
    return f"{days}d" if days < 1000 else ">999d"
