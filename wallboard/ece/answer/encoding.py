"""Undoes how a body was packed and encoded: content codings, then characters."""

import codecs
import re
import zlib
from functools import lru_cache

_NONE = frozenset({"", "identity"})
_PACKED = frozenset({"gzip", "x-gzip", "deflate"})
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_RAW_DEFLATE = -zlib.MAX_WBITS
_MEMBER = b"\x1f\x8b\x08"
_MOST_MEMBERS = 100
"""Of one gzip body; what follows each is copied."""

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
"""Encodings that were recognized before, and some that no document has: punycode takes time that
grows with the square of the size."""

_DECLARED = re.compile(r"""<\?xml[^>]{0,200}?encoding\s*=\s*["'“”]?([A-Za-z][\w.-]{0,40})""")
_LONGEST_DECLARATION = 256

_SIGNS = bytes(range(0x20, 0x7F)) + b"\x1b"
"""Printable ASCII, and ESC, which begins another character set in some encodings."""


def is_packed(value: str) -> bool:
    """Whether a header names a content or transfer coding that can be undone, in any spelling."""
    return any(name.partition(";")[0].strip(" \t\"'") in _PACKED for name in _names(value))


def beside_chunks(value: str) -> str:
    """A ``Transfer-Encoding`` without the chunks that the HTTP parser undoes.

    They must be the last of its codings (RFC 9112, 6.1): those before another one stay.
    """
    names = _names(value)
    while names and names[-1] == "chunked":
        names.pop()
    return ", ".join(names)


def odd_coding(value: str) -> str:
    """Codings that cannot all be undone, else an empty text."""
    names = [name for name in _names(value) if name not in _NONE]
    return value.strip() if names and (len(names) > 1 or names[0] not in _PACKED) else ""


def unpacked(wire: bytes, most: int) -> tuple[bytes, bool]:
    """The unpacked body, at most so many bytes of it, and whether that is all of it.

    A few bytes can stand for gigabytes. A gzip body may have several members, one after the other;
    whatever else follows is ignored.
    """
    body, rest = bytearray(), wire
    packing = _GZIP_OR_ZLIB if _looks_like_gzip_or_zlib(wire) else _RAW_DEFLATE
    for _ in range(_MOST_MEMBERS):
        inflate = zlib.decompressobj(packing)
        try:
            body += inflate.decompress(rest, most - len(body))
        except zlib.error:
            return b"", False
        if not inflate.eof or len(body) >= most:
            return bytes(body), False
        rest = inflate.unused_data
        if not (wire.startswith(_MEMBER) and rest.startswith(_MEMBER)):
            return bytes(body), True
    return b"", False


def _names(value: str) -> list[str]:
    return [name.strip().lower() for name in value.split(",")]


def _looks_like_gzip_or_zlib(data: bytes) -> bool:
    """Some servers send deflate without the zlib header."""
    return data[:1] == b"\x1f" or (
        data[:1] != b"" and data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
    )


def hides_ascii(body: bytes) -> bool:
    """Whether ASCII cannot be searched for in the bytes: UTF-16, UTF-7 and the like."""
    if b"\0" in body[:8] or body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    end = body.find(b"?>", 0, _LONGEST_DECLARATION)
    return end > 0 and not _shows_ascii(body[:end])


def text_of(body: bytes) -> str:
    """The body as text for decoding. Never fails: undecodable bytes become U+FFFD."""
    return _decoded(body, "replace").removeprefix(_MARK)


def exact_text_of(body: bytes) -> str:
    r"""The body as text for display: with its byte order mark, undecodable bytes as ``\xNN``."""
    return _decoded(body, "backslashreplace")


def head_lines(head: bytes) -> list[str]:
    r"""The lines of a header block; bytes that are not UTF-8 as ``\xNN``."""
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
