"""A snapshot as the text that a metrics server reads, in either of its two formats.

prometheus-client writes all but the lines of entry points: a thousand of those have 21,000 lines,
for which it takes seven times as long. A test holds ours to the same bytes. Needs the extra
``metrics``.
"""

from collections.abc import Callable, Iterator, Sequence

from prometheus_client.core import Metric
from prometheus_client.exposition import generate_latest as as_text
from prometheus_client.openmetrics.exposition import generate_latest as as_openmetrics
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from wallboard.domain.endpoint import EntryPoint
from wallboard.domain.snapshot import EntryPointStatus, Snapshot
from wallboard.feeds import FleetStatus
from wallboard.report.metrics.families import (
    ENTRY_POINT_LABELS,
    ENTRY_POINT_SERIES,
    Gauge,
    PollCounts,
    StateSet,
    entry_point_labels,
    of_board,
    of_entry_points,
)
from wallboard.report.metrics.tally import Tally

_figure: Callable[[float], str] = floatToGoString
_END = b"# EOF\n"
_LABELS = "\0"
"""Stands for the labels of an entry point; no label value can hold it."""

Labelled = Sequence[tuple[str, EntryPointStatus]]
"""What there is to say of entry points: the text of the labels of each, and its status."""


class _Collected(Collector):
    def __init__(self, families: Sequence[Metric]) -> None:
        self._families = families

    def collect(self) -> Sequence[Metric]:
        return self._families


def written(families: Sequence[Metric], *, openmetrics: bool) -> bytes:
    """The families as prometheus-client writes them: OpenMetrics 1.0, or the older text."""
    write: Callable[[Collector], bytes] = as_openmetrics if openmetrics else as_text
    return write(_Collected(families))


def page(
    snapshot: Snapshot,
    polls: PollCounts,
    *,
    openmetrics: bool,
    alarms: bool = True,
    fleet: FleetStatus | None = None,
) -> bytes:
    """The whole page. A thousand entry points take some 12 ms."""
    labelled = [
        (_label_text(status.entry_point), status) for status in snapshot.entry_points.values()
    ]
    parts = []
    for one in ENTRY_POINT_SERIES:
        head = written([of_entry_points(one, (), snapshot.at)], openmetrics=openmetrics)
        parts.append(head.removesuffix(_END))
        lines = (
            _states(one, labelled)
            if isinstance(one, StateSet)
            else _values(one, labelled, snapshot.at)
        )
        parts.append("".join(lines).encode())
    families = list(of_board(snapshot, polls, alarms=alarms, fleet=fleet))
    parts.append(written(families, openmetrics=openmetrics))
    return b"".join(parts)


def _states(states: StateSet, labelled: Labelled) -> Iterator[str]:
    """The lines of all states for each entry point, which differ only in the labels."""
    shown = {
        now_in: "".join(
            f'{states.name}{{{_LABELS},{states.name}="{state}"}} {float(state == now_in)}\n'
            for state in sorted(states.states)
        )
        for now_in in states.states
    }
    for labels, status in labelled:
        yield shown[states.state(status)].replace(_LABELS, labels)


def _values(gauge: Gauge, labelled: Labelled, now: float) -> Iterator[str]:
    for labels, status in labelled:
        value = gauge.value(status, now)
        if value is not None:
            yield f"{gauge.name}{{{labels}}} {_figure(value)}\n"


def _label_text(entry_point: EntryPoint) -> str:
    values = entry_point_labels(entry_point)
    pairs = sorted(zip(ENTRY_POINT_LABELS, values, strict=True))
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in pairs)


def _escaped(value: str) -> str:
    # Nothing else could end the value early: a label holds no control characters.
    return value.replace("\\", "\\\\").replace('"', '\\"')


def openmetrics_report(snapshot: Snapshot) -> str:
    """The page of a board that polled everything once; every poll it remembers is counted."""
    tally = Tally()
    for status in snapshot.entry_points.values():
        for state in status.state.endpoints.values():
            for observation in state.recent:
                tally.take(observation)
    return page(snapshot, tally.polls(), openmetrics=True, alarms=False).decode()
