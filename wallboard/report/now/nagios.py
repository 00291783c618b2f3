"""The board as the output of a monitoring plugin, as the monitoring plugins' guidelines have it.

One status line with performance data behind its ``|``, then lines on what is not ok. The level is
that of every other report: the worst of ok < warning < unknown < critical.
"""

from collections.abc import Iterator, Sequence

from wallboard.domain.foreign_text import safe
from wallboard.domain.policy import Level, Thresholds
from wallboard.domain.ranges import Figure, number, range_of
from wallboard.domain.snapshot import EntryPointStatus, Snapshot
from wallboard.report.now.text import failures
from wallboard.report.words.expectations import expectation_words
from wallboard.report.words.network import network_words
from wallboard.report.words.rows import counts, level_counts, who, worst_first

EXIT_STATUSES = {Level.OK: 0, Level.WARNING: 1, Level.CRITICAL: 2, Level.UNKNOWN: 3}
"""The exit status of each level; their order is not that of the levels."""


def worst_level(snapshot: Snapshot) -> Level:
    """The worst of ok < warning < unknown < critical; an empty board is unknown.

    An entry point without an answer for three intervals counts as unknown, too.
    """
    levels = (s.judgement.level_at(snapshot.at) for s in snapshot.entry_points.values())
    return max(levels, default=Level.UNKNOWN)


def exit_status(snapshot: Snapshot, *, at_least: Level = Level.OK) -> int:
    """0 ok, 1 warning, 2 critical, 3 unknown: the worst entry point, or ``at_least``, decides."""
    return EXIT_STATUSES[max(worst_level(snapshot), at_least)]


SERVICE = "WALLBOARD"


def nagios_report(snapshot: Snapshot, *, unfinished: str = "") -> str:
    """The whole output, without a line break at its end; ``unfinished`` says why it is not all."""
    level = max(worst_level(snapshot), Level.UNKNOWN if unfinished else Level.OK)
    listed = worst_first(snapshot.entry_points.values(), snapshot.at)
    said = "; ".join(filter(None, (unfinished, headline(snapshot))))
    perfdata = " ".join(_perfdata(snapshot))
    return "\n".join([f"{_status_line(level, said)}|{perfdata}", *_details(snapshot, listed)])


def nagios_unknown(message: str) -> str:
    """The output of a check that could not be made; the first line of the message says why."""
    first, *more = message.splitlines() or [""]
    return "\n".join([_status_line(Level.UNKNOWN, first), *map(_text, more)])


def _status_line(level: Level, said: str) -> str:
    return f"{SERVICE} {level.name} - {_text(said)}"


def headline(snapshot: Snapshot) -> str:
    """How the board stands, in a line: of several what is not ok, and the worst of it."""
    listed = worst_first(snapshot.entry_points.values(), snapshot.at)
    if not listed:
        return "no entry points"
    if snapshot.blind_since is not None:
        return network_words(snapshot.blind_since, snapshot.at)
    if len(listed) == 1:
        return in_words(listed[0], snapshot.at)
    if worst_level(snapshot) is Level.OK:
        return f"{len(listed)} entry points ok"
    return f"{counts(snapshot)}; {in_words(listed[0], snapshot.at)}"


def _details(snapshot: Snapshot, listed: Sequence[EntryPointStatus]) -> Iterator[str]:
    """A line for all that is not ok, but one for all of a server that cannot be reached."""
    down = {server.server for server in snapshot.unreachable}
    for status in listed:
        level, server = status.judgement.level_at(snapshot.at), status.entry_point.key.server
        if level is not Level.OK and server not in down and len(listed) > 1:
            yield _text(f"{level.label}: {in_words(status, snapshot.at)} [{server}]")
    yield from map(_text, failures(snapshot))


def in_words(status: EntryPointStatus, now: float) -> str:
    """The entry point, its verdict and why."""
    judgement = status.judgement
    expected = expectation_words(status, now)
    words = "; ".join(filter(None, (judgement.summary, expected, judgement.hint)))
    return f"{who(status.entry_point)} {judgement.verdict.label}: {words}"


def _perfdata(snapshot: Snapshot) -> Iterator[str]:
    total = len(snapshot.entry_points)
    for level, count in level_counts(snapshot).items():
        yield f"{_label(level.label)}={count};;;0;{total}"
    for status in snapshot.entry_points.values():
        judgement, thresholds = status.judgement, status.policy.thresholds
        key = status.entry_point.key
        whose = f"{key.server}:{key.id}"
        wait = None if judgement.wait_seconds is None else f"{number(judgement.wait_seconds)}s"
        values = (
            (Figure.WAIT, wait, "0"),
            (Figure.QUEUE, judgement.queue_depth, "0"),
            (Figure.CAPACITY, judgement.capacity, ""),
        )
        for figure, value, least in values:
            limits = _thresholds(thresholds, figure)
            shown = "U" if value is None else value
            yield f"{_label(f'{whose} {figure}')}={shown};{limits};{least}".rstrip(";")


def _thresholds(thresholds: Thresholds, figure: Figure) -> str:
    ranges = (range_of(thresholds, figure, level) for level in (Level.WARNING, Level.CRITICAL))
    return ";".join("" if found is None else str(found) for found in ranges)


def _label(text: str) -> str:
    """A label in quotes, which it doubles; it can hold neither ``=`` nor ``|``."""
    quoted = _text(text).replace("=", "_").replace("'", "''")
    return f"'{quoted}'"


def _text(text: str) -> str:
    """The text on one line without ``|``, which is where performance data begins."""
    return safe(text).replace("|", "/")
