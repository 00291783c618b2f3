"""The metric families of a member of a fleet. None without a fleet."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from wallboard.feeds import FleetStatus


def of_fleet(fleet: FleetStatus | None) -> Iterator[Metric]:
    """Whether it has its bus, who polls by its knowledge, and what it missed."""
    if fleet is None:
        return
    yield GaugeMetricFamily(
        "wallboard_fleet_connected",
        "Whether this member has reached its bus: 1 yes, 0 no.",
        float(fleet.connected),
    )
    yield GaugeMetricFamily(
        "wallboard_fleet_holds_lease",
        "Whether this member holds the lease and so polls: 1 yes, 0 no.",
        float(fleet.holds),
    )
    yield GaugeMetricFamily(
        "wallboard_fleet_leader_known",
        "Whether this member knows who polls: 1 yes, 0 no.",
        float(bool(fleet.holder)),
    )
    if fleet.term is not None:
        yield GaugeMetricFamily(
            "wallboard_fleet_term",
            "The term of whoever polls; it goes up, until the bus loses its disk.",
            float(fleet.term),
        )
    yield GaugeMetricFamily(
        "wallboard_fleet_lag_seconds",
        "How late this member hears others, or others hear this one.",
        fleet.lag_seconds,
    )
    for name, words, count in (
        ("connections", "Connections to the bus that were made.", fleet.connections),
        ("published_polls", "Polls that were published.", fleet.published),
        ("late_polls", "Polls that came, or were published, after a partition.", fleet.late),
        ("dropped", "Messages of former holders, and polls without room to wait.", fleet.dropped),
        ("resyncs", "Times that the whole board was read as something was missed.", fleet.resyncs),
        ("garbage", "Messages that no member sends.", fleet.garbage),
    ):
        yield CounterMetricFamily(f"wallboard_fleet_{name}", words, count)
