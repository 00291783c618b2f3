"""Searches in a text that is laid out in lines, in bounded time."""

import re
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from wallboard.domain.pattern import LONGEST_SECONDS, expression

if TYPE_CHECKING:
    import regex

MOST_MATCHES = 9_999
"""Matches found at most."""

_SIGNS = frozenset(".^$*+?{}[]()|\\")


class Piece(NamedTuple):
    """The part of a match on one line, from ``start`` up to ``stop`` in characters."""

    line: int
    start: int
    stop: int


Match = tuple[Piece, ...]


class SearchResult(NamedTuple):
    """The matches; ``complete`` if there are no more."""

    matches: tuple[Match, ...] = ()
    complete: bool = True


class SearchText:
    """Lines to search in; a line of full width continues in the next one."""

    def __init__(self, lines: Sequence[str], width: int) -> None:
        """``width`` is the width of the layout in cells."""
        self._lines = lines
        ends = ["" if _is_full(line, width) else "\n" for line in lines]
        self._text = "".join(line + end for line, end in zip(lines, ends, strict=True))
        lengths = (len(line) + len(end) for line, end in zip(lines, ends, strict=True))
        self._starts = list(accumulate(lengths, initial=0))

    def find(self, wanted: str, clock: Callable[[], float] = time.perf_counter) -> SearchResult:
        """All matches of a text, ignoring case, or of a regular expression.

        A text is also found across wrapped lines, an expression only within a line to bound its
        time.
        """
        if not wanted:
            return SearchResult()
        looked_for = None if _SIGNS.isdisjoint(wanted) else _compiled(wanted)
        places = self._of_expression(looked_for, clock) if looked_for else self._of_text(wanted)
        matches: list[Match] = []
        for match in places:
            if match is None or len(matches) >= MOST_MATCHES:
                return SearchResult(tuple(matches), complete=False)
            matches.append(match)
        return SearchResult(tuple(matches))

    def _of_text(self, wanted: str) -> Iterator[Match | None]:
        for found in re.finditer(re.escape(wanted), self._text, re.IGNORECASE):
            yield tuple(self._pieces(found.start(), found.end()))

    def _of_expression(
        self, looked_for: "regex.Pattern[str]", clock: Callable[[], float]
    ) -> Iterator[Match | None]:
        """The matches line by line, and ``None`` when the time is up."""
        deadline = clock() + LONGEST_SECONDS
        for number, line in enumerate(self._lines):
            try:
                for found in looked_for.finditer(line, timeout=LONGEST_SECONDS):
                    if found.end() > found.start():
                        yield (Piece(number, found.start(), found.end()),)
            except TimeoutError:
                yield None
            if clock() > deadline and number + 1 < len(self._lines):
                yield None

    def _pieces(self, start: int, stop: int) -> Iterator[Piece]:
        line = bisect_right(self._starts, start) - 1
        while start < stop:
            first, following = self._starts[line], self._starts[line + 1]
            yield Piece(line, start - first, min(stop, following) - first)
            start, line = following, line + 1


def _is_full(line: str, width: int) -> bool:
    if line.isascii():
        return len(line) == width
    # A wide character that did not fit leaves one cell free.
    return cell_len(line) >= width - 1


def _compiled(wanted: str) -> "regex.Pattern[str] | None":
    try:
        return expression(wanted)
    except ValueError:
        return None
