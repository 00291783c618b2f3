"""Reads a survey from a TOML file: questions as in the config with answers, server and session."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from wallboard.config.config_file import read_document, settings_from
from wallboard.config.document import Fault, Toml, problem_at
from wallboard.config.document import Path as KeyPath
from wallboard.config.problem import ConfigError, shown
from wallboard.domain.foreign_text import escaped
from wallboard.domain.nearest import nearest
from wallboard.frozen import frozen
from wallboard.settings import SurveyQuestionSettings

ANSWER = "answer"
"""The key of a question's answer; all its other keys are those of the config."""

_TEXTS = ("server", "sid")
_KNOWN = (*_TEXTS, "survey")


@frozen
class SurveyFile:
    """The survey of a file; texts are empty where the file has none.

    ``answers`` has one for each of the ``questions``: its own or the question's default.
    """

    server: str
    sid: str
    questions: tuple[SurveyQuestionSettings, ...]
    answers: tuple[str, ...]


def load_survey(path: Path) -> SurveyFile:
    """The survey in a TOML file. Raises ``ConfigError`` with all problems at once.

    Whether it can be sent is not checked here.
    """
    document = read_document(path)
    file = str(path)
    found = list(_faults(document))
    problems = [problem_at(escaped(file), document, place, words) for place, words in found]
    questions: tuple[SurveyQuestionSettings, ...] = ()
    try:
        questions = settings_from(
            {"survey": _without_answers(document.get("survey", {}))},
            {},
            file=file,
            folder=path.absolute().parent,
            servers_required=False,
        ).survey.question
    except ConfigError as error:
        problems += error.problems
    if problems:
        raise ConfigError(problems)
    answers = tuple(
        str(written.get(ANSWER, question.default))
        for written, question in zip(_questions(document), questions, strict=True)
    )
    server, sid = (str(document.get(key, "")) for key in _TEXTS)
    return SurveyFile(server, sid, questions, answers)


def _faults(document: Mapping[str, Toml]) -> Iterator[Fault]:
    for key, value in document.items():
        if key not in _KNOWN:
            yield (key,), f"unknown key; {nearest(key, _KNOWN)}"
        elif key in _TEXTS and not isinstance(value, str):
            yield (key,), f"must be a string, not {shown(value)}"
    for number, question in enumerate(_questions(document)):
        value = question.get(ANSWER, "") if isinstance(question, dict) else ""
        if not isinstance(value, str):
            place: KeyPath = ("survey", "question", number, ANSWER)
            yield place, f"must be a string, not {shown(value)}"


def _questions(document: Mapping[str, Toml]) -> list[Toml]:
    survey = document.get("survey")
    questions = survey.get("question") if isinstance(survey, dict) else None
    return questions if isinstance(questions, list) else []


def _without_answers(survey: Toml) -> Toml:
    if not isinstance(survey, dict) or not isinstance(survey.get("question"), list):
        return survey
    questions = [
        {key: value for key, value in question.items() if key != ANSWER}
        if isinstance(question, dict)
        else question
        for question in survey["question"]
    ]
    return {**survey, "question": questions}
