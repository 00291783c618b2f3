"""Who agrees about an entry point that several places see, in words."""

from collections.abc import Iterable, Iterator
from typing import Any

from wallboard.domain.foreign_text import brief
from wallboard.domain.snapshot import EntryPointStatus, Place
from wallboard.domain.time_span import span
from wallboard.domain.vantage import Agreement, Answer, agreement_of, answers_of
from wallboard.report.words.figures import clock, times

LONGEST_NAME = 32
"""Characters of the name of a place that are shown."""


def share_forms(agreement: Agreement) -> Iterator[str]:
    """From how many places it is the same, in ever fewer words: ``from 2 of 3``, ``2/3``."""
    yield f"from {agreement.agree} of {agreement.count}"
    yield f"{agreement.agree}/{agreement.count}"


def agreement_words(agreement: Agreement) -> str:
    """The same with what it is: ``open from 2 of 3``."""
    return f"{agreement.verdict.label.lower()} {next(share_forms(agreement))}"


def agreement_sentence(status: EntryPointStatus, now: float) -> str:
    """Who agrees, who does not, and who does not count; nothing where there is only one place.

    ``open from 1 of 2; nyc: NO AGENTS; sin silent``.
    """
    agreement = agreement_of(status, now)
    if agreement is None:
        return ""
    differing = ", ".join(f"{place_name(one)}: {said.label}" for one, said in agreement.differing)
    silent = [f"{place_name(one)} silent" for one in agreement.silent]
    stale = [f"{place_name(one)} without a fresh answer" for one in agreement.stale]
    found = agreement_words(agreement) if agreement.count else "no place has a fresh answer"
    return "; ".join(filter(None, (found, differing, *silent, *(stale if agreement.count else ()))))


def disagreement_words(status: EntryPointStatus, now: float) -> str:
    """The same while places disagree, else nothing."""
    agreement = agreement_of(status, now)
    return agreement_sentence(status, now) if agreement and agreement.disagrees else ""


def silence_sentences(places: Iterable[Place], now: float) -> Iterator[str]:
    """One sentence for each place that is silent."""
    for one in places:
        if one.silent_since is not None:
            since = f"{clock(one.silent_since, now)} ({span(now - one.silent_since)})"
            yield f"{place_name(one.name)} silent since {since}: its answers do not count"


def silent_names(places: Iterable[Place]) -> frozenset[str]:
    """The names of the places that are silent."""
    return frozenset(one.name for one in places if one.silent_since is not None)


def place_name(place: str) -> str:
    """The name of a place, safe to show."""
    return brief(place, LONGEST_NAME)


def places_values(status: EntryPointStatus, now: float) -> dict[str, Any] | None:
    """Who agrees and what each place says, as plain values; ``None`` where there is only one."""
    agreement = agreement_of(status, now)
    if agreement is None:
        return None
    return {
        "verdict": agreement.verdict.value,
        "agree": agreement.agree,
        "count": agreement.count,
        "disagree": agreement.disagrees,
        "answers": [_answer_values(one, now) for one in answers_of(status, now)],
    }


def _answer_values(answer: Answer, now: float) -> dict[str, Any]:
    judgement = answer.status.judgement
    return {
        "place": answer.place,
        "own": answer.own,
        "counts": answer.counts,
        "verdict": judgement.verdict.value,
        "level": judgement.level_at(now).label,
        "summary": judgement.summary,
        "response_type": judgement.response_type,
        "wait_seconds": judgement.wait_seconds,
        "queue_depth": judgement.queue_depth,
        "capacity": judgement.capacity,
        **times("since", answer.since),
        **times("newest_answer_at", judgement.newest_at),
        **times("silent_since", answer.silent_since),
    }


def place_values(place: Place) -> dict[str, Any]:
    """A place as plain values."""
    return {"place": place.name, "own": place.own, **times("silent_since", place.silent_since)}
