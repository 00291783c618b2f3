"""A terminal to paint on: pyte, read back as rows of ``Look``."""

import unicodedata

import pyte
from minimal import Look, seen
from pyte import graphics

_NAMES = {
    **graphics.FG_ANSI,
    **graphics.BG_ANSI,
    **graphics.FG_AIXTERM,
    **graphics.BG_AIXTERM,
}


class Emulator:
    def __init__(self, width: int, height: int) -> None:
        self.screen = pyte.Screen(width, height)
        self.screen.reset_mode(7, private=True)
        self._stream = pyte.Stream(self.screen)

    def feed(self, text: str) -> None:
        self._stream.feed(text)

    def look(self) -> list[list[Look]]:
        return [
            [
                Look(
                    cell.data,
                    cell.fg,
                    cell.bg,
                    cell.bold,
                    cell.italics,
                    cell.underscore,
                    cell.reverse,
                    cell.strikethrough,
                )
                for cell in (self.screen.buffer[y][x] for x in range(self.screen.columns))
            ]
            for y in range(self.screen.lines)
        ]

    def seen(self) -> list[list[Look]]:
        return [[seen(cell) for cell in row] for row in self.look()]

    @property
    def text(self) -> str:
        # Not `display`, which fails on half of a wide character, as between two reads.
        columns, rows = range(self.screen.columns), range(self.screen.lines)
        buffer = self.screen.buffer
        return "\n".join("".join(buffer[y][x].data for x in columns) for y in rows)


def wanted_rows(painter):
    """The cells that the painter wants, as text and pen."""
    rows = zip(painter._texts, painter._inks, strict=True)
    return [list(zip(texts, pens, strict=True)) for texts, pens in rows]


def wanted_look(rows) -> list[list[Look]]:
    """What a painter wants, in the emulator's words."""
    return [[seen(_look(text, pen)) for text, pen in row] for row in rows]


def _look(text, pen) -> Look:
    on = pen.attributes
    return Look(
        # Of emoji that are joined, this terminal shows the first.
        unicodedata.normalize("NFC", text.partition("\u200d")[0]),
        _color(pen.foreground),
        _color(pen.background),
        "1" in on,
        "3" in on,
        "4" in on,
        "7" in on,
        "9" in on,
    )


def _color(codes: str) -> str:
    parts = [int(part) for part in codes.split(";")]
    if parts[1:2] == [5]:
        return graphics.FG_BG_256[parts[2]]
    if parts[1:2] == [2]:
        return "".join(f"{part:02x}" for part in parts[2:])
    return _NAMES[parts[0]]
