import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallboard.config.document import bare, line_of, lines_in, literal

TRICKY = '''# title = "no"
title = """
[not a header]
interval = 3 \\"""
""" # [neither]
"quoted key" = [
  1, # ]
  2,
]
a.b."c.d" = { x = 1, y = "]}" }

[ levels ]
'open' = "ok"
[[server]]
name = 'it''s' # '
[server.headers]
X = "#"
  [[server.entry_point]]
  id = 1
  [[server.entry_point]]
  id = 2
[[server]]
[[server.entry_point]]
id = 3
'''.replace("'it''s'", "'its'")


def lines(text):
    tomllib.loads(text)
    return lines_in(text)


def test_every_key_and_table_has_its_line_whatever_else_looks_like_one():
    assert lines(TRICKY) == {
        ("title",): 2,
        ("quoted key",): 6,
        ("a", "b", "c.d"): 10,
        ("levels",): 12,
        ("levels", "open"): 13,
        ("server", 0): 14,
        ("server", 0, "name"): 15,
        ("server", 0, "headers"): 16,
        ("server", 0, "headers", "X"): 17,
        ("server", 0, "entry_point", 0): 18,
        ("server", 0, "entry_point", 0, "id"): 19,
        ("server", 0, "entry_point", 1): 20,
        ("server", 0, "entry_point", 1, "id"): 21,
        ("server", 1): 22,
        ("server", 1, "entry_point", 0): 23,
        ("server", 1, "entry_point", 0, "id"): 24,
    }


def test_what_has_no_line_of_its_own_is_on_that_of_what_holds_it():
    found = lines(TRICKY)
    assert line_of(found, ("a", "b", "c.d", "y")) == 10
    assert line_of(found, ("quoted key", 1)) == 6
    assert line_of(found, ("server", 1, "url")) == 22
    assert line_of(found, ("nowhere",)) is None


KEYS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = st.recursive(
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(KEYS, VALUES, max_size=6))
def test_a_value_is_written_as_it_is_read_on_one_line_and_can_steer_no_terminal(document):
    written = [f"{bare(key)} = {literal(value)}" for key, value in document.items()]
    text = "\n".join(written)
    assert tomllib.loads(text) == document
    assert all(line.isprintable() for line in written)
    assert lines_in(text) == {(key,): number for number, key in enumerate(document, 1)}


@pytest.mark.parametrize("text", ["", "\n\n", "# only this", "\r\ntitle = 1\r\n"])
def test_hardly_anything_is_fine_too(text):
    assert lines(text) == ({("title",): 2} if "title" in text else {})
