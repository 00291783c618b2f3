"""Puts what was found into a config: shows what would change, asks, and writes."""

import difflib
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import click

from wallboard.cli.run import exit_codes
from wallboard.cli.run.errors import CommandError, config_errors
from wallboard.config.additions import Addition, NotAddableError, added, addition_to
from wallboard.config.document import Toml, lines_in
from wallboard.domain.foreign_text import safe
from wallboard.settings import Secret, ServerSettings

_MARK = b"\xef\xbb\xbf"


def readable(path: Path) -> tuple[str, Toml]:
    """The text of a config and what is in it; nothing where there is none.

    Raises ``CommandError``.
    """
    from wallboard.config.config_file import parsed, read_text

    with config_errors():
        if path.exists():
            text = read_text(path)
            return text, parsed(text, path)
    if not path.parent.is_dir():
        raise CommandError(f"there is no folder {path.parent}", exit_codes.USAGE)
    return "", {}


def write_found(path: Path, server: ServerSettings, ids: Iterable[int], *, yes: bool) -> int:
    """Add the ids that a config does not have; the exit status. Raises ``CommandError``.

    What is printed goes to stderr, for the report has the output.
    """
    before, document = readable(path)
    addition = addition_to(document, server, ids)
    if not addition.ids:
        _say(f"{path} has all that was found; it stays as it is.")
        return exit_codes.OK
    after = _added(path, before, document, addition)
    _check(path, after, addition)
    _show(before, after, path)
    if not yes and not click.confirm(f"Write this to {safe(str(path))}?", err=True):
        _say("Nothing was written; --resume offers it again.")
        return exit_codes.INTERRUPTED
    if readable(path)[0] != before:
        raise CommandError(
            f"{path} was changed meanwhile, so nothing was written", exit_codes.CONFIG
        )
    _write(path, after)
    count = len(addition.ids)
    _say(f"{path}: {count:,} new entry point{'' if count == 1 else 's'}. Give them names there.")
    return exit_codes.OK


def _added(path: Path, before: str, document: Toml, addition: Addition) -> str:
    try:
        return added(before, document, addition)
    except NotAddableError as error:
        _paste(addition)
        raise CommandError(
            f"{path} was not changed: {error}\n{_BY_HAND}", exit_codes.CONFIG
        ) from None


def _check(path: Path, after: str, addition: Addition) -> None:
    """What ``wallboard config check`` would refuse is not written."""
    from wallboard.config import settings_from
    from wallboard.config.config_file import parsed

    try:
        with config_errors():
            folder = path.absolute().parent
            settings_from(parsed(after, path), os.environ, file=str(path), folder=folder)
    except CommandError as error:
        _paste(addition)
        words = f"{path} was not changed, for it could not be used\n{error}\n{_BY_HAND}"
        raise CommandError(words, exit_codes.CONFIG) from None


def _show(before: str, after: str, path: Path) -> None:

    for line in config_diff(before, after, str(path)):
        click.echo(line, err=True)


def _paste(addition: Addition) -> None:
    if addition.index is not None:
        name = safe(addition.name)
        click.echo(f'# Behind the other tables of [[server]] "{name}":\n', err=True)
    for line in addition.fragment().splitlines():
        click.echo(safe(line), err=True)


def _write(path: Path, text: str) -> None:
    """Write the whole file at once, as open to others as it was."""
    from wallboard.files import replaced

    try:
        old = path.stat() if path.exists() else None
        mark = _MARK if old and path.open("rb").read(len(_MARK)) == _MARK else b""
        with replaced(path) as file:
            file.write(mark + text.encode())
            if old:
                with suppress(OSError):
                    os.fchown(file.fileno(), old.st_uid, old.st_gid)
                os.fchmod(file.fileno(), old.st_mode & 0o777)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}") from None


def _say(words: str) -> None:
    click.echo(f"wallboard: {safe(words)}", err=True)


_BY_HAND = (
    "What is printed above can be pasted by hand; --resume tries again without asking the server."
)


_SECRET_KEYS = frozenset({"headers", "proxy"})
_HIDDEN = str(Secret(""))


def config_diff(before: str, after: str, name: str) -> list[str]:
    """The lines of the diff, safe on a terminal. Both texts must be valid TOML, or empty."""
    lines = difflib.unified_diff(
        list(_shown(before)), list(_shown(after)), name if before else "nothing", name, lineterm=""
    )
    return [safe(line.replace("\t", "    ")) for line in lines]


def _shown(text: str) -> Iterator[str]:
    """The lines of a config with secrets hidden, also those in comments beside them."""
    found = lines_in(text)
    starts = set(found.values())
    secret = {line for path, line in found.items() if _is_secret(path)}
    hiding = False
    for number, line in enumerate(text.removesuffix("\n").split("\n") if text else (), 1):
        bare = line.removesuffix("\r")
        if number in starts:
            hiding = number in secret
        is_header = number in starts and bare.lstrip().startswith("[")
        yield _hidden(bare) if hiding and not is_header else bare


def _is_secret(path: tuple[str | int, ...]) -> bool:
    return len(path) > 2 and path[0] == "server" and path[2] in _SECRET_KEYS


def _hidden(line: str) -> str:
    if not line.strip():
        return line
    key, equals, _ = line.partition("=")
    return f"{key}= {_HIDDEN}" if equals else _HIDDEN
