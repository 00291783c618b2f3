"""The help: every key of the screen it was asked on, made from the bindings themselves."""

from typing import Any

from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.dom import DOMNode
from textual.screen import ModalScreen, Screen

from wallboard.domain.policy import Verdict
from wallboard.ui.glyphs import Glyphs
from wallboard.ui.theme import BoardTheme
from wallboard.ui.widgets.lines import Lines

KEY_WIDTH = 22


class HelpScreen(ModalScreen[None]):
    """Keys first, then what the signs on a tile mean."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle; background: $background 60%; }
    HelpScreen > VerticalScroll { width: 74; max-width: 100%; height: auto; max-height: 100%;
                                  background: $surface; scrollbar-size-vertical: 1; }
    HelpScreen Lines { height: auto; }
    """

    BINDINGS = [Binding("escape,question_mark,q,enter", "dismiss", "Close", id="close")]

    def __init__(self, theme: BoardTheme, about: Screen[Any]) -> None:
        super().__init__()
        self.theme_styles = theme
        self._keys = keys_of(about)

    def compose(self) -> ComposeResult:
        """One scrolling page."""
        with VerticalScroll():
            yield Lines(self.theme_styles, "tile", id="help")

    def on_mount(self) -> None:
        """Fill the page."""
        self._fill()

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme."""
        self.theme_styles = theme
        self._fill()

    def _fill(self) -> None:
        ui, base = self.theme_styles.ui, self.theme_styles.ui["tile"]
        key_style = ui["key"] + base.background_style
        lines = [[Segment(" Keys", key_style)], []]
        lines += [
            [Segment(f"  {keys:<{KEY_WIDTH}}", key_style), Segment(what, base)]
            for keys, what in self._keys
        ]
        lines += [[], [Segment(" Signs", key_style)], []]
        glyphs = self.theme_styles.glyphs
        for verdict in Verdict:
            chip = f" {glyphs.verdict[verdict]} {verdict.label} "
            words = Segment(f"  {_VERDICT_WORDS[verdict]}", base)
            lines.append(
                [
                    Segment("  ", base),
                    Segment(f"{chip:<16}", self.theme_styles.verdict[verdict]),
                    words,
                ]
            )
        lines.append([])
        lines += [
            [Segment(f"  {sign:<16}", key_style), Segment(f"  {words}", base)]
            for sign, words in _signs(glyphs)
        ]
        self.query_one("#help", Lines).put([*lines, []])


_VERDICT_WORDS = {
    Verdict.OPEN: "a customer can start a chat",
    Verdict.QUEUE_DEPTH_REACHED: "the queue is at its maximum depth",
    Verdict.AGENT_NOT_AVAILABLE: "no agent is available",
    Verdict.SERVICE_NOT_RUNNING: "agent assignment service not running",
    Verdict.INVALID_ENTRY_POINT: "the server does not know the id",
    Verdict.ENTRY_POINT_INACTIVE: "the entry point is not active",
    Verdict.OTHER: "not allowed, reason other or none",
    Verdict.UNKNOWN: "an answer that is not documented",
    Verdict.UNREACHABLE: "no endpoint could be reached",
    Verdict.ERROR: "chatAllowed and checkEligibility fail",
    Verdict.WAITING: "no answer yet",
}


def _signs(glyphs: Glyphs) -> list[tuple[str, str]]:
    rising = glyphs.blocks[:: max(1, len(glyphs.blocks) // 3)]
    chart = f"{rising}{glyphs.gap}{glyphs.blocks[1]}  {glyphs.at_most}60s"
    return [
        (f"{glyphs.partial} partial", "some endpoint is failing or decides alone"),
        (f"{glyphs.contradiction} contradiction", "chatAllowed and checkEligibility disagree"),
        (f"{glyphs.lenient} lenient", "a body was not well formed"),
        ("12s old", "the last good answer is that old"),
        (chart, "est. wait, a column a poll; a gap is a failed poll"),
    ]


def keys_of(screen: Screen[Any]) -> list[tuple[str, str]]:
    """Every key that works on a screen, with those that do the same on one line."""
    keys: dict[str, list[str]] = {}
    words: dict[str, str] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        if _is_ours(active.node, binding):
            shown = screen.app.get_key_display(binding)
            keys.setdefault(binding.action, [])
            if shown not in keys[binding.action]:
                keys[binding.action].append(shown)
            words.setdefault(binding.action, binding.description)
    return [(" ".join(keys[action]), words[action]) for action in keys]


def _is_ours(node: DOMNode, binding: Binding) -> bool:
    """Whether the board itself gave this key its meaning, and not a widget it is built on."""
    ours = [cls for cls in type(node).__mro__ if cls.__module__.startswith("wallboard.")]
    actions = {
        own.action for cls in ours for own in cls.__dict__.get("BINDINGS", ()) if own.description
    }
    return binding.action in actions
