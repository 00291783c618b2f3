import os
import random

import pytest
from textual import events
from textual._xterm_parser import XTermParser

from wallboard.ui.terminal.reader import MOST_OF_PASTE, PAUSE_SECONDS, InputReader

SEQUENCES = int(os.environ.get("SEQUENCES", "30000"))
"""How many sequences the two tests with made-up ones try."""

SHORT, LONG = 0.09, 0.9
"""Pauses that part neither an ESC from what follows nor anything else that is unfinished."""

KEYS = {
    "\x1b[A": "up",
    "\x1bOB": "down",
    "\x1b[5~": "pageup",
    "\x1b[3$": "shift+delete",
    "\x1b[[A": "f1",
    "\x1bOP": "f1",
    "\x1b[25~": "f13",
    "\x1b[1;5C": "ctrl+right",
    "\x1b[1;2:1A": "shift+up",
    "\x1b[1;1:2B": "down",
    "\x1b[Z": "shift+tab",
    "\x1b[1;7t": "alt+ctrl+4",
    "\x1bx": "alt+x",
    "\x1b\x7f": "ctrl+w",
    "\x1b[13u": "enter",
    "\x1b[13;1:2u": "enter",
    "\x1b[27u": "escape",
    "\x1b[27;5;13~": "ctrl+enter",
    "\x1b[97u": "a",
    "\x1b[97;1;97u": "a",
    "\x1b[97;2u": "A",
    "\x1b[97;65u": "A",
    "\x1b[97;66u": "a",
    "\x1b[97:65;2u": "A",
    "\x1b[97:65:97;2;65u": "A",
    "\x1b[49:33;2u": "exclamation_mark",
    "\x1b[97;5u": "ctrl+a",
    "\x1b[97:65;5u": "ctrl+a",
    "\x1b[32;5u": "ctrl+space",
    "\x1b[0;;229u": "å",
    "\x1b[57414u": "enter",
    "\x1b[57400u": "1",
    "\x9b5~": "pageup",
}
"""What a terminal sends for one key, and which."""

NOT_KEYS = [
    "\x1b[?62;22c",
    "\x1b[>0;276;0c",
    "\x1bP!|00000000\x1b\\",
    "\x1bP>|XTerm(370)\x1b\\",
    "\x1bP1$r0m\x1b\\",
    "\x1b]11;rgb:0000/0000\x07",
    "\x1b]11;rgb:00000/0/0\x07",
    "\x1b]10;rgb:0000/0000/0000\x07",
    "\x1b]52;c;cXFx\x07",
    "\x1b]lA title\x1b\\",
    "\x1b_Gi=31;OK\x1b\\",
    "\x1b^a message\x1b\\",
    "\x1bXa string\x1b\\",
    "\x1b[8;30;100t",
    "\x1b[4;600;1000t",
    "\x1b[1t",
    "\x1b[?2048;2$y",
    "\x1b[48;30;100;0;0t",
    "\x1b[48;99999;99999:0;0;0t",
    "\x1b[5;10R",
    "\x1b[1;2R",
    "\x1b[0n",
    "\x1b[?1u",
    "\x1b[?2026;0$y",
    "\x1b[?2026;4$y",
    "\x1b[4;1$y",
    "\x1b[?997;1n",
    "\x1b[M q?",
    "\x1b[32;5;5M",
    "\x1b[<128;5;5M",
    "\x1b[<0;0;5M",
    "\x1b[<0;5;99999M",
    "\x1b[<0;-1;5M",
    "\x1b[13;1:3u",
    "\x1b[1;1:3A",
    "\x1b[3;5:3~",
    "\x1b[97;1:9u",
    "\x1b[97;999u",
    "\x1b[:u",
    "\x1b[u",
    "\x1b[3u",
    "\x1b[99~",
    "\x1b[55296u",
    "\x1b[57999u",
    "\x1b[1114112u",
    "\x1b[99999999999999999999u",
    "\x1b[0;;1114112u",
    "\x1b[<u",
    "\x1b[12;34;56z",
    "\x1b\\",
    "\x9b?62;22c",
    "\x9d11;rgb:0000\x9c",
]
"""What a terminal sends that nobody pressed: answers, reports, releases, nonsense."""

