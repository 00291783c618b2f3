"""Bytes to text, and several values to one."""

import codecs
import re
from collections.abc import Iterable
from functools import lru_cache

_MARK = "\ufeff"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NO_MARK = (
    (re.compile(rb"(?:[\t\n\r -~]\0\0\0)+"), "utf-32-le"),
    (re.compile(rb"(?:\0\0\0[\t\n\r -~])+"), "utf-32-be"),
    (re.compile(rb"(?:[\t\n\r -~]\0){2}"), "utf-16-le"),
    (re.compile(rb"(?:\0[\t\n\r -~]){2}"), "utf-16-be"),
)
_WIDE = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")
_NOT_OF_DOCUMENTS = {*_WIDE, "punycode", "idna", "unicode-escape", "raw-unicode-escape"}
"""Encodings that would have been seen before, and some that no document has; one of these takes
time that grows with the square of the size."""

_DECLARED = re.compile(r"""<\?xml[^>]{0,200}?encoding\s*=\s*["'“”]?([A-Za-z][\w.-]{0,40})""")
_LONGEST_DECLARATION = 256

_SIGNS = bytes(range(0x20, 0x7F)) + b"\x1b"
"""What is printable, and what some encodings begin something else with."""

MOST_MENTIONS = 100
"""Of a name in one answer, where one or two are usual; more are not looked at one by one."""


def hides_ascii(body: bytes) -> bool:
    """Whether no plain search for ASCII finds all of it in the body: UTF-16, UTF-7 and the like."""
    if b"\0" in body[:8] or body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    end = body.find(b"?>", 0, _LONGEST_DECLARATION)
    return end > 0 and not _shows_ascii(body[:end])


def text_of(body: bytes) -> str:
    """The body as text to be read. Never fails: what is in no known encoding becomes U+FFFD."""
    return _decoded(body, "replace").removeprefix(_MARK)


def exact_text_of(body: bytes) -> str:
    r"""The same to be shown: with its byte order mark, and ``\xNN`` for what is no character."""
    return _decoded(body, "backslashreplace")


def head_lines(head: bytes) -> list[str]:
    r"""The lines of a header block; what is not UTF-8 as ``\xNN``."""
    return [line for line in head.decode("utf-8", "backslashreplace").split("\r\n") if line]


def _decoded(body: bytes, errors: str) -> str:
    """A byte order mark wins, then the pattern of zeros, then the XML declaration, then UTF-8."""
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body.decode(encoding, errors)
    for pattern, encoding in _NO_MARK:
        if pattern.match(body):
            return body.decode(encoding, errors)
    declared = _declared_in(body)
    try:
        if declared and codecs.lookup(declared).name not in _NOT_OF_DOCUMENTS:
            return body.decode(declared, errors)
    except (LookupError, ValueError):
        pass
    return body.decode("utf-8", errors)


def _declared_in(body: bytes) -> str | None:
    declared = _DECLARED.search(body[:_LONGEST_DECLARATION].decode("latin-1"))
    return declared[1] if declared else None


@lru_cache(100)
def _shows_ascii(declaration: bytes) -> bool:
    encoding = _declared_in(declaration)
    try:
        return encoding is None or _SIGNS.decode(encoding) == _SIGNS.decode("ascii")
    except (LookupError, ValueError):
        return False


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
