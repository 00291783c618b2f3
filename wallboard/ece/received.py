"""What has come back so far of one answer, bounded however much the server sends."""

import zlib
from collections.abc import Sequence

import httpx

from wallboard.domain.observation import Response

_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_RAW_DEFLATE = -zlib.MAX_WBITS
_PACKED = {"gzip", "x-gzip", "deflate"}


class Received:
    """An answer while it is read. It stays whole at every moment, for the read may be cut off.

    ``too_large`` says that the cap was reached, ``unreadable`` names a content coding that could
    not be undone (the body is then kept as it was sent).
    """

    __slots__ = (
        "_body",
        "_cap",
        "_complete",
        "_head",
        "_inflate",
        "_wire",
        "reason",
        "status",
        "too_large",
        "unreadable",
    )

    def __init__(self, cap: int) -> None:
        """Nothing yet; at most ``cap`` bytes of body will be kept."""
        self.status: int | None = None
        self.reason = ""
        self._head: Sequence[tuple[bytes, bytes]] = ()
        self.too_large = False
        self.unreadable: str | None = None
        self._cap = cap
        self._body = bytearray()
        self._wire = bytearray()
        self._inflate: zlib._Decompress | None = None
        self._complete = False

    def start(self, response: httpx.Response) -> None:
        """Take the status line and the headers."""
        self.status = response.status_code
        self._head = response.headers.raw
        self.reason = response.extensions.get("reason_phrase", b"").decode("utf-8", "replace")
        coding = (self.header("content-encoding") or "").strip().lower()
        if coding in {"", "identity"}:
            return
        if coding in _PACKED:
            self._inflate = zlib.decompressobj(_GZIP_OR_ZLIB)
        else:
            self.unreadable = coding

    def feed(self, chunk: bytes) -> bool:
        """Take a piece of the body; ``False`` means that no more is wanted."""
        if self._inflate is None:
            self._keep(chunk)
            return not self.too_large
        self._wire += chunk[: self._cap - len(self._wire)]
        try:
            self._unpack(chunk)
        except zlib.error:
            self._cannot_unpack()
        return not self.too_large and self.unreadable is None

    def finish(self) -> None:
        """The answer ended where it said that it would."""
        self._complete = True
        if self._inflate is not None and self._wire and not self._inflate.eof:
            self._cannot_unpack()

    def header(self, name: str) -> str | None:
        """The values of a header, or ``None``; far cheaper than asking the library for it."""
        wanted = name.encode()
        values = [value for known, value in self._head if known.lower() == wanted]
        return ", ".join(value.decode("utf-8", "replace") for value in values) if values else None

    @property
    def body(self) -> bytes:
        """The body so far, content coding undone."""
        return bytes(self._body)

    def response(self) -> Response | None:
        """All of it as it may be shown, ``None`` while there was no status line."""
        if self.status is None:
            return None
        head = b"\r\n".join(name + b": " + value for name, value in self._head)
        return Response(self.status, self.reason, head, self.body, not self._complete)

    def _keep(self, data: bytes) -> None:
        room = self._cap - len(self._body)
        self._body += data[:room] if len(data) > room else data
        self.too_large = len(data) > room

    def _unpack(self, data: bytes) -> None:
        """Unpack no more than fits: a few bytes can stand for gigabytes."""
        while data and not self.too_large:
            inflate = self._inflater(data)
            self._keep(inflate.decompress(data, self._cap - len(self._body) + 1))
            data = inflate.unconsumed_tail or inflate.unused_data
            if inflate.eof and data[:2] != b"\x1f\x8b":
                return

    def _inflater(self, data: bytes) -> "zlib._Decompress":
        if self._inflate is None or self._inflate.eof:
            self._inflate = zlib.decompressobj(_GZIP_OR_ZLIB)
        elif len(self._wire) == len(data) and not _looks_like_gzip_or_zlib(data):
            self._inflate = zlib.decompressobj(_RAW_DEFLATE)  # what some servers call deflate
        return self._inflate

    def _cannot_unpack(self) -> None:
        self.unreadable = (self.header("content-encoding") or "").strip().lower()
        self._body = self._wire


def _looks_like_gzip_or_zlib(data: bytes) -> bool:
    if data[:1] == b"\x1f":
        return True
    return data[0] & 0x0F == 8 and (len(data) < 2 or int.from_bytes(data[:2], "big") % 31 == 0)
