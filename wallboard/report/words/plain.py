"""Figures and spans of time in words, and text that lines up in columns."""

import unicodedata
from collections.abc import Sequence
from math import isfinite

UNKNOWN = "-"
"""What stands for a figure that is not known, unless the face has a sign of its own."""

_SPOKEN = {
    86_400: ("day", "hour", 3600),
    3600: ("hour", "minute", 60),
    60: ("minute", "second", 1),
}


def cells(text: str) -> int:
    """How many columns of a terminal the text takes; wide characters take two."""
    if text.isascii():
        return len(text)
    return sum(map(_cells_of, text))


def padded(text: str, width: int, *, right: bool = False) -> str:
    """The text in at least ``width`` columns, at their right edge if asked."""
    space = " " * (width - cells(text))
    return space + text if right else text + space


def table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], *, right: frozenset[str] = frozenset()
) -> list[str]:
    """Aligned lines, two spaces between columns; ``right`` names the columns of figures."""
    lines = [heads, *rows]
    widths = [max(cells(line[column]) for line in lines) for column in range(len(heads))]
    return [
        "  ".join(
            padded(text, width, right=head in right)
            for text, width, head in zip(line, widths, heads, strict=True)
        ).rstrip()
        for line in lines
    ]


MOST_SECONDS = 999 * 86_400
"""Of a span that is told as it is."""


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


def spoken_span(seconds: float) -> str:
    """A span of time in words for somebody who listens: ``45 seconds``, ``2 hours 3 minutes``."""
    whole = int(min(max(0.0, seconds), MOST_SECONDS) + 0.5)
    for unit, (name, smaller, part) in _SPOKEN.items():
        if whole >= unit:
            count, rest = divmod(whole, unit)
            more = f" {_counted(rest // part, smaller)}" if rest // part else ""
            return f"{_counted(count, name)}{more}"
    return _counted(whole, "second")


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit}{'' if count == 1 else 's'}"


def figure(value: int | None, unknown: str = UNKNOWN) -> str:
    """A count as it is, or a dash where nothing is known."""
    return unknown if value is None else str(value)


def wait(seconds: float | None, unknown: str = UNKNOWN) -> str:
    """An estimated wait, or a dash where nothing is known."""
    return unknown if seconds is None else span(seconds, unknown)


def _cells_of(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1
