"""The metric families of a board, each with its name, its help and where its values come from.

Names and units follow the conventions of metrics servers: base units, a prefix of our own, and a
state set whose label has the name of the set. Needs the extra ``metrics``.
"""

import platform
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

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
from wallboard.domain.board_status import COUNTED
from wallboard.domain.endpoint import Endpoint, EntryPoint
from wallboard.domain.observation import Cause
from wallboard.domain.policy import Button, Verdict
from wallboard.domain.snapshot import EntryPointStatus, Snapshot
from wallboard.domain.vantage import agreement_of
from wallboard.feeds import FleetStatus
from wallboard.frozen import frozen
from wallboard.report.metrics.channels import of_channels
from wallboard.report.metrics.fleet import of_fleet
from wallboard.report.metrics.label import label
from wallboard.report.metrics.nodes import of_nodes
from wallboard.report.metrics.tally import BUCKET_SECONDS, UNPOLLED, Polls

ENTRY_POINT_LABELS = ("server", "entry_point", "name", "group")
"""The labels that identify an entry point."""

POLL_LABELS = ("server", "endpoint")


@frozen
class Gauge:
    """One number of an entry point; there is no series while it is unknown.

    ``value`` takes its status and the moment of the snapshot, Unix time in seconds.
    """

    name: str
    help: str
    value: Callable[[EntryPointStatus, float], float | None]

    @property
    def unit(self) -> str:
        """``seconds``, or empty for a count."""
        return "seconds" if self.name.endswith("_seconds") else ""


@frozen
class StateSet:
    """One of several states: a series for each, 1 for the current one and 0 for all others."""

    name: str
    help: str
    states: tuple[str, ...]
    state: Callable[[EntryPointStatus], str]


VERDICT = StateSet(
    "wallboard_verdict",
    "Whether a customer can start a chat with the entry point and, if not, why.",
    tuple(verdict.value for verdict in Verdict),
    lambda status: status.judgement.verdict.value,
)
BUTTON = StateSet(
    "wallboard_button",
    "Whether the customer sees the chat button, by the rule of the site.",
    tuple(button.value for button in Button),
    lambda status: status.judgement.button.value,
)
LEVEL = Gauge(
    "wallboard_level",
    "How bad the verdict is: 0 ok, 1 warning, 2 unknown, 3 critical.",
    lambda status, now: status.judgement.level_at(now),
)
WAIT = Gauge(
    "wallboard_estimated_wait_seconds",
    "The wait that the server estimates for a new arrival, as last read.",
    lambda status, _: status.judgement.wait_seconds,
)
QUEUE = Gauge(
    "wallboard_queue_depth",
    "Chats waiting for an agent, as last read.",
    lambda status, _: status.judgement.queue_depth,
)
CAPACITY = Gauge(
    "wallboard_capacity_slots",
    "Chats that agents can still take, as last read; may be negative.",
    lambda status, _: status.judgement.capacity,
)
AGENT = Gauge(
    "wallboard_agent_available",
    "Whether an agent is available, as last read: 1 yes, 0 no.",
    lambda status, _: status.judgement.agent_available,
)
NEWEST_READING = Gauge(
    "wallboard_newest_reading_timestamp_seconds",
    "When the entry point last gave a usable answer, Unix time.",
    lambda status, _: status.judgement.newest_at,
)
STALE = Gauge(
    "wallboard_stale",
    "Whether the newest usable answer is older than three intervals: 1 yes, 0 no.",
    lambda status, now: status.judgement.stale(now),
)

EXPECTED = Gauge(
    "wallboard_expected_open",
    "Whether the entry point should be open by its calendar: 1 yes, 0 no.",
    lambda status, _: status.expected.open if status.expected else None,
)
AS_SCHEDULED = Gauge(
    "wallboard_as_scheduled",
    "Whether it is open or closed as its calendar says: 1 yes, 0 no.",
    lambda status, _: status.as_scheduled,
)
MAINTENANCE = Gauge(
    "wallboard_maintenance",
    "Whether a planned maintenance is under way: 1 yes, 0 no.",
    lambda status, _: status.maintenance is not None,
)

PLACES_AGREE = Gauge(
    "wallboard_vantage_agree",
    "Vantage points whose answer is the verdict, of those that count.",
    lambda status, now: agreement.agree if (agreement := agreement_of(status, now)) else None,
)
PLACES_COUNT = Gauge(
    "wallboard_vantage_count",
    "Vantage points whose answer counts: they are heard, and it is not out of date.",
    lambda status, now: agreement.count if (agreement := agreement_of(status, now)) else None,
)
DISPUTED = Gauge(
    "wallboard_vantage_disputed",
    "Whether vantage points disagree for longer than a round of polls: 1 yes, 0 no.",
    lambda status, now: agreement.disagrees if (agreement := agreement_of(status, now)) else None,
)

ENTRY_POINT_SERIES: tuple[StateSet | Gauge, ...] = (
    VERDICT,
    BUTTON,
    LEVEL,
    WAIT,
    QUEUE,
    CAPACITY,
    AGENT,
    NEWEST_READING,
    STALE,
    EXPECTED,
    AS_SCHEDULED,
    MAINTENANCE,
    PLACES_AGREE,
    PLACES_COUNT,
    DISPUTED,
)

