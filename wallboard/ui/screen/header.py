"""The header of every screen: how bad it is, whether polling works, and the verdicts."""

import time
from itertools import islice

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message

from wallboard.domain.alarm import AlarmState
from wallboard.domain.policy import Level, Verdict
from wallboard.report.words.alarms import SHORT_STATES, counted
from wallboard.report.words.figures import repeated_hour
from wallboard.ui.look.text import safe, span
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.picture.view import ReplayPosition, View
from wallboard.ui.screen.header_words import (
    SteadyRate,
    is_late,
    leader_words,
    polling_of,
    silent_seconds,
)
from wallboard.ui.widgets.lines import Lines, cut, split
from wallboard.ui.widgets.status_words import FILTER, count_chips, filters_by

WORD = "REPLAY"


def replay_head(
    view: View, replay_position: ReplayPosition, width: int, theme: BoardTheme
) -> list[Segment]:
    """The first line in a replay; position always, state and title where there is room."""
    base = theme.ui["frozen"]
    strong = base + Style(bold=True)
    word = Segment(f" {WORD} ", strong + Style(reverse=not strong.reverse))
    moment = time.localtime(replay_position.at)
    offset = repeated_hour(replay_position.at)
    whole = time.strftime("%a %d %b %Y %H:%M:%S", moment) + offset
    short = time.strftime("%H:%M:%S", moment) + offset
    state, title = f" {_state(replay_position, theme)} ", f" {safe(view.title)} "
    room = width - word.cell_length
    when = f" {whole} " if cell_len(whole) + 2 <= room else f" {short} "
    line = [word, Segment(when, strong)]
    room -= cell_len(when)
    if cell_len(state) <= room:
        line.append(Segment(state, base))
        room -= cell_len(state)
    if cell_len(title) <= room:
        line += [Segment(" " * (room - cell_len(title)), base), Segment(title, base)]
    return cut(line, width, base, theme.glyphs)


def _state(replay_position: ReplayPosition, theme: BoardTheme) -> str:
    speed = f"{replay_position.speed:g}{theme.glyphs.times}"
    state = f"{theme.glyphs.pointer} playing {speed}" if replay_position.playing else "paused"
    return state if replay_position.recorded else f"{state}, no data recorded then"


SHORT_LEVELS = {
    Level.OK: "OK",
    Level.WARNING: "WARN",
    Level.UNKNOWN: "UNKN",
    Level.CRITICAL: "CRIT",
}

WIDE = 100
"""Cells from which alarms are counted in words in a replay."""

BETWEEN = "   "
"""What stands between the parts of the first line."""


class Counter:
    """Counts entry points by level and verdict, and alarms; anew only when one may have changed."""

    def __init__(self) -> None:
        self._counted_for: tuple[object, ...] = ()
        self.levels: dict[Level, int] = {}
        self.verdicts: dict[Verdict, int] = {}
        self.no_data = 0
        self._alarms: object = None
        self.alarms: dict[AlarmState, int] = {}

    def count(self, view: View) -> None:
        """Count those of this view; what is out of date is unknown and has no verdict."""
        snapshot = view.snapshot
        if snapshot.alarms is not self._alarms:
            self._alarms, self.alarms = snapshot.alarms, counted(snapshot.alarms.values())
        reason = (snapshot.ranking, view.jump, len(snapshot.entry_points))
        if reason == self._counted_for:
            return
        self._counted_for = reason
        levels = dict.fromkeys(sorted(Level, reverse=True), 0)
        self.verdicts, self.no_data = dict(snapshot.verdicts), 0
        for status in snapshot.entry_points.values():
            levels[status.judgement.level_at(snapshot.at)] += 1
            if status.judgement.unconfirmed(snapshot.at):
                self.verdicts[status.judgement.verdict] -= 1
                self.no_data += 1
        self.levels = {level: count for level, count in levels.items() if count}


