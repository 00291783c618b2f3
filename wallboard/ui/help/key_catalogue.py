"""Every key and what it does, made from the bindings themselves."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from textual.app import App
from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode
from textual.screen import Screen


class Command(NamedTuple):
    """What keys do on the screen that is open: the keys, the words for it, and where it is done."""

    keys: tuple[str, ...]
    words: str
    action: str
    node: DOMNode


class Keyed(NamedTuple):
    """A screen, or a line that is typed into, and the widgets on it that have keys of their own."""

    title: str
    node: type[DOMNode]
    widgets: tuple[type[DOMNode], ...] = ()


class Group(NamedTuple):
    """Keys that belong together; each line has its keys and what they do."""

    title: str
    lines: tuple[tuple[str, str], ...]


def commands_of(screen: Screen[Any]) -> list[Command]:
    """All that keys do on a screen now: what concerns the whole of it first, moving about last.

    Keys that do the same are one command.
    """
    found: dict[tuple[str, DOMNode], Command] = {}
    for active in screen.active_bindings.values():
        binding, node = active.binding, active.node
        if not active.enabled or not _is_ours(type(node), binding):
            continue
        shown = screen.app.get_key_display(binding)
        known = found.get((binding.action, node))
        keys = (*known.keys, shown) if known else (shown,)
        words = known.words if known else binding.description
        unique = tuple(dict.fromkeys(keys))
        found[binding.action, node] = Command(unique, words, binding.action, node)
    return sorted(found.values(), key=lambda command: _place(command.node))


def _place(node: DOMNode) -> int:
    return 0 if isinstance(node, Screen) else 1 if isinstance(node, App) else 2


def groups_of(app: App[Any], about: Screen[Any], screens: Iterable[Keyed]) -> list[Group]:
    """The keys of every screen, those of the screen that is open first."""
    listed = [keyed for keyed in screens if keyed.title]
    here = [keyed for keyed in listed if isinstance(about, keyed.node)]
    ordered = [*here, *(keyed for keyed in listed if keyed not in here)]
    keymap = app._keymap  # there is no public way to read what was set
    groups = [Group(k.title, _lines(app, (k.node, *k.widgets), keymap)) for k in ordered]
    groups.insert(1 if here else 0, Group("Everywhere", _lines(app, (type(app),), keymap)))
    return groups


def _lines(
    app: App[Any], kinds: Iterable[type[DOMNode]], keymap: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    keys: dict[str, list[str]] = {}
    for kind in kinds:
        for binding in _own_bindings(kind, keymap):
            if not _can_ever(app, binding.action.partition("(")[0]):
                continue
            shown = app.get_key_display(binding)
            listed = keys.setdefault(binding.description, [])
            if shown not in listed:
                listed.append(shown)
    return tuple((" ".join(shown), words) for words, shown in keys.items())


def _can_ever(app: App[Any], action: str) -> bool:
    """Whether keys may do this on this board at all, if not on what it shows now."""
    modes = getattr(app, "modes", None)
    return modes is None or modes.allows(action)


def _own_bindings(kind: type[DOMNode], keymap: Mapping[str, str]) -> list[Binding]:
    """The bindings that the board itself gave to a kind of screen or widget, nearest first."""
    ours = [cls for cls in kind.__mro__ if cls.__module__.startswith("wallboard.")]
    bindings = BindingsMap.merge(BindingsMap(cls.__dict__.get("BINDINGS", ())) for cls in ours)
    bindings.apply_keymap(dict(keymap))
    return [binding for _, binding in bindings if binding.description]


def _is_ours(kind: type[DOMNode], binding: Binding) -> bool:
    """Whether the board itself gave this key its meaning, and not a widget it is built on."""
    ours = [cls for cls in kind.__mro__ if cls.__module__.startswith("wallboard.")]
    own = (one for cls in ours for one in cls.__dict__.get("BINDINGS", ()))
    return binding.action in {one.action for one in own if one.description}
