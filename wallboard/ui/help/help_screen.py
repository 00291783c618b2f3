"""The help: every key by screen, and the meaning of the signs."""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from wallboard.domain.policy import Verdict
from wallboard.query import FIELDS
from wallboard.ui.look.glyphs import Glyphs
from wallboard.ui.look.theme import FRAME, BoardTheme
from wallboard.ui.screen.keys import Group
from wallboard.ui.terminal.screen import CellScreen
from wallboard.ui.widgets.key_bar import KeyBar
from wallboard.ui.widgets.lines import Lines, word_wrapped

KEY_WIDTH = 16
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
        Binding("escape,question_mark,q,enter", "dismiss", "Close", id="close"),
        Binding("Q", "app.end", "Quit from any screen", show=False, id="quit_anywhere"),
        Binding("down,j", "scroll(1)", "Down", show=False, id="down"),
        Binding("up,k", "scroll(-1)", "Up", show=False, id="up"),
    ]

    def __init__(self, theme: BoardTheme, groups: Sequence[Group]) -> None:
        super().__init__()
        self.theme_styles = theme
        self._groups = groups

    def compose(self) -> ComposeResult:
        """One scrolling page, and the keys that leave it."""
        with VerticalScroll():
            yield Lines(self.theme_styles, "tile", id="help")
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
        if two:
            page.put(_side_by_side(sections, page.background))
        else:
            page.put([line for section in sections for line in section])

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
                for asked, what in _filters()
            ),
            [],
        ]
        yield [
            [Segment(" Signs", key_style)],
            *(_verdict_line(verdict, theme, base) for verdict in Verdict),
            [],
            *(
                [Segment(f"  {sign:<16}", key_style), Segment(f"  {words}", base)]
                for sign, words in _signs(theme.glyphs)
            ),
            [],
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


def _filters() -> list[tuple[str, str]]:
    """The syntax of filters."""
    fields = [f"{name}:" for name in FIELDS]
    half = (len(fields) + 1) // 2
    return [
        ("sales emea", "both, in name, id, group, server or verdict"),
        ("sales,billing", "one of them"),
        ("!sales", "not that; ! and a blank turn round the whole"),
        ('"a b"', "quotes keep blanks, commas and signs"),
        ("^sal.*[0-9]$", "an expression"),
        ("verdict:full", f"a field: {' '.join(fields[:half])}"),
        ("", f"{' '.join(fields[half:])}"),
        ("id:1000-1010", "ids from, to; or how an id begins"),
        ("level:critical", "of an event: what it led to"),
    ]


def _signs(glyphs: Glyphs) -> list[tuple[str, str]]:
    rising = glyphs.blocks[:: max(1, len(glyphs.blocks) // 3)]
    chart = f"{rising}{glyphs.gap}{glyphs.blocks[1]}  {glyphs.at_most}60s"
    return [
        (f"{glyphs.partial} partial", "some endpoint is failing or decides alone"),
        (f"{glyphs.contradiction} contradiction", "chatAllowed and checkEligibility disagree"),
        (f"{glyphs.lenient} lenient", "a body was not well formed"),
        ("12s old", "the last good answer is that old"),
        (chart, "est. wait, poll by poll; a gap is a failed poll"),
    ]
