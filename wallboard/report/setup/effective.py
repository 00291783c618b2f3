"""The settings that hold and where each came from: for people, as TOML, as JSON."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from wallboard.config.document import bare, literal
from wallboard.config.effective import Origin, Section, Source
from wallboard.domain.foreign_text import safe
from wallboard.report.words.table import cells, padded

WIDEST_VALUE = 40
"""Columns; what is longer pushes its origin to the right."""

ENTRY_POINT = ("server", "entry_point")


def effective_text(sections: Sequence[Section], file: Path | None, *, policies: bool) -> str:
    """Settings in columns, table by table; an entry point is one line unless ``policies``."""
    lines = [f"Config: {safe(str(file))}" if file else "No config file"]
    called = _Names()
    for section in sections:
        name = called.of(section)
        if policies and section.keys[:1] != ("server",):
            continue
        if section.keys[:2] == ENTRY_POINT and not policies:
            lines += _one_line(section, file)
            continue
        lines.append("")
        if section.keys:
            lines.append(f"{_header(section)} {safe(name)}".rstrip())
        rows = [
            (row.key, "not set" if row.value is None else literal(row.value),
             _said(row.origin, file))
            for row in section.rows
        ]  # fmt: skip
        lines += _columns(rows)
    return "\n".join(lines) + "\n"


def effective_toml(sections: Iterable[Section], file: Path | None) -> str:
    """A config that says all of it, with where it came from as comments.

    Secrets that are not in the environment are hidden, so that one cannot be used with those.
    """
    lines = [
        f"# Effective settings of {safe(str(file))}"
        if file
        else "# Effective settings without a config"
    ]
    for section in sections:
        if section.keys:
            lines += ["", _header(section)]
        for row in section.rows:
            hidden = "# " if row.value is None else ""
            value = "…" if row.value is None else literal(row.value)
            lines.append(f"{hidden}{bare(row.key)} = {value}  # {_said(row.origin, file)}")
    return "\n".join(lines) + "\n"


def effective_json(sections: Iterable[Section], file: Path | None) -> str:
    """All of it for programs: a list of tables."""
    called = _Names()
    tables = [
        {
            "table": ".".join(section.keys),
            "name": called.of(section) or None,
            "settings": {
                row.key: {"value": row.value, **_origin(row.origin)} for row in section.rows
            },
        }
        for section in sections
    ]
    document = {"config": str(file) if file else None, "tables": tables}
    return json.dumps(document, indent=1, ensure_ascii=True) + "\n"


class _Names:
    """What the tables that come one after the other are called: ``prod``, ``prod:1005``."""

    def __init__(self) -> None:
        self._server = ""
        self._name = ""

    def of(self, section: Section) -> str:
        """The name of the table, or of the one it is in."""
        if section.listed:
            values = {row.key: row.value for row in section.rows}
            self._name = str(values.get("name", ""))
            if section.keys == ("server",):
                self._server = self._name
            elif section.keys == ENTRY_POINT:
                self._name = f"{self._server}:{values['id']}"
        elif len(section.keys) < 2:
            self._name = ""
        return self._name


def _one_line(section: Section, file: Path | None) -> Iterator[str]:
    """An entry point without what it is judged by, or what it sets for itself of that."""
    if not section.listed:
        for row in section.rows:
            table = section.keys[-1]
            yield f"      {table}.{row.key} = {literal(row.value)}  {_said(row.origin, file)}"
        return
    number, name, group, *own = section.rows
    in_group = f"group {literal(group.value)}" if group.value else ""
    called = literal(name.value) if name.value else ""
    said = [padded(str(number.value), 6), padded(called, 24), padded(in_group, 16)]
    yield f"  entry point {'  '.join(said)}  {_said(number.origin, file)}"
    for row in own:
        yield f"      {row.key} = {literal(row.value)}  {_said(row.origin, file)}"


def _columns(rows: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    wide = max((cells(key) for key, _, _ in rows), default=0)
    values = (cells(value) for _, value, _ in rows)
    widest = max((width for width in values if width <= WIDEST_VALUE), default=0)
    for key, value, origin in rows:
        yield f"  {padded(safe(key), wide)}  {padded(value, widest)}  {origin}"


def _header(section: Section) -> str:
    header = f"[{'.'.join(map(bare, section.keys))}]"
    return f"[{header}]" if section.listed else header


def _said(origin: Origin, file: Path | None) -> str:
    """Where a value came from, in a few words."""
    if origin.source is Source.COMMAND_LINE:
        return origin.option or "command line"
    if origin.source is Source.DEFAULT:
        return "default"
    place = f"{safe(file.name) if file else 'the config'}:{origin.line}"
    holder = "" if origin.holder in {"", "top"} else f"{safe(origin.holder)}, "
    return f"{holder}{place}"


def _origin(origin: Origin) -> dict[str, object]:
    return {
        "from": origin.source.value,
        "inherited_from": origin.holder or None,
        "line": origin.line,
        "option": origin.option or None,
    }
