"""The metric families of nodes that are asked directly; there are none without nodes."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric

from wallboard.domain.node_difference import known_nodes
from wallboard.domain.snapshot import Snapshot
from wallboard.report.metrics.label import label
from wallboard.report.words.nodes import differing_nodes

UP = "wallboard_node_up"
DIFFERING = "wallboard_node_differing_entry_points"


def of_nodes(snapshot: Snapshot) -> Iterator[Metric]:
    """Which nodes can be reached, and of how many entry points each differs from its server."""
    up: dict[tuple[str, str], bool] = {}
    for key, status in snapshot.entry_points.items():
        for view in known_nodes(status, snapshot.at):
            up[key.server, view.node] = view.up
    if not up:
        return
    differing = differing_nodes(snapshot)
    labels = ["server", "node"]
    reached = GaugeMetricFamily(
        UP, "Whether the node answers when it is asked directly: 1 yes, 0 no.", labels=labels
    )
    counted = GaugeMetricFamily(
        DIFFERING,
        "Entry points of which the node says something else than its server.",
        labels=labels,
    )
    for (server, node), is_up in up.items():
        reached.add_metric([label(server), label(node)], is_up)
        counted.add_metric([label(server), label(node)], len(differing.get((server, node), ())))
    yield reached
    yield counted
