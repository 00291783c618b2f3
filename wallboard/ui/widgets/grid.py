"""The wall itself: a grid of tiles, of which only the visible ones are ever drawn."""

import logging

from textual import events
from textual.binding import Binding
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from wallboard.board import EntryPointStatus, Snapshot
from wallboard.domain.endpoint import EntryPointKey
from wallboard.ui.theme import BoardTheme
from wallboard.ui.view import View
from wallboard.ui.widgets.tile import TILE_HEIGHT, TILE_MIN_WIDTH, TilePainter, age_of

log = logging.getLogger(__name__)


def worst_first(snapshot: Snapshot) -> list[EntryPointKey]:
    """All entry points, the worst first, equals in the order of the config."""
    statuses = snapshot.entry_points
    return sorted(statuses, key=lambda key: statuses[key].judgement.rank)


class WallGrid(ScrollView, can_focus=True):
    """A grid of tiles with one of them selected.

    Until the operator moves it, the selection stays at the first place, which is the worst entry
    point; once moved it stays with its entry point, wherever that goes.
    """

    DEFAULT_CSS = """
    WallGrid { height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-gutter: stable;
               scrollbar-size-vertical: 1; background: $background; }
    """

    BINDINGS = [
        Binding("up,k", "move(0, -1)", "Up", show=False),
        Binding("down,j", "move(0, 1)", "Down", show=False),
        Binding("left,h", "move(-1, 0)", "Left", show=False),
        Binding("right,l", "move(1, 0)", "Right", show=False),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False),
        Binding("home", "end(0)", "Worst entry point", show=False),
        Binding("end", "end(-1)", "Last entry point", show=False),
        Binding("enter", "open", "Drill down"),
    ]

    class Opened(Message):
        """The operator wants to see what is behind a tile."""

        def __init__(self, key: EntryPointKey) -> None:
            super().__init__()
            self.key = key

    def __init__(self, theme: BoardTheme, first: View) -> None:
        super().__init__()
        self.theme_styles = theme
        self._view = first
        self._order: list[EntryPointKey] = []
        self._ranking = -1
        self._index = 0
        self._pinned: EntryPointKey | None = None
        self._columns = 1
        self._height = 0
        self._painters: dict[int, TilePainter] = {}
        self._rows: dict[int, tuple[object, list[Strip]]] = {}
        self._reported: set[EntryPointKey] = set()

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme; selection and place stay as they are."""
        self.theme_styles = theme
        self._painters.clear()
        self._rows.clear()
        self.refresh()

    @property
    def selected(self) -> EntryPointKey | None:
        """The selected entry point; ``None`` only on an empty board."""
        return self._order[self._index] if self._order else None

    def show(self, view: View) -> None:
        """Show this picture, repainting only the rows that differ."""
        self._view = view
        if view.snapshot.ranking != self._ranking:
            self._reorder(view.snapshot)
        top, bottom = self._visible_rows()
        width = self.size.width
        for row in range(top, bottom):
            drawn = self._rows.get(row)
            if drawn is None or drawn[0] != self._signature(row):
                self.refresh(
                    Region(0, row * TILE_HEIGHT - self.scroll_offset.y, width, TILE_HEIGHT)
                )
        for row in [row for row in self._rows if not top <= row < bottom]:
            del self._rows[row]

    def render_line(self, y: int) -> Strip:
        """One line of cells, through all tiles of a row."""
        row, line = divmod(y + self.scroll_offset.y, TILE_HEIGHT)
        if row * self._columns >= len(self._order):
            return Strip.blank(self.size.width, self.theme_styles.ui["screen"])
        signature = self._signature(row)
        drawn = self._rows.get(row)
        if drawn is None or drawn[0] != signature:
            drawn = self._rows[row] = (signature, self._paint(row))
        return drawn[1][line]

    def on_resize(self, event: events.Resize) -> None:
        """Lay the tiles out anew; a selected tile that was in sight stays in sight."""
        was_visible = self._is_visible(self._index)
        self._height = event.size.height
        self._lay_out()
        if was_visible:
            self.call_after_refresh(self._scroll_to_selected)

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        self._columns = max(1, width // TILE_MIN_WIDTH)
        self._rows.clear()
        rows = -(-len(self._order) // self._columns)
        self.virtual_size = Size(width, rows * TILE_HEIGHT)
        self.refresh()

    def _reorder(self, snapshot: Snapshot) -> None:
        order = worst_first(snapshot)
        self._ranking = snapshot.ranking
        if order == self._order:
            return
        grew = len(order) != len(self._order)
        self._order = order
        if self._pinned is not None and self._pinned in snapshot.entry_points:
            was_visible = self._is_visible(self._index)
            self._index = order.index(self._pinned)
            if was_visible:
                self._scroll_to_selected()
        else:
            self._index = min(self._index, max(0, len(order) - 1))
        if grew:
            self._lay_out()

    def _row_widths(self) -> list[int]:
        """The widths of the columns: all the room, the rest spread from the left."""
        base, extra = divmod(self.scrollable_content_region.width, self._columns)
        return [base + (column < extra) for column in range(self._columns)]

    def _painter(self, width: int) -> TilePainter:
        if width not in self._painters:
            self._painters[width] = TilePainter(self.theme_styles, width)
        return self._painters[width]

    def _statuses(self, row: int) -> list[EntryPointStatus]:
        entry_points = self._view.snapshot.entry_points
        first = row * self._columns
        return [entry_points[key] for key in self._order[first : first + self._columns]]

    def _signature(self, row: int) -> object:
        """Everything that decides how a row looks, to compare with how it was drawn."""
        now = self._view.snapshot.at
        selected = self._index - row * self._columns
        return (
            selected if 0 <= selected < self._columns else None,
            [_look(status, now) for status in self._statuses(row)],
        )

    def _paint(self, row: int) -> list[Strip]:
        now = self._view.snapshot.at
        statuses = self._statuses(row)
        tiles = []
        for column, width in enumerate(self._row_widths()):
            painter = self._painter(width)
            if column < len(statuses):
                selected = row * self._columns + column == self._index
                tiles.append(self._tile(painter, statuses[column], now, selected=selected))
            else:
                tiles.append(painter.blank())
        return [Strip.join(line) for line in zip(*tiles, strict=True)]

    def _tile(
        self, painter: TilePainter, status: EntryPointStatus, now: float, *, selected: bool
    ) -> list[Strip]:
        try:
            return painter.paint(status, now, selected=selected)
        except Exception:  # one tile that cannot be drawn must not take the board down
            key = status.entry_point.key
            if key not in self._reported:
                self._reported.add(key)
                log.exception("The tile of %s %d cannot be drawn", key.server, key.id)
            return painter.broken(status, selected=selected)

    def _visible_rows(self) -> tuple[int, int]:
        top = self.scroll_offset.y // TILE_HEIGHT
        bottom = -(-(self.scroll_offset.y + self._height) // TILE_HEIGHT)
        return top, min(bottom, -(-len(self._order) // self._columns))

    def _is_visible(self, index: int) -> bool:
        top, bottom = self._visible_rows()
        return top <= index // self._columns < bottom

    def _select(self, index: int) -> None:
        if not self._order:
            return
        self._index = max(0, min(index, len(self._order) - 1))
        self._pinned = self._order[self._index]
        self._scroll_to_selected()
        self.show(self._view)

    def _scroll_to_selected(self) -> None:
        top = self._index // self._columns * TILE_HEIGHT
        height = self._height
        y = self.scroll_offset.y
        if top < y or height <= TILE_HEIGHT:
            self.scroll_to(y=top, animate=False, immediate=True)
        elif top + TILE_HEIGHT > y + height:
            self.scroll_to(y=top + TILE_HEIGHT - height, animate=False, immediate=True)

    def action_move(self, columns: int, rows: int) -> None:
        """Select a neighbour."""
        index = self._index + columns + rows * self._columns
        if 0 <= index < len(self._order):
            self._select(index)
        elif rows > 0 and index // self._columns == (len(self._order) - 1) // self._columns:
            self._select(len(self._order) - 1)

    def action_page(self, pages: int) -> None:
        """Select a screenful further."""
        rows = max(1, self._height // TILE_HEIGHT)
        self._select(self._index + pages * rows * self._columns)

    def action_end(self, index: int) -> None:
        """Select the first or the last; at the first the selection is let go again."""
        self._select(index if index >= 0 else len(self._order) - 1)
        if index == 0:
            self._pinned = None

    def action_open(self) -> None:
        """Drill down into the selected entry point."""
        if self.selected:
            self.post_message(self.Opened(self.selected))

    def on_click(self, event: events.Click) -> None:
        """Select the tile under the pointer; a second click opens it."""
        column, x = 0, event.x
        for width in self._row_widths():
            if x < width:
                break
            x -= width
            column += 1
        row = (event.y + self.scroll_offset.y) // TILE_HEIGHT
        index = row * self._columns + min(column, self._columns - 1)
        if index >= len(self._order):
            return
        if event.chain > 1 and index == self._index:
            self.action_open()
        else:
            self._select(index)


def _look(status: EntryPointStatus, now: float) -> tuple[object, ...]:
    """Everything that decides how a tile looks; for one that cannot be drawn, the whole of it."""
    judgement, history = status.judgement, status.state.history
    try:
        age, silence = age_of(judgement, now), _silence(status, now)
    except Exception:  # noqa: BLE001  # drawing it will fail as well, and say so
        return (status,)
    return (status.entry_point.key, judgement, history, age, silence)


def _silence(status: EntryPointStatus, now: float) -> int:
    """How many intervals nothing has been heard for, beyond the two that are usual."""
    history, interval = status.state.history, status.policy.interval
    if not len(history):
        return 0
    return max(0, int((now - 2 * interval) // interval - history[-1].at // interval))
