"""Finds and reads the config file."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from wallboard.config.document import Toml
from wallboard.config.problem import one_problem
from wallboard.domain.foreign_text import escaped
from wallboard.files import read_file

VARIABLE = "WALLBOARD_CONFIG"
"""The environment variable that may name the config."""

FILE_NAME = "wallboard.toml"
LARGEST_FILE = 16 * 1024 * 1024
"""Bytes; a config of a hundred thousand entry points is smaller."""


def working_folder() -> Path:
    """The working folder; if it was removed, a relative path that leads to nothing."""
    try:
        return Path.cwd()
    except OSError:
        return Path()


def config_folder() -> Path | None:
    """The user's config folder, or ``None`` for a user without a home folder."""
    import platformdirs

    try:
        return platformdirs.user_config_path("wallboard")
    except RuntimeError:
        return None


def find_config(explicit: Path | None, environ: Mapping[str, str], cwd: Path) -> Path | None:
    """The config to use, or ``None`` when there is none.

    In this order: the one named on the command line, ``$WALLBOARD_CONFIG``, ``wallboard.toml`` in
    ``cwd``, then in the user's config folder. Raises ``ConfigError`` if a named file is missing.
    """
    named = explicit or (Path(environ[VARIABLE]) if environ.get(VARIABLE) else None)
    if named:
        path = cwd / _expanded(named)
        if os.path.exists(path):  # noqa: PTH110 - unlike pathlib it never raises
            return path
        by = "--config" if explicit else f"${VARIABLE}"
        raise one_problem(path, f"there is no such file; {by} names it")
    for folder in (cwd, config_folder()):
        if folder and os.path.isfile(folder / FILE_NAME):  # noqa: PTH113 - likewise
            return folder / FILE_NAME
    return None


def read_document(path: Path) -> dict[str, Toml]:
    """The parsed TOML of a file, not yet validated. Raises ``ConfigError``."""
    return parsed(read_text(path), path)


def parsed(text: str, path: Path) -> dict[str, Toml]:
    """The TOML in the text of a file. Raises ``ConfigError``."""
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise one_problem(path, f"not valid TOML: {_place(error, text)}") from None
    except ValueError:
        raise one_problem(path, "not valid TOML: a number has too many digits") from None
    except RecursionError:
        raise one_problem(path, "not usable: lists or tables are nested too deeply") from None


def read_text(path: Path) -> str:
    """The text of a file. Raises ``ConfigError``."""
    try:
        data = read_file(path, LARGEST_FILE, streams=True)
    except IsADirectoryError:
        raise one_problem(path, "is a folder; name the file in it") from None
    except FileNotFoundError:
        raise one_problem(path, "there is no such file") from None
    except (OSError, ValueError) as error:
        why = escaped(getattr(error, "strerror", None) or error)
        raise one_problem(path, f"cannot be read: {why}") from None
    if len(data) > LARGEST_FILE:
        raise one_problem(path, f"is larger than {LARGEST_FILE // 1024 // 1024} MiB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise one_problem(path, f"line {line}: not UTF-8; save the file as UTF-8") from None


def _place(error: Exception, text: str) -> str:
    """The parser's message with its line and column in front."""
    said = str(error)
    found = re.search(r" \(at line (\d+), column (\d+)\)$", said)
    if found:
        return f"line {found[1]}, column {found[2]}: {escaped(said[: found.start()])}"
    lines = text.split("\n")
    what = escaped(said.removesuffix(" (at end of document)"))
    return f"line {len(lines)}, column {len(lines[-1]) + 1}: {what}"


def _expanded(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:
        return path
