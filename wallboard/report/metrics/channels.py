"""The metric families of the channels through which notices are sent. None without a channel."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from wallboard.domain.snapshot import Snapshot
from wallboard.report.metrics.label import label

LABELS = ("channel",)


def of_channels(snapshot: Snapshot) -> Iterator[Metric]:
    """What was sent, what failed and what was given up, and which channel fails."""
    if not snapshot.channels:
        return
    sent = CounterMetricFamily(
        "wallboard_notices_sent", "Notices that the channel took, or beats.", labels=LABELS
    )
    failures = CounterMetricFamily(
        "wallboard_notice_failures", "Tries to send a notice that failed.", labels=LABELS
    )
    given_up = CounterMetricFamily(
        "wallboard_notices_given_up", "Notices that nobody will get.", labels=LABELS
    )
    failing = GaugeMetricFamily(
        "wallboard_channel_failing",
        "Whether the channel takes no notices at present: 1 yes, 0 no.",
        labels=LABELS,
    )
    for name, state in snapshot.channels.items():
        labels = (label(name),)
        sent.add_metric(labels, state.sent)
        failures.add_metric(labels, state.failures)
        given_up.add_metric(labels, state.given_up)
        failing.add_metric(labels, state.failing_since is not None)
    yield from (sent, failures, given_up, failing)
