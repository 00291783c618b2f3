"""Screens that are laid out for the terminal as it is, and can answer a key at once."""

import logging
import time
from collections.abc import Callable
from functools import lru_cache, partial

from textual.geometry import Size
from textual.message_pump import MessagePump
from textual.screen import Screen, ScreenResultType
from textual.timer import Timer
from textual.widget import Widget

from wallboard.ui.terminal.private import LACKING

MOST_LAYOUTS = 150
"""One after the other; then a screen that goes on asking has to wait."""

LAYOUTS_A_SECOND = 10

log = logging.getLogger(__name__)

if not LACKING:
    from textual._styles_cache import StylesCache

    # Its cache of 1,024 keeps as many caches of widgets that are long gone, with all their lines.
    _inner_outer = StylesCache.get_inner_outer.__wrapped__
    StylesCache.get_inner_outer = classmethod(lru_cache(1024)(_inner_outer))  # type: ignore[assignment, method-assign, arg-type]


class Attached(MessagePump):
    """What it puts off is done only if it is still on the screen by then.

    Textual calls back whatever was taken away meanwhile too, where nothing can be found any more.
    """

    def call_after_refresh(
        self,
        callback: Callable[..., object],
        *args: object,
        **kwargs: object,
    ) -> bool:
        """Call after the next refresh, unless this was taken away by then."""
        return super().call_after_refresh(self._call, partial(callback, *args, **kwargs))

    def _call(self, callback: Callable[[], object]) -> object:
        return callback() if self.is_attached else None


class CellScreen(Attached, Screen[ScreenResultType]):
    """A ``Screen`` that is always laid out for the size its app has now.

    Textual lays out for the size in each event, and posts that size to the screen again: of two
    sizes in its queue each brings the other back, for ever. A modal screen names this class last.
    """

    _layouts_left = float(MOST_LAYOUTS)
    _layouts_counted_at = 0.0
    _next_layout: Timer | None = None

    def allow_layouts(self) -> None:
        """Lay out as often as asked for a while, for there is a reason to."""
        self._layouts_left = MOST_LAYOUTS

    def _refresh_layout(self, size: Size | None = None, scroll: bool = False) -> None:
        del size
        if self._may_lay_out():
            super()._refresh_layout(self.app.size, scroll)
        elif self._next_layout is None:
            name = type(self).__name__
            log.error("%s is laid out without end; from now on ten times a second", name)
            self._next_layout = self.set_interval(1 / LAYOUTS_A_SECOND, self._lay_out_again)

    def _may_lay_out(self) -> bool:
        now = time.monotonic()
        earned = (now - self._layouts_counted_at) * LAYOUTS_A_SECOND
        self._layouts_left = min(self._layouts_left + earned, MOST_LAYOUTS)
        self._layouts_counted_at = now
        if self._layouts_left < 1:
            return False
        self._layouts_left -= 1
        return True

    def _lay_out_again(self) -> None:
        if self._layouts_left > MOST_LAYOUTS / 2 and self._next_layout is not None:
            self._next_layout.stop()
            self._next_layout = None
        self.refresh(layout=True)


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
        if not (self._paint_asked or LACKING):
            self._paint_asked = True
            self.call_later(self._gather)

    def _gather(self) -> None:
        if getattr(getattr(self.app, "terminal", None), "more_follows", False):
            self._paint_asked = False  # the last key of the burst asks again, or the clock paints
            return
        # What a widget wants painted it would say when it is idle, and so one after the other.
        for widget in self.walk_children(Widget):
            widget._check_refresh()
        self.call_later(self._paint)

    def _paint(self) -> None:
        self._paint_asked = False
        self._on_timer_update()
