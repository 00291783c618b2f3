"""Recording and alerting rules for a metrics server, made from the names of the series."""

from collections.abc import Iterator

from wallboard import __version__
from wallboard.domain.policy import Level
from wallboard.frozen import frozen
from wallboard.report.metrics.series import (
    BUILD,
    DURATION,
    FAILURES,
    INTERVAL,
    LEVEL,
    NEWEST_POLL,
    POLLS,
    QUEUE,
    REACHABLE,
    STALE,
    VERDICT,
    WAIT,
)

HIGH_WAIT_SECONDS = 60.0
"""Where an estimated wait begins to be called high, unless set; the default of the board too."""

_BOARD = "job, instance"
_SERVER = f"{_BOARD}, server"
_ENTRY_POINT = f"{_SERVER}, entry_point"
_POLLED = f"{_SERVER}, endpoint"
_DOWN = f"on ({_SERVER}) {REACHABLE} == 0"
_OLD = f"on ({_ENTRY_POINT}) {STALE.name} == 1"

_WHICH = "{{ $labels.name }} ({{ $labels.entry_point }} on {{ $labels.server }})"
_WHY = (
    f"{{{{ with printf `{VERDICT.name}{{instance=%q,server=%q,entry_point=%q}} == 1` "
    "$labels.instance $labels.server $labels.entry_point | query }}"
    f'{{{{ . | first | label "{VERDICT.name}" }}}}{{{{ end }}}}'
)


@frozen
class Recorded:
    """A series that is worked out ahead."""

    record: str
    expr: str


@frozen
class Alert:
    """An alert that fires once ``expr`` has held for as long as ``after`` says, as in ``2m``."""

    alert: str
    expr: str
    after: str
    severity: str
    summary: str
    description: str


RECORDED = (
    Recorded("server:wallboard_level:max", f"max by ({_SERVER}) ({LEVEL.name})"),
    Recorded("group:wallboard_level:max", f"max by ({_BOARD}, group) ({LEVEL.name})"),
    Recorded(
        "server_verdict:wallboard_verdict:sum",
        f"sum by ({_SERVER}, {VERDICT.name}) ({VERDICT.name})",
    ),
    Recorded(
        "server:wallboard_estimated_wait_seconds:max",
        f"max by ({_SERVER}) ({WAIT.name} unless {_OLD})",
    ),
    Recorded(
        "server:wallboard_queue_depth:sum", f"sum by ({_SERVER}) ({QUEUE.name} unless {_OLD})"
    ),
    Recorded(
        "server_endpoint:wallboard_poll_duration_seconds:p95_rate5m",
        f"histogram_quantile(0.95, sum by ({_POLLED}, le) (rate({DURATION}_bucket[5m])))",
    ),
    Recorded(
        "server_endpoint:wallboard_poll_failures:ratio_rate5m",
        f"sum by ({_POLLED}) (rate({FAILURES}[5m])) / sum by ({_POLLED}) (rate({POLLS}[5m]))",
    ),
)


def alerts(high_wait_seconds: float = HIGH_WAIT_SECONDS) -> Iterator[Alert]:
    """All alerts. What merely follows from a server that cannot be reached is left to its own."""
    yield Alert(
        "WallboardServerUnreachable",
        f"{REACHABLE} == 0",
        "1m",
        "critical",
        "Chat server {{ $labels.server }} cannot be reached",
        "No endpoint of it answers. Its entry points keep their last values.",
    )
    yield Alert(
        "WallboardEntryPointCritical",
        f"{LEVEL.name} == {Level.CRITICAL:d} unless {_DOWN}",
        "2m",
        "critical",
        f"Customers cannot start a chat: {_WHICH}",
        f"The verdict is {_WHY}.",
    )
    yield Alert(
        "WallboardEntryPointUnknown",
        f"{LEVEL.name} == {Level.UNKNOWN:d} unless {_DOWN}",
        "10m",
        "warning",
        f"Nobody knows whether customers can start a chat: {_WHICH}",
        f"The verdict is {_WHY}.",
    )
    yield Alert(
        "WallboardWaitHigh",
        f"{WAIT.name} >= {high_wait_seconds:g} unless {_OLD}",
        "5m",
        "warning",
        f"Customers wait long: {_WHICH}",
        "A new arrival would wait {{ $value | humanizeDuration }}.",
    )
    yield Alert(
        "WallboardEntryPointStale",
        f"{STALE.name} == 1 unless {_DOWN}",
        "5m",
        "warning",
        f"No usable answer any more: {_WHICH}",
        "What the board shows of it is older than three intervals.",
    )
    yield Alert(
        "WallboardSilent",
        # A server that cannot be reached is probed once a minute at least.
        f"time() - {NEWEST_POLL} > on ({_BOARD}) 60 + 3 * max by ({_BOARD}) ({INTERVAL})",
        "1m",
        "critical",
        "The wallboard on {{ $labels.instance }} polls nothing",
        "Its last poll was {{ $value | humanizeDuration }} ago; all it serves is as old as that.",
    )
    yield Alert(
        "WallboardAbsent",
        f"absent({BUILD})",
        "5m",
        "critical",
        "No wallboard is scraped",
        "Nobody watches the chat entry points.",
    )


def rules_file(
    *,
    high_wait_seconds: float = HIGH_WAIT_SECONDS,
    after: str | None = None,
    interval: str | None = None,
) -> str:
    """The rules as a file in YAML.

    ``after`` stands in place of every alert's own time, as in ``30s``; ``interval`` is how often
    they are worked out, which the metrics server decides unless it is given.
    """
    lines = [
        f"# Rules for wallboard {__version__}, made by `wallboard metrics rules`.",
        "# Name this file under `rule_files` in the config of the metrics server.",
        "groups:",
        *_group("wallboard.recording", interval),
    ]
    for one in RECORDED:
        lines += [f"      - record: {one.record}", f"        expr: {_quoted(one.expr)}"]
    lines += _group("wallboard.alerting", interval)
    for alert in alerts(high_wait_seconds):
        lines += [
            f"      - alert: {alert.alert}",
            f"        expr: {_quoted(alert.expr)}",
            f"        for: {after or alert.after}",
            "        labels:",
            f"          severity: {alert.severity}",
            "        annotations:",
            f"          summary: {_quoted(alert.summary)}",
            f"          description: {_quoted(alert.description)}",
        ]
    return "\n".join(lines) + "\n"


def _group(name: str, interval: str | None) -> list[str]:
    pace = [f"    interval: {interval}"] if interval else []
    return [f"  - name: {name}", *pace, "    rules:"]


def _quoted(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"
