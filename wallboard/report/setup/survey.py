"""A survey for people to read: what would be sent, and what it says."""

from wallboard.domain.foreign_text import escaped_lines, safe
from wallboard.domain.observation import Request
from wallboard.ece.survey.survey import Survey
from wallboard.report.words.visible import visible


def request_text(request: Request, body: bytes) -> str:
    """The whole request, with secrets masked and nothing in it that acts on a terminal."""
    lines = [f"{request.method} {request.url}"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    return "".join(f"{escaped_lines(line)}\n" for line in [*lines, ""]) + visible(body)


def survey_lines(survey: Survey, url: str) -> list[str]:
    """What somebody is asked to confirm: where it goes, whose chat it is, and every answer."""
    lines = [f"To {safe(url)}", f"sid {safe(survey.sid.strip())}"]
    answers = [pair for pair in survey.answers if not pair.left_out]
    for number, pair in enumerate(answers, 1):
        lines += [f"{number:>3}. {safe(pair.question)}", f"     {safe(pair.answer)}"]
    return lines
