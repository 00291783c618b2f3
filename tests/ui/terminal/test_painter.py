import hypothesis.strategies as st
import pytest
from emulator import Emulator, wanted_look, wanted_rows
from hypothesis import given, settings
from minimal import Terminal, minimal_bytes
from rich.color import ColorSystem
from rich.segment import ControlType, Segment
from rich.style import Style
from textual.strip import Strip

from wallboard.ui.terminal.painter import Painter

COLORS = [None, "#112233", "#445566", "#aabbcc"]
CLUSTERS = [*"ab │█é●界字→…☎", "  ", "e\u0301", "\U0001f1e9"]


def painter_of(width: int, height: int) -> Painter:
    return Painter(width, height, ColorSystem.TRUECOLOR)


def strip_of(*parts: tuple[str, Style | None]) -> Strip:
    return Strip([Segment(text, style) for text, style in parts])


styles = st.builds(
    Style,
    color=st.sampled_from(COLORS),
    bgcolor=st.sampled_from(COLORS),
    bold=st.booleans(),
    italic=st.booleans(),
    underline=st.booleans(),
    reverse=st.booleans(),
)
strips = st.lists(
    st.tuples(st.lists(st.sampled_from(CLUSTERS), max_size=8).map("".join), st.none() | styles),
    min_size=1,
    max_size=4,
).map(lambda parts: strip_of(*parts))
puts = st.tuples(st.just("put"), st.integers(0, 7), st.integers(0, 29), strips)
sizes = st.tuples(st.just("size"), st.integers(1, 30), st.integers(1, 8), st.none())
redraws = st.tuples(st.just("redraw"), st.just(0), st.just(0), st.none())
frames = st.lists(
    st.lists(st.one_of(puts, puts, puts, puts, sizes, redraws), max_size=8), min_size=1, max_size=6
)


@settings(max_examples=150)
@given(frames)
def test_the_terminal_shows_the_wanted_grid_after_any_frames(frames):
    painter = painter_of(30, 8)
    emulator = Emulator(30, 8)
    for frame in frames:
        for what, first, second, strip in frame:
            if what == "put":
                painter.put(first, second, strip)
            elif what == "size":
                painter.resize(first, second)
                emulator.screen.resize(second, first)
            else:
                painter.invalidate()
        emulator.feed(painter.paint())
        assert emulator.seen() == wanted_look(wanted_rows(painter))
        assert painter.paint() == ""


