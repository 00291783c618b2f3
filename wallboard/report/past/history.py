"""The past of some entry points, as text for people."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from wallboard.domain.change import Change, explained
from wallboard.domain.foreign_text import safe
from wallboard.domain.incident import Incident
from wallboard.domain.observation import Failure
from wallboard.domain.time_span import span
from wallboard.recorder.reading.segments import Span
from wallboard.recorder.recording import Run
from wallboard.report.past.past import Outage, Past, Window
from wallboard.report.words.changes import change_cells, change_heads, outcome_words
from wallboard.report.words.figures import figure, moment_in, moments, wait, window_in, zone_of
from wallboard.report.words.incidents import handled_words, lasting_words, phases_words
from wallboard.report.words.rows import who
from wallboard.report.words.table import padded, table

_RUN_COLUMNS = {"UTC": 19, "LOCAL": 14, "FOR": 7, "POLLS": 6, "ENDPOINT": 17, "MEAN": 8, "MOST": 8}
"""Their widths, which are fixed so that millions of runs need not be held to be aligned."""

_FIGURES = frozenset({"FOR", "POLLS", "MEAN", "MOST"})


def history_lines(past: Past, runs: Iterable[Run]) -> Iterator[str]:
    """The lines on one entry point, none with a line break; ``runs`` are its own, in order."""
    zone = zone_of(past.window.until)
    yield from _head(past, zone)
    yield ""
    yield from _incident_lines(past, zone)
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


def _incident_lines(past: Past, zone: str) -> Iterator[str]:
    """The incidents, each with its changes below it, and then the changes that belong to none."""
    incidents, loose = past.found.incidents, past.found.loose
    rows = []
    for incident in incidents:
        rows += [_incident_cells(incident, past, zone), *_change_rows(incident.changes, past, zone)]
    others = list(_change_rows(loose, past, zone, indent=""))
    if rows:
        yield f"{_counted(len(incidents), 'incident')}, oldest first, with the changes of each:"
        yield from (f"  {line}" for line in table(change_heads(zone), rows))
    if rows and others:
        yield ""
    if others:
        yield "Other changes, oldest first:" if rows else "Changes, oldest first:"
        yield from (f"  {line}" for line in table(change_heads(zone), others))
    if not rows and not others:
        yield "No changes."


def _incident_cells(incident: Incident, past: Past, zone: str) -> list[str]:
    whose = "" if incident.key else f" of server {safe(incident.server)}"
    lasting = "ongoing" if incident.stands else ""
    return [
        *moments(incident.at, zone),
        f"incident{whose}, {incident.level.label}",
        "",
        lasting,
        lasting_words(incident, past.window.until),
        "; ".join(filter(None, (phases_words(incident.phases), handled_words(incident)))),
    ]


def _change_rows(
    changes: Sequence[Change], past: Past, zone: str, indent: str = "  "
) -> Iterator[list[str]]:
    """The changes, oldest first, those of endpoints below the one that explains them."""
    newest_first = sorted(changes, key=lambda change: -change.at)
    shown, parts = explained(newest_first, lambda _: past.interval)
    for change in reversed(shown):
        yield change_cells(change, zone, indent)
        for one in reversed(parts.get(id(change), ())):
            yield change_cells(one, zone, f"{indent}  ")


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def window_words(window: Window) -> str:
    """The window and how much of it was recorded."""
    seconds = window.until - window.since
    words = f"{window_in(window.since, window.until)}: {span(seconds)}"
    if not window.unrecorded:
        return f"{words}, all of it recorded"
    if not window.recorded:
        return f"{words}, no data recorded"
    return f"{words}, {span(window.recorded_seconds)} of it recorded"


def gap_words(gap: Span, zone: str) -> str:
    """When nothing was recorded, below a heading that says the zone."""
    first, last = (moment_in(at, zone) for at in (gap.first_at, gap.last_at))
    return f"{first} to {last}, {span(gap.last_at - gap.first_at)}"


def outage_words(outage: Outage, zone: str) -> str:
    """What an outage was and for how long, below a heading that says the zone."""
    verdicts = ", ".join(verdict.label for verdict in outage.verdicts)
    until = f"to {moment_in(outage.last_at, zone)}" if outage.over else "(ongoing at the end)"
    words = f"{span(outage.seconds)} from {moment_in(outage.first_at, zone)} {until}: {verdicts}"
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


def _head(past: Past, zone: str) -> Iterator[str]:
    entry_point, window = past.entry_point, past.window
    places = [who(entry_point), entry_point.key.server, entry_point.group]
    yield safe(", ".join(place for place in places if place))
    yield window_words(window)
    for gap in window.unrecorded:
        yield f"  no data: {gap_words(gap, zone)}"
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
        yield f"Longest wait: {wait(worst.seconds)} at {moment_in(worst.at, zone)}, queue {queue}"
    if past.outages:
        longest = max(past.outages, key=lambda outage: outage.seconds)
        yield f"{_counted(len(past.outages), 'outage')}, the longest {outage_words(longest, zone)}"


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
