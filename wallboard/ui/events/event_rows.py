"""Which lines the list of events has: incidents, and the changes of those that are open."""

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace

from wallboard.domain.change import Change, Subject, explained
from wallboard.domain.endpoint import EntryPoint, EntryPointKey
from wallboard.domain.history import History
from wallboard.domain.incident import Incident
from wallboard.domain.judgement import Judgement
from wallboard.domain.policy import Button, Level, Policy, Verdict
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.domain.state import EntryPointState
from wallboard.frozen import frozen
from wallboard.query import Query
from wallboard.query_fields import EventSubject
from wallboard.report.words.changes import after_words, before_words, subject_word

Statuses = Mapping[EntryPointKey, EntryPointStatus]

_NO_HISTORY = History(1)
_NO_POLICY = Policy()


@frozen
class Row:
    """One line: an incident, a change, or the change of an endpoint below the one it explains.

    ``depth`` is how far it is set in. It has ``parts`` below it, which show if it is ``unfolded``;
    ``of`` is the mark of the line that it is below.
    """

    at: float
    incident: Incident | None = None
    change: Change | None = None
    depth: int = 0
    parts: int = 0
    unfolded: bool = False
    of: Hashable = None

    @property
    def mark(self) -> Hashable:
        """What tells it from all other lines, also after more has happened."""
        if self.incident:
            return self.incident.whose, self.incident.at
        one = self.change
        return one and (one.at, one.key or one.server, one.subject, one.endpoint, one.after)

    @property
    def about(self) -> Change | None:
        """The change, or the newest one of an entry point in the incident."""
        if self.incident is None:
            return self.change
        changes = self.incident.changes
        return next((change for change in reversed(changes) if change.key), None)

    @property
    def key(self) -> EntryPointKey | None:
        """The entry point that it is about; none for a whole server."""
        if self.incident:
            return self.incident.key
        return self.change.key if self.change else None


@frozen
class Wanted:
    """Which lines are wanted: by a filter, and which of them are open, by their marks."""

    query: Query
    faults_only: bool = False
    everything: bool = False
    unfolded: Collection[Hashable] = frozenset()

    def has(self, change: Change, statuses: Statuses, now: float) -> bool:
        """Whether a change is wanted.

        A query is held against the entry point as the event left it: ``verdict:`` and ``level:``
        ask what it became, other fields what it is now, and bare words also look in the event.
        """
        if self.faults_only and change.level is Level.OK:
            return False
        return not self.query or self.query.matches(subject_of(change, statuses), now)

    def shows(self, mark: Hashable) -> bool:
        """Whether what is below a line shows; what a filter finds always does."""
        return self.everything or bool(self.query) or mark in self.unfolded


def rows_of(
    incidents: Sequence[Incident],
    loose: Sequence[Change],
    statuses: Statuses,
    now: float,
    wanted: Wanted,
) -> tuple[Row, ...]:
    """The lines, newest first."""
    newest = reversed(incidents)
    found = [rows for one in newest if (rows := _rows_of_incident(one, statuses, now, wanted))]
    alone = [change for change in reversed(loose) if wanted.has(change, statuses, now)]
    found += _rows_of_changes(alone, statuses, wanted, 0, None)
    found.sort(key=lambda rows: -rows[0].at)
    return tuple(row for rows in found for row in rows)


def _rows_of_incident(
    incident: Incident, statuses: Statuses, now: float, wanted: Wanted
) -> list[Row]:
    changes = [one for one in reversed(incident.changes) if wanted.has(one, statuses, now)]
    if not changes and wanted.query and not _matches_itself(incident, statuses, now, wanted.query):
        return []
    row = Row(incident.at, incident, parts=len(changes))
    if not changes or not wanted.shows(row.mark):
        return [row]
    below = _rows_of_changes(changes, statuses, wanted, 1, row.mark)
    return [replace(row, unfolded=True), *(one for rows in below for one in rows)]


def _rows_of_changes(
    changes: Sequence[Change], statuses: Statuses, wanted: Wanted, depth: int, of: Hashable
) -> list[list[Row]]:
    """The lines of changes, newest first, each with those of endpoints that are below it."""

    def within(key: EntryPointKey) -> float | None:
        status = statuses.get(key)
        return status.policy.interval if status else None

    shown, parts = explained(changes, within)
    found = []
    for change in shown:
        below = parts.get(id(change), ())
        row = Row(change.at, None, change, depth, len(below), of=of)
        rows = [row]
        if below and wanted.shows(row.mark):
            rows = [replace(row, unfolded=True)]
            rows += [Row(one.at, None, one, depth + 1, of=row.mark) for one in below]
        found.append(rows)
    return found


def _matches_itself(incident: Incident, statuses: Statuses, now: float, query: Query) -> bool:
    """Whether a query is about what is wrong without any event, since the board was started."""
    status = statuses.get(incident.key) if incident.key and not incident.changes else None
    return status is not None and query.matches(status, now)


def subject_of(event: Change, statuses: Statuses) -> EventSubject:
    """The entry point after an event; for an event of a server, a placeholder."""
    known = statuses.get(event.key) if event.key else None
    text = " ".join(_texts(event))
    if known is None:
        return EventSubject(_stand_in(event), _NO_POLICY, _judgement(event), text=text)
    verdict = known.judgement.verdict
    if event.subject is Subject.VERDICT:
        verdict = Verdict(event.after)
    judgement = replace(known.judgement, verdict=verdict, level=event.level)
    return EventSubject(
        known.state,
        known.policy,
        judgement,
        since=known.since,
        expectation=known.expectation,
        places=known.places,
        text=text,
    )


def _texts(event: Change) -> Iterator[str]:
    yield from (subject_word(event), before_words(event), after_words(event), event.summary)


def _stand_in(event: Change) -> EntryPointState:
    """A placeholder for a server, or for an entry point that is not on the board."""
    key = event.key or EntryPointKey(event.server, 0)
    return EntryPointState(EntryPoint(key, "", endpoints=()), {}, _NO_HISTORY)


def _judgement(event: Change) -> Judgement:
    if event.subject is Subject.VERDICT:
        verdict = Verdict(event.after)
    else:
        verdict = Verdict.WAITING if event.after == "ok" else Verdict.UNREACHABLE
    return Judgement(verdict, event.level, event.summary, Button.UNKNOWN)
