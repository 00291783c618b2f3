"""Every density: exactly as wide as it is asked to be, and no figure is ever cut."""

import math
from dataclasses import replace
from unicodedata import category

import pytest
from boards import NOW
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from test_tile import DARK, NAMES, OPEN, SIGNS, STEERING, judgements, status_of, texts
from walls import parted

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.policy import Level
from wallboard.ui.screen.header_words import Polling
from wallboard.ui.wall.arrange import Section
from wallboard.ui.wall.columns import EDGE_AND_GAP, LEAST_NAME, columns_of
from wallboard.ui.wall.layout import COMPACT, LARGE, NORMAL, lay_out
from wallboard.ui.wall.rows import painter_of

NARROWEST = 26
PAINTERS = [
    (density, width, painter_of(density, replace(DARK, glyphs=signs), width))
    for density in (COMPACT, NORMAL, LARGE)
    for signs in SIGNS
    for width in (*range(NARROWEST, 130), 160, 199)
    if density is not LARGE or width >= LARGE.least_width
]


def assert_whole(strips, density, width):
    assert len(strips) == density.height
    for strip, line in zip(strips, texts(strips), strict=True):
        assert strip.cell_length == cell_len(line) == width
        assert not {category(char) for char in parted(line)} & STEERING


@settings(max_examples=300)
@given(
    judgements,
    st.sampled_from(PAINTERS),
    st.sampled_from(NAMES),
    st.integers(0, 10**19),
    st.lists(st.none() | st.floats(0), max_size=50),
    st.booleans(),
)
def test_any_judgement_can_be_drawn_in_any_density(judgement, how, name, number, waits, selected):
    density, width, painter = how
    status = status_of(judgement, name=name, number=number, waits=waits)
    assert_whole(painter.paint(status, NOW, selected=selected), density, width)


@pytest.mark.parametrize("wait", [math.inf, -math.inf, math.nan, -1.0, 5e-324, 1e9, 1e308])
@pytest.mark.parametrize("count", [-(10**18), -1, 10**18, 10**300])
def test_any_figures_can_be_drawn_in_any_density(wait, count):
    judgement = replace(OPEN, wait_seconds=wait, queue_depth=count, capacity=count)
    status = status_of(judgement, waits=[wait, None, wait])
    for density, width, painter in PAINTERS:
        assert_whole(painter.paint(status, NOW, selected=False), density, width)


@pytest.mark.parametrize("selected", [False, True])
def test_broken_ones_and_empty_places_have_their_size_too(selected):
    for density, width, painter in PAINTERS:
        assert_whole(painter.broken(status_of(), selected=selected), density, width)
        assert_whole(painter.blank(), density, width)


@pytest.mark.parametrize("signs", SIGNS, ids=lambda signs: signs.name)
def test_a_line_shows_a_figure_whole_or_not_at_all(signs):
    judgement = replace(OPEN, wait_seconds=86_400 * 9.5, queue_depth=4321, capacity=8765)
    whole = {"9d12h!", "4321!", "8765", "shown", "1000"}
    for width in range(NARROWEST, 130):
        painter = painter_of(COMPACT, replace(DARK, glyphs=signs), width)
        line = texts(painter.paint(status_of(judgement, name=""), NOW, selected=False))[0]
        figures = [word for word in line.split() if word[0].isdigit() or word.startswith("sh")]
        assert set(figures) <= whole, (width, line)


@pytest.mark.parametrize(
    ("width", "height", "count", "density"),
    [(200, 50, 4, LARGE), (120, 40, 20, NORMAL), (80, 24, 60, COMPACT), (40, 10, 60, COMPACT)],
)
def test_the_size_is_chosen_by_the_room_there_is(width, height, count, density):
    keys = tuple(EntryPointKey("prod", n) for n in range(count))
    layout = lay_out((Section("", keys, {}),), width, height, "auto")
    assert layout.density is density


def test_big_digits_need_their_room():
    sections = (Section("", (EntryPointKey("prod", 1),), {}),)
    assert lay_out(sections, LARGE.least_width, 24, "large").density is LARGE
    assert lay_out(sections, LARGE.least_width - 1, 24, "large").density is NORMAL


@pytest.mark.parametrize("width", range(COMPACT.least_width, 200))
def test_the_columns_of_a_line_take_exactly_its_room(width):
    judgement = replace(OPEN, partial=True, contradiction=True, lenient=True)
    painter = painter_of(COMPACT, DARK, width)
    line = texts(painter.paint(status_of(judgement), NOW, selected=False))[0]
    assert "≠" in line
    room = sum(column.width for column in columns_of(width))
    assert room == width - EDGE_AND_GAP


@pytest.mark.parametrize("width", [28, 40, 60])
def test_on_a_narrow_line_names_are_left_and_figures_give_way(width):
    names = [column for column in columns_of(width) if column.name == "name"]
    assert names[0].width >= LEAST_NAME


def test_how_polling_goes_is_said_in_whole_words():
    polling = Polling(Level.OK, "polling OK", "", "data 2s old", "1779 polls/min")
    usual, age = "polling OK, data 2s old", "data 2s old"
    assert polling.forms == (f"{usual}, 1779 polls/min", usual, age, "polling OK")
