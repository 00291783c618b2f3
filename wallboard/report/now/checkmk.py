"""The board as the output of a Checkmk local check: a line, and so a service, an entry point.

A line is ``state "service" metrics words``. The first one is on the check itself.
"""

from collections.abc import Iterator

from wallboard.domain.foreign_text import safe
from wallboard.domain.policy import Level
from wallboard.domain.ranges import number
from wallboard.domain.snapshot import EntryPointStatus, Snapshot
from wallboard.report.now.nagios import EXIT_STATUSES, in_words
from wallboard.report.words.network import network_words
from wallboard.report.words.rows import whose

ITSELF = "Wallboard"
"""The service of the check itself."""

_REFUSED = str.maketrans(dict.fromkeys("`;~!$%^&*|\\'\"?<>[]{}", "_"))
"""What Checkmk takes out of the name of a service."""


def checkmk_report(snapshot: Snapshot, *, unfinished: str = "") -> str:
    """The lines; ``unfinished`` says why some of them are unknown."""
    problem = unfinished
    if snapshot.blind_since is not None:
        problem = network_words(snapshot.blind_since, snapshot.at)
    count = len(snapshot.entry_points)
    level = Level.UNKNOWN if problem else Level.OK
    first = _line(level, ITSELF, f"entry_points={count}", problem or f"{count} entry points polled")
    services = (_service(one, snapshot.at) for one in snapshot.entry_points.values())
    return "\n".join([first, *services])


def checkmk_unknown(message: str) -> str:
    """The line of a check that could not be made."""
    return _line(Level.UNKNOWN, ITSELF, "-", " ".join(message.split()))


def _service(status: EntryPointStatus, now: float) -> str:
    metrics = "|".join(_metrics(status)) or "-"
    level = status.judgement.level_at(now)
    return _line(level, f"Chat {whose(status.entry_point)}", metrics, in_words(status, now))


def _metrics(status: EntryPointStatus) -> Iterator[str]:
    judgement = status.judgement
    figures = (("wait", judgement.wait_seconds), ("queue", judgement.queue_depth),
               ("slots", judgement.capacity))  # fmt: skip
    for name, figure in figures:
        if figure is not None:
            yield f"{name}={number(figure)}"


def _line(level: Level, service: str, metrics: str, words: str) -> str:
    # A backslash and an n would be a line break there.
    said = safe(words).replace("\\", "/")
    return f'{EXIT_STATUSES[level]} "{safe(service).translate(_REFUSED)}" {metrics} {said}'
