"""Search text: plain, or a regular expression that is bounded in time and memory."""

import re
import warnings
from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import regex

LONGEST_SEARCHED = 200
"""Characters of a text that are looked at."""

MOST_COPIES = 10_000
"""Of the smallest part of an expression, once compiled; that takes a few megabytes."""

_SIGNS = frozenset(".^$*+?{}[]()|\\")
_REPEATED_GROUP = re.compile(r"\)[*+?{]")
_TIMES = re.compile(r"\{(\d{1,9})")
_CALL = re.compile(r"\(\?(?:R|&|P>|[+-]?\d)")

LONGEST_SECONDS = 0.1
"""How long a search may take that is slow on some text; its next ones may as well, but not all."""

SECONDS_EACH = 50e-6
"""What a search may take on average; an ordinary one takes a tenth of that."""

Found = Callable[[str], bool]


class Finder:
    """Whether a text holds what is looked for, and what is wrong with how that was written.

    ``problem`` may come to be only while it looks: an expression that takes too long is looked for
    as plain text from then on.
    """

    def __init__(self, wanted: str) -> None:
        """Looks for a text, ignoring case, and where it has the signs of one for an expression too.

        What is no expression, or a huge one, is looked for as it stands.
        """
        self._wanted = wanted
        self._plain = wanted.casefold()
        self._search: regex.Pattern[str] | None = None
        self._seconds_left = LONGEST_SECONDS
        self.problem: str | None = None
        if not _SIGNS.isdisjoint(wanted):
            try:
                self._search = expression(wanted)
            except ValueError as error:
                self._give_up(str(error))

    def __call__(self, text: str) -> bool:
        """Whether the start of a text holds it."""
        text = text[:LONGEST_SEARCHED]
        return self._plain in text.casefold() or (self._search is not None and self._holds(text))

    def _holds(self, text: str) -> bool:
        assert self._search is not None  # noqa: S101  as the only caller has seen
        began = perf_counter()
        try:
            found = self._search.search(text, timeout=self._seconds_left) is not None
        except TimeoutError:
            # The library's clock and this one may differ by a little.
            self._give_up("too slow")
            return False
        left = self._seconds_left + SECONDS_EACH - (perf_counter() - began)
        self._seconds_left = min(LONGEST_SECONDS, left)
        if left <= 0:
            self._give_up("too slow")
        return found

    def _give_up(self, why: str) -> None:
        self._search = None
        self.problem = f'"{self._wanted}" searched as plain text: {why}'


def expression(wanted: str) -> "regex.Pattern[str]":
    """A regular expression, whose searches take a time limit. Raises ``ValueError``."""
    import regex

    _refuse_huge(wanted)
    try:
        with warnings.catch_warnings():
            # There are warnings of signs that may mean something else one day.
            warnings.simplefilter("ignore")
            return regex.compile(wanted, regex.IGNORECASE)
    except regex.error as error:
        raise ValueError(str(error).partition(" at position ")[0]) from None
    except (OverflowError, RecursionError) as error:
        raise ValueError(str(error)) from None


def _refuse_huge(wanted: str) -> None:
    """Raises ``ValueError`` for an expression that could take gigabytes.

    A search has its time limit, but compiling has none: what is repeated is compiled as often as a
    number says, and a repeated group twice. One that calls itself fills memory within the limit.
    """
    copies = 2 ** len(_REPEATED_GROUP.findall(wanted))
    for times in _TIMES.findall(wanted):
        copies *= max(1, int(times))
    if copies > MOST_COPIES:
        raise ValueError("too many repeats")
    if _CALL.search(wanted):
        raise ValueError("recursive")
