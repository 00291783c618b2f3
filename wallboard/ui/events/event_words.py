"""Which events are shown and in what words: pure, from a snapshot and a query."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from wallboard.board import EntryPointStatus, Snapshot
from wallboard.domain.change import Change, Subject
from wallboard.domain.endpoint import EntryPoint, EntryPointKey
from wallboard.domain.history import History
from wallboard.domain.policy import Button, Level, Policy, Verdict
from wallboard.domain.state import EntryPointState
from wallboard.domain.verdict import Judgement
from wallboard.query import Query, Told
from wallboard.report.words.changes import after_words, before_words, subject_word

Statuses = Mapping[EntryPointKey, EntryPointStatus]

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


def _texts(event: Change) -> Iterator[str]:
    yield from (subject_word(event), before_words(event), after_words(event), event.summary)


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
