"""Paths to tables and keys in a TOML document, and how messages name them."""

from typing import Any

from wallboard.config.problem import Problem, shown
from wallboard.domain.foreign_text import escaped

Toml = Any
"""A value as the parser returns it: a table, a list, a text, a number, a date…"""

Path = tuple[str | int, ...]
"""Keys and positions from the top of the document, such as ``("server", 0, "url")``."""

LISTED = frozenset({"server", "group", "entry_point", "question"})
"""Written as ``[[table]]``, any number of times."""

SINGLE = frozenset({"thresholds", "levels", "paths", "headers", "alarm", "keys", "survey"})
"""Written as ``[table]``."""

_HOLDER = "survey"
"""A table that only holds ``[[tables]]``."""


def problem_at(file: str, document: Toml, path: Path, message: str) -> Problem:
    """A problem with the key at a path; a path that ends at a table is about the whole table."""
    ends = _table_ends(path)
    headers = [_header(document, path[:end]) for end in ends]
    rest = path[ends[-1] :] if ends else path
    return Problem(file, " > ".join(headers), escaped(rest[0]) if rest else "", message)


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
        elif path[at] == _HOLDER and path[at + 1] in LISTED and at + 2 < len(path):
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
