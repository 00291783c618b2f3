"""What goes out to a server: addresses, headers, credentials and the proxy of a request."""

import base64
import re
from dataclasses import field
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from multidict import CIMultiDict
from yarl import URL

from wallboard import __version__
from wallboard.domain.endpoint import Endpoint
from wallboard.ece.answer.endpoints import OPERATIONS
from wallboard.frozen import frozen
from wallboard.setting_types import HEADER_NAME, HEADER_VALUE, Secret
from wallboard.settings import DEFAULT_CONTEXT_ROOT, ServerSettings, Settings

ID = "{id}"
"""Stands for the entry point's id in an overridden path."""

SURVEY_PATH = "survey"
"""The path of the one POST."""

_DEFAULT_HEADERS = {
    "Accept": "application/xml, text/xml;q=0.9, application/json;q=0.5, */*;q=0.1",
    "Accept-Encoding": "gzip, deflate",
    "Accept-Language": "en",
    "Cache-Control": "no-cache",
    "User-Agent": f"wallboard/{__version__}",
}
_PORTS = {"http": 80, "https": 443}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class ClientSetupError(Exception):
    """A server's settings cannot be used; the message names the server and the key, no secret."""


@frozen
class Destination:
    """Where polls of a server go, without secrets, for messages. Both timeouts are seconds."""

    server: str
    host: str
    port: int
    tls: bool
    proxied: bool
    connect_timeout: float
    timeout: float

    @property
    def tunnelled(self) -> bool:
        """Whether the proxy only opens a tunnel for TLS."""
        return self.proxied and self.tls

    @property
    def address(self) -> str:
        """Host and port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@frozen
class Headers:
    """Headers to send, and the same for display: values from the config are masked."""

    sent: CIMultiDict[str]
    shown: tuple[tuple[str, str], ...]


@frozen
class Outgoing:
    """A request, built once and sent any number of times."""

    method: str
    url: URL
    headers: CIMultiDict[str] = field(repr=False)
    body: bytes | None = None


@frozen
class Proxy:
    """The address of a proxy, and the headers that only it gets."""

    url: URL
    headers: CIMultiDict[str] = field(repr=False)


def url_of(server: ServerSettings, endpoint: Endpoint, entry_point_id: int) -> str:
    """The address of one GET, without credentials (see ``basic_auth_of``).

    A query in the server's address is kept and one in an overridden path put before it. Raises
    ``ValueError`` if the address is no address.
    """
    base = urlsplit(server.url)
    path, _, query = server.paths.get(endpoint, OPERATIONS[endpoint].path).partition("?")
    if ID not in path and ID not in query:
        path = f"{path.rstrip('/')}/{ID}"
    return _below(
        base, path.replace(ID, str(entry_point_id)), query.replace(ID, str(entry_point_id))
    )


def survey_url_of(server: ServerSettings) -> str:
    """The address that surveys are posted to; otherwise like ``url_of``."""
    return _below(urlsplit(server.url), SURVEY_PATH, "")


def basic_auth_of(url: str) -> str | None:
    """The value of ``Authorization`` for the credentials in an address, if it holds any."""
    parts = urlsplit(url)
    if parts.username is None and parts.password is None:
        return None
    credentials = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    return "Basic " + base64.b64encode(credentials.encode()).decode("ascii")


def without_credentials(url: str) -> str:
    """The address for display."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=_host_and_port(parts)))


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


def without_cookies(headers: CIMultiDict[str]) -> CIMultiDict[str]:
    """The same headers without ``Cookie``."""
    return CIMultiDict((name, text) for name, text in headers.items() if name.lower() != "cookie")


def place_of_node(node: str) -> tuple[str, int]:
    """The host and the port of a node, which is ``host:port`` with brackets around IPv6."""
    parts = urlsplit(f"//{node}")
    return parts.hostname or "", parts.port or 0


def headers_of(server: ServerSettings) -> Headers:
    """Our own headers, overridden by those of the config. Raises ``ClientSetupError``."""
    secret: dict[str, str] = {}
    if authorization := basic_auth_of(server.url):
        secret["Authorization"] = authorization
    if proxy_authorization := _plain_proxy_authorization(server):
        secret["Proxy-Authorization"] = proxy_authorization
    for name, value in server.headers.items():
        if not HEADER_NAME.fullmatch(name) or not HEADER_VALUE.fullmatch(value.value):
            raise ClientSetupError(
                f'server "{server.name}": headers: {name!r} is not a header name, or its value '
                "contains a control character"
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
    """The proxy of a server; credentials in its address become a header.

    Raises ``ClientSetupError``, which never shows the address.
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
    """The host, with the port if it is not the default of the scheme."""
    host = url.raw_host or ""
    host = f"[{host}]" if ":" in host else host
    return host if url.is_default_port() else f"{host}:{url.port}"


def _host_header(url: str) -> dict[str, str]:
    """A ``Host`` header where aiohttp's would drop a final dot, or disclose an IPv6 zone."""
    place = place_of(URL(without_credentials(url)))
    if not re.search(r"\.(:|$)|%", place):
        return {}
    return {"Host": re.sub(r"%[^]]*", "", place)}


def _plain_proxy_authorization(server: ServerSettings) -> str | None:
    """Without TLS there is no tunnel, so the request itself carries the credentials."""
    if server.proxy is None or server.url.lower().startswith("https:"):
        return None
    return basic_auth_of(server.proxy.value)


def _bad_address(server: ServerSettings) -> ClientSetupError:
    return ClientSetupError(
        f'server "{server.name}": url (with paths) is not a valid URL such as https://ece.example.com'
    )


def _bad_proxy(server: ServerSettings) -> ClientSetupError:
    return ClientSetupError(
        f'server "{server.name}": proxy is not a valid URL such as http://proxy.example.com:3128'
    )


def _below(base: SplitResult, path: str, query: str) -> str:
    """An address below that of a server."""
    root = base.path.rstrip("/") or DEFAULT_CONTEXT_ROOT
    query = "&".join(part for part in (query, base.query) if part)
    return urlunsplit((base.scheme, _host_and_port(base), f"{root}/{path.lstrip('/')}", query, ""))


def _host_and_port(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2]
