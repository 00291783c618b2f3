"""What may stand where in a document: the keys, their types and limits, and those in words."""

from collections.abc import Mapping
from dataclasses import is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from annotated_types import Ge, Gt, Le

from wallboard.config.document import LISTED, SINGLE, Path
from wallboard.config.prepare import SECRET_FORM
from wallboard.settings import (
    AlarmSettings,
    EntryPointSettings,
    GroupSettings,
    Secret,
    ServerSettings,
    Settings,
    SurveyQuestionSettings,
    SurveySettings,
    ThresholdSettings,
)

Hint = Any
"""A type as an annotation gives it, with its limits; the checker has no type for those."""

_TABLES: dict[str, type] = {
    "server": ServerSettings,
    "group": GroupSettings,
    "entry_point": EntryPointSettings,
    "thresholds": ThresholdSettings,
    "alarm": AlarmSettings,
    "survey": SurveySettings,
    "question": SurveyQuestionSettings,
}
_BASES = {float: "a number", int: "a whole number", str: "a text", bool: "true or false"}


@cache
def keys_of(table: type) -> dict[str, Hint]:
    """The keys of a table and the type of each."""
    return get_type_hints(table, include_extras=True)


def table_at(path: Path) -> Hint:
    """What holds the key at the end of a path: a dataclass of settings, or a mapping's type."""
    table: Hint = Settings
    for step in path[:-1]:
        if step in LISTED:
            table = _TABLES[str(step)]
        elif step in SINGLE:
            table = _TABLES.get(str(step)) or keys_of(table)[str(step)]
    return table


def known_keys(table: Hint) -> tuple[str, ...]:
    """The keys that a table may hold; none where any key is allowed."""
    if isinstance(table, type):
        return tuple(keys_of(table))
    kind = get_args(table)[0]
    return tuple(member.value for member in kind) if issubclass(kind, Enum) else ()


def expected(path: Path) -> str:
    """What the key at the end of a path may hold, such as "a number greater than 0"."""
    return _wording(_hint_at(path))


def words_at(path: Path) -> tuple[str, ...]:
    """The words that the key at the end of a path chooses from; none if it takes anything else."""
    for kind in _leaves(_hint_at(path)):
        if isinstance(kind, type) and issubclass(kind, Enum):
            return tuple(str(member.value) for member in kind)
    return ()


def _hint_at(path: Path) -> Hint:
    table = table_at(path)
    return keys_of(table)[str(path[-1])] if isinstance(table, type) else get_args(table)[1]


def _leaves(hint: Hint) -> list[Hint]:
    inner = [kind for kind in get_args(hint) if kind is not Ellipsis]
    return [leaf for kind in inner for leaf in _leaves(kind)] if inner else [hint]


def _wording(hint: Hint) -> str:
    origin: Hint = get_origin(hint)
    inner = get_args(hint)
    if origin is Annotated:
        return _bounded(_wording(inner[0]), inner[1:])
    if origin in {Union, UnionType}:
        return " or ".join(_wording(kind) for kind in inner if kind is not NoneType)
    if origin is Literal:
        return " or ".join(f'"{word}"' if isinstance(word, str) else "false" for word in inner)
    if origin is tuple:
        return f"a list of {_several(inner[0])}"
    if hint is Secret:
        return SECRET_FORM
    if origin is Mapping or is_dataclass(hint):
        return "a table"
    if issubclass(hint, Enum):
        return f"one of {_words(hint)}"
    return _BASES[hint]


def _several(kind: Hint) -> str:
    if is_dataclass(kind):
        return "tables"
    return _words(kind) if isinstance(kind, type) and issubclass(kind, Enum) else "texts"


def _words(kind: type[Enum]) -> str:
    return ", ".join(f'"{member.value}"' for member in kind)


def _bounded(kind: str, limits: tuple[object, ...]) -> str:
    above = [f"greater than {limit.gt}" for limit in limits if isinstance(limit, Gt)]
    least = [limit.ge for limit in limits if isinstance(limit, Ge)]
    most = [limit.le for limit in limits if isinstance(limit, Le)]
    if least and most:
        return f"{kind} from {least[0]} to {most[0]}"
    if least:
        return f"{kind} of at least {least[0]}"
    return " ".join([kind, *above]) if above or kind != "a text" else "a text that is not empty"
