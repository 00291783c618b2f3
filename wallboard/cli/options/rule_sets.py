"""Rules of alarms that are tried on a recording, with a progress bar meanwhile."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wallboard.cli.options.recording import network_rows
from wallboard.cli.run.output import warn
from wallboard.domain.ledger_row import LedgerRow

if TYPE_CHECKING:
    from wallboard.backtest import RuleSet
    from wallboard.recorder.recording import Recording
    from wallboard.report.past.past import Window
    from wallboard.settings import Settings

_STEPS = 200
"""Of the progress bar."""


def rule_set(settings: "Settings", window: "Window") -> "RuleSet":
    """The rules of a config, with what it plans for a window."""
    from wallboard.backtest import RuleSet
    from wallboard.config.plan import PlanReader, Span

    reader = PlanReader()
    before, after = Span.around(window.since), Span.around(window.until)
    plan = reader.read(settings, Span(before.start, after.end))
    for problem in reader.problems:
        warn(problem)
    return RuleSet.of(settings, plan)


def rows_of_trials(
    recording: "Recording", path: Path, window: "Window", rule_sets: Sequence["RuleSet"]
) -> list[list[LedgerRow]]:
    """The rows that each set of rules would have written, with a progress bar meanwhile."""
    from wallboard.backtest import backtest

    since, until = window.since, min(window.until, window.recorded[-1].last_at)
    with _progress() as on_progress:
        return backtest(
            recording, rule_sets, since, until, ledger=network_rows(path), on_progress=on_progress
        )


@contextmanager
def _progress() -> Iterator[Callable[[float], object]]:
    """Show on a terminal how much of the recording was read; what it is told goes from 0 to 1."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=_STEPS, label="Reading", file=sys.stderr, width=20) as bar:
        yield lambda part: bar.update(int(part * _STEPS) - bar.pos)
