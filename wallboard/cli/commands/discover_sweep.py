"""One sweep of a server for entry points: it shows how far it is, ends early, and is resumed."""

import asyncio
import gc
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Protocol

import click

from wallboard.cli.run import exit_codes
from wallboard.cli.run.errors import client_errors
from wallboard.cli.run.output import warn
from wallboard.cli.run.signals import leave_now
from wallboard.domain.discovery import Discovery, Found
from wallboard.domain.foreign_text import safe
from wallboard.domain.observation import ServerStatus
from wallboard.domain.time_span import span
from wallboard.settings import ServerSettings, Settings

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    from wallboard.feeds.discover import Ending

LINE_SECONDS = 10.0
_BAR_STEPS = 200


class Progress(Protocol):
    """Shows how far a sweep is."""

    def heard(self) -> None:
        """One more id is done with."""

    def server(self, status: ServerStatus) -> None:
        """The server is out of reach, or back."""


@contextmanager
def progress(
    discovery: Discovery, total: int, timer: Callable[[], float] = time.monotonic
) -> Iterator[Progress]:
    """Show on stderr how ``discovery`` grows to ``total`` ids."""
    speed = _Speed(discovery, total, timer)
    if not sys.stderr.isatty():
        yield _Lines(speed, timer)
        return
    bar: AbstractContextManager[ProgressBar[int]] = click.progressbar(
        length=total,
        label="Probing",
        file=sys.stderr,
        show_eta=False,
        show_pos=True,
        update_min_steps=max(1, total // _BAR_STEPS),
        item_show_func=lambda _: str(speed),
        width=20,
    )
    with bar as shown:
        shown.update(discovery.asked)
        yield _Bar(shown.update)


class _Speed:
    """The rate and the time left in words."""

    def __init__(self, discovery: Discovery, total: int, timer: Callable[[], float]) -> None:
        self.discovery = discovery
        self.total = total
        self._timer = timer
        self._began, self._before = timer(), discovery.asked

    def __str__(self) -> str:
        done = self.discovery.asked - self._before
        seconds = self._timer() - self._began
        words = f"{len(self.discovery.entry_points):,} found"
        if self.discovery.unclear:
            words = f"{words}, {len(self.discovery.unclear):,} unclear"
        if not done or seconds <= 0:
            return words
        left = (self.total - self.discovery.asked) * seconds / done
        return f"{words}  {_rate(done / seconds)}/s  {span(left)} left"


def _rate(per_second: float) -> str:
    """Three digits, and never an exponent."""
    return f"{per_second:,.0f}" if per_second >= 100 else f"{per_second:.3g}"


class _Bar:
    def __init__(self, update: Callable[[int], None]) -> None:
        self._update = update

    def heard(self) -> None:
        self._update(1)

    def server(self, status: ServerStatus) -> None:
        # Above the bar, which is drawn again below at the next step.
        click.echo(f"\r\x1b[K{_words(status)}", err=True)


class _Lines:
    def __init__(self, speed: _Speed, timer: Callable[[], float]) -> None:
        self._speed = speed
        self._timer = timer
        self._said_at = timer()

    def heard(self) -> None:
        if self._timer() - self._said_at < LINE_SECONDS:
            return
        self._said_at = self._timer()
        asked, total = self._speed.discovery.asked, self._speed.total
        warn(f"{asked:,} of {total:,} ids probed, {self._speed}")

    def server(self, status: ServerStatus) -> None:
        warn(_words(status))


def _words(status: ServerStatus) -> str:
    if status.failure is None:
        return "Server reachable again."
    if status.next_probe_at is None:
        return "Giving up on the server."
    wait = span(max(0.0, status.next_probe_at - status.at))
    return f"{safe(status.failure.message)} Retrying in {wait}."


SAVE_SECONDS = 5.0
"""Between two saves of what was found, should the program be killed."""


class Sweep:
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
                self._stopped("Timeout", report)
                leave_now(exit_codes.UNFINISHED)
        return self._ended(ending, report)

    def forget(self) -> None:
        """Keep nothing for a later run: all is done."""
        self._unfinished.forget()

    async def _sweep(self, rate: float, until: float | None) -> "Ending":
        from wallboard.feeds.discover import discover

        # What is loaded by now stays, so the collector need not look at it again and again.
        gc.freeze()
        left = [number for number in self.ids if number not in self.discovery]
        seconds = None if until is None else until - time.monotonic()
        async with asyncio.timeout(seconds):
            with progress(self.discovery, len(self.ids)) as shown:
                take = self._taker(shown)
                return await discover(self.server, self._settings, left, take, rate=rate)

    def _taker(self, shown: Progress) -> Callable[[Found | ServerStatus], None]:
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
            self._say_how_to_resume("Stopped: no usable answers")
            return exit_codes.BAD_ANSWER
        self._say_how_to_resume("Server unreachable")
        return exit_codes.UNAVAILABLE

    def _resumed(self, *, resume: bool) -> Discovery:
        kept = self._unfinished.load()
        if resume and kept is None:
            warn("Nothing to resume; starting with the first id.")
        if kept and not resume:
            warn(f"An earlier run over these ids stopped after {kept.asked:,}; starting over "
                 "(--resume would continue).")  # fmt: skip
        return kept if kept and resume else Discovery()

    def keep(self) -> None:
        """Keep what was found for a later run."""
        self._saved_at = time.monotonic()
        if not self.discovery.asked:
            return
        try:
            self._unfinished.save(self.discovery)
        except OSError as error:
            fault = f"Cannot save progress for --resume: {error.strerror}."
            if fault != self._save_fault:
                self._save_fault = fault
                warn(fault)

    def _say_how_to_resume(self, why: str) -> None:
        asked, total = self.discovery.asked, len(self.ids)
        warn(f"{why}. {asked:,} of {total:,} ids probed.")
        if asked and not self._save_fault:
            click.echo("To continue, repeat the command with --resume.", err=True)
