"""The terminal driver: outlives a vanished or blocked terminal and leaves a live one as it was."""

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
from wallboard.ui.terminal.ending import Ending, restore_blocked_terminal
from wallboard.ui.terminal.reader import InputReader
from wallboard.ui.terminal.settling import IN_TURN, Turns
from wallboard.ui.terminal.writer import TerminalWriter

log = logging.getLogger(__name__)

_POLL_SECONDS = 0.1
_CLOSE_SECONDS = 0.5

# The kitty protocol: keys that are told apart, all of them, with their text.
_KEYS_ON = "" if DISABLE_KITTY_KEY else "\x1b[>25u"
_KEYS_OFF = "\x1b[<u"


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
        self._suspended = self._continued = False
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self.generation = 0
        """Grows whenever what the terminal shows can no longer be known."""
        self.more_follows = False
        """Whether more has been typed than the app has been told yet."""
        self._turns = Turns(app, self._loop, self.exit_event)
        self._output: TerminalWriter | None = None
        self._sent_before = 0
        self._output_fileno = open_unblocked(terminal_fileno())
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
        self._output = TerminalWriter(self._output_fileno, self._on_lost)
        self._output.start()
        self._ending.install()
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
        self.write(f"\x1b[?1049h\x1b[?25l\x1b[?1004h\x1b[?2004h\x1b[?7l{_KEYS_ON}")
        self._enable_mouse_support()
        self._request_terminal_sync_mode_support()
        self.send_message(Resize.from_dimensions(self.terminal_size, None))

    def say_late(self, seconds: float) -> None:
        """Say over the picture that the board stands still, and let Ctrl-C be a signal.

        For the thread of a watchdog: the loop can do neither, nor hear a key.
        """
        attributes = attributes_of(self.fileno)
        if attributes is not None and self._output is not None:
            attributes[tty.LFLAG] |= termios.ISIG
            attributes[tty.CC][termios.VSUSP] = attributes[tty.CC][termios.VQUIT] = b"\0"
            set_attributes(self.fileno, attributes)
        self.generation += 1
        words = f" wallboard stands still for {seconds:.0f} s; Ctrl-C ends it "
        self.write(f"{_KEYS_OFF}\x1b[1;1H\x1b[m\x1b[7m{words[: self.terminal_size.width]}\x1b[m")

    def say_on_time(self) -> None:
        """Take back what ``say_late`` did; the loop paints again."""
        self._on_loop(self._take_back)

    def suspend(self) -> None:
        """Give the terminal back and stop this job, until it is continued in the foreground."""
        if self._former_stop == signal.SIG_IGN:
            return  # whoever started us cannot continue us
        self._suspended = True
        self.suspend_application_mode()
        self._stop_job()
        while not in_foreground(self.fileno):
            self._stop_job()
        self._suspended = False
        self.resume_application_mode()
        self.send_message(self.SignalResume())

    def _stop_job(self) -> None:
        """Stop all of this job, as the terminal itself would; returns once it is continued."""
        self._continued = False
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(0, signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, self._sigtstp_application)
        if not self._continued:
            # The system spares what was not started by a shell. tmux, screen and most others who
            # start a program on a terminal can continue it all the same.
            os.kill(os.getpid(), signal.SIGSTOP)

    def _sigtstp_application(self, *_: object) -> None:
        self._on_loop(self.suspend)

    def _sigcont_application(self, *_: object) -> None:
        self._continued = True
        if not self._suspended:
            self._on_loop(self._take_back)

    def _take_back(self) -> None:
        """Set the terminal up again: whoever stopped us may have left it in any state.

        Textual would begin anew beside what still runs, and take its own modes for the former ones.
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
            signal.signal(signal.SIGTSTP, self._former_stop)
            signal.signal(signal.SIGCONT, signal.SIG_DFL)
            self._ending.uninstall()

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except BaseException as error:  # noqa: BLE001 - a board that no key reaches must end
            cause = error if isinstance(error, Exception) else RuntimeError(repr(error))
            # Textual would end with exit status 0.
            self._on_loop(partial(self._app._handle_exception, cause))

    def run_input_thread(self) -> None:
        """Turn what the terminal sends into events, until told to stop or the terminal is gone."""
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
                # Whatever a terminal sends, the next key is heard.
                log.exception("What the terminal sent could not be understood")
                reader = InputReader()

    def _process(self, found: Sequence[Message]) -> None:
        for left, message in enumerate(found, 1 - len(found)):
            if self.exit_event.is_set():
                return
            self.more_follows = left < 0
            self.process_message(message)

    def send_message(self, message: Message) -> None:
        """Give the app a message; a key only when the one before it has had its effect."""
        if isinstance(message, IN_TURN):
            self._turns.give(message)
        else:
            super().send_message(message)

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
            set_attributes(self.fileno, self.attrs_before)
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
        """The size to draw in, in cells, at this moment."""
        return Size(*size_of(self._output_fileno))

    def _on_resize(self, _number: int, _frame: FrameType | None) -> None:
        self.generation += 1
        self.send_message(Resize.from_dimensions(self.terminal_size, None))

    def _enable_mouse_support(self) -> None:
        """Ask for buttons, wheel and drags; not for every move, which the link would carry.

        In cells: Textual never takes back its wish to have them in pixels, nor did who went before.
        """
        if self._mouse:
            self.write("\x1b[?1016l\x1b[?1000h\x1b[?1002h\x1b[?1006h")

    def _disable_mouse_support(self) -> None:
        if self._mouse:
            self.write("\x1b[?1016l\x1b[?1006l\x1b[?1002l\x1b[?1000l")
