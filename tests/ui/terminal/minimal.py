"""An independent encoder: the bytes a frame needs at least, by its own simple rules.

It knows only two pictures (rows of cells as an emulator shows them) and counts, for the cells that
differ, one cursor move a run and one colour change a change of colours. Used as a yardstick, it
shares no code with the painter.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

_JOIN_GAP = 4


class Look(NamedTuple):
    """A cell as the emulator shows it: six hexadecimal digits or a name for each colour."""

    text: str
    foreground: str
    background: str
    bold: bool = False
    italic: bool = False
    underline: bool = False
    reverse: bool = False
    strike: bool = False


PLAIN = Look("", "default", "default")


@dataclass
class Terminal:
    """What is known of the real terminal between frames."""

    row: int = -1
    column: int = -1
    pen: Look = PLAIN


def seen(cell: Look) -> Look:
    """A cell reduced to what can be seen: a blank without lines has no foreground."""
    if cell.text == " " and not (cell.underline or cell.reverse or cell.strike):
        return Look(" ", "", cell.background)
    return cell


def minimal_bytes(
    before: Sequence[Sequence[Look]], after: Sequence[Sequence[Look]], terminal: Terminal
) -> int:
    """The bytes from one picture to the next; ``terminal`` is carried from frame to frame."""
    total = 0
    for y, (old, new) in enumerate(zip(before, after, strict=True)):
        changed = [x for x in range(len(new)) if new[x].text and seen(old[x]) != seen(new[x])]
        for start, end in _runs(changed):
            if (terminal.row, terminal.column) != (y, start):
                total += _move_bytes(terminal, y, start)
            for x in range(start, end):
                total += _cell_bytes(new[x], terminal)
            terminal.row, terminal.column = y, end
    return total


def _runs(changed: list[int]) -> Iterator[tuple[int, int]]:
    start = end = -1
    for x in changed:
        if start < 0:
            start = x
        elif x - end > _JOIN_GAP:
            yield start, end
            start = x
        end = x + 1
    if start >= 0:
        yield start, end


def _move_bytes(terminal: Terminal, row: int, column: int) -> int:
    if terminal.row == row and terminal.column < column:
        return len(f"\x1b[{column - terminal.column}C")
    return len(f"\x1b[{row + 1};{column + 1}H")


def _cell_bytes(cell: Look, terminal: Terminal) -> int:
    pen = terminal.pen
    codes: list[str] = []
    if cell.text != " " or seen(cell) != seen(pen._replace(text=" ")):
        if cell.text == " " and not (cell.underline or cell.reverse or cell.strike):
            plain = pen._replace(underline=False, reverse=False, strike=False)
            cell = plain._replace(text=" ", background=cell.background)
        for name, on, off in (
            ("bold", "1", "22"),
            ("italic", "3", "23"),
            ("underline", "4", "24"),
            ("reverse", "7", "27"),
            ("strike", "9", "29"),
        ):
            if getattr(cell, name) != getattr(pen, name):
                codes.append(on if getattr(cell, name) else off)
        if cell.foreground != pen.foreground:
            codes.append(_color_code(cell.foreground, 30))
        if cell.background != pen.background:
            codes.append(_color_code(cell.background, 40))
        terminal.pen = cell
    sgr = len(f"\x1b[{';'.join(codes)}m") if codes else 0
    return sgr + len(cell.text.encode())


def _color_code(color: str, base: int) -> str:
    try:
        red, green, blue = bytes.fromhex(color)
    except ValueError:
        return str(base)
    return f"{base + 8};2;{red};{green};{blue}"
