"""The panels of a Grafana dashboard, as documents."""

from collections.abc import Mapping
from dataclasses import field
from string import ascii_uppercase
from typing import Any

from wallboard.frozen import frozen

WIDTH = 24
"""Columns of a dashboard."""


@frozen
class Target:
    """One query of a panel and what its lines are called; ``instant`` asks only for now."""

    expr: str
    legend: str = ""
    instant: bool = False


@frozen
class Panel:
    """One panel, ``width`` columns by ``height`` rows.

    ``values`` gives numbers a word and a colour; ``hidden`` and ``renamed`` are columns of a table.
    """

    type: str
    title: str
    description: str
    targets: tuple[Target, ...]
    width: int = WIDTH // 2
    height: int = 8
    unit: str = "short"
    colour: str = ""
    values: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)

    def document(self, number: int, x: int, y: int, datasource: str) -> dict[str, Any]:
        """The panel at a column and row; ``number`` tells it from all others."""
        source = {"type": "prometheus", "uid": datasource}
        shown: dict[str, Any] = {
            "id": number,
            "type": self.type,
            "title": self.title,
            "description": self.description,
            "datasource": source,
            "gridPos": {"x": x, "y": y, "w": self.width, "h": self.height},
            "targets": [
                _target(target, letter, source, table=self.type == "table")
                for letter, target in zip(ascii_uppercase, self.targets, strict=False)
            ],
            "fieldConfig": {"defaults": self._defaults(), "overrides": []},
            "options": self._options(),
        }
        if self.hidden or self.renamed:
            shown["transformations"] = [
                {
                    "id": "organize",
                    "options": {
                        "excludeByName": dict.fromkeys(self.hidden, True),
                        "indexByName": {},
                        "renameByName": dict(self.renamed),
                    },
                }
            ]
        return shown

    def _defaults(self) -> dict[str, Any]:
        steps = [{"color": self.colour or "text", "value": None}]
        return {
            "unit": self.unit,
            "color": {"mode": "thresholds" if self.type == "stat" else "palette-classic"},
            "thresholds": {"mode": "absolute", "steps": steps},
            "mappings": [
                {
                    "type": "value",
                    "options": {
                        str(value): {"text": text, "color": colour, "index": index}
                        for index, (value, (text, colour)) in enumerate(self.values.items())
                    },
                }
            ]
            if self.values
            else [],
        }

    def _options(self) -> dict[str, Any]:
        match self.type:
            case "stat":
                calculation = {"calcs": ["lastNotNull"], "fields": "", "values": False}
                return {"reduceOptions": calculation, "colorMode": "value", "graphMode": "area"}
            case "timeseries":
                return {
                    "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
                    "tooltip": {"mode": "multi", "sort": "desc"},
                }
            case "state-timeline":
                return {"showValue": "auto", "rowHeight": 0.9, "mergeValues": True}
            case _:
                return {"showHeader": True}


def _target(target: Target, letter: str, source: dict[str, str], *, table: bool) -> dict[str, Any]:
    return {
        "refId": letter,
        "datasource": source,
        "expr": target.expr,
        "legendFormat": target.legend,
        "instant": target.instant,
        "range": not target.instant,
        "format": "table" if table else "time_series",
    }
