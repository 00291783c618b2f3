"""The request of a survey as it will be posted, or the response."""

from rich.segment import Segment
from textual.app import ComposeResult
from textual.containers import Vertical

from wallboard.domain.observation import Response
from wallboard.domain.policy import Level
from wallboard.ui.look.text import fit, safe
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.widgets.body_view import BodyView
from wallboard.ui.widgets.lines import Lines, raw, word_wrapped

MOST_LINES_SAID, ROWS_OF_THE_REST = 6, 7

ROOMY_HEIGHT = 20
"""Terminal rows from which the body gets its full height."""


class SurveyPreview(Vertical):
    """A head, a body to scroll in, and a sentence on the state of the form."""

    DEFAULT_CSS = """
    SurveyPreview { height: auto; }
    SurveyPreview > .head { height: 1; }
    SurveyPreview > BodyView { height: 30vh; }
    SurveyPreview.-short > BodyView { height: 2; }
    SurveyPreview > .said { height: auto; }
    """

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__()
        self.theme_styles = theme
        self._head = Lines(theme, "footer", classes="head")
        self.body = BodyView(theme)
        self._said = Lines(theme, "screen", classes="said")

    def compose(self) -> ComposeResult:
        """Head, body and sentence."""
        yield self._head
        yield self.body
        yield self._said

    def on_resize(self) -> None:
        """Shrink the body on a low terminal."""
        self.set_class(self.app.size.height < ROOMY_HEIGHT, "-short")

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme."""
        self.theme_styles = theme

    def show_request(self, url: str, body: bytes) -> None:
        """Show the request, byte for byte."""
        self._show(f"POST {safe(url)}", body)

    def show_answer(self, answer: Response) -> None:
        """Show the response, byte for byte."""
        self._show(f"Answer: {answer.status} {safe(answer.reason)}", answer.body)

    def say(self, text: str, level: Level | None) -> None:
        """Show the state of the form, in the colour of ``level`` if there is one."""
        theme, base = self.theme_styles, self._said.background
        style = theme.ui["muted"] if level is None else theme.level[level]
        width, height = self.app.size
        most = max(1, min(MOST_LINES_SAID, height - ROWS_OF_THE_REST))
        lines = list(word_wrapped(text, max(1, width - 2)))
        if len(lines) > most:
            lines = [*lines[: most - 1], f"{lines[most - 1]} {lines[most]}"]
            lines[-1] = fit(lines[-1], max(1, width - 2), theme.glyphs)
        self._said.put([[Segment(f" {line}", style + base.background_style)] for line in lines])

    def _show(self, head: str, body: bytes) -> None:
        self._head.put([[Segment(f" {head}", self._head.background)]])
        room = max(1, self.app.size.width - 1)  # the last column is the scroll bar's
        self.body.put(raw(body, room), width=room, keep_place=True)
