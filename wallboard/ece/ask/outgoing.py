"""What every request to a server carries, and how it leaves this machine."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from multidict import CIMultiDict
from yarl import URL

from wallboard import __version__
from wallboard.domain.endpoint import Endpoint
from wallboard.ece.answer.endpoints import basic_auth_of, url_of, without_credentials
from wallboard.ece.ask.errors import ClientSetupError
from wallboard.ece.ask.failures import Destination
from wallboard.settings import HEADER_NAME, HEADER_VALUE, Secret, ServerSettings, Settings

_DEFAULT_HEADERS = {
    "Accept": "application/xml, text/xml;q=0.9, application/json;q=0.5, */*;q=0.1",
    "Accept-Encoding": "gzip, deflate",
    "Accept-Language": "en",
    "User-Agent": f"wallboard/{__version__}",
}
_PORTS = {"http": 80, "https": 443}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Headers:
    """Headers to send, and the same as they may be shown: all but our own are masked."""

    sent: CIMultiDict[str]
    shown: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request in the form in which it goes out, however often it does."""

    method: str
    url: URL
    headers: CIMultiDict[str] = field(repr=False)
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where a proxy is, and what only it is told."""

    url: URL
    headers: CIMultiDict[str] = field(repr=False)


def destination_of(server: ServerSettings, settings: Settings) -> Destination:
    """Where polls of a server go. Raises ``ClientSetupError`` unless ``url`` and ``paths`` hold."""
    try:
        parts = urlsplit(server.url)
        port = parts.port or _PORTS[parts.scheme]
        addresses = [url_of(server, endpoint, 0) for endpoint in Endpoint]
        url, *_ = map(URL, addresses)
    except (ValueError, KeyError):
        raise _bad_address(server) from None
    if not url.raw_host or _CONTROL.search("".join(addresses)):
        raise _bad_address(server)
    return Destination(
        server=server.name,
        host=url.raw_host,
        port=port,
        tls=parts.scheme == "https",
        proxied=server.proxy is not None,
        connect_timeout=settings.connect_timeout,
        timeout=settings.timeout_of(server),
    )


def headers_of(server: ServerSettings) -> Headers:
    """Our own headers, then the config's over them. Raises ``ClientSetupError`` for a bad one."""
    secret: dict[str, str] = {}
    if authorization := basic_auth_of(server.url):
        secret["Authorization"] = authorization
    if proxy_authorization := _plain_proxy_authorization(server):
        secret["Proxy-Authorization"] = proxy_authorization
    for name, value in server.headers.items():
        if not HEADER_NAME.fullmatch(name) or not HEADER_VALUE.fullmatch(value.value):
            raise ClientSetupError(
                f'server "{server.name}": headers: {name!r} is no header name, or its value holds '
                "a line break or another control character"
            )
        secret = {known: text for known, text in secret.items() if known.lower() != name.lower()}
        secret[name] = value.value
    taken = {name.lower() for name in secret}
    ours = {**_host_header(server.url), **_DEFAULT_HEADERS}
    ours = {name: text for name, text in ours.items() if name.lower() not in taken}
    return Headers(
        CIMultiDict({**ours, **secret}),
        (*ours.items(), *((name, str(Secret(""))) for name in secret)),
    )


def proxy_of(server: ServerSettings) -> Proxy | None:
    """The proxy, without credentials in its address: those go into a header for the tunnel.

    Raises ``ClientSetupError``; nothing of the address is ever shown.
    """
    if server.proxy is None:
        return None
    try:
        url = URL(without_credentials(server.proxy.value))
        authorization = basic_auth_of(server.proxy.value)
    except ValueError:
        raise _bad_proxy(server) from None
    if url.scheme not in _PORTS or not url.raw_host:
        raise _bad_proxy(server)
    headers = {"Proxy-Authorization": authorization} if authorization else {}
    return Proxy(url, CIMultiDict(headers))


def uses_tls(server: ServerSettings, proxy: Proxy | None) -> bool:
    """Whether any connection, or any setting, calls for a TLS context."""
    return (
        server.url.lower().startswith("https:")
        or (proxy is not None and proxy.url.scheme == "https")
        or any((server.ca_file, server.client_cert, server.client_key))
    )


def place_of(url: URL) -> str:
    """Host, and port where it is not the usual one."""
    host = url.raw_host or ""
    host = f"[{host}]" if ":" in host else host
    return host if url.is_default_port() else f"{host}:{url.port}"


def _host_header(url: str) -> dict[str, str]:
    """Where the library's own would leave out a final dot, or let out the zone of an address."""
    place = place_of(URL(without_credentials(url)))
    if not re.search(r"\.(:|$)|%", place):
        return {}
    return {"Host": re.sub(r"%[^]]*", "", place)}


def _plain_proxy_authorization(server: ServerSettings) -> str | None:
    """Without TLS there is no tunnel, and the request itself tells the proxy who asks."""
    if server.proxy is None or server.url.lower().startswith("https:"):
        return None
    return basic_auth_of(server.proxy.value)


def _bad_address(server: ServerSettings) -> ClientSetupError:
    return ClientSetupError(
        f'server "{server.name}": url (with paths) is no address such as https://ece.example.com'
    )


def _bad_proxy(server: ServerSettings) -> ClientSetupError:
    return ClientSetupError(
        f'server "{server.name}": proxy is no address such as http://proxy.example.com:3128'
    )
