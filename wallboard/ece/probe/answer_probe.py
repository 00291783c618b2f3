"""Findings about an answer: status, content, and the clock of the server."""

from datetime import UTC, datetime, timedelta

from wallboard.domain.doctor import Fact, Finding, Step
from wallboard.domain.endpoint import Endpoint, EntryPoint
from wallboard.domain.foreign_text import brief
from wallboard.domain.history import History
from wallboard.domain.observation import Failure, Observation
from wallboard.domain.policy import Level, Policy, Verdict
from wallboard.domain.state import EntryPointState
from wallboard.domain.verdict import judge
from wallboard.ece.probe.wire import header, own_date

_OF_THE_SERVER = {
    Verdict.SERVICE_NOT_RUNNING: "Check the ECE services.",
    Verdict.UNKNOWN: "That answer is undocumented.",
}
"""Verdicts that mean a fault of the server, with what to do about it."""


def http_finding(observation: Observation) -> Finding:
    """Whether the server answered with status 200, whatever the content."""
    response, outcome = observation.response, observation.outcome
    facts: dict[str, Fact] = {"status": response.status if response else None}
    if isinstance(outcome, Failure) and (response is None or response.status != 200):
        return Finding(
            Step.HTTP,
            Level.CRITICAL,
            sentence(observation.endpoint, outcome),
            elapsed_seconds=observation.elapsed_seconds,
            cause=outcome.cause,
            facts=facts,
            blame=outcome.blame,
        )
    software = brief(header(response.head, "server"), 60) if response else ""
    facts["server"] = software or None
    by = f"; it identifies as {software}" if software else ""
    return Finding(
        Step.HTTP,
        Level.OK,
        f"The server answered with status 200{by}.",
        elapsed_seconds=observation.elapsed_seconds,
        facts=facts,
    )


def api_finding(entry_point: EntryPoint, observation: Observation, *, guessed: bool) -> Finding:
    """Whether the content can be read; ``guessed`` says that the id is not from the config."""
    outcome, endpoint, number = observation.outcome, observation.endpoint, entry_point.key.id
    if isinstance(outcome, Failure):
        return Finding(
            Step.API,
            Level.CRITICAL,
            sentence(endpoint, outcome),
            elapsed_seconds=observation.elapsed_seconds,
            cause=outcome.cause,
            facts={"endpoint": endpoint, "id": number},
        )
    verdict, words = None, f"{endpoint} of {number} is valid."
    level = Level.OK
    if endpoint is Endpoint.CHAT_ALLOWED:
        state = EntryPointState(entry_point, {}, History()).updated(observation)
        judgement = judge(state, Policy())
        verdict = judgement.verdict
        words = f"{endpoint} of {number} is valid: {brief(judgement.summary).rstrip('.')}."
        if verdict in _OF_THE_SERVER:
            level, words = Level.WARNING, f"{words} {_OF_THE_SERVER[verdict]}"
        elif verdict is Verdict.INVALID_ENTRY_POINT and not guessed:
            level, words = Level.WARNING, f"{words} Check the id."
        elif verdict is Verdict.INVALID_ENTRY_POINT:
            words = f"{words} No id was given, so any answer will do."
    if outcome.lenient:
        words = f"{words} The answer is not well formed."
    return Finding(
        Step.API,
        level,
        words,
        elapsed_seconds=observation.elapsed_seconds,
        facts={"endpoint": endpoint, "id": number, "verdict": verdict, "lenient": outcome.lenient},
    )


def date_of(observation: Observation) -> float | None:
    """The ``Date`` of an answer, Unix time in seconds, if it has one."""
    response = observation.response
    return own_date(header(response.head, "date")) if response else None


def sentence(endpoint: Endpoint, failure: Failure) -> str:
    """The words of a failure as a sentence of their own."""
    words = failure.message.removeprefix(f"{endpoint}: ")
    # What begins with the name of a host stays as it is.
    return words if words == failure.message else words[:1].upper() + words[1:]


UNSEEN_SECONDS = 2.0
"""Differences below this are not seen: ``Date`` has whole seconds, and took time to arrive."""

APART_SECONDS = 30.0
"""From this difference on, times here and in the server's log cannot be compared."""


def clock_finding(date: float, at: float) -> Finding:
    """How far the server's clock is off when it is ``at`` here; both are Unix time in seconds."""
    ahead = date + 0.5 - at  # of the second that the date names, the middle
    facts = {"ahead_seconds": round(ahead, 1)}
    if abs(ahead) < UNSEEN_SECONDS:
        words = "The clocks of the server and this machine agree."
        return Finding(Step.CLOCK, Level.OK, words, facts=facts)
    apart = timedelta(seconds=round(abs(ahead)))
    way = "ahead of" if ahead > 0 else "behind"
    there = datetime.fromtimestamp(date, UTC)
    words = f"The server's clock says {there:%Y-%m-%d %H:%M:%S} UTC, {apart} {way} this machine's."
    level = Level.WARNING if abs(ahead) >= APART_SECONDS else Level.OK
    return Finding(Step.CLOCK, level, words, facts=facts)
