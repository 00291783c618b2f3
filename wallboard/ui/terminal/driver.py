"""The terminal driver: ends when the terminal is lost, and restores it at the end."""

import contextlib
import logging
import os
import select
import signal
import termios
import time
import tty
from collections.abc import Callable, Sequence
from functools import partial
from threading import Thread
from types import FrameType
from typing import Any

from textual.app import App
from textual.constants import DISABLE_KITTY_KEY
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Resize
from textual.geometry import Size
from textual.message import Message

from wallboard.ui.terminal.descriptor import (
    attributes_of,
    discard_unread,
    in_foreground,
    is_ready,
    open_unblocked,
    read_some,
    set_attributes,
    size_of,
    terminal_fileno,
)
from wallboard.ui.terminal.input_queue import QUEUED, InputQueue
from wallboard.ui.terminal.reader import InputReader
from wallboard.ui.terminal.shutdown import Shutdown, restore_blocked_terminal
from wallboard.ui.terminal.writer import TerminalWriter

log = logging.getLogger(__name__)

_POLL_SECONDS = 0.1
_CLOSE_SECONDS = 0.5
_STOP_SECONDS = 0.2
"""How long a stop of this process may take to come."""

# The kitty protocol: keys that are told apart, all of them, with their text.
_KEYS_ON = "" if DISABLE_KITTY_KEY else "\x1b[>25u"
_KEYS_OFF = "\x1b[<u"