REPORTS = {
    "\x1b[I": "AppFocus",
    "\x1b[O": "AppBlur",
    "\x1b[<0;5;6M": "MouseDown",
    "\x1b[<0;5;6m": "MouseUp",
    "\x1b[<32;5;6M": "MouseMove",
    "\x1b[<65;1;1M": "MouseScrollDown",
    "\x1b]11;rgb:0000/0000/0000\x1b\\": "TerminalBackground",
    "\x1b]11;rgb:0000/0000/0000\x07": "TerminalBackground",
    "\x9d11;rgba:f/f/f/f\x9c": "TerminalBackground",
    "\x1b[?2026;2$y": "TerminalSupportsSynchronizedOutput",
}
"""What is neither, and by which message the board takes notice of it."""

RAISING = {
    "a release": "\x1b[13;1:3u",
    "an alternate key": "\x1b[97:65;2u",
    "a code out of range": "\x1b[1114112u",
    "a code beyond all numbers": "\x1b[99999999999u",
    "a text out of range": "\x1b[97;1;1114112u",
    "a text beyond all numbers": "\x1b[97;1;99999999999u",
    "a click on a terminal without pixels": "\x1b[48;30;100;0;0t\x1b[<0;5;5M",
    "a click on a terminal without cells": "\x1b[48;0;0;9;9t\x1b[<0;5;5M",
}

MADE_UP = {
    "an answer": "\x1b[?62;22c",
    "a terminal string": "\x1b]11;rgb:0/0/0\x1b\\",
    "a function key without a name": "\x1b[99~",
    "no code at all": "\x1b[u",
}


def said(found):
    """Keys by their names, and everything else by its kind, with the text of pastes."""
    return [
        event.key
        if isinstance(event, events.Key)
        else ("paste", event.text)
        if isinstance(event, events.Paste)
        else type(event).__name__
        for event in found
    ]


def heard(text, reader=None):
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
    return said((reader or InputReader()).feed(data))


def in_reads(pieces, rolls):
    """What is heard of these in reads of any size, with a pause in each or before it."""
    reader, found, unread = InputReader(), [], b""
    for piece in pieces:
        data = piece.encode()
        pause_at = rolls.randrange(len(data)) if rolls.random() < 0.5 else None
        for at, code in enumerate(data):
            if at == pause_at or rolls.random() < 0.2:
                found += reader.feed(unread)
                unread = b""
            if at == pause_at:
                found += reader.pause(rolls.uniform(0, SHORT if data[at - 1] == 0x1B else LONG))
            unread += bytes([code])
        if piece == "\x1b":
            found += reader.feed(unread) + reader.pause(0.2) + reader.pause(PAUSE_SECONDS)
            unread = b""
    return found + reader.feed(unread)


@pytest.mark.parametrize("sequence", KEYS, ids=ascii)
def test_a_key_is_the_key_that_was_pressed(sequence):
    assert heard(sequence) == [KEYS[sequence]]


@pytest.mark.parametrize("sequence", NOT_KEYS, ids=ascii)
def test_what_is_not_a_key_is_swallowed_whole(sequence):
    assert heard(sequence + "q") == ["q"]


@pytest.mark.parametrize("sequence", NOT_KEYS, ids=ascii)
def test_it_is_swallowed_wherever_it_is_split(sequence):
    data = sequence.encode()
    for at in range(2, len(data)):
        if data[at - 1 : at] == b"\x1b" and at < 3:
            continue
        reader = InputReader()
        found = reader.feed(data[:at]) + reader.pause(0.3) + reader.feed(data[at:], 0.01)
        assert said(found + reader.feed(b"q")) == ["q"], at


@pytest.mark.parametrize(
    "rest", ["[?62;22c", "[<128;5;5M", "[0n", "]12;rgb:0/0/0\x07", "_Gi=1;OK\x1b\\"]
)
def test_of_what_comes_late_after_its_escape_only_the_escape_is_heard(rest):
    reader = InputReader()
    assert heard("\x1b", reader) == []
    assert said(reader.pause(0.3)) == ["escape"]
    assert heard(rest + "q", reader) == ["q"]


def test_escape_is_heard_after_a_short_pause_and_keys_behind_it_are_keys():
    reader = InputReader()
    assert heard("\x1b", reader) == []
    assert 0 < reader.patience < 0.2
    assert said(reader.pause(reader.patience)) == ["escape"]
    assert heard("[", reader) == ["left_square_bracket"]
    assert heard("\x1b\x1b", reader) == ["escape"]
    assert said(reader.pause(1)) == ["escape"]


@pytest.mark.parametrize("sequence", REPORTS, ids=ascii)
def test_a_report_is_taken_notice_of(sequence):
    assert heard(sequence + "q") == [REPORTS[sequence], "q"]


