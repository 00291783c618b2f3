"""What has come back so far of one answer: its head and its body, both bounded."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from aiohttp.http_exceptions import BadHttpMessage

from wallboard.domain.observation import Response
from wallboard.ece.answer.encoding import beside_chunks, is_packed, odd_coding, unpacked

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
_NO_BODY = re.compile(rb"HTTP/[0-9.]+ (?:204|304)(?![0-9])")
_LISTED = re.compile(rb"\ncontent-length:[^\n,]*,")
_STATED = re.compile(rb"\ncontent-length:[ \t]*+([0-9]{1,15})[ \t]*+\r?\n", re.IGNORECASE)
_FOLD = re.compile(rb"\r?\n[ \t]+")
_LENGTH, _CODING = b"content-length", b"transfer-encoding"
_LOOK_ALIKE = re.compile(rb"[^a-z]*(?:content[^a-z]*length|transfer[^a-z]*encoding)[^a-z]*")


class Head:
    """Collects the head of an answer until it is whole, and repairs it where HTTP allows that."""

    __slots__ = ("_heads", "_held", "_room", "repaired", "size", "whole")

    def __init__(self) -> None:
        self._held = bytearray()
        self._heads = self.size = 0
        self._room: int | None = None
        self.repaired = False
        """Whether more or less was passed on than came: then the connection is better not used
        again."""
        self.whole = False

    def take(self, data: bytes) -> bytes:
        """The bytes that the HTTP parser may have by now.

        Raises ``BadHttpMessage``. What does not begin like HTTP is passed on as it is, and what
        follows a body of a stated length is dropped: it would be read as the next answer, and this
        one be lost if it is none.
        """
        if self.whole:
            return self._without_excess(data, 0)
        plain = None if self._held else _PLAIN.match(data, 0, LONGEST_HEAD)
        if plain and plain[0].count(b"\n") <= MOST_HEADERS and _states_one_length(plain[0]):
            self.whole, self.size = True, plain.end()
            self._room = _length_in(plain[0])
            return self._without_excess(data, plain.end())
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
            read = repaired(head)
            self.repaired = self.repaired or read != head
            ready += read
            del self._held[:size]
            self.size, searched = self.size + size, 0
            if not _INTERIM.match(head):
                self._room = _length_in(read)
                break
        else:
            if _HTTP.startswith(bytes(self._held)):
                return ready
        self.whole = True
        return ready + self._without_excess(bytes(self._held), 0)

    def _without_excess(self, data: bytes, start: int) -> bytes:
        """The bytes, without those beyond the body, which begins or goes on at ``start``."""
        if self._room is None:
            return data
        size = len(data) - start
        if size > self._room:
            data, size, self.repaired = data[: start + self._room], self._room, True
        self._room -= size
        return data

    def _size_of_head(self, searched: int) -> int:
        """Bytes up to the empty line, zero if that has not come yet."""
        found = [(self._held.find(end, searched, LONGEST_HEAD), len(end)) for end in _ENDS]
        return min((place + length for place, length in found if place >= 0), default=0)


def repaired(head: bytes) -> bytes:
    """A head with valid header names and at most one statement of the body's length.

    Raises ``BadHttpMessage`` for two different lengths.
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


def _length_in(head: bytes) -> int | None:
    """The length of the body, if it is known: what is stated, and is a number."""
    if _NO_BODY.match(head):
        return 0
    found = _STATED.search(head)
    return int(found[1]) if found else None


def _states_one_length(head: bytes) -> bool:
    lowered = head.lower()
    ways = lowered.count(b"\ncontent-length:") + lowered.count(b"\ntransfer-encoding:")
    return ways < 2 and not _LISTED.search(lowered)


def _field(line: bytes) -> tuple[bytes, bytes]:
    """The name in a line, if there is one, and the line with that name made valid."""
    name, colon, value = line.partition(b":")
    if not colon:
        return b"", line
    name = name.rstrip(b" \t")
    if not name or _NO_TOKEN.search(name):
        if _LOOK_ALIKE.fullmatch(name.lower()):
            raise BadHttpMessage("a malformed Content-Length or Transfer-Encoding header")
        name = _NO_TOKEN.sub(b"_", name) or b"_"
    return name, name + colon + value


