"""``wallboard discover``: finds out which entry points a server has."""

import asyncio
import gc
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wallboard.cli.options.board_options import board_options_of, reach_options
from wallboard.cli.options.completions import server_names
from wallboard.cli.options.one_server import server_of, settings_of_server
from wallboard.cli.options.types import Number
from wallboard.cli.run import exit_codes
from wallboard.cli.run.errors import client_errors, config_errors
from wallboard.cli.run.leaving import leave_now
from wallboard.domain.discovery import Discovery, Found
from wallboard.domain.observation import ServerStatus
from wallboard.settings import ServerSettings, Settings

if TYPE_CHECKING:
    from wallboard.cli.commands.discover_progress import Progress
    from wallboard.feeds.discover import Ending

RATE = 10.0
SAVE_SECONDS = 5.0
"""Between two times that what was found is kept, should we be killed."""

FORMATS = ("text", "json", "csv")


@click.command(
    "discover",
    short_help="Find out which entry points a server has.",
    help="""\
Ask a server for each id whether there is such an entry point.

Ctrl-C ends it and shows what was found so far; --resume goes on from there. With --write the
change is shown first, and nothing that stands in the file is lost; --resume also tries to write
again, without asking the server again.
""",
    epilog="""\b
Examples:
  wallboard discover --url https://ece.example.com --ids 1000-1999
  wallboard discover --server prod --ids 1000-1999,5000 --write wallboard.toml
  wallboard discover --server prod --ids 1000-1999 --resume
  wallboard discover --url https://ece.example.com --ids 1000-1099 --format csv > ids.csv
\b
Exit status: 0 all were asked, 64 usage, 69 the server went out of reach, 75
the time was up, 76 no answer said anything about an id, 78 config, or what was
found could not be written, 130 after Ctrl-C, or nothing was to be written.
""",
)
@reach_options(url="Ask this server instead of one of a config.")
@click.option("--server", "server_name", metavar="NAME", shell_complete=server_names,
              help="The server of the config; needed where it has several.")  # fmt: skip
@click.option("--ids", "words", multiple=True, required=True, metavar="IDS",
              help="Numbers and ranges, parted by commas: 1000-1999,5000.")  # fmt: skip
@click.option("--rate", type=Number(min=0, max=10_000), default=RATE, show_default=True,
              metavar="N",
              help="Questions a second; 0 asks as fast as the server answers.")  # fmt: skip
@click.option("--timeout", type=Number(min=0, min_open=True, max=86_400), metavar="SECONDS",
              help="End the sweep after so long; --resume goes on from there.")  # fmt: skip
@click.option("--resume", is_flag=True,
              help="Go on with a sweep of the same ids that did not get to its end.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(FORMATS), default="text",
              help="A table for people (the default), JSON or CSV.")  # fmt: skip
@click.option("--write", "file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Add what is new to this config, or begin one.")  # fmt: skip
@click.option("-y", "--yes", is_flag=True, help="Write it without being asked.")
def command(
    server_name: str | None,
    words: tuple[str, ...],
    rate: float,
    timeout: float | None,
    form: str,
    file: Path | None,
    *,
    resume: bool,
    yes: bool,
    **parameters: object,
) -> int:
    until = None if timeout is None else time.monotonic() + timeout
    target = board_options_of(parameters)
    if target.url is not None and server_name:
        raise click.UsageError("--server chooses from a config; --url says already which.")
    if file and not yes and not _can_ask():
        raise click.UsageError("There is no terminal to ask on; --yes writes without asking.")
    ids = _ids(words)
    settings = settings_of_server(target)
    server = server_of(settings, server_name or "")
    if file:
        from wallboard.cli.commands.discover_write import readable

        readable(file)
    hunt = _Hunt(server, settings, ids, resume=resume)
    code = hunt.run(rate, until, lambda: click.echo(_report(form, hunt), nl=form != "csv"))
    if code == exit_codes.OK and file:
        # A config that cannot be written after all must not cost the sweep.
        hunt.keep()
        from wallboard.cli.commands.discover_write import write_found

        code = write_found(file, server, hunt.discovery.entry_points, yes=yes)
    if code == exit_codes.OK:
        hunt.forget()
    return code


