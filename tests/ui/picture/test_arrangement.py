"""The arrangement of the board as a table, and what is made of damaged tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallboard.ui.picture.arrangement import DENSITIES, GROUPINGS, LONGEST_TEXT, SORTS, Arrangement

NAMES = st.text(max_size=20)
ARRANGEMENTS = st.builds(
    Arrangement,
    density=st.sampled_from(DENSITIES),
    sort=st.sampled_from(SORTS),
    descending=st.booleans(),
    grouping=st.sampled_from(GROUPINGS),
    filter=NAMES,
    faults_only=st.booleans(),
    theme=st.none() | NAMES,
    folded=st.frozensets(NAMES, max_size=5),
)
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(ARRANGEMENTS)
def test_a_table_keeps_the_whole_arrangement(state):
    assert Arrangement.from_table(state.to_table()) == state


def test_the_usual_arrangement_needs_no_words():
    assert Arrangement().to_table() == {}
    assert Arrangement.from_table({}) == Arrangement()


@given(st.dictionaries(st.sampled_from(list(Arrangement.__dataclass_fields__)) | st.text(), JUNK))
def test_junk_is_never_an_error(table):
    state = Arrangement.from_table(table)
    assert Arrangement.from_table(state.to_table()) == state


@pytest.mark.parametrize(
    "table",
    [
        {"density": "huge"},
        {"density": ["normal"]},
        {"sort": 1},
        {"grouping": None},
        {"descending": 1},
        {"faults_only": "true"},
        {"filter": 7},
        {"filter": "x" * (LONGEST_TEXT + 1)},
        {"theme": False},
        {"folded": "EMEA"},
        {"folded": ["EMEA", 1]},
        {"to_table": "x"},
        {"colour": "red"},
    ],
)
def test_what_cannot_be_used_is_as_usual_and_the_rest_is_kept(table):
    assert Arrangement.from_table(table) == Arrangement()
    kept = {"sort": "wait"} if "sort" not in table else {"density": "large"}
    assert Arrangement.from_table({**table, **kept}) == Arrangement(**kept)
