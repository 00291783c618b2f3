"""The filter language: words and fields that select entry points.

``sales group:EMEA !level:ok`` are three words that must all hold. ``!`` before a word inverts it,
and before a blank everything; a comma means or; quotes keep blanks, commas and signs.
"""

import re
from collections.abc import Iterable
from dataclasses import field

from wallboard.domain.alarm import Alarm
from wallboard.domain.pattern import Finder
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.frozen import frozen
from wallboard.query_fields import FIELDS, Choice, Chooses, NamedPart, any_text

LONGEST_QUERY = 1_000
"""Characters of a query that are used."""

_WORD = re.compile(r'(?:"[^"]*(?:"|$)|[^\s"])+')
_FIELD = re.compile(r"([A-Za-z_]+):")
_ALTERNATIVE = re.compile(
    r'(?:"[^"]*(?:"|$)|\[[^\]]*\]|\{[^}]*\}|\([^)]*\)|\\.|[^,"])+'  # brackets may hold a comma
)


@frozen
class Query:
    """A parsed query, to select entry points with."""

    text: str = ""
    _problem: str | None = None
    _inverted: bool = field(default=False, compare=False, repr=False)
    _words: tuple[Chooses, ...] = field(default=(), compare=False, repr=False)
    _finders: tuple[Finder, ...] = field(default=(), compare=False, repr=False)
    _parts: tuple[NamedPart, ...] = field(default=(), compare=False, repr=False)

    @property
    def problem(self) -> str | None:
        """What is wrong with the query, as a sentence; ``None`` if nothing is."""
        later = (finder.problem for finder in self._finders if finder.problem)
        return self._problem or next(later, None)

    def problem_among(self, statuses: Iterable[EntryPointStatus]) -> str | None:
        """What is wrong with the query for a board of these, such as a group that it has not."""
        if not self._parts or self.problem:
            return self.problem
        found = list(statuses)
        problems = (part.problem_among(found) for part in self._parts)
        return next((problem for problem in problems if problem), None)

    def __bool__(self) -> bool:
        return bool(self._words)

    def matches(
        self, status: EntryPointStatus, now: float | None = None, alarm: Alarm | None = None
    ) -> bool:
        """Whether an entry point matches; an empty query matches all.

        ``now`` is Unix time in seconds; without it nothing counts as stale. ``alarm`` is ``None``
        for one that is normal.
        """
        if not self._words:
            return True
        for chooses in self._words:
            if not chooses(status, now, alarm):
                return self._inverted
        return not self._inverted

    def select(
        self, statuses: Iterable[EntryPointStatus], now: float | None = None
    ) -> list[EntryPointStatus]:
        """The matching entry points, in the order given."""
        return [status for status in statuses if self.matches(status, now)]


def parse(text: str) -> Query:
    """Parse a query. A mistake in it becomes its ``problem``, never an exception."""
    words = _WORD.findall(text[:LONGEST_QUERY])
    inverted = False
    if words and set(words[0]) == {"!"}:
        inverted = len(words.pop(0)) % 2 == 1
    choices = [choice for word in words if (choice := _word(word)) is not None]
    problem = next((choice.problem for choice in choices if choice.problem), None)
    if len(text) > LONGEST_QUERY:
        problem = f"only the first {LONGEST_QUERY:,} characters are used"
    chooses = tuple(choice.chooses for choice in choices)
    return Query(text, problem, inverted, chooses, _finders_of(choices), _parts_of(choices))


def _finders_of(choices: Iterable[Choice]) -> tuple[Finder, ...]:
    return tuple(finder for choice in choices for finder in choice.finders)


def _parts_of(choices: Iterable[Choice]) -> tuple[NamedPart, ...]:
    return tuple(part for choice in choices for part in choice.parts)


def _word(word: str) -> Choice | None:
    """The filter of one word, or ``None`` while nothing follows its ``!`` or field yet."""
    bare = word.lstrip("!")
    named = _FIELD.match(bare)
    make = FIELDS.get(named[1].lower()) if named else None
    values = _values(bare[named.end() :] if named and make else bare)
    if not values:
        return None
    choices = [(make or any_text)(value) for value in values]
    problem = next((choice.problem for choice in choices if choice.problem), None)
    if named and not make:
        problem = _no_field(named[1])
    chooses = _any_of([choice.chooses for choice in choices])
    finders, parts = _finders_of(choices), _parts_of(choices)
    if (len(word) - len(bare)) % 2:
        return Choice(lambda *about: not chooses(*about), problem, finders, parts)
    return Choice(chooses, problem, finders, parts)


def _values(text: str) -> list[str]:
    """The alternatives in a word, without their quotes."""
    found = (_unquoted(part) for part in _ALTERNATIVE.findall(text))
    return [value for value in found if value]


def _unquoted(text: str) -> str:
    return " ".join(text.replace('"', "").split())


def _any_of(alternatives: list[Chooses]) -> Chooses:
    if len(alternatives) == 1:
        return alternatives[0]
    return lambda *about: any(chooses(*about) for chooses in alternatives)


def _no_field(name: str) -> str:
    from wallboard.domain.nearest import nearest

    return f'unknown field "{name}:", searching as text; {nearest(name, tuple(FIELDS))}'
