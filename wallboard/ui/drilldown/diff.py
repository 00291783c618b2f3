"""Two polls of an endpoint side by side: attribute by attribute, then as text."""

from collections.abc import Iterator
from difflib import unified_diff
from itertools import islice
from typing import NamedTuple

from wallboard.domain.observation import Failure, Observation
from wallboard.domain.reading import (
    AgentAvailability,
    Capacity,
    ChatAllowed,
    CheckEligibility,
    LiveSessionStatus,
    Reading,
)
from wallboard.ece.answer.encoding import head_lines
from wallboard.ui.look.text import safe
from wallboard.ui.widgets import lines as bodies

MOST_LINES = 1_000
"""Lines of each body that are compared: the work grows with their product."""

_NOISE = frozenset({"date", "age", "expires", "last-modified", "set-cookie"})
"""Response headers that differ from poll to poll and prove nothing."""


class DiffRow(NamedTuple):
    """One attribute in both polls; ``None`` where it was not there."""

    name: str
    good: str | None
    bad: str | None

    @property
    def changed(self) -> bool:
        """Whether the two differ."""
        return self.good != self.bad


def rows(good: Observation | None, bad: Observation) -> list[DiffRow]:
    """What the answers say; then, where that differs, how they came and the response headers."""
    said = _paired(_facts(good), _facts(bad))
    came = _paired(_coming(good), _coming(bad))
    headers = _paired(_headers(good), _headers(bad))
    return [
        *said,
        *(row for row in came if row.changed),
        *(row for row in headers if row.changed and row.name.lower() not in _NOISE),
    ]


def _paired(good: dict[str, str], bad: dict[str, str]) -> list[DiffRow]:
    return [DiffRow(name, good.get(name), bad.get(name)) for name in {**good, **bad}]


def text_diff(good: Observation, bad: Observation, width: int) -> Iterator[str]:
    """The unified diff of both bodies, laid out to be read; each line starts with its sign."""
    before, more_before = _lines(good, width - 1)
    after, more_after = _lines(bad, width - 1)
    yield from islice(unified_diff(before, after, lineterm=""), 2, None)
    if more_before or more_after:
        yield f"@@ only the first {MOST_LINES:,} lines were compared"


def same_body(good: Observation, bad: Observation) -> bool:
    """Whether both answers have the same bytes."""
    return _body(good) == _body(bad)


def _lines(poll: Observation, width: int) -> tuple[list[str], bool]:
    lines = bodies.pretty(_body(poll), width)
    return list(islice(lines, MOST_LINES)), next(lines, None) is not None


def _body(poll: Observation) -> bytes:
    return poll.response.body if poll.response else b""


def _facts(poll: Observation | None) -> dict[str, str]:
    if poll is None:
        return {}
    outcome = poll.outcome
    said = {} if isinstance(outcome, Failure) else dict(_said(outcome))
    said["outcome"] = str(outcome.cause) if isinstance(outcome, Failure) else "read"
    if isinstance(outcome, Failure):
        said["why"] = outcome.message
    return {name: safe(text) for name, text in said.items()}


def _coming(poll: Observation | None) -> dict[str, str]:
    if poll is None:
        return {}
    came = {"took": f"{poll.elapsed_seconds * 1000:.0f} ms"}
    if response := poll.response:
        cut = ", cut short" if response.truncated else ""
        came["status"] = safe(f"{response.status} {response.reason}".strip())
        came["body"] = f"{len(response.body):,} bytes{cut}"
    return came


def _said(reading: Reading) -> Iterator[tuple[str, str]]:
    match reading:
        case ChatAllowed():
            yield "allowed", _word(reading.allowed, reading.raw_allowed)
            yield "reason", _word(reading.reason, reading.raw_reason)
        case CheckEligibility():
            yield "responseType", _word(reading.response_type, reading.raw)
        case LiveSessionStatus():
            wait = reading.wait_seconds
            yield "waitTime", _word(None if wait is None else f"{wait:g}", reading.raw_wait)
            yield "queueDepth", _word(reading.queue_depth, reading.raw_depth)
        case Capacity():
            yield "count", _word(reading.count, reading.raw)
        case AgentAvailability():
            yield "available", _word(reading.available, reading.raw)
    if reading.lenient:
        yield "well formed", "no"


def _word(value: object, raw: str | None) -> str:
    """A value as the server writes it; where it is not understood, what it wrote."""
    if value is None:
        return "(none)" if raw is None else repr(raw)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _headers(poll: Observation | None) -> dict[str, str]:
    if poll is None or poll.response is None:
        return {}
    lines = head_lines(poll.response.head)
    pairs = (line.partition(":") for line in lines if ":" in line)
    return {safe(name.strip()): safe(value.strip()) for name, _, value in pairs}
