"""The verdict on an entry point: pure rules, first that applies.

The order of the rules is the order of the functions that ``_verdict`` asks.
"""

from dataclasses import replace
from typing import NamedTuple

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.expectation import NOTHING_EXPECTED, Expectation, level_by, reason_by
from wallboard.domain.judgement import Judgement, Raised
from wallboard.domain.observation import Cause, Failure, Observation
from wallboard.domain.policy import (
    Button,
    ButtonPolicy,
    Level,
    Policy,
    Thresholds,
    Verdict,
)
from wallboard.domain.reading import (
    DOCUMENTED_REASONS,
    AgentAvailability,
    Capacity,
    ChatAllowed,
    CheckEligibility,
    LiveSessionStatus,
)
from wallboard.domain.state import EntryPointState
from wallboard.frozen import frozen

CONTRADICTION_POLLS = 2
"""Rounds in a row for which two endpoints must disagree before the board says so."""


@frozen
class _Finding:
    """A verdict with its reason, before anything is said about figures and levels."""

    verdict: Verdict
    summary: str
    partial: bool = False
    raw: str | None = None
    cause: Cause | None = None
    decided_by: Endpoint | None = None


def judge(
    state: EntryPointState,
    policy: Policy,
    server_failure: Failure | None = None,
    expectation: Expectation = NOTHING_EXPECTED,
) -> Judgement:
    """The verdict, its level and everything beside it.

    ``server_failure`` is set while the whole server cannot be reached, in which case its entry
    points are not polled one by one.
    """
    finding = _verdict(state, server_failure)
    chat_allowed = state.known(Endpoint.CHAT_ALLOWED, ChatAllowed)
    eligibility = state.known(Endpoint.CHECK_ELIGIBILITY, CheckEligibility)
    figures = _figures(state)
    raised = _raised(policy.thresholds, figures) if finding.verdict is Verdict.OPEN else []
    level = max((policy.levels[finding.verdict], *(one.level for one in raised)))
    failing = tuple(e for e in state.entry_point.endpoints if state.failure(e))
    newest = state.good_at
    return Judgement(
        verdict=finding.verdict,
        level=level_by(expectation, finding.verdict, level),
        summary="; ".join((finding.summary, *(one.sentence for one in raised))),
        decided_by=finding.decided_by,
        button=Button.UNKNOWN if server_failure else _button(state, policy.button),
        partial=finding.partial or bool(failing),
        contradiction=state.disagreements >= CONTRADICTION_POLLS,
        lenient=_lenient(state),
        failing=failing,
        raw=finding.raw,
        cause=finding.cause,
        hint=_hint(figures),
        chat_allowed=chat_allowed.allowed if chat_allowed else None,
        reason=chat_allowed.reason if chat_allowed else None,
        response_type=eligibility.response_type if eligibility else None,
        raw_response_type=eligibility.raw if eligibility else None,
        agent_available=figures.agent_available,
        capacity=figures.slots,
        wait_seconds=figures.wait_seconds,
        queue_depth=figures.queue_depth,
        raised=tuple(one.why for one in sorted(raised, key=lambda one: -one.level)),
        because=reason_by(expectation, finding.verdict),
        newest_at=newest,
        fresh_until=None if newest is None else newest + policy.stale_after,
    )


class _Figures(NamedTuple):
    wait_seconds: float | None
    queue_depth: int | None
    slots: int | None
    agent_available: bool | None


def _figures(state: EntryPointState) -> _Figures:
    """The figures of the last good polls."""
    live = state.known(Endpoint.LIVE_SESSION_STATUS, LiveSessionStatus)
    capacity = state.known(Endpoint.CAPACITY, Capacity)
    agents = state.known(Endpoint.AGENT_AVAILABILITY, AgentAvailability)
    return _Figures(
        live.wait_seconds if live else None,
        live.queue_depth if live else None,
        capacity.count if capacity else None,
        agents.available if agents else None,
    )


def _button(state: EntryPointState, policy: ButtonPolicy) -> Button:
    last = state.current(policy.rule)
    return policy.button(last.outcome if last else None)


def _lenient(state: EntryPointState) -> bool:
    """Whether any newest answer was not well formed."""
    newest = (last for endpoint in state.endpoints if (last := state.current(endpoint)))
    return any(not isinstance(o.outcome, Failure) and o.outcome.lenient for o in newest)


def rejudge(
    before: EntryPointState,
    judgement: Judgement,
    state: EntryPointState,
    observation: Observation,
    policy: Policy,
    server_failure: Failure | None = None,
    expectation: Expectation = NOTHING_EXPECTED,
) -> Judgement:
    """What ``judge`` says of ``state``, which is ``before`` (judged so) and one observation more.

    Most polls repeat what the last one said; then only the time is new. ``server_failure`` and
    ``expectation`` must be what they were for ``judgement``.
    """
    last = before.current(observation.endpoint)
    contradiction = state.disagreements >= CONTRADICTION_POLLS
    if last is None or last.outcome != observation.outcome:
        return judge(state, policy, server_failure, expectation)
    if contradiction is not judgement.contradiction:
        return judge(state, policy, server_failure, expectation)
    if isinstance(observation.outcome, Failure):
        return judgement
    return replace(
        judgement, newest_at=observation.at, fresh_until=observation.at + policy.stale_after
    )


