"""Text that may leave this machine: without secrets, and nothing but text in Markdown."""

import base64
import re
from collections.abc import Iterable, Iterator
from html import escape
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from wallboard.domain.foreign_text import escaped_lines
from wallboard.setting_types import Secret
from wallboard.settings import ServerSettings

MASK = str(Secret(""))
"""What stands where a secret was."""

LEAST_SECRET = 6
"""Characters; anything shorter is in every text by chance."""

_PUBLIC_HEADERS = frozenset(
    {
        "accept",
        "accept-charset",
        "accept-encoding",
        "accept-language",
        "cache-control",
        "connection",
        "content-type",
        "host",
        "pragma",
        "user-agent",
    }
)
"""Headers whose values, though set in the config, are part of any conversation."""

_CHALLENGES = frozenset({"www-authenticate", "proxy-authenticate"})
_TELLTALE = re.compile(
    r"auth|token|secret|session|cookie|passw|credential|api-?key|saml|jwt", re.IGNORECASE
)
_SESSION_IN_ADDRESS = re.compile(r"(;jsessionid=)[^\s\"'<>?#&;,)]+", re.IGNORECASE)
_USER_IN_ADDRESS = re.compile(r"(\bhttps?://)[^\s/\"'<>@]+@", re.IGNORECASE)
_QUERY_VALUE = re.compile(r"=[^&]*")


def is_secret_header(name: str) -> bool:
    """Whether a header by its name carries what lets somebody in."""
    return name.lower() not in _CHALLENGES and bool(_TELLTALE.search(name))


def shareable_url(url: str) -> str:
    """An address without user name, password and session; its query stays."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return MASK
    if "@" in parts.netloc:
        url = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    return _SESSION_IN_ADDRESS.sub(rf"\1{MASK}", url)


def shareable_header(line: str) -> str:
    """A line of a header block, its value masked where that lets somebody in.

    A cookie keeps its name and its attributes, a redirect the names in its query.
    """
    name, colon, value = line.partition(":")
    kind = name.strip().lower()
    if kind in {"set-cookie", "set-cookie2"}:
        return f"{name}{colon} {_cookie(value.strip())}"
    if is_secret_header(kind):
        return f"{name}{colon} {MASK}"
    if kind in {"location", "content-location", "refresh", "referer"}:
        address, mark, query = value.strip().partition("?")
        return f"{name}{colon} {shareable_text(address)}{mark}{_QUERY_VALUE.sub('=' + MASK, query)}"
    return line


def shareable_text(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without these secrets, without sessions and users in addresses."""
    for secret in secrets:
        text = text.replace(secret, MASK)
    text = _SESSION_IN_ADDRESS.sub(rf"\1{MASK}", text)
    return _USER_IN_ADDRESS.sub(rf"\1{MASK}@", text)


def secrets_of(server: ServerSettings | None) -> tuple[str, ...]:
    """Every text that must not leave with a report on this server, the longest first."""
    if server is None:
        return ()
    found = {
        form
        for text in _secrets(server)
        if len(text) >= LEAST_SECRET
        for form in (text, escape(text), quote(text, safe=""))
    }
    return tuple(sorted(found, key=lambda text: (-len(text), text)))


def _secrets(server: ServerSettings) -> Iterator[str]:
    for name, secret in server.headers.items():
        if name.lower() not in _PUBLIC_HEADERS:
            yield secret.value
            # A server that repeats a token may leave out the scheme before it.
            yield secret.value.split()[-1] if secret.value.split() else ""
    for address in (server.url, server.proxy.value if server.proxy else ""):
        yield from _secrets_in_address(address)


def _secrets_in_address(address: str) -> Iterator[str]:
    try:
        parts = urlsplit(address)
    except ValueError:
        yield address
        return
    user = parts.netloc.rpartition("@")[0]
    if not user:
        return
    name, _, password = user.partition(":")
    yield from (user, password, unquote(password))
    yield base64.b64encode(f"{unquote(name)}:{unquote(password)}".encode()).decode("ascii")


def _cookie(value: str) -> str:
    pair, semicolon, attributes = value.partition(";")
    name, equals, _ = pair.partition("=")
    return f"{name}={MASK}{semicolon}{attributes}" if equals else MASK


_BACKTICKS = re.compile(r"`+")
_MARKDOWN = re.compile(r"[\\`*<\[|&]")


def fenced(text: str, language: str = "") -> str:
    """A code block of Markdown that its content cannot end."""
    fence = "`" * max(3, 1 + max(map(len, _BACKTICKS.findall(text)), default=0))
    return f"{fence}{language}\n{text.rstrip(chr(10))}\n{fence}"


def prose(text: str) -> str:
    """Foreign text on one line of Markdown, where it is nothing but text."""
    return _MARKDOWN.sub(r"\\\g<0>", escaped_lines(" ".join(text.split())))
