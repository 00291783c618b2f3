"""The text of a config: a new one with comments, and new entry points in one that is there.

A TOML writer moves comments or loses them, so an existing text is not rewritten: new tables are put
behind those of the server, and only if the result parses as the old document plus the new tables.
"""

import copy
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from urllib.parse import urlsplit

from wallboard.config.document import Toml, bare, lines_in, literal
from wallboard.config.schema import Keys, explanations
from wallboard.files import exists
from wallboard.frozen import frozen
from wallboard.settings import DEFAULT_CONTEXT_ROOT, EntryPointSettings, ServerSettings

_FOREWORD = """\
# The config of wallboard. Only what differs from the defaults must stand here.
# `wallboard config show` prints the effective settings, `config check` finds errors.
#
# Editors with Taplo (Even Better TOML in VS Code) complete and check it:
# write wallboard.schema.json with `wallboard config schema`, and make this the
# first line: #:schema ./wallboard.schema.json
"""


@frozen(kw_only=True)
class Draft:
    """The content of a new config: one server and its entry points.

    ``headers`` are as a config has them, texts or ``{"env": "NAME"}``; ``interval`` is seconds.
    """

    name: str
    url: str
    entry_points: tuple[EntryPointSettings, ...]
    interval: float
    headers: Mapping[str, Toml] = field(default_factory=dict, repr=False)

    @property
    def is_secret(self) -> bool:
        """Whether it holds a secret itself, not only the name of a variable."""
        return any(isinstance(value, str) for value in self.headers.values())

    @property
    def variables(self) -> tuple[str, ...]:
        """The environment variables that it needs."""
        return tuple(value["env"] for value in self.headers.values() if isinstance(value, Mapping))

    def text(self, *, hidden: str | None = None) -> str:
        """The config in TOML, with comments; ``hidden`` takes the place of secrets."""
        return "\n".join(self._lines(hidden)) + "\n"

    def _lines(self, hidden: str | None) -> Iterator[str]:
        yield _FOREWORD
        yield _setting(("interval",), self.interval)
        yield "\n[[server]]"
        yield _setting(("server", "name"), self.name)
        yield _setting(("server", "url"), self.url)
        if self.headers:
            yield f"\n# {explanations()['server', 'headers']}\n[server.headers]"
        for name, value in self.headers.items():
            shown = hidden if hidden is not None and isinstance(value, str) else value
            yield f"{bare(name)} = {literal(shown)}"
        for number, entry in enumerate(self.entry_points):
            yield "\n[[server.entry_point]]"
            for key in ("id", "name", "group"):
                if (value := getattr(entry, key)) != "":
                    where = ("server", "entry_point", key)
                    yield _setting(where, value) if not number else f"{key} = {literal(value)}"


def write(draft: Draft, path: Path, *, force: bool) -> None:
    """Write a new file, readable by its owner only if there is a secret in it.

    Raises ``FileExistsError`` unless ``force``, and other ``OSError``.
    """
    from wallboard.files import replaced

    path.parent.mkdir(parents=True, exist_ok=True)
    os.umask(mask := os.umask(0o077))
    mode = 0o600 if draft.is_secret else 0o666 & ~mask
    if force and exists(path):
        # The new file is no more readable to others than the old one.
        mode &= path.stat().st_mode
    with replaced(path, mode=mode, new=not force) as file:
        file.write(draft.text().encode())


def _setting(keys: Keys, value: Toml) -> str:
    return f"# {explanations()[keys]}\n{keys[-1]} = {literal(value)}"


_NAMED_BY_ID = (
    "# Found by `wallboard discover`, and named by id. Give each the name your people know."
)


class NotAddableError(Exception):
    """The text offers no place for an addition that loses nothing; the message says why."""


