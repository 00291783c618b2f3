"""Selects the events to show, and draws each as a line."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from wallboard.domain.change import Change, Subject
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.history import History
from wallboard.domain.policy import Button, Level, Policy, Verdict
from wallboard.domain.snapshot import EntryPointStatus, Snapshot
from wallboard.domain.state import EntryPointState
from wallboard.domain.verdict import Judgement
from wallboard.query import EventSubject, Query
from wallboard.report.words.changes import after_words, before_words, subject_word
from wallboard.report.words.figures import clock
from wallboard.ui.look.glyphs import Glyphs
from wallboard.ui.look.text import fit, safe, span
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.widgets.status_words import style_after

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
        and (not query or query.matches(subject_of(event, snapshot.entry_points), snapshot.at))
    )


def folded(
    events: Sequence[Change], statuses: Statuses
) -> tuple[tuple[Change, ...], Mapping[int, int]]:
    """The events without those of endpoints that a change of verdict or level explains.

    That is the nearest one of the entry point within a round of polls; the second value is how
    many are folded below each, by the identity of the event.
    """
    heads: dict[EntryPointKey | None, list[Change]] = defaultdict(list)
    for event in events:
        if event.subject is not Subject.ENDPOINT:
            heads[event.key].append(event)
    counts: Counter[int] = Counter()
    shown = []
    for event in events:
        near = _nearest(event, heads[event.key]) if event.subject is Subject.ENDPOINT else None
        status = statuses.get(event.key) if near and event.key else None
        if near and status and abs(near.at - event.at) <= status.policy.interval:
            counts[id(near)] += 1
        else:
            shown.append(event)
    return tuple(shown), counts


def _nearest(event: Change, heads: Sequence[Change]) -> Change | None:
    """The nearest in time of some events, which are newest first."""
    place = bisect_left(heads, -event.at, key=lambda head: -head.at)
    near = heads[max(0, place - 1) : place + 1]
    return min(near, key=lambda head: abs(head.at - event.at), default=None)


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
    return EventSubject(known.state, known.policy, judgement, since=known.since, text=text)


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


VALUE, LASTED, TIME = 12, 6, 8
LONG_SUBJECT, SHORT_SUBJECT = max(map(len, Endpoint)), 10
LEAST_NAME, MOST_NAME, SERVER = 3, 30, 12

_SHORT_SUBJECTS = {
    Endpoint.CHAT_ALLOWED: "allowed",
    Endpoint.CHECK_ELIGIBILITY: "eligible",
    Endpoint.LIVE_SESSION_STATUS: "live",
    Endpoint.CAPACITY: "capacity",
    Endpoint.AGENT_AVAILABILITY: "agents",
}


class Columns(NamedTuple):
    """Widths of the columns in cells; 0 leaves one out."""

    time: int
    server: int
    name: int
    subject: int
    before: int
    after: int
    lasted: int
    why: int


def columns_of(width: int, time: int, *, servers: int, glyphs: Glyphs) -> Columns:
    """The columns of a line; ``time`` is the width of times, ``servers`` the number of servers."""
    subject = LONG_SUBJECT if width >= 100 else SHORT_SUBJECT if width >= 60 else 0
    after = VALUE + 4 if width >= 100 else VALUE + 2
    lasting = LASTED if width >= 68 else 0
    before = VALUE if width >= 50 else 0
    server = SERVER if servers > 1 and width >= 100 else 0
    becomes = cell_len(glyphs.becomes) + 2
    taken = sum(1 + wide for wide in (time, server, subject, before, lasting) if wide)
    room = width - taken - after - becomes - 1
    name = max(LEAST_NAME, min(MOST_NAME, room))
    return Columns(time, server, name, subject, before, after, lasting, max(0, room - name - 1))


def heads(columns: Columns, glyphs: Glyphs) -> str:
    """The titles of the columns."""
    titles = (
        ("TIME", columns.time),
        ("SERVER", columns.server),
        ("ENTRY POINT", columns.name),
        ("WHAT", columns.subject),
    )
    left = "".join(f" {fit(title, wide, glyphs)}" for title, wide in titles if wide)
    was = f" {'WAS':>{columns.before}}" if columns.before else ""
    became = " " * (cell_len(glyphs.becomes) + 2) + fit(" BECAME", columns.after, glyphs)
    after = f" {'AFTER':>{columns.lasted}}" if columns.lasted else ""
    return f"{left}{was}{became}{after} {fit('WHY', columns.why, glyphs)}"


class EventPainter:
    """Draws events in one theme, in the columns of one width."""

    def __init__(self, theme: BoardTheme, columns: Columns, *, servers: int) -> None:
        self.theme = theme
        self.columns = columns
        self._prefixed = servers > 1 and not columns.server

    def paint(
        self, event: Change, statuses: Statuses, now: float, *, chosen: bool, parts: int = 0
    ) -> list[Segment]:
        """The event as one line with ``parts`` folded below it; ages count back from ``now``."""
        theme, glyphs, columns = self.theme, self.theme.glyphs, self.columns
        base = theme.ui["cursor" if chosen else "screen"]
        muted = base if chosen else theme.ui["muted"] + Style(bgcolor=base.bgcolor)
        when = clock(event.at, now).rjust(columns.time)
        line = [
            Segment(glyphs.pointer if chosen else " ", base),
            Segment(f"{fit(when, columns.time, glyphs)} ", base),
        ]
        if columns.server:
            line.append(Segment(f"{fit(safe(event.server), columns.server, glyphs)} ", muted))
        line += self._name(event, statuses, base, muted)
        if columns.subject:
            subject = self._subject(event) + (f" +{parts}" if parts else "")
            line.append(Segment(f" {fit(subject, columns.subject, glyphs)}", muted))
        if columns.before:
            line.append(Segment(f" {before_words(event):>{columns.before}}", muted))
        line.append(Segment(f" {glyphs.becomes} ", muted))
        line += self._after(event, base)
        if columns.lasted:
            words = "" if event.lasted is None else span(event.lasted, glyphs)
            line.append(Segment(f" {words:>{columns.lasted}}", base))
        line.append(Segment(f" {fit(safe(event.summary), columns.why, glyphs)}", muted))
        return line

    def _name(self, event: Change, statuses: Statuses, base: Style, muted: Style) -> list[Segment]:
        """The entry point: the whole id, and as much of the name as fits."""
        glyphs, room = self.theme.glyphs, self.columns.name
        if event.key is None:
            words = "whole server" if self.columns.server else f"server {safe(event.server)}"
            return [Segment(fit(words, room, glyphs), base)]
        status = statuses.get(event.key)
        name = safe(status.entry_point.name) if status else ""
        name = f"{safe(event.server)}/{name}" if self._prefixed else name
        number = f" {event.key.id}" if name else str(event.key.id)
        name = fit(name, max(0, min(cell_len(name), room - len(number))), glyphs)
        left = room - cell_len(name)
        return [Segment(name, base), Segment(fit(number, left, glyphs), muted)]

    def _subject(self, event: Change) -> str:
        if event.endpoint and self.columns.subject < LONG_SUBJECT:
            return _SHORT_SUBJECTS[event.endpoint]
        return subject_word(event)

    def _after(self, event: Change, base: Style) -> list[Segment]:
        sign = ""
        if event.subject is Subject.VERDICT and self.columns.after > VALUE + 2:
            sign = f"{self.theme.glyphs.verdict[Verdict(event.after)]} "
        chip = f" {sign}{after_words(event)} "
        style = style_after(event, self.theme, base)
        rest = max(0, self.columns.after - cell_len(chip))
        return [Segment(chip, style), Segment(" " * rest, base)]


def time_width(oldest: Change | None, now: float) -> int:
    """The width of the times, which include the date for events of other days."""
    return TIME if oldest is None else max(TIME, len(clock(oldest.at, now)))