BLIND = "wallboard_blind"
REACHABLE = "wallboard_server_reachable"
HEARD = "wallboard_vantage_heard"
ALARMS = "wallboard_alarms"
DURATION = "wallboard_poll_duration_seconds"
POLLS = "wallboard_polls_total"
FAILURES = "wallboard_poll_failures_total"
INTERVAL = "wallboard_poll_interval_seconds"
NEWEST_POLL = "wallboard_newest_poll_timestamp_seconds"
BUILD = "wallboard_build_info"


def entry_point_labels(entry_point: EntryPoint) -> tuple[str, str, str, str]:
    """The values of ``ENTRY_POINT_LABELS``, in their order."""
    key = entry_point.key
    return label(key.server), str(key.id), label(entry_point.name), label(entry_point.group)


PollCounts = Mapping[tuple[str, Endpoint], Polls]

_BOUNDS = (*map(floatToGoString, BUCKET_SECONDS), "+Inf")


def families(snapshot: Snapshot, polls: PollCounts) -> Iterator[Metric]:
    """All metric families of a board."""
    for one in ENTRY_POINT_SERIES:
        yield of_entry_points(one, snapshot.entry_points.values(), snapshot.at)
    yield from of_board(snapshot, polls)


def of_entry_points(
    one: StateSet | Gauge, statuses: Iterable[EntryPointStatus], now: float
) -> Metric:
    """One family about entry points; ``now`` is Unix time in seconds."""
    if isinstance(one, StateSet):
        states = StateSetMetricFamily(one.name, one.help, labels=ENTRY_POINT_LABELS)
        for status in statuses:
            state = one.state(status)
            shown = {name: name == state for name in one.states}
            states.add_metric(entry_point_labels(status.entry_point), shown)
        return states
    gauge = GaugeMetricFamily(one.name, one.help, labels=ENTRY_POINT_LABELS, unit=one.unit)
    for status in statuses:
        value = one.value(status, now)
        if value is not None:
            gauge.add_metric(entry_point_labels(status.entry_point), value)
    return gauge


def of_board(
    snapshot: Snapshot,
    polls: PollCounts,
    *,
    alarms: bool = True,
    fleet: FleetStatus | None = None,
) -> Iterator[Metric]:
    """The metrics of servers, their endpoints, the fleet and the program itself.

    A board that polls once has no ``alarms``.
    """
    yield GaugeMetricFamily(
        BLIND,
        "Whether this machine has no network by its witnesses: 1 yes, 0 no.",
        float(snapshot.blind_since is not None),
    )
    yield _reachable(snapshot)
    yield from of_nodes(snapshot)
    yield _heard(snapshot)
    if alarms:
        yield _alarms(snapshot)
    yield _intervals(snapshot)
    yield from _of_polls(snapshot, polls)
    newest = GaugeMetricFamily(
        NEWEST_POLL, "When anything was last polled, good or bad, Unix time.", unit="seconds"
    )
    if snapshot.newest_at is not None:
        newest.add_metric((), snapshot.newest_at)
    yield newest
    yield from of_channels(snapshot)
    yield from of_fleet(fleet)
    yield InfoMetricFamily(
        BUILD.removesuffix("_info"),
        "What this program is.",
        {"version": __version__, "python": platform.python_version()},
    )


def _reachable(snapshot: Snapshot) -> Metric:
    family = GaugeMetricFamily(
        REACHABLE,
        "Whether the server can be reached at all: 1 yes, 0 no.",
        labels=["server"],
    )
    down = {status.server for status in snapshot.unreachable}
    answered = {
        key.server
        for key, status in snapshot.entry_points.items()
        if status.judgement.verdict is not Verdict.WAITING
    }
    for server in dict.fromkeys(key.server for key in snapshot.entry_points):
        if server in answered | down:
            family.add_metric([label(server)], server not in down)
    return family


def _heard(snapshot: Snapshot) -> Metric:
    family = GaugeMetricFamily(
        HEARD,
        "Whether the vantage point is heard: 1 yes, 0 no; none where there is only one.",
        labels=["vantage"],
    )
    for place in snapshot.places:
        family.add_metric([label(place.name)], place.silent_since is None)
    return family


def _alarms(snapshot: Snapshot) -> Metric:
    family = GaugeMetricFamily(
        ALARMS,
        "Alarms in each state, of the server and of its entry points.",
        labels=["server", "state"],
    )
    counts = Counter((alarm.key.server, alarm.state) for alarm in snapshot.alarms.values())
    for server in dict.fromkeys(key.server for key in snapshot.entry_points):
        for state in COUNTED:
            family.add_metric([label(server), state.value], counts[server, state])
    return family


def _intervals(snapshot: Snapshot) -> Metric:
    family = GaugeMetricFamily(
        INTERVAL, "How often every endpoint of the server is polled.", labels=["server"],
        unit="seconds",
    )  # fmt: skip
    intervals = {key.server: one.policy.interval for key, one in snapshot.entry_points.items()}
    for server, seconds in intervals.items():
        family.add_metric([label(server)], seconds)
    return family


def _of_polls(snapshot: Snapshot, polls: PollCounts) -> Iterator[Metric]:
    duration = HistogramMetricFamily(
        DURATION, "How long polls took, good or bad.", labels=POLL_LABELS,
        unit="seconds",
    )  # fmt: skip
    count = CounterMetricFamily(POLLS, "Polls of an endpoint, good or bad.", labels=POLL_LABELS)
    failed = CounterMetricFamily(
        FAILURES,
        "Polls without a usable answer, by cause.",
        labels=(*POLL_LABELS, "cause"),
    )
    for server, endpoint in _polled(snapshot):
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


def _polled(snapshot: Snapshot) -> Iterable[tuple[str, Endpoint]]:
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
