"""The failure, with its cause and words, for each error of the HTTP library."""

import errno
import re
import socket
import ssl
from collections.abc import Iterator

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from wallboard.config.address import host_fault
from wallboard.domain.foreign_text import brief
from wallboard.domain.observation import Blame, Cause, Failure
from wallboard.ece.ask.outgoing import Destination
from wallboard.ece.ask.tls_failure import proxy_tls_failure, tls_failure

_REFUSALS = frozenset({401, 403, 405, 429})
_TLS_ALERT = "\\x15\\x03"
"""How aiohttp shows a TLS alert that it took for a status line."""

_NO_STATUS_LINE = "Bad status line"
"""How the message of aiohttp begins for bytes that are not HTTP at all."""


def failure_of(error: BaseException, target: Destination, *, tunnelling: bool = False) -> Failure:
    """The failure behind an error of the transport.

    aiohttp wraps many errors into few; the original is found in the chain of causes.
    ``tunnelling`` says that the proxy had not opened the tunnel yet.
    """
    chain = list(_chain(error))
    if target.proxied:
        for link in chain:
            if failure := _proxy_failure(link, target, tunnelling=tunnelling):
                return failure
    for link in chain:
        if isinstance(link, ssl.SSLError) and not isinstance(link, aiohttp.ClientError):
            return tls_failure(link, target.address, target.server)
    for link in chain:
        if failure := _failure(link, target):
            return failure
    return _dns(target) if host_fault(target.host) else internal(error, target.server)


def no_proxy(target: Destination, *, seconds: float | None = None) -> Failure:
    """The failure to reach the proxy itself, whose address is a secret of the config."""
    late = "" if seconds is None else f" within {seconds:g} s"
    return Failure(
        Cause.PROXY,
        f'No connection to the `proxy` of server "{target.server}"{late}. Check its URL, and that '
        "it is running.",
    )


def deadline_passed(
    target: Destination, *, answer_began: bool, tunnelling: bool = False
) -> Failure:
    """The failure of a poll that took too long."""
    what = "did not complete its answer" if answer_began else "did not answer"
    within = f"within {target.timeout:g} s"
    limit = f'`timeout` of server "{target.server}" sets the limit.'
    if tunnelling:
        return Failure(
            Cause.PROXY,
            f'The `proxy` of server "{target.server}" made no tunnel to {target.address} {within}. '
            f"The proxy or the server behind it hangs: check the proxy's log; {limit}",
        )
    if target.proxied and not target.tls:
        return Failure(
            Cause.TIMEOUT,
            f'{target.address}, asked through the `proxy` of server "{target.server}", {what} '
            f"{within}. One of the two is overloaded or hangs: check the proxy's log; {limit}",
            Blame.PROXY,
        )
    return Failure(
        Cause.TIMEOUT,
        f"{target.address} {what} {within}. The server is overloaded or hangs, or the network is "
        f"slow; {limit}",
    )


def internal(error: BaseException, server: str) -> Failure:
    """A fault of wallboard; only the type is named, since the text could hold anything."""
    return Failure(
        Cause.INTERNAL,
        f'wallboard failed while polling server "{server}" ({type(error).__name__}). This is a '
        "bug in wallboard, not a server problem: please report it.",
    )


def _failure(error: BaseException, target: Destination) -> Failure | None:
    match error:
        case aiohttp.ClientConnectorDNSError():
            return _no_address(error.os_error, target)
        case socket.gaierror():
            return _no_address(error, target)
        case aiohttp.ConnectionTimeoutError():
            return no_connection(target, target.connect_timeout)
        case aiohttp.ServerTimeoutError():
            return deadline_passed(target, answer_began=False)
        case aiohttp.ClientConnectorError():
            return not_connected(error.os_error, target)
        case aiohttp.ClientResponseError():
            return _not_http(target, error.message)
        case aiohttp.ClientPayloadError():
            against_rules = type(error.__cause__) is HttpProcessingError
            return _not_http(target, str(error)) if against_rules else _broken_off(target)
        case aiohttp.ServerDisconnectedError() | ConnectionError() | aiohttp.ClientOSError():
            return _closed(target)
        case OSError(errno=int()):
            return not_connected(error, target)
        case _:
            return None


def unnamed(target: Destination) -> Failure:
    """The failure of a name lookup that no name server answered."""
    if target.proxied:
        return no_proxy(target)
    return Failure(
        Cause.DNS,
        f"DNS lookup failed for {brief(target.host)}: no name server answers. Check this "
        "machine's name servers and the VPN.",
    )


def _no_address(error: OSError, target: Destination) -> Failure:
    return unnamed(target) if error.errno == socket.EAI_AGAIN else _dns(target)


def _dns(target: Destination) -> Failure:
    return Failure(
        Cause.DNS,
        f"DNS lookup failed: {brief(target.host)} has no address. Check `url` of server "
        f'"{target.server}" and this '
        "machine's name servers.",
    )


