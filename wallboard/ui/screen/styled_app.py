"""An app that is drawn in one of the themes, and can change to another while it runs."""

import asyncio
import gc
import logging
import os
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any, ClassVar, Protocol, runtime_checkable

from rich.console import Console
from textual import on
from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.screen import Screen
from textual.scrollbar import ScrollBar, ScrollBarRender

from wallboard.config.state_folder import state_folder
from wallboard.settings import Settings
from wallboard.threads import start_in_thread
from wallboard.ui.look import glyphs, lite
from wallboard.ui.look import theme as themes
from wallboard.ui.look.theme import BoardTheme, ThemeWatch
from wallboard.ui.look.theme_file import ThemeError
from wallboard.ui.picture.messages import Messages
from wallboard.ui.screen.copies import save_copy
from wallboard.ui.screen.garbage_collection import COLLECT_SECONDS, GarbageCollection
from wallboard.ui.terminal.app import CellApp
from wallboard.ui.terminal.key_sequences import TerminalBackground


class WholeCells(ScrollBarRender):
    """Textual's scroll bar in whole cells, which every terminal can show."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "] * 8


@runtime_checkable
class Restyles(Protocol):
    """A screen or widget that can change its theme."""

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme and draw with it from now on."""


def restyle(screens: Iterable[Screen[Any]], theme: BoardTheme) -> None:
    """Give a theme to every widget of these screens."""
    for screen in screens:
        for node in screen.walk_children(with_self=True):
            if isinstance(node, Restyles):
                node.restyle(theme)


log = logging.getLogger(__name__)

ScrollBar.renderer = WholeCells


