"""What a recording is, as text."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from wallboard.domain.foreign_text import safe
from wallboard.domain.time_span import span
from wallboard.frozen import frozen
from wallboard.recorder.lock import Holder
from wallboard.recorder.reading.segments import Span
from wallboard.recorder.statistics import Statistics
from wallboard.report.past.history import gap_words
from wallboard.report.words.figures import moment, zone_of

MOST_GAPS = 10

_STEP = 1000
_UNITS = ("bytes", "KB", "MB", "GB", "TB")


@frozen
class DescribedLedger:
    """The ledger of the alarms of a recording; ``first_at`` is when its oldest row is from."""

    path: Path
    file_bytes: int
    rows: int
    first_at: float | None


@frozen
class Described:
    """A recording from outside; ``file_bytes`` counts the log beside it too.

    ``recorded_spans`` are in order and apart; ``holder`` is who writes, if anybody does. ``ledger``
    is what is known of the ledger of its alarms.
    """

    path: Path
    title: str
    file_bytes: int
    holder: Holder | None
    facts: Statistics
    recorded_spans: Sequence[Span]
    ledger: DescribedLedger | str


def recording_lines(described: Described) -> Iterator[str]:
    """The lines on a recording, none with a line break."""
    facts = described.facts
    rows = [
        ("file", str(described.path)),
        ("title", described.title),
        ("size", f"{size(described.file_bytes)}, {size(facts.used_bytes)} in use"),
        ("schema", _schema(facts)),
        ("written by", _writer(described.holder)),
        ("recorded", _recorded(described.recorded_spans)),
        ("entry points", _entry_points(facts)),
        ("observations", f"{facts.observations:,} in {facts.runs:,} runs"),
        ("answers", f"{facts.answers:,} with {facts.bodies:,} bodies ({size(facts.body_bytes)})"),
        ("changes", f"{facts.changes:,}"),
        ("each observation", _cost(facts)),
        ("alarm ledger", _ledger(described.ledger)),
    ]
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        yield f"{name:{width}}  {safe(value)}"
    gaps = [
        Span(before.last_at, after.first_at)
        for before, after in zip(
            described.recorded_spans, described.recorded_spans[1:], strict=False
        )
    ]
    zone = zone_of(gaps[-1].last_at) if gaps else ""
    for gap in gaps[-MOST_GAPS:]:
        yield f"{'gap':{width}}  {gap_words(gap, zone)}"
    if len(gaps) > MOST_GAPS:
        yield f"{'':{width}}  and {len(gaps) - MOST_GAPS:,} earlier gaps"


def size(count: int) -> str:
    """Bytes in the unit that suits them, thousands to the next."""
    value = float(count)
    for unit in _UNITS:
        if value < _STEP or unit == _UNITS[-1]:
            break
        value /= _STEP
    return f"{count} bytes" if unit == _UNITS[0] else f"{value:.1f} {unit}"


def _schema(facts: Statistics) -> str:
    if facts.version == facts.newest_version:
        return f"{facts.version} (current)"
    return f"{facts.version}; current is {facts.newest_version}"


def _writer(holder: Holder | None) -> str:
    if holder is None:
        return "nobody"
    return f"{holder}, since {moment(holder.since)}" if holder.since else str(holder)


def _recorded(recorded_spans: Sequence[Span]) -> str:
    if not recorded_spans:
        return "no data"
    first_at, last_at = recorded_spans[0].first_at, recorded_spans[-1].last_at
    recorded = sum(stretch.last_at - stretch.first_at for stretch in recorded_spans)
    words = f"{moment(first_at)} to {moment(last_at)}, {span(last_at - first_at)}"
    gaps = len(recorded_spans) - 1
    if not gaps:
        return f"{words}, no gaps"
    return f"{words}, {span(recorded)} of it recorded; {gaps} gap{'' if gaps == 1 else 's'}"


def _entry_points(facts: Statistics) -> str:
    gone = f", {facts.gone:,} more removed from the board" if facts.gone else ""
    return f"{facts.entry_points:,}{gone}"


def _ledger(ledger: DescribedLedger | str) -> str:
    if isinstance(ledger, str):
        return ledger
    rows = f"{ledger.rows:,} row{'' if ledger.rows == 1 else 's'}"
    since = "" if ledger.first_at is None else f" since {moment(ledger.first_at)}"
    return f"{ledger.path}, {size(ledger.file_bytes)}, {rows}{since}"


def _cost(facts: Statistics) -> str:
    cost = facts.bytes_per_observation
    return "-" if cost is None else f"{cost:.1f} bytes"
