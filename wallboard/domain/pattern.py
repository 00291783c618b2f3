"""Words to look for: plain text, or a regular expression that cannot take for ever."""

import re
import warnings
from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import regex

LONGEST_SEARCHED = 200
"""Characters of a text that are looked at."""

MOST_REPEATS = 3
"""Open-ended repeats in one expression; each multiplies the work by the length of the text."""

MOST_OPTIONS = 8
"""Optional parts in one expression; each may double the work."""

_SIGNS = frozenset(".^$*+?{}[]()|\\")
_BRACES = re.compile(r"\{(\d{0,9})(,?)(\d{0,9})\}")
_CLASS = re.compile(r"\[\^?\]?(?:[^\]\\]|\\.)*\]", re.DOTALL)
_WIDTHLESS = frozenset({"^", "$", r"\b", r"\B", r"\A", r"\Z"})

MOST_TIMES = 1_000
"""Of one thing in a row; a higher number takes long before anything is looked for."""

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

        What is no expression, or one that could run for ever, is looked for as it stands.
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
            self._give_up("it takes too long")
            return False
        left = self._seconds_left + SECONDS_EACH - (perf_counter() - began)
        self._seconds_left = min(LONGEST_SECONDS, left)
        if left <= 0:
            self._give_up("it takes too long")
        return found

    def _give_up(self, why: str) -> None:
        self._search = None
        self.problem = f'"{self._wanted}" is taken as plain text: {why}'


def expression(wanted: str) -> "regex.Pattern[str]":
    """A regular expression, whose searches take a time limit. Raises ``ValueError``."""
    import regex

    try:
        refuse_endless(wanted)
        with warnings.catch_warnings():
            # There are warnings of signs that may mean something else one day.
            warnings.simplefilter("ignore")
            return regex.compile(wanted, regex.IGNORECASE)
    except regex.error as error:
        raise ValueError(str(error).partition(" at position ")[0]) from None
    except (OverflowError, RecursionError) as error:
        raise ValueError(str(error)) from None


def refuse_endless(expression: str) -> None:
    """Raises ``ValueError`` for an expression whose search may take for ever.

    What makes a search explode is refused by its looks, while it is typed: a repeat within a
    repeat, repeats side by side, and too many of them. What looks harmless has its time limit.
    """
    _Reading(expression).read()


class _Atom(NamedTuple):
    """What a repeat sign refers to; ``after_repeat`` says that an open-ended repeat touches it."""

    after_repeat: bool
    branching: bool = False


class _Group(NamedTuple):
    after_repeat: bool
    branching: bool


class _Reading:
    """One pass over an expression, character by character."""

    def __init__(self, expression: str) -> None:
        self._text = expression
        self._repeats = 0
        self._options = 0
        self._after_repeat = False
        self._branching = False
        self._groups: list[_Group] = []
        self._atom = _Atom(after_repeat=False)

    def read(self) -> None:
        place = 0
        while place < len(self._text):
            place += self._step(place)

    def _step(self, place: int) -> int:
        """Take in what begins at a place; how many characters that was."""
        char = self._text[place]
        if char == "(":
            self._groups.append(_Group(self._after_repeat, self._branching))
            self._branching = False
            # The ? of (?: and its like is no repeat.
            return 2 if self._text[place + 1 : place + 2] == "?" else 1
        if char == ")":
            self._close()
            return 1
        if char == "|":
            self._branching, self._after_repeat = True, False
            return 1
        if char in "*+?" or (char == "{" and _BRACES.match(self._text, place)):
            return self._repeat(place)
        return self._plain(place)

    def _plain(self, place: int) -> int:
        length = 1
        if self._text[place] == "\\":
            length = 2
        elif found := _CLASS.match(self._text, place):
            length = len(found[0])
        if self._text[place : place + length] not in _WIDTHLESS:
            self._atom = _Atom(self._after_repeat)
            self._after_repeat = False
        return length

    def _close(self) -> None:
        if self._groups:
            group = self._groups.pop()
            self._atom = _Atom(group.after_repeat, self._branching)
            self._branching = self._branching or group.branching

    def _repeat(self, place: int) -> int:
        sign = self._text[place]
        braces = _BRACES.match(self._text, place) if sign == "{" else None
        length = len(braces[0]) if braces else 1
        if self._text[place + length : place + length + 1] in {"?", "+"}:
            length += 1
        least, fixed = 0 if sign in "*?" else 1, False
        if braces:
            least, fixed = int(braces[1] or 0), not braces[2]
            if max(least, int(braces[3] or 0)) > MOST_TIMES:
                raise ValueError(f"more than {MOST_TIMES:,} times in a row")
        if sign == "?":
            self._options += 1
        else:
            if self._atom.branching:
                raise ValueError("a repeat within a repeat may take for ever")
            if self._atom.after_repeat and not fixed:
                raise ValueError("two repeats side by side may take for ever")
            self._repeats += not fixed
        if self._repeats > MOST_REPEATS or self._options > MOST_OPTIONS:
            raise ValueError("so many repeats may take for ever")
        wide = sign != "?" and not fixed
        self._after_repeat = wide or (least == 0 and self._atom.after_repeat)
        self._branching = True
        return length
