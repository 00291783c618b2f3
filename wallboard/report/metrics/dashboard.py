"""A Grafana dashboard of what wallboard serves, made from the names of the series."""

import json
from typing import Any

from wallboard.domain.policy import Level
from wallboard.report.metrics.panels import WIDTH, Panel, Target
from wallboard.report.metrics.series import (
    CAPACITY,
    DURATION,
    FAILURES,
    LEVEL,
    NEWEST_POLL,
    QUEUE,
    REACHABLE,
    VERDICT,
    WAIT,
)

SCHEMA_VERSION = 39
"""That of Grafana 10 and 11; newer ones bring a dashboard up to theirs when they load it."""

VARIABLE = "${datasource}"

_COLOURS = {
    Level.OK: "green",
    Level.WARNING: "yellow",
    Level.UNKNOWN: "purple",
    Level.CRITICAL: "red",
}
_OF = '{server=~"$server", group=~"$group"}'
_OF_SERVER = '{server=~"$server"}'
_NAME = "{{name}} ({{entry_point}})"


def dashboard(datasource: str | None = None) -> str:
    """The dashboard as JSON; ``datasource`` is the uid of a data source, else one is picked."""
    document = {
        "annotations": {"list": []},
        "description": "Can customers start a chat right now and, if not, why?",
        "editable": True,
        "graphTooltip": 1,
        "links": [],
        "panels": _placed(datasource or VARIABLE),
        "refresh": "30s",
        "schemaVersion": SCHEMA_VERSION,
        "tags": ["wallboard"],
        "templating": {"list": _variables(datasource)},
        "time": {"from": "now-6h", "to": "now"},
        "timepicker": {},
        "timezone": "browser",
        "title": "wallboard",
        "uid": "wallboard",
        "version": 1,
    }
    return json.dumps(document, indent=2) + "\n"


def _panels() -> list[Panel]:
    counts = [
        Panel(
            "stat",
            level.label.capitalize(),
            f"Entry points whose level is {level.label}.",
            (Target(f"count({LEVEL.name}{_OF} == {level:d}) or vector(0)", level.label),),
            width=WIDTH // 6,
            height=4,
            colour=_COLOURS[level],
        )
        for level in sorted(Level, reverse=True)
    ]
    return [
        *counts,
        Panel(
            "stat",
            "Unreachable servers",
            "Servers that cannot be reached at all.",
            (Target(f"count({REACHABLE}{_OF_SERVER} == 0) or vector(0)", "unreachable"),),
            width=WIDTH // 6,
            height=4,
        ),
        Panel(
            "stat",
            "Last poll",
            "Seconds since anything was polled.",
            (Target(f"time() - max({NEWEST_POLL})", "age"),),
            width=WIDTH // 6,
            height=4,
            unit="s",
        ),
        Panel(
            "table",
            "Not ok now",
            "Entry points whose level is not ok, with their verdicts.",
            (
                Target(
                    f"{VERDICT.name}{_OF} == 1 and on (job, instance, server, entry_point) "
                    f"{LEVEL.name} > {Level.OK:d}",
                    instant=True,
                ),
            ),
            hidden=("Time", "Value", "__name__", "job", "instance"),
            renamed={VERDICT.name: "verdict", "entry_point": "id"},
        ),
        Panel(
            "state-timeline",
            "Levels",
            "Each entry point that was not ok, while it was not.",
            (Target(f"{LEVEL.name}{_OF} > {Level.OK:d}", _NAME),),
            values={level.value: (level.label, _COLOURS[level]) for level in Level},
        ),
        Panel(
            "timeseries",
            "Estimated wait",
            "The wait of a new arrival; the twenty longest.",
            (Target(f"topk(20, {WAIT.name}{_OF})", _NAME),),
            unit="s",
        ),
        Panel(
            "timeseries",
            "Queue depth",
            "Chats waiting for an agent; the twenty longest queues.",
            (Target(f"topk(20, {QUEUE.name}{_OF})", _NAME),),
        ),
        Panel(
            "timeseries",
            "Free chat slots",
            "What agents can still take; the twenty tightest.",
            (Target(f"bottomk(20, {CAPACITY.name}{_OF})", _NAME),),
        ),
        Panel(
            "timeseries",
            "Verdicts",
            "How many entry points there are of each verdict.",
            (
                Target(
                    f"sum by ({VERDICT.name}) ({VERDICT.name}{_OF}) > 0", f"{{{{{VERDICT.name}}}}}"
                ),
            ),
        ),
        Panel(
            "timeseries",
            "Poll duration, 95th percentile",
            "By server and endpoint, good polls and bad ones.",
            (
                Target(
                    "histogram_quantile(0.95, sum by (server, endpoint, le) "
                    f"(rate({DURATION}_bucket{_OF_SERVER}[$__rate_interval])))",
                    "{{server}} {{endpoint}}",
                ),
            ),
            unit="s",
        ),
        Panel(
            "timeseries",
            "Failed polls",
            "Polls a second without a usable answer, by cause.",
            (
                Target(
                    f"sum by (server, cause) (rate({FAILURES}{_OF_SERVER}[$__rate_interval])) > 0",
                    "{{server}} {{cause}}",
                ),
            ),
            unit="reqps",
        ),
    ]


def _placed(datasource: str) -> list[dict[str, Any]]:
    """The panels in rows from left to right, each row as high as its highest panel."""
    placed = []
    x = y = height = 0
    for number, panel in enumerate(_panels(), start=1):
        if x + panel.width > WIDTH:
            x, y, height = 0, y + height, 0
        placed.append(panel.document(number, x, y, datasource))
        x, height = x + panel.width, max(height, panel.height)
    return placed


def _variables(datasource: str | None) -> list[dict[str, Any]]:
    source = {
        "name": "datasource",
        "label": "Data source",
        "type": "datasource",
        "query": "prometheus",
        "refresh": 1,
        "hide": 0,
    }
    labels = [
        _labels("server", f"label_values({LEVEL.name}, server)", datasource),
        _labels("group", f"label_values({LEVEL.name}{_OF_SERVER}, group)", datasource),
    ]
    return labels if datasource else [source, *labels]


def _labels(name: str, query: str, datasource: str | None) -> dict[str, Any]:
    return {
        "name": name,
        "label": name.capitalize(),
        "type": "query",
        "datasource": {"type": "prometheus", "uid": datasource or VARIABLE},
        "definition": query,
        "query": {"query": query, "refId": name},
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        # An entry point may have no group, which a list of all groups would leave out.
        "allValue": ".*",
        "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
        "hide": 0,
    }