def no_connection(target: Destination, seconds: float) -> Failure:
    """The failure to connect within so many seconds."""
    kind, hangs = ("TLS connection", " or hangs") if target.tls else ("connection", "")
    return Failure(
        Cause.TIMEOUT,
        f"No {kind} to {target.address} within {seconds:g} s. The host is down{hangs}, or a "
        "firewall drops packets: check the network and the port.",
    )


def not_connected(error: OSError, target: Destination) -> Failure:
    """The failure to connect, by the error of the system."""
    if error.errno in {errno.EMFILE, errno.ENFILE}:
        return Failure(
            Cause.INTERNAL,
            "Out of file descriptors on this machine. Raise the limit (ulimit -n), or lower "
            "`concurrency`.",
        )
    if error.errno == errno.ETIMEDOUT:
        return no_connection(target, target.connect_timeout)
    if isinstance(error, (ConnectionResetError, ConnectionAbortedError, BrokenPipeError)):
        return _closed(target)
    if error.errno in {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN}:
        return Failure(
            Cause.REFUSED,
            f"No route to {target.address}. Check this machine's network and VPN.",
        )
    return Failure(
        Cause.REFUSED,
        f"Connection refused by {target.address}. Check that the server is running, the port in "
        f'`url` of server "{target.server}", and firewalls.',
    )


def _closed(target: Destination) -> Failure:
    other = "want a client certificate" if target.tls else "want https:// in `url`"
    return Failure(
        Cause.RESET,
        f"{target.address} closed the connection without an answer. The server may be restarting "
        f"or {other}, or a firewall or load balancer interferes: check its log.",
    )


def _broken_off(target: Destination) -> Failure:
    way = f', asked through the `proxy` of server "{target.server}",' if target.proxied else ""
    return Failure(
        Cause.RESET,
        f"{target.address}{way} closed the connection in the middle of its answer. The server may "
        "be restarting, or a firewall or load balancer interferes: check its log.",
    )


def _not_http(target: Destination, why: str) -> Failure:
    if not target.tls and _TLS_ALERT in why:
        return Failure(
            Cause.HTTP,
            f'{target.address} answered in TLS. Use https:// in `url` of server "{target.server}".',
            Blame.ADDRESS,
        )
    if not why.startswith(_NO_STATUS_LINE):
        reason = brief(re.split(r":?\s*\n|: b'", why)[0], 80)
        return Failure(
            Cause.HTTP,
            f"The answer of {target.address} violates HTTP ({reason}), so it was not read. Check "
            "the server, or a proxy in front of it.",
            Blame.SERVER,
        )
    return Failure(
        Cause.HTTP,
        f"The answer of {target.address} is not HTTP. Check the port, and http or https, in `url` "
        f'of server "{target.server}".',
    )


def _proxy_failure(
    error: BaseException, target: Destination, *, tunnelling: bool
) -> Failure | None:
    """The failure, if it lies at the proxy or on the way to it."""
    match error:
        case aiohttp.ClientHttpProxyError(status=int(status)):
            return _no_tunnel(status, target)
        case aiohttp.ClientProxyConnectionError() | aiohttp.ClientConnectorDNSError():
            return no_proxy(target)
        case aiohttp.ConnectionTimeoutError() if target.tls:
            return _late_tunnel(target)
        case aiohttp.ConnectionTimeoutError():
            return no_proxy(target, seconds=target.connect_timeout)
        case aiohttp.ClientConnectorError(host=host, port=port, os_error=ssl.SSLError() as why):
            # One of the tunnel names the server.
            elsewhere = (host, port) != (target.host, target.port)
            return proxy_tls_failure(why, target.server) if elsewhere else None
        case aiohttp.ServerDisconnectedError() | ConnectionError() | aiohttp.ClientOSError():
            return _closed_by_proxy(target) if tunnelling or not target.tls else None
        case _:
            return None


def _no_tunnel(status: int, target: Destination) -> Failure:
    where = f'the `proxy` of server "{target.server}"'
    if status == 407:
        text = f"Missing or wrong credentials for {where} (407). Set them in its URL."
    elif status >= 500:
        text = (
            f"No tunnel to {target.address}: {where} cannot reach it ({status}). Check that the "
            "server is running and that the proxy can resolve and reach it."
        )
    elif status in _REFUSALS:
        text = (
            f"A tunnel to {target.address} was refused ({status}) by {where}. Have this address "
            "and port allowed there, or check its log."
        )
    else:
        text = (
            f"A tunnel to {target.address} was refused ({status}) by {where}. It may not be a "
            "proxy, or may need https://: check its host and port."
        )
    return Failure(Cause.PROXY, text)


def _late_tunnel(target: Destination) -> Failure:
    return Failure(
        Cause.PROXY,
        f'No TLS connection to {target.address} through the `proxy` of server "{target.server}" '
        f"within {target.connect_timeout:g} s. The proxy or the server is down or hangs: check "
        "the proxy's URL and log.",
    )


def _closed_by_proxy(target: Destination) -> Failure:
    return Failure(
        Cause.PROXY,
        f'The `proxy` of server "{target.server}" closed the connection without an answer. Check '
        "its log; it may not be a proxy, or may need https://.",
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    for _ in range(10):
        if seen is None:
            return
        yield seen
        seen = seen.__cause__ or seen.__context__
