"""The content of the survey form, its faults, and the state of sending."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from wallboard.config.problem import shown
from wallboard.domain.nearest import nearest
from wallboard.ece.ask.survey import Answered, Delivery, Outcome, Survey, SurveyFault, faults_of
from wallboard.frozen import frozen
from wallboard.settings import ServerSettings, Settings, SurveySettings

if TYPE_CHECKING:
    from wallboard.ece.ask.survey_post import SurveyPost


SERVER = "server"
"""The field of the server, which is not part of the survey."""


@frozen
class QuestionRow:
    """A question and its answer as typed; ``choices`` are suggested answers."""

    question: str = ""
    answer: str = ""
    choices: tuple[str, ...] = ()
    required: bool = True


@frozen
class Form:
    """The form as typed."""

    server: str
    sid: str
    rows: tuple[QuestionRow, ...]

    @property
    def survey(self) -> Survey:
        """The survey in the form."""
        pairs = (Answered(row.question, row.answer, row.required) for row in self.rows)
        return Survey(self.sid, tuple(pairs))


class Stage(Enum):
    """What the form is doing."""

    WRITING = auto()
    ASKING = auto()
    SENDING = auto()


@frozen
class Sending:
    """The state of sending: stage, server and body; ``last`` is the last one with its outcome.

    Only ``WRITING`` leads to ``ASKING``, and only that to ``SENDING``, so a key pressed twice sends
    once.
    """

    stage: Stage = Stage.WRITING
    server: str = ""
    body: bytes = b""
    last: tuple[str, bytes, Outcome] | None = None

    @property
    def outcome(self) -> Outcome | None:
        """The outcome of the last one."""
        return self.last[2] if self.last else None

    def locked(self) -> "Sending":
        """The form cannot be changed while the question is prepared."""
        return replace(self, stage=Stage.ASKING)

    def asking(self, server: str, body: bytes) -> "Sending":
        """The operator is asked whether to send this."""
        return replace(self, stage=Stage.ASKING, server=server, body=body)

    def declined(self) -> "Sending":
        """The operator declined."""
        return replace(self, stage=Stage.WRITING)

    def begun(self) -> "Sending":
        """Sending has begun."""
        return replace(self, stage=Stage.SENDING)

    def ended(self, outcome: Outcome) -> "Sending":
        """Sending has ended with this outcome."""
        return replace(self, stage=Stage.WRITING, last=(self.server, self.body, outcome))

    def outcome_of(self, server: str, body: bytes) -> Delivery | None:
        """The outcome of this survey, if it is the last one sent."""
        if self.last is None or self.last[:2] != (server, body):
            return None
        return self.last[2].delivery


def first_rows(survey: SurveySettings) -> tuple[QuestionRow, ...]:
    """The first rows: the questions of the config, or an empty one."""
    rows = (
        QuestionRow(question.text, question.default, question.answers, question.required)
        for question in survey.question
    )
    return tuple(rows) or (QuestionRow(),)


def faults_in(form: Form, servers: Sequence[ServerSettings]) -> list[SurveyFault]:
    """All faults of the form, in the order of its fields."""
    names = [server.name for server in servers]
    found: list[SurveyFault] = []
    if form.server not in names:
        what = f"unknown server {shown(form.server)}" if form.server else "choose a server"
        instead = nearest(form.server, names) if names else "the config has none"
        found.append(SurveyFault(0, SERVER, f"{what}; {instead}"))
    return found + faults_of(form.survey)


def first_fault_words(faults: Sequence[SurveyFault]) -> str:
    """The first fault, and how many more there are."""
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"{str(faults[0])[:1].upper()}{str(faults[0])[1:]}{more}"


async def post_survey(server: ServerSettings, settings: Settings, body: bytes) -> Outcome:
    """Post these bytes once. Raises nothing but ``CancelledError``."""
    try:
        # Importing the client and reading certificates would block.
        post = await asyncio.to_thread(_ready, server, settings, body)
    except Exception as error:  # noqa: BLE001  nothing was sent, which the operator must know
        return Outcome(Delivery.NOT_SENT, f"Not sent. {error}")
    return await post.send()


def _ready(server: ServerSettings, settings: Settings, body: bytes) -> "SurveyPost":
    from wallboard.ece.ask.survey_post import SurveyPost

    return SurveyPost(server, settings, body)
