"""How far a sweep is: a bar on a terminal, and a line now and then anywhere else."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Protocol

import click

from wallboard.domain.discovery import Discovery
from wallboard.domain.foreign_text import safe
from wallboard.domain.observation import ServerStatus
from wallboard.report.words.plain import span

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

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
        label="Asking",
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
        click.echo(f"wallboard: {asked:,} of {total:,} ids asked, {self._speed}", err=True)

    def server(self, status: ServerStatus) -> None:
        click.echo(f"wallboard: {_words(status)}", err=True)


def _words(status: ServerStatus) -> str:
    if status.failure is None:
        return "The server answers again."
    if status.next_probe_at is None:
        return "The server is given up."
    wait = span(max(0.0, status.next_probe_at - status.at))
    return f"{safe(status.failure.message)} Trying again in {wait}."
