"""``wallboard discover``: finds out which entry points a server has."""

import os
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wallboard.cli.options.board_options import (
    board_options_of,
    reach_options,
    server_of,
    settings_of_server,
)
from wallboard.cli.options.values import Number, server_names
from wallboard.cli.run import exit_codes
from wallboard.cli.run.errors import CommandError, config_errors
from wallboard.cli.run.output import warn
from wallboard.domain.foreign_text import safe
from wallboard.files import exists, is_folder
from wallboard.settings import ServerSettings

if TYPE_CHECKING:
    from wallboard.cli.commands.discover_sweep import Sweep
    from wallboard.config.config_text import Addition
    from wallboard.config.document import Toml

RATE = 10.0

FORMATS = ("text", "json", "csv")


@click.command(
    "discover",
    short_help="Find the entry points of a server.",
    help="""\
Probe a server for entry points, id by id.

Ctrl-C stops and shows what was found; --resume continues from there. --write shows a diff first
and keeps everything in the file; --resume also retries a failed write without probing again.
""",
    epilog="""\b
Examples:
  wallboard discover --url https://ece.example.com --ids 1000-1999
  wallboard discover --server prod --ids 1000-1999,5000 --write wallboard.toml
  wallboard discover --server prod --ids 1000-1999 --resume
  wallboard discover --url https://ece.example.com --ids 1000-1099 --format csv > ids.csv
\b
Exit status: 0 complete, 64 usage, 69 server unreachable, 75 timeout, 76 no
usable answer, 78 invalid config or write failed, 130 Ctrl-C or not confirmed.
""",
)
@reach_options(url="Use this server instead of the config.")
@click.option("--server", "server_name", metavar="NAME", shell_complete=server_names,
              help="Server of the config, if it has several.")  # fmt: skip
@click.option("--ids", "words", multiple=True, required=True, metavar="IDS",
              help="Numbers and ranges: 1000-1999,5000.")  # fmt: skip
@click.option("--rate", type=Number(min=0, max=10_000), default=RATE, show_default=True,
              metavar="N",
              help="Requests per second; 0: no limit.")  # fmt: skip
@click.option("--timeout", type=Number(min=0, min_open=True, max=86_400), metavar="SECONDS",
              help="Stop after this time; --resume continues.")  # fmt: skip
@click.option("--resume", is_flag=True,
              help="Continue an unfinished run over the same ids.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(FORMATS), default="text",
              help="Output format: table (text), JSON or CSV.")  # fmt: skip
@click.option("--write", "file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Add new entry points to this config, or create it.")  # fmt: skip
@click.option("-y", "--yes", is_flag=True, help="Write without confirmation.")
def command(
    server_name: str | None,
    words: tuple[str, ...],
    rate: float,
    timeout: float | None,
    form: str,
    file: Path | None,
    *,
    resume: bool,
    yes: bool,
    **parameters: object,
) -> int:
    until = None if timeout is None else time.monotonic() + timeout
    target = board_options_of(parameters)
    if target.url is not None and server_name:
        raise click.UsageError("--server needs a config; it cannot be used with --url.")
    if file and not yes and not _can_ask():
        raise click.UsageError("No terminal for confirmation; use --yes.")
    ids = _ids(words)
    settings = settings_of_server(target)
    server = server_of(settings, server_name or "")
    if file:
        readable(file)
    from wallboard.cli.commands.discover_sweep import Sweep

    sweep = Sweep(server, settings, ids, resume=resume)
    code = sweep.run(rate, until, lambda: click.echo(_report(form, sweep), nl=form != "csv"))
    if code == exit_codes.OK and file:
        # A config that cannot be written after all must not cost the sweep.
        sweep.keep()
        code = write_found(file, server, sweep.discovery.entry_points, yes=yes)
    if code == exit_codes.OK:
        sweep.forget()
    return code


def _report(form: str, sweep: "Sweep") -> str:
    if form == "json":
        from wallboard.report.setup.discover import discovery_json

        return discovery_json(
            sweep.discovery,
            server=sweep.server.name,
            url=sweep.server.url,
            ids=sweep.ids,
            at=time.time(),
        )
    if form == "csv":
        from wallboard.report.setup.discover import discovery_csv

        return discovery_csv(sweep.discovery, server=sweep.server.name)
    from wallboard.report.setup.discover import discovery_text

    return discovery_text(sweep.discovery, len(sweep.ids))


