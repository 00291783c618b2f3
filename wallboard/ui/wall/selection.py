"""The selection on the wall, which follows its item as the wall changes."""

from collections.abc import Callable, Sequence

from wallboard.domain.endpoint import EntryPointKey
from wallboard.ui.wall.layout import Item, Layout, WallRow


class Selection:
    """The selected item.

    Until the operator moves it, it is the first entry point, which is the worst by default. Once
    moved it is pinned to its item; while that is not shown, the item at its place is selected.
    """

    def __init__(self) -> None:
        self._pin: Item | None = None
        self._item: Item | None = None
        self._index = 0

    @property
    def item(self) -> Item | None:
        """The selected item; ``None`` on an empty wall."""
        return self._item

    @property
    def pinned(self) -> bool:
        """Whether the operator chose it."""
        return self._pin is not None

    def follow(self, layout: Layout) -> None:
        """Find the item again in a new layout."""
        items = layout.rows.items
        if not items:
            self._item = None
        elif self._pin is None:
            self._item = next((i for i in items if isinstance(i, EntryPointKey)), items[0])
        elif self._pin in items:
            self._item = self._pin
        else:
            self._item = items[min(self._index, len(items) - 1)]
        if self._item is not None:
            self._index = items.index(self._item)

    def row(self, layout: Layout) -> WallRow | None:
        """The row of the selected item."""
        number = self._row_number(layout)
        return None if number is None else layout.rows[number]

    def pin(self, item: Item) -> None:
        """Select an item and pin the selection to it."""
        self._pin = self._item = item

    def release(self, layout: Layout) -> None:
        """Unpin the selection and select the first entry point."""
        self._pin = None
        self.follow(layout)

    def last(self, layout: Layout) -> None:
        """Select the last item."""
        self._to(layout, len(layout.rows.items) - 1)

    def move(self, layout: Layout, columns: int, rows: int) -> None:
        """Select the neighbour in a direction, if there is one.

        Where lines run down, one goes on from the end of a column at the top of the next; where
        tiles run across, from the end of a row.
        """
        number = self._row_number(layout)
        if number is None:
            return
        along, across = (rows, columns) if layout.runs_down else (columns, rows)
        if along:
            self._to(layout, self._index_now(layout) + along)
            return
        if layout.runs_down:
            items = layout.rows[number].items
            column = items.index(self._item) + across
            if 0 <= column < len(items):
                self._choose(layout, items[column])
            return
        target = number + rows
        if not 0 <= target < len(layout.rows):
            return
        column = layout.rows[number].items.index(self._item)
        items = layout.rows[target].items
        self._choose(layout, items[min(column, len(items) - 1)])

    def jump(self, layout: Layout, lines: int) -> None:
        """Move the selection by lines; beyond the ends to the last or the first item."""
        row = self.row(layout)
        if row is None or self._item is None:
            return
        number = layout.row_at(row.y + lines)
        if number is None:
            self._to(layout, 0 if lines < 0 else len(layout.rows.items) - 1)
        else:
            items = layout.rows[number].items
            column = row.items.index(self._item)
            self._choose(layout, items[min(column, len(items) - 1)])

    def seek(self, items: Sequence[Item], step: int, wanted: Callable[[Item], bool]) -> None:
        """Select the next wanted item in a direction, wrapping at the ends."""
        start = items.index(self._item) if self._item in items else 0
        for distance in range(1, len(items) + 1):
            item = items[(start + step * distance) % len(items)]
            if wanted(item):
                self.pin(item)
                return

    def _to(self, layout: Layout, index: int) -> None:
        items = layout.rows.items
        if items:
            self._choose(layout, items[max(0, min(index, len(items) - 1))])

    def _choose(self, layout: Layout, item: Item) -> None:
        self.pin(item)
        self._index = layout.rows.items.index(item)

    def _index_now(self, layout: Layout) -> int:
        items = layout.rows.items
        return items.index(self._item) if self._item in items else 0

    def _row_number(self, layout: Layout) -> int | None:
        return None if self._item is None else layout.rows.number_of(self._item)
