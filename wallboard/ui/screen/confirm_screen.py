"""Asks for confirmation."""

from collections.abc import Sequence

from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen

from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.terminal.screen import CellScreen
from wallboard.ui.widgets.key_bar import Hint, KeyBar
from wallboard.ui.widgets.lines import Lines, word_wrapped


class ConfirmScreen(ModalScreen[bool], CellScreen[bool]):
    """Returns ``True`` only for ``y``; Enter means no."""

    DEFAULT_CSS = """
    ConfirmScreen { align: center middle; background: transparent; }
    ConfirmScreen > .asked { width: 64; max-width: 100%; height: auto; max-height: 100%; }
    ConfirmScreen:ansi > .asked { border: solid $primary; }
    """

    BINDINGS = [
        Binding("y", "answer(True)", "Yes", id="confirm"),
        Binding("n,escape,enter,q", "answer(False)", "No", id="decline"),
    ]

    def __init__(
        self, theme: BoardTheme, paragraphs: Sequence[str], *, yes: str, no: str = "Cancel"
    ) -> None:
        """``paragraphs`` are safe to show; the first is the question, ``yes`` what ``y`` does."""
        super().__init__()
        self.main_keys = (Hint(("confirm",), yes), Hint(("decline",), no))
        self.theme_styles = theme
        self._paragraphs = tuple(paragraphs)
        self._asked = Lines(theme, "notice", classes="asked")

    def compose(self) -> ComposeResult:
        """The question and the keys."""
        yield self._asked
        yield KeyBar(self.theme_styles)

    def on_mount(self) -> None:
        """Draw the question."""
        self._draw()

    def on_resize(self) -> None:
        """Wrap it for the new width."""
        self.call_after_refresh(self._draw)

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme."""
        self.theme_styles = theme
        self._draw()

    def _draw(self) -> None:
        base = self._asked.background
        width = max(1, min(64, self.app.size.width) - 4)
        lines = [line for text in self._paragraphs for line in word_wrapped(text, width)]
        self._asked.put([[], *([Segment(f"  {line}", base)] for line in lines), []])

    def action_answer(self, yes: bool) -> None:
        """Return the answer; a second key is ignored."""
        if self.is_current:
            self.dismiss(yes)
