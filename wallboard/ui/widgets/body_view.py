"""A long text to scroll and search in; only visible lines are highlighted."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.timer import Timer

from wallboard.frozen import frozen
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.widgets.lines import Scroller
from wallboard.ui.widgets.search import Match, SearchResult, SearchText

MOST_LINES = 100_000
"""Limit for bodies that are made of short lines."""

FIRST_LINES = 500
"""Lines that are laid out before anything is shown."""

SLICE_LINES = 2_000
SLICE_SECONDS = 0.02
"""The rest is laid out in slices, one each so many seconds."""

_ATTRIBUTE_LINE = re.compile(r"\s+[\w:.-]+\s*=")
_UNDERLINED = Style(underline=True)
_STRONG = Style(bold=True, underline=True)

Span = tuple[int, int, Style]


@frozen
class Stress:
    """Names of attributes and elements that are stressed with their values, and in which style."""

    names: tuple[str, ...]
    style: Style


class BodyView(Scroller):
    """Shows text with syntax highlighting and search matches."""

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme)
        self._lines: list[str] = []
        self._rest: Iterator[str] = iter(())
        self._whole = True
        self._slices: Timer | None = None
        self._width = 0
        self._search_text: SearchText | None = None
        self._wanted = ""
        self._found = SearchResult()
        self._current = 0
        self._marked: dict[int, list[tuple[int, int, int]]] = {}
        self._stress: Stress | None = None

    def stress(self, stress: Stress | None) -> None:
        """Stress some names with their values wherever they stand."""
        if stress != self._stress:
            self._stress = stress
            self.refresh()

    def put(self, lines: Iterable[str], *, width: int = 0, keep_place: bool) -> None:
        """Show these lines, laid out for ``width`` cells, from the top or the current position."""
        was_whole, before = self._whole, self._lines
        self._rest, self._whole, self._lines, self._width = iter(lines), False, [], width
        in_sight = self.scroll_offset.y + self.size.height if keep_place else 0
        self._take(max(FIRST_LINES, in_sight + 1))
        if not keep_place:
            self.scroll_to(y=0, animate=False, immediate=True)
            self.call_after_refresh(self._show_stressed)
        self._search_text = None
        if self._wanted:
            self._search()
        if not (was_whole and self._whole and before == self._lines):
            self._resize()
            self.refresh()
        self._go_on()

    def _show_stressed(self) -> None:
        """Scroll down to the first line that is stressed, if it is below the first page."""
        stress, height = self._stress, max(1, self.size.height)
        if stress is None or self.scroll_offset.y or self._wanted:
            return
        pattern = _named(stress.names)
        found = (i for i, line in enumerate(self._lines[:FIRST_LINES]) if pattern.search(line))
        line = next(found, 0)
        if line + len(stress.names) > height:
            self.scroll_to(y=line - height // 3, animate=False, immediate=True)

    def _take(self, count: int) -> None:
        """Add so many lines; at the limit, a line that says so."""
        self._lines += islice(self._rest, min(count, MOST_LINES - len(self._lines)))
        following = next(self._rest, None)
        if following is None:
            self._whole = True
        elif len(self._lines) < MOST_LINES:
            self._lines.append(following)
        else:
            sign = self.theme_styles.glyphs.ellipsis
            self._lines.append(f"{sign} only the first {MOST_LINES:,} lines are shown")
            self._whole = True

    def _go_on(self) -> None:
        """Schedule the next slice, so that keys are handled in between."""
        if self._slices is not None:
            self._slices.stop()
        self._slices = None if self._whole else self.set_timer(SLICE_SECONDS, self._lay_out_more)

    def _lay_out_more(self) -> None:
        if not self._whole:
            self._take(SLICE_LINES)
            self._resize()
            self._go_on()

    def _lay_out_all(self) -> None:
        if not self._whole:
            self._take(MOST_LINES)
            self._resize()

    def _resize(self) -> None:
        self.virtual_size = Size(self.size.width, len(self._lines))

    def action_scroll_end(self) -> None:
        """Go to the last line."""
        self._lay_out_all()
        super().action_scroll_end()

    @property
    def wanted(self) -> str:
        """The search text; empty without a search."""
        return self._wanted

    @property
    def match_words(self) -> str:
        """The number of the current match and of all: ``3/17``, ``3/17+`` where there are more."""
        count = len(self._found.matches)
        more = "" if self._found.complete else "+"
        return f"{self._current + 1 if count else 0}/{count}{more}"

    def look_for(self, wanted: str) -> None:
        """Mark every match, and go to the first one from the visible lines on."""
        self._wanted = wanted
        self._search()
        matches = self._found.matches
        top = self.scroll_offset.y
        place = bisect_left(matches, top, key=lambda match: match[0].line)
        self._current = place % len(matches) if matches else 0
        self._show_current()

    def go_to_match(self, step: int) -> None:
        """Go to the next or previous match, wrapping at the ends."""
        if count := len(self._found.matches):
            self._current = (self._current + step) % count
            self._show_current()

    def _search(self) -> None:
        self._lay_out_all()
        if self._search_text is None:
            self._search_text = SearchText(self._lines, self._width)
        self._found = self._search_text.find(self._wanted)
        self._current = max(0, min(self._current, len(self._found.matches) - 1))
        self._marked = {}
        for number, match in enumerate(self._found.matches):
            for line, start, stop in match:
                self._marked.setdefault(line, []).append((start, stop, number))

    def _show_current(self) -> None:
        if self._found.matches:
            self._scroll_into_sight(self._found.matches[self._current])
        self.refresh()

    def _scroll_into_sight(self, match: Match) -> None:
        line, height = match[0].line, max(1, self.size.height)
        if not self.scroll_offset.y <= line < self.scroll_offset.y + height:
            self.scroll_to(y=max(0, line - height // 3), animate=False, immediate=True)

    def render_line(self, y: int) -> Strip:
        """One highlighted line."""
        index = y + self.scroll_offset.y
        width = self.size.width
        base = self.theme_styles.ui["screen"]
        text = self._lines[index] if index < len(self._lines) else ""
        parts = [(part, self._style(kind, base)) for part, kind in highlighted(text)]
        stressed = overlaid(parts, self._stressed(text, base))
        segments = [Segment(" ", base)]
        segments += [Segment(*part) for part in overlaid(stressed, self._spans(index, base))]
        fill = Segment(" " * max(0, width - 1 - cell_len(text)), base)
        return Strip([*segments, fill]).crop(0, width)

    def _style(self, kind: str, base: Style) -> Style:
        return base + self.theme_styles.syntax[kind] if kind else base

    def _stressed(self, text: str, base: Style) -> list[Span]:
        if self._stress is None:
            return []
        style = base + self._stress.style
        if not self._stress.style.bgcolor and not self._stress.style.reverse:
            style += _STRONG
        return [(*match.span(), style) for match in _named(self._stress.names).finditer(text)]

    def _spans(self, index: int, base: Style) -> list[Span]:
        ui = self.theme_styles.ui
        other = base + ui["mark"] + _UNDERLINED
        return [
            (start, stop, ui["cursor"] if number == self._current else other)
            for start, stop, number in self._marked.get(index, [])
        ]


def overlaid(
    parts: Iterable[tuple[str, Style]], spans: Iterable[Span]
) -> Iterator[tuple[str, Style]]:
    """The parts of a line, with the style of each span over its characters."""
    waiting = iter(spans)
    span = next(waiting, None)
    place = 0
    for part, style in parts:
        end = place + len(part)
        while place < end:
            while span is not None and span[1] <= place:
                span = next(waiting, None)
            inside = span is not None and span[0] <= place
            border = end if span is None else min(end, span[1] if inside else span[0])
            yield part[place - end :][: border - place], span[2] if span and inside else style
            place = border


@lru_cache(maxsize=16)
def _named(names: tuple[str, ...]) -> re.Pattern[str]:
    """An attribute, an element, or a member of a JSON object, with its value."""
    name = "|".join(map(re.escape, names))
    return re.compile(
        rf"(?<![\w.:-])(?:{name})\s*=\s*(?:\"[^\"]*\"?|'[^']*'?)"
        rf"|<(?:[\w.-]+:)?(?:{name})(?:\s[^<>]*)?>[^<]*(?:</[^<>]*>)?"
        rf"|\"(?:{name})\"\s*:\s*(?:\"[^\"]*\"?|[^\s,}}\]]+)"
    )


@lru_cache(maxsize=2048)
def highlighted(line: str) -> list[tuple[str, str]]:
    """The tokens of a line of XML, HTML or JSON, each with its name in the theme's ``syntax``."""
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
