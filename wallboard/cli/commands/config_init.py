"""``wallboard config init``: asks for what a config needs, and writes it."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import click

from wallboard.cli.options.board_options import joined_ids
from wallboard.cli.options.values import Number
from wallboard.cli.run import exit_codes
from wallboard.cli.run.errors import CommandError, client_errors, config_errors
from wallboard.domain.foreign_text import has_controls, safe
from wallboard.setting_types import LONGEST_INTERVAL_SECONDS, SHORTEST_INTERVAL_SECONDS
from wallboard.settings import EntryPointSettings, Settings

if TYPE_CHECKING:
    from wallboard.config.config_text import Draft

MOST_NAMED = 20
"""Entry points that are asked about one by one without asking first."""

_INTERVAL = Number(min=SHORTEST_INTERVAL_SECONDS, max=LONGEST_INTERVAL_SECONDS)
_Value = TypeVar("_Value")


def _url(text: str) -> str:
    """The address of a server; one without a scheme is http, as everywhere."""
    from wallboard.config.address import address_fault

    address = text if "://" in text else f"http://{text}"
    if fault := address_fault(address):
        raise click.BadParameter(f"The address {fault}.")
    return address


def _ids(text: str) -> tuple[int, ...]:
    from wallboard.config.selection import MOST_IDS, ids_in

    found: dict[int, None] = {}
    for part in text.replace(",", " ").split():
        try:
            found.update(dict.fromkeys(ids_in(part, MOST_IDS - len(found))))
        except ValueError as error:
            raise click.BadParameter(f"{error}.") from None
    if not found:
        raise click.BadParameter("Enter at least one id, such as 1000 or 1005-1010.")
    return tuple(found)


def _name(text: str) -> str:
    if text != text.strip() or has_controls(text):
        raise click.BadParameter("No control characters, no leading or trailing spaces.")
    return text


def _header(text: str) -> tuple[str, Any]:
    """A header as a config has it: a value that is ``$NAME`` stays in the environment."""
    name, colon, value = (part.strip() for part in text.partition(":"))
    if not colon or not name or not value:
        raise click.BadParameter("Expected 'Name: value' or 'Name: $VARIABLE'.")
    return name, _secret(value)


def _secret(value: str) -> Any:  # noqa: ANN401 - a text or a table of TOML
    return {"env": value[1:]} if value.startswith("$") and value[1:].isidentifier() else value


def _checked_by(check: Callable[[str], _Value]) -> Callable[..., Any]:
    """A callback for an option that must be what ``check`` makes of it."""

    def callback(_context: click.Context, _parameter: click.Parameter, value: Any) -> Any:  # noqa: ANN401 - as click has it
        if isinstance(value, tuple):
            return tuple(map(check, value))
        return value if value is None else check(value)

    return callback


@click.command(
    "init",
    short_help="Create a config interactively.",
    help="""\
Ask for a server and its entry points, and write a commented config.

Input is validated as you type. The server is only contacted for a test poll you agree to; files
are only overwritten with --force.
""",
    epilog="""\b
Examples:
  wallboard config init
  wallboard config init --user
  wallboard config init --url https://ece.example.com --ids 1000,1005-1010 --yes
  wallboard config init --url https://ece.example.com --ids 1000 --yes \\
      --header 'X-egain-session: $ECE_SESSION' --file prod.toml
