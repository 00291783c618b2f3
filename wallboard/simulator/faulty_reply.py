"""Faulty replies, as real servers, proxies and attackers send them."""

from functools import lru_cache

from wallboard.domain.endpoint import Endpoint
from wallboard.simulator.contents import DECLARATION, ROOTS, Content, Dialect, json_of
from wallboard.simulator.fault import Fault, Kind
from wallboard.simulator.reply import Reply, error_body, error_page, login_page

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
    """Not well formed, but legible: with the misprints of the vendor's own document."""
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
