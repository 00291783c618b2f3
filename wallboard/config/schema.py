"""What each setting is for, and a JSON Schema of the config, for editors that check TOML.

The schema is written in draft 4, the newest that Taplo and Even Better TOML read, and without
references, so that every setting can say what it is for in its own place.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from wallboard.config.prepare import LEVEL_WORDS
from wallboard.domain.alarm import AlarmRules
from wallboard.domain.policy import DEFAULT_LEVELS, Level, Thresholds
from wallboard.settings import Settings

Keys = tuple[str, ...]
"""Keys from the top of a config without positions, such as ``("server", "url")``."""

_COMMENT = re.compile(r"#(?: (.*))?")
_HEADER = re.compile(r"#?\[{1,2}([\w.]+)\]{1,2}(?:\s+# (.*))?")
_SETTING = re.compile(r"#?([\w-]+) = .*?(?:\s+# (.*))?")


def example_path() -> Path:
    """The example config, in a checkout or an installed wheel."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "config.example.toml"
    return installed if installed.is_file() else package.parent / installed.name


@cache
def explanations() -> Mapping[Keys, str]:
    """A sentence for every table and every setting that the example config has."""
    found: dict[Keys, str] = {}
    table: Keys = ()
    above: list[str] = []
    for line in example_path().read_text(encoding="utf-8").splitlines():
        if comment := _COMMENT.fullmatch(line):
            above.append(comment[1] or "")
            continue
        header, setting = _HEADER.fullmatch(line), _SETTING.fullmatch(line)
        if header:
            table = tuple(header[1].split("."))
            found.setdefault(table, _sentence([*above, header[2]]))
        elif setting:
            found.setdefault((*table, setting[1]), _sentence([*above, setting[2]]))
        above.clear()
    return found


def _sentence(parts: list[str]) -> str:
    text = ""
    for part in filter(None, parts):
        begins = not text or text.endswith(".")
        text = f"{text} {part[:1].upper() + part[1:] if begins else part}".lstrip()
    return text


Node = dict[str, Any]

DRAFT = "http://json-schema.org/draft-04/schema#"

_TEXT: Node = {"type": "string", "minLength": 1}
_NOTATIONS: Mapping[str, Node] = {
    "Level": {"enum": list(LEVEL_WORDS)},
    "Secret": {
        "anyOf": [
            {"type": "string"},
            {
                "type": "object",
                "properties": {
                    "env": {**_TEXT, "description": "The environment variable with the value"}
                },
                "required": ["env"],
                "additionalProperties": False,
            },
            {
                "type": "object",
                "properties": {"file": {**_TEXT, "description": "The file with the value"}},
                "required": ["file"],
                "additionalProperties": False,
            },
            {
                "type": "object",
                "properties": {
                    "credential": {**_TEXT, "description": "The credential of the systemd service"}
                },
                "required": ["credential"],
                "additionalProperties": False,
            },
        ]
    },
}
"""Notations that ``config.prepare`` reads."""

_KEPT = (
    "type", "enum", "required", "additionalProperties", "minimum", "maximum", "minLength",
    "minItems",
)  # fmt: skip
_ONE_OR_MORE = {("calendar", "holidays"), ("calendar", "special", "hours")}
"""Lists that may be written as the one text in them."""

_DATED = {
    ("calendar", "special", "date"),
    *(("calendar", forced, end) for forced in ("force_open", "force_close")
      for end in ("start", "until")),
    ("maintenance", "start"),
    ("maintenance", "until"),
}  # fmt: skip
"""Settings that may be written as dates and times of TOML."""

_NEEDED = {("server",), ("server", "entry_point")}
"""Lists of tables that must not be empty, as ``config.checks`` says."""


def json_schema() -> Node:
    """The schema of a whole config."""
    from pydantic import TypeAdapter

    schema = TypeAdapter(Settings).json_schema()
    shape = _shape(schema, schema.get("$defs", {}), ())
    return {"$schema": DRAFT, "title": "The config of wallboard", **shape}