changes = st.lists(
    st.tuples(
        st.integers(0, 23),
        st.integers(0, 79),
        st.text("0123456789 ab│█", min_size=1, max_size=12),
        st.sampled_from(COLORS[1:]),
        st.sampled_from(COLORS[1:]),
        st.booleans(),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=100)
@given(st.lists(changes, min_size=1, max_size=4))
def test_sparse_changes_cost_little_more_than_the_cells_that_differ(frames):
    painter = painter_of(80, 24)
    emulator = Emulator(80, 24)
    base = Style(color="#ffffff", bgcolor="#112233")
    for y in range(24):
        painter.put(y, 0, strip_of(("tile " * 16, base)))
    emulator.feed(painter.paint())
    before, terminal = emulator.look(), Terminal()
    for frame in frames:
        for y, x, text, color, background, bold in frame:
            style = Style(color=color, bgcolor=background, bold=bold)
            painter.put(y, x, strip_of((text, style)))
        sent = painter.paint()
        emulator.feed(sent)
        after = emulator.look()
        # The first move of a frame starts from where the painter's cursor happens to be.
        assert len(sent.encode()) <= 1.5 * minimal_bytes(before, after, terminal) + 10
        before = after


def test_the_same_picture_costs_nothing_however_it_is_cut():
    painter = painter_of(20, 2)
    style = Style(color="#112233", bgcolor="#445566")
    painter.put(0, 0, strip_of(("waiting 12", style), ("agents 4  ", style)))
    assert painter.paint()
    painter.put(0, 0, strip_of(("waiting", style)))
    painter.put(0, 7, strip_of((" 12age", style)))
    painter.put(0, 13, strip_of(("nts 4  ", style)))
    assert painter.paint() == ""


def test_blanks_that_look_alike_are_not_sent_again():
    painter = painter_of(20, 1)
    painter.put(0, 0, strip_of((" " * 20, Style(color="#112233", bgcolor="#445566"))))
    painter.paint()
    painter.put(0, 0, strip_of((" " * 20, Style(color="#aabbcc", bgcolor="#445566", bold=True))))
    assert painter.paint() == ""


def test_a_change_of_foreground_sends_only_the_foreground():
    painter = painter_of(4, 1)
    painter.put(0, 0, strip_of(("ab", Style(color="#010203", bgcolor="#040506"))))
    painter.paint()
    painter.put(0, 0, strip_of(("ab", Style(color="#070809", bgcolor="#040506"))))
    assert painter.paint() == "\r\x1b[38;2;7;8;9mab"


def test_a_row_that_goes_blank_on_the_default_background_is_erased():
    painter = painter_of(40, 1)
    painter.put(0, 0, strip_of(("x" * 40, None)))
    painter.paint()
    painter.put(0, 0, strip_of((" " * 40, None)))
    assert painter.paint() == "\r\x1b[K"


def test_a_coloured_blank_row_is_sent_as_spaces():
    painter = painter_of(10, 1)
    painter.put(0, 0, strip_of((" " * 10, Style(bgcolor="#445566"))))
    assert painter.paint().endswith(" " * 10)


@pytest.mark.parametrize("hostile", ["\x1b", "\x07", "\r", "\n", "\x00", "\x7f", "\x9b", "\ud800"])
def test_a_character_that_steers_the_terminal_is_never_sent(hostile):
    painter = painter_of(10, 1)
    painter.paint()
    painter.put(0, 0, strip_of((f"a{hostile}[31mb", None), ("      ", None)))
    assert painter.paint() == "a\N{REPLACEMENT CHARACTER}\x1b[3G[31mb"


def test_characters_that_reorder_a_line_are_dropped():
    painter = painter_of(10, 1)
    painter.paint()
    painter.put(0, 0, strip_of(("ab\u202ecd\u2066", None)))
    assert painter.paint() == "abcd"


def test_control_segments_and_links_do_not_reach_the_terminal():
    painter = painter_of(10, 1)
    painter.paint()
    control = Segment("\x1b[2J", None, [(ControlType.CLEAR,)])
    link = Segment("link", Style(link="https://example.com"))
    painter.put(0, 0, Strip([control, link]))
    assert painter.paint() == "link"


def test_the_cursor_is_addressed_anew_after_a_character_of_doubtful_width():
    painter = painter_of(10, 1)
    painter.paint()
    painter.put(0, 0, strip_of(("☎x", None)))
    assert painter.paint() == "☎\x1b[2Gx"


@pytest.mark.parametrize(
    ("system", "codes"),
    [
        (ColorSystem.TRUECOLOR, "38;2;255;0;0"),
        (ColorSystem.EIGHT_BIT, "38;5;196"),
        (ColorSystem.STANDARD, "31"),
    ],
)
def test_colours_are_those_the_terminal_has(system, codes):
    painter = Painter(4, 1, system)
    painter.paint()
    painter.put(0, 0, strip_of(("x", Style(color="#ff0000"))))
    assert painter.paint() == f"\x1b[{codes}mx"


def test_parking_the_cursor_twice_sends_one_move():
    painter = painter_of(10, 5)
    painter.paint()
    assert painter.park(3, 2) == "\x1b[3;4H"
    assert painter.park(3, 2) == ""


def test_what_a_terminal_draws_wider_than_it_is_takes_nothing_from_its_neighbour():
    painter, emulator = painter_of(10, 1), Emulator(10, 1)
    for text in ("xab", "\U0001f1e9ab"):
        painter.put(0, 0, strip_of((text, None)))
        emulator.feed(painter.paint())
    assert [cell.text for cell in emulator.look()[0][:3]] == ["\U0001f1e9", "a", "b"]


def test_emoji_that_a_terminal_does_not_join_move_nothing_beside_them():
    painter, emulator = painter_of(12, 1), Emulator(12, 1)
    for style in (None, Style(bold=True)):
        painter.put(0, 0, strip_of(("👩\u200d👩\u200d👧", style), (" ab", None)))
        emulator.feed(painter.paint())
        assert [cell.text for cell in emulator.look()[0][2:5]] == [" ", "a", "b"]
