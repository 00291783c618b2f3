"""A small board for the pseudo-terminal tests: run as a script, it ends with the app's status."""

import logging
import os
import sys
import time
from pathlib import Path

from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding
from textual.strip import Strip
from textual.widget import Widget

from wallboard.ui.terminal.app import CellApp
from wallboard.ui.terminal.screen import PromptScreen

DARK = Style(color="#d0d0d0", bgcolor="#101820")
LIGHT = Style(color="#101820", bgcolor="#d0d0d0", bold=True)


class TornStyle(Style):
    """A style that fails when it is first asked."""

    failures = 1

    @property
    def bold(self) -> bool:
        if TornStyle.failures:
            TornStyle.failures -= 1
            raise ValueError("torn")
        return True


class Counter(Widget):
    DEFAULT_CSS = "Counter { width: 100%; height: 100%; }"
    count = 0
    busy = False
    style: Style = LIGHT

    def render_line(self, y: int) -> Strip:
        if self.busy:
            width = self.size.width
            text = f"row {y} frame {self.count} ".ljust(width, chr(97 + self.count % 26))
            return Strip([Segment(text[:width], LIGHT if self.count % 2 else DARK)])
        text = (f"count {self.count}", "界 wide │ cell")[y] if y < 2 else ""
        tail = " " * (self.size.width - 8 - len(text))
        return Strip(
            [Segment("tile    ", self.style), Segment(text, DARK), Segment(tail, DARK)]
        ).crop(0, self.size.width)


class Wavering(Widget):
    """Whatever its height, it wants another one."""

    DEFAULT_CSS = "Wavering { dock: bottom; width: 100%; height: 1; }"

    def on_resize(self) -> None:
        self.styles.height = 3 - self.size.height


class TinyApp(CellApp[None]):
    BINDINGS = (
        Binding("q", "quit", priority=True),
        Binding("ctrl+c", "quit", priority=True),
        Binding("ctrl+l", "redraw"),
        Binding("ctrl+z", "suspend_process"),
        Binding("plus", "count"),
        Binding("b", "busy"),
        Binding("f", "full"),
        Binding("s", "stick"),
        Binding("k", "stick_briefly"),
        Binding("w", "waver"),
        Binding("x", "tear"),
        Binding("p", "prompt"),
    )

    def get_default_screen(self) -> PromptScreen[None]:
        return PromptScreen()

    def compose(self) -> ComposeResult:
        yield Counter()

    def action_prompt(self) -> None:
        """Count without the clock that paints."""
        self.screen._update_timer.stop()
        self.action_count()
        self.screen.paint_soon()

    def action_count(self) -> None:
        counter = self.query_one(Counter)
        counter.count += 1
        counter.refresh()

    def action_tear(self) -> None:
        self.query_one(Counter).style = TornStyle(color="#101820", bgcolor="#d0d0d0")
        self.action_count()

    def action_full(self) -> None:
        self.query_one(Counter).busy = True
        self.action_count()

    def action_busy(self) -> None:
        self.action_full()
        self.set_interval(1 / 30, self.action_count)

    def action_stick(self) -> None:
        time.sleep(600)

    def action_stick_briefly(self) -> None:
        time.sleep(6)

    def action_waver(self) -> None:
        self.mount(Wavering())

    def post_display_hook(self) -> None:
        if progress := os.environ.get("TINY_APP_PROGRESS"):
            Path(progress).write_text(str(self.query_one(Counter).count))
        if frames := os.environ.get("TINY_APP_FRAMES"):
            with Path(frames).open("a") as file:
                file.write(".")


if __name__ == "__main__":
    if file := os.environ.get("TINY_APP_LOG"):
        logging.basicConfig(filename=file)
    app = TinyApp()
    app.run()
    sys.exit(app.return_code or 0)
