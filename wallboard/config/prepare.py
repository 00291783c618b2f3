"""Turns a parsed TOML document into one of JSON types, which pydantic can check strictly.

Values with a notation of their own are read here: secrets, levels and keys.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from math import isfinite

from wallboard.config.document import Fault, Path, Toml
from wallboard.config.problem import nearest, shown
from wallboard.domain.policy import Level

LEVEL_WORDS = {level.label: int(level) for level in Level}
SECRET_FORM = 'a string or { env = "NAME" }'  # noqa: S105 - how to write one
HOURS_FORM = 'hours such as "08:00-18:00" or a list of them'
HOLIDAYS_FORM = 'a country ("DE", "DE-BY"), a date ("2026-12-24") or a list of these'
KEYS_FORM = 'a key such as "p" or a list of keys'

_DATED = frozenset({"date", "start", "until"})
"""Keys that take a date or a time of TOML, as well as a text."""

_DEEPEST = 12
_LARGEST = 2**63


def prepare(document: Mapping[str, Toml], environ: Mapping[str, str]) -> tuple[Toml, list[Fault]]:
    """A copy of JSON types, and what is wrong with its secrets, levels and keys.

    Wrong values are left out of the copy.
    """
    copy = _plain(document, _DEEPEST)
    faults: list[Fault] = []
    alarm = copy.get("alarm")
    if isinstance(alarm, dict):
        for key in ("bell", "flash"):
            faults += _read(alarm, key, ("alarm",), _levels)
    faults += _read_each(copy, "keys", (), _keys)
    for path, calendar in _listed(copy, "calendar", ()):
        faults += _read(calendar, "holidays", path, lambda value: _texts(value, HOLIDAYS_FORM))
        faults += _read_each(calendar, "week", path, lambda value: _texts(value, HOURS_FORM))
        for special_path, special in _listed(calendar, "special", path):
            faults += _read(special, "hours", special_path, lambda it: _texts(it, HOURS_FORM))
    for path, table in _tables(copy):
        faults += _read_each(table, "levels", path, _level)
        if isinstance(inner := table.get("alarm"), dict):
            faults += _read(inner, "level", (*path, "alarm"), _level)
        if path:
            faults += _read(table, "calendar", path, _calendar)
        if path and path[-2] == "server":
            faults += _read_each(table, "headers", path, lambda value: _secret(value, environ))
            faults += _read(table, "proxy", path, lambda value: _secret(value, environ))
    return copy, faults


def _plain(value: Toml, deeper: int) -> Toml:
    if isinstance(value, Mapping) and deeper:
        return {
            str(key): str(inner) if _is_date(key, inner) else _plain(inner, deeper - 1)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple) and deeper:
        return [_plain(inner, deeper - 1) for inner in value]
    if isinstance(value, str | bool):
        return value
    if isinstance(value, int) and abs(value) <= _LARGEST:
        return value
    if isinstance(value, float) and isfinite(value):
        return value
    return [[]]  # JSON cannot carry it; no setting takes this, so it is refused in its own place


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
    table: dict[str, Toml], key: str, path: Path, read: Callable[[Toml], Toml]
) -> Iterator[Fault]:
    if key not in table:
        return
    try:
        table[key] = read(table[key])
    except ValueError as error:
        del table[key]
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


def _secret(value: Toml, environ: Mapping[str, str]) -> dict[str, str]:
    if isinstance(value, str):
        return {"value": value}
    if not isinstance(value, dict) or list(value) != ["env"] or not isinstance(value["env"], str):
        raise ValueError(f"must be {SECRET_FORM}")
    name = value["env"]
    if not environ.get(name):
        if not (name.isascii() and name.isidentifier()):
            # It may be the secret itself, so it is not repeated.
            raise ValueError("env must name an environment variable: letters, digits, underscores")
        raise ValueError(f"the environment variable {name} is not set or empty; set it first")
    return {"value": environ[name]}
