"""The board as a PRTG sensor: the JSON of its advanced scripts.

One entry point has its level and its figures as channels, several have the number at each level;
so a sensor never has more than the fifty channels that PRTG takes. The text is that of the plugin.
"""

import json
from collections.abc import Iterator
from typing import Any

from wallboard.domain.foreign_text import brief
from wallboard.domain.policy import Level
from wallboard.domain.snapshot import EntryPointStatus, Snapshot
from wallboard.report.now.nagios import headline, worst_level
from wallboard.report.words.rows import level_counts

LONGEST_TEXT = 1_000
"""Characters of the text; PRTG cuts it at 2,000."""

Channel = dict[str, Any]

_LIMITS: Channel = {"LimitMode": 1, "LimitMaxWarning": 0.5, "LimitMaxError": Level.CRITICAL - 0.5}
"""Of a level: warning and unknown warn, critical is an error."""


def prtg_report(snapshot: Snapshot, *, unfinished: str = "") -> str:
    """The sensor; ``unfinished`` says why it is not all there is."""
    statuses = list(snapshot.entry_points.values())
    level = max(worst_level(snapshot), Level.UNKNOWN if unfinished else Level.OK)
    channels = [_level(level)]
    channels += _figures(statuses[0]) if len(statuses) == 1 else _counts(snapshot)
    text = "; ".join(filter(None, (unfinished, headline(snapshot))))
    return _sensor({"text": brief(text, LONGEST_TEXT), "result": channels})


def prtg_error(message: str) -> str:
    """A sensor that is down since the check could not be made."""
    return _sensor({"error": 1, "text": brief(message, LONGEST_TEXT)})


def _sensor(content: Channel) -> str:
    return json.dumps({"prtg": content}, indent=1, allow_nan=False)


def _level(level: Level) -> Channel:
    return {"Channel": "Level", "Value": int(level), "Unit": "Custom",
            "CustomUnit": "level", **_LIMITS}  # fmt: skip


def _figures(status: EntryPointStatus) -> Iterator[Channel]:
    """The figures that are known; PRTG says itself since when it has none."""
    judgement = status.judgement
    if judgement.wait_seconds is not None:
        yield {"Channel": "Estimated wait", "Value": judgement.wait_seconds, "Float": 1,
               "Unit": "TimeSeconds"}  # fmt: skip
    for name, figure in (("Queue", judgement.queue_depth), ("Free slots", judgement.capacity)):
        if figure is not None:
            yield {"Channel": name, "Value": figure, "Unit": "Count"}


def _counts(snapshot: Snapshot) -> Iterator[Channel]:
    for level, count in level_counts(snapshot).items():
        yield {"Channel": f"Entry points {level.label}", "Value": count, "Unit": "Count"}
