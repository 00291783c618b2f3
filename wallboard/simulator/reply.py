"""A reply of the server, its error pages, and how its bytes are sent."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from functools import lru_cache
from html import escape
from http import HTTPStatus

from wallboard.frozen import frozen
from wallboard.simulator.fault import Fault, Kind

HTML = "text/html;charset=utf-8"
XML = "application/xml"


@frozen
class Reply:
    """One HTTP reply. ``delivery`` is the fault that affects how its bytes are sent, if any."""

    status: int
    body: bytes
    content_type: str = XML
    headers: tuple[tuple[str, str], ...] = ()
    delay_seconds: float = 0.0
    delivery: Fault | None = None

    @property
    def head(self) -> bytes:
        """Status line and headers; the server adds the date and the empty line."""
        return _head(self.status, self.content_type, len(self.body), self.headers)


@lru_cache(maxsize=4096)
def _head(status: int, content_type: str, size: int, headers: tuple[tuple[str, str], ...]) -> bytes:
    lines = [f"HTTP/1.1 {status} {_phrase(status)}"]
    lines += [f"{name}: {value}" for name, value in headers]
    if status != HTTPStatus.NO_CONTENT:
        lines += [f"Content-Type: {content_type}", f"Content-Length: {size}"]
    return ("\r\n".join(lines) + "\r\n").encode("latin-1", "replace")


def error_page(status: int, message: str = "") -> Reply:
    """The servlet container's own error page."""
    title = f"HTTP Status {status} \N{EN DASH} {_phrase(status)}"
    said = f"<p><b>Message</b> {escape(message)}</p>" if message else ""
    return Reply(status, _ERROR_PAGE.format(title=title, said=said).encode(), HTML)


def error_body(status: int, message: str) -> Reply:
    """The application's own failure, as XML."""
    body = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<ns2:callerror xmlns:ns2="http://bindings.egain.com/chat">'
        f"<ns2:code>{status}-101</ns2:code>"
        f"<ns2:developerMessage>{escape(message)}</ns2:developerMessage></ns2:callerror>"
    )
    return Reply(status, body.encode())


def login_page(status: int = 200) -> Reply:
    """The login page of a session filter."""
    return Reply(status, _LOGIN_PAGE, HTML)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


_ERROR_PAGE = (
    '<!doctype html><html lang="en"><head><title>{title}</title><style type="text/css">'
    "body {{font-family:Tahoma,Arial,sans-serif;}} h1, h2, h3, b {{color:white;"
    "background-color:#525D76;}} h1 {{font-size:22px;}} .line {{height:1px;"
    "background-color:#525D76;border:none;}}</style></head><body><h1>{title}</h1>"
    '<hr class="line" />{said}<p><b>Description</b> The server was not able to answer this '
    'request.</p><hr class="line" /><h3>Apache Tomcat</h3></body></html>'
)

_LOGIN_PAGE = b"""<!DOCTYPE html>
<html>
<head><title>Log in</title></head>
<body>
<form method="post" action="/system/web/apps/login/">
<label>User name <input name="user"></label>
<label>Password <input name="password" type="password"></label>
<button>Log in</button>
</form>
</body>
</html>
"""


Sleep = Callable[[float], Awaitable[None]]
_DRIPS_PER_SECOND = 20
_NO_LINGER = struct.pack("ii", 1, 0)


async def deliver(
    transport: asyncio.Transport,
    head: bytes,
    body: bytes,
    fault: Fault | None,
    sleep: Sleep,
    stopping: asyncio.Event,
) -> None:
    """Send a reply, in a single write unless a fault says otherwise."""
    match fault.kind if fault else None:
        case Kind.HANG:
            await stopping.wait()
            transport.abort()
        case Kind.RESET if fault and fault.text("when") == "mid_body":
            transport.write(head + body[: len(body) // 2])
            # The half must be sent before the reset.
            await sleep(0.02)
            reset(transport)
        case Kind.RESET:
            reset(transport)
        case Kind.DRIP if fault:
            await _drip(transport, head + body, fault.number("bytes_per_second"), sleep)
        case _:
            transport.write(head + body)


def reset(transport: asyncio.BaseTransport) -> None:
    """Close a connection with a reset instead of an orderly end."""
    tcp = transport.get_extra_info("socket")
    if tcp is not None:
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()


async def _drip(
    transport: asyncio.Transport, message: bytes, bytes_per_second: float, sleep: Sleep
) -> None:
    size = max(1, round(bytes_per_second / _DRIPS_PER_SECOND))
    for start in range(0, len(message), size):
        if transport.is_closing():
            return
        transport.write(message[start : start + size])
        await sleep(size / bytes_per_second)
