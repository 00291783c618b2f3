"""The help: every key by screen, and the meaning of the signs."""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input

from wallboard.domain.policy import Level, Verdict
from wallboard.query_fields import FIELDS
from wallboard.ui.help.legend import legend
from wallboard.ui.look.theme import FRAME, BoardTheme
from wallboard.ui.screen.keys import Group
from wallboard.ui.terminal.screen import CellScreen
from wallboard.ui.widgets.input_lines import SearchLine
from wallboard.ui.widgets.key_bar import KeyBar
from wallboard.ui.widgets.lines import Lines, word_wrapped

KEY_WIDTH = 16
CONTEXT = 3
"""Lines above a match that are shown too."""

COLUMN = 68
"""Width of a column; two columns where they fit."""

Line = list[Segment]


class HelpScreen(ModalScreen[None], CellScreen[None]):
    """Shows groups of keys in the given order."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle; background: $background 60%; }
    HelpScreen:ansi { background: ansi_default; }
    HelpScreen > VerticalScroll { width: auto; max-width: 100%; height: auto; max-height: 100%;
                                  background: $surface;
                                  scrollbar-size-vertical: 1; scrollbar-gutter: stable; }
    HelpScreen:ansi > VerticalScroll { border: solid $primary; }
    HelpScreen #help { height: auto; }
    """

    AUTO_FOCUS = "VerticalScroll"

    BINDINGS = [
        Binding("q,question_mark,enter", "dismiss", "Close", id="close"),
        Binding("escape", "back", "End the search, or close", show=False, id="back"),
        Binding("slash", "search", "Find", key_display="/", id="search"),
        Binding("n", "match(1)", "Next match", show=False, id="next_match"),
        Binding("N", "match(-1)", "Previous match", show=False, id="previous_match"),
        Binding("home,g", "end(0)", "Top", show=False, id="first"),
        Binding("end,G", "end(1)", "Bottom", show=False, id="last"),
        Binding("Q", "app.end", "Quit from any screen", show=False, id="quit_anywhere"),
        Binding("down,j", "scroll(1)", "Down", show=False, id="down"),
        Binding("up,k", "scroll(-1)", "Up", show=False, id="up"),
    ]

    def __init__(self, theme: BoardTheme, groups: Sequence[Group]) -> None:
        super().__init__()
        self.theme_styles = theme
        self._groups = groups
        self._lines: list[Line] = []
        self._wanted = ""
        self._matches: list[int] = []
        self._match = 0
        self._line = SearchLine("find in the help")

    def compose(self) -> ComposeResult:
        """One scrolling page, and the keys that leave it."""
        with VerticalScroll():
            yield Lines(self.theme_styles, "tile", id="help")
        yield self._line
        yield KeyBar(self.theme_styles)

    def on_mount(self) -> None:
        """Fill the page."""
        self._fill()

    def on_resize(self) -> None:
        """Fill the page for the new width."""
        self._fill()

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme."""
        self.theme_styles = theme
        self._fill()

    def action_scroll(self, lines: int) -> None:
        """Go down or up by a line."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def _fill(self) -> None:
        room = self.app.size.width - 1 - (FRAME if self.theme_styles.native else 0)
        two = room > 2 * COLUMN
        width = COLUMN if two else min(COLUMN + 8, room)
        page = self.query_one("#help", Lines)
        page.styles.width = 2 * COLUMN if two else width
        sections = [_whole(lines, width, page.background) for lines in self._sections()]
        self._lines = [line for section in sections for line in section]
        if two:
            self._lines = _side_by_side(sections, page.background)
        self._search()

    def action_back(self) -> None:
        """End the search, or close the help."""
        if self._line.display or self._wanted:
            self._line.value = self._wanted = ""
            self._close_line()
            self._search()
        else:
            self.dismiss()

    def action_search(self) -> None:
        """Search as it is typed."""
        self._line.open(self._wanted)
        self.set_focus(self._line)

    def action_match(self, step: int) -> None:
        """Go to the next or previous match."""
        if self._matches:
            self._match = (self._match + step) % len(self._matches)
            self._search()

    def action_end(self, end: int) -> None:
        """Go to the top or the bottom."""
        page = self.query_one(VerticalScroll)
        page.scroll_to(y=end * page.max_scroll_y, animate=False)

    @on(Input.Changed)
    def _typed(self, message: Input.Changed) -> None:
        self._wanted, self._match = message.value.strip().casefold(), 0
        self._search()

    @on(Input.Submitted)
    def _close_line(self) -> None:
        self._line.display = False
        self.set_focus(self.query_one(VerticalScroll))

    def _search(self) -> None:
        """Mark the lines with what is searched for, and show the current one."""
        found = self.theme_styles.ui["cursor"]
        lines, self._matches = list(self._lines), []
        for number, line in enumerate(self._lines):
            text = "".join(segment.text for segment in line)
            if self._wanted and self._wanted in text.casefold():
                self._matches.append(number)
                lines[number] = [Segment(text, found)]
        self._match = min(self._match, max(0, len(self._matches) - 1))
        self.query_one("#help", Lines).put(lines)
        if self._matches:
            at = max(0, self._matches[self._match] - CONTEXT)
            self.query_one(VerticalScroll).scroll_to(y=at, animate=False)

    def _sections(self) -> Iterator[list[Line]]:
        """The sections of the page, each with title and trailing empty line."""
        theme, base = self.theme_styles, self.theme_styles.ui["tile"]
        key_style = theme.ui["key"] + base.background_style
        for group in self._groups:
            yield _keys_section(group, key_style, base)
        yield [
            [Segment(" Filter", key_style)],
            *(
                [Segment(f"  {asked:<{KEY_WIDTH}}", key_style), Segment(what, base)]
                for asked, what in filter_words()
            ),
            [],
        ]
        yield [
            [Segment(" Signs", key_style)],
            *(_verdict_line(verdict, theme, base) for verdict in Verdict),
            [],
        ]
        yield [
            [Segment(" Levels: edge of a tile, cell of a strip", key_style)],
            *(_level_line(level, theme, base) for level in reversed(Level)),
            [],
        ]
        for title, explained in legend(theme.glyphs):
            yield [
                [Segment(f" {title}", key_style)],
                *(
                    [Segment(f"  {sign:<16}", key_style), Segment(f"  {words}", base)]
                    for sign, words in explained
                ),
                [],
            ]


