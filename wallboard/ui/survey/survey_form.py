"""What the survey form holds and may do: its rows, and whether what they say may be sent now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from wallboard.config.problem import nearest, shown
from wallboard.ece.survey.survey import Answered, Delivery, Outcome, Survey, SurveyFault, faults_of
from wallboard.settings import ServerSettings, SurveySettings

SERVER = "server"
"""The part of a form that no survey has."""


@dataclass(frozen=True, slots=True)
class Row:
    """One question and its answer as they stand in the form; ``choices`` are offered answers."""

    question: str = ""
    answer: str = ""
    choices: tuple[str, ...] = ()
    required: bool = True


@dataclass(frozen=True, slots=True)
class Form:
    """All that was typed."""

    server: str
    sid: str
    rows: tuple[Row, ...]

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


@dataclass(frozen=True, slots=True)
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

    def held(self) -> "Sending":
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

    def came_of(self, server: str, body: bytes) -> Delivery | None:
        """What became of this very survey, if it was the last one that was sent."""
        if self.last is None or self.last[:2] != (server, body):
            return None
        return self.last[2].delivery


def first_rows(survey: SurveySettings) -> tuple[Row, ...]:
    """The rows that the form begins with: the questions of the config, or an empty one."""
    rows = (
        Row(question.text, question.default, question.answers, question.required)
        for question in survey.question
    )
    return tuple(rows) or (Row(),)


def faults_in(form: Form, servers: Sequence[ServerSettings]) -> list[SurveyFault]:
    """Everything that keeps the form from being sent, in the order of its lines."""
    names = [server.name for server in servers]
    found: list[SurveyFault] = []
    if form.server not in names:
        what = f"there is no server {shown(form.server)}" if form.server else "say to which server"
        instead = nearest(form.server, names) if names else "the config has none"
        found.append(SurveyFault(0, SERVER, f"{what}; {instead}"))
    return found + faults_of(form.survey)


def counted(faults: Sequence[SurveyFault]) -> str:
    """The first fault, and how many more there are."""
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"{str(faults[0])[:1].upper()}{str(faults[0])[1:]}{more}"
