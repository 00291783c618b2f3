"""Which events are shown and in what words: pure, from a snapshot and a query."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from wallboard.board import EntryPointStatus, Snapshot
from wallboard.domain.change import Change, Subject
from wallboard.domain.endpoint import EntryPoint, EntryPointKey
from wallboard.domain.history import History
from wallboard.domain.observation import Cause
from wallboard.domain.policy import Button, Level, Policy, Verdict
from wallboard.domain.state import EntryPointState
from wallboard.domain.verdict import Judgement
from wallboard.query import Query, Told
from wallboard.ui.glyphs import Glyphs

Statuses = Mapping[EntryPointKey, EntryPointStatus]

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

_NO_HISTORY = History(1)
_NO_POLICY = Policy()


def chosen_events(snapshot: Snapshot, query: Query, *, faults_only: bool) -> tuple[Change, ...]:
    """The events that are wanted, newest first.

    A query is held against the entry point as the event left it: ``verdict:`` and ``level:`` ask
    what it became, other fields what it is now, and bare words are also looked for in the event.
    """
    return tuple(
        event
        for event in reversed(snapshot.events)
        if (event.level is not Level.OK or not faults_only)
        and (not query or query.matches(told(event, snapshot.entry_points), snapshot.at))
    )


def told(event: Change, statuses: Statuses) -> Told:
    """The entry point of an event as that left it; of a whole server, one that stands for it."""
    known = statuses.get(event.key) if event.key else None
    text = " ".join(_texts(event))
    if known is None:
        return Told(_stand_in(event), _NO_POLICY, _judgement(event), text=text)
    verdict = known.judgement.verdict
    if event.subject is Subject.VERDICT:
        verdict = Verdict(event.after)
    judgement = replace(known.judgement, verdict=verdict, level=event.level)
    return Told(known.state, known.policy, judgement, since=known.since, text=text)


def subject_words(event: Change) -> str:
    """What changed: the name of the endpoint, or of which kind the change is."""
    return str(event.endpoint) if event.endpoint else str(event.subject)


def before_words(event: Change) -> str:
    """What it was."""
    return _words(event.subject, event.before)


def after_words(event: Change) -> str:
    """What it became; for an HTTP error the status, where that is known."""
    response = event.observation.response if event.observation else None
    if event.after == Cause.HTTP and response and response.status >= 400:
        return f"HTTP {response.status}"
    return _words(event.subject, event.after)


def change_words(event: Change, status: EntryPointStatus | None, glyphs: Glyphs) -> str:
    """A change in one sentence: whose it is, what it was and became, and why."""
    named = status.entry_point.name if status else str(event.key.id if event.key else event.server)
    became = f"{before_words(event)} {glyphs.becomes} {after_words(event)}"
    return f"{named}: {became}{f', {event.summary}' if event.summary else ''}"


def _words(subject: Subject, value: str) -> str:
    """A verdict as on its tile, a level as in every report, a cause in words."""
    match subject:
        case Subject.VERDICT:
            return Verdict(value).label
        case Subject.LEVEL:
            return value
        case _:
            return CAUSE_WORDS.get(value, value)


def _texts(event: Change) -> Iterator[str]:
    yield from (subject_words(event), before_words(event), after_words(event), event.summary)


def _stand_in(event: Change) -> EntryPointState:
    """What is known of an entry point that is not on the board, or is a whole server."""
    key = event.key or EntryPointKey(event.server, 0)
    return EntryPointState(EntryPoint(key, "", endpoints=()), {}, _NO_HISTORY)


def _judgement(event: Change) -> Judgement:
    if event.subject is Subject.VERDICT:
        verdict = Verdict(event.after)
    else:
        verdict = Verdict.WAITING if event.after == "ok" else Verdict.UNREACHABLE
    return Judgement(verdict, event.level, event.summary, Button.UNKNOWN)
