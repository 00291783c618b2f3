"""Content codings: what a body is said to be packed in, and undoing that."""

import zlib

_NONE = frozenset({"", "identity"})
_PACKED = frozenset({"gzip", "x-gzip", "deflate"})
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_RAW_DEFLATE = -zlib.MAX_WBITS
_MEMBER = b"\x1f\x8b\x08"
_MOST_MEMBERS = 100
"""Of one gzip body; what follows each is copied."""


def is_packed(said: str) -> bool:
    """Whether a ``Content-Encoding`` names a coding that can be undone, however it is written."""
    return any(name.partition(";")[0].strip(" \t\"'") in _PACKED for name in _names(said))


def odd_coding(said: str) -> str:
    """A ``Content-Encoding`` that is no coding or one that cannot be undone; else nothing."""
    names = [name for name in _names(said) if name not in _NONE]
    return said.strip() if names and (len(names) > 1 or names[0] not in _PACKED) else ""


def unpacked(wire: bytes, most: int) -> tuple[bytes, bool]:
    """What is packed in there, at most so many bytes of it, and whether it came to its end.

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


def _names(said: str) -> list[str]:
    return [name.strip().lower() for name in said.split(",")]


def _looks_like_gzip_or_zlib(data: bytes) -> bool:
    """Some servers send deflate without the head of zlib."""
    return data[:1] == b"\x1f" or (
        data[:1] != b"" and data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
    )
