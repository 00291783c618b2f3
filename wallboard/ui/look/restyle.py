"""Giving a running board another theme: everything that draws takes it, and stays where it is."""

from collections.abc import Iterable
from typing import Any, ClassVar, Protocol, runtime_checkable

from textual.screen import Screen
from textual.scrollbar import ScrollBarRender

from wallboard.ui.look.theme import BoardTheme


class WholeCells(ScrollBarRender):
    """Textual's scroll bar without its eighths of a cell, which not every terminal can show."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "] * 8


@runtime_checkable
class Restyles(Protocol):
    """A screen or widget that draws with a theme it can exchange for another."""

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme and draw with it from now on."""


def restyle(screens: Iterable[Screen[Any]], theme: BoardTheme) -> None:
    """Hand a theme to all that draws on these screens."""
    for screen in screens:
        for node in screen.walk_children(with_self=True):
            if isinstance(node, Restyles):
                node.restyle(theme)
