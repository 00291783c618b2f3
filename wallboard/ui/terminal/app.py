"""An app that sends only the changed cells of each frame to the terminal."""

from typing import TYPE_CHECKING, Any

from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS, RenderableType
from textual import on
from textual.app import App, ReturnType
from textual.driver import Driver
from textual.events import Resize
from textual.screen import Screen

from wallboard.ui.terminal.painter import Painter
from wallboard.ui.terminal.private import LACKING
from wallboard.ui.terminal.resilience import Watchdog
from wallboard.ui.terminal.screen import CellScreen

if TYPE_CHECKING or not LACKING:
    from textual._compositor import ChopsUpdate, LayoutUpdate

    from wallboard.ui.terminal.driver import BoardDriver
    from wallboard.ui.terminal.resilience import survive_widget_errors

    survive_widget_errors()

_SYNC_START = "\x1b[?2026h"
_SYNC_END = "\x1b[?2026l"
_SYNC_CHARACTERS = 256
"""Shorter frames are painted faster than a terminal could show half of one."""

_FAULT_LIMIT = 3
_HOLD_SECONDS = 0.5


class CellApp(App[ReturnType]):
    """An ``App`` that sends only the cells that differ from what the terminal shows.

    Painting starts when the first layout is complete, or with ``release_paints`` if the class has
    ``RELEASE_PAINTS_WHEN_READY = False``; at the latest after half a second.
    """

    RELEASE_PAINTS_WHEN_READY = True

    paints_held = True
    """While true, frames are not sent."""
    beyond_ascii: frozenset[str] | None = None
    """The characters besides ASCII that the terminal can show; ``None`` for any."""
    most_colors = ColorSystem.TRUECOLOR
    """The largest colour system to use."""
    paint_faults = 0
    """Frames that had to be drawn by Textual; after three, all are."""

    _watchdog: Watchdog | None = None
    _painter: Painter | None = None
    _painted_generation = 0
    _paint_waits = False

    @property
    def setup_sequence(self) -> str:
        """What to send when the terminal is set up, before anything else."""
        return ""

    @property
    def restore_sequence(self) -> str:
        """What to send when the terminal is given back, whatever became of it."""
        return ""

    @property
    def asks_background(self) -> bool:
        """Whether to ask the terminal for its background; it answers ``TerminalBackground``."""
        return False

    def get_driver_class(self) -> type[Driver]:
        """The board's driver, unless the environment selects another."""
        from textual.constants import DRIVER
        from textual.drivers.linux_driver import LinuxDriver

        chosen = super().get_driver_class()
        if LACKING or chosen is not LinuxDriver or DRIVER is not None:
            return chosen
        return BoardDriver

    @property
    def terminal(self) -> "BoardDriver | None":
        """The driver with its ``bytes_sent`` and ``pending``; ``None`` without a terminal."""
        if LACKING or not isinstance(self._driver, BoardDriver):
            return None
        return self._driver

    @property
    def ended_by(self) -> Exception | None:
        """The error that ended the app, if neither ``exit`` nor a signal did."""
        if self._exception is None and self._return_code is None:
            return RuntimeError("the board ended by itself")
        return self._exception

    def _handle_exception(self, error: Exception) -> None:
        """End because of an error; the first one is ``ended_by``.

        Textual would print it with the values of all variables, and secrets are among them.
        """
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._close_messages_no_wait()

    def send_sequence(self, sequence: str) -> bool:
        """Send a sequence that draws nothing and leaves the cursor; false without a terminal.

        It is queued between frames, which are written whole.
        """
        if self._driver is None or self.is_headless:
            return False
        self._driver.write(sequence)
        return True

    def release_paints(self) -> None:
        """Start painting."""
        self.paints_held = False
        self._paint()

    def action_redraw(self) -> None:
        """Clear the terminal and paint everything again."""
        if self._painter is not None:
            self._painter.invalidate()
            self._paint()

    def action_suspend_process(self) -> None:
        """Go back to the shell until it continues this job."""
        if self.terminal is not None:
            self.terminal.suspend()

    def exchange_screen(self, screen: Screen[Any]) -> None:
        """Replace this screen by another, even if it is the first."""
        if not self.screen._result_callbacks:
            # Textual pops a callback of each replaced screen, but gives the first one none.
            self.screen._push_result_callback(self.screen, None)
        self.switch_screen(screen)

    def repaint(self) -> None:
        """Paint everything again with the current ``beyond_ascii`` and ``most_colors``."""
        self._forget()
        self.refresh()

    def _on_mount(self) -> None:
        if self.terminal is not None:
            self._watchdog = Watchdog(self.terminal.say_late, self.terminal.say_on_time)
            self._watchdog.start()
        self.set_timer(_HOLD_SECONDS, self._end_hold, name="paint hold limit")

    def _on_unmount(self) -> None:
        if self._watchdog is not None:
            self._watchdog.end()

    def _on_ready(self) -> None:
        if self.RELEASE_PAINTS_WHEN_READY:
            self.call_later(self.call_later, self._end_hold)

    def _end_hold(self) -> None:
        if self.paints_held:
            # What the first layout changed would wait for a beat of Textual's clock each.
            if isinstance(self.screen, CellScreen):
                self.screen.flush(self.release_paints)
            else:
                self.release_paints()

    async def _on_resize(self, event: Resize) -> None:
        """Use the current size, since the one in the event may be outdated.

        Paint also after a resize back to the same size.
        """
        driver, painter = self.terminal, self._painter
        if driver is not None:
            event.size = event.virtual_size = event.container_size = driver.terminal_size
            for shown in self.screen_stack:
                if isinstance(shown, CellScreen):
                    shown.allow_layouts()
        if driver is not None and painter is not None:
            same = (painter.width, painter.height) == event.size
            if same and driver.generation != self._painted_generation:
                self._paint()

    @on(Driver.SignalResume)
    def _repaint_after_stop(self) -> None:
        self._paint()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if (
            self.terminal is None
            or renderable is None
            or self._batch_count
            or not self.is_running
            or self.paint_faults >= _FAULT_LIMIT
        ):
            super()._display(screen, renderable)
            return
        try:
            taken = self._take(renderable)
            if taken:
                self._paint_frame()
        except Exception as error:  # noqa: BLE001 - a board that draws dearly beats one that died
            self._note_fault(error)
            taken = False
        if taken:
            self.post_display_hook()
        else:
            self._forget()
            super()._display(screen, renderable)

    def _take(self, renderable: RenderableType) -> bool:
        """Put a frame into the painter's grid; false if it is of another kind."""
        if isinstance(renderable, LayoutUpdate):
            region = renderable.region
            painter = self._painter_of_size(region.right, region.bottom)
            for y, strips in enumerate(renderable.strips, region.y):
                painter.put_line(y, region.x, strips)
            return True
        if isinstance(renderable, ChopsUpdate):
            known = self._painter
            size = (renderable.chop_ends[0][-1], len(renderable.chops))
            if known is not None and (known.width, known.height) == size:
                _put_chops(known, renderable)
                return True
            # The rest of the screen is not known here; a whole frame brings it, and this one with
            # it. Sent Textual's own way its text would not be made safe.
            self.refresh()
            return True
        return False

    def _painter_of_size(self, width: int, height: int) -> Painter:
        painter = self._painter
        if painter is None:
            name = self.console.color_system
            colors = COLOR_SYSTEMS[name] if name else ColorSystem.TRUECOLOR
            colors = min(colors, self.most_colors)
            painter = self._painter = Painter(width, height, colors, self.beyond_ascii)
        elif (painter.width, painter.height) != (width, height):
            painter.resize(width, height)
        return painter

    def _paint(self) -> None:
        """Paint outside a frame; if that fails, Textual's next full frame is painted."""
        try:
            self._paint_frame()
        except Exception as error:  # noqa: BLE001 - as in _display
            self._note_fault(error)
            self._forget()
            self.refresh()

    def _paint_frame(self) -> None:
        driver, painter = self.terminal, self._painter
        if driver is None or painter is None or self.paints_held or self._paint_waits:
            return
        if driver.pending:
            # A slow link: this frame and those that follow become one when it is ready.
            self._paint_waits = True
            driver.when_drained(self._on_drained)
            return
        if driver.generation != self._painted_generation:
            self._painted_generation = driver.generation
            painter.invalidate()
        frame = painter.paint() + self._park(painter)
        if self._sync_available and len(frame) > _SYNC_CHARACTERS:
            frame = _SYNC_START + frame + _SYNC_END
        if frame:
            driver.write(frame)

    def _park(self, painter: Painter) -> str:
        # Only an input method needs to know where the hidden cursor is.
        if not hasattr(self.focused, "cursor_screen_offset"):
            return ""
        x, y = self.cursor_position
        return painter.park(min(max(x, 0), painter.width - 1), min(max(y, 0), painter.height - 1))

    def _on_drained(self) -> None:
        self._paint_waits = False
        if self.is_running:
            self._paint()

    def _note_fault(self, error: Exception) -> None:
        self.paint_faults += 1
        if self.paint_faults == 1:
            self.log.error("A frame could not be painted cell by cell", cause=repr(error))

    def _forget(self) -> None:
        self._painter = None


def _put_chops(painter: Painter, update: "ChopsUpdate") -> None:
    for y, start, end in update.spans:
        for chop_end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            # Outside the spans the strip may be of a widget that another one covers.
            if strip is not None and x < end and chop_end > start:
                painter.put(y, x, strip)
