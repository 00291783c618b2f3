"""Compares the wanted cells with the shown ones, and makes the bytes for the difference."""

from collections.abc import Iterable

from rich.color import ColorSystem
from textual.strip import Strip

from wallboard.ui.terminal.cells import (
    CONTINUATION,
    PREDICTABLE,
    encoded_length,
    is_predictable,
    split,
    transliterated,
    widest,
)
from wallboard.ui.terminal.escape_codes import Pen, PenCache, move

_BRIDGE_CELLS = 8
"""Longest run of unchanged cells that is sent again instead of moving the cursor."""

_ERASE_CELLS = 4
"""Fewer blanks than this are sent as spaces."""


class Painter:
    """Keeps what the terminal shows, cell by cell, and writes only what differs.

    Each row is two lists, texts and pens, since comparing and copying lists is fast.
    """

    def __init__(
        self,
        width: int,
        height: int,
        colors: ColorSystem,
        beyond_ascii: frozenset[str] | None = None,
    ) -> None:
        """``beyond_ascii`` is all that the terminal can show besides ASCII; ``None``: anything."""
        self._beyond_ascii = beyond_ascii
        self.pens = PenCache(colors)
        self.width = width
        self.height = height
        self._clear_wanted()
        self.invalidate()

    def resize(self, width: int, height: int) -> None:
        """Take a new size in cells, with empty grids."""
        self.width = width
        self.height = height
        self._clear_wanted()
        self.invalidate()

    def invalidate(self) -> None:
        """Forget what the terminal shows: the next paint clears it and sends everything."""
        self._known = False
        self._cursor: tuple[int, int | None] | None = None
        self._pen = self.pens.plain

    def put(self, y: int, x: int, strip: Strip) -> None:
        """Put ``strip`` on row ``y`` at column ``x``; cells outside the grid are dropped."""
        if not 0 <= y < self.height or not 0 <= x < self.width:
            return
        sources = self._sources[y]
        known = sources.get(x)
        if known is strip:
            return
        if known is not None and known == strip:
            sources[x] = strip
            return
        end = min(x + strip.cell_length, self.width)
        if end <= x:
            return
        for start in [at for at, old in sources.items() if at < end and at + old.cell_length > x]:
            del sources[start]
        texts, inks = self._cells_of(strip, end - x)
        self._write(y, x, texts, inks)
        sources[x] = strip

    def put_line(self, y: int, x: int, strips: Iterable[Strip]) -> None:
        """Put ``strips`` side by side on row ``y`` from column ``x``."""
        for strip in strips:
            self.put(y, x, strip)
            x += strip.cell_length

    def paint(self) -> str:
        """The bytes to send; empty if nothing differs."""
        out: list[str] = []
        if not self._known:
            self._start_afresh(out)
        for y in sorted(self._dirty):
            start, end = self._dirty[y]
            changed = self._changed(y, start, end)
            if changed:
                self._paint_row(y, self._with_overlapped(y, changed), out)
                self._shown_texts[y][start:end] = self._texts[y][start:end]
                self._shown_inks[y][start:end] = self._inks[y][start:end]
        self._dirty.clear()
        return "".join(out)

    def park(self, x: int, y: int) -> str:
        """The sequence that moves the cursor to column ``x`` of row ``y``."""
        if self._cursor == (y, x):
            return ""
        sequence = move(self._cursor, y, x)
        self._cursor = (y, x)
        return sequence

    def _clear_wanted(self) -> None:
        self._texts = [[" "] * self.width for _ in range(self.height)]
        self._inks = [[self.pens.plain] * self.width for _ in range(self.height)]
        self._sources: list[dict[int, Strip]] = [{} for _ in range(self.height)]
        self._dirty: dict[int, tuple[int, int]] = {}

    def _start_afresh(self, out: list[str]) -> None:
        out.append("\x1b[m\x1b[H\x1b[2J")
        self._shown_texts = [[" "] * self.width for _ in range(self.height)]
        self._shown_inks = [[self.pens.plain] * self.width for _ in range(self.height)]
        self._dirty = dict.fromkeys(range(self.height), (0, self.width))
        self._cursor = (0, 0)
        self._pen = self.pens.plain
        self._known = True

    def _cells_of(self, strip: Strip, room: int) -> tuple[list[str], list[Pen]]:
        texts: list[str] = []
        inks: list[Pen] = []
        for text, style, control in strip:
            if control or not text:
                continue
            pen = self.pens.for_style(style)
            cells = self._spell(text)
            texts.extend(cells)
            if " " not in text or pen.blank is pen:
                inks.extend([pen] * len(cells))
            else:
                blank = pen.blank
                inks.extend([blank if cell == " " else pen for cell in cells])
        missing = room - len(texts)
        if missing > 0:
            texts.extend([" "] * missing)
            inks.extend([self.pens.plain] * missing)
        elif missing < 0:
            half = texts[room] == CONTINUATION
            del texts[room:], inks[room:]
            if half:
                texts[-1], inks[-1] = " ", inks[-1].blank
        return texts, inks

    def _spell(self, text: str) -> str | tuple[str, ...]:
        if self._beyond_ascii is not None and not text.isascii():
            return transliterated(text, self._beyond_ascii)
        return text if is_predictable(text) else split(text)

    def _write(self, y: int, x: int, texts: list[str], inks: list[Pen]) -> None:
        row, ink = self._texts[y], self._inks[y]
        end = x + len(texts)
        cuts_left = row[x] == CONTINUATION
        cuts_right = end < self.width and row[end] == CONTINUATION
        row[x:end] = texts
        ink[x:end] = inks
        start = x
        if cuts_left:
            start = x - 1
            self._blank(y, start)
        if cuts_right:
            self._blank(y, end)
            end += 1
        old = self._dirty.get(y)
        self._dirty[y] = (start, end) if old is None else (min(old[0], start), max(old[1], end))

    def _blank(self, y: int, x: int) -> None:
        """Blank the remaining half of a wide character."""
        self._texts[y][x] = " "
        self._inks[y][x] = self._inks[y][x].blank
        sources = self._sources[y]
        for start in [at for at, strip in sources.items() if at <= x < at + strip.cell_length]:
            del sources[start]

    def _changed(self, y: int, start: int, end: int) -> list[int]:
        texts, shown_texts = self._texts[y], self._shown_texts[y]
        inks, shown_inks = self._inks[y], self._shown_inks[y]
        if texts == shown_texts and inks == shown_inks:
            return []
        return [
            x
            for x in range(start, end)
            if inks[x] is not shown_inks[x] or texts[x] != shown_texts[x]
        ]

    def _with_overlapped(self, y: int, changed: list[int]) -> list[int]:
        """The changed cells, and those that a wide character before them may cover."""
        texts = self._texts[y]
        if PREDICTABLE.issuperset(texts[x] for x in changed):
            return changed
        wanted, reach = set(changed), 0
        sent = []
        for x in range(changed[0], self.width):
            if x in wanted or x < reach:
                sent.append(x)
                reach = max(reach, x + widest(texts[x]))
        return sent

    def _paint_row(self, y: int, changed: list[int], out: list[str]) -> None:
        texts = self._texts[y]
        erase_from = self._erasable(y, changed)
        done = 0
        for index, x in enumerate(changed):
            if x < done:
                continue
            if x >= erase_from:
                self._reach(y, x, out)
                self._hold(y, x, changed, index, out)
                out.append("\x1b[K")
                return
            if texts[x] == CONTINUATION:
                continue
            if self._cursor != (y, x):
                self._reach(y, x, out)
            self._hold(y, x, changed, index, out)
            done = self._send(y, x, out)

    def _erasable(self, y: int, changed: list[int]) -> int:
        """The column from which the row can be erased; the width if none."""
        texts, inks, plain = self._texts[y], self._inks[y], self.pens.plain
        at = self.width
        while at and inks[at - 1] is plain and texts[at - 1] == " ":
            at -= 1
        blanks = sum(1 for x in changed if x >= at) if at < self.width else 0
        return at if blanks >= _ERASE_CELLS else self.width

    def _hold(self, y: int, x: int, changed: list[int], index: int, out: list[str]) -> None:
        """Change to the pen of cell ``x``."""
        wanted = self._inks[y][x]
        pen = self._pen
        if wanted is pen:
            return
        if self._texts[y][x] == " ":
            if pen.blank is wanted:
                return
            wanted = self._pen_for_blank(y, wanted, changed, index)
        out.append(self.pens.change(pen, wanted))
        self._pen = wanted

    def _pen_for_blank(self, y: int, blank: Pen, changed: list[int], index: int) -> Pen:
        """A pen that draws this blank, best the one the next character needs anyway."""
        texts, inks = self._texts[y], self._inks[y]
        for at in changed[index + 1 : index + 1 + self.width]:
            ink = inks[at]
            if texts[at] != " " or ink is not blank:
                if ink.blank is blank:
                    return ink
                break
        return self.pens.for_blank(self._pen, blank)

    def _send(self, y: int, x: int, out: list[str]) -> int:
        """Send cell ``x`` with the pen in hand; returns the column after it."""
        texts = self._texts[y]
        text = texts[x]
        out.append(text)
        after = x + 1
        if after < self.width and texts[after] == CONTINUATION:
            after += 1
        # Terminals differ on the width of the rarer characters, and on where the cursor is after
        # the last column; then only the row is certain.
        certain = after < self.width and text in PREDICTABLE
        self._cursor = (y, after if certain else None)
        return after

    def _reach(self, y: int, x: int, out: list[str]) -> None:
        """Bring the cursor to cell ``x``, by a move or by sending the cells between again."""
        jump = move(self._cursor, y, x)
        cursor = self._cursor
        if cursor is not None and cursor[0] == y and cursor[1] is not None:
            gap = range(cursor[1], x)
            if 0 < len(gap) <= _BRIDGE_CELLS and self._bridge_is_shorter(y, gap, len(jump)):
                for at in gap:
                    self._hold(y, at, [at], 0, out)
                    self._send(y, at, out)
                return
        out.append(jump)
        self._cursor = (y, x)

    def _bridge_is_shorter(self, y: int, gap: range, jump_bytes: int) -> bool:
        texts, inks, change = self._texts[y], self._inks[y], self.pens.change
        pen = self._pen
        sent = 0
        for at in gap:
            text, ink = texts[at], inks[at]
            if text not in PREDICTABLE:
                return False
            sent += encoded_length(text)
            if ink is not pen and not (text == " " and pen.blank is ink):
                if text == " ":
                    ink = self.pens.for_blank(pen, ink)
                sent += len(change(pen, ink))
                pen = ink
            if sent > 2 * jump_bytes + _BRIDGE_CELLS:
                return False
        target = inks[gap.stop]
        if texts[gap.stop] == " " and self._pen.blank is target and pen.blank is target:
            return sent < jump_bytes
        return sent + len(change(pen, target)) < jump_bytes + len(change(self._pen, target))
