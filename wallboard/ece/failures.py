"""What the libraries below call an error, said in our own words, once."""

import errno
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import aiohttp

from wallboard.config.address import host_fault
from wallboard.domain.observation import Cause, Failure
from wallboard.ece.words import shown


@dataclass(frozen=True, slots=True)
class Target:
    """Where polls of a server go, as far as a message may tell. Seconds for both timeouts."""

    server: str
    host: str
    port: int
    tls: bool
    proxied: bool
    connect_timeout: float
    timeout: float

    @property
    def address(self) -> str:
        """Host and port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def failure_of(error: BaseException, target: Target) -> Failure:
    """The failure behind an error of the transport.

    The transport folds many errors into few; what it folded is found in the chain of causes.
    """
    chain = list(_chain(error))
    if target.proxied:
        for link in chain:
            if failure := _proxy_failure(link, target):
                return failure
    for link in chain:
        if isinstance(link, ssl.SSLError) and not isinstance(link, aiohttp.ClientError):
            return _tls(link, target)
    for link in chain:
        if failure := _failure(link, target):
            return failure
    return _dns(target) if host_fault(target.host) else internal(error, target.server)


def no_proxy(target: Target) -> Failure:
    """The proxy itself cannot be reached; its address is a secret of the config."""
    return Failure(
        Cause.PROXY,
        f'No connection to the `proxy` of server "{target.server}". Check its name and port, and '
        "that it runs.",
    )


def deadline_passed(target: Target, *, answer_began: bool) -> Failure:
    """The whole poll took too long."""
    what = "did not finish its answer" if answer_began else "did not answer"
    return Failure(
        Cause.TIMEOUT,
        f"{target.address} {what} within {target.timeout:g} s. The server is overloaded or hangs, "
        f'or the way to it is slow; `timeout` of server "{target.server}" sets the limit.',
    )


def internal(error: BaseException, server: str) -> Failure:
    """A fault of our own; only the type is named, since the text could hold anything."""
    return Failure(
        Cause.INTERNAL,
        f'wallboard failed while polling server "{server}" ({type(error).__name__}). This is a '
        "fault of wallboard, not of the server: please report it.",
    )


def _failure(error: BaseException, target: Target) -> Failure | None:
    match error:
        case aiohttp.ClientConnectorDNSError():
            return _no_address(error.os_error, target)
        case socket.gaierror():
            return _no_address(error, target)
        case aiohttp.ConnectionTimeoutError():
            return _no_connection(target)
        case aiohttp.ServerTimeoutError():
            return deadline_passed(target, answer_began=False)
        case aiohttp.ClientConnectorError():
            return not_connected(error.os_error, target)
        case aiohttp.ClientResponseError():
            return _not_http(target)
        case aiohttp.ClientPayloadError():
            return _broken_off(target)
        case aiohttp.ServerDisconnectedError() | ConnectionError() | aiohttp.ClientOSError():
            return _closed(target)
        case OSError(errno=int()):
            return not_connected(error, target)
        case _:
            return None


def unnamed(target: Target) -> Failure:
    """Nobody says which address the name has, of the proxy if there is one."""
    if target.proxied:
        return no_proxy(target)
    return Failure(
        Cause.DNS,
        f"No name server answers which address {shown(target.host)} has (DNS). Check the name "
        "servers of this machine, and the VPN.",
    )


def _no_address(error: OSError, target: Target) -> Failure:
    return unnamed(target) if error.errno == socket.EAI_AGAIN else _dns(target)


def _dns(target: Target) -> Failure:
    return Failure(
        Cause.DNS,
        f"The name {shown(target.host)} has no address (DNS). Check `url` of server "
        f'"{target.server}", and whether this machine can look the name up.',
    )


def _no_connection(target: Target) -> Failure:
    kind = "TLS connection" if target.tls else "connection"
    return Failure(
        Cause.TIMEOUT,
        f"No {kind} to {target.address} within {target.connect_timeout:g} s. The host is down, or "
        "a firewall drops the packets: check the network from this machine, and the port.",
    )


def not_connected(error: OSError, target: Target) -> Failure:
    """No connection came about."""
    if error.errno in {errno.EMFILE, errno.ENFILE}:
        return Failure(
            Cause.INTERNAL,
            "This machine has no file handle left for a connection. Raise its limit (ulimit -n), "
            "or lower `concurrency`.",
        )
    if error.errno == errno.ETIMEDOUT:
        return _no_connection(target)
    if isinstance(error, (ConnectionResetError, ConnectionAbortedError, BrokenPipeError)):
        return _closed(target)
    if error.errno in {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN}:
        return Failure(
            Cause.REFUSED,
            f"No route to {target.address}. Check the network and the VPN of this machine.",
        )
    return Failure(
        Cause.REFUSED,
        f"Nothing accepts connections at {target.address}. Check that the server runs, the port in "
        f'`url` of server "{target.server}", and firewalls.',
    )


def _closed(target: Target) -> Failure:
    certificate = " or want a client certificate" if target.tls else ""
    return Failure(
        Cause.RESET,
        f"{target.address} closed the connection without an answer. The server may be restarting"
        f"{certificate}, or a firewall or load balancer cuts in: look at its log.",
    )


def _broken_off(target: Target) -> Failure:
    return Failure(
        Cause.RESET,
        f"{target.address} broke off in the middle of its answer. The server may be restarting, "
        "or a firewall or load balancer cuts in: look at its log.",
    )


def _not_http(target: Target) -> Failure:
    return Failure(
        Cause.HTTP,
        f"What came from {target.address} is not valid HTTP. Check the port, and http or https, in "
        f'`url` of server "{target.server}".',
    )


def _tls(error: ssl.SSLError, target: Target) -> Failure:
    server = f'server "{target.server}"'
    if isinstance(error, ssl.SSLCertVerificationError):
        wrong = shown(error.verify_message or "not accepted", 120).rstrip(".")
        advice = (
            "renew the certificate, or check the clock of this machine"
            if "expired" in wrong or "not yet valid" in wrong
            else f"use the name in the certificate in `url` of {server}"
            if "ismatch" in wrong or "not valid for" in wrong
            else f"if a private CA signed it, name that CA as `ca_file` of {server}"
        )
        text = (
            f"The certificate of {target.address} was not accepted: {wrong}. To fix it, {advice}."
        )
    elif error.reason in {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"}:
        text = f"{target.address} does not speak TLS. Use http:// in `url` of {server}?"
    elif "CERTIFICATE" in (error.reason or ""):
        text = (
            f"{target.address} wants another client certificate than it got. Check `client_cert` "
            f"and `client_key` of {server}."
        )
    else:
        reason = shown((error.reason or "handshake failed").replace("_", " ").lower(), 60)
        text = (
            f"No TLS connection to {target.address}: {reason}. Check that the port speaks TLS, and "
            f"`ca_file` and `client_cert` of {server}."
        )
    return Failure(Cause.TLS, text)


def _proxy_failure(error: BaseException, target: Target) -> Failure | None:
    where = f'the `proxy` of server "{target.server}"'
    match error:
        case aiohttp.ClientHttpProxyError(status=407):
            return Failure(Cause.PROXY, f"Wrong or no credentials for {where} (407).")
        case aiohttp.ClientHttpProxyError(status=int(status)):
            return Failure(
                Cause.PROXY,
                f"A tunnel to {target.address} was refused ({status}) by {where}. Ask its keeper, "
                "or look at its log.",
            )
        case aiohttp.ClientProxyConnectionError() | aiohttp.ClientConnectorDNSError():
            return no_proxy(target)
        case _:
            return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    for _ in range(10):
        if seen is None:
            return
        yield seen
        seen = seen.__cause__ or seen.__context__
