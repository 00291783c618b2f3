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


def groups_of(app: App[Any], about: Screen[Any]) -> list[Group]:
    """The keys of every screen, those of the screen that is open first."""
    tables = _tables()
    here = [title for title, kinds in tables.items() if isinstance(about, kinds[0])]
    titles = [*here, *(title for title in tables if title not in here)]
    keymap = app._keymap  # there is no public way to read what was set
    groups = [Group(title, _lines(app, tables[title], keymap)) for title in titles]
    groups.insert(1 if here else 0, Group("Everywhere", _lines(app, (type(app),), keymap)))
    return groups


def _tables() -> Mapping[str, tuple[type[DOMNode], ...]]:
    """The screens, and the widgets on them that have keys of their own."""
    from wallboard.ui.screens.confirm import ConfirmScreen
    from wallboard.ui.screens.doctor import DoctorScreen
    from wallboard.ui.screens.drilldown import DrillDownScreen
    from wallboard.ui.screens.events import EventsScreen
    from wallboard.ui.screens.goto import GoToScreen
    from wallboard.ui.screens.survey import SurveyScreen
    from wallboard.ui.screens.themes import ThemePicker
    from wallboard.ui.screens.wall import WallScreen
    from wallboard.ui.widgets.bodyview import BodyView
    from wallboard.ui.widgets.eventlist import EventList
    from wallboard.ui.widgets.field import FieldLine
    from wallboard.ui.widgets.filterline import FilterLine
    from wallboard.ui.widgets.grid import WallGrid
    from wallboard.ui.widgets.page import Page
    from wallboard.ui.widgets.themelist import ThemeList
    from wallboard.ui.widgets.timeline import Timeline

    return {
        "Wall": (WallScreen, WallGrid),
        "Drill-down": (DrillDownScreen, BodyView, Page, Timeline),
        "Events": (EventsScreen, EventList),
        "Doctor": (DoctorScreen, Page),
        "Themes": (ThemePicker, ThemeList),
        "Survey": (SurveyScreen, FieldLine),
        "Before a survey is sent": (ConfirmScreen,),
        "While a filter is typed": (FilterLine,),
        "While a time is typed": (GoToScreen,),
    }


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
