"""Digits made of solid blocks, five lines high, to be read from across a room."""

from math import isnan

from rich.cells import cell_len

from wallboard.report.words.plain import MOST_SECONDS

DIGITS_HEIGHT = 5
_PIXEL = 2
"""Cells a pixel is wide; a cell is about half as wide as it is high."""

_FONT = {
    "0": ("###", "# #", "# #", "# #", "###"),
    "1": (" # ", "## ", " # ", " # ", "###"),
    "2": ("###", "  #", "###", "#  ", "###"),
    "3": ("###", "  #", "###", "  #", "###"),
    "4": ("# #", "# #", "###", "  #", "  #"),
    "5": ("###", "#  ", "###", "  #", "###"),
    "6": ("###", "#  ", "###", "# #", "###"),
    "7": ("###", "  #", "  #", "  #", "  #"),
    "8": ("###", "# #", "###", "# #", "###"),
    "9": ("###", "# #", "###", "  #", "###"),
    ":": (" ", "#", " ", "#", " "),
    "-": ("   ", "   ", "###", "   ", "   "),
    "h": ("#  ", "#  ", "###", "# #", "# #"),
    "d": ("  #", "  #", "###", "# #", "###"),
    ">": ("#  ", " # ", "  #", " # ", "#  "),
}


def clock_of(seconds: float | None) -> str:
    """A wait in the characters there are big forms of: ``6:52``, ``2h07``, ``15h``, ``2d07``."""
    if seconds is None or isnan(seconds):
        return "--"
    whole = int(max(0.0, min(seconds, MOST_SECONDS)) + 0.5)
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02}"
    if whole < 36_000:
        return f"{whole // 3600}h{whole % 3600 // 60:02}"
    if whole < 86_400:
        return f"{whole // 3600}h"
    if whole < 864_000:
        return f"{whole // 86_400}d{whole % 86_400 // 3600:02}"
    return f"{whole // 86_400}d"


def count_of(count: int | None) -> str:
    """A count in the characters there are big forms of."""
    if count is None:
        return "--"
    return str(count) if count < 1000 else ">999"


def big(text: str, block: str) -> list[str]:
    """The text as ``DIGITS_HEIGHT`` lines of equal width; ``block`` is the sign of a full cell."""
    lines = []
    for row in range(DIGITS_HEIGHT):
        pixels = " ".join(_FONT[char][row] for char in text)
        lines.append("".join(_cells(pixel, block) for pixel in pixels))
    return lines


def big_width(text: str) -> int:
    """How many cells wide ``big`` makes it."""
    return cell_len(big(text, "#")[0]) if text else 0


def _cells(pixel: str, block: str) -> str:
    return (block if pixel == "#" else " ") * _PIXEL
