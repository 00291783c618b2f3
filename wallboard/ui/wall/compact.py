"""Compact density: an entry point as one line, in columns."""

from collections.abc import Callable, Mapping

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from wallboard.domain.policy import Level
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.ui.look.text import fit, safe
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.wall.columns import EDGE_AND_GAP, columns_of
from wallboard.ui.wall.figures import REACHED, Figure, figures_of
from wallboard.ui.wall.sparkline import SCALE_WIDTH, waits_of
from wallboard.ui.wall.state_strip import slices_in, states_of
from wallboard.ui.wall.tile_styles import Drawn, TileStyles
from wallboard.ui.widgets.alarm_mark import NO_ALARM, AlarmMark
from wallboard.ui.widgets.status_words import (
    age_of_state,
    chip_of,
    detail_of,
    label_of,
    mark_signs,
    marks_of,
    share_of,
    sign_of,
)

Cell = Callable[[Drawn, int], list[Segment]]


class CompactPainter:
    """Draws lines of one width in one theme."""

    def __init__(self, theme: BoardTheme, width: int, *, with_server: bool = False) -> None:
        """``width`` is in cells and includes the gap to the next line beside it."""
        self.theme = theme
        self.glyphs = theme.glyphs
        self.width = width
        self._columns = columns_of(width, with_server=with_server)
        self._shown = {column.name for column in self._columns}
        self._gap = Segment(" ", theme.ui["screen"])
        self._styles = {selected: TileStyles(theme, selected) for selected in (False, True)}
        self._cells: Mapping[str, Cell] = {
            "verdict": self._verdict,
            "detail": self._detail,
            "age": self._age,
            "name": self._name,
            "id": self._id,
            "server": self._server,
            "group": self._group,
            "chip": self._chip,
            "wait": self._figure(0),
            "queue": self._figure(1),
            "slots": self._figure(2),
            "button": self._button,
            "marks": self._marks,
            "strip": self._strip,
            "chart": self._chart,
        }

    def paint(
        self,
        status: EntryPointStatus,
        now: float,
        *,
        selected: bool,
        alarm: AlarmMark = NO_ALARM,
    ) -> list[Strip]:
        """The entry point as one strip."""
        styles, level = self._styles[selected], status.judgement.level_at(now)
        drawn = Drawn(status, now, styles, alarm)
        line = [Segment(self.glyphs.edges[level], styles.shapes[level])]
        for column in self._columns:
            line += self._cells[column.name](drawn, column.width)
        line = Segment.adjust_line_length(line, self.width - 1, styles.body)
        return [Strip([*line, self._gap], self.width)]

    def blank(self) -> list[Strip]:
        """An empty cell of the grid."""
        return [Strip([Segment(" " * self.width, self.theme.ui["screen"])], self.width)]

    def broken(self, status: EntryPointStatus, *, selected: bool) -> list[Strip]:
        """The line of an entry point whose drawing failed."""
        styles = self._styles[selected]
        words = f" ! CANNOT BE DRAWN  {status.entry_point.key.id}  see the notice"
        edge = Segment(self.glyphs.edges[Level.UNKNOWN], styles.shapes[Level.UNKNOWN])
        text = Segment(fit(words, self.width - EDGE_AND_GAP, self.glyphs), styles.body)
        return [Strip([edge, text, self._gap], self.width)]

    def _text(self, words: str, width: int, style: Style) -> list[Segment]:
        return [Segment(fit(fit(words, width - 1, self.glyphs), width, self.glyphs), style)]

    def _verdict(self, drawn: Drawn, width: int) -> list[Segment]:
        judgement, styles = drawn.status.judgement, drawn.styles
        selected = styles is self._styles[True]
        now = drawn.now
        words = f"{sign_of(judgement, now, self.glyphs)} {label_of(judgement, now)}"
        title = styles.headline(judgement, now, inverted=drawn.alarm.inverted)
        return [
            Segment(self.glyphs.pointer if selected else " ", styles.pointer),
            Segment(fit(words, width - 2, self.glyphs), title),
            Segment(drawn.alarm.sign or " ", styles.alarm(drawn.alarm)),
        ]

    def _detail(self, drawn: Drawn, width: int) -> list[Segment]:
        style = drawn.styles.levels[drawn.status.judgement.level_at(drawn.now)]
        words = detail_of(drawn.status, drawn.now)
        words = words or share_of(drawn.status, drawn.now, width - 1, disputed=True)
        if not words and drawn.alarm.forms:
            return self._text(
                drawn.alarm.shortened(width - 1), width, drawn.styles.alarm(drawn.alarm)
            )
        return self._text(words or share_of(drawn.status, drawn.now, width - 1), width, style)

    def _age(self, drawn: Drawn, width: int) -> list[Segment]:
        age = age_of_state(drawn.status, drawn.now, self.glyphs)
        return [Segment(f"{age:>{width - 1}} ", drawn.styles.strong)]

    def _name(self, drawn: Drawn, width: int) -> list[Segment]:
        """The name, with the id and marks that have no column of their own as far as they fit."""
        key = drawn.status.entry_point.key
        name = safe(drawn.status.entry_point.name)
        marks = "" if "marks" in self._shown else mark_signs(drawn.status, drawn.now, self.glyphs)
        room = width - 1 - cell_len(marks)
        number = "" if "id" in self._shown or name == str(key.id) else f" {key.id}"
        if cell_len(name) + len(number) > room:
            number = ""
        told = "detail" in self._shown and not detail_of(drawn.status, drawn.now)
        words = "" if told else drawn.alarm.words(room - cell_len(name) - 1)
        style = drawn.styles.place
        if words:
            number, style = f" {words}", drawn.styles.alarm(drawn.alarm)
        name = fit(name, min(cell_len(name), room - cell_len(number)), self.glyphs)
        rest = room - cell_len(name)
        return [
            Segment(name, drawn.styles.name),
            Segment(fit(number, rest, self.glyphs), style),
            Segment(f"{marks} ", drawn.styles.mark),
        ]

    def _id(self, drawn: Drawn, width: int) -> list[Segment]:
        number = str(drawn.status.entry_point.key.id).rjust(width - 1)
        return self._text(number, width, drawn.styles.muted)

    def _server(self, drawn: Drawn, width: int) -> list[Segment]:
        return self._text(safe(drawn.status.entry_point.key.server), width, drawn.styles.muted)

    def _group(self, drawn: Drawn, width: int) -> list[Segment]:
        return self._text(safe(drawn.status.entry_point.group), width, drawn.styles.muted)

    def _chip(self, drawn: Drawn, width: int) -> list[Segment]:
        words, kind = chip_of(drawn.status.judgement, drawn.now, self.glyphs)
        words = fit(words, min(cell_len(words), width - 1), self.glyphs)
        blank = Segment(" " * (width - cell_len(words)), drawn.styles.body)
        return [Segment(words, drawn.styles.chip(kind)), blank]

    def _figure(self, place: int) -> Cell:
        def cell(drawn: Drawn, width: int) -> list[Segment]:
            figure: Figure = figures_of(*drawn[:3], self.glyphs)[place]
            # Digits stand below digits, marked or not.
            text = figure.text if figure.text.endswith(REACHED) else f"{figure.text} "
            return [Segment(f"{text:>{width - 1}} ", figure.style)]

        return cell

    def _button(self, drawn: Drawn, width: int) -> list[Segment]:
        button = drawn.status.judgement.button
        return [
            Segment(button, drawn.styles.button(drawn.status.judgement, drawn.now)),
            Segment(" " * (width - len(button)), drawn.styles.body),
        ]

    def _marks(self, drawn: Drawn, width: int) -> list[Segment]:
        marks = marks_of(drawn.status, drawn.now, width - 1, self.glyphs)
        return self._text(marks, width, drawn.styles.mark)

    def _strip(self, drawn: Drawn, width: int) -> list[Segment]:
        strip = states_of(drawn, slices_in(width - 1), self.theme)
        return Segment.adjust_line_length(strip, width, drawn.styles.body)

    def _chart(self, drawn: Drawn, width: int) -> list[Segment]:
        chart = waits_of(drawn, width - 1 - SCALE_WIDTH, self.theme)
        return [*chart, Segment(" ", drawn.styles.body)]
