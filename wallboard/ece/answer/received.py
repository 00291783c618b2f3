"""What has come back so far of one answer, bounded however much the server sends."""

from collections.abc import Sequence
from typing import NamedTuple

from wallboard.domain.observation import Response
from wallboard.ece.answer.coding import is_packed, odd_coding, unpacked


class Received:
    """An answer while it is read. It stays whole at every moment, for the read may be cut off."""

    __slots__ = ("_body", "_cap", "_complete", "_head", "_wire", "reason", "status")

    def __init__(self, cap: int) -> None:
        """Nothing yet; at most ``cap`` bytes of body will be kept."""
        self.status: int | None = None
        self.reason = ""
        self._head: Sequence[tuple[bytes, bytes]] = ()
        self._cap = cap
        self._wire = bytearray()
        self._body: _Body | None = None
        self._complete = False

    def start(self, status: int, reason: str, head: Sequence[tuple[bytes, bytes]]) -> None:
        """Take the status line and the headers; bytes of no UTF-8 in ``reason`` are escaped."""
        self.status = status
        self._head = head
        self.reason = reason if reason.isascii() else _phrase(reason)

    def feed(self, chunk: bytes) -> bool:
        """Take a piece of the body; ``False`` means that no more is wanted."""
        self._wire += chunk[: self._cap + 1 - len(self._wire)]
        return len(self._wire) <= self._cap

    def finish(self) -> None:
        """The answer ended where it said that it would."""
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
        """What the body is said to be packed in, if it is not, or not as it is said."""
        return self._read().coding

    def response(self) -> Response | None:
        """All of it as it may be shown, ``None`` while there was no status line."""
        if self.status is None:
            return None
        head = b"\r\n".join(name + b": " + value for name, value in self._head)
        return Response(self.status, self.reason, head, self.body, not self._complete)

    def _read(self) -> "_Body":
        """The body, read once all of it is there that will be: no cut of the network matters."""
        if self._body is None:
            self._body = self._unpack()
            self._wire = bytearray()
        return self._body

    def _unpack(self) -> "_Body":
        wire, said = bytes(self._wire), self.header("content-encoding") or ""
        cut = len(wire) > self._cap
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
    """A body as far as it is kept, whether that is not all, and how it is wrongly labelled."""

    kept: bytes
    cut: bool
    coding: str
