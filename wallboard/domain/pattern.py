"""Words to look for: plain text, or a regular expression that cannot take for ever."""

import re
import warnings
from collections.abc import Callable
from typing import NamedTuple

LONGEST_SEARCHED = 200
"""Characters of a text that are looked at."""

MOST_REPEATS = 3
"""Open-ended repeats in one expression; each multiplies the work by the length of the text."""

MOST_OPTIONS = 8
"""Optional parts in one expression; each may double the work."""

_SIGNS = frozenset(".^$*+?{}[]()|\\")
_BRACES = re.compile(r"\{(\d*)(,?)(\d*)\}")
_CLASS = re.compile(r"\[\^?\]?(?:[^\]\\]|\\.)*\]", re.DOTALL)
_WIDTHLESS = frozenset({"^", "$", r"\b", r"\B", r"\A", r"\Z"})

Found = Callable[[str], bool]


class Finder(NamedTuple):
    """Whether a text holds what is looked for, and what is wrong with how that was written."""

    found: Found
    problem: str | None = None


def finder(wanted: str) -> Finder:
    """Looks for a text, ignoring case, and where it has the signs of one for an expression too.

    What is no expression, or one that could run for ever, is looked for as it stands.
    """
    plain = wanted.casefold()

    def holds(text: str) -> bool:
        return plain in text[:LONGEST_SEARCHED].casefold()

    if _SIGNS.isdisjoint(wanted):
        return Finder(holds)
    try:
        refuse_endless(wanted)
        with warnings.catch_warnings():
            # Python warns of signs that may mean something else one day.
            warnings.simplefilter("ignore")
            search = re.compile(wanted, re.IGNORECASE).search
    except (re.error, ValueError, OverflowError, RecursionError) as error:
        why = error.msg if isinstance(error, re.error) else str(error)
        return Finder(holds, f'"{wanted}" is taken as plain text: {why}')
    return Finder(lambda text: search(text[:LONGEST_SEARCHED]) is not None or holds(text))


def refuse_endless(expression: str) -> None:
    """Raises ``ValueError`` for an expression whose search may take for ever.

    Python's search cannot be stopped, so what makes it explode is refused by its looks: a repeat
    within a repeat, repeats side by side, and too many of them.
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
