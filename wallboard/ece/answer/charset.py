"""Bytes to text, and several values to one."""

import codecs
import re
from collections.abc import Iterable

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


def is_wide(body: bytes) -> bool:
    """Whether the body is UTF-16 or UTF-32, in which no plain search for ASCII finds anything."""
    return b"\0" in body[:8] or body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def text_of(body: bytes) -> str:
    """The body as text. Never fails: what is in no known encoding becomes U+FFFD.

    A byte order mark wins, then the pattern of zero bytes, then the XML declaration, then UTF-8.
    """
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    for pattern, encoding in _NO_MARK:
        if pattern.match(body):
            return body.decode(encoding, "replace")
    declared = _DECLARED.search(body[:256].decode("latin-1"))
    try:
        if declared and codecs.lookup(declared[1]).name not in _NOT_OF_DOCUMENTS:
            return body.decode(declared[1], "replace")
    except (LookupError, ValueError):
        pass
    return body.decode("utf-8", "replace")


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


def mentions(text: str, name: str, sign: str = "") -> int:
    """How often a name stands in a text, or stands before the sign that gives it a value."""
    before_sign = rf"""["'\\\s]*{sign}""" if sign else ""
    return len(re.findall(rf"(?<![A-Za-z]){name}\b{before_sign}", text))


_ENOUGH = 4
