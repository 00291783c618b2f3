"""The options that choose a board, and the one server that some commands ask."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wallboard.cli.options.values import (
    Command,
    Number,
    entry_point_ids,
    group_names,
    server_names,
    stacked,
)
from wallboard.cli.run import exit_codes
from wallboard.cli.run.errors import CommandError, config_errors
from wallboard.config.reload import ConfigSource, stamp_of
from wallboard.config.state_folder import BoardId
from wallboard.frozen import frozen
from wallboard.setting_types import (
    HEADER_NAME,
    HEADER_VALUE,
    LONGEST_INTERVAL_SECONDS,
    SHORTEST_INTERVAL_SECONDS,
    Secret,
)
from wallboard.settings import ServerSettings, Settings

if TYPE_CHECKING:
    from wallboard.config.selection import Selection

HEADER = "Name: value"


@frozen(kw_only=True)
class BoardOptions:
    """What the command line says about whom to poll, and whether and where to record it."""

    url: str | None
    ids: tuple[str, ...] = ()
    config: Path | None
    interval: float | None = None
    no_verify: bool
    headers: tuple[str, ...]
    groups: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
    record: Path | None = None
    no_record: bool = False

    def settings(self) -> Settings:
        """The settings of the config, or of the address and ids given instead of one.

        Raises ``CommandError`` with every fault found.
        """
        return self.opened()[0]

    def opened(self) -> tuple[Settings, ConfigSource]:
        """The settings, and where to read them again when they were edited."""
        with config_errors():
            path = self._path()
            stamp = stamp_of(path) if path else None
            reading = _Reading(self, path)
            settings = reading.read()
        part = bool(self._selection.words) and self.url is None
        return settings, ConfigSource(
            board=BoardId(self._origin(settings, path), self._selection.words if part else ()),
            read=reading.read,
            path=path,
            stamp=stamp,
            whole=reading.last if part else None,
        )

    def _origin(self, settings: Settings, path: Path | None) -> str:
        """What tells this board from others: its config, or what was asked for instead."""
        if self.url is None and path:
            return os.path.realpath(path)
        ids = (str(entry.id) for server in settings.server for entry in server.entry_point)
        return " ".join([*(server.url for server in settings.server), *ids])

    def _path(self) -> Path | None:
        from wallboard.config import find_config
        from wallboard.config.config_file import where_looked, working_folder

        if self.url is not None:
            self._refuse_selection()
            return self.config
        self._refuse_commands()
        self._refuse_triage_options()
        path = find_config(self.config, os.environ, working_folder())
        if path:
            return path
        if self.ids:
            raise click.UsageError(
                f"Entry point ids ({self.ids[0]!r}) need --url, or a config that lists them."
            )
        raise CommandError(
            f"no config found\nLooked for: --config, {where_looked()}\nWithout a config: wallboard "
            "--url http://ece.example.com 1000 1005-1010\nTo create one: wallboard config init\nTo "
            "try it out: wallboard demo",
            exit_codes.CONFIG,
        )

    def whole(self, path: Path | None) -> Settings:
        """All of the settings, of which a selection may be a part. Raises ``ConfigError``."""
        settings = self._of_url(path) if self.url is not None else self._of_config(path)
        settings = recorded(settings, self.record, off=self.no_record)
        if self.interval is None:
            return settings
        servers = tuple(replace(server, interval=None) for server in settings.server)
        return replace(settings, interval=self.interval, server=servers)

    def _of_url(self, path: Path | None) -> Settings:
        from wallboard.config import load_config, settings_for_url

        base = Settings()
        if path:
            base = load_config(path, os.environ, servers_required=False)
        settings = settings_for_url(self.url or "", self.ids, base)
        headers = dict(_header(line) for line in self.headers)
        servers = tuple(self._dressed(server, headers) for server in settings.server)
        return replace(settings, server=servers)

    def _of_config(self, path: Path | None) -> Settings:
        from wallboard.config import load_config

        return load_config(path, os.environ) if path else Settings()

    def part(self, settings: Settings) -> Settings:
        """What was chosen of all the settings. Raises ``ConfigError``."""
        if self.url is not None or not self._selection.words:
            return settings
        from wallboard.config.selection import selected

        return selected(settings, self._selection)

    @property
    def _selection(self) -> "Selection":
        from wallboard.config.selection import Selection

        return Selection(ids=self.ids, groups=self.groups, servers=self.servers)

    def _dressed(self, server: ServerSettings, headers: dict[str, Secret]) -> ServerSettings:
        return replace(server, verify=not self.no_verify, headers=headers)

    def _refuse_commands(self) -> None:
        """A command that is not where commands are looked for, or that is misspelt, is no id."""
        from difflib import get_close_matches

        from wallboard.cli.run.registry import COMMANDS

        for word in self.ids:
            if word in COMMANDS:
                raise click.UsageError(f"Put the command first: wallboard {word} ...")
        word = self.ids[0] if self.ids else ""
        if word.isalpha() and (meant := get_close_matches(word, COMMANDS, 1)):
            raise click.UsageError(f"Unknown command {word!r}; did you mean {meant[0]}?")

    def _refuse_selection(self) -> None:
        if self.groups or self.servers:
            raise click.UsageError("--group and --server need a config; with --url give ids.")

    def _refuse_triage_options(self) -> None:
        if self.no_verify or self.headers:
            raise click.UsageError(
                "--no-verify and --header only work with --url; a config has its own."
            )


class _Reading:
    """Reads the settings of a target, and knows the whole of which they may be a part."""

    def __init__(self, target: BoardOptions, path: Path | None) -> None:
        self._target = target
        self._path = path
        self._whole = Settings()

    def read(self) -> Settings:
        """What was chosen of the settings as they are now. Raises ``ConfigError``."""
        whole = self._target.whole(self._path)
        part = self._target.part(whole)
        self._whole = whole
        return part

    def last(self) -> Settings:
        """All of the settings as they were last read."""
        return self._whole


group_and_server_options = stacked(
    click.option("--group", "groups", multiple=True, metavar="NAME", shell_complete=group_names,
                 help="Only this group; repeatable. IDS filter too, also as SERVER:ID."),
    click.option("--server", "servers", multiple=True, metavar="NAME", shell_complete=server_names,
                 help="Only this server; repeatable."),
)  # fmt: skip


def board_options(command: Command) -> Command:
    """Adds the options of ``BoardOptions`` to a command; take them with ``board_options_of``."""
    return stacked(
        round_options,
        click.option("--interval", metavar="SECONDS",
                     type=Number(min=SHORTEST_INTERVAL_SECONDS, max=LONGEST_INTERVAL_SECONDS),
                     help="Polling interval of each endpoint."),
    )(command)  # fmt: skip


def round_options(command: Command) -> Command:
    """Adds those of them that matter to a single round of polls."""
    return stacked(
        click.argument("ids", nargs=-1, metavar="[IDS]...", shell_complete=entry_point_ids),
        reach_options(url="Poll this server instead of the config; IDS are numbers and ranges: "
                          "1000 1005-1010."),
        group_and_server_options,
    )(command)  # fmt: skip


config_option = click.option(
    "--config", type=click.Path(path_type=Path), metavar="FILE",
    help="Config file; default: $WALLBOARD_CONFIG, ./wallboard.toml, the one in your config "
         "directory or /etc/wallboard/wallboard.toml.",
)  # fmt: skip


def reach_options(*, url: str) -> Callable[[Command], Command]:
    """Adds the options of ``BoardOptions`` that say how to reach a server; ``url`` is a help."""
    return stacked(
        click.option("--url", metavar="URL", help=url),
        config_option,
        click.option("--no-verify", is_flag=True,
                     help="With --url: do not verify the server's certificate."),
        click.option("--header", "headers", multiple=True, metavar=f'"{HEADER.upper()}"',
                     help="With --url: send this header. Visible to others on this machine; keep "
                          "secrets in a config."),
    )  # fmt: skip


def board_options_of(parameters: dict[str, Any]) -> BoardOptions:
    """Takes the options of ``BoardOptions`` out of a command's parameters."""
    names = [name for name in BoardOptions.__dataclass_fields__ if name in parameters]
    return BoardOptions(**{name: parameters.pop(name) for name in names})


