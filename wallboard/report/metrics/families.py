"""A snapshot as metric families of prometheus-client, which are what every format is written from.

Needs the extra ``metrics``.
"""

import platform
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from hashlib import sha256

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
    StateSetMetricFamily,
)
from prometheus_client.utils import floatToGoString

from wallboard import __version__
from wallboard.board import EntryPointStatus, Snapshot
from wallboard.domain.endpoint import Endpoint, EntryPoint
from wallboard.domain.foreign_text import safe
from wallboard.domain.observation import Cause
from wallboard.domain.policy import Verdict
from wallboard.report.metrics import series
from wallboard.report.metrics.tally import BUCKET_SECONDS, UNPOLLED, Polls

MOST_CHARACTERS = 120
"""Longer names would cost a metrics server that much in every one of their series."""


@lru_cache(maxsize=8192)
def label(text: str) -> str:
    """The text as a label value.

    One that had to be changed ends in a digest of all of it, so that two names never become one.
    """
    shown = safe(text)
    if shown == text and len(text) <= MOST_CHARACTERS:
        return text
    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{shown[:MOST_CHARACTERS]}…{digest}"


def entry_point_labels(entry_point: EntryPoint) -> tuple[str, str, str, str]:
    """The values of ``ENTRY_POINT_LABELS``, in their order."""
    key = entry_point.key
    return label(key.server), str(key.id), label(entry_point.name), label(entry_point.group)


PollCounts = Mapping[tuple[str, Endpoint], Polls]

_BOUNDS = (*map(floatToGoString, BUCKET_SECONDS), "+Inf")


def families(snapshot: Snapshot, polls: PollCounts) -> Iterator[Metric]:
    """Everything there is to say, family by family."""
    for one in series.ENTRY_POINT_SERIES:
        yield of_entry_points(one, snapshot.entry_points.values(), snapshot.at)
    yield from of_board(snapshot, polls)


def of_entry_points(
    one: series.StateSet | series.Gauge, statuses: Iterable[EntryPointStatus], now: float
) -> Metric:
    """One family about entry points; ``now`` is Unix time in seconds."""
    if isinstance(one, series.StateSet):
        states = StateSetMetricFamily(one.name, one.help, labels=series.ENTRY_POINT_LABELS)
        for status in statuses:
            state = one.state(status.judgement)
            shown = {name: name == state for name in one.states}
            states.add_metric(entry_point_labels(status.entry_point), shown)
        return states
    gauge = GaugeMetricFamily(one.name, one.help, labels=series.ENTRY_POINT_LABELS, unit=one.unit)
    for status in statuses:
        value = one.value(status.judgement, now)
        if value is not None:
            gauge.add_metric(entry_point_labels(status.entry_point), value)
    return gauge


def of_board(snapshot: Snapshot, polls: PollCounts) -> Iterator[Metric]:
    """The metrics of servers, their endpoints and the program itself."""
    yield _reachable(snapshot)
    yield _intervals(snapshot)
    yield from _of_polls(snapshot, polls)
    newest = GaugeMetricFamily(
        series.NEWEST_POLL, "When anything was last polled, good or bad, Unix time.", unit="seconds"
    )
    if snapshot.newest_at is not None:
        newest.add_metric((), snapshot.newest_at)
    yield newest
    yield InfoMetricFamily(
        series.BUILD.removesuffix("_info"),
        "What this program is.",
        {"version": __version__, "python": platform.python_version()},
    )


def _reachable(snapshot: Snapshot) -> Metric:
    family = GaugeMetricFamily(
        series.REACHABLE,
        "Whether the server can be reached at all: 1 yes, 0 no.",
        labels=["server"],
    )
    down = {status.server for status in snapshot.unreachable}
    heard = {
        key.server
        for key, status in snapshot.entry_points.items()
        if status.judgement.verdict is not Verdict.WAITING
    }
    for server in dict.fromkeys(key.server for key in snapshot.entry_points):
        if server in heard | down:
            family.add_metric([label(server)], server not in down)
    return family


def _intervals(snapshot: Snapshot) -> Metric:
    family = GaugeMetricFamily(
        series.INTERVAL, "How often every endpoint of the server is polled.", labels=["server"],
        unit="seconds",
    )  # fmt: skip
    intervals = {key.server: one.policy.interval for key, one in snapshot.entry_points.items()}
    for server, seconds in intervals.items():
        family.add_metric([label(server)], seconds)
    return family


def _of_polls(snapshot: Snapshot, polls: PollCounts) -> Iterator[Metric]:
    duration = HistogramMetricFamily(
        series.DURATION, "How long polls took, good or bad.", labels=series.POLL_LABELS,
        unit="seconds",
    )  # fmt: skip
    count = CounterMetricFamily(
        series.POLLS, "Polls of an endpoint, good or bad.", labels=series.POLL_LABELS
    )
    failed = CounterMetricFamily(
        series.FAILURES,
        "Polls without a usable answer, by cause.",
        labels=(*series.POLL_LABELS, "cause"),
    )
    for server, endpoint in _asked(snapshot):
        of_one = polls.get((server, endpoint), UNPOLLED)
        labels = (label(server), endpoint.value)
        duration.add_metric(labels, _cumulative(of_one), of_one.total_seconds)
        count.add_metric(labels, of_one.count)
        # A cause that was never seen counts 0, so that its first failure is an increase.
        for cause in Cause:
            failed.add_metric((*labels, cause.value), of_one.failures.get(cause, 0))
    yield duration
    yield count
    yield failed


def _asked(snapshot: Snapshot) -> Iterable[tuple[str, Endpoint]]:
    """Each endpoint that is polled on a server, once."""
    return dict.fromkeys(
        (key.server, endpoint)
        for key, status in snapshot.entry_points.items()
        for endpoint in status.entry_point.endpoints
    )


def _cumulative(polls: Polls) -> list[tuple[str, float]]:
    total = 0
    buckets = []
    for bound, count in zip(_BOUNDS, polls.buckets, strict=True):
        total += count
        buckets.append((bound, float(total)))
    return buckets
