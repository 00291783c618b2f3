"""Normal density: an entry point as a tile of two to eight rows, as many as there is room for."""

from collections.abc import Callable, Sequence

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from wallboard.domain.policy import Level
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.report.words.places import disagreement_words
from wallboard.report.words.status import before_words, deciding_words, since_words
from wallboard.ui.look.text import fit, fit_ends, safe
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.wall.figures import figures_of, fitted
from wallboard.ui.wall.layout import NORMAL, SMALLEST, WIDE
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

LEAST_DETAIL = 4
"""Cells below which a detail says nothing."""
BUTTON = len("button unknown ")
CHIP = len("max depth (2)")
LEAST_PLACE = len(" pr…a-01")
"""Cells in which a server can still be told from others."""
LEAST_NAMED = 2 * LEAST_PLACE
"""Cells of a name and its server, below which the response type gives way to them."""
LONGEST_LEAD = 9
"""Cells of who has an alarm before the strip of a small tile."""
FIGURES = len("w 59m59s! q 9999! s 99 ")
"""Cells of the three figures beside a name, so that they stand below each other."""


Row = Callable[[Drawn], list[Segment]]


class TilePainter:
    """Draws tiles of one size in one theme."""

    def __init__(
        self,
        theme: BoardTheme,
        width: int,
        height: int = NORMAL.height,
        *,
        with_server: bool = False,
    ) -> None:
        """The size is in cells, with the gap to the next tile; ``with_server`` names the server."""
        self.theme = theme
        self.glyphs = theme.glyphs
        self.width = width
        self.height = height
        self._inner = width - 2
        self._tells_return_in_title = width < WIDE or height <= SMALLEST
        self._with_server = with_server
        self._gap = Segment(" ", theme.ui["screen"])
        self._styles = {selected: TileStyles(theme, selected) for selected in (False, True)}
        self._rows = self.rows()

    def rows(self) -> Sequence[Row]:
        """The rows of a tile from top to bottom; what is left of its height is blank."""
        return self._wide_rows() if self.width >= WIDE else self._narrow_rows()

    def _wide_rows(self) -> Sequence[Row]:
        small: list[Row] = [self._title_and_chip, self._name, self._figures, self._button_and_strip]
        if self.height <= SMALLEST:
            return [self._title_and_chip, self._name_and_figures]
        if self.height <= len(small):
            return small[: self.height]
        above: list[Row] = [self._sentence, self._alarm_or_deciding]
        above = above[: self.height - NORMAL.height]
        return [*small[:2], *above, self._figures, self._button_and_chart, self._strip]

    def _narrow_rows(self) -> Sequence[Row]:
        small: list[Row] = [self._title, self._name_and_chip, self._figures, self._strip]
        if self.height <= len(small):
            return small[: self.height]
        above: list[Row] = [self._sentence] if self.height > NORMAL.height + 1 else []
        below: list[Row] = [self._chip_and_button, self._chart]
        below = below[: self.height - NORMAL.height + 1]
        return [self._title, self._name, *above, self._figures, *below, self._strip]

    def paint(
        self,
        status: EntryPointStatus,
        now: float,
        *,
        selected: bool,
        alarm: AlarmMark = NO_ALARM,
    ) -> list[Strip]:
        """The tile as strips, each ``width`` cells wide."""
        styles = self._styles[selected]
        level = status.judgement.level_at(now)
        edge = Segment(self.glyphs.edges[level], styles.shapes[level])
        drawn = Drawn(status, now, styles, alarm)
        rows = self.drawn_rows(drawn)
        lines = [Strip([edge, *row, self._gap], self.width) for row in rows]
        return lines + self.blank()[len(lines) :]

    def drawn_rows(self, drawn: Drawn) -> list[list[Segment]]:
        """Its rows between edge and gap, no more than there is height."""
        return [row(drawn) for row in self._rows]

    def blank(self) -> list[Strip]:
        """An empty cell of the grid."""
        return [
            Strip([Segment(" " * self.width, self.theme.ui["screen"])], self.width)
        ] * self.height

    def broken(self, status: EntryPointStatus, *, selected: bool) -> list[Strip]:
        """The tile of an entry point whose drawing failed."""
        styles = self._styles[selected]
        edge = Segment(self.glyphs.edges[Level.UNKNOWN], styles.shapes[Level.UNKNOWN])
        words = ["! CANNOT BE DRAWN", f" {status.entry_point.key.id}", " see the notice"]
        padded = [*words, *[""] * self.height][: self.height]
        return [
            Strip(
                [edge, Segment(fit(text, self._inner, self.glyphs), styles.body), self._gap],
                self.width,
            )
            for text in padded
        ]

    def _title(self, drawn: Drawn) -> list[Segment]:
        return self._titled(drawn, [])

    def _title_and_chip(self, drawn: Drawn) -> list[Segment]:
        filled = drawn.styles.is_filled(drawn.status.judgement, drawn.now)
        return self._titled(drawn, self._chip(drawn, on_bar=filled))

    def _titled(self, drawn: Drawn, chip: list[Segment]) -> list[Segment]:
        """Verdict and why, then the chip, and at the end for how long and the sign of the alarm."""
        status, now, styles, alarm = drawn
        style = styles.headline(status.judgement, now, inverted=alarm.inverted)
        sign = sign_of(status.judgement, now, self.glyphs)
        title = f"{sign} {label_of(status.judgement, now)}"
        last = " ".join(filter(None, (age_of_state(status, now, self.glyphs), alarm.sign)))
        end = f" {last} " if self.width >= WIDE else f" {last}" if last else ""
        room = self._inner - len(end) - Segment.get_line_length(chip)
        left = room - cell_len(title) - 1
        detail = detail_of(status, now) or share_of(status, now, left, disputed=True)
        if not detail and self._tells_in_title(alarm):
            detail = alarm.shortened(left)
        detail = detail or share_of(status, now, left)
        if detail and left >= min(LEAST_DETAIL, cell_len(detail)):
            title = f"{title} {detail}"
        return [Segment(fit(title, room, self.glyphs), style), *chip, Segment(end, style)]

    def _chip(self, drawn: Drawn, *, on_bar: bool = False) -> list[Segment]:
        words, kind = chip_of(drawn.status.judgement, drawn.now, self.glyphs)
        words = fit(words, min(cell_len(words), max(CHIP, self._inner // 2)), self.glyphs)
        return [Segment(f" {words} ", drawn.styles.chip(kind, on_bar=on_bar))]

    def _name(self, drawn: Drawn) -> list[Segment]:
        status, now, styles, alarm = drawn
        key = status.entry_point.key
        name = safe(status.entry_point.name)
        number = "" if name == str(key.id) else f" {key.id}"
        server = self._server(drawn)
        place = (
            f"{number} {self.glyphs.separator}{server}" if number and server else number + server
        )
        signs = mark_signs(status, now, self.glyphs)
        beside = self._inner - 3 - cell_len(name)
        left = beside - (len(signs) + 1 if signs else 0)
        words = self._alarm_beside(alarm, left - cell_len(place))
        if not words and (words := self._alarm_beside(alarm, left - cell_len(server))):
            place = server
        beside -= cell_len(place) + (cell_len(words) + 1 if words else 0)
        marks = marks_of(status, now, beside, self.glyphs)
        end = [
            Segment(f" {marks}" if marks else "", styles.mark),
            Segment(f" {words}" if words else "", styles.alarm(alarm)),
            Segment(" " if marks or words else "", styles.body),
        ]
        room = self._inner - 1 - Segment.get_line_length(end)
        if cell_len(name) + cell_len(place) > room:
            place = server or number
        return [*self._named(name, place, room, styles), *end]

    def _tells_in_title(self, alarm: AlarmMark) -> bool:
        """Whether the words are in the title of a tile that has no room for them elsewhere."""
        return self._tells_return_in_title and (alarm.returned or alarm.planned)

    def _alarm_beside(self, alarm: AlarmMark, room: int) -> str:
        """Who has it, or what it was, beside the name where no other row says so."""
        told = self._alarm_or_deciding in self._rows or self._tells_in_title(alarm)
        return "" if told else alarm.words(room)

    def _name_and_chip(self, drawn: Drawn) -> list[Segment]:
        """For small tiles: the id and the server as far as there is room for them."""
        chip = self._chip(drawn)
        room = self._inner - 1 - Segment.get_line_length(chip)
        name = safe(drawn.status.entry_point.name)
        marks = self._signs(drawn)
        end = Segment(f" {marks}" if marks else "", drawn.styles.mark)
        room -= end.cell_length
        if room < min(cell_len(name) + cell_len(self._server(drawn)), LEAST_NAMED):
            # Whose it is comes before what it says in other words than the title.
            room, chip = room + Segment.get_line_length(chip), []
        return [*self._named(name, self._server(drawn), room, drawn.styles), end, *chip]

    def _signs(self, drawn: Drawn) -> str:
        """The marks beside a name that has the response type beside it."""
        return mark_signs(drawn.status, drawn.now, self.glyphs)

    def _named(self, name: str, place: str, room: int, styles: TileStyles) -> list[Segment]:
        """The name and its id or server, neither cut further than it can be told from others.

        The pointer is before it if it is selected.
        """
        selected = styles is self._styles[True]
        least = min(cell_len(place), max(LEAST_PLACE, room // 3))
        place_room = min(cell_len(place), max(least, room - cell_len(name)))
        name_room = max(1, min(cell_len(name), room - place_room))
        name = fit(name, min(name_room, room), self.glyphs)
        return [
            Segment(self.glyphs.pointer if selected else " ", styles.pointer),
            Segment(name, styles.name),
            Segment(fit_ends(place, room - cell_len(name), self.glyphs), styles.place),
        ]

    def _name_and_figures(self, drawn: Drawn) -> list[Segment]:
        figures = figures_of(*drawn[:3], self.glyphs)
        brief = tuple(figure.brief() for figure in figures)
        width = min(FIGURES, self._inner - 2 - LEAST_NAMED) if self._with_server else FIGURES
        shown = self._filled(fitted(brief, width, drawn.styles), drawn.styles, width)
        name = safe(drawn.status.entry_point.name)
        marks = mark_signs(drawn.status, drawn.now, self.glyphs)
        end = Segment(f" {marks} " if marks else " ", drawn.styles.mark)
        room = self._inner - 1 - width - end.cell_length
        words = self._alarm_beside(drawn.alarm, room - cell_len(name) - 1)
        place = f" {words}" if words else self._server(drawn)
        return [*self._named(name, place, room, drawn.styles), end, *shown]

    def _server(self, drawn: Drawn) -> str:
        """The server, with a blank before it, if there is more than one."""
        return f" {safe(drawn.status.entry_point.key.server)}" if self._with_server else ""

    def _figures(self, drawn: Drawn) -> list[Segment]:
        figures = figures_of(*drawn[:3], self.glyphs)
        return self._led(fitted(figures, self._inner - 1, drawn.styles), drawn.styles)

    def _chip_and_button(self, drawn: Drawn) -> list[Segment]:
        button, styles = drawn.status.judgement.button, drawn.styles
        chip = self._chip(drawn)
        room = self._inner - Segment.get_line_length(chip) - len(button)
        label = next((word for word in (" button ", " btn ") if len(word) <= room), " ")
        return self._filled(
            [
                *chip,
                Segment(label, styles.muted),
                Segment(button, styles.button(drawn.status.judgement, drawn.now)),
            ],
            styles,
        )

    def _button(self, drawn: Drawn) -> list[Segment]:
        button, styles = drawn.status.judgement.button, drawn.styles
        return [
            Segment(" button ", styles.muted),
            Segment(button, styles.button(drawn.status.judgement, drawn.now)),
            Segment(" " * (BUTTON - len("button ") - len(button)), styles.body),
        ]

    def _button_and_chart(self, drawn: Drawn) -> list[Segment]:
        chart = self._charted(drawn, self._inner - 1 - BUTTON)
        return self._filled([*self._button(drawn), *chart], drawn.styles)

    def _button_and_strip(self, drawn: Drawn) -> list[Segment]:
        strip = self._stripped(drawn, self._inner - 1 - BUTTON)
        return self._filled([*self._button(drawn), *strip], drawn.styles)

    def _chart(self, drawn: Drawn) -> list[Segment]:
        return self._led(self._charted(drawn, self._inner - 1), drawn.styles)

    def _charted(self, drawn: Drawn, room: int) -> list[Segment]:
        """The wait of the last polls, with a blank at its end."""
        return waits_of(drawn, room - 2 - SCALE_WIDTH, self.theme)

    def _strip(self, drawn: Drawn) -> list[Segment]:
        """The strip; behind who has the alarm where the name has no room beside it."""
        lead: list[Segment] = []
        if self._name not in self._rows:
            words = self._alarm_beside(drawn.alarm, LONGEST_LEAD)
            lead = [Segment(f"{words} " if words else "", drawn.styles.alarm(drawn.alarm))]
        room = self._inner - 1 - Segment.get_line_length(lead)
        return self._led([*lead, *self._stripped(drawn, room)], drawn.styles)

    def _stripped(self, drawn: Drawn, room: int) -> list[Segment]:
        """The strip of states and how far it reaches."""
        slices = slices_in(room - 2 - SCALE_WIDTH)
        reach = Segment(f" {slices.words:>{SCALE_WIDTH}}", drawn.styles.muted)
        return [*states_of(drawn, slices, self.theme), reach]

    def _sentence(self, drawn: Drawn) -> list[Segment]:
        """The sentence of the verdict; where all is well, since when and what was before."""
        status, now, styles, _ = drawn
        words, style = safe(status.judgement.summary), styles.body
        if status.judgement.raised:
            words = ", ".join(status.judgement.raised)
        elif status.judgement.level is Level.OK:
            before = before_words(status.onset)
            parts = [since_words(status.onset, now), f"before: {before}" if before else ""]
            words, style = f" {self.glyphs.separator} ".join(filter(None, parts)), styles.muted
        return [Segment(fit(f" {words}", self._inner, self.glyphs), style)]

    def _alarm_or_deciding(self, drawn: Drawn) -> list[Segment]:
        """Who has the alarm or what it was, with its sign; else who disagrees, or what decides."""
        alarm, room = drawn.alarm, self._inner - 4
        if not alarm.forms:
            disputed = disagreement_words(drawn.status, drawn.now)
            return self._disputed(drawn, disputed) if disputed else self._deciding(drawn)
        words = f"{alarm.sign} {alarm.shortened(room)}".strip()
        words = fit(f" {words}", self._inner, self.glyphs)
        return [Segment(words, drawn.styles.alarm(alarm))]

    def _disputed(self, drawn: Drawn, words: str) -> list[Segment]:
        words = fit(f" {self.glyphs.disputed} {words}", self._inner, self.glyphs)
        return [Segment(words, drawn.styles.mark)]

    def _deciding(self, drawn: Drawn) -> list[Segment]:
        words = fit(f" {deciding_words(drawn.status)}", self._inner, self.glyphs)
        return [Segment(words, drawn.styles.muted)]

    def _led(self, segments: list[Segment], styles: TileStyles) -> list[Segment]:
        return self._filled([Segment(" ", styles.body), *segments], styles)

    def _filled(
        self, segments: list[Segment], styles: TileStyles, width: int | None = None
    ) -> list[Segment]:
        return Segment.adjust_line_length(segments, width or self._inner, styles.body)
