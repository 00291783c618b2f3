"""Text that is safe to show and fits: names, values, spans of time."""

import unicodedata
from functools import lru_cache

from rich.cells import cell_len, set_cell_size

_UNSAFE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@lru_cache(maxsize=16_384)
def safe(text: str) -> str:
    """The text on one line without anything that could steer a terminal.

    Control and formatting characters (escape sequences, direction overrides, zero-width joiners)
    become ``�``, as do lone surrogates and unassigned code points.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join("�" if unicodedata.category(char) in _UNSAFE else char for char in text)


@lru_cache(maxsize=16_384)
def fit(text: str, width: int) -> str:
    """The text in exactly ``width`` cells: padded, or cut with an ellipsis."""
    if width <= 0:
        return ""
    if text.isascii():
        length = len(text)
        return text.ljust(width) if length <= width else text[: width - 1] + "…"
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + "…"


def span(seconds: float) -> str:
    """A span of time in at most six characters: ``3s``, ``1m05s``, ``2h07m``, ``9d04h``."""
    whole = int(seconds + 0.5)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02}s"
    if whole < 86_400:
        return f"{whole // 3600}h{whole % 3600 // 60:02}m"
    days = whole // 86_400
    return f"{days}d{whole % 86_400 // 3600:02}h" if days < 1000 else ">999d"


def figure(value: float | None) -> str:
    """A count as it is, or a dash where nothing is known."""
    return "–" if value is None else f"{value:g}"


def wait(seconds: float | None) -> str:
    """An estimated wait, or a dash where nothing is known."""
    return "–" if seconds is None else span(seconds)
