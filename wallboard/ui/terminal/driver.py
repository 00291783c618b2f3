"""The terminal driver: outlives a vanished or blocked terminal and leaves a live one as it was."""

import contextlib
import os
import select
import shutil
import signal
import sys
import termios
from codecs import getincrementaldecoder
from collections.abc import Callable
from types import FrameType
from typing import Any

from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Resize
from textual.geometry import Size
from textual.message import Message

from wallboard.ui.terminal.ending import (
    Ending,
    discard_unread,
    open_unblocked,
    restore_blocked_terminal,
)
from wallboard.ui.terminal.writer import TerminalWriter

_READ_BYTES = 4096
_POLL_SECONDS = 0.1
_CLOSE_SECONDS = 0.5

MOST_CELLS = (1_000, 500)
"""Columns and lines that are drawn in at most: more than a wall of screens in the smallest type."""


class BoardDriver(LinuxDriver):
    """A Textual driver that ends within two seconds, whatever became of its terminal.

    SIGTERM, SIGINT, SIGHUP and the loss of the terminal end the app with ``return_code``
    ``128 + signal``.
    """

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self.generation = 0
        """Grows whenever what the terminal shows can no longer be known."""
        self._output: TerminalWriter | None = None
        self._sent_before = 0
        self._reported_size: Size | None = None
        self._output_fileno = open_unblocked(_terminal_fileno())
        if size is None:
            # Textual would begin with the size that the environment names.
            self._size = self.terminal_size
        self._ending = Ending(self._end_in_order, self._restore_by_force)

    @property
    def bytes_sent(self) -> int:
        """Bytes the terminal has taken since the driver was made."""
        return self._sent_before + (self._output.bytes_sent if self._output else 0)

    @property
    def pending(self) -> int:
        """Bytes written that the terminal has not taken yet."""
        return self._output.pending if self._output else 0

    def when_drained(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` once on the event loop, as soon as nothing is pending."""
        if self._output is not None:
            self._output.when_drained(lambda: self._on_loop(callback))

    def write(self, data: str) -> None:
        """Queue ``data``; dropped if the terminal is gone."""
        if self._output is not None:
            self._output.write(data)

    def start_application_mode(self) -> None:
        """Take the terminal over, at the start and after a suspension."""
        self.generation += 1
        self._output = TerminalWriter(self._output_fileno, self._on_lost)
        self._output.start()
        self._ending.install()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._writer_thread is not None:
            # Everything goes through the writer above; this one would only sit idle.
            self._writer_thread.stop()
            self._writer_thread = None
        # Textual would no longer listen once the terminal reports sizes, which may come late.
        signal.signal(signal.SIGWINCH, self._on_resize)

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was."""
        self.write("\x1b[m")
        super().stop_application_mode()

    def close(self) -> None:
        """Wait, not for long, until the terminal has taken everything; then let go of it."""
        super().close()
        if self._output is not None:
            output, self._output = self._output, None
            if not output.finish(_CLOSE_SECONDS):
                self._leave_blocked(output)
            self._sent_before += output.bytes_sent
        if not self._app.is_running:
            # A late Ctrl-Z must not bring the application screen back.
            self._auto_restart = False
            self._ending.uninstall()

    def run_input_thread(self) -> None:
        """Turn what the terminal sends into events, until told to stop or the terminal is gone."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        while not self.exit_event.is_set():
            readable, _, _ = select.select([self.fileno], [], [], _POLL_SECONDS)
            if readable:
                data = self._read()
                if not data:
                    self._on_input_end()
                    return
                for event in parser.feed(decode(data)):
                    self.process_message(event)
            for event in parser.tick():
                self.process_message(event)

    def process_message(self, message: Message) -> None:
        """Hand on what the terminal sent; a size it reports counts where there is no better one."""
        if isinstance(message, Resize):
            self._reported_size = message.size or None
            message = Resize.from_dimensions(self.terminal_size, message.pixel_size)
        super().process_message(message)

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, _READ_BYTES)
        except OSError:
            return b""

    def _on_input_end(self) -> None:
        # Without keys from a terminal the board may go on; without its terminal it may not.
        if self.input_tty:
            self._on_lost()

    def _on_lost(self) -> None:
        if self._output is not None:
            self._output.drop()
        self._ending.begin(signal.SIGHUP)

    def _end_in_order(self, status: int) -> None:
        self._on_loop(lambda: self._app.exit(return_code=status))

    def _on_loop(self, callback: Callable[[], None]) -> None:
        # The loop may have ended first; then there is nothing left to tell.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(callback)

    def _restore_by_force(self) -> None:
        if self.attrs_before is not None:
            with contextlib.suppress(OSError, termios.error):
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
        if self._output is not None:
            self._leave_blocked(self._output)

    def _leave_blocked(self, output: TerminalWriter) -> None:
        output.drop()
        discard_unread(self._output_fileno)
        # The chunk it may be stuck in goes out now, and must not come after the restoring.
        output.join(2 * _POLL_SECONDS)
        restore_blocked_terminal(self._output_fileno)

    @property
    def terminal_size(self) -> Size:
        """The size to draw in, in cells, at this moment.

        What the terminal itself says goes before what it reported and that before the environment,
        for only the first cannot be out of date. Standard output may be elsewhere.
        """
        known = _size_of(self._output_fileno) or self._reported_size or shutil.get_terminal_size()
        return Size(*map(min, known, MOST_CELLS))

    def _get_terminal_size(self) -> tuple[int, int]:
        return self.terminal_size

    def _on_resize(self, _number: int, _frame: FrameType | None) -> None:
        self.generation += 1
        size = self._get_terminal_size()
        self.send_message(Resize.from_dimensions(size, None))

    def _enable_mouse_support(self) -> None:
        """Ask for buttons, wheel and drags; not for every move, which the link would carry."""
        if self._mouse:
            self.write("\x1b[?1000h\x1b[?1002h\x1b[?1006h")

    def _disable_mouse_support(self) -> None:
        if self._mouse:
            self.write("\x1b[?1006l\x1b[?1002l\x1b[?1000l")


def _size_of(fileno: int) -> tuple[int, int] | None:
    """The size of a terminal, or ``None`` where it does not know, as a serial line."""
    try:
        columns, lines = os.get_terminal_size(fileno)
    except OSError:
        return None
    return (columns, lines) if columns and lines else None


def _terminal_fileno() -> int:
    """Where to draw: standard error, as Textual does, unless only standard output is a terminal."""
    for stream in (sys.__stderr__, sys.__stdout__):
        if stream is not None and stream.isatty():
            return stream.fileno()
    return sys.__stderr__.fileno() if sys.__stderr__ is not None else 2
