"""The layout of the wall in cells."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple, overload

from wallboard.domain.endpoint import EntryPointKey
from wallboard.frozen import frozen
from wallboard.ui.wall.arrange import Section
from wallboard.ui.wall.big_letters import big_height


class Density(NamedTuple):
    """How one entry point is drawn; sizes in cells, the width with the gap to its neighbour.

    The height is the usual one, the width the least.
    """

    name: str
    height: int
    least_width: int


COMPACT = Density("compact", 1, 76)
NORMAL = Density("normal", 5, 26)
LARGE = Density("large", 10, 39)
DENSITIES = {density.name: density for density in (COMPACT, NORMAL, LARGE)}

WIDE = 38
"""Least width of a tile whose response type stands beside the verdict."""
WIDEST = 72
"""A tile is no wider: figures that lie far apart are hard to read together."""
SMALLEST, READABLE, TALLEST = 2, 3, 8
"""Rows of a tile: at least, before lines say more in the same room, and at most."""


FULL = 13
"""Rows of a large tile that leaves nothing out."""
_LETTERS, _BESIDE_LETTERS = 36, 7
"""Cells that verdict and age take in the smallest letters, and rows for all the rest."""


class Shape(NamedTuple):
    """A density and how it fills the screen: columns side by side, rows of each entry point."""

    density: Density
    columns: int
    height: int


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
    """Consecutive rows of one kind: a heading, or the entry points of a section.

    Its columns run down ``page`` rows at a time, as one screen shows them; with one row a page
    they run across.
    """

    first_row: int
    y: int
    height: int
    columns: int
    page: int
    items: tuple[Item, ...]

    @property
    def rows(self) -> int:
        return -(-len(self.items) // self.columns)

    def row(self, number: int) -> WallRow:
        inside = number - self.first_row
        page, row = divmod(inside, self.page)
        start = page * self.page * self.columns
        items = self.items[start : start + self.page * self.columns]
        down = -(-len(items) // self.columns)
        return WallRow(self.y + inside * self.height, self.height, items[row::down])

    def row_of(self, item: Item) -> int:
        page, place = divmod(self.items.index(item), self.page * self.columns)
        on_page = len(self.items) - page * self.page * self.columns
        down = min(self.page, -(-on_page // self.columns))
        return self.first_row + page * self.page + place % down


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
                return block.row_of(item)
        return None

    def _block(self, number: int) -> _Block:
        found = bisect_right(self._blocks, number, key=lambda block: block.first_row)
        return self._blocks[found - 1]


@frozen
class Layout:
    """All rows from top to bottom, and the widths of the columns."""

    shape: Shape
    rows: Rows
    widths: tuple[int, ...]
    height: int

    @property
    def density(self) -> Density:
        """How entry points are drawn."""
        return self.shape.density

    @property
    def runs_down(self) -> bool:
        """Whether the entry points are read column by column, not row by row."""
        return self.density is COMPACT

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


def shape_of(
    counts: Sequence[int], headings: int, width: int, height: int, asked: str, *, titles: int = 0
) -> Shape:
    """How sections of so many entry points, and their headings, use the screen best.

    ``auto`` draws them as large as they all fit: large, as tiles, as lines; else as lines, which
    show the most. Asked for a density, they fill the screen in that one if they fit at all;
    ``large`` falls back to ``normal`` on a narrow terminal. ``titles`` are the rows that lines, and
    no tiles, give up to the titles of their columns.
    """
    room = height - headings
    large = largest(counts, width, room, LARGE.height)
    if asked == LARGE.name and width >= LARGE.least_width:
        return large or _usual(LARGE, width)
    if asked == COMPACT.name:
        return _usual(COMPACT, width)
    tiles = _filling(counts, width, room)
    if asked in DENSITIES:
        return tiles or _usual(NORMAL, width)
    if large:
        return large
    lines = _usual(COMPACT, width)
    lines_fit = _rows(counts, lines.columns) <= room - titles
    if tiles and (tiles.height >= READABLE or not lines_fit):
        return tiles
    return lines


def _usual(density: Density, width: int) -> Shape:
    return Shape(density, max(1, width // density.least_width), density.height)


def _filling(counts: Sequence[int], width: int, room: int) -> Shape | None:
    """The tiles that say the most while all fit, and of these the widest."""
    most = _usual(NORMAL, width).columns
    found: tuple[int, Shape] | None = None
    for columns in range(max(1, -(-width // WIDEST)), most + 1):
        rows = _rows(counts, columns)
        height = min(TALLEST, room // max(rows, 1))
        # A narrow tile needs a row more for the same, and has no room for a sentence.
        worth = height if width // columns >= WIDE else min(height, NORMAL.height + 1) - 1
        if height >= SMALLEST and (found is None or worth > found[0]):
            found = worth, Shape(NORMAL, columns, height)
    return found and found[1]


def largest(counts: Sequence[int], width: int, room: int, least: int) -> Shape | None:
    """The large tiles with the biggest letters while all fit, each of so many rows at least."""
    found: tuple[tuple[int, int], Shape] | None = None
    for columns in range(1, min(width // LARGE.least_width, max(counts, default=0)) + 1):
        rows = _rows(counts, columns)
        height = min(room // rows, tallest(width // columns))
        worth = (
            min(_scale(width // columns), 2 * (height - _BESIDE_LETTERS) // 5),
            min(height, FULL),
        )
        if height >= least and (found is None or worth > found[0]):
            found = worth, Shape(LARGE, columns, height)
    return found and found[1]


def tallest(width: int) -> int:
    """The rows that a large tile fills: two lines of letters, name, figures, and what is beside."""
    return 4 * (big_height(_scale(width)) + 1) + _BESIDE_LETTERS


def _scale(width: int) -> int:
    return max(1, width // _LETTERS)


def _rows(counts: Sequence[int], columns: int) -> int:
    return sum(-(-count // columns) for count in counts)


def lay_out(sections: Sequence[Section], width: int, height: int, density: str) -> Layout:
    """The layout in a density, by how many entry points the sections show."""
    counts = [len(section.shown) for section in sections]
    headings = sum(bool(section.name) for section in sections)
    return laid_out(sections, width, height, shape_of(counts, headings, width, height, density))


def laid_out(sections: Sequence[Section], width: int, height: int, shape: Shape) -> Layout:
    """The layout in a shape; lines run down one screen after the other, tiles run across."""
    base, extra = divmod(max(width, 1), shape.columns)
    page = max(1, height) if shape.density is COMPACT else 1
    blocks: list[_Block] = []
    number = y = 0
    for section in sections:
        kinds: list[tuple[tuple[Item, ...], int, int, int]] = [
            (section.shown, shape.height, shape.columns, page)
        ]
        if section.name:
            kinds.insert(0, ((Heading(section.name),), 1, 1, 1))
        for items, row_height, across, down in kinds:
            if items:
                block = _Block(number, y, row_height, across, down, items)
                blocks.append(block)
                number += block.rows
                y += block.rows * row_height
    widths = tuple(base + (column < extra) for column in range(shape.columns))
    return Layout(shape, Rows(blocks), widths, y)
