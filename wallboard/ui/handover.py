"""The handover of the shift so far: read from the recording, shown, and copied."""

import logging
from collections.abc import Callable

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding
from textual.widget import Widget

from wallboard.recorder.errors import RecordingError
from wallboard.threads import start_in_thread
from wallboard.ui.look.text import safe
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.picture.view import View
from wallboard.ui.screen.copies import Copy
from wallboard.ui.screen.copying_screen import CopyingScreen
from wallboard.ui.widgets.key_bar import Hint
from wallboard.ui.widgets.lines import Lines, Page, word_wrapped

log = logging.getLogger(__name__)

_OF_A_POLL = frozenset({"copy_curl", "copy_bundle"})


class HandoverScreen(CopyingScreen):
    """The handover as text; a copy is also saved as a file."""

    AUTO_FOCUS = "Page"

    REACHED_BY = "handover"

    DEFAULT_CSS = "HandoverScreen > .heads { height: 1; }"

    MAIN_KEYS = (Hint(("copy_body",), "Copy and save"),)

    BINDINGS = [
        Binding("escape,backspace", "leave", "Back", show=False, id="back"),
        Binding("up,k", "scroll(-1)", "Up", show=False, id="up"),
        Binding("down,j", "scroll(1)", "Down", show=False, id="down"),
    ]

    def __init__(self, theme: BoardTheme, read: Callable[[], str], first: View) -> None:
        """``read`` reads the handover from the recording, and may take a while."""
        super().__init__(theme)
        self.view = first
        self._read = read
        self._text = ""
        self._state = "Reading the recording."
        self._heads = Lines(theme, "header", classes="heads")
        self._page = Page(theme)

    def parts(self) -> list[Widget]:
        """The title and the text."""
        return [self._heads, self._page]

    def on_mount(self) -> None:
        """Read it off the event loop."""
        self._draw()
        self.run_worker(self._load(), exit_on_error=False)

    def on_resize(self) -> None:
        """Wrap it for the new width."""
        super().on_resize()
        self.call_after_refresh(self._draw)

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme."""
        super().restyle(theme)
        self.call_after_refresh(self._draw)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is no poll to copy here."""
        return action not in _OF_A_POLL and super().check_action(action, parameters)

    def action_copy_body(self) -> None:
        """Copy the text, and save it."""
        text = self._text
        if text:
            self._copy(lambda: Copy("Handover", ("handover",), "md", text.encode(), text))
        else:
            self._say(self._state)

    def action_scroll(self, lines: int) -> None:
        """Go down or up by a line."""
        self._page.scroll_relative(y=lines, animate=False)

    async def _load(self) -> None:
        try:
            self._text = await start_in_thread(self._read)
        except RecordingError as error:
            self._state = f"Cannot read the recording: {error}."
        except Exception:
            log.exception("The handover could not be made")
            self._state = "Internal error in wallboard. Please report it."
        self._draw()

    def _draw(self) -> None:
        ui, width = self.theme_styles.ui, max(1, self.app.size.width - 3)
        base = ui["screen"]
        self._heads.put([[Segment(" Handover ", ui["title"] + self._heads.background)]])
        lines: list[list[Segment]] = []
        for line in (self._text or self._state).splitlines():
            style = base + Style(bold=True) if line.startswith("#") else base
            lines += [[Segment(f" {part}", style)] for part in word_wrapped(safe(line), width)]
        self._page.put(lines)
