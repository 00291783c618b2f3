"""Widgets that show given lines, with or without scrolling; only changed lines are repainted."""

import re
from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from wallboard.domain.foreign_text import spelled_out
from wallboard.report.evidence.raw import laid_out
from wallboard.ui.look.glyphs import Glyphs
from wallboard.ui.look.text import is_safe, safe, wrapped
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.terminal.screen import Attached


class Lines(Attached, Widget):
    """Shows a few lines of styled text, cut or padded to its width."""

    def __init__(self, theme: BoardTheme, part: str, **options: str) -> None:
        """``part`` is the theme's ``ui`` part that gives the background."""
        super().__init__(**options)  # type: ignore[arg-type]  # id and classes only
        self.theme_styles = theme
        self._part = part
        self._lines: list[list[Segment]] = []

    @property
    def background(self) -> Style:
        """The style of the background."""
        return self.theme_styles.ui[self._part]

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme; the caller of ``put`` draws the lines again."""
        self.theme_styles = theme
        self.refresh()

    def put(self, lines: Sequence[Sequence[Segment]]) -> None:
        """Show these lines; a changed number of lines changes the height of an ``auto`` widget."""
        before, after = self._lines, [list(line) for line in lines]
        self._lines = after
        if len(before) != len(after):
            self.refresh(layout=True)
            return
        width = self.size.width
        changed = [Region(0, y, width, 1) for y, line in enumerate(after) if line != before[y]]
        if changed:
            self.refresh(*changed)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many rows as there are lines."""
        return len(self._lines)

    def render_line(self, y: int) -> Strip:
        """One line on the background."""
        width = self.size.width
        segments = self._lines[y] if y < len(self._lines) else []
        return Strip(cut(segments, width, self.background, self.theme_styles.glyphs), width)


def cut(line: list[Segment], width: int, fill: Style, glyphs: Glyphs) -> list[Segment]:
    """The line in exactly ``width`` cells, cut with an ellipsis."""
    words = "".join(segment.text for segment in line) if width else ""
    if cell_len(words) <= width or cell_len(words.rstrip()) <= width:
        return Segment.adjust_line_length(line, width, fill)
    kept = Segment.adjust_line_length(line, width - 1, fill)
    return [*kept, Segment(glyphs.ellipsis, kept[-1].style if kept else fill)]


def split(
    left: list[Segment], right: list[Segment], width: int, fill: Style, glyphs: Glyphs
) -> list[Segment]:
    """A line with a part at each end; the left one is cut if both do not fit."""
    right_width = Segment.get_line_length(right)
    return [*cut(left, max(0, width - right_width), fill, glyphs), *right]


def word_wrapped(text: str, width: int) -> Iterator[str]:
    """The text in lines of at most ``width`` cells, broken at spaces if possible."""
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if cell_len(longer) <= width:
            line = longer
            continue
        if line:
            yield line
        *full, line = wrapped(word, max(1, width))
        yield from full
    yield line


_RAW_LINE = re.compile(r"[^\n]*+\n|[^\n]++")
_TAB = 4
_CONTROL_PICTURES = {code: 0x2400 + code for code in range(32)} | {127: 0x2421}


def pretty(body: bytes, width: int) -> Iterator[str]:
    """A body pretty-printed, in lines of at most ``width`` cells."""
    for line in laid_out(body, width):
        yield from wrapped(safe(line.expandtabs(_TAB)), width)


def raw(body: bytes, width: int) -> Iterator[str]:
    r"""A body as it is, in lines of at most ``width`` cells.

    Control characters show as pictures, others that cannot be shown as ``\uNNNN``, what is not
    UTF-8 as ``\xNN``. A line feed shows as ``␊`` and also ends the line.
    """
    text = body.decode("utf-8", "backslashreplace")
    for match in _RAW_LINE.finditer(text):
        line = match.group().translate(_CONTROL_PICTURES)
        if not line.isascii():
            line = "".join(char if is_safe(char) else spelled_out(char) for char in line)
        yield from wrapped(line, width)


class Scroller(ScrollView, can_focus=True, inherit_bindings=False):
    """Scrolls by pages and lines; arrow keys are left to subclasses."""

    DEFAULT_CSS = """
    Scroller { height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1;
               scrollbar-gutter: stable; background: $background; }
    """

    BINDINGS = [
        Binding("pageup,ctrl+b", "page_up", "Page up", show=False, id="page_up"),
        Binding("pagedown,ctrl+f", "page_down", "Page down", show=False, id="page_down"),
        Binding("home", "scroll_home", "Top", show=False, id="first"),
        Binding("end", "scroll_end", "Bottom", show=False, id="last"),
        Binding("K,shift+up", "scroll_up", "Line up", show=False, id="line_up"),
        Binding("J,shift+down", "scroll_down", "Line down", show=False, id="line_down"),
    ]

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__()
        self.theme_styles = theme

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme."""
        self.theme_styles = theme
        self.refresh()


class Page(Scroller):
    """Shows any number of lines; only visible ones are drawn."""

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme)
        self._lines: list[list[Segment]] = []

    def put(self, lines: Sequence[list[Segment]], *, keep_place: bool = True) -> None:
        """Show these lines, repainting only those that differ."""
        before, self._lines = self._lines, list(lines)
        if not keep_place:
            self.scroll_to(y=0, animate=False, immediate=True)
        if len(before) != len(self._lines):
            self.virtual_size = Size(self.size.width, len(self._lines))
            self.refresh()
            return
        top, width = self.scroll_offset.y, self.size.width
        changed = [
            Region(0, y - top, width, 1)
            for y in range(top, min(top + self.size.height, len(before)))
            if before[y] != self._lines[y]
        ]
        if changed:
            self.refresh(*changed)

    def render_line(self, y: int) -> Strip:
        """One line on the background."""
        index, width = y + self.scroll_offset.y, self.size.width
        segments = self._lines[index] if index < len(self._lines) else []
        fill = self.theme_styles.ui["screen"]
        return Strip(cut(segments, width, fill, self.theme_styles.glyphs), width)
