"""One round of polls as an OpenMetrics page, with how long those polls took.

Needs the extra ``metrics``.
"""

from wallboard.board import Snapshot
from wallboard.report.metrics.page import page
from wallboard.report.metrics.tally import Tally


def openmetrics_report(snapshot: Snapshot) -> str:
    """The page of a board that polled everything once; every poll it remembers is counted."""
    tally = Tally()
    for status in snapshot.entry_points.values():
        for heard in status.state.endpoints.values():
            for observation in heard.recent:
                tally.take(observation)
    return page(snapshot, tally.polls(), openmetrics=True).decode()
