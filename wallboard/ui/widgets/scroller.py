"""What everything that is read by scrolling has in common: its look and its keys."""

from textual.binding import Binding
from textual.scroll_view import ScrollView

from wallboard.ui.look.theme import BoardTheme


class Scroller(ScrollView, can_focus=True, inherit_bindings=False):
    """Scrolls by pages and lines; the arrows are left to choose with."""

    DEFAULT_CSS = """
    Scroller { height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1;
               scrollbar-gutter: stable; background: $background; }
    """

    BINDINGS = [
        Binding("pageup,ctrl+b", "page_up", "Page up", show=False, id="page_up"),
        Binding("pagedown,ctrl+f", "page_down", "Page down", show=False, id="page_down"),
        Binding("home", "scroll_home", "Top", show=False, id="first"),
        Binding("end", "scroll_end", "Bottom", show=False, id="last"),
        Binding("K,shift+up", "scroll_up", "Line up", show=False, id="line_up"),
        Binding("J,shift+down", "scroll_down", "Line down", show=False, id="line_down"),
    ]

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__()
        self.theme_styles = theme

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme; the reader stays where they are."""
        self.theme_styles = theme
        self.refresh()
