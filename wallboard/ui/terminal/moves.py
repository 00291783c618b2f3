"""The shortest way to bring the cursor from one cell to another."""

from functools import lru_cache


def _csi(count: int, final: str) -> str:
    return f"\x1b[{count if count > 1 else ''}{final}"


def address(row: int, column: int) -> str:
    """The absolute move to ``row``, ``column`` (both from 0)."""
    if column:
        return f"\x1b[{row + 1};{column + 1}H"
    return _csi(row + 1, "H")


@lru_cache(maxsize=16384)
def move(held: tuple[int, int | None] | None, row: int, column: int) -> str:
    """The shortest move from ``held`` to ``row``, ``column``.

    ``held`` is ``None`` if nothing is known of the cursor; its column is ``None`` if only the row
    is. A line feed is used only after a carriage return, since the line discipline may add one.
    """
    ways = [address(row, column)]
    if held is not None:
        held_row, held_column = held
        down = row - held_row
        across = _across(held_column, column)
        ways.append((_csi(abs(down), "B" if down > 0 else "A") if down else "") + across)
        if down >= 0:
            forward = _csi(column, "C") if column else ""
            ways.append("\r" + "\n" * down + forward)
    return min(ways, key=len)


def _across(held: int | None, column: int) -> str:
    ways = ["\r"] if column == 0 else [_csi(column + 1, "G")]
    if held is not None:
        by = column - held
        if by == 0:
            return ""
        ways.append(_csi(by, "C") if by > 0 else _csi(-by, "D"))
        if -4 < by < 0:
            ways.append("\b" * -by)
    return min(ways, key=len)
