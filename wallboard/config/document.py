"""A TOML document: paths to its keys, their lines, how messages name them, and values as text."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from wallboard.channel_settings import CHANNEL_KINDS
from wallboard.config.problem import Problem, shown
from wallboard.domain.foreign_text import CUT, escaped

Toml = Any
"""A value as the parser returns it: a table, a list, a text, a number, a date…"""

Path = tuple[str | int, ...]
"""Keys and positions from the top of the document, such as ``("server", 0, "url")``."""

Fault = tuple[Path, str]
"""A path, and what is wrong there."""

LONGEST_PART = 1000
"""Characters of a key and of a message, which may repeat what others are called."""

UNNAMED = "\0"
"""The first character of a placeholder for a name that cannot be used."""

LISTED = frozenset(
    {
        "server", "group", "entry_point", "question",
        "calendar", "special", "force_open", "force_close", "maintenance",
        "notice", *CHANNEL_KINDS,
    }
)  # fmt: skip
"""Written as ``[[table]]``, any number of times."""

SINGLE = frozenset(
    {
        "thresholds", "levels", "paths", "headers", "alarm", "keys", "survey", "week", "channel",
        "fleet",
    }
)  # fmt: skip
"""Written as ``[table]``."""

_HOLDERS = frozenset({"survey", "channel"})
"""Tables that only hold ``[[tables]]``."""


def problem_at(file: str, document: Toml, path: Path, message: str) -> Problem:
    """A problem with the key at a path; a path that ends at a table is about the whole table."""
    ends = _table_ends(path)
    headers = [_header(document, path[:end]) for end in ends]
    rest = path[ends[-1] :] if ends else path
    key = _cut(escaped(rest[0])) if rest else ""
    return Problem(file, " > ".join(headers), key, _cut(escaped(message)))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_PART else text[: LONGEST_PART - 1] + CUT


def key_path(path: Path) -> Path:
    """The path up to its key, without what a validator adds about parts of the value."""
    ends = _table_ends(path)
    return path[: ends[-1] + 1] if ends else path[:1]


def value_at(document: Toml, path: Path) -> Toml:
    """The value at a path, or ``None``."""
    for step in path:
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            return None
    return document


def _table_ends(path: Path) -> list[int]:
    """The lengths of the parts of the path that end at a table."""
    ends: list[int] = []
    at = 0
    while at + 1 < len(path):
        if path[at] in LISTED and isinstance(path[at + 1], int):
            at += 2
            ends.append(at)
        elif path[at] in _HOLDERS and path[at + 1] in LISTED and at + 2 < len(path):
            at += 1
        elif path[at] in SINGLE:
            return [*ends, at + 1]
        else:
            break
    return ends


def _header(document: Toml, path: Path) -> str:
    """The header of the table at a path, with its name, id or number."""
    name = ".".join(str(step) for step in path if isinstance(step, str))
    if isinstance(path[-1], str):
        return f"[{name}]"
    table = value_at(document, path)
    number = str(path[-1] + 1)
    if not isinstance(table, dict):
        return f"[[{name}]] {number}"
    if path[-2] == "entry_point":
        identity = table.get("id")
        return f"[[{name}]] {number}" + (
            f" (id {shown(identity)})" if type(identity) is int else ""
        )
    own = table.get("name")
    return f"[[{name}]] {shown(own) if isinstance(own, str) and own else number}"


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
    """The line of every table and of every key that has a line of its own.

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
    """The line of a path or, where it has none of its own, of the table that holds it."""
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
    import tomllib

    keys: list[str] = []
    at, more = 0, "."
    while more and (part := _KEY.match(text, at)):
        quoted, plain, bare, more = part.groups()
        keys.append(tomllib.loads(f"key = {quoted}")["key"] if quoted else plain or bare or "")
        at = part.end()
    return keys


_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def literal(value: Toml) -> str:
    """A value in TOML on one line; control characters are written as escapes."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{"".join(map(_escaped, value))}"'
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case Mapping():
            inner = ", ".join(f"{bare(key)} = {literal(item)}" for key, item in value.items())
            return f"{{ {inner} }}" if inner else "{}"
        case list() | tuple():
            return f"[{', '.join(map(literal, value))}]"
        case _:
            return str(value)


def bare(key: str) -> str:
    """A key in TOML, in quotes only where it needs them."""
    return key if _BARE.fullmatch(key) else literal(key)


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