def _level_line(level: Level, theme: BoardTheme, base: Style) -> Line:
    shape = theme.shape(level) + base.background_style
    signs = f"{theme.glyphs.edges[level]} {theme.glyphs.strip[level] * 3}"
    return [
        Segment("  ", base),
        Segment(f"{signs:<16}", shape),
        Segment(f"  {level.label.upper()}", base),
    ]


def _keys_section(group: Group, key_style: Style, base: Style) -> list[Line]:
    lines: list[Line] = [[Segment(f" {group.title}", key_style)]]
    for keys, words in group.lines:
        padding = " " * max(1, KEY_WIDTH - cell_len(keys))
        lines.append([Segment(f"  {keys}{padding}", key_style), Segment(words, base)])
    return [*lines, []]


def _verdict_line(verdict: Verdict, theme: BoardTheme, base: Style) -> Line:
    chip = f" {theme.glyphs.verdict[verdict]} {verdict.label} "
    return [
        Segment("  ", base),
        Segment(f"{chip:<16}", theme.verdict[verdict]),
        Segment(f"  {verdict.meaning}", base),
    ]


def _side_by_side(sections: Sequence[list[Line]], base: Style) -> list[Line]:
    """The sections in two columns of about the same height."""
    half = sum(map(len, sections)) / 2
    left: list[Line] = []
    right: list[Line] = []
    for section in sections:
        fits = not right and len(left) + len(section) / 2 <= half
        (left if fits else right).extend(section)
    height = max(len(left), len(right))
    left += [[]] * (height - len(left))
    right += [[]] * (height - len(right))
    return [
        [*Segment.adjust_line_length(one, COLUMN, base), *other]
        for one, other in zip(left, right, strict=True)
    ]


def _whole(lines: Sequence[Line], width: int, base: Style) -> list[Line]:
    """The lines, wrapped with an indent."""
    whole: list[Line] = []
    for line in lines:
        before, last = line[:-1], line[-1] if line else Segment("")
        taken = Segment.get_line_length(before)
        if taken + last.cell_length <= width:
            whole.append(line)
            continue
        indent = taken + len(last.text) - len(last.text.lstrip())
        first, *others = word_wrapped(last.text.strip(), max(1, width - indent))
        whole.append([*before, Segment(" " * (indent - taken) + first, last.style)])
        whole += [[Segment(" " * indent, base), Segment(words, last.style)] for words in others]
    return whole


def filter_words() -> list[tuple[str, str]]:
    """The syntax of filters."""
    fields = [f"{name}:" for name in FIELDS]
    half = (len(fields) + 1) // 2
    return [
        ("sales emea", "both words, in name, id, group, server or verdict"),
        ("sales,billing", "either word"),
        ("!sales", "not that; ! and a blank invert the whole filter"),
        ('"a b"', "a phrase, with blanks and commas"),
        ("^sal.*[0-9]$", "a regular expression"),
        ("verdict:full", f"a field: {' '.join(fields[:half])}"),
        ("", f"{' '.join(fields[half:])}"),
        ("id:1000-1010", "a range of ids; or the first digits"),
        ("level:critical", "events: the level they led to"),
        ("alarm:unack", "the state of its alarm; or handled, chattering, old"),
        ("expected:open", "by its calendar; or closed, scheduled, outside, maintenance, nothing"),
    ]
