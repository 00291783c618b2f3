"""One entry point as a row of short texts: what ``check`` and the text board both print."""

from collections.abc import Iterable

from wallboard.domain.endpoint import EntryPoint
from wallboard.domain.foreign_text import safe
from wallboard.domain.node_difference import differences
from wallboard.domain.policy import Level, Verdict
from wallboard.domain.snapshot import EntryPointStatus, Snapshot
from wallboard.domain.vantage import disagree
from wallboard.report.words.expectations import expectation_words
from wallboard.report.words.figures import figure, wait
from wallboard.report.words.places import disagreement_words
from wallboard.report.words.table import table

_FIGURES = frozenset({"ID", "WAIT", "QUEUE", "SLOTS"})


def worst_first(statuses: Iterable[EntryPointStatus], now: float) -> list[EntryPointStatus]:
    """The entry points, the worst first, equals in the order of the config."""
    return sorted(statuses, key=lambda status: status.judgement.rank_at(now))


def marks_of(status: EntryPointStatus, now: float) -> list[str]:
    """The marks beside the verdict, from stale to disputed."""
    judgement = status.judgement
    marks = {
        "stale": judgement.stale(now),
        "partial": judgement.partial and judgement.verdict is not Verdict.UNREACHABLE,
        "contradiction": judgement.contradiction,
        "lenient": judgement.lenient,
        "node differs": bool(differences(status, now)),
        "disputed": disagree(status, now),
    }
    return [name for name, holds in marks.items() if holds]


def entry_point_table(snapshot: Snapshot, statuses: Iterable[EntryPointStatus]) -> list[str]:
    """Aligned lines under a heading; columns without information are left out.

    That depends on the whole board, so that all tables of a log have the same columns.
    """
    columns = _columns(snapshot, list(statuses))
    for head in _silent(snapshot):
        del columns[head]
    return table(list(columns), list(zip(*columns.values(), strict=True)), right=_FIGURES)


def _silent(snapshot: Snapshot) -> list[str]:
    entry_points = [status.entry_point for status in snapshot.entry_points.values()]
    silent = {
        "SERVER": len({entry_point.key.server for entry_point in entry_points}) < 2,
        "NAME": all(entry_point.name == str(entry_point.key.id) for entry_point in entry_points),
        "GROUP": not any(entry_point.group for entry_point in entry_points),
    }
    return [head for head, holds in silent.items() if holds]


def _columns(snapshot: Snapshot, statuses: list[EntryPointStatus]) -> dict[str, list[str]]:
    judgements = [status.judgement for status in statuses]
    entry_points = [status.entry_point for status in statuses]
    return {
        "LEVEL": [judgement.level_at(snapshot.at).label for judgement in judgements],
        "VERDICT": [judgement.verdict.label for judgement in judgements],
        "SERVER": [safe(entry_point.key.server) for entry_point in entry_points],
        "ID": [str(entry_point.key.id) for entry_point in entry_points],
        "NAME": [safe(entry_point.name) for entry_point in entry_points],
        "GROUP": [safe(entry_point.group) for entry_point in entry_points],
        "WAIT": [wait(judgement.wait_seconds) for judgement in judgements],
        "QUEUE": [figure(judgement.queue_depth) for judgement in judgements],
        "SLOTS": [figure(judgement.capacity) for judgement in judgements],
        "BUTTON": [judgement.button.value for judgement in judgements],
        "MARKS": [",".join(marks_of(status, snapshot.at)) for status in statuses],
        "WHY": [_why(status, snapshot) for status in statuses],
    }


def _why(status: EntryPointStatus, snapshot: Snapshot) -> str:
    judgement = status.judgement
    server = snapshot.servers.get(status.entry_point.key.server)
    expected = expectation_words(status, snapshot.at)
    if server and server.failure:
        disputed = disagreement_words(status, snapshot.at)
        return safe("; ".join(filter(None, ("server unreachable", expected, disputed))))
    well = judgement.verdict is Verdict.OPEN and judgement.level_at(snapshot.at) is Level.OK
    summary = "" if well else judgement.summary
    disputed = disagreement_words(status, snapshot.at)
    return safe("; ".join(filter(None, (summary, expected, judgement.hint, disputed))))


def counts(snapshot: Snapshot) -> str:
    """How many entry points there are at each level, worst first: ``1 critical, 3 ok``.

    Behind that comes of how many it is not known whether it still holds: ``; 2 of them stale``.
    """
    found = (f"{count} {level.label}" for level, count in level_counts(snapshot).items() if count)
    stale = stale_count(snapshot)
    return (", ".join(found) or "no entry points") + (f"; {stale} stale" if stale else "")


def stale_count(snapshot: Snapshot) -> int:
    """How many entry points have a verdict that no answer has confirmed for three intervals."""
    statuses = snapshot.entry_points.values()
    return sum(status.judgement.unconfirmed(snapshot.at) for status in statuses)


def level_counts(snapshot: Snapshot) -> dict[Level, int]:
    """How many entry points there are at every level, worst first."""
    levels = [s.judgement.level_at(snapshot.at) for s in snapshot.entry_points.values()]
    return {level: levels.count(level) for level in sorted(Level, reverse=True)}


def who(entry_point: EntryPoint) -> str:
    """An entry point by name and id, as they came."""
    number = str(entry_point.key.id)
    return number if entry_point.name == number else f"{entry_point.name} ({number})"


def whose(entry_point: EntryPoint) -> str:
    """The same with its server: ``Sales (prod 1000)`` or, without a name, ``1000 (prod)``."""
    server, number = entry_point.key
    place = server if entry_point.name == str(number) else f"{server} {number}"
    return f"{entry_point.name} ({place})"
