"""The effective value of every setting, and where it comes from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from enum import StrEnum
from typing import Any

from wallboard.channel_settings import CHANNEL_KINDS
from wallboard.config.document import LISTED, Path, Toml, line_of, value_at
from wallboard.domain.alarm import AlarmRules
from wallboard.domain.policy import DEFAULT_LEVELS, Level, Thresholds
from wallboard.frozen import frozen
from wallboard.setting_types import Secret
from wallboard.settings import EntryPointSettings, Settings, strongest

HIDDEN = str(Secret(""))
"""What is shown in place of a secret."""

_INHERITED_TABLES: Mapping[str, Mapping[str, Toml]] = {
    "thresholds": {name: getattr(Thresholds(), name) for name in Thresholds.__dataclass_fields__},
    "levels": {verdict.value: level for verdict, level in DEFAULT_LEVELS.items()},
    "alarm": {name: getattr(AlarmRules(), name) for name in AlarmRules.__dataclass_fields__},
}
"""Tables whose settings are inherited one by one, with their defaults."""

_INHERITED = frozenset(
    {"button_rule", "button_max_wait", "button_max_queue", "runbook", "owner", "phone", "calendar"}
)
_IDENTITY = {
    **dict.fromkeys(("server", "group", "calendar", *CHANNEL_KINDS), "name"),
    "entry_point": "id",
}
_BY_OPTION = {"verify": "--no-verify", "headers": "--header"}


class Source(StrEnum):
    """Where a value can come from."""

    DEFAULT = "default"
    FILE = "file"
    COMMAND_LINE = "command line"


@frozen(kw_only=True)
class Origin:
    """Where a value came from.

    ``holder`` is the table it is inherited from ("top", "server prod", "group EMEA"), empty where
    it stands in its own; ``line`` is that in the config file, ``option`` that of the command line.
    """

    source: Source = Source.DEFAULT
    holder: str = ""
    line: int | None = None
    option: str = ""


@frozen
class SettingRow:
    """One setting: ``value`` is as TOML has it, ``None`` what is not set; secrets are hidden."""

    key: str
    value: Toml
    origin: Origin


@frozen
class Section:
    """The settings of one table, whose header is ``keys``, twice in brackets if ``listed``."""

    keys: tuple[str, ...]
    rows: tuple[SettingRow, ...]
    listed: bool = False


@frozen(kw_only=True)
class WrittenConfig:
    """A config as it was written: its document and lines, and the options that replace settings.

    ``options`` names the option for each setting of the top that one replaces.
    """

    document: Mapping[str, Toml]
    lines: Mapping[Path, int]
    options: Mapping[str, str]


@frozen
class _Layer:
    """A table of the settings, and its path in the document, ``None`` if it is not from there."""

    table: Any
    path: Path | None
    name: str


def effective(settings: Settings, written: WrittenConfig, *, policies: bool) -> list[Section]:
    """Every table of the settings with its effective values.

    With ``policies`` each entry point has its whole policy, inherited settings included, and empty
    groups are left out; without, only what it sets itself.
    """
    reader = _Reader(settings, written, policies=policies)
    return list(reader.sections((), [_Layer(settings, (), "top")]))


class _Reader:
    """Walks through all settings and finds where each value comes from."""

    def __init__(self, settings: Settings, written: WrittenConfig, *, policies: bool) -> None:
        self._settings = settings
        self._written = written
        self._policies = policies
        self._places: dict[Path, dict[object, int]] = {}
        self._used = {e.group for server in settings.server for e in server.entry_point}

    def sections(
        self, keys: tuple[str, ...], layers: Sequence[_Layer], *, listed: bool = False
    ) -> Iterator[Section]:
        """The section of the strongest layer's table, then those of the tables in it."""
        rows: list[SettingRow] = []
        inner: list[Section] = []
        for field in fields(layers[-1].table):
            value = getattr(layers[-1].table, field.name)
            here = (*keys, field.name)
            if field.name in _INHERITED_TABLES:
                shown = (*self._inherited_table(field.name, layers), *self._rest(here, value))
                inner.append(Section(here, shown))
            elif isinstance(value, Mapping):
                inner.append(Section(here, tuple(self._mapping(field, value, layers[-1]))))
            elif is_dataclass(value) and not isinstance(value, Secret):
                inner += self.sections(here, [_Layer(value, _below(layers[-1], field.name), "")])
            elif _is_list_of_tables(value):
                inner += self._list(field.name, here, value, layers)
            elif value != () or field.name not in LISTED:
                rows += self._row(field, value, layers)
        if listed:
            # The name of a table comes first.
            rows.sort(key=lambda row: row.key in _INHERITED)
        return (one for one in (Section(keys, tuple(rows), listed), *inner) if one.rows)

    def _list(
        self, name: str, keys: tuple[str, ...], tables: Sequence[Any], layers: Sequence[_Layer]
    ) -> Iterator[Section]:
        for number, table in enumerate(tables):
            if name == "group" and not self._is_shown(table.name):
                continue
            path = self._path_of(layers[-1], name, number, table)
            above = list(layers)
            if isinstance(table, EntryPointSettings):
                above += self._group_layer(table.group)
            called = f"{name} {getattr(table, 'name', number + 1)}"
            yield from self.sections(keys, [*above, _Layer(table, path, called)], listed=True)

    def _is_shown(self, group: str) -> bool:
        return not self._policies or group in self._used

    def _group_layer(self, name: str) -> Iterator[_Layer]:
        for number, group in enumerate(self._settings.group):
            if group.name == name:
                top = _Layer(self._settings, (), "top")
                yield _Layer(group, self._path_of(top, "group", number, group), f"group {name}")

    def _path_of(self, holder: _Layer, name: str, number: int, table: Any) -> Path | None:  # noqa: ANN401 - any table of settings
        """Where in the document a table of a list is; the settings may hold only some of them."""
        if holder.path is None:
            return None
        path = (*holder.path, name)
        if path not in self._places:
            key = _IDENTITY.get(name)
            tables = value_at(self._written.document, path) or []
            self._places[path] = {
                place if key is None else one.get(key): place for place, one in enumerate(tables)
            }
        identity = getattr(table, _IDENTITY[name]) if name in _IDENTITY else number
        place = self._places[path].get(identity)
        return None if place is None else (*path, place)

    def _row(
        self,
        field: "Field[Any]",
        value: Any,  # noqa: ANN401 - of any setting
        layers: Sequence[_Layer],
    ) -> Iterator[SettingRow]:
        own = layers[-1]
        if value is None and field.name == "calendar":
            if self._is_whole(own):
                yield self._calendar(layers)
        elif value is None and field.name in Settings.__dataclass_fields__:
            if field.name not in _INHERITED or self._is_whole(own):
                yield self._inherited((field.name,), None, layers)
        elif own.path is None:
            option = _BY_OPTION.get(field.name, "--url")
            given = field.default is MISSING or value != field.default
            origin = Origin(source=Source.COMMAND_LINE, option=option) if given else Origin()
            yield SettingRow(
                field.name, HIDDEN if isinstance(value, Secret) else _plain(value), origin
            )
        else:
            path = (*own.path, field.name)
            yield SettingRow(field.name, self._shown(value, path), self._origin(path))

    def _mapping(
        self, field: "Field[Any]", table: Mapping[str, Any], holder: _Layer
    ) -> Iterator[SettingRow]:
        for key, value in table.items():
            path = _below(holder, field.name, str(key))
            if path is None:
                origin = Origin(source=Source.COMMAND_LINE, option=_BY_OPTION.get(field.name, ""))
            else:
                origin = self._origin(path)
            yield SettingRow(str(key), self._shown(value, path or ()), origin)

    def _inherited_table(self, name: str, layers: Sequence[_Layer]) -> Iterator[SettingRow]:
        whole = self._is_whole(layers[-1])
        for key, default in _INHERITED_TABLES[name].items():
            if whole or strongest([layers[-1].table], name, key)[1] is not None:
                yield self._inherited((name, key), default, layers)

    def _rest(self, path: Path, table: Any) -> Iterator[SettingRow]:  # noqa: ANN401 - of settings
        """The settings of a table at the top that are not inherited, beside those that are."""
        known = _INHERITED_TABLES[str(path[-1])]
        for field in fields(table) if is_dataclass(table) else ():
            if field.name not in known:
                value = getattr(table, field.name)
                here = (*path, field.name)
                yield SettingRow(field.name, self._shown(value, here), self._origin(here))

    def _is_whole(self, layer: _Layer) -> bool:
        """Whether a table shows inherited settings, too."""
        return isinstance(layer.table, Settings) or (
            self._policies and isinstance(layer.table, EntryPointSettings)
        )

    def _inherited(
        self, keys: tuple[str, ...], default: Toml, layers: Sequence[_Layer]
    ) -> SettingRow:
        place, value = strongest([layer.table for layer in layers], *keys)
        if value is None:
            return SettingRow(keys[-1], _plain(default), Origin())
        layer = layers[place]
        origin = self._origin((*(layer.path or ()), *keys))
        if layer is not layers[-1] and origin.source is not Source.DEFAULT:
            origin = replace(origin, holder=layer.name)
        return SettingRow(keys[-1], _plain(value), origin)

    def _calendar(self, layers: Sequence[_Layer]) -> SettingRow:
        """The calendar that is inherited; above all servers and groups it is the default one."""
        top, *holders = layers
        row = self._inherited(("calendar",), None, holders)
        if row.value is not None:
            return row
        for number, one in enumerate(self._settings.calendar):
            if one.default:
                path = self._path_of(top, "calendar", number, one)
                origin = replace(self._origin((*(path or ()), "default")), holder=top.name)
                return SettingRow("calendar", one.name, origin)
        return row

    def _origin(self, path: Path) -> Origin:
        if len(path) == 1 and (option := self._written.options.get(str(path[0]))):
            return Origin(source=Source.COMMAND_LINE, option=option)
        if value_at(self._written.document, path) is None:
            return Origin()
        return Origin(source=Source.FILE, line=line_of(self._written.lines, path))

    def _shown(self, value: Any, path: Path) -> Toml:  # noqa: ANN401 - of any setting
        if not isinstance(value, Secret):
            return _plain(value)
        written = value_at(self._written.document, path) if path else None
        return written if isinstance(written, dict) else HIDDEN


def _below(layer: _Layer, *keys: str) -> Path | None:
    return None if layer.path is None else (*layer.path, *keys)


def _is_list_of_tables(value: object) -> bool:
    return isinstance(value, tuple) and bool(value) and is_dataclass(value[0])


def _plain(value: Any) -> Toml:  # noqa: ANN401 - of any setting
    """A value as it is written in a config."""
    match value:
        case Level():
            return value.label
        case StrEnum():
            return value.value
        case tuple():
            return [_plain(item) for item in value]
        case _:
            return value