@frozen(kw_only=True)
class Addition:
    """What to add: the ids, and the server if it is new.

    ``index`` is that of the server in the file, ``None`` for a new one. ``settings`` are those of a
    new server beside its name and address; ``notes`` become comments.
    """

    index: int | None
    ids: tuple[int, ...]
    name: str
    url: str
    settings: dict[str, Toml] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def fragment(self) -> str:
        """The tables of the addition, to be appended after those of the server."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        if self.index is None:
            yield f"[[server]]\n{_toml({'name': self.name, 'url': self.url, **self.settings})}"
            yield from (f"# {note}" for note in self.notes)
            if self.notes:
                yield ""
        yield f"{_NAMED_BY_ID}\n"
        for number in self.ids:
            yield f"[[server.entry_point]]\n{_toml(_entry_point(number))}"


def added(text: str, document: Toml, addition: Addition) -> str:
    """The text with the addition. Raises ``NotAddableError`` where something would be lost."""
    import tomli_w

    expected = _expected(document, addition)
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = re.split(r"(?<=\n)", text)
    place = _place(lines, text, addition.index)
    before, after = "".join(lines[:place]), "".join(lines[place:])
    if before and not before.endswith("\n"):
        before += newline
    gap = newline if before.strip() else ""
    new = addition.fragment().replace("\n", newline)
    gap_after = newline if after.strip() and after[0] not in "\r\n" else ""
    candidate = before + gap + new + gap_after + after
    if _parses_as(candidate, expected):
        return candidate
    if tomli_w.dumps(document) == text.replace("\r\n", "\n"):
        # The same writer made it, so rewriting loses nothing.
        return tomli_w.dumps(expected).replace("\n", newline)
    raise NotAddableError(
        "its servers or entry points are inline lists in `[ ]`, and rewriting the file would "
        "lose its comments and layout"
    )


def _place(lines: Sequence[str], text: str, server: int | None) -> int:
    """How many lines stand before the place for more entry points of a server, or for a new one.

    Comments right before the next table belong to that.
    """
    found = lines_in(text)
    last = max((line for path, line in found.items() if path[:2] == ("server", server)), default=0)
    place = min((line for line in found.values() if line > last > 0), default=len(lines) + 1) - 1
    while last < place < len(lines) and _is_blank_or_comment(lines[place - 1]):
        place -= 1
    return place


def _is_blank_or_comment(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def addition_to(document: Toml, server: ServerSettings, ids: Iterable[int]) -> Addition:
    """The ids of a server that are new to a document, and where to add them.

    A server of the document is the same when ``chatAllowed`` has the same address on it.
    """
    tables = document.get("server", [])
    address = _address(server.url, server.paths)
    same = [
        number
        for number, table in enumerate(tables)
        if isinstance(table, dict) and _address(table.get("url"), table.get("paths")) == address
    ]
    known = {
        entry.get("id")
        for number in same
        for entry in tables[number].get("entry_point", [])
        if isinstance(entry, dict)
    }
    new = tuple(number for number in sorted(ids) if number not in known)
    if not same:
        return Addition(
            index=None,
            ids=new,
            name=_free_name(tables, server.name),
            url=server.url,
            settings=_settings(server),
            notes=tuple(_notes(server)),
        )
    named = (number for number in same if tables[number].get("name") == server.name)
    index = next(named, same[-1])
    return Addition(index=index, ids=new, name=str(tables[index].get("name", "")), url=server.url)


def _address(url: Toml, paths: Toml) -> str | None:
    """The address of ``chatAllowed`` without the id, or ``None`` if it is unknown."""
    if not isinstance(url, str):
        return None
    parts = urlsplit(url)
    root = parts.path.rstrip("/") or DEFAULT_CONTEXT_ROOT
    path = paths.get("chatAllowed") if isinstance(paths, Mapping) else None
    return f"{parts.scheme}://{parts.netloc.lower()}{root} {parts.query} {path or ''}"


def _free_name(tables: Sequence[Toml], name: str) -> str:
    taken = {table.get("name") for table in tables if isinstance(table, dict)}
    names = (name if number == 1 else f"{name} {number}" for number in range(1, len(taken) + 2))
    return next(one for one in names if one not in taken)


def _settings(server: ServerSettings) -> dict[str, Toml]:
    """The settings needed to reach a server, without secrets."""
    files = ("ca_file", "client_cert", "client_key")
    found: dict[str, Toml] = {"verify": False} if not server.verify else {}
    return found | {key: value for key in files if (value := getattr(server, key))}


def _notes(server: ServerSettings) -> Iterator[str]:
    if server.headers:
        names = ", ".join(server.headers)
        yield f"It was reached with headers that are not written here: {names}."
        yield 'Add them under [server.headers]; a value may be { env = "NAME" }.'
    if server.proxy:
        yield "It was reached through a proxy that is not written here: add `proxy`."
    if server.paths:
        yield "It was reached with [server.paths] that are not written here: add them."


def _expected(document: Toml, addition: Addition) -> Toml:
    expected = copy.deepcopy(document)
    entries = [_entry_point(number) for number in addition.ids]
    servers = expected.setdefault("server", [])
    if addition.index is None:
        server = {"name": addition.name, "url": addition.url, **addition.settings}
        servers.append({**server, "entry_point": entries})
    else:
        servers[addition.index].setdefault("entry_point", []).extend(entries)
    return expected


def _entry_point(number: int) -> dict[str, Toml]:
    return {"id": number, "name": str(number)}


def _toml(table: dict[str, Toml]) -> str:
    return "".join(f"{key} = {literal(value)}\n" for key, value in table.items())


def _parses_as(text: str, expected: Toml) -> bool:
    import tomllib

    try:
        return bool(tomllib.loads(text) == expected)
    except ValueError:
        return False
