"""Rows of texts: in columns that line up on a terminal, or as CSV that no spreadsheet acts on."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence

from wallboard.domain.foreign_text import safe

_FORMULA = frozenset("=+-@＝＋－＠")
"""What makes a spreadsheet compute a text, in either width of their characters."""


def csv_row(values: Iterable[object]) -> str:
    """The values as RFC 4180 has them, with the line break; ``None`` is an empty cell.

    A text that begins like a formula has an apostrophe put before it; numbers are left alone.
    """
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(map(_cell, values))
    return line.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        return value
    text = safe(value)
    return f"'{text}" if text.lstrip()[:1] in _FORMULA else text


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


def _cells_of(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1
