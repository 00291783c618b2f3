"""The keys that the config gives to actions, held against the bindings themselves."""

import importlib
import pkgutil
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode
from textual.keys import Keys
from textual.screen import ModalScreen, Screen

from wallboard.config.problem import ConfigError, Problem, nearest, printable, shown
from wallboard.settings import Settings

Chosen = Mapping[str, tuple[str, ...]]

LEAVING = "leaving the board"
"""What a key without a name does: it can always be pressed and never be changed."""

_MODIFIERS = ("ctrl+", "alt+", "shift+", "meta+", "super+", "hyper+")


class Bound(NamedTuple):
    """What one binding does, and on which keys unless the config says otherwise."""

    name: str
    keys: tuple[str, ...]


def keymap_of(chosen: Chosen) -> dict[str, str]:
    """The keys of the config as Textual takes them."""
    return {name: ",".join(map(normal, keys)) for name, keys in chosen.items()}


def normal(key: str) -> str:
    """A key by the name it goes by: ``slash`` for ``/``."""
    if key == ",":
        return "comma"
    modifiers, key = _split(key)
    return modifiers + next(iter(BindingsMap([Binding(key, "any")]).key_to_bindings))


def with_good_keys(settings: Settings, file: Path | None) -> Settings:
    """The settings, if their keys can be used. Raises ``ConfigError`` for those that cannot."""
    if settings.keys:
        name = printable(file or "")
        found = [Problem(name, "[keys]", *fault) for fault in faults(settings.keys)]
        if found:
            raise ConfigError(found)
    return settings


def faults(chosen: Chosen) -> Iterator[tuple[str, str]]:
    """Each action that cannot have the keys it is given, and why."""
    screens = bindings_by_screen()
    known = {bound.name for bindings in screens.values() for bound in bindings} - {LEAVING}
    good: dict[str, dict[str, str]] = {}
    for action, keys in chosen.items():
        strange = [key for key in keys if not _is_key(key)]
        if action not in known:
            yield action, f"there is no such action; {nearest(action, sorted(known))}"
        elif strange:
            yield action, f'{shown(strange[0])} is no key; write "p", "ctrl+p", "f5" or "pageup"'
        else:
            good[action] = {normal(key): key for key in keys}
    for action in good:
        yield from dict.fromkeys(_taken(action, good, screens))


def _taken(
    action: str, chosen: Mapping[str, Mapping[str, str]], screens: Mapping[str, tuple[Bound, ...]]
) -> Iterator[tuple[str, str]]:
    for screen, bindings in screens.items():
        if not any(bound.name == action for bound in bindings):
            continue
        for bound in bindings:
            theirs = chosen.get(bound.name, bound.keys)
            for key, written in chosen[action].items():
                if bound.name != action and key in theirs:
                    yield action, f"{shown(written)} is also the key of {bound.name} on {screen}"
                    return


@cache
def bindings_by_screen() -> Mapping[str, tuple[Bound, ...]]:
    """Everything a key does on each screen: by the app, the screen and the widgets on it."""
    from wallboard.ui import screens
    from wallboard.ui.app import WallboardApp
    from wallboard.ui.screens.filtering import FilteringScreen
    from wallboard.ui.widgets.filterline import FilterLine

    found: dict[str, tuple[Bound, ...]] = {}
    for module in pkgutil.iter_modules(screens.__path__, f"{screens.__name__}."):
        importlib.import_module(module.name)
    for screen in sorted(set(_subclasses(Screen)), key=lambda kind: len(kind.__mro__)):
        nodes: list[type[DOMNode]] = [screen, *_widgets_of(screen)]
        if issubclass(screen, FilteringScreen):
            nodes.append(FilterLine)
        if not issubclass(screen, ModalScreen):
            nodes.append(WallboardApp)
        bound = dict.fromkeys(one for node in nodes for one in _own(node))
        found[f"the {_words(screen)} screen"] = tuple(bound)
    return found


def _subclasses(kind: type[Screen[Any]]) -> Iterator[type[Screen[Any]]]:
    for inner in kind.__subclasses__():
        yield from _subclasses(inner)
        if inner.__module__.startswith("wallboard.ui.screens."):
            yield inner


def _widgets_of(screen: type) -> list[type[DOMNode]]:
    """The widgets that the modules of a screen name."""
    modules = [sys.modules[kind.__module__] for kind in screen.__mro__ if _is_ours(kind)]
    named = [value for module in modules for value in vars(module).values()]
    return [
        value
        for value in named
        if isinstance(value, type) and issubclass(value, DOMNode) and not issubclass(value, Screen)
    ]


def _own(node: type[DOMNode]) -> Iterator[Bound]:
    for kind in node.__mro__:
        for binding in kind.__dict__.get("BINDINGS", ()) if _is_ours(kind) else ():
            keys = tuple(BindingsMap([binding]).key_to_bindings)
            yield Bound(binding.id or LEAVING, keys)


def _is_ours(kind: type) -> bool:
    return kind.__module__.startswith("wallboard.ui.")


def _words(screen: type) -> str:
    name = screen.__name__.removesuffix("Screen")
    return "".join(f" {char.lower()}" if char.isupper() else char for char in name).strip()


def _split(key: str) -> tuple[str, str]:
    modifiers = ""
    while found := next((m for m in _MODIFIERS if key.startswith(m) and key != m), None):
        modifiers, key = modifiers + found, key.removeprefix(found)
    return modifiers, key


def _is_key(key: str) -> bool:
    _, bare = _split(key)
    if len(bare) == 1:
        return bare.isprintable() and not bare.isspace()
    return bare in _NAMED


_NAMED = {key.value for key in Keys} | {
    normal(chr(code)) for code in range(0x21, 0x7F) if not chr(code).isalnum()
}
