"""Copies: the sequence by the rules of terminals, the file by those of a shared machine."""

import base64
import os
import re
import stat
from pathlib import Path

import pytest
from boards import NOW

from wallboard.ui.look.clipboard import MOST_BYTES, clipboard_sequence
from wallboard.ui.picture.messages import PASSING_SECONDS, Messages
from wallboard.ui.screen.copies import MOST_FILES, save_copy

XTERM = {"TERM": "xterm-256color"}
ROOT = Path(__file__).parents[3]


def payload(sequence):
    """The text in one plain sequence."""
    found = re.fullmatch(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", sequence)
    assert found, sequence
    return base64.b64decode(found[1], validate=True).decode()


@pytest.mark.parametrize("text", ["", "a", "two\nlines\r\n\ttab", "営業 é 📞", "\x1b[2J\x00"])
def test_a_terminal_gets_the_text_in_base64(text):
    sequence = clipboard_sequence(text, XTERM)
    assert payload(sequence) == text


def test_a_lone_surrogate_does_not_stop_the_rest():
    assert payload(clipboard_sequence("a\ud800b", XTERM)) == "a\\ud800b"


def test_tmux_gets_it_for_itself_and_for_the_terminal_around_it():
    plain = clipboard_sequence("text", XTERM)
    for environ in ({"TERM": "screen-256color", "TMUX": "/tmp/t,1,0"}, {"TERM": "tmux-256color"}):
        own, passed, rest = clipboard_sequence("text", environ).partition("\x1bPtmux;")
        assert (own, passed) == (plain, "\x1bPtmux;")
        assert rest.endswith("\x1b\\")
        inner = rest.removesuffix("\x1b\\")
        assert "\x1b" not in inner.replace("\x1b\x1b", "")
        assert inner.replace("\x1b\x1b", "\x1b") == plain


@pytest.mark.parametrize(
    "environ",
    [
        {"TERM": "screen", "STY": "1.pts"},
        {"TERM": "xterm", "STY": "1.pts"},
        {"TERM": "screen.xterm-256color"},
        {"TERM": "screen", "STY": "1.pts", "TMUX": "/tmp/t,1,0"},
    ],
)
def test_screen_gets_it_in_pieces_that_it_can_take(environ):
    text = "x" * 5_000
    sequence = clipboard_sequence(text, environ)
    pieces = re.findall(r"\x1bP(.*?)\x1b\\", sequence, re.DOTALL)
    assert sequence == "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
    assert max(len(f"\x1bP{piece}\x1b\\") for piece in pieces) <= 768
    assert len(pieces) > 8
    assert payload("".join(pieces)) == text


@pytest.mark.parametrize("term", ["linux", "dumb"])
def test_a_terminal_without_a_clipboard_gets_nothing(term):
    assert clipboard_sequence("text", {"TERM": term}) is None


def test_more_than_terminals_take_is_refused():
    most = clipboard_sequence("x" * MOST_BYTES, XTERM)
    assert len(most) <= 100_000
    with pytest.raises(ValueError, match="74995 bytes"):
        clipboard_sequence("x" * (MOST_BYTES + 1), XTERM)
    with pytest.raises(ValueError, match="bytes are more"):
        clipboard_sequence("é" * (MOST_BYTES // 2 + 1), XTERM)


def test_a_copy_is_named_for_what_it_is_and_readable_only_by_its_owner(tmp_path):
    folder = tmp_path / "state" / "copies"
    before = os.umask(0)
    try:
        path = save_copy(b"<a/>\xff", ("prod", "1000", "chatAllowed"), "xml", NOW, folder)
    finally:
        os.umask(before)
    assert path == folder / "2026-05-28T202640-prod-1000-chatAllowed.xml"
    assert path.read_bytes() == b"<a/>\xff"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_copies_of_one_second_do_not_replace_each_other(tmp_path):
    paths = [save_copy(b"%d" % n, ("a", "1"), "md", NOW, tmp_path) for n in range(3)]
    assert [path.read_bytes() for path in paths] == [b"0", b"1", b"2"]
    assert paths[2].name == "2026-05-28T202640-a-1-3.md"


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/root", "", ".", "..", "-rf", "a b;c\n\x1b[2J", "営業", "x" * 500]
)
def test_a_hostile_name_stays_in_the_folder(tmp_path, name):
    path = save_copy(b"", (name, "1000"), "xml", NOW, tmp_path)
    assert path.resolve().parent == tmp_path.resolve()
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,100}", path.name)
    assert [path] == list(tmp_path.iterdir())


def test_a_link_that_waits_under_the_name_is_not_followed(tmp_path):
    target = tmp_path / "target"
    folder = tmp_path / "copies"
    folder.mkdir()
    (folder / "2026-05-28T202640-a.md").symlink_to(target)
    assert save_copy(b"text", ("a",), "md", NOW, folder).name == "2026-05-28T202640-a-2.md"
    assert not target.exists()


def test_the_oldest_copies_go_and_other_files_stay(tmp_path):
    (tmp_path / "1999-my-own-notes.txt").touch()
    for second in range(MOST_FILES + 5):
        newest = save_copy(b"", ("a",), "md", NOW + second, tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert len(names) == MOST_FILES + 1
    assert "1999-my-own-notes.txt" in names
    assert newest.name in names
    assert "2026-05-28T202644-a.md" not in names
    assert "2026-05-28T202645-a.md" in names
    # A clock that was put back: what was copied just now is not what is forgotten.
    early = save_copy(b"", ("a",), "md", NOW - 500, tmp_path)
    assert early.exists()


def test_a_passing_notice_goes_by_itself_and_the_lasting_ones_stay():
    now = NOW
    messages = Messages(lambda: now)
    messages.add("lasting")
    messages.add_passing("first")
    messages.add_passing("second")
    assert messages.passing == "second"
    now += PASSING_SECONDS
    assert messages.passing == "second"
    now += 0.1
    assert messages.passing == ""
    assert len(messages.texts) == 1


def test_a_passing_notice_does_not_stay_for_ever_when_the_clock_is_put_back():
    now = NOW
    messages = Messages(lambda: now)
    messages.add_passing("sent")
    now -= 3600
    assert messages.passing == ""


def test_dismissing_clears_a_passing_notice_too():
    messages = Messages(lambda: NOW)
    messages.add_passing("sent")
    messages.clear()
    assert messages.passing == ""