class StyledApp(CellApp[None]):
    """Has a theme and glyphs, and follows edits of the theme's file."""

    CSS = "BoardScreen { background: $background; color: $foreground; }"

    def __init__(
        self, settings: Settings, asked: str | None, clock: Callable[[], float] = time.time
    ) -> None:
        """``asked`` is the theme picked on the board, if any; else the settings name it."""
        self._asked = lite.asked_theme(asked or settings.theme, settings)
        self._dark: bool | None = None
        theme, problem = themes.load_for(self._chosen_theme(), _colour_system())
        self.board_theme = with_glyphs(theme, settings)
        self.beyond_ascii = self.board_theme.glyphs.beyond_ascii
        super().__init__(ansi_color=True if self.board_theme.native else None)
        self.settings = settings
        self.most_colors = lite.most_colors(settings)
        self.register_theme(self.board_theme.textual)
        self.theme = self.board_theme.textual.name
        self._theme_watch = ThemeWatch(self._chosen_theme())
        self._theme_look: asyncio.Task[None] | None = None
        self.clock = clock
        self.messages = Messages(clock)
        self.garbage_collection = GarbageCollection()
        if problem:
            self.messages.add(problem)

    def run_to_end(self) -> int:
        """Run until the operator or a signal ends it; the exit status.

        Raises any other error that ended it, with a note of where its traceback is saved.
        """
        threading.excepthook = _log_broken_thread
        gc.freeze()  # what is loaded by now stays, and need not be walked at each collection
        try:
            self.run()
            error = self.ended_by
        except Exception as broken:  # noqa: BLE001 - raised again below
            error = broken
        if error is None:
            return self.return_code or 0
        log.error("The board ended unexpectedly", exc_info=error)
        with suppress(OSError):
            data = "".join(traceback.format_exception(error)).encode("utf-8", "backslashreplace")
            folder = state_folder(os.environ) / "tracebacks"
            path = save_copy(data, (type(error).__name__,), "txt", time.time(), folder)
            error.add_note(f"The traceback is in {path}")
        raise error

    def pop_screen(self) -> AwaitComplete:
        """Leave a screen."""
        self.garbage_collection.all_soon()
        return super().pop_screen()

    def on_mount(self) -> None:
        """Collect garbage between two paints from now on."""
        self.garbage_collection.begin()
        self.set_interval(COLLECT_SECONDS, self.garbage_collection.collect)

    async def on_unmount(self) -> None:
        """Leave the collector as it was found."""
        self.garbage_collection.end()

    def redraw_screens(self) -> None:
        """Draw every screen again; a subclass has the screens."""

    def use_theme_named(self, asked: str) -> None:
        """Draw everything in the theme that the config names."""
        self._asked = lite.asked_theme(asked, self.settings)
        theme, problem = themes.load_for(self._chosen_theme(), _colour_system())
        if problem and problem != theme.problem:
            self.messages.add(problem)
        self.use_theme(theme)

    @property
    def asked_theme(self) -> str:
        """The name of the theme in force, or ``auto``."""
        return self._asked if self._asked == themes.AUTO else self.board_theme.name

    def automatic_theme(self) -> BoardTheme:
        """The theme that ``auto`` chooses in this terminal."""
        colours = _colour_system()
        name = themes.choose(themes.AUTO, colours, dark=self._dark)
        return with_glyphs(themes.load_for(name, colours)[0], self.settings)

    @property
    def asks_background(self) -> bool:
        """Whether the theme depends on the background of the terminal."""
        return self._chosen_theme(dark=True) != self._chosen_theme(dark=False)

    @on(TerminalBackground)
    def take_background(self, message: TerminalBackground) -> None:
        """Use the theme for this background, unless another one was picked meanwhile."""
        before, self._dark = self._chosen_theme(), message.dark
        name = self._chosen_theme()
        if self.board_theme.name == before and name != before:
            self.use_theme(themes.load_or_fallback(name)[0])

    def _chosen_theme(self, *, dark: bool | None = None) -> str:
        known = self._dark if dark is None else dark
        return themes.choose(self._asked, _colour_system(), dark=known)

    def use_theme(self, theme: BoardTheme) -> None:
        """Draw everything in this theme."""
        if theme.problem:
            self.messages.add(theme.problem)
        theme = with_glyphs(theme, self.settings)
        self.board_theme = theme
        self.beyond_ascii = theme.glyphs.beyond_ascii
        if self._theme_watch.name != theme.name:
            self._theme_watch = ThemeWatch(theme.name)
        self.ansi_color = True if theme.native else None
        self.register_theme(theme.textual)
        if self.theme == theme.textual.name:
            self.refresh_css(animate=False)  # the same theme, edited
        self.theme = theme.textual.name
        restyle(self.screen_stack, theme)
        self.redraw_screens()

    def use_glyphs_and_colours(self) -> None:
        """Use the glyphs and colours that the settings allow."""
        self.most_colors = lite.most_colors(self.settings)
        self.use_theme(self.board_theme)
        self.repaint()

    def follow_theme(self) -> None:
        """Check for an edit of the theme's file, unless the last check still runs."""
        if self._theme_look is None or self._theme_look.done():
            self._theme_look = asyncio.create_task(self._look_at_theme(self._theme_watch))

    async def _look_at_theme(self, watch: ThemeWatch) -> None:
        """Apply an edit of the theme's file, or report why it cannot be used."""
        try:
            # The file may be on a machine that is away.
            found = await start_in_thread(watch.poll)
            if watch is self._theme_watch and self.is_running:
                self._take_edit(found)
        except Exception:  # a broken theme must not end the board
            log.exception("The edited theme could not be taken up")

    def _take_edit(self, found: BoardTheme | ThemeError | None) -> None:
        match found:
            case BoardTheme() as theme:
                self.use_theme(theme)
                self.messages.add_passing(f"Theme {theme.name!r} reloaded.")
            case ThemeError() as error:
                self.messages.add(f"{error} Still using the previous theme.")

    def show_or_print(self, text: str) -> None:
        """Show a message; if the app is about to end, print it afterwards."""
        self.messages.add(text)
        if self._exit:  # there is no public way to ask
            self.exit(self.return_value, self.return_code or 0, message=text)

    def get_key_display(self, binding: Binding) -> str:
        """The name of a key: a sign, or a word where the terminal lacks the sign."""
        shown = super().get_key_display(binding)
        return binding.key if self.beyond_ascii is not None and not shown.isascii() else shown


def _colour_system() -> str | None:
    return Console(force_terminal=True).color_system


def _log_broken_thread(broken: threading.ExceptHookArgs) -> None:
    # Standard error is not shown while the board is.
    name = broken.thread.name if broken.thread else "?"
    log.error("The thread %s broke down", name, exc_info=broken.exc_value)


def with_glyphs(theme: BoardTheme, settings: Settings) -> BoardTheme:
    """A theme with the glyphs and the kind of charts that the settings ask for."""
    return replace(theme, glyphs=glyphs.choose(settings.ascii), sweeps=settings.lite)