def _shape(node: Node, definitions: Mapping[str, Node], keys: Keys) -> Node:
    """The schema of the setting at ``keys``, in draft 4 and as TOML writes it."""
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        notation = _NOTATIONS.get(name)
        return dict(notation) if notation else _shape(definitions[name], definitions, keys)
    if "anyOf" in node:
        kinds = [_shape(kind, definitions, keys) for kind in node["anyOf"] if not _is_null(kind)]
        return kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    shape = {name: node[name] for name in _KEPT if name in node}
    if "const" in node:
        shape["enum"] = [node["const"]]
    if "exclusiveMinimum" in node:
        shape |= {"minimum": node["exclusiveMinimum"], "exclusiveMinimum": True}
    if "items" in node:
        shape["items"] = _shape(node["items"], definitions, keys)
    if node.get("type") == "object":
        shape |= _table(node, definitions, keys)
    return shape


def _table(node: Node, definitions: Mapping[str, Node], keys: Keys) -> Node:
    """The settings of a table or, where any key is allowed, the schema of a value."""
    if keys == ("keys",):
        return {"additionalProperties": {"anyOf": [_TEXT, _list_of(_TEXT)]}}
    if "properties" in node:
        inner = node["properties"]
        required = [name for name in inner if _is_needed((*keys, name), node)]
        return {
            "properties": {
                name: _setting(value, definitions, (*keys, name)) for name, value in inner.items()
            },
            **({"required": required} if required else {}),
        }
    value = node["additionalProperties"]
    if "propertyNames" not in node:
        return {"additionalProperties": _shape(value, definitions, keys)}
    names = definitions[node["propertyNames"]["$ref"].rpartition("/")[2]]["enum"]
    return {
        "properties": {name: _setting(value, definitions, (*keys, name)) for name in names},
        "additionalProperties": False,
    }


def _setting(node: Node, definitions: Mapping[str, Node], keys: Keys) -> Node:
    shape = _shape(node, definitions, keys)
    if keys in _ONE_OR_MORE or keys[:-1] == ("calendar", "week"):
        shape = {"anyOf": [_TEXT, {**_list_of(_TEXT), "minItems": 0}]}
    elif keys in _DATED:
        shape["format"] = "date" if keys[-1] == "date" else "date-time"
    if words := _words(keys) or _described(node, definitions) or _words(keys[:-1]):
        shape["description"] = words
    default = _DEFAULTS.get(keys, node.get("default"))
    if keys in _NEEDED:
        shape["minItems"] = 1
    elif default is not None and not isinstance(default, dict):
        # Of a table each setting says its own.
        shape["default"] = default
    return shape


def _words(keys: Keys) -> str:
    """What a setting is for; an inherited one is explained at the top of the config.

    What every channel has is explained at the first kind of them.
    """
    known = explanations()
    if keys[:1] == ("channel",) and len(keys) == len(_OF_A_CHANNEL):
        words = known.get(keys) or known.get((*_OF_A_CHANNEL[:-1], keys[-1]), "")
        return words.partition("; so for every channel")[0]
    for general in (keys[-1:], keys[-2:]):
        if keys != general and keys[0] in {"server", "group"} and _is_inherited(general):
            return known[general]
    return known.get(keys, "")


_OF_A_CHANNEL = ("channel", "webhook", "…")


def _is_inherited(keys: Keys) -> bool:
    fields = Settings.__dataclass_fields__
    if len(keys) == 1:
        return keys[0] in fields and keys[0] not in {"server", "group", "calendar"}
    return keys in _DEFAULTS


def _described(node: Node, definitions: Mapping[str, Node]) -> str:
    """The first sentence of the docstring of a table, or of the tables in a list."""
    name = node.get("items", node).get("$ref", "").rpartition("/")[2]
    text: str = definitions.get(name, {}).get("description", "")
    return text.partition("\n")[0]


def _is_needed(keys: Keys, node: Node) -> bool:
    return keys in _NEEDED or keys[-1] in node.get("required", ())


def _is_null(node: Node) -> bool:
    return node.get("type") == "null"


def _list_of(kind: Node) -> Node:
    return {"type": "array", "items": kind, "minItems": 1}


_DEFAULTS: Mapping[Keys, Any] = {
    **{
        ("thresholds", name): getattr(Thresholds(), name)
        for name in Thresholds.__dataclass_fields__
    },
    **{("levels", verdict.value): level.label for verdict, level in DEFAULT_LEVELS.items()},
    **{
        ("alarm", name): value.label if isinstance(value, Level) else value
        for name in AlarmRules.__dataclass_fields__
        for value in (getattr(AlarmRules(), name),)
    },
}
"""Defaults that are not in the settings, since those are inherited."""
