"""A question of the survey form and its answer."""

from dataclasses import replace

from textual.app import ComposeResult
from textual.containers import Vertical

from wallboard.ece.survey.survey import ANSWER, QUESTION
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.survey.field import Field
from wallboard.ui.survey.survey_form import QuestionRow


class SurveyRow(Vertical):
    """Two lines: what was asked, and what was answered."""

    DEFAULT_CSS = "SurveyRow { height: 2; }"

    def __init__(self, theme: BoardTheme, number: int, row: QuestionRow) -> None:
        super().__init__()
        self._row = row
        hint = "what was answered" if row.required else "may be left empty"
        self.question = Field(theme, _label(number), row.question, hint="what was asked")
        self.answer = Field(theme, "  answer", row.answer, hint=hint, choices=row.choices)

    def compose(self) -> ComposeResult:
        """The two lines."""
        yield self.question
        yield self.answer

    @property
    def row(self) -> QuestionRow:
        """What stands in it."""
        return replace(self._row, question=self.question.text, answer=self.answer.text)

    def call(self, number: int) -> None:
        """Take another number."""
        self.question.call(_label(number))

    def field(self, part: str) -> Field | None:
        """The line of a part, by the name that its fault has."""
        return {QUESTION: self.question, ANSWER: self.answer}.get(part)


def _label(number: int) -> str:
    return f"{number} question"