@pytest.mark.parametrize("pixels", ["0;0", "600;1000"])
def test_a_click_is_in_cells_whatever_the_terminal_says_of_its_size(pixels):
    reports = f"\x1b[?2048;2$y\x1b[48;30;100;{pixels}t\x1b[<0;5;6M"
    (click,) = InputReader().feed(reports.encode())
    assert (click.x, click.y, click.button) == (4, 5, 1)


def test_a_control_key_is_heard_within_an_unfinished_sequence():
    assert heard("\x1b[12\x03") == ["ctrl+c"]
    assert heard("\x1b]0;x\x1b[A") == ["up"]


def test_bytes_that_are_no_text_are_no_keys():
    assert heard(b"\xff\xfeq\xc3") == ["q"]
    assert heard("\ue000\u2028q") == ["q"]


@pytest.mark.parametrize(
    "start", ["\x1b[", "\x1b[?20", "\x1bO", "\x1b]", "\x1bP", "\x1b[M", "\x1b[200~"]
)
def test_what_is_never_finished_is_given_up(start):
    reader = InputReader()
    heard(start, reader)
    assert reader.patience <= PAUSE_SECONDS
    reader.pause(PAUSE_SECONDS)
    assert heard("q", reader) == ["q"]


@pytest.mark.parametrize("start", ["\x1b]", "\x1bP", "\x1b[200~"])
def test_keys_come_through_an_unfinished_string_however_fast_they_are_pressed(start):
    reader = InputReader()
    heard(start, reader)
    found = [said(reader.feed(b"q", 0.1)) for _ in range(40)]
    assert found[-1] == ["q"]


def test_a_paste_is_whole_and_no_key():
    assert heard("\x1b[200~q\x1b[31m\r\nté\0xt\x1b[201~q") == [("paste", "q\x1b[31m\r\ntéxt"), "q"]
    assert heard("\x1b[200~\x1b[201~q") == ["q"]


def test_the_end_of_a_paste_may_come_in_two_pieces():
    reader = InputReader()
    assert heard("\x1b[200~x\x1b[20", reader) == []
    assert said(reader.pause(0.4)) == []
    assert heard("1~q", reader) == [("paste", "x"), "q"]


def test_a_paste_without_an_end_ends_after_a_pause_and_keeps_what_came():
    reader = InputReader()
    assert heard("\x1b[200~x\x1b[20", reader) == []
    assert said(reader.pause(PAUSE_SECONDS)) == [("paste", "x")]


def test_a_paste_that_goes_on_after_its_pause_is_no_key_either():
    reader = InputReader()
    heard("\x1b[200~some", reader)
    assert said(reader.pause(PAUSE_SECONDS)) == [("paste", "some")]
    assert heard("q" * 4096, reader) == []
    assert heard("q\x1b[201~q", reader) == [("paste", "q" * 4097), "q"]
    assert heard("q" * 100, reader) == ["q"] * 100


def test_a_paste_is_bounded_in_size_and_none_of_it_is_a_key():
    reader = InputReader()
    found = heard("\x1b[200~", reader)
    for _ in range(200):
        found += said(reader.feed(b"q" * 4096, 0.1))
    assert found == []
    assert heard("\x1b[201~q", reader) == [("paste", "q" * MOST_OF_PASTE), "q"]


@pytest.mark.parametrize("start", ["\x1b[", "\x1b]", "\x1b[?"])
def test_a_sequence_is_bounded_in_size(start):
    reader = InputReader()
    heard(start, reader)
    for _ in range(100):
        assert said(reader.feed(b"1" * 4096, 0.1)) == []
    assert len(reader._held) < 1000
    reader.pause(PAUSE_SECONDS)
    assert heard("q", reader) == ["q"]


def made_up_piece(rolls):
    """What a terminal sends for one thing, and what is heard of it."""
    kind = rolls.random()
    if kind < 0.25:
        key = rolls.choice("aqZ?/1\r\t\x03é界[]OP")
        return key, None
    if kind < 0.27:
        return "\x1b", ["escape"]
    if kind < 0.45:
        sequence = rolls.choice(list(KEYS))
        return sequence, [KEYS[sequence]]
    if kind < 0.7:
        return rolls.choice(NOT_KEYS), []
    if kind < 0.8:
        sequence = rolls.choice(list(REPORTS))
        return sequence, [REPORTS[sequence]]
    if kind < 0.9:
        final = rolls.choice("ckprxyz{|}")
        digits = "".join(rolls.choice("0123456789;:") for _ in range(rolls.randint(0, 20)))
        return f"\x1b[{rolls.choice('<=>?')}{digits}{rolls.choice(['', '$', ' '])}{final}", []
    text = "".join(rolls.choice("q?\r\x1b[~201é") for _ in range(rolls.randint(1, 30)))
    text = text.replace("\x1b[201~", "")
    while text and "\x1b[201~".startswith(text[-1]):
        text = text[:-1]
    return f"\x1b[200~{text}\x1b[201~", [("paste", text)] if text else []


