"""On which line of a TOML file each thing is, which the parser does not tell."""

import re
import tomllib
from collections.abc import Iterator, Mapping

from wallboard.config.place import Path

_TOKEN = re.compile(
    r'"""(?:\\.|"{0,2}[^"\\])*"{3,5}'
    r"|'''(?:'{0,2}[^'])*'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*|[\[\]{}\n]",
    re.DOTALL,
)
_KEY = re.compile(r"""\s*(?:("(?:\\.|[^"\\])*")|'([^']*)'|([A-Za-z0-9_-]+))\s*(\.?)""")
_DEEPER = {"[": 1, "{": 1, "]": -1, "}": -1}


def lines_in(text: str) -> dict[Path, int]:
    """The line of every table and of every key that is written with one of its own.

    ``text`` must be valid TOML.
    """
    found: dict[Path, int] = {}
    lengths: dict[Path, int] = {}
    table: Path = ()
    for line, statement in _statements(text):
        if statement.startswith("["):
            table = _opened(statement, lengths)
            found.setdefault(table, line)
        else:
            found.setdefault((*table, *_keys(statement)), line)
    return found


def line_of(lines: Mapping[Path, int], path: Path) -> int | None:
    """The line of what is at a path or, where that has none of its own, of what holds it."""
    for end in range(len(path), 0, -1):
        if path[:end] in lines:
            return lines[path[:end]]
    return None


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Every header and every key with its value, and the line it begins on."""
    line, start, depth = 1, 0, 0
    for token in _TOKEN.finditer(f"{text}\n"):
        depth += _DEEPER.get(token[0], 0)
        if token[0] != "\n" or depth:
            continue
        statement = text[start : token.start()].strip()
        if statement and not statement.startswith("#"):
            yield line, statement
        line += text.count("\n", start, token.end())
        start = token.end()


def _opened(header: str, lengths: dict[Path, int]) -> Path:
    """The path of the table that a header opens; ``lengths`` counts the tables of each list."""
    listed = header.startswith("[[")
    keys = _keys(header.lstrip("["))
    path: Path = ()
    for number, key in enumerate(keys, 1):
        path = (*path, key)
        if listed and number == len(keys):
            lengths[path] = lengths.get(path, 0) + 1
        if path in lengths:
            path = (*path, lengths[path] - 1)
    return path


def _keys(text: str) -> list[str]:
    """The parts of the dotted key that a text begins with."""
    keys: list[str] = []
    at, more = 0, "."
    while more and (part := _KEY.match(text, at)):
        quoted, plain, bare, more = part.groups()
        keys.append(tomllib.loads(f"key = {quoted}")["key"] if quoted else plain or bare or "")
        at = part.end()
    return keys
