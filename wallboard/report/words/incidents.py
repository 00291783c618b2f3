"""An incident in words, and as plain values for other programs."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from wallboard.domain.endpoint import EntryPoint, EntryPointKey
from wallboard.domain.foreign_text import safe
from wallboard.domain.incident import Annotation, Incident, Phase, State
from wallboard.domain.ledger_row import RowKind
from wallboard.domain.observation import Cause
from wallboard.domain.policy import Level, Verdict
from wallboard.domain.time_span import span
from wallboard.report.words.changes import CAUSE_WORDS, change_values
from wallboard.report.words.figures import times

MOST_PHASES = 6
"""Of more phases only the first and the last ones are told."""


def state_words(state: State) -> str:
    """What was wrong, in as many cells as a verdict on its tile."""
    if state.cause is Cause.HTTP and state.http_status:
        return f"HTTP {state.http_status}"
    if state.verdict in {Verdict.ERROR, Verdict.UNREACHABLE} and state.cause:
        return CAUSE_WORDS[state.cause]
    if state.verdict is Verdict.OPEN:
        return f"OPEN ({state.level.label})"
    return state.verdict.label


def phases_words(
    phases: Sequence[Phase], becomes: str = "→", ellipsis: str = "…", *, most: int = MOST_PHASES
) -> str:
    """What was wrong and for how long: ``HTTP 503 12s → refused 31s → SERVICE DOWN 10s``.

    What is wrong by now has no time. Phases of the same words are one.
    """
    words = [
        _phase_words(said, [one.seconds for one in same])
        for said, same in groupby(phases, key=lambda one: state_words(one.state))
    ]
    if len(words) > most:
        words = [*words[: most // 2], ellipsis, *words[len(words) - most // 2 :]]
    return f" {becomes} ".join(words)


def _phase_words(words: str, seconds: Sequence[float | None]) -> str:
    lasted = [one for one in seconds if one is not None]
    return f"{words} {span(sum(lasted))}" if len(lasted) == len(seconds) else words


def points_words(count: int) -> str:
    """How many entry points."""
    return f"{count:,} entry point{'' if count == 1 else 's'}"


def handled_words(incident: Incident) -> str:
    """Who acknowledged it, what was noted and who was not told, foreign text made safe."""
    return "; ".join(
        safe(_done(one) + (f": {one.text}" if one.text else "")) for one in incident.annotations
    )


def _done(one: Annotation) -> str:
    if one.kind == RowKind.BLIND:
        return "this machine had no network"
    return f"{one.channel} was not told" if one.channel else f"{one.kind} by {one.who}"


def lasting_words(incident: Incident, now: float) -> str:
    """How long it lasted, or has by now; at least so long where it was not seen to begin."""
    words = span(incident.seconds(now))
    return words if incident.seen else f"at least {words}"


def incident_values(
    incident: Incident, now: float, names: Mapping[EntryPointKey, EntryPoint]
) -> dict[str, Any]:
    """An incident as plain values, with its changes; ``now`` is when it was looked at."""
    known = names.get(incident.key) if incident.key else None
    return {
        "server": incident.server,
        "id": incident.key.id if incident.key else None,
        "name": known.name if known else None,
        **times("first_at", incident.at),
        "seen": incident.seen,
        **times("last_at", incident.good_at),
        "seconds": round(incident.seconds(now), 3),
        "stands": incident.stands,
        "level": Level(incident.level).label,
        "phases": [
            {
                "verdict": phase.state.verdict.value,
                "level": phase.state.level.label,
                "cause": phase.state.cause.value if phase.state.cause else None,
                "http_status": phase.state.http_status,
                **times("at", phase.at),
                "seconds": None if phase.seconds is None else round(phase.seconds, 3),
            }
            for phase in incident.phases
        ],
        "entry_points": sorted(key.id for key in incident.covers(names)),
        "acknowledged_by": incident.acknowledged_by,
        "annotations": [
            {
                **times("at", one.at),
                "kind": one.kind,
                "who": one.who,
                "channel": one.channel or None,
                "text": one.text,
            }
            for one in incident.annotations
        ],
        "changes": [
            {"id": change.key.id if change.key else None, **change_values(change)}
            for change in incident.changes
        ],
    }
