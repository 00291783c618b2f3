"""Large density: the verdict and its age in big letters, to be read from across the room."""

from collections.abc import Iterator

from rich.segment import Segment

from wallboard.domain.policy import Level, Verdict
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.domain.vantage import disagree
from wallboard.report.words.status import since_words
from wallboard.ui.look.text import fit, safe
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.wall.big_figures import BigFigure, biggest_figures, clock_of, count_of
from wallboard.ui.wall.big_letters import big, big_height, big_width, can_be_big
from wallboard.ui.wall.figures import REACHED, figures_of
from wallboard.ui.wall.headline import MOST_SCALE, Headline, biggest
from wallboard.ui.wall.layout import LARGE
from wallboard.ui.wall.tile import TilePainter
from wallboard.ui.wall.tile_styles import Drawn
from wallboard.ui.widgets.lines import word_wrapped
from wallboard.ui.widgets.status_words import (
    NO_DATA,
    SHORT_LABELS,
    age_of,
    age_of_state,
    detail_of,
    sign_of,
)

_BIG_FIGURES = 6
"""Rows below the headline from which wait and queue are big: with name, sentence and chip."""
_PLAIN = 3
"""Rows below the headline that hold name, sentence and figures, and no row for the chip."""
_ROOM_BELOW = (7, 4, 3, 1)
"""Rows that the headline leaves, if it can: all there is to say, and what may be left out of it."""