class _Hunt:
    """One sweep with all that is to be done about it."""

    def __init__(
        self, server: ServerSettings, settings: Settings, ids: list[int], *, resume: bool
    ) -> None:
        from wallboard.feeds.discovery_resume import Unfinished

        self.server = server
        self.ids = ids
        self._settings = settings
        self._unfinished = Unfinished(server, ids, os.environ)
        self.discovery = self._resumed(resume=resume)
        self._saved_at = time.monotonic()
        self._save_fault = ""

    def run(self, rate: float, until: float | None, report: Callable[[], None]) -> int:
        """Sweep and report; the exit status. ``until`` is monotonic seconds."""
        with asyncio.Runner() as runner:
            try:
                with client_errors():
                    ending = runner.run(self._sweep(rate, until))
            except KeyboardInterrupt:
                self._stopped("Interrupted", report)
                leave_now(exit_codes.INTERRUPTED)
            except TimeoutError:
                self._stopped("The time is up", report)
                leave_now(exit_codes.UNFINISHED)
        return self._ended(ending, report)

    def forget(self) -> None:
        """Keep nothing for a later run: all is done."""
        self._unfinished.forget()

    async def _sweep(self, rate: float, until: float | None) -> "Ending":
        from wallboard.cli.commands.discover_progress import progress
        from wallboard.feeds.discover import discover

        # What is loaded by now stays, so the collector need not look at it again and again.
        gc.freeze()
        left = [number for number in self.ids if number not in self.discovery]
        seconds = None if until is None else until - time.monotonic()
        async with asyncio.timeout(seconds):
            with progress(self.discovery, len(self.ids)) as shown:
                take = self._taker(shown)
                return await discover(self.server, self._settings, left, take, rate=rate)

    def _taker(self, shown: "Progress") -> Callable[[Found | ServerStatus], None]:
        def take(event: Found | ServerStatus) -> None:
            if isinstance(event, ServerStatus):
                shown.server(event)
                return
            self.discovery.add(event)
            shown.heard()
            if time.monotonic() - self._saved_at > SAVE_SECONDS:
                self.keep()

        return take

    def _stopped(self, why: str, report: Callable[[], None]) -> None:
        self.keep()
        report()
        self._say_how_to_resume(why)

    def _ended(self, ending: "Ending", report: Callable[[], None]) -> int:
        from wallboard.feeds.discover import Ending

        if ending is Ending.COMPLETE:
            report()
            if len(self.discovery.unclear) == self.discovery.asked:
                self.forget()
                return exit_codes.BAD_ANSWER
            return exit_codes.OK
        self.keep()
        report()
        if ending is Ending.NOTHING_CLEAR:
            self._say_how_to_resume("No answer said anything about an id, so it was given up")
            return exit_codes.BAD_ANSWER
        self._say_how_to_resume("The server is out of reach")
        return exit_codes.UNAVAILABLE

    def _resumed(self, *, resume: bool) -> Discovery:
        kept = self._unfinished.load()
        if resume and kept is None:
            _say("There is nothing to resume, so it begins with the first id.")
        if kept and not resume:
            _say(f"A sweep of these ids stopped after {kept.asked:,}; this one begins anew, and "
                 "--resume would have gone on.")  # fmt: skip
        return kept if kept and resume else Discovery()

    def keep(self) -> None:
        """Keep what was found for a later run."""
        self._saved_at = time.monotonic()
        if not self.discovery.asked:
            return
        try:
            self._unfinished.save(self.discovery)
        except OSError as error:
            fault = f"What was found cannot be kept for --resume: {error.strerror}."
            if fault != self._save_fault:
                self._save_fault = fault
                _say(fault)

    def _say_how_to_resume(self, why: str) -> None:
        asked, total = self.discovery.asked, len(self.ids)
        _say(f"{why}. {asked:,} of {total:,} ids were asked.")
        if asked and not self._save_fault:
            click.echo("To go on, give the same command with --resume.", err=True)


def _report(form: str, hunt: _Hunt) -> str:
    if form == "json":
        from wallboard.report.setup.discover import discovery_json

        return discovery_json(
            hunt.discovery,
            server=hunt.server.name,
            url=hunt.server.url,
            ids=hunt.ids,
            at=time.time(),
        )
    if form == "csv":
        from wallboard.report.setup.discover import discovery_csv

        return discovery_csv(hunt.discovery, server=hunt.server.name)
    from wallboard.report.setup.discover import discovery_text

    return discovery_text(hunt.discovery, len(hunt.ids))


def _ids(words: tuple[str, ...]) -> list[int]:
    from wallboard.config import ConfigError
    from wallboard.config.selection import named_ids

    with config_errors():
        ids, problems = named_ids(words)
        if problems:
            raise ConfigError(problems)
    return ids


def _can_ask() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _say(words: str) -> None:
    click.echo(f"wallboard: {words}", err=True)