def _ids(words: tuple[str, ...]) -> list[int]:
    from wallboard.config import ConfigError
    from wallboard.config.selection import named_ids

    with config_errors():
        ids, problems = named_ids(words)
        if problems:
            raise ConfigError(problems)
    return ids


def _can_ask() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


_MARK = b"\xef\xbb\xbf"


def readable(path: Path) -> "tuple[str, Toml]":
    """The text of a config and what is in it; nothing where there is none.

    Raises ``CommandError``.
    """
    from wallboard.config.config_file import parsed, read_text

    with config_errors():
        if exists(path):
            text = read_text(path)
            return text, parsed(text, path)
    if not is_folder(path.parent):
        raise CommandError(f"no such directory: {path.parent}", exit_codes.USAGE)
    return "", {}


def write_found(path: Path, server: ServerSettings, ids: Iterable[int], *, yes: bool) -> int:
    """Add the ids that a config does not have; the exit status. Raises ``CommandError``.

    What is printed goes to stderr, for the report has the output.
    """
    from wallboard.config.config_text import addition_to

    before, document = readable(path)
    addition = addition_to(document, server, ids)
    if not addition.ids:
        warn(f"{path} already has all of them.")
        return exit_codes.OK
    after = _added(path, before, document, addition)
    _check(path, after, addition)
    _show(before, after, path)
    if not yes and not click.confirm(f"Write this to {safe(str(path))}?", err=True):
        warn("Not written; --resume asks again.")
        return exit_codes.INTERRUPTED
    if readable(path)[0] != before:
        raise CommandError(f"{path} was changed in the meantime; not written", exit_codes.CONFIG)
    _write(path, after)
    count = len(addition.ids)
    warn(f"{path}: {count:,} new entry point{'' if count == 1 else 's'}. Name them there.")
    return exit_codes.OK


def _added(path: Path, before: str, document: "Toml", addition: "Addition") -> str:
    from wallboard.config.config_text import NotAddableError, added

    try:
        return added(before, document, addition)
    except NotAddableError as error:
        _paste(addition)
        raise CommandError(
            f"{path} was not changed: {error}\n{_BY_HAND}", exit_codes.CONFIG
        ) from None


def _check(path: Path, after: str, addition: "Addition") -> None:
    """What ``wallboard config check`` would refuse is not written."""
    from wallboard.config import settings_from
    from wallboard.config.config_file import parsed

    try:
        with config_errors():
            folder = path.absolute().parent
            settings_from(parsed(after, path), os.environ, file=str(path), folder=folder)
    except CommandError as error:
        _paste(addition)
        words = f"{path} was not changed: the result would be invalid\n{error}\n{_BY_HAND}"
        raise CommandError(words, exit_codes.CONFIG) from None


def _show(before: str, after: str, path: Path) -> None:

    from wallboard.report.setup.discover import config_diff

    for line in config_diff(before, after, str(path)):
        click.echo(line, err=True)


def _paste(addition: "Addition") -> None:
    if addition.index is not None:
        name = safe(addition.name)
        click.echo(f'# Behind the other tables of [[server]] "{name}":\n', err=True)
    for line in addition.fragment().splitlines():
        click.echo(safe(line), err=True)


def _write(path: Path, text: str) -> None:
    """Write the whole file at once, as open to others as it was."""
    from wallboard.files import replaced

    try:
        old = path.stat() if exists(path) else None
        mark = _MARK if old and path.open("rb").read(len(_MARK)) == _MARK else b""
        with replaced(path) as file:
            file.write(mark + text.encode())
            if old:
                with suppress(OSError):
                    os.fchown(file.fileno(), old.st_uid, old.st_gid)
                os.fchmod(file.fileno(), old.st_mode & 0o777)
    except OSError as error:
        raise CommandError(f"cannot write {path}: {error.strerror}") from None


_BY_HAND = "Paste the lines above by hand, or retry with --resume (no new requests)."
