"""Makes text safe to show and fit: names, values, spans of time."""

from collections.abc import Iterator
from functools import lru_cache
from unicodedata import category

from rich.cells import cell_len, get_character_cell_size, set_cell_size

from wallboard.domain import time_span
from wallboard.domain.foreign_text import STEERED, steers
from wallboard.report.words import figures
from wallboard.ui.look.glyphs import UNICODE, Glyphs

_JOINERS = "\u200c\u200d"
_EMOJI_JOINER = "\u200d"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_EMOJI_FROM = 0x2600
_WORTH_REMEMBERING = 200
"""Characters of text that is cached; longer text comes from bodies."""


def safe(text: str) -> str:
    """The text on one line, without control characters and of a known width.

    Terminals disagree on the width of joined characters and variation selectors: joiners become
    ``�`` too, but between two emoji, and selectors are left out. A terminal that cannot join emoji
    shows the first of them, as the cells beside it are painted where they belong.
    """
    if text.isascii() and text.isprintable():
        return text
    return _cleaned_again(text) if len(text) <= _WORTH_REMEMBERING else _cleaned(text)


def is_safe(char: str) -> bool:
    """Whether a character is shown as itself, in a known width."""
    return not (steers(char) or char in _JOINERS or _is_selector(char))


def _cleaned(text: str) -> str:
    shown = [char for char in text if not _is_selector(char)]
    return "".join(
        char if is_safe(char) or _joins_emoji(shown, place) else STEERED
        for place, char in enumerate(shown)
    )


def _joins_emoji(text: list[str], place: int) -> bool:
    neighbours = text[place - 1 : place] + text[place + 1 : place + 2]
    return text[place] == _EMOJI_JOINER and len(neighbours) == 2 and all(map(_is_emoji, neighbours))


def _is_emoji(char: str) -> bool:
    code = ord(char)
    return code in _SKIN_TONES or (code >= _EMOJI_FROM and category(char) == "So")


def _is_selector(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


_cleaned_again = lru_cache(maxsize=16_384)(_cleaned)


def fit(text: str, width: int, glyphs: Glyphs = UNICODE) -> str:
    """The text in exactly ``width`` cells: padded, or cut with an ellipsis."""
    if width <= 0:
        return ""
    remembered = len(text) <= _WORTH_REMEMBERING
    return (_fitted_again if remembered else _fitted)(text, width, glyphs.ellipsis)


def fit_ends(text: str, width: int, glyphs: Glyphs = UNICODE) -> str:
    """The text in exactly ``width`` cells: padded, or with its middle cut out.

    Names of servers often differ only at their ends.
    """
    if cell_len(text) <= width or width < len("a…b"):
        return fit(text, width, glyphs)
    end = width // 2
    last = text[-end:]
    while cell_len(last) > end:
        last = last[1:]
    return set_cell_size(text, width - cell_len(last) - 1) + glyphs.ellipsis + last


def _fitted(text: str, width: int, ellipsis: str) -> str:
    if text.isascii():
        length = len(text)
        return text.ljust(width) if length <= width else text[: width - 1] + ellipsis
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + ellipsis


_fitted_again = lru_cache(maxsize=16_384)(_fitted)


def span(seconds: float, glyphs: Glyphs = UNICODE) -> str:
    """A span of time in at most six characters."""
    return time_span.span(seconds, glyphs.unknown)


def figure(value: int | None, glyphs: Glyphs = UNICODE) -> str:
    """A count, or a dash if unknown."""
    return figures.figure(value, glyphs.unknown)


def short_figure(value: int | None, glyphs: Glyphs = UNICODE) -> str:
    """A count in at most four digits and a sign: ``9999``, ``12k``, ``-3M``, ``>1T``."""
    if value is None or abs(value) < 10_000:
        return figure(value, glyphs)
    size, sign = abs(value), "-" if value < 0 else ""
    for unit in "kMG":
        size //= 1000
        if size < 1000:
            return f"{sign}{size}{unit}"
    return "<-1T" if sign else ">1T"


def wait(seconds: float | None, glyphs: Glyphs = UNICODE) -> str:
    """An estimated wait, or a dash if unknown."""
    return figures.wait(seconds, glyphs.unknown)


def wrapped(line: str, width: int) -> Iterator[str]:
    """A line in pieces of at most ``width`` cells, of few characters if those have no width."""
    if line.isascii():
        if len(line) <= width:
            yield line
            return
        for start in range(0, len(line), max(1, width)):
            yield line[start : start + width]
        return
    start = cells = 0
    for index, char in enumerate(line):
        size = get_character_cell_size(char)
        if index > start and (cells + size > width or index - start >= 2 * width):
            yield line[start:index]
            start, cells = index, 0
        cells += size
    yield line[start:]
