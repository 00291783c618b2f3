"""Where everything on the wall lies: arithmetic that never fails."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallboard.domain.endpoint import EntryPointKey
from wallboard.ui.picture.arrangement import DENSITIES as CHOICES
from wallboard.ui.wall.arrange import Section
from wallboard.ui.wall.layout import (
    COMPACT,
    DENSITIES,
    LARGE,
    NORMAL,
    READABLE,
    SMALLEST,
    TALLEST,
    WIDEST,
    Heading,
    lay_out,
    tallest,
)

WIDTHS, HEIGHTS = st.integers(0, 400), st.integers(0, 120)


@st.composite
def sections(draw):
    """Sections with names of their own, some folded, and entry points of their own."""
    names = draw(st.lists(st.text(min_size=1, max_size=3), unique=True, max_size=5))
    if not names and draw(st.booleans()):
        names = [""]
    number, made = 0, []
    for name in names:
        count = draw(st.integers(0, 30))
        keys = tuple(EntryPointKey("s", number + n) for n in range(count))
        number += count
        made.append(Section(name, keys, {}, folded=bool(name) and draw(st.booleans())))
    return tuple(made)


@given(sections(), WIDTHS, HEIGHTS, st.sampled_from(CHOICES))
def test_everything_that_is_not_folded_lies_somewhere_once(made, width, height, density):
    layout = lay_out(made, width, height, density)
    items = [item for row in layout.rows for item in row.items]
    shown = [one for section in made for one in section.shown]
    placed = [item for item in items if isinstance(item, EntryPointKey)]
    assert sorted(placed) == sorted(shown)
    assert [item for item in layout.rows.items if isinstance(item, EntryPointKey)] == shown
    assert layout.runs_down or placed == shown
    for item in items:
        assert item in layout.rows[layout.rows.number_of(item)].items
    named = [section.name for section in made if section.name]
    assert [item.section for item in items if isinstance(item, Heading)] == named


@given(sections(), WIDTHS, HEIGHTS, st.sampled_from(CHOICES))
def test_rows_follow_each_other_without_a_gap(made, width, height, density):
    layout = lay_out(made, width, height, density)
    y = 0
    for row in layout.rows:
        assert row.y == y
        y += row.height
    assert layout.height == y
    assert sum(layout.widths) == max(width, 1)


@given(sections(), WIDTHS, HEIGHTS, st.sampled_from(CHOICES), st.data())
def test_what_lies_under_a_cell_is_in_the_row_of_its_line(made, width, height, density, data):
    layout = lay_out(made, width, height, density)
    x, y = data.draw(st.integers(0, 420)), data.draw(st.integers(-3, layout.height + 3))
    number, item = layout.row_at(y), layout.item_at(x, y)
    if 0 <= y < layout.height:
        row = layout.rows[number]
        assert row.y <= y < row.y + row.height
        assert item is None or item in row.items
    else:
        assert number is None
        assert item is None


@given(st.integers(1, 300), WIDTHS, HEIGHTS)
def test_auto_draws_entry_points_as_large_as_they_all_fit(count, width, height):
    made = one_section(count)
    chosen = lay_out(made, width, height, "auto")
    sizes = {name: lay_out(made, width, height, name) for name in DENSITIES}
    if sizes["large"].density is LARGE and sizes["large"].height <= height:
        assert chosen.density is LARGE
    elif sizes["normal"].height <= height and sizes["normal"].shape.height >= READABLE:
        assert chosen.density is NORMAL
    elif sizes["compact"].height <= height:
        assert chosen.density is COMPACT
    assert chosen.height <= height or chosen.density is COMPACT


@given(st.integers(1, 300), WIDTHS, HEIGHTS)
def test_tiles_grow_until_the_screen_is_used(count, width, height):
    layout = lay_out(one_section(count), width, height, "normal")
    columns, rows = layout.shape.columns, -(-count // layout.shape.columns)
    assert SMALLEST <= layout.shape.height <= TALLEST
    if layout.height <= height:
        taller = rows * (layout.shape.height + 1) <= height
        assert not taller or layout.shape.height == TALLEST
        assert width // columns <= WIDEST
    else:
        assert layout.shape.height == NORMAL.height
        assert layout.shape.columns == max(1, width // NORMAL.least_width)


@given(st.integers(1, 300), st.integers(LARGE.least_width, 320), HEIGHTS)
def test_large_tiles_grow_until_they_say_all_and_the_screen_is_used(count, width, height):
    layout = lay_out(one_section(count), width, height, "large")
    columns, rows = layout.shape.columns, -(-count // layout.shape.columns)
    if layout.height <= height:
        taller = rows * (layout.shape.height + 1) <= height
        assert not taller or layout.shape.height == tallest(width // columns)
    else:
        assert layout.shape == (LARGE, width // LARGE.least_width, LARGE.height)


def one_section(count):
    return (Section("", tuple(EntryPointKey("s", n) for n in range(count)), {}),)


def test_lines_in_several_columns_run_down_one_screen_after_the_other():
    rows = lay_out(one_section(11), 2 * COMPACT.least_width, 4, "compact").rows
    ids = [[key.id for key in row.items] for row in rows]
    assert ids == [[0, 4], [1, 5], [2, 6], [3, 7], [8, 10], [9]]
    assert [key.id for key in rows.items] == list(range(11))


@pytest.mark.parametrize("density", DENSITIES.values(), ids=DENSITIES)
@given(width=st.integers(1, 400))
def test_a_column_is_as_wide_as_it_needs_to_be_unless_the_screen_is_narrower(density, width):
    widths = lay_out((), width, 10, density.name).widths
    assert len(widths) == 1 or min(widths) >= density.least_width
