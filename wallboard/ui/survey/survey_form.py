"""What the survey form holds and may do: its rows, and whether what they say may be sent now."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from wallboard.config.problem import nearest, shown
from wallboard.ece.ask.survey import Answered, Delivery, Outcome, Survey, SurveyFault, faults_of
from wallboard.frozen import frozen
from wallboard.settings import ServerSettings, Settings, SurveySettings

if TYPE_CHECKING:
    from wallboard.ece.ask.survey_post import SurveyPost


SERVER = "server"
"""The part of a form that no survey has."""


@frozen
class QuestionRow:
    """One question and its answer as they stand in the form; ``choices`` are offered answers."""

    question: str = ""
    answer: str = ""
    choices: tuple[str, ...] = ()
    required: bool = True


@frozen
class Form:
    """All that was typed."""

    server: str
    sid: str
    rows: tuple[QuestionRow, ...]

    @property
    def survey(self) -> Survey:
        """The survey that it says."""
        pairs = (Answered(row.question, row.answer, row.required) for row in self.rows)
        return Survey(self.sid, tuple(pairs))


class Stage(Enum):
    """What the form is at."""

    WRITING = auto()
    ASKING = auto()
    SENDING = auto()


@frozen
class Sending:
    """How far the sending is: to whom, and what. ``last`` is the same of the last one that ended.

    Only ``WRITING`` leads to ``ASKING``, and only that to ``SENDING``: nothing is sent twice by a
    key that is pressed twice.
    """

    stage: Stage = Stage.WRITING
    server: str = ""
    body: bytes = b""
    last: tuple[str, bytes, Outcome] | None = None

    @property
    def outcome(self) -> Outcome | None:
        """What came of the last one."""
        return self.last[2] if self.last else None

    def locked(self) -> "Sending":
        """Nothing may change in the form while the operator is asked about it."""
        return replace(self, stage=Stage.ASKING)

    def asking(self, server: str, body: bytes) -> "Sending":
        """The operator is asked whether to send this."""
        return replace(self, stage=Stage.ASKING, server=server, body=body)

    def declined(self) -> "Sending":
        """It shall not be sent."""
        return replace(self, stage=Stage.WRITING)

    def begun(self) -> "Sending":
        """It is on its way."""
        return replace(self, stage=Stage.SENDING)

    def ended(self, outcome: Outcome) -> "Sending":
        """This came of it."""
        return replace(self, stage=Stage.WRITING, last=(self.server, self.body, outcome))

    def outcome_of(self, server: str, body: bytes) -> Delivery | None:
        """The outcome of this survey, if it was the last one sent."""
        if self.last is None or self.last[:2] != (server, body):
            return None
        return self.last[2].delivery


def first_rows(survey: SurveySettings) -> tuple[QuestionRow, ...]:
    """The rows that the form begins with: the questions of the config, or an empty one."""
    rows = (
        QuestionRow(question.text, question.default, question.answers, question.required)
        for question in survey.question
    )
    return tuple(rows) or (QuestionRow(),)


def faults_in(form: Form, servers: Sequence[ServerSettings]) -> list[SurveyFault]:
    """Everything that keeps the form from being sent, in the order of its lines."""
    names = [server.name for server in servers]
    found: list[SurveyFault] = []
    if form.server not in names:
        what = f"there is no server {shown(form.server)}" if form.server else "say to which server"
        instead = nearest(form.server, names) if names else "the config has none"
        found.append(SurveyFault(0, SERVER, f"{what}; {instead}"))
    return found + faults_of(form.survey)


def first_fault_words(faults: Sequence[SurveyFault]) -> str:
    """The first fault, and how many more there are."""
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"{str(faults[0])[:1].upper()}{str(faults[0])[1:]}{more}"


async def post_survey(server: ServerSettings, settings: Settings, body: bytes) -> Outcome:
    """Post these bytes once, and tell what came of it. Raises nothing but ``CancelledError``."""
    try:
        # Loading the client and reading certificates would hold up the view.
        post = await asyncio.to_thread(_ready, server, settings, body)
    except Exception as error:  # noqa: BLE001  whatever it is, nothing was sent, and that is to be said
        return Outcome(Delivery.NOT_SENT, f"Nothing was sent. {error}")
    return await post.send()


def _ready(server: ServerSettings, settings: Settings, body: bytes) -> "SurveyPost":
    from wallboard.ece.ask.survey_post import SurveyPost

    return SurveyPost(server, settings, body)
