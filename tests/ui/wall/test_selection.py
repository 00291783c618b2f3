"""What is selected is always there to be seen, whatever happens to the wall."""

from hypothesis import given
from hypothesis import strategies as st

from wallboard.domain.endpoint import EntryPointKey
from wallboard.ui.wall.arrange import Section
from wallboard.ui.wall.layout import Heading, lay_out
from wallboard.ui.wall.selection import Selection


def key(number):
    return EntryPointKey("s", number)


def layout(*groups: tuple[str, object], width=80, height=24, density="normal", folded=()):
    made = [
        Section(name, tuple(map(key, numbers)), {}, folded=name in folded)
        for name, numbers in groups
    ]
    return lay_out(made, width, height, density)


def items(of):
    return [item for row in of.rows for item in row.items]


NUMBERS = st.lists(st.integers(0, 40), unique=True, max_size=30)


@st.composite
def layouts(draw):
    numbers = draw(NUMBERS)
    cut = draw(st.integers(0, len(numbers)))
    groups = [("a", numbers[:cut]), ("b", numbers[cut:])]
    if draw(st.booleans()):
        groups = [("", numbers)] if numbers else []
    return layout(
        *groups,
        width=draw(st.integers(1, 200)),
        density=draw(st.sampled_from(["auto", "compact", "normal", "large"])),
        folded=draw(st.sets(st.sampled_from("ab"))),
    )


STEPS = st.one_of(
    st.tuples(st.just("move"), st.integers(-2, 2), st.integers(-2, 2)),
    st.tuples(st.just("jump"), st.integers(-90, 90)),
    st.tuples(st.just("seek"), st.sampled_from([-1, 1])),
    st.tuples(st.just("last")),
    st.tuples(st.just("release")),
    st.tuples(st.just("follow"), layouts()),
)


@given(layouts(), st.lists(STEPS, max_size=30))
def test_the_selected_item_is_always_in_the_layout_or_none(now, steps):
    selection = Selection()
    selection.follow(now)
    for step, *values in steps:
        if step == "follow":
            now = values[0]
            selection.follow(now)
        elif step == "seek":
            selection.seek(items(now), values[0], lambda item: isinstance(item, EntryPointKey))
        else:
            getattr(selection, step)(now, *values)
        if items(now):
            assert selection.item in items(now)
            assert selection.item in selection.row(now).items
        else:
            assert selection.item is None
            assert selection.row(now) is None


@given(layouts(), st.data())
def test_a_pinned_item_is_found_again_wherever_it_went(now, data):
    there = [item for item in items(now) if isinstance(item, EntryPointKey)]
    if not there:
        return
    wanted = data.draw(st.sampled_from(there))
    selection = Selection()
    selection.follow(now)
    selection.pin(wanted)
    selection.follow(layout(("", [])))
    others = [item.id for item in there if item != wanted]
    selection.follow(layout(("", others)))
    assert selection.item != wanted
    selection.follow(layout(("", [*others, wanted.id])))
    assert selection.item == wanted


def test_until_it_is_moved_it_is_the_first_entry_point_and_no_heading():
    selection = Selection()
    selection.follow(layout(("a", [3, 4])))
    assert selection.item == key(3)
    selection.follow(layout(("a", [4, 3])))
    assert selection.item == key(4)


def test_where_all_is_folded_a_heading_is_selected():
    selection = Selection()
    selection.follow(layout(("a", [1]), ("b", [2]), folded={"a", "b"}))
    assert selection.item == Heading("a")


def test_the_column_is_kept_through_rows_and_the_last_of_a_shorter_row_is_taken():
    now = layout(("", range(8)), width=120)
    selection = Selection()
    selection.follow(now)
    selection.move(now, 1, 0)
    selection.move(now, 1, 0)
    selection.move(now, 0, 1)
    assert selection.item == key(5)
    selection.move(now, 0, 1)
    assert selection.item == key(7)


def test_lines_are_walked_down_their_columns_and_across_to_the_next():
    now = layout(("", range(10)), width=160, height=3, density="compact")
    selection = Selection()
    selection.follow(now)
    ids = []
    for columns, rows in [(0, 1), (0, 1), (0, 1), (-1, 0), (-1, 0), (1, 0), (1, 0), (0, -1)]:
        selection.move(now, columns, rows)
        ids.append(selection.item.id)
    assert ids == [1, 2, 3, 0, 0, 3, 3, 2]


def test_seeking_goes_round_the_end_and_stays_where_nothing_is_wanted():
    now = layout(("", range(5)))
    selection = Selection()
    selection.follow(now)
    selection.seek(items(now), -1, lambda item: item.id in {1, 3})
    assert selection.item == key(3)
    selection.seek(items(now), 1, lambda item: item.id in {1, 3})
    assert selection.item == key(1)
    selection.seek(items(now), 1, lambda item: False)
    assert selection.item == key(1)


def test_an_item_that_is_gone_gives_its_place_to_the_next_one():
    selection = Selection()
    before = layout(("", [1, 2, 3, 4]))
    selection.follow(before)
    selection.move(before, 1, 0)
    selection.follow(layout(("", [1, 3, 4])))
    assert selection.item == key(3)
    selection.follow(layout(("", [1])))
    assert selection.item == key(1)
