"""A screen that answers a key at once, and not at the next beat of Textual's clock."""

from textual.screen import Screen, ScreenResultType
from textual.widget import Widget


class PromptScreen(Screen[ScreenResultType]):
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