class BoardHeader(Lines):
    """Two lines in the tone of the worst level: levels, alarms, polling, time; then verdicts."""

    DEFAULT_CSS = "BoardHeader { height: 2; }"

    class FilterClicked(Message):
        """A count was clicked; ``text`` is the filter for what it counts."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "header")
        self._counter = Counter()
        self._rate = SteadyRate()
        self._base: Style | None = None

    @property
    def background(self) -> Style:
        """The tone of the worst level, of a flash, or of a replay."""
        return self.theme_styles.ui["header"] if self._base is None else self._base

    def show(self, view: View) -> None:
        """Draw the header for this view."""
        width = self.size.width or self.app.size.width
        self._counter.count(view)
        levels = self._counter.levels
        self._base = self._tone(view, levels)
        if view.replay_position:
            first = replay_head(view, view.replay_position, width, self.theme_styles)
            second = [
                *self._level_words(view, levels, short=True),
                *self._alarm_words(signs=width < WIDE),
                self._blank(BETWEEN),
            ]
        else:
            first, second = self._first_line(view, levels, width), [self._blank(" ")]
        room = width - Segment.get_line_length(second)
        counter = self._counter
        verdicts = count_chips(
            counter.verdicts,
            self.theme_styles,
            room,
            self.background,
            no_data=counter.no_data,
        )
        if self._base != self.theme_styles.ui["header"]:
            # On a tone a chip of like colour would not be seen.
            verdicts = [Segment(chip.text, self._strong + _asks(chip)) for chip in verdicts]
        self.put([first, [*second, *verdicts]])

    def on_click(self, event: events.Click) -> None:
        """Filter by the level or verdict that was clicked."""
        if text := event.style.meta.get(FILTER):
            self.post_message(self.FilterClicked(text))

    def _tone(self, view: View, levels: dict[Level, int]) -> Style:
        if view.replay_position:
            return self.theme_styles.ui["frozen"]
        worst = Level.OK if _all_waiting(view) else worst_level(view, levels)
        tone = self.theme_styles.filled(worst)
        return tone + Style(reverse=not tone.reverse) if view.extras.inverted else tone

    def _first_line(self, view: View, levels: dict[Level, int], width: int) -> list[Segment]:
        """The levels and what is wrong with polling; the rest where there is room."""
        right, polling = self._right(view), polling_of(view, self._rate.of(view))
        total = len(view.snapshot.entry_points)
        count = f"{total} entry point{'' if total == 1 else 's'}"
        leader, title = leader_words(view), safe(view.title)
        most, usual, brief, least = polling.forms
        line: list[Segment] = []
        for short, signs, parts in (
            (False, False, (count, most, leader, title)),
            (False, False, (count, usual, leader, title)),
            (False, False, (count, usual, leader)),
            (False, False, (usual, leader)),
            (True, False, (usual, leader)),
            (True, False, (brief, leader)),
            (True, True, (usual, leader)),
            (True, True, (brief, leader)),
            (True, True, (brief, leader.partition("@")[0])),
            (True, True, (brief,)),
            (True, True, (least,)),
            (True, True, ()),
        ):
            line = self._level_words(view, levels, short=short)
            line += self._alarm_words(signs=signs)
            for part in filter(None, parts):
                strong = part in polling.forms and polling.level is not Level.OK
                line += [
                    self._blank(BETWEEN),
                    Segment(part, self._strong if strong else self.background),
                ]
            # Room for another digit, so that an age does not move the rest.
            if Segment.get_line_length(line) < width - Segment.get_line_length(right):
                break
        else:
            if self._counter.alarms:  # which matter more than how many are well
                worst = dict(islice(levels.items(), 1))
                line = self._level_words(view, worst, short=True) + self._alarm_words(signs=True)
        return split(line, right, width, self.background, self.theme_styles.glyphs)

    def _level_words(self, view: View, levels: dict[Level, int], *, short: bool) -> list[Segment]:
        """``2 CRITICAL · 5 OK``, or ``CRIT 2 · OK 5`` where that is too long."""
        verdicts, total = view.snapshot.verdicts, len(view.snapshot.entry_points)
        if _all_waiting(view):
            return [Segment(" WAITING", self._strong)]
        if total and levels == {Level.OK: total} and verdicts.get(Verdict.OPEN) == total:
            return [Segment(f" ALL {total} OPEN" if total > 1 else " OPEN", self._strong)]
        dot = f" {self.theme_styles.glyphs.separator} "
        line = [self._blank(" ")]
        for level, count in levels.items():
            words = f"{SHORT_LEVELS[level]} {count}" if short else f"{count} {level.label.upper()}"
            style = self.background if level is Level.OK else self._strong
            asks = filters_by(f"level:{level.label}")
            line += [Segment(words, style + asks), self._blank(dot)]
        return line[:-1] if levels else [Segment(" NO ENTRY POINTS", self._strong)]

    def _alarm_words(self, *, signs: bool) -> list[Segment]:
        """``2 new · 1 acked · 1 shelved`` after the levels, or the signs of these with counts."""
        counts, glyphs = self._counter.alarms, self.theme_styles.glyphs
        line: list[Segment] = []
        for state, count in counts.items():
            words = f"{glyphs.alarm[state]}{count}" if signs else f"{count} {SHORT_STATES[state]}"
            style = self._strong if state.needs_acknowledgement else self.background
            between = (" " if signs else f" {glyphs.separator} ") if line else BETWEEN
            line += [self._blank(between), Segment(words, style + filters_by(f"alarm:{state}"))]
        return line

    def _right(self, view: View) -> list[Segment]:
        theme, base, extras = self.theme_styles, self.background, view.extras
        right = []
        if view.frozen_at is not None:
            frozen = f" FROZEN {span(view.now - view.frozen_at)} "
            right += [Segment(frozen, theme.ui["frozen"]), Segment(" ", base)]
        words = []
        if extras.page:
            words.append(f"{extras.page_held} {extras.page[0]}/{extras.page[1]}".strip())
        words += [extras.traffic] if extras.traffic else []
        beat = theme.glyphs.heartbeat[view.beat % len(theme.glyphs.heartbeat)]
        form = "%H:%M" if extras.lite else "%H:%M:%S"
        words.append(f"{beat} {time.strftime(form, time.localtime(view.now))}")
        right.append(Segment(f" {'  '.join(words)} ", base))
        return right

    @property
    def _strong(self) -> Style:
        return self.background + Style(bold=True)

    def _blank(self, text: str) -> Segment:
        return Segment(text, self.background)


def _asks(chip: Segment) -> Style:
    """The filter that a click on a chip asks for."""
    return Style.from_meta(chip.style.meta if chip.style else {})


def _all_waiting(view: View) -> bool:
    """Whether the board has only just begun to ask."""
    total = len(view.snapshot.entry_points)
    return total > 0 and view.snapshot.verdicts.get(Verdict.WAITING) == total


def worst_level(view: View, levels: dict[Level, int]) -> Level:
    """The worst level on the board; critical if answers have stopped, unknown without any."""
    if view.snapshot.blind_since is None and silent_seconds(view) is not None:
        return Level.CRITICAL
    at_least = Level.UNKNOWN if is_late(view) else Level.OK
    return max([*levels, at_least]) if levels else Level.UNKNOWN
