"""Where a command serves metrics, and what can hinder it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple

import click

from wallboard.cli.run.errors import CommandError
from wallboard.domain.snapshot import Snapshot
from wallboard.feeds import FleetStatus

if TYPE_CHECKING:
    from wallboard.report.metrics.server import MetricsServer

DEFAULT_PORT = 19_477
"""Unassigned, and outside the range that exporters have shared out among themselves."""

HIGHEST_PORT = 65_535
EXTRA = 'pip install "wallboard[metrics]"'


class Address(NamedTuple):
    """Where to listen; port 0 takes a free one."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


DEFAULT_ADDRESS = Address("127.0.0.1", DEFAULT_PORT)


def address(
    _context: click.Context, _parameter: click.Parameter, text: str | None
) -> Address | None:
    """A callback for options: ``PORT`` on loopback, ``HOST:PORT``, or ``[IPV6]:PORT``."""
    if text is None:
        return None
    host, _, port = text.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    known = port.isascii() and port.isdecimal() and int(port[:6]) <= HIGHEST_PORT
    if not known or (":" in host and not bracketed):
        raise click.BadParameter(f"not an address: {text!r}; use PORT, HOST:PORT or [::1]:PORT.")
    return Address(host.strip("[]") or DEFAULT_ADDRESS.host, int(port))


def need_extra() -> None:
    """Raise ``CommandError`` unless the extra ``metrics`` is installed."""
    try:
        import prometheus_client  # noqa: F401
    except ModuleNotFoundError as error:
        if error.name != "prometheus_client":
            raise
        raise CommandError(f"metrics need prometheus-client\nInstall: {EXTRA}") from None


def metrics_server(
    snapshot: Callable[[], Snapshot], fleet: Callable[[], FleetStatus | None]
) -> "MetricsServer":
    """A server of what both give. Raises ``CommandError`` without the extra."""
    need_extra()
    from wallboard.report.metrics.server import MetricsServer

    return MetricsServer(snapshot, fleet)


@asynccontextmanager
async def exposed(server: "MetricsServer", where: Address) -> AsyncIterator[str]:
    """The address of the page, as long as this context lasts. Raises ``CommandError``."""
    from wallboard.threads import why_not_listening

    try:
        url = await server.start(*where)
    except OSError as error:
        raise CommandError(f"metrics: {why_not_listening(error, *where)}") from None
    try:
        yield url
    finally:
        await server.stop()
