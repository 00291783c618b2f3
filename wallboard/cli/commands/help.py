"""``wallboard help``: the manual in the terminal, and as files for ``man``."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from wallboard.cli.run import exit_codes
from wallboard.cli.run.errors import CommandError
from wallboard.cli.run.registry import help_width

EPOCH_VARIABLE = "SOURCE_DATE_EPOCH"
"""The date of what is built, in Unix seconds; see reproducible-builds.org."""


def topic_names(context: click.Context, _argument: click.Parameter, begun: str) -> list[str]:
    """Topics; behind a word of a command, the commands within it."""
    from wallboard.cli.manual.topics import topics

    typed = "-".join((*(context.params.get("topic") or ()), begun))
    before = len(typed) - len(begun)
    return [name[before:] for name in topics() if name.startswith(typed)]


@click.command(
    "help",
    short_help="Show the manual, by topic.",
    help="""\
Show the manual pages on TOPIC, in a pager on a terminal; without TOPIC, list all topics.

A topic is a command, a guide or a subject such as `keys`, `verdicts` or `exit-status`. No network
and no browser is needed.
""",
    epilog="""\b
Examples:
  wallboard help
  wallboard help check
  wallboard help alarms ack
  wallboard help wallboard.toml        every setting
  wallboard help --man ~/.local/share/man    then: man wallboard-check
""",
)
@click.argument("topic", nargs=-1, shell_complete=topic_names)
@click.option("--man", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER",
              help="Write all pages as manual pages, into FOLDER/man1, man5 and man7.")  # fmt: skip
def command(topic: tuple[str, ...], man: Path | None) -> int:
    if man is not None:
        if topic:
            raise click.UsageError("--man writes all pages; leave out TOPIC.")
        _write(man)
    elif topic:
        _show(_on("-".join(topic)))
    else:
        _show(_listed())
    return exit_codes.OK


def _on(topic: str) -> str:
    """The pages on a topic. Raises ``click.UsageError`` with the nearest one."""
    from wallboard.cli.manual.text import text
    from wallboard.cli.manual.topics import topics
    from wallboard.domain.nearest import nearest

    known = topics()
    if (pages := known.get(topic) or known.get(topic.removeprefix("wallboard-"))) is None:
        raise click.UsageError(f"No help on {topic!r}; {nearest(topic, list(known))}")
    return "\n".join(text(made(), help_width()) for made in pages)


def _listed() -> str:
    """Every topic with the purpose of its first page."""
    from wallboard.cli.manual.page import COMMANDS
    from wallboard.cli.manual.topics import topics

    commands: list[tuple[str, str]] = []
    others: list[tuple[str, str]] = []
    for topic, (first, *_more) in topics().items():
        page = first()
        is_command = page.number == COMMANDS
        line = (topic.replace("-", " ", 1) if is_command else topic, page.purpose)
        (commands if is_command else others).append(line)
    formatter = click.HelpFormatter(width=help_width())
    formatter.write_text(
        "Show one with `wallboard help TOPIC`; commands that have a guide show both."
    )
    for title, lines in (("Commands", commands), ("Guides and subjects", others)):
        with formatter.section(title):
            formatter.write_dl(lines)
    return formatter.getvalue()


def _show(text: str) -> None:
    if sys.stdin.isatty() and sys.stdout.isatty():
        click.echo_via_pager(text)
    else:
        click.echo(text, nl=False)


def _write(folder: Path) -> None:
    from wallboard.cli.manual.roff import roff
    from wallboard.cli.manual.topics import all_pages

    date = _date()
    try:
        for page in all_pages():
            file = folder / f"man{page.number}" / page.file
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(roff(page, date), encoding="ascii")
    except OSError as error:
        what = f"cannot write the manual pages to {folder}: {error.strerror}"
        raise CommandError(what, exit_codes.UNAVAILABLE) from None


def _date() -> str:
    """The date of the pages, or nothing: two builds must give the same bytes."""
    epoch = os.environ.get(EPOCH_VARIABLE, "")
    return f"{datetime.fromtimestamp(int(epoch), UTC):%Y-%m-%d}" if epoch.isdecimal() else ""
