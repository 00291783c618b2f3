"""The theme picker: a list of themes; the board previews the selected one."""

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.message import Message
from textual.screen import ModalScreen

from wallboard.domain.policy import Level, Verdict
from wallboard.frozen import frozen
from wallboard.ui.look.text import fit, safe
from wallboard.ui.look.theme import AUTO, FRAME, BoardTheme, ThemeFile, load_file, theme_files
from wallboard.ui.look.theme_file import ThemeError
from wallboard.ui.terminal.screen import CellScreen
from wallboard.ui.widgets.key_bar import KeyBar
from wallboard.ui.widgets.lines import Lines

WIDTH = 34
_SHOWN = (
    Verdict.OPEN,
    Verdict.QUEUE_DEPTH_REACHED,
    Verdict.AGENT_NOT_AVAILABLE,
    Verdict.SERVICE_NOT_RUNNING,
    Verdict.UNKNOWN,
    Verdict.UNREACHABLE,
)
_TITLE_ROWS = 2


@frozen
class Choice:
    """A theme, or why it cannot be used."""

    name: str
    theme: BoardTheme | ThemeError
    own: bool = False


def choice_of(file: ThemeFile) -> Choice:
    """The theme in a file, or its error."""
    try:
        return Choice(file.name, load_file(file), file.own)
    except ThemeError as error:
        return Choice(file.name, error, file.own)


class ThemeList(Lines, can_focus=True):
    """One line for each theme; selecting one previews it."""

    DEFAULT_CSS = "ThemeList { height: 1fr; }"

    BINDINGS = [
        Binding("up,k", "move(-1)", "Up", show=False, id="up"),
        Binding("down,j", "move(1)", "Down", show=False, id="down"),
        Binding("pageup,ctrl+b", "move(-10)", "Page up", show=False, id="page_up"),
        Binding("pagedown,ctrl+f", "move(10)", "Page down", show=False, id="page_down"),
        Binding("home,g", "move(-9999)", "First", show=False, id="first"),
        Binding("end,G", "move(9999)", "Last", show=False, id="last"),
    ]

    class Chosen(Message):
        """Another theme was selected."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

    class Taken(Message):
        """The operator double-clicked a theme."""

    def __init__(self, theme: BoardTheme, choices: list[Choice], picked: str) -> None:
        """``picked`` is the name of the choice that is in force."""
        super().__init__(theme, "tile")
        self._choices = choices
        names = [choice.name for choice in choices]
        self._index = names.index(picked) if picked in names else 0
        self._top = 0

    @property
    def choice(self) -> Choice:
        """The selected theme."""
        return self._choices[self._index]

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme, and draw the list in it."""
        super().restyle(theme)
        self.fill()

    def on_resize(self) -> None:
        """Draw the list for the new height."""
        self.fill()

    def fill(self) -> None:
        """Draw the list around the selected theme, with its error below."""
        wrong = self._wrong()
        rows = max(1, self.size.height - _TITLE_ROWS - len(wrong))
        self._top = min(max(self._top, self._index - rows + 1), self._index)
        shown = range(self._top, min(self._top + rows, len(self._choices)))
        title = [Segment(f" {len(self._choices)} themes", self.background + Style(bold=True))]
        self.put([title, [], *(self._line(index) for index in shown), *wrong])

    def _line(self, index: int) -> list[Segment]:
        choice, glyphs = self._choices[index], self.theme_styles.glyphs
        chosen = index == self._index
        base = self.theme_styles.ui["cursor"] if chosen else self.background
        arrow = glyphs.pointer if chosen else " "
        room = WIDTH - len(_SHOWN) - 4
        name = safe(choice.name) + (" (yours)" if choice.own else "")
        line = [Segment(f" {arrow} {fit(name, room, glyphs)}", base)]
        if isinstance(choice.theme, ThemeError):
            critical = self.theme_styles.level[Level.CRITICAL]
            return [*line, Segment(fit("broken", len(_SHOWN)), critical + base.background_style)]
        signs = [
            Segment(glyphs.verdict[verdict], choice.theme.verdict[verdict]) for verdict in _SHOWN
        ]
        return [*line, *signs, Segment(" ", base)]

    def _wrong(self) -> list[list[Segment]]:
        from textwrap import wrap

        error = self.choice.theme
        if not isinstance(error, ThemeError):
            return []
        rows = max(1, self.size.height // 2)
        lines = wrap(safe(str(error)), WIDTH - 2)[:rows]
        return [[], *([Segment(f" {line}", self.background)] for line in lines)]

    def action_move(self, step: int) -> None:
        """Move the selection."""
        self._choose(max(0, min(self._index + step, len(self._choices) - 1)))

    def _choose(self, index: int) -> None:
        if index != self._index:
            self._index = index
            self.fill()
            self.post_message(self.Chosen(self.choice))

    def on_click(self, event: events.Click) -> None:
        """Select the clicked theme; a double click picks it."""
        row = event.y - self.gutter.top
        index = self._top + row - _TITLE_ROWS
        if row >= _TITLE_ROWS and index < len(self._choices):
            self._choose(index)
            if event.chain > 1:
                self.post_message(self.Taken())


class ThemePicker(ModalScreen[Choice | None], CellScreen[Choice | None]):
    """Returns the picked theme, or ``None`` to restore the one before."""

    DEFAULT_CSS = f"""
    ThemePicker {{ align: right top; background: transparent; }}
    ThemePicker > ThemeList {{ width: {WIDTH}; max-width: 100%; margin-top: 2; }}
    ThemePicker:ansi > ThemeList {{ width: {WIDTH + FRAME}; border: solid $primary; }}
    """

    AUTO_FOCUS = "ThemeList"

    BINDINGS = [
        Binding("enter", "take", "Keep", id="keep_theme"),
        Binding("escape,t,q", "dismiss", "Cancel", id="close"),
        Binding("Q", "app.end", "Quit from any screen", show=False, id="quit_anywhere"),
    ]

    class Previewed(Message):
        """The board is to be drawn in this theme as a preview."""

        def __init__(self, theme: BoardTheme) -> None:
            super().__init__()
            self.theme = theme

    def __init__(self, theme: BoardTheme, automatic: BoardTheme, picked: str) -> None:
        """``automatic`` is what ``auto`` chooses here; ``picked`` is the choice in force."""
        super().__init__()
        choices = [choice_of(file) for file in theme_files().values()]
        self._list = ThemeList(theme, [Choice(AUTO, automatic), *choices], picked)
        self._keys = KeyBar(theme)

    def compose(self) -> ComposeResult:
        """The list and the keys."""
        yield self._list
        yield self._keys

    def on_theme_list_chosen(self, message: ThemeList.Chosen) -> None:
        """Preview the selected theme."""
        if isinstance(message.choice.theme, BoardTheme):
            self.post_message(self.Previewed(message.choice.theme))

    def on_theme_list_taken(self) -> None:
        """Pick the double-clicked theme."""
        self.action_take()

    def action_take(self) -> None:
        """Pick the selected theme, if it can be used."""
        choice: Choice = self._list.choice
        if isinstance(choice.theme, BoardTheme):
            self.dismiss(choice)
        else:
            self.app.bell()
