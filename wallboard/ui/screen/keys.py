"""What each key does on each screen, and the keys that the config gives to actions."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from textual.app import App
from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode
from textual.keys import Keys
from textual.screen import Screen

from wallboard.config.problem import shown
from wallboard.domain.nearest import nearest


class Command(NamedTuple):
    """An action on the open screen: its keys, description, node, and the id of its binding."""

    keys: tuple[str, ...]
    words: str
    action: str
    node: DOMNode
    name: str


class Keyed(NamedTuple):
    """A screen or input line with its title, and its widgets that have keys."""

    title: str
    node: type[DOMNode]
    widgets: tuple[type[DOMNode], ...] = ()


class Group(NamedTuple):
    """A group of keys; each line has keys and description."""

    title: str
    lines: tuple[tuple[str, str], ...]


COMMON = 3
"""Screens from which a key is listed once, with those of all screens."""


def commands_of(screen: Screen[Any]) -> list[Command]:
    """All actions on a screen with their keys: its main ones first, of its widgets last."""
    found: dict[str, Command] = {}
    for active in screen.active_bindings.values():
        binding, node = active.binding, active.node
        if not active.enabled or not _is_ours(type(node), binding):
            continue
        first = Command((), binding.description, binding.action, node, binding.id or "")
        known = found.get(binding.description, first)
        shown = screen.app.get_key_display(binding)
        keys = tuple(dict.fromkeys((*known.keys, shown)))
        found[binding.description] = known._replace(keys=keys)
    main = [name for hint in getattr(screen, "main_keys", ()) for name in hint.ids]
    order = {name: place for place, name in enumerate(main)}
    return sorted(
        found.values(),
        key=lambda command: (_place(command.node), order.get(command.name, len(order))),
    )


def _place(node: DOMNode) -> int:
    return 0 if isinstance(node, Screen) else 1 if isinstance(node, App) else 2


def groups_of(app: App[Any], about: Screen[Any] | None, screens: Iterable[Keyed]) -> list[Group]:
    """The keys of every screen, those of the screen that is open, if any, first."""
    listed = [keyed for keyed in screens if keyed.title]
    here = [keyed for keyed in listed if isinstance(about, keyed.node)]
    ordered = [*here, *(keyed for keyed in listed if keyed not in here)]
    keymap = app._keymap  # there is no public way to read what was set
    lines = [_lines(app, (keyed.node, *keyed.widgets), keymap) for keyed in ordered]
    counts = Counter(line for group in lines for line in group)
    common = [line for line, count in counts.items() if count >= COMMON]
    groups = [
        Group(keyed.title, tuple(line for line in group if line not in common))
        for keyed, group in zip(ordered, lines, strict=True)
    ]
    everywhere = (*_lines(app, (type(app),), keymap), *common)
    groups.insert(1 if here else 0, Group("Everywhere", everywhere))
    return [group for group in groups if group.lines]


def _lines(
    app: App[Any], kinds: Iterable[type[DOMNode]], keymap: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    keys: dict[str, dict[str, None]] = {}
    for kind in kinds:
        for binding in _own_bindings(kind, keymap):
            if not _is_allowed(app, binding.action.partition("(")[0]):
                continue
            shown = app.get_key_display(binding)
            keys.setdefault(binding.description, {})[shown] = None
    words: dict[str, list[str]] = {}
    for description, shown_keys in keys.items():
        words.setdefault(" ".join(shown_keys), []).append(description)
    return tuple((shown, " / ".join(descriptions)) for shown, descriptions in words.items())


def _is_allowed(app: App[Any], action: str) -> bool:
    """Whether an action is allowed on this board."""
    modes = getattr(app, "modes", None)
    return modes is None or modes.allows(action)


def _own_bindings(kind: type[DOMNode], keymap: Mapping[str, str]) -> list[Binding]:
    """The bindings that wallboard defines for a class, nearest first."""
    ours = [cls for cls in kind.__mro__ if cls.__module__.startswith("wallboard.")]
    bindings = BindingsMap.merge(BindingsMap(cls.__dict__.get("BINDINGS", ())) for cls in ours)
    bindings.apply_keymap(dict(keymap))
    return [binding for _, binding in bindings if binding.description]


def _is_ours(kind: type[DOMNode], binding: Binding) -> bool:
    """Whether wallboard defines this binding, not Textual."""
    ours = [cls for cls in kind.__mro__ if cls.__module__.startswith("wallboard.")]
    own = (one for cls in ours for one in cls.__dict__.get("BINDINGS", ()))
    return binding.action in {one.action for one in own if one.description}


Chosen = Mapping[str, tuple[str, ...]]

LEAVING = "leaving the board"
"""The name of bindings that the config cannot change."""

_MODIFIERS = ("ctrl+", "alt+", "shift+", "meta+", "super+", "hyper+")


class Bound(NamedTuple):
    """The id of a binding and its default keys."""

    name: str
    keys: tuple[str, ...]


def keymap_of(chosen: Chosen) -> dict[str, str]:
    """The keys of the config in the form of Textual."""
    return {name: ",".join(map(normal, keys)) for name, keys in chosen.items()}


def normal(key: str) -> str:
    """Textual's name of a key: ``slash`` for ``/``."""
    if key == ",":
        return "comma"
    modifiers, key = _split(key)
    return modifiers + next(iter(BindingsMap([Binding(key, "any")]).key_to_bindings))


def faults(chosen: Chosen, screens: Mapping[str, tuple[Bound, ...]]) -> Iterator[tuple[str, str]]:
    """Each action whose keys in the config cannot be used, and why."""
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
