"""The layout of the wall in cells."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple, overload

from wallboard.domain.endpoint import EntryPointKey
from wallboard.frozen import frozen
from wallboard.ui.wall.arrange import Section


class Density(NamedTuple):
    """How one entry point is drawn; sizes in cells, the width with the gap to its neighbour."""

    name: str
    height: int
    least_width: int


COMPACT = Density("compact", 1, 76)
NORMAL = Density("normal", 5, 26)
LARGE = Density("large", 10, 38)
DENSITIES = {density.name: density for density in (COMPACT, NORMAL, LARGE)}


class Heading(NamedTuple):
    """The heading of a section; it can be selected."""

    section: str


Item = EntryPointKey | Heading


@frozen
class WallRow:
    """One row of the wall: a heading, or entry points side by side. ``y`` is its first line."""

    y: int
    height: int
    items: tuple[Item, ...]

    @property
    def heading(self) -> Heading | None:
        """The heading, if this row is one."""
        first = self.items[0]
        return first if isinstance(first, Heading) else None


class _Block(NamedTuple):
    """Consecutive rows of one kind: a heading, or the entry points of a section."""

    first_row: int
    y: int
    height: int
    columns: int
    items: tuple[Item, ...]

    @property
    def rows(self) -> int:
        return -(-len(self.items) // self.columns)

    def row(self, number: int) -> WallRow:
        inside = number - self.first_row
        start = inside * self.columns
        items = self.items[start : start + self.columns]
        return WallRow(self.y + inside * self.height, self.height, items)


class Rows(Sequence[WallRow]):
    """All rows from top to bottom, made on access since most are never visible."""

    def __init__(self, blocks: Sequence[_Block]) -> None:
        self._blocks = tuple(blocks)
        self._length = sum(block.rows for block in blocks)

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> WallRow: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[WallRow, ...]: ...

    def __getitem__(self, index: int | slice) -> WallRow | tuple[WallRow, ...]:
        if isinstance(index, slice):
            return tuple(self[number] for number in range(*index.indices(self._length)))
        number = index + self._length if index < 0 else index
        if not 0 <= number < self._length:
            raise IndexError(index)
        return self._block(number).row(number)

    @property
    def items(self) -> tuple[Item, ...]:
        """All headings and entry points in display order."""
        if len(self._blocks) == 1:
            return self._blocks[0].items
        return tuple(chain.from_iterable(block.items for block in self._blocks))

    def at(self, y: int) -> int:
        """The number of the row at an existing line."""
        block = self._blocks[bisect_right(self._blocks, y, key=lambda block: block.y) - 1]
        return block.first_row + (y - block.y) // block.height

    def number_of(self, item: Item) -> int | None:
        """The number of the row of an item."""
        for block in self._blocks:
            if item in block.items:
                return block.first_row + block.items.index(item) // block.columns
        return None

    def _block(self, number: int) -> _Block:
        found = bisect_right(self._blocks, number, key=lambda block: block.first_row)
        return self._blocks[found - 1]


@frozen
class Layout:
    """All rows from top to bottom, and the widths of the columns."""

    density: Density
    rows: Rows
    widths: tuple[int, ...]
    height: int

    def row_at(self, y: int) -> int | None:
        """The number of the row at a line."""
        if not 0 <= y < self.height:
            return None
        return self.rows.at(y)

    def item_at(self, x: int, y: int) -> Item | None:
        """The item at a cell."""
        number = self.row_at(y)
        if number is None:
            return None
        row = self.rows[number]
        if row.heading:
            return row.heading
        for item, width in zip(row.items, self.widths, strict=False):
            if x < width:
                return item
            x -= width
        return None


def lay_out(sections: Sequence[Section], width: int, height: int, density: str) -> Layout:
    """The layout in a density; ``large`` falls back to ``normal`` on a narrow terminal.

    ``auto`` is the largest density in which everything fits the height, else ``compact``, or
    ``normal`` where the terminal is too narrow for that.
    """
    if density in DENSITIES:
        chosen = DENSITIES[density]
        too_narrow = chosen is LARGE and width < LARGE.least_width
        return _laid_out(sections, width, NORMAL if too_narrow else chosen)
    for candidate in (LARGE, NORMAL):
        if width >= candidate.least_width:
            layout = _laid_out(sections, width, candidate)
            if layout.height <= height:
                return layout
    return _laid_out(sections, width, COMPACT if width >= COMPACT.least_width else NORMAL)


def _laid_out(sections: Sequence[Section], width: int, density: Density) -> Layout:
    columns = max(1, width // density.least_width)
    base, extra = divmod(max(width, 1), columns)
    blocks: list[_Block] = []
    number = y = 0
    for section in sections:
        kinds: list[tuple[tuple[Item, ...], int, int]] = [(section.shown, density.height, columns)]
        if section.name:
            kinds.insert(0, ((Heading(section.name),), 1, 1))
        for items, row_height, across in kinds:
            if items:
                block = _Block(number, y, row_height, across, items)
                blocks.append(block)
                number += block.rows
                y += block.rows * row_height
    widths = tuple(base + (column < extra) for column in range(columns))
    return Layout(density, Rows(blocks), widths, y)
