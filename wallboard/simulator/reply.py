"""Replies of the server, correct and faulty ones, and how their bytes are sent."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from functools import lru_cache
from html import escape
from http import HTTPStatus

from wallboard.domain.endpoint import Endpoint
from wallboard.frozen import frozen
from wallboard.simulator.contents import DECLARATION, ROOTS, Content, Dialect, json_of
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


JSON = "application/json;charset=UTF-8"
UNABLE = {
    Endpoint.AGENT_AVAILABILITY: "Unable to retrieve agent availability information.",
    Endpoint.CAPACITY: "Unable to retrieve agent capacity information.",
    Endpoint.LIVE_SESSION_STATUS: "Unable to retrieve the queue depth and wait time.",
    Endpoint.CHECK_ELIGIBILITY: "Unable to retrieve the queue depth and wait time.",
    Endpoint.CHAT_ALLOWED: "Unable to retrieve whether this entry point can handle new chats.",
}


def faulty_reply(
    fault: Fault, endpoint: Endpoint | None, content: Content, dialect: Dialect
) -> Reply:
    """The reply that a fault puts in place of ``content``; without an endpoint, to a survey."""
    match fault.kind:
        case Kind.HTTP:
            status = int(fault.number("status"))
            message = UNABLE[endpoint] if endpoint else "Unable to submit the survey."
            write = error_body if fault.text("body") == "xml" else error_page
            return write(status, message)
        case Kind.HTML:
            return login_page()
        case Kind.REDIRECT:
            # A line break would let a scenario write headers of its own.
            location = "".join(c for c in fault.text("location") if c.isprintable())
            return Reply(302, b"", headers=(("Location", location),))
        case Kind.JSON:
            return Reply(200, json_of(content), JSON)
        case _:
            return Reply(200, _body(fault, endpoint, content, dialect), dialect.content_type)


def _body(fault: Fault, endpoint: Endpoint | None, content: Content, dialect: Dialect) -> bytes:
    root = ROOTS[endpoint] if endpoint else "egainSurvey"
    match fault.kind:
        case Kind.MALFORMED if fault.text("form") == "readable":
            return misprinted(content, dialect)
        case Kind.MALFORMED:
            return _STACK_TRACE
        case Kind.HUGE:
            return _huge(root, int(fault.number("bytes")))
        case Kind.WRONG_ROOT:
            other = Content("entryPointStatus", attributes=(("status", "ok"),))
            return dialect.write(other)
        case Kind.DTD:
            return _laughs(root)
        case _:
            return b""


def misprinted(content: Content, dialect: Dialect) -> bytes:
    """Not well formed but readable, with the misprints of the vendor's document."""
    head = dialect.open(content)
    match content.root:
        case "agentAvailability":
            declaration = DECLARATION.replace("?>", "/>")
            body = f"{declaration}\n<{head}/>"
        case "checkEligibility":
            for name, text in content.attributes:
                head = head.replace(f'{name}="{text}"', f"{name}={text}")
            body = f"{DECLARATION}\n<{head} />"
        case "chatAllowed":
            declaration = DECLARATION.replace('"1.0"', '"1.0.')
            head = head.replace("xmlns:ns3=", "xmlns”ns3=").replace('xmlns:ns5="', "xmlns:ns5=:")
            body = f"{declaration}\n<{head}/>"
        case _:
            children = "".join(
                f"\n      <ns2:{name}>{text}</ns2: {name} >" for name, text in content.children
            )
            body = f"{DECLARATION}\n<{head}>{children}\n</{content.root}>"
    return body.encode()


@lru_cache(maxsize=4)
def _huge(root: str, size: int) -> bytes:
    before, after = f"{DECLARATION}<{root}><!--", f"--></{root}>"
    return before.encode() + b" " * max(0, size - len(before) - len(after)) + after.encode()


def _laughs(root: str) -> bytes:
    entities = '<!ENTITY lol0 "lol">' + "".join(
        f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10}">' for n in range(1, 10)
    )
    return f'<?xml version="1.0"?><!DOCTYPE {root} [{entities}]><{root}>&lol9;</{root}>'.encode()


_STACK_TRACE = (
    b"java.lang.NullPointerException: Cannot read the queue of the entry point\n"
    b"\tat chat.entrypoint.EntryPointResource.answer(EntryPointResource.java:214)\n"
    b"\tat java.base/java.lang.Thread.run(Thread.java:829)\n"
)