class LargePainter(TilePainter):
    """Draws large tiles: verdict and age, name, why, wait and queue, and more where it fits."""

    def __init__(
        self,
        theme: BoardTheme,
        width: int,
        height: int = LARGE.height,
        *,
        with_server: bool = False,
    ) -> None:
        """The size is in cells, with the gap to the next tile; ``with_server`` names the server."""
        super().__init__(theme, width, height, with_server=with_server)
        # The last row of a high one sets it apart from the one below.
        self._drawn_height = height - 1 if height > LARGE.height else height
        self._heights = tuple(self._drawn_height - below for below in _ROOM_BELOW)
        # What is less bad is not written larger than what is critical.
        critical = (self._biggest(v, "59m") for v in Verdict if v.default_level is Level.CRITICAL)
        self._most_scale = min(headline.scale if headline else 1 for headline in critical)

    def drawn_rows(self, drawn: Drawn) -> list[list[Segment]]:
        """The headline, and below it what there is room for."""
        headline = self.headline(drawn.status, drawn.now)
        rows = self._headline_rows(drawn, headline)
        return rows + self._below(drawn, headline, self._drawn_height - len(rows))

    def headline(self, status: EntryPointStatus, now: float) -> Headline | None:
        """Verdict and age in big letters; ``None`` where these do not fit."""
        judgement = status.judgement
        most = MOST_SCALE if judgement.level is Level.CRITICAL else self._most_scale
        if judgement.unconfirmed(now):
            age = age_of(judgement, now).removesuffix(" old")
            return biggest((NO_DATA,), age, self._inner - 1, self._heights, most)
        age = age_of_state(status, now, self.glyphs)
        return self._biggest(judgement.verdict, age, most)

    def _biggest(self, verdict: Verdict, age: str, most: int = MOST_SCALE) -> Headline | None:
        forms = (verdict.label, *([SHORT_LABELS[verdict]] if verdict in SHORT_LABELS else []))
        return biggest(forms, age, self._inner - 1, self._heights, most)

    def _headline_rows(self, drawn: Drawn, headline: Headline | None) -> list[list[Segment]]:
        if headline is None:
            return [self._title(drawn)]
        judgement = drawn.status.judgement
        style = drawn.styles.headline(judgement, drawn.now, inverted=drawn.alarm.inverted)
        width = max(headline.width, self._inner - 2)
        rows = headline.drawn(width, self.glyphs)
        return [[Segment(f" {row}".ljust(self._inner), style)] for row in rows]

    def _below(self, drawn: Drawn, headline: Headline | None, room: int) -> list[list[Segment]]:
        """What is below the headline, the most important first if there is not room for all."""
        aged = headline is None or headline.tells_age
        age = "" if aged else age_of_state(drawn.status, drawn.now, self.glyphs)
        scale = headline.scale if headline else 1
        rows = self._big_name(drawn) if scale > 1 and room > _BIG_FIGURES + big_height() else []
        room_for_figures = max(big_height(), room - len(rows) - 5)
        rows.append(self._name(drawn) if room > _PLAIN else self._name_and_chip(drawn))
        rows += self._why(drawn, age, 2 if room > _BIG_FIGURES else 1)
        disputed = disagree(drawn.status, drawn.now)
        rows += [self._alarm_or_deciding(drawn)] if drawn.alarm.forms or disputed else []
        figures = self._big_figures(drawn, room_for_figures, scale) if room >= _BIG_FIGURES else []
        if figures:
            rows += [*figures, self._chip_slots_and_button(drawn)]
        else:
            rows += [self._figures(drawn), self._chip_and_button(drawn)]
        rows.append(self._strip(drawn))
        if drawn.status.judgement.level is not Level.OK:
            rows += [self._since(drawn), self._deciding(drawn)]
        return rows[:room]

    def _signs(self, drawn: Drawn) -> str:
        """With the sign of the alarm: there is no row below for it."""
        return super()._signs(drawn) + drawn.alarm.sign

    def _big_name(self, drawn: Drawn) -> list[list[Segment]]:
        """The name in big letters, if they have all of its signs and fit."""
        name = safe(drawn.status.entry_point.name).upper()
        if not can_be_big(name) or not 0 < big_width(name) <= self._inner - 2:
            return []
        style = drawn.styles.name
        return [
            self._filled([Segment(f" {row}", style)], drawn.styles)
            for row in big(name, self.glyphs)
        ]

    def _big_figures(self, drawn: Drawn, room: int, most: int) -> list[list[Segment]]:
        """Wait and queue, marked where they reach their threshold; none if they do not fit."""
        judgement, styles = drawn.status.judgement, drawn.styles
        digits = clock_of(judgement.wait_seconds), count_of(judgement.queue_depth)
        figures = [
            BigFigure(
                figure.label,
                text + REACHED if figure.text.endswith(REACHED) else text,
                figure.style,
            )
            for figure, text in zip(figures_of(*drawn[:3], self.glyphs), digits, strict=False)
        ]
        brief = [figure._replace(label=figure.label[0]) for figure in figures]
        rows = biggest_figures(
            (figures, brief), self._inner - 2, room, most, styles.muted, self.glyphs
        )
        return [self._led(row, styles) for row in rows]

    def _chip_slots_and_button(self, drawn: Drawn) -> list[Segment]:
        styles, button = drawn.styles, drawn.status.judgement.button
        slots = figures_of(*drawn[:3], self.glyphs)[2]
        line = [
            *self._chip(drawn),
            Segment("  slots ", styles.muted),
            Segment(slots.text, slots.style),
        ]
        room = self._inner - Segment.get_line_length(line) - len(button)
        label = next((word for word in ("  button ", "  btn ", "  ") if len(word) <= room), "")
        if label:
            line += [
                Segment(label, styles.muted),
                Segment(button, styles.button(drawn.status.judgement, drawn.now)),
            ]
        return self._filled(line, styles)

    def _why(self, drawn: Drawn, age: str, most: int) -> list[list[Segment]]:
        """The sentence, in full or in short as it fits, and an age that is in no headline.

        Where all is well, since when and what was before.
        """
        judgement, styles = drawn.status.judgement, drawn.styles
        end = Segment(f" {age} " if age else "", styles.strong)
        room = self._inner - end.cell_length
        if judgement.level_at(drawn.now) is Level.OK:
            return [[*Segment.adjust_line_length(self._sentence(drawn), room), end]]
        sign = f"{sign_of(judgement, drawn.now, self.glyphs)} " if judgement.raised else ""
        lines: list[str] = []
        for words, allowed in _sentences(drawn, most):
            lines = list(word_wrapped(sign + words, room - 1))
            if len(lines) <= allowed:
                break
        lines = [*lines[: most - 1], " ".join(lines[most - 1 :])] if len(lines) > most else lines
        rows = [[Segment(fit(f" {line}", room, self.glyphs), styles.body)] for line in lines]
        return [[*rows[0], end], *(self._filled(row, styles) for row in rows[1:])]

    def _since(self, drawn: Drawn) -> list[Segment]:
        words = f" {since_words(drawn.status.onset, drawn.now)}"
        return [Segment(fit(words, self._inner, self.glyphs), drawn.styles.muted)]


def _sentences(drawn: Drawn, most: int) -> Iterator[tuple[str, int]]:
    """Ways to say why, the best first, and the rows that each may take."""
    judgement = drawn.status.judgement
    if judgement.unconfirmed(drawn.now):
        yield f"Last answer: {judgement.verdict.label}", most
        return
    yield safe(judgement.summary), 1
    if judgement.raised:
        yield ", ".join(judgement.raised), 1
    elif judgement.raw is None and judgement.cause is None:
        yield judgement.verdict.meaning[0].upper() + judgement.verdict.meaning[1:], 1
    yield safe(judgement.summary), most
    yield detail_of(drawn.status, drawn.now) or safe(judgement.summary), most
