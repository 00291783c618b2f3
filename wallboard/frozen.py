"""Classes of immutable values: ``dataclass(frozen=True, slots=True)`` at a third of its cost.

There are about a hundred; the standard ones compile six functions each, where the start of the
board waits for it, and take twice as long to make an instance. All else is as there.
"""

from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from typing import Any, NoReturn, TypeVar, dataclass_transform, overload

Class = TypeVar("Class", bound=type)


@overload
def frozen(cls: Class, /) -> Class: ...


@overload
def frozen(*, kw_only: bool = ...) -> Callable[[Class], Class]: ...


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type | None = None, /, *, kw_only: bool = False) -> Any:
    """Make a class one of immutable values, which are equal if their fields are."""
    if cls is None:
        return lambda cls: _frozen(cls, kw_only=kw_only)
    return _frozen(cls, kw_only=kw_only)


def _frozen(cls: type, *, kw_only: bool) -> type:
    cls = dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)(cls)
    methods = {
        **_compiled(cls),
        "__repr__": _repr,
        "__setattr__": _refuse,
        "__delattr__": _refuse,
        "__copy__": _itself,
        "__deepcopy__": _itself,
    }
    for name, method in methods.items():
        if cls.__dict__.get(name) is None:  # what a class has of its own it keeps
            setattr(cls, name, method)
    return cls


def _compiled(cls: type) -> dict[str, Any]:
    """The methods that must be fast, compiled at once."""
    every = sorted(fields(cls), key=lambda one: one.kw_only is True)
    names: dict[str, Any] = {"MISSING": MISSING}
    parameters, body = ["self"], []
    for number, one in enumerate(every):
        if one.kw_only and "*" not in parameters:
            parameters.append("*")
        names[f"set{number}"] = getattr(cls, one.name).__set__
        parameters.append(one.name + _default(one, number, names))
        body.append(f"set{number}(self, {_value(one, number, names)})")
    if hasattr(cls, "__post_init__"):
        body.append("self.__post_init__()")
    compared = [one.name for one in fields(cls) if one.compare]
    mine, other = (
        "(" + "".join(f"{whose}.{name}, " for name in compared) + ")" for whose in ("self", "other")
    )
    text = f"""
def __init__({", ".join(parameters)}):
    {"; ".join(body) or "pass"}
def __eq__(self, other):
    return {mine} == {other} if other.__class__ is self.__class__ else NotImplemented
def __hash__(self):
    return hash({mine})
"""
    exec(text, names)  # noqa: S102 - of names that are ours, as the standard ones do
    return {name: names[name] for name in ("__init__", "__eq__", "__hash__")}


def _default(one: Field[Any], number: int, names: dict[str, Any]) -> str:
    if one.default is not MISSING:
        names[f"default{number}"] = one.default
        return f"=default{number}"
    return "" if one.default_factory is MISSING else "=MISSING"


def _value(one: Field[Any], number: int, names: dict[str, Any]) -> str:
    if one.default_factory is MISSING:
        return one.name
    names[f"make{number}"] = one.default_factory
    return f"make{number}() if {one.name} is MISSING else {one.name}"


def _repr(self: object) -> str:
    every: tuple[Field[Any], ...] = fields(self)  # type: ignore[arg-type]
    shown = (f"{one.name}={getattr(self, one.name)!r}" for one in every if one.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _itself(self: object, *_: object) -> object:
    return self


def _refuse(self: object, name: str, *_: object) -> NoReturn:
    raise FrozenInstanceError(f"{type(self).__qualname__}.{name} is frozen")
