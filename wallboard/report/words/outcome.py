"""What a poll brought, in the words that every report uses."""

from dataclasses import fields

from wallboard.domain.observation import Failure
from wallboard.domain.reading import Reading


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
