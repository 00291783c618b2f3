"""Screens that are laid out for the terminal as it is, and can answer a key at once."""

from textual.geometry import Size
from textual.screen import Screen, ScreenResultType
from textual.widget import Widget


class CellScreen(Screen[ScreenResultType]):
    """A ``Screen`` that is always laid out for the size its app has now.

    Textual lays out for the size in each event, and posts that size to the screen again: of two
    sizes in its queue each brings the other back, for ever. A modal screen names this class last.
    """

    def _refresh_layout(self, size: Size | None = None, scroll: bool = False) -> None:
        del size
        super()._refresh_layout(self.app.size, scroll)


class PromptScreen(CellScreen[ScreenResultType]):
    """A ``Screen`` that can be asked to paint soon.

    Textual paints at beats of a clock, up to two of them after a change, and each widget that
    changed may come to another beat. That is longer than it takes to draw a whole board.
    """

    _paint_asked = False

    def paint_soon(self) -> None:
        """Paint everything that changed, as soon as what is under way has been heard.

        Keys that came in one burst are painted once.
        """
        if not self._paint_asked:
            self._paint_asked = True
            self.call_later(self._gather)

    def _gather(self) -> None:
        # What a widget wants painted it would say when it is idle, and so one after the other.
        for widget in self.walk_children(Widget):
            widget._check_refresh()
        self.call_later(self._paint)

    def _paint(self) -> None:
        self._paint_asked = False
        self._on_timer_update()
