"""An input field of the survey form, with label and choices."""

from collections.abc import Sequence
from dataclasses import replace

from rich.cells import get_character_cell_size
from rich.segment import Segment
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.strip import Strip
from textual.widgets import Input

from wallboard.domain.foreign_text import STEERED
from wallboard.ece.ask.survey import ANSWER, QUESTION
from wallboard.ui.look.text import is_safe, safe
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.survey.survey_form import QuestionRow
from wallboard.ui.widgets.input_lines import TypedLine
from wallboard.ui.widgets.lines import Lines

LABEL_WIDTH = 14
MOST_CHARACTERS = 4000


class FieldLine(TypedLine):
    """The input line: up and down take a choice, or move to another line without choices.

    Enter has priority: keys that follow it in one burst belong to the next line.
    """

    DEFAULT_CSS = """
    FieldLine { width: 1fr; height: 1; border: none; padding: 0 1; background: $surface;
                color: $foreground; }
    FieldLine:focus { border: none; }
    """

    BINDINGS = [
        Binding("up", "step(-1)", "Previous choice or line", show=False, id="choose_before"),
        Binding("down", "step(1)", "Next choice or line", show=False, id="choose_after"),
        Binding("enter", "leave(1)", "Next field", show=False, priority=True, id="next_line"),
    ]

    def __init__(self, text: str, hint: str, choices: Sequence[str]) -> None:
        super().__init__(
            text,
            placeholder=hint,
            compact=True,
            max_length=MOST_CHARACTERS,
            select_on_focus=False,
        )
        self.cursor_blink = False
        self.choices = tuple(choices)

    def render_line(self, y: int) -> Strip:
        """The line, with control characters replaced."""
        strip = super().render_line(y)
        if strip.text.isprintable():
            return strip
        shown = (Segment(_shown(text), style, control) for text, style, control in strip)
        return Strip(shown, strip.cell_length)

    def action_step(self, by: int) -> None:
        """Take the next choice, or move to the next line."""
        if len(self.choices) < 2:
            self.action_leave(by)
        else:
            self.choose(by)

    def action_leave(self, by: int) -> None:
        """Move to the next or previous line."""
        move = self.screen.focus_next if by > 0 else self.screen.focus_previous
        move(FieldLine)

    def choose(self, by: int) -> None:
        """Take the next choice; the first or last from other text."""
        start = -1 if by > 0 else 0
        at = self.choices.index(self.value) if self.value in self.choices else start
        self.value = self.choices[(at + by) % len(self.choices)]
        self.cursor_position = len(self.value)


def _shown(text: str) -> str:
    """The text in the same width."""
    return "".join(
        char if is_safe(char) else STEERED * get_character_cell_size(char) for char in text
    )


class Field(Horizontal):
    """Label, input line, and the number of choices; a click on that takes the next choice."""

    DEFAULT_CSS = f"""
    Field {{ height: 1; }}
    Field > .label {{ width: {LABEL_WIDTH}; height: 1; }}
    Field > .choices {{ width: auto; height: 1; }}
    """

    def __init__(
        self,
        theme: BoardTheme,
        label: str,
        text: str = "",
        *,
        hint: str = "",
        choices: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self.theme_styles = theme
        self.line = FieldLine(text, hint, choices)
        self.wrong = False
        self._label = label
        self._before = Lines(theme, "screen", classes="label")
        self._behind = _Choices(theme)

    class Changed(Message):
        """The text changed."""

    def compose(self) -> ComposeResult:
        """Label, line and choices."""
        yield self._before
        yield self.line
        yield self._behind

    def on_mount(self) -> None:
        """Draw the label and the choices."""
        self._draw()

    @property
    def text(self) -> str:
        """The text of the line."""
        return self.line.value

    def set_label(self, label: str) -> None:
        """Change the label."""
        if label != self._label:
            self._label = label
            self._draw()

    def mark(self, *, wrong: bool) -> None:
        """Mark or unmark the field as faulty."""
        if wrong != self.wrong:
            self.wrong = wrong
            self._draw()

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme."""
        self.theme_styles = theme
        self._draw()

    def on_descendant_focus(self) -> None:
        """Show that this field has the focus."""
        self._draw()

    def on_descendant_blur(self) -> None:
        """Show that it has not."""
        self._draw()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Report the change."""
        event.stop()
        self._draw()
        self.post_message(self.Changed())

    def _draw(self) -> None:
        theme, base = self.theme_styles, self._before.background
        here = self.line.has_focus
        pointer = theme.glyphs.pointer if here else "!" if self.wrong else " "
        style = theme.ui["key" if here else "mark" if self.wrong else "muted"]
        words = Segment(f"{pointer} {self._label}"[:LABEL_WIDTH], style + base.background_style)
        self._before.put([[words]])
        self._behind.show(self.line)


class _Choices(Lines):
    """The number of the current choice, and how many there are."""

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "screen", classes="choices")
        self._line: FieldLine | None = None

    def show(self, line: FieldLine) -> None:
        """Draw it, if there is anything to choose."""
        self._line = line
        count = len(line.choices)
        self.display = count > 1
        if not self.display:
            return
        at = line.choices.index(line.value) + 1 if line.value in line.choices else 0
        glyphs = self.theme_styles.glyphs
        words = f" {glyphs.unfolded} {at or glyphs.unknown}/{count} "
        style = self.theme_styles.ui["mark"] + self.background.background_style
        self.put([[Segment(safe(words), style)]])
        self.styles.width = len(words)

    def on_click(self, event: events.Click) -> None:
        """Take the next choice."""
        if self._line and len(self._line.choices) > 1:
            self._line.focus()
            self._line.choose(1)


class SurveyRow(Vertical):
    """Two fields: question and answer."""

    DEFAULT_CSS = "SurveyRow { height: 2; }"

    def __init__(self, theme: BoardTheme, number: int, row: QuestionRow) -> None:
        super().__init__()
        self._row = row
        hint = "answer" if row.required else "optional"
        self.question = Field(theme, _label(number), row.question, hint="question")
        self.answer = Field(theme, "  answer", row.answer, hint=hint, choices=row.choices)

    def compose(self) -> ComposeResult:
        """The two fields."""
        yield self.question
        yield self.answer

    @property
    def row(self) -> QuestionRow:
        """The question and answer as typed."""
        return replace(self._row, question=self.question.text, answer=self.answer.text)

    def set_number(self, number: int) -> None:
        """Change the number."""
        self.question.set_label(_label(number))

    def field(self, part: str) -> Field | None:
        """The field of a part of a fault."""
        return {QUESTION: self.question, ANSWER: self.answer}.get(part)


def _label(number: int) -> str:
    return f"{number} question"
