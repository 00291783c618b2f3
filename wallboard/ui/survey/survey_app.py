"""The app of the survey form without a board."""

from textual.binding import Binding

from wallboard.ece.ask.survey import Delivery, Outcome
from wallboard.settings import Settings
from wallboard.ui.screen.styled_app import StyledApp
from wallboard.ui.survey.survey_screen import SurveyScreen


class SurveyApp(StyledApp):
    """Shows the form and ends with it."""

    TITLE = "wallboard survey"
    ENABLE_COMMAND_PALETTE = False

    BINDINGS = [
        Binding("ctrl+z", "suspend_process", "Suspend to the shell", show=False, priority=True,
                id="suspend"),
        Binding("ctrl+c,ctrl+q", "end", "Quit", show=False, priority=True),
    ]  # fmt: skip

    def __init__(self, settings: Settings, *, server: str = "", sid: str = "") -> None:
        super().__init__(settings, None)
        self.outcome: Outcome | None = None
        self._begin_with = (server, sid)

    def on_mount(self) -> None:
        """Show the form."""
        server, sid = self._begin_with
        form = SurveyScreen(self.board_theme, self.settings, server=server, sid=sid)
        self.push_screen(form, self._done)
        if self.settings.keys:
            from wallboard.ui.screen.keys import keymap_of

            self.set_keymap(keymap_of(self.settings.keys))

    def _done(self, outcome: Outcome | None) -> None:
        self.outcome = outcome
        self.exit()

    def show_or_print(self, text: str) -> None:
        """Report a survey whose outcome is unknown, also by the exit status."""
        self.outcome = Outcome(Delivery.UNKNOWN, text)
        super().show_or_print(text)

    def action_end(self) -> None:
        """Quit."""
        self.exit()


def run_survey(settings: Settings, server: str, sid: str) -> Outcome | None:
    """Show the form until the operator leaves it; the outcome of the last survey."""
    app = SurveyApp(settings, server=server, sid=sid)
    app.run_to_end()
    return app.outcome