_ASK_BACKGROUND = "\x1b]11;?\x1b\\"


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
        self._former_stop = signal.getsignal(signal.SIGTSTP)
        self._suspended = self._continued = self._set_up = False
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self.generation = 0
        """Incremented when the content of the terminal is no longer known."""
        self.more_follows = False
        """Whether more input is waiting for the app."""
        self._input_queue = InputQueue(app, self._loop, self.exit_event)
        self._output: TerminalWriter | None = None
        self._sent_before = 0
        self._output_fileno = open_unblocked(terminal_fileno())
        if size is None:
            # Textual would begin with the size that the environment names.
            self._size = self.terminal_size
        self._shutdown = Shutdown(self._end_in_order, self._restore_by_force)

    @property
    def bytes_sent(self) -> int:
        """Bytes written to the terminal so far."""
        return self._sent_before + (self._output.bytes_sent if self._output else 0)

    @property
    def pending(self) -> int:
        """Bytes queued for the terminal."""
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
        """Set the terminal up, at the start and after a suspension."""
        self._output = TerminalWriter(self._output_fileno, self._on_lost)
        self._output.start()
        self._shutdown.install()
        self.attrs_before = attributes_of(self.fileno)
        self._set_modes()
        signal.signal(signal.SIGWINCH, self._on_resize)
        self._key_thread = Thread(target=self._run_input_thread, name="terminal-input")
        self._key_thread.start()

    def _set_modes(self) -> None:
        self.generation += 1
        attributes = attributes_of(self.fileno)
        if attributes is not None:
            attributes[tty.IFLAG] = self._patch_iflag(attributes[tty.IFLAG])
            attributes[tty.LFLAG] = self._patch_lflag(attributes[tty.LFLAG])
            attributes[tty.CC][termios.VMIN] = 1
            set_attributes(self.fileno, attributes)
        if not self._set_up:
            self._set_up = True
            self.write(getattr(self._app, "setup_sequence", ""))
        self.write(f"\x1b[?1049h\x1b[?25l\x1b[?1004h\x1b[?2004h\x1b[?7l{_KEYS_ON}")
        self._enable_mouse_support()
        self._request_terminal_sync_mode_support()
        if getattr(self._app, "asks_background", False):
            self.write(_ASK_BACKGROUND)
        self.send_message(Resize.from_dimensions(self.terminal_size, None))

    def say_late(self, seconds: float) -> None:
        """Show that the loop is blocked, and make Ctrl-C a signal; for the watchdog thread."""
        attributes = attributes_of(self.fileno)
        if attributes is not None and self._output is not None:
            attributes[tty.LFLAG] |= termios.ISIG
            attributes[tty.CC][termios.VSUSP] = attributes[tty.CC][termios.VQUIT] = b"\0"
            set_attributes(self.fileno, attributes)
        self.generation += 1
        words = f" wallboard stands still for {seconds:.0f} s; Ctrl-C ends it "
        self.write(f"{_KEYS_OFF}\x1b[1;1H\x1b[m\x1b[7m{words[: self.terminal_size.width]}\x1b[m")

    def say_on_time(self) -> None:
        """Undo ``say_late`` once the loop runs again."""
        self._on_loop(self._set_up_again)

    def suspend(self) -> None:
        """Restore the terminal and stop this job until it is continued in the foreground."""
        if self._former_stop == signal.SIG_IGN:
            return  # whoever started us cannot continue us
        self._suspended = True
        self.suspend_application_mode()
        while self._stop_job() and not in_foreground(self.fileno):
            pass
        self._suspended = False
        self.resume_application_mode()
        self.send_message(self.SignalResume())

    def _stop_job(self) -> bool:
        """Stop this job as Ctrl-Z would; return when it is continued.

        False where no shell could continue it, as in a window or a login of its own: the system
        then does not stop it.
        """
        self._continued = False
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(0, signal.SIGTSTP)
        if not self._continued:
            time.sleep(_STOP_SECONDS)
        signal.signal(signal.SIGTSTP, self._sigtstp_application)
        return self._continued

    def _sigtstp_application(self, *_: object) -> None:
        self._on_loop(self.suspend)

    def _sigcont_application(self, *_: object) -> None:
        self._continued = True
        if not self._suspended:
            self._on_loop(self._set_up_again)

    def _set_up_again(self) -> None:
        """Set the terminal up again after a stop, which may have left it in any state.

        Textual would start a second input thread, and save its own modes as the original ones.
        """
        if self._output is None:
            return
        if not in_foreground(self.fileno):
            self.suspend()
            return
        self.write(f"{_KEYS_OFF}\x1b[?1049l")
        self._set_modes()
        self.send_message(self.SignalResume())

    def stop_application_mode(self) -> None:
        """Restore the terminal."""
        self.write("\x1b[m" + self._restore_sequence)
        self._set_up = False
        super().stop_application_mode()

    @property
    def _restore_sequence(self) -> str:
        sequence: str = getattr(self._app, "restore_sequence", "")
        return sequence

    def close(self) -> None:
        """Wait a moment for unsent output, then release the terminal."""
        super().close()
        if self._output is not None:
            output, self._output = self._output, None
            if not output.finish(_CLOSE_SECONDS):
                self._leave_blocked(output)
            self._sent_before += output.bytes_sent
        if not self._app.is_running:
            # A late Ctrl-Z must not restore the application screen.
            signal.signal(signal.SIGTSTP, self._former_stop)
            signal.signal(signal.SIGCONT, signal.SIG_DFL)
            self._shutdown.uninstall()

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except BaseException as error:  # noqa: BLE001 - a board that no key reaches must end
            cause = error if isinstance(error, Exception) else RuntimeError(repr(error))
            # Textual would end with exit status 0.
            self._on_loop(partial(self._app._handle_exception, cause))

    def run_input_thread(self) -> None:
        """Turn input into events until the app ends or the terminal is lost."""
        reader = InputReader()
        while not self.exit_event.is_set():
            began = time.monotonic()
            readable = is_ready(self.fileno, select.POLLIN, min(_POLL_SECONDS, reader.patience))
            waited = time.monotonic() - began
            data = read_some(self.fileno) if readable else None
            if data == b"":
                self._on_input_end()
                return
            try:
                self._process(reader.feed(data, waited) if data else reader.pause(waited))
            except Exception:
                # Input that cannot be parsed must not stop the keys after it.
                log.exception("What the terminal sent could not be understood")
                reader = InputReader()

    def _process(self, found: Sequence[Message]) -> None:
        for left, message in enumerate(found, 1 - len(found)):
            if self.exit_event.is_set():
                return
            self.more_follows = left < 0
            self.process_message(message)

    def send_message(self, message: Message) -> None:
        """Send the app a message; a key only after the one before it is handled."""
        if isinstance(message, QUEUED):
            self._input_queue.put(message)
        else:
            super().send_message(message)

    def _on_input_end(self) -> None:
        # The board may run without input, not without its terminal.
        if self.input_tty:
            self._on_lost()

    def _on_lost(self) -> None:
        if self._output is not None:
            self._output.drop()
        self._shutdown.begin(signal.SIGHUP)

    def _end_in_order(self, status: int) -> None:
        self._on_loop(lambda: self._app.exit(return_code=status))

    def _on_loop(self, callback: Callable[[], None]) -> None:
        # The loop may have ended.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(callback)

    def _restore_by_force(self) -> None:
        if self.attrs_before is not None:
            set_attributes(self.fileno, self.attrs_before)
        if self._output is not None:
            self._leave_blocked(self._output)

    def _leave_blocked(self, output: TerminalWriter) -> None:
        output.drop()
        discard_unread(self._output_fileno)
        # The chunk being written must not come after the restoring.
        output.join(2 * _POLL_SECONDS)
        restore_blocked_terminal(self._output_fileno, self._restore_sequence)

    @property
    def terminal_size(self) -> Size:
        """The current size in cells."""
        return Size(*size_of(self._output_fileno))

    def _on_resize(self, _number: int, _frame: FrameType | None) -> None:
        self.generation += 1
        self.send_message(Resize.from_dimensions(self.terminal_size, None))

    def _enable_mouse_support(self) -> None:
        """Ask for buttons, wheel and drags, not for every move; in cells, not in pixels."""
        if self._mouse:
            self.write("\x1b[?1016l\x1b[?1000h\x1b[?1002h\x1b[?1006h")

    def _disable_mouse_support(self) -> None:
        if self._mouse:
            self.write("\x1b[?1016l\x1b[?1006l\x1b[?1002l\x1b[?1000l")
