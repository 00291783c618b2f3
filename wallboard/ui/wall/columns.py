"""The columns of the lines of the wall: which there are at a width, and how wide each is."""

from typing import NamedTuple

from wallboard.ui.look.glyphs import Glyphs
from wallboard.ui.look.text import fit
from wallboard.ui.wall.state_strip import slices_in


class Column(NamedTuple):
    """A column; ``width`` is with the blank after it, and ``sort`` the order its title selects.

    ``after`` is how many cells are after its digits, for their mark and the blank.
    """

    name: str
    title: str
    width: int
    sort: str = ""
    after: int = 0


LEAST_NAME, NAME = 10, 17
"""Cells of a name at least, and before columns that matter less than the whole name get any."""
EDGE_AND_GAP = 2

_ALWAYS = (
    Column("verdict", "VERDICT", 16, "worst"),
    Column("age", "AGE", 7, "changed", after=1),
    Column("name", "NAME", LEAST_NAME + 1, "name"),
)
_MATTER_MOST = (
    Column("chip", "TYPE", 14),
    Column("wait", "WAIT", 8, "wait", after=2),
    Column("queue", "QUEUE", 7, "queue", after=2),
    Column("slots", "SLOTS", 7, after=2),
)
_SERVER = Column("server", "SERVER", 9)
_MATTER_LESS = (
    Column("id", "ID", 7, "id", after=1),
    Column("detail", "", 15),
    Column("strip", "", 16),
    Column("button", "BUTTON", 8),
    Column("group", "GROUP", 9),
    Column("marks", "", 15),
    Column("chart", "WAIT", 21, "wait"),
)
"""What is left out first on a narrow line stands last."""
_AS_READ = (
    "verdict", "detail", "age", "name", "id", "server", "group", "chip", "wait", "queue", "slots",
    "button", "marks", "strip", "chart",
)  # fmt: skip
_GROWING = {"name": 25, "strip": 31, "chart": 46}
"""Columns that take the room that is left, in this order, up to this width."""


def columns_of(width: int, *, with_server: bool = False) -> tuple[Column, ...]:
    """The columns of a line of ``width`` cells with its edge and the gap beside it."""
    shown = {column.name: column for column in _ALWAYS}
    room = width - EDGE_AND_GAP - sum(column.width for column in _ALWAYS)
    if room < 0:
        room += shown.pop("age").width
    for column in (*_MATTER_MOST[:1], *((_SERVER,) if with_server else ()), *_MATTER_MOST[1:]):
        if column.width <= room:
            shown[column.name] = column
            room -= column.width
    for column in _MATTER_LESS:
        if column.width <= room - (NAME - LEAST_NAME):
            shown[column.name] = column
            room -= column.width
    for name, most in _GROWING.items():
        if name in shown:
            more = max(0, min(room, most - shown[name].width))
            shown[name] = shown[name]._replace(width=shown[name].width + more)
            room -= more
    name_column = shown["name"]
    shown["name"] = name_column._replace(width=name_column.width + room)
    return tuple(shown[name] for name in _AS_READ if name in shown)


def title_of(column: Column, glyphs: Glyphs) -> str:
    """The title of a column in its width, over the digits of a figure."""
    if column.name == "strip":
        return fit(f"LAST {slices_in(column.width - 1).words}", column.width, glyphs)
    if column.after:
        return f"{column.title:>{column.width - column.after}}{' ' * column.after}"
    return fit(column.title, column.width, glyphs)
