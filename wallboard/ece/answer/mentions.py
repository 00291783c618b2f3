"""Where the name of a fact stands in a body, and whether all of that agrees."""

import re
from collections.abc import Iterable

MOST_MENTIONS = 100
"""Of a name in one answer, where one or two are usual; more are not looked at one by one."""


def joined(values: Iterable[str]) -> str | None:
    """The one value of a name, ``None`` if there is none.

    Values that disagree are joined: what fits no documented set reads as unknown, and is shown.
    """
    texts = list(dict.fromkeys(value.strip() for value in values))
    return " / ".join(texts[:_ENOUGH]) if texts else None


def of_another_namespace(value: str | None) -> str | None:
    """A value that stands under the name of a fact but does not belong there: it fits no fact."""
    return None if value is None else f"{value} (in another namespace)"


def without_comments(text: str) -> str:
    """The text without its comments; one that has no end is none."""
    first, *parts = text.split("<!--")
    kept = [first]
    for part in parts:
        _, closed, after = part.partition("-->")
        kept.append(after if closed else part)
    return " ".join(kept)


def mentions(text: str, name: str) -> int:
    """How often a name stands in a text, in any case."""
    return len(re.findall(rf"(?<![A-Za-z]){name}\b", text, re.IGNORECASE))


def given(text: str, name: str) -> int:
    """How often a text gives a value to a name, in any case; words after a colon are none."""
    text, name = text.lower(), name.lower()
    found = text.count(name)
    if found > MOST_MENTIONS:
        return found
    return sum(1 for place in re.finditer(name, text) if _gives(text, place))


def _gives(text: str, place: re.Match[str]) -> bool:
    before = text[max(0, place.start() - _BEFORE) : place.start()]
    after = text[place.end() : place.end() + _AFTER]
    if before.endswith("<") or _PREFIX.search(before):
        return not _LONGER_NAME.match(after)
    if before[-1:].isascii() and before[-1:].isalpha():
        return False
    return bool(_SIGN.match(after) or (_IS_NAMED.search(before) and not _WORD.match(after)))


_BEFORE, _AFTER = 100, 30
_PREFIX = re.compile(r"<[^\s<>/=:]+:$")
_LONGER_NAME = re.compile(r"[\w.:-]")
_WORD = re.compile(r"\w")
_IS_NAMED = re.compile(r"\b(?:name|key)[^\w<>]{1,9}$")
_SIGN = re.compile(
    r"""[^\w<>]{0,9}?(?:=|["'][^\w<>]{0,9}?:|:[^\w<>]{0,9}?(?:true|false|null|[-\d]))"""
)
_ENOUGH = 4
