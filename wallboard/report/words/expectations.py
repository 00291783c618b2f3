"""What is expected of an entry point in words, with local times."""

import time
from collections.abc import Iterator
from typing import Any

from wallboard.domain.expectation import (
    Conformity,
    Expectation,
    Expected,
    Maintenance,
    conformity,
)
from wallboard.domain.foreign_text import brief
from wallboard.domain.policy import Verdict
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.report.words.figures import times

LONGEST = 120
"""Characters of a reason or a rule that are shown."""

_WEEK_SECONDS = 6 * 86_400


def until_words(until: float | None, now: float) -> str:
    """``until 18:00``, ``until Mon 08:00`` on another day, ``until 24 Dec 08:00`` in a week."""
    if until is None:
        return ""
    moment, today = time.localtime(until), time.localtime(now)
    if moment[:3] == today[:3]:
        form = "%H:%M"
    else:
        form = "%a %H:%M" if 0 <= until - now < _WEEK_SECONDS else "%d %b %H:%M"
    return f"until {time.strftime(form, moment)}"


def expectation_forms(status: EntryPointStatus, now: float) -> Iterator[str]:
    """What its verdict means by what is expected, in ever fewer words; nothing if that is nothing.

    Of what is out of date nobody knows whether it is as scheduled.
    """
    if status.maintenance or not status.judgement.unconfirmed(now):
        yield from meaning_forms(status.expectation, status.judgement.verdict, now)


def meaning_forms(expectation: Expectation, verdict: Verdict, now: float) -> Iterator[str]:
    """The same of a verdict and what is expected at ``now``, Unix time in seconds."""
    found = conformity(verdict, expectation)
    expected, maintenance = expectation.expected, expectation.maintenance
    if maintenance:
        words = f"{found} {until_words(maintenance.until, now)}".rstrip()
        yield f"{words}: {brief(maintenance.reason, LONGEST)}"
        yield from (words, str(found))
    elif found is Conformity.OUTSIDE_HOURS:
        yield from (str(found), "outside hours")
    elif found and expected:
        until = until_words(expected.until, now)
        yield f"{found} {until}".rstrip()
        if found is Conformity.AS_SCHEDULED:
            yield from filter(None, (f"scheduled {until}".rstrip(), until, "scheduled"))
        else:
            yield str(found)
    elif expected and not expected.open:
        # A fault at night is a warning at most, and says why.
        yield f"expected closed {until_words(expected.until, now)}".rstrip()
        yield "expected closed"


def expectation_words(status: EntryPointStatus, now: float) -> str:
    """The same in full: ``closed as scheduled until Mon 08:00``."""
    return next(expectation_forms(status, now), "")


def expectation_sentence(status: EntryPointStatus, now: float) -> str:
    """The same with the rule that says so."""
    words, expected = expectation_words(status, now), status.expected
    if expected is None:
        return words
    why = f"({brief(expected.why, LONGEST)})"
    if words:
        return words if status.maintenance else f"{words} {why}"
    state = "open" if expected.open else "closed"
    return f"expected {state} {until_words(expected.until, now)}".rstrip() + f" {why}"


def expected_values(expected: Expected | None) -> dict[str, Any] | None:
    """What a calendar expects as plain values; ``until`` is ``None`` if it is a year away."""
    if expected is None:
        return None
    return {"open": expected.open, **times("until", expected.until), "why": expected.why}


def maintenance_values(maintenance: Maintenance | None) -> dict[str, Any] | None:
    """A maintenance as plain values."""
    if maintenance is None:
        return None
    return {**times("until", maintenance.until), "reason": maintenance.reason}
