"""What a terminal sends to the whole board: all at once, in pieces, unasked, or for ever."""

import resource
import sys
import time
from contextlib import closing

import pytest
from test_terminals import Board
from waiting import PATIENCE_SECONDS

PAUSE_SECONDS = 0.3
"""How long a slow link may part what belongs together."""


@pytest.fixture
def board(tmp_path):
    with closing(Board(tmp_path, (100, 30)).started()) as board:
        yield board


def assert_alive(board):
    """The help opens, and the board ends in order with the terminal as it was."""
    end = time.monotonic() + PATIENCE_SECONDS
    while " Close" not in board.emulator.text:
        assert time.monotonic() < end, board.emulator.text
        # What was not finished may swallow a key, but not for long.
        board.send("?")
        board.read(1.0)
    board.send("\x03")
    assert board.status() == 0
    for mode in (b"?1016", b"?2048", b"?2004", b"?1006", b"?1049"):
        assert board.raw.rfind(b"\x1b[" + mode + b"h") <= board.raw.rfind(b"\x1b[" + mode + b"l")


TYPED = {
    "/1003\r": " 1 of 30 ",
    "/1003\r\r": "Back",
    "?q/1003\r": " 1 of 30 ",
    "/\x1b[200~1003\x1b[201~\r": " 1 of 30 ",
    "/1/g\r": "/1/g",
    "e/1003\r": "/1003",
    "e/1003\r\r2": "Request:",
    "\x10events\r": "ENTRY POINT",
    "\x10filter\r1003\r": " 1 of 30 ",
    "\r/refused\r": "/refused",
    "\r/g/e\r": "/g/e",
    "g-2h\r": "No recording: this board runs without one.",
    "v\x151000\rhello\rworld": "<question>hello</question>",
    "v\x15\x1b[200~one\ntwo\r\n  three\n\x1b[201~\r": "one two   three",
    "/\x1b[200~1003\n\x1b[201~\r": " 1 of 30 ",
    "\r/\x1b[200~one\ntwo\x1b[201~\r": "/one two",
    "tj\r?": "Help",
}
"""Keys in one write, and what is shown once each of them did what it does."""


@pytest.mark.parametrize("keys", TYPED, ids=ascii)
def test_keys_that_come_at_once_count_in_their_order(board, keys):
    board.send(keys)
    board.until(TYPED[keys])


def test_keys_that_come_before_the_first_picture_count_in_their_order(tmp_path):
    with closing(Board(tmp_path, (100, 30))) as board:
        end = time.monotonic() + PATIENCE_SECONDS
        while b"\x1b[?1049h" not in board.raw:
            assert time.monotonic() < end, board.raw
            board.read(0.02)
        board.send("/1003\r")
        board.until(" 1 of 30 ")


UNASKED = [
    "\x1b[?62;22c",
    "\x1b]11;rgb:0000/0000/0000\x1b\\",
    "\x1bP>|XTerm(370)\x1b\\",
    "\x1b_Gi=31;OK\x1b\\",
    "\x1b[8;30;100t",
    "\x1b[?2048;0$y",
    "\x1b[5;10R",
    "\x1b[<35;4;5M",
    "\x1b[13;1:3u",
    "\x1b[99~",
    "\x1b[1114112u",
]


def test_what_nobody_asked_for_changes_nothing_in_one_piece_or_two(board):
    before = board.emulator.text
    for sequence in UNASKED:
        board.send(sequence)
        half = max(2, len(sequence) // 2)
        board.send(sequence[:half])
        board.read(PAUSE_SECONDS)
        board.send(sequence[half:])
        board.read(PAUSE_SECONDS)
        board.until_quiet(0.1)
        assert board.emulator.text == before, sequence
    assert_alive(board)


def test_a_click_hits_what_is_under_it_though_the_terminal_reports_no_pixels(board):
    board.send("\x1b[?2048;2$y\x1b[48;30;100;0;0t")
    board.send("\x1b[<0;5;10M\x1b[<0;5;10m" * 2)
    board.until("Back")
    assert b"\x1b[?1016h" not in board.raw
    assert_alive(board)


def test_a_paste_that_the_line_has_no_room_for_rings_the_bell(board):
    board.send("/10")
    board.send("\x1b[200~" + "1" * 300 + "\x1b[201~")
    end = time.monotonic() + PATIENCE_SECONDS
    while b"\x07" not in board.raw:
        assert time.monotonic() < end, board.emulator.text
        board.read(0.05)
    board.send("03\r")
    board.until(" 1 of 30 ")


@pytest.mark.parametrize("end", ["1~", "", None], ids=["late", "lost", "never"])
def test_a_paste_that_does_not_end_does_nothing_and_is_soon_over(board, end):
    before = board.emulator.text
    board.send("\x1b[200~qmt?" + ("" if end is None else "\x1b[20"))
    board.read(0.4)
    board.send(end or "")
    board.until_quiet()
    assert board.emulator.text == before
    assert_alive(board)


def test_a_paste_beyond_all_bounds_does_nothing(board):
    before = board.emulator.text
    board.send("\x1b[200~")
    for _ in range(100):
        board.send("qmt?" * 1000)
        board.read(0)
    board.until_quiet(1.5)
    assert board.emulator.text == before
    assert_alive(board)


LEAVE_DESCRIPTORS = """
import os, resource, sys
_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 2000), most))
for _ in range(1030):
    os.set_inheritable(os.dup(0), True)
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_it_works_with_more_descriptors_left_open_than_select_can_take(tmp_path):
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if most != resource.RLIM_INFINITY and most < 2000:
        pytest.skip("so many descriptors may not be open here")
    board = Board(tmp_path, (100, 30), before=(sys.executable, "-c", LEAVE_DESCRIPTORS))
    with closing(board.started()):
        board.send("/1003\r")
        board.until(" 1 of 30 ")
        assert_alive(board)
