import pytest

from wallboard.domain.foreign_text import STEERED
from wallboard.ui.terminal.cells import encoded_length, split


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("ab", ("a", "b")),
        ("界", ("界", "")),
        ("e\u0301x", ("e\u0301", "x")),
        ("\u0301x", ("x",)),
        ("👩\u200d💻!", ("👩\u200d💻", "", "!")),
        ("a\tb", ("a", STEERED, "b")),
        ("\u2028", (STEERED,)),
        ("a\u202eb\ufeff", ("a", "b")),
        ("\x1b\u0301", (STEERED,)),
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