def record_options(command: Command) -> Command:
    """Adds ``--record`` and ``--no-record``, for commands that can record."""
    return stacked(
        click.option("--record", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
                     help="Recording file (default: in the state directory); boards on the same "
                          "recording poll once."),
        click.option("--no-record", is_flag=True,
                     help="Do not record or share polls."),
    )(command)  # fmt: skip


def recorded(settings: Settings, file: Path | None, *, off: bool) -> Settings:
    """The settings with what the command line says of recording in place of theirs."""
    if file and off:
        raise click.UsageError("--record and --no-record are mutually exclusive.")
    if off:
        return replace(settings, record=False)
    return replace(settings, record=os.path.abspath(file)) if file else settings  # noqa: PTH100 - of a link the name is kept


def _header(line: str) -> tuple[str, Secret]:
    name, colon, value = (part.strip() for part in line.partition(":"))
    if not (colon and HEADER_NAME.fullmatch(name) and HEADER_VALUE.fullmatch(value)):
        raise click.BadParameter(f"Expected {HEADER!r}.", param_hint=["--header"])
    return name, Secret(value)


def joined_ids(ids: Sequence[int]) -> str:
    """Ids in a row as one range, as they are typed."""
    return f"{ids[0]}-{ids[-1]}" if len(ids) > 1 else str(ids[0])


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
        raise click.UsageError(f"Several servers: choose one with --server {' or '.join(servers)}.")
    with config_errors():
        if name and name not in servers:
            selected(settings, Selection(servers=(name,)))
    return servers[name] if name else next(iter(servers.values()))


def config_settings(config: Path | None) -> "Settings":
    """The settings of a config, or of the one that is found. Raises ``CommandError``."""
    board = BoardOptions(
        url=None, ids=(), config=config, interval=None, no_verify=False, headers=()
    )
    return board.settings()
