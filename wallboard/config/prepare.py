"""Turns a parsed TOML document into one of JSON types, which pydantic can check strictly.

Values with a notation of their own are read here: secrets, levels and keys.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from math import isfinite
from pathlib import Path as FilePath
from typing import get_type_hints

from wallboard.channel_settings import CHANNEL_KINDS
from wallboard.config.document import UNNAMED, Fault, Path, Toml
from wallboard.config.problem import shown
from wallboard.config.secret import secret
from wallboard.domain.foreign_text import is_whole
from wallboard.domain.nearest import nearest
from wallboard.domain.policy import Level
from wallboard.fleet_settings import FleetSettings
from wallboard.setting_types import Secret

LEVEL_WORDS = {level.label: int(level) for level in Level}
HOURS_FORM = 'hours such as "08:00-18:00" or a list of them'
HOLIDAYS_FORM = 'a country ("DE", "DE-BY"), a date ("2026-12-24") or a list of these'
KEYS_FORM = 'a key such as "p" or a list of keys'

_DATED = frozenset({"date", "start", "until"})
"""Keys that take a date or a time of TOML, as well as a text."""

_DEEPEST = 12
_LARGEST = 2**63
_NO_SECRET = {"value": UNNAMED}


def prepare(
    document: Mapping[str, Toml], environ: Mapping[str, str], folder: FilePath
) -> tuple[Toml, list[Fault]]:
    """A copy of JSON types, and what is wrong with its secrets, levels and keys.

    Wrong values are left out of the copy. Files of secrets are read here; their paths count from
    ``folder``.
    """
    copy = _plain(document, _DEEPEST)
    faults = [
        *_read_levels(copy),
        *_read_each(copy, "keys", (), _keys),
        *_read_calendars(copy),
        *_read_secrets(copy, lambda value: secret(value, environ, folder)),
    ]
    return copy, faults


def _read_levels(document: dict[str, Toml]) -> Iterator[Fault]:
    alarm = document.get("alarm")
    for key in ("bell", "flash"):
        if isinstance(alarm, dict):
            yield from _read(alarm, key, ("alarm",), _levels)
    for path, notice in _listed(document, "notice", ()):
        yield from _read(notice, "level", path, _level)
    for path, table in _tables(document):
        yield from _read_each(table, "levels", path, _level)
        if isinstance(inner := table.get("alarm"), dict):
            yield from _read(inner, "level", (*path, "alarm"), _level)


def _read_calendars(document: dict[str, Toml]) -> Iterator[Fault]:
    for path, calendar in _listed(document, "calendar", ()):
        yield from _read(calendar, "holidays", path, lambda value: _texts(value, HOLIDAYS_FORM))
        yield from _read_each(calendar, "week", path, lambda value: _texts(value, HOURS_FORM))
        for special_path, special in _listed(calendar, "special", path):
            yield from _read(special, "hours", special_path, lambda it: _texts(it, HOURS_FORM))
    for path, table in _tables(document):
        if path:
            yield from _read(table, "calendar", path, _calendar)


def _read_secrets(document: dict[str, Toml], read: Callable[[Toml], Toml]) -> Iterator[Fault]:
    for path, server in _listed(document, "server", ()):
        yield from _read_each(server, "headers", path, read)
        yield from _read(server, "proxy", path, read)
    if isinstance(fleet := document.get("fleet"), dict):
        for key in secrets_of(FleetSettings):
            yield from _read(fleet, key, ("fleet",), read)
    holder = document.get("channel")
    if not isinstance(holder, dict):
        return
    for kind, settings in CHANNEL_KINDS.items():
        for path, channel in _listed(holder, kind, ("channel",)):
            yield from _read_each(channel, "headers", path, read)
            for key in secrets_of(settings):
                yield from _read(channel, key, path, read, instead=_NO_SECRET)


def secrets_of(kind: type) -> tuple[str, ...]:
    """The settings of a kind of table that are secrets."""
    hints = get_type_hints(kind).items()
    return tuple(key for key, hint in hints if hint is Secret or hint == Secret | None)


def _plain(value: Toml, deeper: int) -> Toml:
    if isinstance(value, Mapping) and deeper:
        return {
            str(key): str(inner) if _is_date(key, inner) else _plain(inner, deeper - 1)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple) and deeper:
        return [_plain(inner, deeper - 1) for inner in value]
    if isinstance(value, bool) or (isinstance(value, str) and _is_text(value)):
        return value
    if isinstance(value, int) and abs(value) <= _LARGEST:
        return value
    if isinstance(value, float) and isfinite(value):
        return value
    return [[]]  # JSON cannot carry it; no setting takes this, so it is refused in its own place


def _is_text(value: str) -> bool:
    return is_whole(value) and not value.startswith(UNNAMED)


def _is_date(key: Toml, value: Toml) -> bool:
    return key in _DATED and isinstance(value, date)


def _tables(document: dict[str, Toml]) -> Iterator[tuple[Path, dict[str, Toml]]]:
    """Every table that may hold levels or secrets, and where it is."""
    yield (), document
    for path, group in _listed(document, "group", ()):
        yield path, group
    for path, server in _listed(document, "server", ()):
        yield path, server
        yield from _listed(server, "entry_point", path)


def _listed(table: dict[str, Toml], key: str, path: Path) -> Iterator[tuple[Path, dict[str, Toml]]]:
    inner = table.get(key)
    for number, entry in enumerate(inner if isinstance(inner, list) else []):
        if isinstance(entry, dict):
            yield (*path, key, number), entry


def _read_each(
    table: dict[str, Toml], key: str, path: Path, read: Callable[[Toml], Toml]
) -> Iterator[Fault]:
    inner = table.get(key)
    if isinstance(inner, dict):
        for name in list(inner):
            yield from _read(inner, name, (*path, key), read)


def _read(
    table: dict[str, Toml],
    key: str,
    path: Path,
    read: Callable[[Toml], Toml],
    *,
    instead: Toml = None,
) -> Iterator[Fault]:
    """Read a value in its place; one that cannot be read is left out, or is ``instead``."""
    if key not in table:
        return
    try:
        table[key] = read(table[key])
    except ValueError as error:
        if instead is None:
            del table[key]
        else:
            table[key] = instead
        yield (*path, key), str(error)


def _level(value: Toml) -> int:
    if isinstance(value, str) and value in LEVEL_WORDS:
        return LEVEL_WORDS[value]
    words = ", ".join(LEVEL_WORDS)
    if not isinstance(value, str):
        raise ValueError(f"must be one of {words}")
    raise ValueError(f"unknown level {shown(value)}; {nearest(value, tuple(LEVEL_WORDS))}")


def _levels(value: Toml) -> list[int]:
    if not isinstance(value, list):
        raise ValueError('must be a list of levels, such as ["critical"]')
    return [_level(word) for word in value]


def _keys(value: Toml) -> list[str]:
    keys = value if isinstance(value, list) else [value]
    if not keys or not all(isinstance(key, str) and key for key in keys):
        raise ValueError(f"must be {KEYS_FORM}")
    return keys


def _texts(value: Toml, form: str) -> list[str]:
    texts = value if isinstance(value, list) else [value]
    if not all(isinstance(text, str) and text for text in texts):
        raise ValueError(f"must be {form}")
    return texts


def _calendar(value: Toml) -> str | bool:
    # To the validator 0 is as good as false.
    if value is False or (isinstance(value, str) and value):
        return value
    raise ValueError(f"must be the name of a calendar or false, not {shown(value)}")