\b
To find the ids: wallboard discover.
""",
)
@click.option("--url", callback=_checked_by(_url), metavar="URL", help="The server.")
@click.option("--ids", callback=_checked_by(_ids), metavar="IDS",
              help="Numbers and ranges: 1000,1005-1010.")  # fmt: skip
@click.option("--name", callback=_checked_by(_name), metavar="NAME",
              help="Server name on the board; default: its host.")  # fmt: skip
@click.option("--group", callback=_checked_by(_name), metavar="NAME",
              help="Group of all these entry points.")  # fmt: skip
@click.option("--interval", type=_INTERVAL, metavar="SECONDS",
              help="Polling interval; default 10.")  # fmt: skip
@click.option("--header", "headers", multiple=True, callback=_checked_by(_header),
              metavar='"NAME: $VARIABLE"',
              help="A request header. A literal value is stored in the file, which is then "
                   "readable by you only.")  # fmt: skip
@click.option("--file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="File to write; default ./wallboard.toml.")  # fmt: skip
@click.option("--user", is_flag=True, help="Write to your config directory.")
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
@click.option("-y", "--yes", is_flag=True, help="No questions, no test poll.")
def init(file: Path | None, *, user: bool, force: bool, yes: bool, **given: Any) -> int:  # noqa: ANN401 - options by name
    if file and user:
        raise click.UsageError("--file and --user are mutually exclusive.")
    path = _place(file, user=user)
    if not force and os.path.lexists(path):
        raise CommandError(_exists(path), exit_codes.USAGE)
    if not yes:
        _need_somebody()
    draft = _draft_of(given) if yes else _asked(given)
    settings = _settings(draft, path)
    if not yes:
        _offer_test(draft, settings)
        click.echo(f"\n{draft.text(hidden='•••')}")
        if not click.confirm(f"Write this to {path}?", default=True):
            click.echo("Not written.")
            return exit_codes.OK
    _write(draft, path, force=force)
    return exit_codes.OK


def _place(file: Path | None, *, user: bool) -> Path:
    from wallboard.config.config_file import FILE_NAME, config_folder

    if not user:
        return file or Path(FILE_NAME)
    if folder := config_folder():
        return folder / FILE_NAME
    raise CommandError("this user has no home directory\nUse --file.", exit_codes.CONFIG)


def _need_somebody() -> None:
    if not sys.stdin.isatty():
        raise click.UsageError("No terminal. Use --url, --ids and --yes.")


def _draft_of(given: Mapping[str, Any]) -> "Draft":
    """What the options alone say."""
    from wallboard.config.config_text import Draft

    for option in ("url", "ids"):
        if given[option] is None:
            raise click.UsageError(f"--yes needs --{option}.")
    entries = (EntryPointSettings(id=number, group=given["group"] or "") for number in given["ids"])
    return Draft(
        name=given["name"] or urlsplit(given["url"]).netloc,
        url=given["url"],
        entry_points=tuple(entries),
        interval=given["interval"] or Settings().interval,
        headers=dict(given["headers"]),
    )


def _asked(given: Mapping[str, Any]) -> "Draft":
    """What the options say and, where they do not, somebody at the terminal."""
    answers = dict(given)
    if given["url"] is None:
        answers["url"] = click.prompt("Server URL", value_proc=_url)
    if given["name"] is None:
        host = urlsplit(answers["url"]).netloc
        answers["name"] = click.prompt("Name on the board", default=host, value_proc=_name)
    if given["ids"] is None:
        answers["ids"] = click.prompt("Entry point ids, such as 1000 1005-1010", value_proc=_ids)
    if not given["headers"]:
        answers["headers"] = _asked_headers()
    if given["interval"] is None:
        answers["interval"] = click.prompt(
            "Polling interval in seconds", default=Settings().interval, type=_INTERVAL
        )
    draft = _draft_of(answers)
    return replace(draft, entry_points=_asked_names(answers["ids"], given["group"]))


def _asked_headers() -> list[tuple[str, Any]]:
    headers: list[tuple[str, Any]] = []
    question = "Request header, such as X-egain-session (Enter for none)"
    while name := click.prompt(question, default="", show_default=False, value_proc=_name):
        value = click.prompt(
            f"Value of {name}, or $NAME for an environment variable", hide_input=True
        )
        headers.append((name, _secret(value.strip())))
        question = "Another header (Enter for none)"
    return headers


def _asked_names(ids: Sequence[int], group: str | None) -> tuple[EntryPointSettings, ...]:
    ask = len(ids) <= MOST_NAMED or click.confirm(
        f"Name each of the {len(ids)} entry points ({joined_ids(ids)})?", default=False
    )
    entries = []
    last = group or ""
    if ask:
        click.echo("Names are shown on the tiles (Enter to skip).")
    elif group is None:
        last = click.prompt("Group for all", default="", show_default=False, value_proc=_name)
    for number in ids:
        name = ""
        if ask:
            name = click.prompt(f"  Name of {number}", default="", show_default=False,
                                value_proc=_name)  # fmt: skip
            if group is None:
                last = click.prompt(f"  Group of {number}", default=last,
                                    show_default=bool(last), value_proc=_name)  # fmt: skip
        entries.append(EntryPointSettings(id=number, name=name, group=last))
    return tuple(entries)


def _settings(draft: "Draft", path: Path) -> Settings:
    """What the config will be read as. Raises ``CommandError`` if it could not be used."""
    import tomllib

    from wallboard.config import settings_from

    # A variable that is set only where the board will run is no fault here.
    environ = {**dict.fromkeys(draft.variables, "set later"), **os.environ}
    with config_errors():
        document = tomllib.loads(draft.text())
        return settings_from(document, environ, file=str(path), folder=path.absolute().parent)


def _offer_test(draft: "Draft", settings: Settings) -> None:
    missing = [name for name in draft.variables if not os.environ.get(name)]
    if missing:
        click.echo(f"{', '.join(missing)} is not set here; skipping the test poll.")
        return
    if click.confirm("Poll the server once now as a test?", default=False):
        try:
            click.echo(f"\n{_test(settings)}", nl=False)
        except CommandError as error:
            click.echo(str(error))


def _test(settings: Settings) -> str:
    """What one poll of everything says."""
    import asyncio
    import time

    from wallboard.board import Board
    from wallboard.feeds.poll_feed import poll_once
    from wallboard.inheritance import entry_points_of
    from wallboard.report.now.text import text_report

    board = Board(entry_points_of(settings), history=2)
    with client_errors():
        asyncio.run(poll_once(settings, board.fold))
    return text_report(board.snapshot(time.time()))


def _write(draft: "Draft", path: Path, *, force: bool) -> None:
    from wallboard.config.config_text import write

    try:
        write(draft, path, force=force)
    except FileExistsError:
        raise CommandError(_exists(path), exit_codes.USAGE) from None
    except OSError as error:
        raise CommandError(f"cannot write {path}: {error.strerror}") from None
    click.echo(f"Written: {safe(str(path))}")
    for name in draft.variables:
        if not os.environ.get(name):
            click.echo(f"Set the environment variable {name} before you start the board.")
    click.echo(f"Start the board: wallboard --config {safe(str(path))}")


def _exists(path: Path) -> str:
    return f"{path} already exists\n--force overwrites it."
