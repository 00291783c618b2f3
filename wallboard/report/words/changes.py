"""A change in words: as cells of a table, and piece by piece for the wall and for sentences."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from wallboard.domain.change import Change, Subject
from wallboard.domain.foreign_text import safe
from wallboard.domain.observation import Cause, Failure
from wallboard.domain.policy import Verdict
from wallboard.domain.reading import Reading
from wallboard.domain.time_span import span
from wallboard.report.words.figures import moments, times


def change_heads(zone: str) -> list[str]:
    """The heads of a table of changes; ``zone`` is the offset of its local times."""
    return ["UTC", f"LOCAL {zone}", "WHAT", "FROM", "TO", "LASTED", "WHY"]


CAUSE_WORDS: Mapping[str, str] = {
    Cause.DNS: "no address",
    Cause.REFUSED: "refused",
    Cause.TLS: "TLS failed",
    Cause.TIMEOUT: "timed out",
    Cause.RESET: "cut off",
    Cause.PROXY: "proxy failed",
    Cause.HTTP: "HTTP error",
    Cause.REDIRECT: "redirected",
    Cause.EMPTY: "empty body",
    Cause.TOO_LARGE: "too large",
    Cause.FORBIDDEN_DTD: "has a DTD",
    Cause.NOT_XML: "not XML",
    Cause.WRONG_ROOT: "wrong root",
    Cause.INTERNAL: "board error",
    "ok": "answers",
}
"""What an endpoint or a server became, in at most as many cells as a verdict."""


def change_cells(change: Change, zone: str, indent: str = "") -> list[str]:
    """The cells under ``change_heads``, safe on a terminal; set in by ``indent``."""
    return [
        *moments(change.at, zone),
        indent + subject_word(change),
        state_word(change.before, change.subject),
        state_word(change.after, change.subject),
        lasted(change),
        safe(change.summary),
    ]


def subject_word(change: Change) -> str:
    """What changed: the endpoint by name, or of which kind the change is."""
    return str(change.endpoint or change.subject)


def state_word(state: str, subject: Subject) -> str:
    """What it was or became: a verdict as on its tile, all else as it is."""
    return Verdict(state).label if subject is Subject.VERDICT else safe(state)


def lasted(change: Change) -> str:
    """For how long it had been as before, where that is known."""
    return "" if change.lasted is None else span(change.lasted)


def before_words(event: Change) -> str:
    """What it was."""
    return _words(event.subject, event.before)


def after_words(event: Change) -> str:
    """What it became; for an HTTP error the status, where that is known."""
    response = event.observation.response if event.observation else None
    if event.after == Cause.HTTP and response and response.status >= 400:
        return f"HTTP {response.status}"
    return _words(event.subject, event.after)


def _words(subject: Subject, value: str) -> str:
    """A verdict as on its tile, a level as in every report, a cause in words."""
    match subject:
        case Subject.VERDICT:
            return Verdict(value).label
        case Subject.LEVEL:
            return value
        case _:
            return CAUSE_WORDS.get(value, value)


def change_values(change: Change) -> dict[str, Any]:
    """A change as plain values, without whose it is."""
    return {
        **times("at", change.at),
        "subject": change.subject.value,
        "endpoint": change.endpoint.value if change.endpoint else None,
        "before": change.before,
        "after": change.after,
        "level": change.level.label,
        "lasted_seconds": None if change.lasted is None else round(change.lasted, 3),
        "summary": change.summary,
    }


def facts_of(reading: Reading) -> dict[str, object]:
    """What was read by name, also what could not be; ``lenient`` is the last."""
    return {field.name: getattr(reading, field.name) for field in fields(reading)}


def outcome_words(outcome: Reading | Failure) -> str:
    """All that was read, or the cause of a failure; foreign text in it is as it came."""
    if isinstance(outcome, Failure):
        return f"failed, {outcome.cause}"
    facts = facts_of(outcome)
    lenient = facts.pop("lenient")
    words = [f"{name}={_value(value)}" for name, value in facts.items() if value is not None]
    words += ["not well formed"] if lenient else []
    return ", ".join(words) or "nothing understood"


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
