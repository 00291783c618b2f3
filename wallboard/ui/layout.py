"""Where everything on the wall lies: pure arithmetic in cells."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from wallboard.domain.endpoint import EntryPointKey
from wallboard.ui.arrange import Section


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
    """The heading of a section, as something that can be selected."""

    section: str


Item = EntryPointKey | Heading


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the wall: a heading, or entry points side by side. ``y`` is its first line."""

    y: int
    height: int
    items: tuple[Item, ...]

    @property
    def heading(self) -> Heading | None:
        """The heading, if this row is one."""
        first = self.items[0]
        return first if isinstance(first, Heading) else None


@dataclass(frozen=True, slots=True)
class Layout:
    """All rows from top to bottom, and the widths of the columns."""

    density: Density
    rows: tuple[Row, ...]
    widths: tuple[int, ...]
    height: int

    def row_at(self, y: int) -> int | None:
        """The number of the row that holds a line."""
        if not 0 <= y < self.height:
            return None
        return bisect_right(self.rows, y, key=lambda row: row.y) - 1

    def item_at(self, x: int, y: int) -> Item | None:
        """What lies under a cell."""
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
    """The layout in one density; big digits need their room and are tiles without it.

    ``auto`` is the largest in which all of it fits the height, else lines, else tiles where the
    terminal is too narrow for lines.
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
    rows = []
    y = 0
    for section in sections:
        if section.name:
            rows.append(Row(y, 1, (Heading(section.name),)))
            y += 1
        shown = section.shown
        for start in range(0, len(shown), columns):
            rows.append(Row(y, density.height, shown[start : start + columns]))
            y += density.height
    widths = tuple(base + (column < extra) for column in range(columns))
    return Layout(density, tuple(rows), widths, y)
