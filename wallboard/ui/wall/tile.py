"""Normal density: an entry point as a tile of five lines."""

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from wallboard.domain.policy import Level, Verdict
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.domain.verdict import Judgement
from wallboard.ui.look.text import fit, safe, short_figure, wait
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.wall.layout import NORMAL
from wallboard.ui.wall.sparkline import SCALE_WIDTH, sparkline
from wallboard.ui.widgets.status_words import (
    chart_columns,
    chart_slot,
    chip_text,
    marks_of,
    response_type_kind,
    title_of,
    title_words,
)


class TileStyles:
    """The styles of a tile, selected or not."""

    def __init__(self, theme: BoardTheme, selected: bool) -> None:
        self.body = theme.ui["selected" if selected else "tile"]
        on_body = Style(bgcolor=self.body.bgcolor)
        self.edge = theme.ui["edge"] + on_body
        self.name = self.body + Style(bold=True)
        self.muted = theme.ui["muted"] + on_body
        self.stale = theme.ui["stale"] + on_body
        self.mark = theme.ui["mark"] + on_body
        self.gap = theme.ui["gap"] + on_body
        self.strong = self.body + Style(bold=True)
        self.levels = {level: style + on_body for level, style in theme.level.items()}
        # Blocks are shapes: reversed or underlined they would be other shapes.
        plain = Style(reverse=False, underline=False)
        self.edges = {level: style + plain for level, style in self.levels.items()}
        self.spark = {**self.edges, Level.OK: theme.ui["spark"] + on_body}
        self.button = {
            "shown": self.levels[Level.OK],
            "hidden": self.levels[Level.CRITICAL],
            "unknown": self.levels[Level.UNKNOWN],
        }

    def value(self, judgement: Judgement, level: Level, now: float) -> Style:
        """The style of a figure at ``level``; a stale one is dimmed."""
        if judgement.stale(now) or judgement.verdict is Verdict.UNREACHABLE:
            return self.stale
        return self.strong if level is Level.OK else self.levels[level]


class TilePainter:
    """Draws tiles of one width in one theme."""

    height = NORMAL.height

    def __init__(self, theme: BoardTheme, width: int) -> None:
        """``width`` is in cells and includes the gap to the next tile."""
        self.theme = theme
        self.glyphs = theme.glyphs
        self.width = width
        self._inner = width - 2
        self._gap = Segment(" ", theme.ui["screen"])
        self._styles = {selected: TileStyles(theme, selected) for selected in (False, True)}

    def paint(self, status: EntryPointStatus, now: float, *, selected: bool) -> list[Strip]:
        """The tile as strips, each ``width`` cells wide."""
        styles = self._styles[selected]
        judgement = status.judgement
        edge = Segment(
            self.glyphs.selected_edge if selected else self.glyphs.edge,
            styles.edge if selected else styles.edges[judgement.level],
        )
        lines = (self._title(judgement), *self.body(status, now, styles))
        return [Strip([edge, *line, self._gap], self.width) for line in lines]

    def body(self, status: EntryPointStatus, now: float, styles: TileStyles) -> list[list[Segment]]:
        """The lines below the title, each as wide as the tile without its edge and gap."""
        return [
            self._name(status, now, styles),
            self._wait_and_queue(status, now, styles),
            self._slots_and_button(status.judgement, now, styles),
            self._spark(status, now, styles),
        ]

    def blank(self) -> list[Strip]:
        """An empty cell of the grid."""
        return [
            Strip([Segment(" " * self.width, self.theme.ui["screen"])], self.width)
        ] * self.height

    def broken(self, status: EntryPointStatus, *, selected: bool) -> list[Strip]:
        """The tile of an entry point whose drawing failed."""
        styles = self._styles[selected]
        edge = Segment(self.glyphs.selected_edge if selected else self.glyphs.edge, styles.edge)
        words = (" ! CANNOT BE DRAWN", f" {status.entry_point.key.id}", " see the notice")
        padded = [*words, *[""] * (self.height - len(words))]
        return [
            Strip(
                [edge, Segment(fit(text, self._inner, self.glyphs), styles.body), self._gap],
                self.width,
            )
            for text in padded
        ]

    def _title(self, judgement: Judgement) -> list[Segment]:
        style = self.theme.verdict[judgement.verdict]
        title = title_of(judgement, self.glyphs)
        bare = title_words(judgement.verdict, "", self.glyphs.verdict[judgement.verdict])
        chip = chip_text(judgement, self._inner - cell_len(bare) - 2, self.glyphs)
        chip_style = self.theme.response_type[response_type_kind(judgement)]
        room = self._inner - cell_len(chip)
        return [Segment(fit(f" {title}", room, self.glyphs), style), Segment(chip, chip_style)]

    def _name(self, status: EntryPointStatus, now: float, styles: TileStyles) -> list[Segment]:
        name, number = safe(status.entry_point.name), str(status.entry_point.key.id)
        number = "" if name == number else f" {number}"
        beside = self._inner - 2 - cell_len(name) - len(number) - 1
        marks = marks_of(status, now, beside, self.glyphs)
        room = self._inner - 2 - cell_len(marks)
        name_room = max(1, min(cell_len(name), room - len(number) - 1))
        name = fit(name, name_room, self.glyphs)
        return [
            Segment(f" {name}", styles.name),
            Segment(fit(number, room - cell_len(name), self.glyphs), styles.muted),
            Segment(f"{marks} ", styles.mark),
        ]

    def _wait_and_queue(
        self, status: EntryPointStatus, now: float, styles: TileStyles
    ) -> list[Segment]:
        judgement, limits = status.judgement, status.policy.thresholds
        waiting = wait(judgement.wait_seconds, self.glyphs)
        queue = short_figure(judgement.queue_depth, self.glyphs)
        wait_level = limits.wait_level(judgement.wait_seconds)
        queue_level = limits.queue_level(judgement.queue_depth)
        room = self._inner - len(" est. wait ") - len(waiting) - len(queue) - 1
        label = " queue " if room >= len(" queue ") else " q "
        return self._fitted(
            [
                Segment(" est. wait ", styles.muted),
                Segment(waiting, styles.value(judgement, wait_level, now)),
                Segment(f"{label:>{max(room, 0)}}", styles.muted),
                Segment(queue, styles.value(judgement, queue_level, now)),
            ],
            styles,
        )

    def _slots_and_button(
        self, judgement: Judgement, now: float, styles: TileStyles
    ) -> list[Segment]:
        slots, button = short_figure(judgement.capacity, self.glyphs), judgement.button
        room = self._inner - len(" slots ") - len(slots) - len(button) - 1
        label = " button " if room >= len(" button") else " btn "
        return self._fitted(
            [
                Segment(" slots ", styles.muted),
                Segment(slots, styles.value(judgement, Level.OK, now)),
                Segment(f"{label:>{max(room, 0)}}", styles.muted),
                Segment(button, styles.button[button]),
            ],
            styles,
        )

    def _spark(self, status: EntryPointStatus, now: float, styles: TileStyles) -> list[Segment]:
        columns = chart_columns(status, now, self._inner - 2 - SCALE_WIDTH)
        chart = sparkline(
            columns,
            status.policy.thresholds,
            styles.spark,
            styles.gap,
            styles.muted,
            self.glyphs,
            slot=chart_slot(status, now) if self.theme.sweeps else None,
        )
        pad = Segment(" ", styles.body)
        return [pad, *chart, pad]

    def _fitted(self, segments: list[Segment], styles: TileStyles) -> list[Segment]:
        return Segment.adjust_line_length(segments, self._inner, styles.body)
