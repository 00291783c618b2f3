"""The one server that a command asks, of a config or of an address."""

from dataclasses import replace

import click

from wallboard.cli.options.board_options import BoardOptions
from wallboard.cli.run.errors import config_errors
from wallboard.settings import ServerSettings, Settings


def settings_of_server(target: BoardOptions) -> Settings:
    """The settings for a command that asks a server and not its entry points.

    Raises ``CommandError``.
    """
    # A board needs an entry point, and so does an address in place of a config.
    return (replace(target, ids=("0",)) if target.url is not None else target).settings()


def server_of(settings: Settings, name: str) -> ServerSettings:
    """The server of a name, or the only one. Raises ``click.UsageError`` or ``CommandError``."""
    from wallboard.config.selection import Selection, selected

    servers = {server.name: server for server in settings.server}
    if not name and len(servers) > 1:
        raise click.UsageError(f"Say to which server: --server {' or '.join(servers)}.")
    with config_errors():
        if name and name not in servers:
            selected(settings, Selection(servers=(name,)))
    return servers[name] if name else next(iter(servers.values()))
