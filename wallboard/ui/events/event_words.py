"""Draws each event, or incident, as a line."""

from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from wallboard.domain.change import Change, Subject
from wallboard.domain.endpoint import Endpoint
from wallboard.domain.incident import Incident
from wallboard.domain.policy import Level, Verdict
from wallboard.domain.snapshot import Snapshot
from wallboard.report.words.changes import after_words, before_words, subject_word
from wallboard.report.words.figures import age, clock, zone_of
from wallboard.report.words.incidents import phases_words, state_words
from wallboard.ui.events.event_rows import Row
from wallboard.ui.look.glyphs import Glyphs
from wallboard.ui.look.text import fit, safe, span
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.widgets.status_words import style_after

VALUE, LASTED, TIME = 12, 6, 8
LONG_SUBJECT, SHORT_SUBJECT = max(map(len, Endpoint)), 10
LEAST_NAME, MOST_NAME, SERVER = 5, 32, 12
ACKNOWLEDGED = "ack"

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
    """Draws lines in one theme, in the columns of one width."""

    def __init__(self, theme: BoardTheme, columns: Columns, *, servers: int) -> None:
        self.theme = theme
        self.columns = columns
        self._prefixed = servers > 1 and not columns.server

    def paint(self, row: Row, snapshot: Snapshot, width: int, *, chosen: bool) -> list[Segment]:
        """The line of an incident or a change, of so many cells."""
        theme, glyphs, columns = self.theme, self.theme.glyphs, self.columns
        base = theme.ui["cursor" if chosen else "screen"]
        muted = base if chosen else theme.ui["muted"] + Style(bgcolor=base.bgcolor)
        when = clock(row.at, snapshot.at).rjust(columns.time)
        server = row.incident.server if row.incident else row.change.server if row.change else ""
        line = [
            Segment(glyphs.pointer if chosen else " ", base),
            Segment(f"{fit(when, columns.time, glyphs)} ", base),
        ]
        if columns.server:
            line.append(Segment(f"{fit(safe(server), columns.server, glyphs)} ", muted))
        line += self._name(row, server, snapshot, base, muted)
        if row.incident:
            room = width - Segment.get_line_length(line)
            return line + self._incident(row.incident, snapshot.at, room, base, muted)
        return line + (self._change(row.change, row.parts, base, muted) if row.change else [])

    def _change(self, event: Change, parts: int, base: Style, muted: Style) -> list[Segment]:
        glyphs, columns = self.theme.glyphs, self.columns
        line = []
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

    def _incident(
        self, incident: Incident, now: float, room: int, base: Style, muted: Style
    ) -> list[Segment]:
        """The worst level, how long, what was wrong one after the other, and what still is."""
        theme, glyphs = self.theme, self.theme.glyphs
        tone = theme.shape(incident.level) + Style(bgcolor=base.bgcolor)
        line = [
            Segment(f" {glyphs.level[incident.level]} ", tone),
            Segment(f"{lasted_words(incident, now, glyphs):>{LASTED}} ", base),
        ]
        room -= Segment.get_line_length(line)
        state = incident.state
        chip = f" {state_words(state)} " if state else ""
        by = incident.acknowledged_by
        who = f"{ACKNOWLEDGED} {safe(by)} " if by else ""
        words = self._phases(incident, max(0, room - cell_len(chip) - cell_len(who)))
        if cell_len(words) + cell_len(who) + cell_len(chip) > room:
            # What still is wrong is worth more than what was.
            words, who, chip = "", "", fit(chip, room, glyphs)
        line += [Segment(who, base), Segment(words, muted)]
        if state:
            line.append(Segment(chip, self._style_of(state.verdict, incident.level, base)))
        return line

    def _style_of(self, verdict: Verdict, level: Level, base: Style) -> Style:
        if verdict is Verdict.OPEN:
            return self.theme.level[level] + Style(bgcolor=base.bgcolor)
        return self.theme.verdict[verdict]

    def _phases(self, incident: Incident, room: int) -> str:
        """What was wrong, as much of it as fits; without what still is, if anything is."""
        glyphs = self.theme.glyphs
        past = [phase for phase in incident.phases if phase.seconds is not None]
        for most in (6, 4, 2):
            words = phases_words(past, glyphs.becomes, glyphs.ellipsis, most=most)
            words += f" {glyphs.becomes} " if incident.state and past else ""
            if cell_len(words) <= room:
                return words
        return fit(words, room, glyphs)

    def _name(
        self, row: Row, server: str, snapshot: Snapshot, base: Style, muted: Style
    ) -> list[Segment]:
        """The server, or the entry point: the whole id, and as much of the name as fits."""
        glyphs, room = self.theme.glyphs, self.columns.name
        sign = glyphs.unfolded if row.unfolded else glyphs.folded if row.parts else " "
        lead = " " * row.depth + f"{sign} "
        room -= cell_len(lead)
        if row.key is None:
            name = f"server {safe(server)}"
            number = ""
            if row.incident:
                number = f" {glyphs.times}{covered(row.incident, snapshot)}"
        else:
            status = snapshot.entry_points.get(row.key)
            name = safe(status.entry_point.name) if status else ""
            name = f"{safe(server)}/{name}" if self._prefixed else name
            number = f" {row.key.id}" if name else str(row.key.id)
        name = fit(name, max(0, min(cell_len(name), room - len(number))), glyphs)
        number = fit(number, max(0, room - cell_len(name)), glyphs)
        return [Segment(lead, muted), Segment(name, base), Segment(number, muted)]

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


def covered(incident: Incident, snapshot: Snapshot) -> int:
    """How many entry points an incident is about: of a server that was away, all it has."""
    return len(incident.covers(snapshot.entry_points))


def lasted_words(incident: Incident, now: float, glyphs: Glyphs) -> str:
    """How long it lasted; what stands says it by the minute, for it is drawn again each time."""
    seconds = incident.seconds(now)
    words = age(seconds) if incident.stands else span(seconds, glyphs)
    return words if incident.seen or len(words) >= LASTED else f"{glyphs.at_least}{words}"


def time_width(oldest: float | None, now: float) -> int:
    """The width of the times, which include the date for events of other days."""
    return TIME if oldest is None else max(TIME, len(clock(oldest, now)))


def zone_words(now: float) -> str:
    """The zone of all times."""
    return f"local time {zone_of(now)}"
