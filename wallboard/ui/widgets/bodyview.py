"""A long text to scroll in; only the lines on the screen are ever highlighted."""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from wallboard.ui.theme import BoardTheme

MOST_LINES = 100_000
"""More than any body within the size limit needs, unless it was made to be long."""

_ATTRIBUTE_LINE = re.compile(r"\s+[\w:.-]+\s*=")


class BodyView(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows lines of text in the colours of a markup language."""

    DEFAULT_CSS = """
    BodyView { height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1;
               scrollbar-gutter: stable; background: $background; }
    """

    # The arrows are not for scrolling here: they choose the endpoint.
    BINDINGS = [
        Binding("pageup,ctrl+b", "page_up", "Page up", show=False),
        Binding("pagedown,ctrl+f", "page_down", "Page down", show=False),
        Binding("home", "scroll_home", "Top", show=False),
        Binding("end", "scroll_end", "Bottom", show=False),
        Binding("K,shift+up", "scroll_up", "Line up", show=False),
        Binding("J,shift+down", "scroll_down", "Line down", show=False),
    ]

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__()
        self.theme_styles = theme
        self._lines: list[str] = []
        self._base = theme.ui["screen"]

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme; the reader stays where they are."""
        self.theme_styles = theme
        self._base = theme.ui["screen"]
        self.refresh()

    def put(self, lines: Iterable[str], *, keep_place: bool) -> None:
        """Show these lines, from the top or from where the reader is."""
        more = iter(lines)
        fresh = list(islice(more, MOST_LINES))
        if next(more, None) is not None:
            sign = self.theme_styles.glyphs.ellipsis
            fresh.append(f"{sign} and more: only the first {MOST_LINES:,} lines are shown")
        if not keep_place:
            self.scroll_to(y=0, animate=False, immediate=True)
        if fresh == self._lines:
            return
        self._lines = fresh
        self.virtual_size = Size(self.size.width, len(fresh))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One highlighted line."""
        index = y + self.scroll_offset.y
        width = self.size.width
        text = self._lines[index] if index < len(self._lines) else ""
        segments = [Segment(" ", self._base)]
        segments += [Segment(part, self._style(kind)) for part, kind in highlighted(text)]
        fill = Segment(" " * max(0, width - 1 - cell_len(text)), self._base)
        return Strip([*segments, fill]).crop(0, width)

    def _style(self, kind: str) -> Style:
        return self._base + self.theme_styles.syntax[kind] if kind else self._base


@lru_cache(maxsize=2048)
def highlighted(line: str) -> list[tuple[str, str]]:
    """The parts of a line of XML, HTML or JSON, each with its kind in the theme's ``syntax``."""
    if not line:
        return []
    lexer, kinds = _lexers()["json" if line.lstrip()[:1] in set('{}[]"') else "xml"]
    inside_a_tag = "<x" if _ATTRIBUTE_LINE.match(line) else ""
    parts = [
        (part, next((name for token, name in kinds if kind in token), "text"))
        for start, kind, part in lexer(inside_a_tag + line)
        if start >= len(inside_a_tag)
    ]
    return parts if "".join(part for part, _ in parts) == line else [(line, "text")]


@lru_cache(maxsize=1)
def _lexers() -> dict:  # type: ignore[type-arg]  # a private table of a library's own types
    from pygments.lexers.data import JsonLexer
    from pygments.lexers.html import XmlLexer
    from pygments.token import Token

    common = [
        (Token.Name.Attribute, "attribute"),
        (Token.Name.Tag, "tag"),
        (Token.Comment, "comment"),
        (Token.Literal.String, "value"),
        (Token.Punctuation, "punctuation"),
    ]
    return {
        "xml": (XmlLexer().get_tokens_unprocessed, [(Token.Comment.Preproc, "comment"), *common]),
        "json": (JsonLexer().get_tokens_unprocessed, [(Token.Name.Tag, "attribute"), *common]),
    }