def _verdict(state: EntryPointState, server_failure: Failure | None) -> _Finding:
    if server_failure:
        return _Finding(Verdict.UNREACHABLE, server_failure.message, cause=server_failure.cause)
    enabled = state.entry_point.endpoints
    failures = [failure for e in enabled if (failure := state.failure(e))]
    if failures and len(failures) == len(enabled) and all(f.cause.unreachable for f in failures):
        first = failures[0]
        return _Finding(
            Verdict.UNREACHABLE, first.message, cause=first.cause, decided_by=enabled[0]
        )
    chat_allowed = state.latest(Endpoint.CHAT_ALLOWED, ChatAllowed)
    if chat_allowed:
        return replace(_from_chat_allowed(chat_allowed), decided_by=Endpoint.CHAT_ALLOWED)
    if _unpolled(state, Endpoint.CHAT_ALLOWED):
        return _waiting(state)
    eligibility = state.latest(Endpoint.CHECK_ELIGIBILITY, CheckEligibility)
    if eligibility:
        return replace(_from_eligibility(eligibility), decided_by=Endpoint.CHECK_ELIGIBILITY)
    if _unpolled(state, Endpoint.CHECK_ELIGIBILITY):
        return _waiting(state)
    answered = [e for e in enabled if (last := state.current(e)) and not _unreached(last)]
    if not answered:
        return _waiting(state)
    return _error(state)


def _waiting(state: EntryPointState) -> _Finding:
    if state.unasked:
        server = state.entry_point.key.server
        return _Finding(Verdict.WAITING, f"Polling again since {server} is back.")
    return _Finding(Verdict.WAITING, "No answer yet.")


def _unpolled(state: EntryPointState, endpoint: Endpoint) -> bool:
    return endpoint in state.entry_point.endpoints and state.current(endpoint) is None


def _from_chat_allowed(fact: ChatAllowed) -> _Finding:
    if fact.allowed:
        return _Finding(Verdict.OPEN, _SENTENCES[Verdict.OPEN])
    if fact.allowed is None:
        raw = fact.raw_allowed
        value = "without a value for allowed" if raw is None else f"allowed={raw!r}"
        return _Finding(Verdict.UNKNOWN, f"chatAllowed answered {value}.", raw=raw)
    if fact.reason in DOCUMENTED_REASONS:
        verdict = Verdict(fact.reason)
        return _Finding(verdict, _SENTENCES[verdict])
    if fact.raw_reason is None:
        return _Finding(Verdict.OTHER, "Chats are not allowed; the server gives no reason.")
    raw = fact.raw_reason
    return _Finding(
        Verdict.UNKNOWN, f"Chats are not allowed, for an undocumented reason: {raw!r}.", raw=raw
    )


_ELIGIBILITY_VERDICTS = {
    0: Verdict.OPEN,
    1: Verdict.AGENT_NOT_AVAILABLE,
    2: Verdict.QUEUE_DEPTH_REACHED,
}


def _from_eligibility(fact: CheckEligibility) -> _Finding:
    verdict = _ELIGIBILITY_VERDICTS.get(fact.response_type, Verdict.UNKNOWN)  # type: ignore[arg-type]  # None is no key
    if verdict is Verdict.UNKNOWN:
        value = "no responseType" if fact.raw is None else f"responseType={fact.raw!r}"
        return _Finding(verdict, f"checkEligibility answered {value}.", partial=True, raw=fact.raw)
    sentence = f"{_SENTENCES[verdict]} (checkEligibility only)"
    return _Finding(verdict, sentence, partial=True)


def _unreached(observation: Observation) -> bool:
    outcome = observation.outcome
    return isinstance(outcome, Failure) and outcome.cause.unreachable


def _error(state: EntryPointState) -> _Finding:
    for endpoint in (Endpoint.CHAT_ALLOWED, Endpoint.CHECK_ELIGIBILITY):
        if failure := state.failure(endpoint):
            return _Finding(
                Verdict.ERROR,
                failure.message,
                partial=True,
                cause=failure.cause,
                decided_by=endpoint,
            )
    return _Finding(
        Verdict.ERROR, "chatAllowed and checkEligibility are both disabled.", partial=True
    )


_SENTENCES = {
    Verdict.OPEN: "Customers can start a chat",
    Verdict.QUEUE_DEPTH_REACHED: "The queue has reached its maximum depth",
    Verdict.AGENT_NOT_AVAILABLE: "No agent is available",
    Verdict.SERVICE_NOT_RUNNING: "The agent assignment service is not running",
    Verdict.INVALID_ENTRY_POINT: "The server does not know this entry point",
    Verdict.ENTRY_POINT_INACTIVE: "The entry point is not active",
    Verdict.OTHER: "Chats are not allowed; the server gives no specific reason",
}


class _Raising(NamedTuple):
    level: Level
    why: Raised
    sentence: str


def _raised(limits: Thresholds, figures: _Figures) -> list[_Raising]:
    raised = []
    if level := limits.wait_level(figures.wait_seconds):
        raised.append(_Raising(level, Raised.WAIT, f"wait {figures.wait_seconds:g} s"))
    if level := limits.queue_level(figures.queue_depth):
        raised.append(_Raising(level, Raised.QUEUE, f"queue {figures.queue_depth}"))
    slots = figures.slots
    if level := limits.capacity_level(slots):
        why = Raised.FEW_SLOTS if slots and slots > 0 else Raised.NO_SLOTS
        sentence = f"{slots} free slots" if why is Raised.FEW_SLOTS else "no free slots"
        raised.append(_Raising(level, why, sentence))
    return raised


def _hint(figures: _Figures) -> str | None:
    if figures.agent_available and figures.slots == 0 and figures.queue_depth:
        return "all slots full, or Agent Available = Not Required"
    return None