@pytest.mark.parametrize("seed", range(4))
def test_of_made_up_input_the_keys_that_were_pressed_are_heard_and_no_others(seed):
    rolls = random.Random(seed)
    for _ in range(SEQUENCES // 4 // 20):
        pieces = [made_up_piece(rolls) for _ in range(20)]
        expected = [
            key for sequence, keys in pieces for key in (heard(sequence) if keys is None else keys)
        ]
        sequences = [sequence for sequence, _ in pieces]
        assert said(in_reads(sequences, rolls)) == expected, sequences


@pytest.mark.parametrize("seed", range(4))
def test_nonsense_raises_nothing_is_heard_alike_in_any_pieces_and_comes_to_an_end(seed):
    rolls = random.Random(seed)
    signs = [b"\x1b", b"\x1b[", b"\x1b]", b"\x1b[200~", b"\x1b[201~", b"\x1bO", b"\x1bP", b"\x1b\\"]
    signs += [bytes([code]) for code in range(256)]
    signs += [b";", b":", b"<", b"?", b"0", b"9", b"1114112", b"u", b"~", b"M", b"$y"] * 8
    for _ in range(SEQUENCES // 4):
        data = b"".join(rolls.choices(signs, k=rolls.randint(1, 12)))
        whole, parted = InputReader(), InputReader()
        found = whole.feed(data)
        # Where nothing pauses it does not matter what is read at once.
        in_parts = [event for code in data for event in parted.feed(bytes([code]))]
        assert said(found) == said(in_parts), data
        assert len(found) <= len(data)
        for _ in range(3):
            parted.pause(PAUSE_SECONDS)
        assert said(parted.feed(b"q")) == ["q"], data


@pytest.mark.parametrize("sequence", RAISING.values(), ids=list(RAISING))
def test_textual_still_raises_at(sequence):
    """Where it no longer does, the reader need not keep it away."""
    with pytest.raises((ValueError, OverflowError, ZeroDivisionError)):
        list(XTermParser().feed(sequence))


@pytest.mark.parametrize("sequence", MADE_UP.values(), ids=list(MADE_UP))
def test_textual_still_makes_keys_of(sequence):
    parser = XTermParser()
    found = list(parser.feed(sequence + "\x1b"))
    assert any(isinstance(event, events.Key) for event in found)


def test_textual_still_waits_for_ever_for_the_end_of_a_paste():
    parser = XTermParser()
    assert [*parser.feed("\x1b[200~x"), *parser.feed("\x1b[20"), *parser.tick()] == []
    parser._timeout_time = 0.0
    assert list(parser.tick()) != []
    assert not any(isinstance(event, events.Paste) for event in parser.feed("1~q"))


def test_textual_still_moves_the_mouse_by_where_the_cursor_is_said_to_be():
    (event,) = XTermParser().feed("\x1b[5;10R")
    assert isinstance(event, events.CursorPosition)


@pytest.mark.parametrize(
    ("colour", "dark"),
    [
        ("rgb:0000/0000/0000", True),
        ("rgb:1e1e/1e1e/2e2e", True),
        ("rgb:00/2b/36", True),
        ("rgb:ff/ff/ff", False),
        ("rgb:fdfd/f6f6/e3e3", False),
        ("rgba:f/f/f/f", False),
    ],
)
def test_a_terminal_says_whether_its_background_is_dark(colour, dark):
    (message,) = InputReader().feed(f"\x1b]11;{colour}\x1b\\".encode())
    assert message.dark is dark


def test_an_answer_without_end_takes_no_memory_and_hides_no_key():
    reader = InputReader()
    assert reader.feed(b"\x1b]11;rgb:" + b"0" * 1_000_000) == []
    assert len(reader._held) <= 256
    assert [event.key for event in reader.feed(b"q", PAUSE_SECONDS + 1)] == ["q"]
