"""The keys that the config gives to actions, held against the bindings themselves."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from textual.binding import Binding, BindingsMap
from textual.keys import Keys

from wallboard.config.problem import nearest, shown

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


def faults(chosen: Chosen, screens: Mapping[str, tuple[Bound, ...]]) -> Iterator[tuple[str, str]]:
    """Each action that cannot have the keys it is given, and why."""
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
