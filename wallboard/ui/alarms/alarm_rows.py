"""The lines of the list of alarms: their order, their columns, and how each is drawn."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style

from wallboard.domain.alarm import Alarm, AlarmState, Handling
from wallboard.domain.ledger_row import AlarmKey
from wallboard.domain.snapshot import Snapshot
from wallboard.query import Query
from wallboard.report.words.alarms import extra_words, user_of, verdict_words
from wallboard.report.words.figures import age, minute
from wallboard.report.words.notices import ChannelOutcomes, channel_words
from wallboard.ui.look.glyphs import Glyphs
from wallboard.ui.look.text import fit, safe
from wallboard.ui.look.theme import BoardTheme

_ORDER = {
    state: place
    for place, state in enumerate(
        (
            AlarmState.UNACKNOWLEDGED,
            AlarmState.ACKNOWLEDGED,
            AlarmState.RETURNED,
            AlarmState.SHELVED,
            AlarmState.PENDING,
            AlarmState.SUPPRESSED,
        )
    )
}


def chosen_alarms(snapshot: Snapshot, query: Query, *, handled: bool) -> tuple[Alarm, ...]:
    """The alarms that match, unacknowledged ones first, of each state the newest first.

    Those that somebody has in hand are left out unless ``handled``. The alarm of a server matches
    if one of its entry points does.
    """
    found = [
        alarm
        for alarm in snapshot.alarms.values()
        if alarm.state in _ORDER
        and (handled or not alarm.state.handled)
        and (not query or _matches(alarm, snapshot, query))
    ]
    return tuple(sorted(found, key=lambda one: (_ORDER[one.state], -_began(one), one.key.server)))


def _began(alarm: Alarm) -> float:
    return alarm.onset or alarm.since or 0.0


def _matches(alarm: Alarm, snapshot: Snapshot, query: Query) -> bool:
    if point := alarm.key.entry_point:
        status = snapshot.entry_points.get(point)
        return status is not None and query.matches(status, snapshot.at, alarm)
    return any(
        query.matches(status, snapshot.at, alarm)
        for key, status in snapshot.entry_points.items()
        if key.server == alarm.key.server
    )


class Columns(NamedTuple):
    """Widths of the columns in cells; 0 leaves one out."""

    state: int
    since: int
    age: int
    what: int
    name: int
    server: int
    who: int
    until: int
    told: int
    why: int


STATE, AGE, WHAT, SERVER, WHO, UNTIL = 16, 5, 15, 9, 9, 5
LEAST_NAME, MOST_NAME = 12, 26
MOST_TOLD = 20

OutcomesByAlarm = Mapping[tuple[AlarmKey, float], ChannelOutcomes]
"""Of each alarm, by its key and onset, which channels were told."""


def columns_of(
    width: int, alarms: Iterable[Alarm], now: float, *, servers: int, outcomes: OutcomesByAlarm
) -> Columns:
    """The columns of a line; the most important first where there is no room for all."""
    alarms = list(alarms)
    since = max((len(minute(_began(alarm), now)) for alarm in alarms), default=5)
    ends = [minute(one.until, now) for a in alarms if (one := handling_of(a))]
    told = max((len(channels_told(one, outcomes)) for one in alarms), default=0)
    wide = {
        "state": STATE, "what": WHAT, "age": AGE, "who": WHO, "since": since,
        "until": max(UNTIL, *map(len, ends), 0), "server": SERVER if servers > 1 else 0,
        "told": min(MOST_TOLD, told),
    }  # fmt: skip
    room, kept = width - 1 - LEAST_NAME - 1, dict.fromkeys(wide, 0)
    for column, cells in wide.items():
        if cells and cells < room:
            kept[column] = cells
            room -= cells + 1
    name = LEAST_NAME + min(MOST_NAME - LEAST_NAME, room)
    why = max(0, room - (name - LEAST_NAME) - 1)
    return Columns(
        kept["state"], kept["since"], kept["age"], kept["what"], name, kept["server"], kept["who"],
        kept["until"], kept["told"], why,
    )  # fmt: skip


def handling_of(alarm: Alarm) -> Handling | None:
    """Who shelved or acknowledged it, and until when."""
    return alarm.shelf or alarm.acknowledgement


def heads(columns: Columns, glyphs: Glyphs) -> str:
    """The titles of the columns."""
    titles = (
        "ALARM",
        "SINCE",
        "AGE",
        "WHAT",
        "ENTRY POINT",
        "SERVER",
        "WHO",
        "UNTIL",
        "TOLD",
        "WHY",
    )
    shown = zip(titles, columns, strict=True)
    return " " + "".join(f"{fit(title, cells, glyphs)} " for title, cells in shown if cells)


def channels_told(alarm: Alarm, outcomes: OutcomesByAlarm) -> str:
    """Which channels were told of it, and which were not yet."""
    return "" if alarm.onset is None else channel_words(outcomes.get((alarm.key, alarm.onset), {}))


def line_of(
    alarm: Alarm,
    snapshot: Snapshot,
    columns: Columns,
    theme: BoardTheme,
    outcomes: OutcomesByAlarm,
    *,
    chosen: bool,
) -> list[Segment]:
    """An alarm as one line; ages count back from the moment of the snapshot."""
    glyphs, now = theme.glyphs, snapshot.at
    base = theme.ui["cursor" if chosen else "screen"]
    muted = base if chosen else theme.ui["muted"] + base.background_style
    strong = base + Style(bold=alarm.state.needs_acknowledgement)
    handling = handling_of(alarm)
    began = _began(alarm)
    sign = glyphs.alarm.get(alarm.state, " ")
    texts = (
        (f"{sign} {alarm.state}", columns.state, strong),
        (minute(began, now), columns.since, base),
        (age(now - began), columns.age, base),
        (_what(alarm, snapshot), columns.what, _tone(alarm, theme, base, chosen=chosen)),
        (_name(alarm, snapshot), columns.name, base),
        (safe(alarm.key.server), columns.server, muted),
        (user_of(handling.who) if handling else "", columns.who, base),
        (minute(handling.until, now) if handling else "", columns.until, base),
        (channels_told(alarm, outcomes), columns.told, base),
        (why_words(alarm, now), columns.why, muted),
    )
    line = [Segment(glyphs.pointer if chosen else " ", base)]
    for text, cells, style in texts:
        if cells:
            line += [Segment(fit(text, cells, glyphs), style), Segment(" ", base)]
    return line


def _what(alarm: Alarm, snapshot: Snapshot) -> str:
    """The worst verdict since it was raised; the present one of what is only suppressed."""
    status = snapshot.entry_points.get(alarm.key.entry_point) if alarm.key.entry_point else None
    if status and alarm.state is AlarmState.SUPPRESSED and not alarm.stands:
        return status.judgement.verdict.label
    return verdict_words(alarm)


def _tone(alarm: Alarm, theme: BoardTheme, base: Style, *, chosen: bool) -> Style:
    """The colour of its worst level; none once it is over."""
    if chosen or alarm.state is AlarmState.RETURNED:
        return base
    level = alarm.condition.level if alarm.level is None else alarm.level
    return theme.level[level] + base.background_style


def _name(alarm: Alarm, snapshot: Snapshot) -> str:
    point = alarm.key.entry_point
    if point is None:
        return f"server {safe(alarm.key.server)}"
    status = snapshot.entry_points.get(point)
    name = safe(status.entry_point.name) if status else ""
    return f"{name} {point.id}" if name and name != str(point.id) else str(point.id)


def why_words(alarm: Alarm, now: float) -> str:
    """The reason of whoever has it in hand, or what there is to say of it instead."""
    handling = handling_of(alarm)
    words = list(extra_words(alarm, now))
    if handling and handling.why:
        words.append(safe(handling.why))
    elif alarm.state is AlarmState.RETURNED and alarm.over_at is not None:
        words.append(f"over at {minute(alarm.over_at, now)}, nobody looked")
    elif alarm.state is AlarmState.SUPPRESSED:
        words.append(safe(alarm.suppressed_by))
    return ", ".join(words)
