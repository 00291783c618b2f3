"""Every message of the board in full: servers out of reach, shared causes, problems."""

from rich.segment import Segment
from textual.binding import Binding
from textual.widget import Widget

from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.picture.view import View
from wallboard.ui.screen.banner import messages_of
from wallboard.ui.screen.board_screen import BoardScreen
from wallboard.ui.widgets.lines import Page, word_wrapped


class MessagesScreen(BoardScreen):
    """What the banner has no room for, word by word."""

    REACHED_BY = "messages"

    BINDINGS = [
        Binding("escape,q,M", "dismiss", "Back", key_display="esc", id="back"),
        Binding("up,k", "scroll(-1)", "Up", show=False, id="up"),
        Binding("down,j", "scroll(1)", "Down", show=False, id="down"),
    ]

    def __init__(self, theme: BoardTheme, first: View) -> None:
        super().__init__(theme)
        self.page = Page(theme)
        self.view = first

    def parts(self) -> list[Widget]:
        """One page."""
        return [self.page]

    def on_mount(self) -> None:
        """Show the messages at once."""
        if self.view:
            self.show(self.view)

    def show(self, view: View) -> None:
        """Show the messages of this view."""
        super().show(view)
        styles, width = self.theme_styles.ui, self.app.size.width - 4
        lines: list[list[Segment]] = []
        for text, part in messages_of(view, self.theme_styles.glyphs):
            wrapped = word_wrapped(text, max(1, width))
            lines += [[Segment(f" {line} ", styles[part])] for line in wrapped]
            lines.append([])
        self.page.put(lines or [[Segment(" No messages.", styles["muted"])]])

    def action_scroll(self, lines: int) -> None:
        """Go down or up by a line."""
        self.page.scroll_relative(y=lines, animate=False)
