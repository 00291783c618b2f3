"""The survey form: fields, the XML to be posted, and the response."""

from collections.abc import Iterator, Sequence

from rich.segment import Segment
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.message import Message
from textual.screen import ModalScreen
from textual.widget import Widget

from wallboard.domain.policy import Level
from wallboard.ece.ask.outgoing import survey_url_of
from wallboard.ece.ask.survey import (
    SID,
    UNKNOWN_WORDS,
    Delivery,
    Outcome,
    SurveyFault,
    body_of,
    draft_of,
)
from wallboard.settings import ServerSettings, Settings
from wallboard.ui.look.text import safe
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.screen.confirm_screen import ConfirmScreen
from wallboard.ui.screen.styled_app import StyledApp
from wallboard.ui.survey.field import Field, FieldLine, SurveyRow
from wallboard.ui.survey.survey_form import (
    SERVER,
    Form,
    QuestionRow,
    Sending,
    Stage,
    faults_in,
    first_fault_words,
    first_rows,
)
from wallboard.ui.survey.survey_preview import SurveyPreview
from wallboard.ui.terminal.screen import CellScreen
from wallboard.ui.widgets.key_bar import KeyBar
from wallboard.ui.widgets.lines import Lines, split

ROOM_FOR_WORDS = 60
"""Cells from which the title has more than its name."""

LEVELS = {
    Delivery.SENT: Level.OK,
    Delivery.REFUSED: Level.CRITICAL,
    Delivery.UNKNOWN: Level.UNKNOWN,
    Delivery.NOT_SENT: Level.WARNING,
}


