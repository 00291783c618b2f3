"""Whether everything in a body that bears the name of a fact agrees on its value."""

import re
from collections.abc import Iterable
from functools import cache
from unicodedata import category, normalize

MOST_MENTIONS = 100
"""Of a name in one answer, where one or two are usual; with more, the fact is in doubt."""


def joined(values: Iterable[str]) -> str | None:
    """The one value of a name, ``None`` if there is none.

    Values that disagree are joined: the result fits no documented set, so the fact is unknown, and
    the board can show both.
    """
    texts = list(dict.fromkeys(value.strip() for value in values))
    return " / ".join(texts[:_ENOUGH]) if texts else None


def of_another_namespace(value: str | None) -> str | None:
    """A value with the name of a fact in another namespace, marked so that it fits no fact."""
    return None if value is None else f"{value} (in another namespace)"


def disputed(text: str, name: str, value: str, read: int, root: str = "") -> bool:
    """Whether a text may give a name another value than the one that was read ``read`` times.

    Any further mention of the name counts where another value stands anywhere in the text; else
    only one that is given a value: words about a fact are none. ``root`` was read once as well.
    """
    text, name = plain(text), name.lower()
    found = text.count(name)
    if found <= read + root.lower().count(name):
        return False
    if found > MOST_MENTIONS or _holds_another(text, value.lower()):
        return True
    return len(_given_a_value(name).findall(text)) > read


def plain(text: str) -> str:
    """The text in lower case, without what makes a name look the same and be another."""
    if not text.isascii():
        text = "".join(c for c in normalize("NFKC", text) if category(c) != "Cf")
    return text.lower()


def _holds_another(text: str, value: str) -> bool:
    if value in {"true", "false"}:
        return bool(_UNTRUE.search(text))
    return any(number != value for number in _NUMBER.findall(text))


@cache
def _given_a_value(name: str) -> re.Pattern[str]:
    return re.compile(
        rf"<(?:[^\s<>/=:]{{1,100}}:)?{name}(?![\w.:-])"
        rf"""|(?<![a-z]){name}[^\w<>]{{0,9}}?(?:=|["'][^\w<>]{{0,9}}?:|:[^\w<>]{{0,9}}?(?:null|[-\d]))"""
    )


_UNTRUE = re.compile(r"false|(?<![^\W_])(?:no|not|never|none|null|off)(?![^\W_])")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_ENOUGH = 4
