"""The body of the shown poll."""

from collections.abc import Iterable

from wallboard.domain.observation import Failure, Observation
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.ece.answer.endpoints import OPERATIONS
from wallboard.report.words.status import deciding_poll
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.widgets import lines as bodies
from wallboard.ui.widgets.body_view import BodyView, Stress


class PollBody(BodyView):
    """Shows the body of a poll, pretty-printed or raw, with what was read in it stressed."""

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme)
        self.pretty = True
        self._laid_out: tuple[object, bytes | None] = (None, None)

    def show(
        self,
        poll: Observation | None,
        status: EntryPointStatus,
        *,
        newest: bool,
        of_node: str | None = None,
    ) -> None:
        """Show the body of this poll; it keeps its position while ``newest`` follows the polls."""
        self.stress(self._answer(poll, status))
        if poll is None:
            self._laid_out = (None, None)
            self.put([], keep_place=False)
            return
        width = max(20, self.app.size.width - 3)
        showing = (poll.endpoint, of_node, self.pretty, width, newest)
        body = poll.response.body if poll.response else None
        # Laying out a huge body at every tick would be too slow.
        if (showing, body) != self._laid_out:
            keep_place = showing == self._laid_out[0]
            self._laid_out = (showing, body)
            self.put(self._lines_of(body, width), width=width, keep_place=keep_place)

    def _answer(self, poll: Observation | None, status: EntryPointStatus) -> Stress | None:
        """What was read in the body, in the colour of the verdict if that rests on it."""
        if poll is None or isinstance(poll.outcome, Failure):
            return None
        theme, judgement = self.theme_styles, status.judgement
        decides = poll is deciding_poll(status)
        style = theme.title(judgement.verdict, judgement.level) if decides else theme.ui["mark"]
        return Stress(OPERATIONS[poll.endpoint].names, style)

    def _lines_of(self, body: bytes | None, width: int) -> Iterable[str]:
        if body is None:
            return ["There is no response: the request was not answered."]
        if not body:
            return ["The body is empty."]
        lay_out = bodies.pretty if self.pretty else bodies.raw
        return lay_out(body, width)
