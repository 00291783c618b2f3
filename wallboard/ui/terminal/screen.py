"""Screens that are laid out for the current size, and can be painted at once."""

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
"""Layouts in a row before they are rate-limited."""

LAYOUTS_A_SECOND = 10

log = logging.getLogger(__name__)

if not LACKING:
    from textual._styles_cache import StylesCache

    # Its cache of 1,024 keeps as many caches of widgets that are long gone, with all their lines.
    _inner_outer = StylesCache.get_inner_outer.__wrapped__
    StylesCache.get_inner_outer = classmethod(lru_cache(1024)(_inner_outer))  # type: ignore[assignment, method-assign, arg-type]


class Attached(MessagePump):
    """Skips ``call_after_refresh`` once it is detached, which Textual does not."""

    def call_after_refresh(
        self,
        callback: Callable[..., object],
        *args: object,
        **kwargs: object,
    ) -> bool:
        """Call after the next refresh, if still attached."""
        return super().call_after_refresh(self._call, partial(callback, *args, **kwargs))

    def _call(self, callback: Callable[[], object]) -> object:
        return callback() if self.is_attached else None


class CellScreen(Attached, Screen[ScreenResultType]):
    """A ``Screen`` that is always laid out for the current size of its app.

    Textual lays out for the size in each event and posts it again, so two sizes in its queue would
    alternate for ever. A modal screen names this class last.
    """

    _layouts_left = float(MOST_LAYOUTS)
    _layouts_counted_at = 0.0
    _next_layout: Timer | None = None

    def allow_layouts(self) -> None:
        """Reset the limit of layouts."""
        self._layouts_left = MOST_LAYOUTS

    def flush(self, then: Callable[[], object]) -> None:
        """Paint all that has changed by now, at once and together."""
        if not LACKING:
            # Widgets would report their changes only when idle, one after the other.
            for widget in self.walk_children(Widget):
                widget._check_refresh()
        self.call_later(self._flush, then)

    def _flush(self, then: Callable[[], object]) -> None:
        if not LACKING:
            self._on_timer_update()
        then()

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
    """A ``Screen`` that can paint without waiting for Textual's timer."""

    _paint_asked = False

    def paint_soon(self) -> None:
        """Paint all changes after pending messages; once for keys that came in one burst."""
        if not (self._paint_asked or LACKING):
            self._paint_asked = True
            self.call_later(self._gather)

    def _gather(self) -> None:
        if getattr(getattr(self.app, "terminal", None), "more_follows", False):
            self._paint_asked = False  # the last key of the burst asks again, or the clock paints
            return
        self.flush(self._painted)

    def _painted(self) -> None:
        self._paint_asked = False
