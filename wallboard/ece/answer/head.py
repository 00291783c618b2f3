"""The head of an answer: bounded, and put right where the rules of HTTP let a reader do so.

What must be refused is left to the library, which reads a head after this and knows the rules; the
reason of either is told.
"""

import re

from aiohttp.http_exceptions import BadHttpMessage

LONGEST_HEAD = 65_536
"""Bytes of the status line and all headers, those of interim answers among them."""

MOST_HEADERS = 2_000
MOST_INTERIM = 20
"""Answers such as 100 or 103 before the one that counts."""

_HTTP = b"HTTP/"
_ENDS = b"\n\r\n", b"\n\n"
_INTERIM = re.compile(rb"HTTP/[0-9.]+ 1[0-9][0-9]")
_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]"
_NO_TOKEN = re.compile(_TOKEN.replace(b"[", b"[^", 1))
_PLAIN = re.compile(rb"HTTP/[0-9.]++ [2-9][^\r\n]*+\r\n(?:%b++:[^\r\n]*+\r\n)*+\r\n" % _TOKEN)
"""A final head, all of it as it should be; nearly every one is."""
_LISTED = re.compile(rb"\ncontent-length:[^\n,]*,")
_FOLD = re.compile(rb"\r?\n[ \t]+")
_LENGTH, _CODING = b"content-length", b"transfer-encoding"
_LOOK_ALIKE = re.compile(rb"[^a-z]*(?:content[^a-z]*length|transfer[^a-z]*encoding)[^a-z]*")


class Head:
    """Holds back what comes until the head of an answer is whole."""

    __slots__ = ("_heads", "_held", "mended", "size", "whole")

    def __init__(self) -> None:
        self._held = bytearray()
        self._heads = self.size = 0
        self.mended = False
        """Whether it was put right: who sends such a head is better not asked again like that."""
        self.whole = False

    def take(self, data: bytes) -> bytes:
        """What of all that came may be read by now.

        Raises ``BadHttpMessage``. What does not begin like HTTP is not held back.
        """
        if self.whole:
            return data
        plain = None if self._held else _PLAIN.match(data, 0, LONGEST_HEAD)
        if plain and plain[0].count(b"\n") <= MOST_HEADERS and _tells_one_length(plain[0]):
            self.whole, self.size = True, plain.end()
            return data
        searched = max(0, len(self._held) - 3)
        self._held += data
        ready = b""
        while self._held.startswith(_HTTP):
            size = self._size_of_head(searched)
            if self.size + (size or len(self._held)) > LONGEST_HEAD:
                raise BadHttpMessage(f"headers longer than {LONGEST_HEAD:,} bytes")
            if not size:
                return ready
            head = bytes(self._held[:size])
            self._heads += 1
            if self._heads > MOST_INTERIM:
                raise BadHttpMessage(f"more than {MOST_INTERIM} interim answers")
            if head.count(b"\n") > MOST_HEADERS + 2:
                raise BadHttpMessage(f"more than {MOST_HEADERS:,} headers")
            read = mended(head)
            self.mended = self.mended or read != head
            ready += read
            del self._held[:size]
            self.size, searched = self.size + size, 0
            if not _INTERIM.match(head):
                break
        else:
            if _HTTP.startswith(bytes(self._held)):
                return ready
        self.whole = True
        return ready + bytes(self._held)

    def _size_of_head(self, searched: int) -> int:
        """Bytes as far as the empty line, zero if it is not there yet."""
        found = [(self._held.find(end, searched, LONGEST_HEAD), len(end)) for end in _ENDS]
        return min((place + length for place, length in found if place >= 0), default=0)


def mended(head: bytes) -> bytes:
    """A head whose names are names, and that tells the length of its body in one way at most.

    Raises ``BadHttpMessage`` where it tells two lengths.
    """
    first, *lines = _FOLD.sub(b" ", head).split(b"\n")
    fields = [_field(line) for line in lines]
    lengths = {part.strip() for part in b",".join(_values(fields, _LENGTH)).split(b",")}
    codings = {value.strip().lower() for value in _values(fields, _CODING)}
    dropped = _CODING if codings == {b"identity"} else _LENGTH if codings else b""
    fields = [field for field in fields if field[0].lower() != dropped or not dropped]
    if len(lengths) > 1 and dropped != _LENGTH:
        raise BadHttpMessage("two different lengths in Content-Length")
    kept = [first]
    for name, line in fields:
        if name.lower() != _LENGTH:
            kept.append(line)
        elif lengths:
            kept.append(b"%b: %b\r" % (name, lengths.pop()))
    return b"\n".join(kept)


def _tells_one_length(head: bytes) -> bool:
    lowered = head.lower()
    ways = lowered.count(b"\ncontent-length:") + lowered.count(b"\ntransfer-encoding:")
    return ways < 2 and not _LISTED.search(lowered)


def _field(line: bytes) -> tuple[bytes, bytes]:
    """The name in a line, if there is one, and the line with a name that is one."""
    name, colon, value = line.partition(b":")
    if not colon:
        return b"", line
    name = name.rstrip(b" \t")
    if not name or _NO_TOKEN.search(name):
        if _LOOK_ALIKE.fullmatch(name.lower()):
            raise BadHttpMessage(
                "a header that is almost called Content-Length or Transfer-Encoding"
            )
        name = _NO_TOKEN.sub(b"_", name) or b"_"
    return name, name + colon + value


def _values(fields: list[tuple[bytes, bytes]], wanted: bytes) -> list[bytes]:
    return [line.partition(b":")[2] for name, line in fields if name.lower() == wanted]
