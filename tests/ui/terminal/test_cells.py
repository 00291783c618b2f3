import pytest

from wallboard.ui.terminal.cells import SUBSTITUTE, encoded_length, split


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("ab", ("a", "b")),
        ("界", ("界", "")),
        ("e\u0301x", ("e\u0301", "x")),
        ("\u0301x", ("x",)),
        ("👩\u200d💻!", ("👩\u200d💻", "", "!")),
        ("a\tb", ("a", SUBSTITUTE, "b")),
        ("\u2028", (SUBSTITUTE,)),
        ("a\u202eb\ufeff", ("a", "b")),
        ("\x1b\u0301", (SUBSTITUTE,)),
        ("", ()),
    ],
)
def test_text_is_cut_into_cells(text, cells):
    assert split(text) == cells


def test_a_pile_of_combining_characters_is_cut_short():
    (cell,) = split("a" + "\u0301" * 500)
    assert len(cell) == 8


def test_length_is_counted_in_bytes():
    assert encoded_length("a│") == 4
