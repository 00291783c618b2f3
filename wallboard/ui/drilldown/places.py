"""What each place says of an entry point, side by side; the drill-down shows that of the chosen."""

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message

from wallboard.domain.snapshot import EntryPointStatus
from wallboard.domain.vantage import Answer, agreement_of, answers_of
from wallboard.report.words.places import place_name
from wallboard.ui.look.text import figure, fit, span, wait
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.widgets.lines import Lines, cut
from wallboard.ui.widgets.status_words import chip_of, label_of, sign_of


class Viewpoint:
    """The chosen place, empty for that of this board."""

    def __init__(self) -> None:
        self.place = ""

    def of(self, own: EntryPointStatus | None) -> EntryPointStatus | None:
        """The entry point as the chosen place sees it, or this one where that is gone."""
        if self.place and own:
            others = own.places.others if own.places else ()
            there = next((one.status for one in others if one.place == self.place), None)
            if there:
                return there
            self.place = ""
        return own

    def shown(self, own: EntryPointStatus) -> str:
        """The name of the chosen place."""
        return self.place or (own.places.own if own.places else "")

    def choose(self, own: EntryPointStatus, place: str) -> None:
        """See it from a place of this name."""
        self.place = "" if own.places is None or place == own.places.own else place

    def move(self, own: EntryPointStatus, step: int) -> None:
        """See it from the next place in the order of their names, or the one before."""
        if own.places:
            names = sorted([own.places.own, *(one.place for one in own.places.others)])
            shown = self.shown(own)
            at = names.index(shown) if shown in names else 0
            self.choose(own, names[(at + step) % len(names)])


MOST_NAME = 18
"""Cells of the name of a place."""


class Column(NamedTuple):
    """A column with its title and what it says of each answer."""

    title: str
    cells: tuple[str, ...]
    figures: bool = False

    @property
    def width(self) -> int:
        """In cells."""
        return max(map(cell_len, (self.title, *self.cells)))


class PlaceTable(Lines):
    """A heading, then one line for each place; one of them is chosen."""

    DEFAULT_CSS = "PlaceTable { height: auto; }"

    class Chosen(Message):
        """The operator clicked a place."""

        def __init__(self, place: str) -> None:
            super().__init__()
            self.place = place

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "screen")
        self._places: tuple[str, ...] = ()

    def show(self, status: EntryPointStatus, chosen: str, now: float) -> None:
        """Draw what each place says of an entry point."""
        answers = answers_of(status, now)
        self._places = tuple(one.place for one in answers)
        width = self.size.width or self.app.size.width
        columns = self._fitting(answers, _notes(status, answers, now), now, width - 3)
        head = "  ".join(self._cell(one, one.title) for one in columns)
        lines = [[Segment(fit(f"   {head}", width, self.theme_styles.glyphs), self._muted)]]
        for row, answer in enumerate(answers):
            lines.append(self._line(columns, row, answer, width, now, chosen == answer.place))
        self.put(lines)

    def _fitting(
        self, answers: Sequence[Answer], notes: Sequence[str], now: float, room: int
    ) -> list[Column]:
        """The columns that fit, what matters least left out first."""
        glyphs = self.theme_styles.glyphs
        judgements = [one.status.judgement for one in answers]
        found = [
            Column("PLACE", tuple(fit(_named(one), _width(one), glyphs) for one in answers)),
            Column(
                "VERDICT",
                tuple(f"{sign_of(j, now, glyphs)} {label_of(j, now)}" for j in judgements),
            ),
            Column("TYPE", tuple(chip_of(j, now, glyphs)[0] for j in judgements)),
            Column("WAIT", tuple(wait(j.wait_seconds, glyphs) for j in judgements), True),
            Column("QUEUE", tuple(figure(j.queue_depth, glyphs) for j in judgements), True),
            Column("SLOTS", tuple(figure(j.capacity, glyphs) for j in judgements), True),
            Column("FOR", tuple(self._ago(one.since, now) for one in answers), True),
            Column("ANSWER", tuple(self._ago(j.newest_at, now) for j in judgements), True),
            Column("", tuple(notes)),
        ]
        for title in ("SLOTS", "QUEUE", "FOR", "WAIT", "TYPE", "ANSWER", ""):
            if sum(one.width + 2 for one in found) - 2 <= room:
                break
            found = [one for one in found if one.title != title]
        return found

    def _ago(self, at: float | None, now: float) -> str:
        return self.theme_styles.glyphs.unknown if at is None or at > now + 2 else span(now - at)

    def _cell(self, column: Column, words: str) -> str:
        blank = " " * (column.width - cell_len(words))
        return blank + words if column.figures else words + blank

    def _line(
        self,
        columns: Sequence[Column],
        row: int,
        answer: Answer,
        width: int,
        now: float,
        is_chosen: bool,
    ) -> list[Segment]:
        theme = self.theme_styles
        base = theme.ui["cursor"] if is_chosen else self.background
        judgement = answer.status.judgement
        shown = base if answer.counts or is_chosen else self._muted
        line = [Segment(f" {theme.glyphs.pointer if is_chosen else ' '} ", base)]
        for column in columns:
            style = shown
            if column.title == "VERDICT" and answer.counts and not is_chosen:
                colour = theme.level[judgement.level_at(now)].color
                style = base + Style(color=colour, bold=True)
            elif column.title == "PLACE":
                style = shown + Style(bold=True)
            line.append(Segment(self._cell(column, column.cells[row]), style))
            line.append(Segment("  ", base))
        return cut(line[:-1], width, base, theme.glyphs)

    @property
    def _muted(self) -> Style:
        return self.theme_styles.ui["muted"] + self.background.background_style

    def on_click(self, event: events.Click) -> None:
        """Choose the place under the pointer."""
        if 0 < event.y <= len(self._places):
            self.post_message(self.Chosen(self._places[event.y - 1]))


def _named(answer: Answer) -> str:
    return f"{place_name(answer.place)} (here)" if answer.own else place_name(answer.place)


def _width(answer: Answer) -> int:
    return min(cell_len(_named(answer)), MOST_NAME)


def _notes(status: EntryPointStatus, answers: Sequence[Answer], now: float) -> list[str]:
    """Why an answer does not count, or that it differs from the rest."""
    agreement = agreement_of(status, now)
    differing = {place for place, _ in agreement.differing} if agreement else set()
    notes = []
    for one in answers:
        if one.silent_since is not None:
            notes.append(f"silent for {span(now - one.silent_since)}")
        elif not one.counts:
            notes.append("no fresh answer")
        else:
            notes.append("differs" if one.place in differing else "")
    return notes