class SurveyScreen(ModalScreen[Outcome | None], CellScreen[Outcome | None]):
    """Returns the outcome of the last survey sent, or ``None``."""

    DEFAULT_CSS = """
    SurveyScreen { layout: vertical; background: $background; color: $foreground; }
    SurveyScreen > .title { height: 1; }
    SurveyScreen > #fields { height: 1fr; min-height: 2; scrollbar-size-vertical: 1;
                             background: $background; }
    """

    AUTO_FOCUS = ""

    BINDINGS = [
        Binding("ctrl+s", "send", "Send", key_display="^s", priority=True, id="send_survey"),
        Binding("ctrl+n", "add", "Add", key_display="^n", priority=True, id="add_question"),
        Binding("ctrl+r", "remove", "Remove", key_display="^r", priority=True,
                id="remove_question"),
        Binding("escape", "back", "Close", id="close"),
    ]  # fmt: skip

    class Answered(Message):
        """Sending has ended."""

        def __init__(self, outcome: Outcome) -> None:
            super().__init__()
            self.outcome = outcome

    def __init__(self, theme: BoardTheme, settings: Settings, *, server: str, sid: str) -> None:
        """``server`` is the name to begin with, if any."""
        super().__init__()
        self.theme_styles = theme
        self._settings = settings
        names = [one.name for one in settings.server]
        first = server or (names[0] if len(names) == 1 else "")
        self._title = Lines(theme, "header", classes="title")
        self._server = Field(theme, "server", first, hint="its name", choices=names)
        self._sid = Field(theme, "sid", sid, hint="chat session id")
        self._fields = VerticalScroll(id="fields", can_focus=False)
        self._preview = SurveyPreview(theme)
        self._sending = Sending()
        self._faulty = False
        self._answer_shown = False
        self._saved: Form | None = None

    def compose(self) -> ComposeResult:
        """The fields, the preview and the keys."""
        yield self._title
        with self._fields:
            yield self._server
            yield self._sid
            for number, row in enumerate(first_rows(self._settings.survey), 1):
                yield SurveyRow(self.theme_styles, number, row)
        yield self._preview
        yield KeyBar(self.theme_styles)

    def on_mount(self) -> None:
        """Focus the first empty line."""
        self._saved = self.form
        lines: list[FieldLine] = [field.line for field in self.query(Field)]
        self.set_focus(next((line for line in lines if not line.value), lines[0]))
        self.call_after_refresh(self._draw)

    def on_unmount(self) -> None:
        """Warn if a survey was still being sent: its outcome stays unknown."""
        if self._sending.stage is Stage.SENDING and isinstance(self.app, StyledApp):
            self.app.show_or_print(f"The survey was being sent. {UNKNOWN_WORDS}")

    def on_resize(self) -> None:
        """Wrap everything for the new size."""
        self.call_after_refresh(self._draw)

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme."""
        self.theme_styles = theme
        self.call_after_refresh(self._draw)

    @on(Field.Changed)
    def _changed(self) -> None:
        self._answer_shown = False
        self._draw()

    @property
    def form(self) -> Form:
        """All that was typed."""
        rows = tuple(row.row for row in self._rows())
        return Form(self._server.text, self._sid.text, rows)

    def body(self) -> bytes:
        """The bytes to post. Raises ``SurveyError`` if the form has faults."""
        return body_of(self.form.survey)

    def action_add(self) -> None:
        """Add an empty question at the end."""
        if self._sending.stage is Stage.WRITING:
            row = SurveyRow(self.theme_styles, len(self._rows()) + 1, QuestionRow())
            self._fields.mount(row)
            self.call_after_refresh(self.set_focus, row.question.line)
            self.call_after_refresh(self._draw)

    async def action_remove(self) -> None:
        """Remove the question with the focus; the last one is emptied."""
        rows = self._rows()
        here = next((row for row in rows if row.has_focus_within), None)
        if self._sending.stage is not Stage.WRITING or here is None:
            self.app.bell()
            return
        at = rows.index(here)
        if len(rows) == 1:
            await self._fields.mount(SurveyRow(self.theme_styles, 1, QuestionRow()))
        await here.remove()
        left = self._rows()
        for number, row in enumerate(left, 1):
            row.set_number(number)
        self.set_focus(left[min(at, len(left) - 1)].question.line)
        self._changed()

    def action_send(self) -> None:
        """Ask whether to send it, after the keys before this one were handled."""
        if self._sending.stage is Stage.WRITING:
            self._sending = self._sending.locked()
            focused = self.focused
            # Keys that come in one burst with the answer must not be typed into the form.
            self.set_focus(None)
            (focused or self).call_later(self._ask, focused)

    def _ask(self, focused: Widget | None) -> None:
        """Ask, unless something is wrong with it or it was sent already."""
        form = self.form
        faults = faults_in(form, self._settings.server)
        body = b"" if faults else self.body()
        before = self._sending.outcome_of(form.server, body)
        if faults or before is Delivery.SENT:
            self._sending = self._sending.declined()
            self._faulty = bool(faults)
            field = self._field_of(faults[0]) if faults else None
            self.set_focus(field.line if field else focused)
            self._draw()
            return
        self._sending = self._sending.asking(form.server, body)
        asked = ConfirmScreen(self.theme_styles, list(self._question(form, before)), yes="Send")

        def answered(yes: bool | None) -> None:
            if yes:
                self._send()
            else:
                self._sending = self._sending.declined()
                self.set_focus(focused)

        self.app.push_screen(asked, answered)

    def action_back(self) -> None:
        """Leave the form, unless a survey is being sent."""
        if self._sending.stage is Stage.SENDING:
            self.app.bell()
        elif self.form == self._saved:
            self.dismiss(self._sending.outcome)
        else:
            words = ("Discard this survey?", "What was typed is lost.")
            asked = ConfirmScreen(self.theme_styles, words, yes="Discard", no="Keep editing")
            self.app.push_screen(asked, self._discard)

    def _discard(self, yes: bool | None) -> None:
        if yes:
            self.dismiss(self._sending.outcome)

    def on_survey_screen_answered(self, message: Answered) -> None:
        """Show the outcome."""
        self._sending = self._sending.ended(message.outcome)
        if message.outcome.delivery is Delivery.SENT:
            self._saved = self.form
        self._answer_shown = bool(message.outcome.response and message.outcome.response.body)
        self._draw()
        if self.is_current and self.focused is None:
            # Not a line: a key meant to send must not be typed into the form.
            self.set_focus(self._preview.body)

    def _send(self) -> None:
        self._sending = self._sending.begun()
        self._draw()
        server = next(s for s in self._settings.server if s.name == self._sending.server)
        self.run_worker(self._post(server, self._sending.body))

    async def _post(self, server: ServerSettings, body: bytes) -> None:
        from wallboard.ui.survey.survey_form import post_survey

        self.post_message(self.Answered(await post_survey(server, self._settings, body)))

    def _question(self, form: Form, before: Delivery | None) -> Iterator[str]:
        """The question before sending, in paragraphs."""
        answers = sum(not pair.left_out for pair in form.survey.answers)
        many = "1 answer" if answers == 1 else f"{answers} answers"
        yield f"Send this survey to {safe(form.server)}?"
        yield f"It has {many}, for the chat session {safe(form.sid.strip())}."
        if before is Delivery.UNKNOWN:
            yield "The same survey was sent before and may have arrived: it could be there twice."
        elif before is Delivery.REFUSED:
            yield "The same survey was sent before, and the server did not accept it."
        yield "y sends it once; n goes back to the form."

    def _rows(self) -> list[SurveyRow]:
        return list(self._fields.query(SurveyRow))

    def _field_of(self, fault: SurveyFault) -> Field | None:
        if fault.number:
            return self._rows()[fault.number - 1].field(fault.part)
        return {SERVER: self._server, SID: self._sid}.get(fault.part)

    def _draw(self) -> None:
        """Draw title, preview and faults."""
        if not self.is_mounted:
            return
        glyphs, width = self.theme_styles.glyphs, self.app.size.width
        header = self._title.background
        title = [Segment(" Survey ", self.theme_styles.ui["title"])]
        once = [Segment(" sent once, after you confirm ", header)]
        once = once if width >= ROOM_FOR_WORDS else []
        self._title.put([split(title, once, width, header, glyphs)])
        form = self.form
        self._show_body(form)
        faults = faults_in(form, self._settings.server)
        outcome = self._sending.outcome
        if self._sending.stage is Stage.SENDING:
            self._preview.say(f"Sending to {safe(self._sending.server)}{glyphs.ellipsis}", None)
        elif outcome and (self._answer_shown or self._still_the_same(form, faults)):
            again = " Change it to send another." if outcome.delivery is Delivery.SENT else ""
            self._preview.say(safe(outcome.message) + again, LEVELS[outcome.delivery])
        elif faults:
            self._show_faults(faults)
        else:
            self._mark(())
            self._preview.say("Ready to send.", None)

    def _still_the_same(self, form: Form, faults: Sequence[SurveyFault]) -> bool:
        """Whether the form is unchanged since it was sent."""
        return not faults and self._sending.outcome_of(form.server, self.body()) is not None

    def _show_body(self, form: Form) -> None:
        """Show the XML to be posted, or the response."""
        outcome = self._sending.outcome
        if self._answer_shown and outcome and outcome.response:
            self._preview.show_answer(outcome.response)
            return
        server = next((s for s in self._settings.server if s.name == form.server), None)
        url = survey_url_of(server) if server else ""
        self._preview.show_request(url, draft_of(form.survey).encode("ascii"))

    def _show_faults(self, faults: Sequence[SurveyFault]) -> None:
        """Show the faults; as errors only after an attempt to send."""
        self._mark(faults if self._faulty else ())
        self._preview.say(first_fault_words(faults), Level.CRITICAL if self._faulty else None)

    def _mark(self, faults: Sequence[SurveyFault]) -> None:
        wrong = {id(self._field_of(fault)) for fault in faults}
        for field in self.query(Field):
            field.mark(wrong=id(field) in wrong)
