"""Classes of immutable values: ``dataclass(frozen=True, slots=True)`` at a fifth of its cost.

There are about two hundred; the standard ones compile six functions each, where the start of the
board waits for it, and take twice as long to make an instance. Here classes with as many fields
share what is compiled, each with its own names in it. All else is as there.
"""

from collections.abc import Callable, Sequence
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from functools import cache
from types import CodeType, FunctionType
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
        **_comparing([one.name for one in fields(cls) if one.compare]),
        "__init__": _init(cls),
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


def _init(cls: type) -> FunctionType:
    """Sets each field through its slot, past ``__setattr__``."""
    every = sorted(fields(cls), key=lambda one: one.kw_only is True)
    named = [one for one in every if one.kw_only]
    positional = every[: len(every) - len(named)]
    made = {number: one.default_factory for number, one in enumerate(every) if _is_made(one)}
    code = _init_code(len(every), tuple(made), hasattr(cls, "__post_init__")).replace(
        co_argcount=1 + len(positional),
        co_kwonlyargcount=len(named),
        co_varnames=("self", *(one.name for one in every)),
    )
    values: dict[str, Any] = {"MISSING": MISSING}
    values |= {f"set{number}": getattr(cls, one.name).__set__ for number, one in enumerate(every)}
    values |= {f"make{number}": make for number, make in made.items()}
    defaults = tuple(one.default for one in positional if _may_be_left_out(one))
    init = FunctionType(code, values, "__init__", defaults)
    init.__kwdefaults__ = {one.name: one.default for one in named if _may_be_left_out(one)}
    return init


@cache
def _init_code(count: int, made: Sequence[int], has_post_init: bool) -> CodeType:
    names = [f"field{number}" for number in range(count)]
    body = [f"set{number}(self, {_value(number, number in made)})" for number in range(count)]
    if has_post_init:
        body.append("self.__post_init__()")
    return _code(f"def __init__({', '.join(['self', *names])}): {'; '.join(body) or 'pass'}")


def _value(number: int, is_made: bool) -> str:
    name = f"field{number}"
    return f"make{number}() if {name} is MISSING else {name}" if is_made else name


def _is_made(one: Field[Any]) -> bool:
    return one.default_factory is not MISSING


def _may_be_left_out(one: Field[Any]) -> bool:
    return one.default is not MISSING or _is_made(one)


def _comparing(names: Sequence[str]) -> dict[str, FunctionType]:
    """``__eq__`` and ``__hash__`` of a class by the fields of these names."""
    own = {f"field{number}": name for number, name in enumerate(names)}
    return {
        code.co_name: FunctionType(
            code.replace(co_names=tuple(own.get(name, name) for name in code.co_names)), {}
        )
        for code in _comparing_code(len(names))
    }


@cache
def _comparing_code(count: int) -> tuple[CodeType, CodeType]:
    mine, other = (
        "(" + "".join(f"{whose}.field{number}, " for number in range(count)) + ")"
        for whose in ("self", "other")
    )
    same_class = "other.__class__ is self.__class__"
    return (
        _code(
            f"def __eq__(self, other): return {mine} == {other} if {same_class} else NotImplemented"
        ),
        _code(f"def __hash__(self): return hash({mine})"),
    )


def _code(text: str) -> CodeType:
    """What is compiled of the one function in a text, which is of names that are ours."""
    found = (one for one in compile(text, __file__, "exec").co_consts if isinstance(one, CodeType))
    return next(found)


def _repr(self: object) -> str:
    every: tuple[Field[Any], ...] = fields(self)  # type: ignore[arg-type]
    shown = (f"{one.name}={getattr(self, one.name)!r}" for one in every if one.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _itself(self: object, *_: object) -> object:
    return self


def _refuse(self: object, name: str, *_: object) -> NoReturn:
    raise FrozenInstanceError(f"{type(self).__qualname__}.{name} is frozen")