def _values(fields: list[tuple[bytes, bytes]], wanted: bytes) -> list[bytes]:
    return [line.partition(b":")[2] for name, line in fields if name.lower() == wanted]


class Received:
    """An answer while it is read. It can be used at every moment, for the read may be cancelled."""

    __slots__ = ("_body", "_cap", "_complete", "_head", "_wire", "reason", "status")

    def __init__(self, cap: int) -> None:
        """``cap`` is the most bytes of body that are kept."""
        self.status: int | None = None
        self.reason = ""
        self._head: Sequence[tuple[bytes, bytes]] = ()
        self._cap = cap
        self._wire = bytearray()
        self._body: _Body | None = None
        self._complete = False

    def start(self, status: int, reason: str, head: Sequence[tuple[bytes, bytes]]) -> None:
        """Take the status line and the headers; non-UTF-8 bytes in ``reason`` are surrogates."""
        self.status = status
        self._head = head
        self.reason = reason if reason.isascii() else _phrase(reason)

    def feed(self, chunk: bytes) -> bool:
        """Take a piece of the body; ``False`` means that the limit is reached."""
        self._wire += chunk[: self._cap + 1 - len(self._wire)]
        return len(self._wire) <= self._cap

    def finish(self) -> None:
        """The answer is complete."""
        self._complete = True

    def header(self, name: str) -> str | None:
        """The values of a header, or ``None``; far cheaper than asking the library for it."""
        wanted = name.encode()
        values = [value for known, value in self._head if known.lower() == wanted]
        return ", ".join(value.decode("utf-8", "replace") for value in values) if values else None

    @property
    def size(self) -> int:
        """Bytes of the body as they were sent, until it is read."""
        return len(self._wire)

    @property
    def body(self) -> bytes:
        """The body so far, content coding undone; as it was sent where that cannot be."""
        return self._read().kept

    @property
    def too_large(self) -> bool:
        """Whether there is more than the cap."""
        return self._read().cut

    @property
    def coding(self) -> str:
        """The content or transfer codings, if the body could not be unpacked accordingly."""
        return self._read().coding

    def response(self) -> Response | None:
        """The answer as evidence, ``None`` while there was no status line."""
        if self.status is None:
            return None
        head = b"\r\n".join(name + b": " + value for name, value in self._head)
        return Response(self.status, self.reason, head, self.body, not self._complete)

    def _read(self) -> "_Body":
        """The body, unpacked once no more of it will come."""
        if self._body is None:
            self._body = self._unpack()
            self._wire = bytearray()
        return self._body

    def _unpack(self) -> "_Body":
        """The body, its transfer codings undone before its content codings."""
        sent = bytes(self._wire), len(self._wire) > self._cap
        transfer = beside_chunks(self.header("transfer-encoding") or "")
        if transfer:
            body = self._undone(*sent, transfer)
            if body.coding or body.cut:
                return body
            sent = body.kept, False
        return self._undone(*sent, self.header("content-encoding") or "")

    def _undone(self, wire: bytes, cut: bool, said: str) -> "_Body":
        if wire and is_packed(said):
            body, whole = unpacked(wire, self._cap + 1)
            if len(body) > self._cap or (body and not whole and (cut or not self._complete)):
                return _Body(body[: self._cap], len(body) > self._cap or cut, "")
            if whole:
                return _Body(body, False, odd_coding(said))
            return _Body(wire[: self._cap], cut, said)
        return _Body(wire[: self._cap], cut, odd_coding(said))


def _phrase(reason: str) -> str:
    """A reason phrase that may be in Latin-1."""
    raw = reason.encode("utf-8", "surrogateescape")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


class _Body(NamedTuple):
    """The kept part of a body, whether more was cut off, and the codings that were not undone."""

    kept: bytes
    cut: bool
    coding: str
