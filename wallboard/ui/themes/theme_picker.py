"""The theme picker: a list beside the board, which previews the highlighted theme."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.message import Message
from textual.screen import ModalScreen

from wallboard.ui.look.theme import FRAME, BoardTheme, theme_files
from wallboard.ui.terminal.screen import CellScreen
from wallboard.ui.themes.theme_list import WIDTH, Choice, ThemeList, choice_of
from wallboard.ui.widgets.key_bar import KeyBar


class ThemePicker(ModalScreen[BoardTheme | None], CellScreen[BoardTheme | None]):
    """Ends with the theme that was picked, or with ``None`` if it shall be as before."""

    DEFAULT_CSS = f"""
    ThemePicker {{ align: right top; background: transparent; }}
    ThemePicker > ThemeList {{ width: {WIDTH}; max-width: 100%; margin-top: 2; }}
    ThemePicker:ansi > ThemeList {{ width: {WIDTH + FRAME}; border: solid $primary; }}
    """

    AUTO_FOCUS = "ThemeList"

    BINDINGS = [
        Binding("enter", "take", "Keep", id="keep_theme"),
        Binding("escape,t,q", "dismiss", "As before", id="close"),
    ]

    class Previewed(Message):
        """The board shall be drawn in this theme, for the operator to look at."""

        def __init__(self, theme: BoardTheme) -> None:
            super().__init__()
            self.theme = theme

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__()
        self._list = ThemeList(theme, [choice_of(file) for file in theme_files().values()])
        self._keys = KeyBar(theme)

    def compose(self) -> ComposeResult:
        """The list, and the keys that work while it is open."""
        yield self._list
        yield self._keys

    def on_theme_list_chosen(self, message: ThemeList.Chosen) -> None:
        """Preview the highlighted theme on the board."""
        if isinstance(message.choice.theme, BoardTheme):
            self.post_message(self.Previewed(message.choice.theme))

    def on_theme_list_taken(self) -> None:
        """Keep the theme that was pointed at."""
        self.action_take()

    def action_take(self) -> None:
        """Keep the chosen theme, unless it cannot be used."""
        choice: Choice = self._list.choice
        if isinstance(choice.theme, BoardTheme):
            self.dismiss(choice.theme)
        else:
            self.app.bell()
