import hypothesis.strategies as st
from emulator import Emulator
from hypothesis import given

from wallboard.ui.terminal.escape_codes import address, move

rows, columns = st.integers(0, 23), st.integers(0, 79)


@given(rows, columns, rows, columns)
def test_a_move_ends_on_the_cell_and_is_never_longer_than_the_address(row, column, to_row, to):
    emulator = Emulator(80, 24)
    emulator.feed(address(row, column))
    sequence = move((row, column), to_row, to)
    emulator.feed(sequence)
    assert (emulator.screen.cursor.y, emulator.screen.cursor.x) == (to_row, to)
    assert len(sequence) <= len(address(to_row, to))


@given(rows, columns, rows, columns)
def test_a_move_from_an_unknown_column_ends_on_the_cell(row, column, to_row, to):
    emulator = Emulator(80, 24)
    emulator.feed(address(row, column))
    emulator.feed(move((row, None), to_row, to))
    assert (emulator.screen.cursor.y, emulator.screen.cursor.x) == (to_row, to)


def test_a_move_from_nowhere_is_an_address():
    assert move(None, 4, 6) == "\x1b[5;7H"
    assert move(None, 0, 0) == "\x1b[H"
