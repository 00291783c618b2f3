"""The keys of every screen, and a check of those of the config against them."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from textual.binding import BindingsMap
from textual.dom import DOMNode
from textual.screen import ModalScreen, Screen

from wallboard.config.problem import ConfigError, Problem
from wallboard.domain.foreign_text import escaped
from wallboard.settings import Settings
from wallboard.ui.screen.keys import LEAVING, Bound, Group, faults, groups_of


def with_good_keys(settings: Settings, file: Path | None) -> Settings:
    """The settings, if their keys can be used. Raises ``ConfigError`` for those that cannot."""
    if settings.keys:
        name = escaped(file or "")
        wrong = faults(settings.keys, bindings_by_screen())
        found = [Problem(name, "[keys]", *fault) for fault in wrong]
        if found:
            raise ConfigError(found)
    return settings


@cache
def bindings_by_screen() -> Mapping[str, tuple[Bound, ...]]:
    """The bindings on each screen: of the app, the screen and its widgets."""
    from wallboard.ui.app.app import WallboardApp
    from wallboard.ui.app.open_screens import keyed_screens
    from wallboard.ui.screen.filtering_screen import FilteringScreen
    from wallboard.ui.widgets.input_lines import FilterLine

    found: dict[str, tuple[Bound, ...]] = {}
    for keyed in keyed_screens():
        if not issubclass(keyed.node, Screen):
            continue
        nodes: list[type[DOMNode]] = [keyed.node, *keyed.widgets]
        if issubclass(keyed.node, FilteringScreen):
            nodes.append(FilterLine)
        if not issubclass(keyed.node, ModalScreen):
            nodes.append(WallboardApp)
        bound = dict.fromkeys(one for node in nodes for one in _own(node))
        found[f"the {_words(keyed.node)} screen"] = tuple(bound)
    return found


def default_keys() -> list[Group]:
    """The default keys by screen, in the order of the help."""
    from wallboard.ui.app.app import WallboardApp
    from wallboard.ui.app.open_screens import keyed_screens

    return groups_of(WallboardApp(Settings()), None, keyed_screens())


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
