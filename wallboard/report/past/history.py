"""The past of some entry points, as text for people."""

from collections.abc import Iterable, Iterator
from itertools import chain

from wallboard.domain.foreign_text import safe
from wallboard.domain.observation import Failure
from wallboard.recorder.reading.segments import Span
from wallboard.recorder.recording import Run
from wallboard.report.past.past import Outage, Past, Window
from wallboard.report.words.changes import change_cells, change_heads, outcome_words
from wallboard.report.words.figures import figure, moment, moments, span, wait, zone_of
from wallboard.report.words.rows import who
from wallboard.report.words.table import padded, table

_RUN_COLUMNS = {"UTC": 19, "LOCAL": 14, "FOR": 7, "POLLS": 6, "ENDPOINT": 17, "MEAN": 8, "MOST": 8}
"""Their widths, which are fixed so that millions of runs need not be held to be aligned."""

_FIGURES = frozenset({"FOR", "POLLS", "MEAN", "MOST"})


def history_lines(past: Past, runs: Iterable[Run]) -> Iterator[str]:
    """The lines on one entry point, none with a line break; ``runs`` are its own, in order."""
    zone = zone_of(past.window.until)
    yield from _head(past)
    yield ""
    if past.changes:
        yield "Changes, oldest first:"
        rows = [change_cells(change, zone) for change in past.changes]
        yield from (f"  {line}" for line in table(change_heads(zone), rows))
    else:
        yield "No changes."
    yield ""
    first = next(iter_runs := iter(runs), None)
    if first is None:
        yield "No polls."
        return
    yield "Polls (consecutive polls with the same answer are one line):"
    heads = {head: head for head in _RUN_COLUMNS} | {"LOCAL": f"LOCAL {zone}"}
    yield "  " + _run_line(heads, "ANSWER")
    for run in chain([first], iter_runs):
        yield _run(run, zone)


def window_words(window: Window) -> str:
    """The window and how much of it was recorded."""
    seconds = window.until - window.since
    words = f"{moment(window.since)} to {moment(window.until)}: {span(seconds)}"
    if not window.unrecorded:
        return f"{words}, all of it recorded"
    if not window.recorded:
        return f"{words}, no data recorded"
    return f"{words}, {span(window.recorded_seconds)} of it recorded"


def gap_words(gap: Span) -> str:
    """When nothing was recorded."""
    return f"{moment(gap.first_at)} to {moment(gap.last_at)}, {span(gap.last_at - gap.first_at)}"


def outage_words(outage: Outage) -> str:
    """What an outage was and for how long."""
    verdicts = ", ".join(verdict.label for verdict in outage.verdicts)
    until = f"to {moment(outage.last_at)}" if outage.over else "(ongoing at the end)"
    words = f"{span(outage.seconds)} from {moment(outage.first_at)} {until}: {verdicts}"
    if outage.unrecorded_seconds >= 1:
        words += f"; {span(outage.unrecorded_seconds)} of it without data"
    return words


def share(seconds: float, of: float) -> str:
    """A part of a whole in percent, never rounded to all or nothing."""
    percent = 100 * seconds / of if of else 0.0
    if 0 < percent < 1:
        return "<1 %"
    if 99 < percent < 100:
        return ">99 %"
    return f"{percent:.0f} %"


def _head(past: Past) -> Iterator[str]:
    entry_point, window = past.entry_point, past.window
    places = [who(entry_point), entry_point.key.server, entry_point.group]
    yield safe(", ".join(place for place in places if place))
    yield window_words(window)
    for gap in window.unrecorded:
        yield f"  no data: {gap_words(gap)}"
    rows = [
        [verdict.label, span(seconds), share(seconds, window.recorded_seconds)]
        for verdict, seconds in past.verdict_seconds.items()
    ]
    if rows:
        heads = ["VERDICT", "FOR", "SHARE"]
        right = frozenset({"FOR", "SHARE"})
        yield from (f"  {line}" for line in table(heads, rows, right=right))
    worst = past.worst_wait
    if worst:
        queue = figure(worst.queue_depth)
        yield f"Longest wait: {wait(worst.seconds)} at {moment(worst.at)}, queue {queue}"
    if past.outages:
        longest = max(past.outages, key=lambda outage: outage.seconds)
        count = len(past.outages)
        yield f"{count} outage{'' if count == 1 else 's'}, the longest {outage_words(longest)}"


def _run(run: Run, zone: str) -> str:
    utc, local = moments(run.first_at, zone)
    cells = {
        "UTC": utc,
        "LOCAL": local,
        "FOR": span(run.last_at - run.first_at) if run.polls > 1 else "",
        "POLLS": str(run.polls),
        "ENDPOINT": str(run.endpoint),
        "MEAN": _latency(run.mean_seconds),
        "MOST": _latency(run.most_seconds),
    }
    return "  " + _run_line(cells, _answer(run))


def _answer(run: Run) -> str:
    if isinstance(run.outcome, Failure):
        return f"{outcome_words(run.outcome)}: {run.outcome.message}"
    return outcome_words(run.outcome)


def _run_line(cells: dict[str, str], answer: str) -> str:
    parts = (
        padded(cells[head], width, right=head in _FIGURES) for head, width in _RUN_COLUMNS.items()
    )
    return "  ".join([*parts, safe(answer)]).rstrip()


def _latency(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
