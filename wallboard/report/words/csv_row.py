"""A row of CSV that neither a terminal nor a spreadsheet acts on."""

import csv
import io
from collections.abc import Iterable

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
