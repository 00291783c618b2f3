"""``wallboard survey``: submits a chat survey, once."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wallboard.cli.commands.board import at_a_terminal
from wallboard.cli.options.board_options import (
    board_options_of,
    reach_options,
    server_of,
    settings_of_server,
)
from wallboard.cli.options.values import server_names
from wallboard.cli.run import exit_codes
from wallboard.cli.run.errors import CommandError, client_errors
from wallboard.cli.run.output import output_size
from wallboard.frozen import frozen
from wallboard.settings import ServerSettings, Settings

if TYPE_CHECKING:
    from wallboard.config.survey_file import SurveyFile
    from wallboard.ece.ask.survey import Answered, Outcome, Survey
    from wallboard.ece.ask.survey_post import SurveyPost
from wallboard.domain.foreign_text import escaped_lines, safe
from wallboard.domain.observation import Request
from wallboard.ece.ask.survey import Survey
from wallboard.report.evidence.raw import visible


@frozen
class Asked:
    """What the command line and the file say; ``answers`` is ``None`` where neither has any."""

    server: str
    sid: str
    answers: "tuple[Answered, ...] | None"


@click.command(
    "survey",
    short_help="Submit a chat survey.",
    help="""\
Submit a post-chat survey to ECE, with questions and answers.

Without -q and --file a form opens. The survey is sent once, after confirmation, and never
retried.
""",
    epilog="""\b
Examples:
  wallboard survey
  wallboard survey --server prod --sid 4711 -q "How did we do?" -a "Well"
  wallboard survey --file survey.toml --dry-run
  wallboard survey --url https://ece.example.com --file survey.toml --yes
\b
A file holds server, sid and questions, as in the config:
  server = "prod"
  sid = "4711"
  [[survey.question]]
  text = "How did we do?"
  answer = "Well"
\b
Exit status: 0 accepted (204), 64 not sent: usage or invalid survey, 69 not
sent: no connection, 74 outcome unknown, not sent again, 76 any other answer
than 204, 78 config, 130 not confirmed.
""",
)
@reach_options(url="Use this server instead of the config.")
@click.option("--server", "server_name", metavar="NAME", shell_complete=server_names,
              help="Server of the config, if it has several.")  # fmt: skip
@click.option("--sid", metavar="SID", help="Chat session id.")
@click.option("-q", "--question", "questions", multiple=True, metavar="TEXT",
              help="A question; repeatable.")  # fmt: skip
@click.option("-a", "--answer", "answers", multiple=True, metavar="TEXT",
              help="The answer to the question at the same position.")  # fmt: skip
@click.option("--file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="File with questions and answers.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Print the request without sending it.")
@click.option("-y", "--yes", is_flag=True, help="Send without confirmation.")
def command(
    server_name: str | None,
    sid: str | None,
    questions: tuple[str, ...],
    answers: tuple[str, ...],
    file: Path | None,
    *,
    dry_run: bool,
    yes: bool,
    **parameters: object,
) -> int:
    asked = _asked(server_name, sid, questions, answers, file)
    target = board_options_of(parameters)
    if target.url is not None and server_name:
        raise click.UsageError("--server needs a config; it cannot be used with --url.")
    if asked.answers is None:
        _refuse_without_answers(dry_run=dry_run, yes=yes)
        settings = settings_of_server(target)
        server = server_of(settings, asked.server) if asked.server or target.url else None
        return _form(settings, server, asked.sid)
    if not (dry_run or yes or _can_ask()):
        raise click.UsageError("No terminal for confirmation; use --yes.")
    settings = settings_of_server(target)
    server = server_of(settings, "" if target.url else asked.server)
    post, survey = _post(server, settings, asked.sid, asked.answers)
    if dry_run:
        click.echo(request_text(post.request, post.body), nl=False)
        return exit_codes.OK
    if not yes and not _confirmed(post, survey):
        click.echo("Not sent.", err=True)
        return exit_codes.INTERRUPTED
    return _told(_sent(post))


def _asked(
    server: str | None,
    sid: str | None,
    questions: tuple[str, ...],
    answers: tuple[str, ...],
    file: Path | None,
) -> Asked:
    from wallboard.ece.ask.survey import Answered

    if file and (questions or answers):
        raise click.UsageError("--file cannot be combined with -q and -a.")
    if len(questions) != len(answers):
        raise click.UsageError(
            f"Every question needs an answer: {len(questions)} -q, {len(answers)} -a."
        )
    if file:
        found = _read(file)
        pairs = tuple(
            Answered(question.text, answer, question.required)
            for question, answer in zip(found.questions, found.answers, strict=True)
        )
        return Asked(server or found.server, found.sid if sid is None else sid, pairs)
    pairs = tuple(map(Answered, questions, answers))
    return Asked(server or "", sid or "", pairs or None)


def _read(file: Path) -> "SurveyFile":
    from wallboard.config import ConfigError
    from wallboard.config.survey_file import load_survey

    try:
        return load_survey(file)
    except ConfigError as error:
        raise CommandError(f"cannot read the survey\n{error}", exit_codes.USAGE) from None


def _refuse_without_answers(*, dry_run: bool, yes: bool) -> None:
    if dry_run or yes:
        raise click.UsageError("Nothing to send: use -q and -a, or --file.")
    if not at_a_terminal():
        raise click.UsageError("No terminal for a form; use -q and -a, or --file.")


def _post(
    server: ServerSettings, settings: Settings, sid: str, answers: "tuple[Answered, ...]"
) -> "tuple[SurveyPost, Survey]":
    from wallboard.ece.ask.survey import Survey, SurveyError, body_of

    survey = Survey(sid, answers)
    try:
        body = body_of(survey)
    except SurveyError as error:
        words = f"invalid survey, not sent\n{error}"
        raise CommandError(words, exit_codes.USAGE) from None
    with client_errors():
        from wallboard.ece.ask.survey_post import SurveyPost

        return SurveyPost(server, settings, body), survey


def _can_ask() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _confirmed(post: "SurveyPost", survey: "Survey") -> bool:

    for line in survey_lines(survey, post.request.url):
        click.echo(line, err=True)
    return click.confirm("Send this survey?", err=True)


def _sent(post: "SurveyPost") -> "Outcome":
    from wallboard.ece.ask.survey import UNKNOWN_WORDS

    try:
        return asyncio.run(post.send())
    except KeyboardInterrupt:
        if not post.began:
            raise
        raise CommandError(f"Interrupted. {UNKNOWN_WORDS}", exit_codes.UNCERTAIN) from None


def _told(outcome: "Outcome") -> int:
    """Say what came of it, with the answer of a server that did not take it."""
    from wallboard.ece.ask.survey import Delivery
    from wallboard.report.evidence.raw import raw_text

    if outcome.delivery is Delivery.SENT:
        click.echo(outcome.message)
        return exit_codes.OK
    if outcome.response:
        width = output_size().columns
        click.echo(raw_text(outcome.response, head=True, pretty=False, width=width), nl=False)
    raise CommandError(outcome.message, _STATUSES[outcome.delivery])


def _form(settings: Settings, server: ServerSettings | None, sid: str) -> int:
    from wallboard.ui.survey.survey_app import run_survey

    outcome = run_survey(settings, server.name if server else "", sid)
    return exit_codes.INTERRUPTED if outcome is None else _STATUSES[outcome.delivery]


_STATUSES = {
    "sent": exit_codes.OK,
    "refused": exit_codes.BAD_ANSWER,
    "unknown": exit_codes.UNCERTAIN,
    "not sent": exit_codes.UNAVAILABLE,
}
"""By ``Delivery``, whose values these are: loading it is left to when it is needed."""


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
