"""Which terminal this is, and what may be sent to it besides what it draws."""

import pytest

from wallboard.ui.app.desktop import MOST_TITLE, has_taskbar, has_title, title_sequence
from wallboard.ui.look.desktop_notice import BELL, desktop_notice, desktop_sequence
from wallboard.ui.look.terminal_program import Terminal, terminal_program

X = "xterm-256color"
KITTY = {"TERM": "xterm-kitty", "KITTY_WINDOW_ID": "1"}
GHOSTTY = {"TERM": "xterm-ghostty", "TERM_PROGRAM": "ghostty"}
WEZTERM = {"TERM": X, "TERM_PROGRAM": "WezTerm", "WEZTERM_PANE": "0"}
ITERM = {"TERM": X, "TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": "3.6.6"}
ITERM_BY_SSH = {"TERM": X, "LC_TERMINAL": "iTerm2", "LC_TERMINAL_VERSION": "3.5.14"}
WINDOWS = {"TERM": X, "WT_SESSION": "00000000-0000"}
CONEMU = {"TERM": X, "ConEmuANSI": "ON"}
FOOT = {"TERM": "foot-extra"}
RXVT = {"TERM": "rxvt-unicode-256color"}
KONSOLE = {"TERM": X, "KONSOLE_VERSION": "230800"}
OLD_VTE = {"TERM": X, "VTE_VERSION": "7802"}
NEW_VTE = {"TERM": X, "VTE_VERSION": "8003"}
VS_CODE_IN_KITTY = {"TERM": X, "TERM_PROGRAM": "vscode", "KITTY_WINDOW_ID": "1"}
CONSOLE = {"TERM": "linux"}
TMUX_IN_KITTY = {"TERM": "tmux-256color", "TERM_PROGRAM": "tmux", "TMUX": "/tmp/x,1,0",
                 "KITTY_WINDOW_ID": "1"}  # fmt: skip
TMUX_SOMEWHERE = {"TERM": "screen-256color", "TMUX": "/tmp/x,1,0"}
TMUX_IN_WINDOWS = {**TMUX_SOMEWHERE, "WT_SESSION": "0"}
SCREEN = {"TERM": "screen", "STY": "1.pts-0"}


@pytest.mark.parametrize(
    ("environ", "terminal", "sequence", "taskbar"),
    [
        (KITTY, Terminal.KITTY, "osc99", False),
        (GHOSTTY, Terminal.GHOSTTY, "osc777", True),
        (WEZTERM, Terminal.WEZTERM, "osc777", True),
        (ITERM, Terminal.ITERM, "osc9", True),
        (ITERM_BY_SSH, Terminal.ITERM, "osc9", False),
        (WINDOWS, Terminal.WINDOWS, "bell", True),
        (CONEMU, Terminal.CONEMU, "bell", True),
        (FOOT, Terminal.FOOT, "osc777", False),
        (RXVT, Terminal.RXVT, "osc777", False),
        (KONSOLE, Terminal.KONSOLE, "osc777", False),
        (OLD_VTE, Terminal.VTE, "bell", False),
        (NEW_VTE, Terminal.VTE, "bell", True),
        (VS_CODE_IN_KITTY, Terminal.OTHER, "bell", False),
        (CONSOLE, Terminal.OTHER, "bell", False),
        (TMUX_IN_KITTY, Terminal.KITTY, "osc99", False),
        (TMUX_SOMEWHERE, Terminal.OTHER, "bell", False),
        (TMUX_IN_WINDOWS, Terminal.WINDOWS, "bell", False),
        (SCREEN, Terminal.OTHER, "bell", False),
        ({}, Terminal.OTHER, "bell", False),
        ({"TERM": X, "VTE_VERSION": "much"}, Terminal.VTE, "bell", False),
        ({**ITERM, "TERM_PROGRAM_VERSION": "9" * 30}, Terminal.ITERM, "osc9", True),
        ({**ITERM, "TERM_PROGRAM_VERSION": ""}, Terminal.ITERM, "osc9", False),
    ],
)
def test_a_terminal_gets_what_it_is_known_to_take(environ, terminal, sequence, taskbar):
    assert terminal_program(environ) is terminal
    assert desktop_sequence(True, environ) == sequence
    assert has_taskbar(environ) is taskbar


def test_who_names_a_sequence_gets_that_one():
    for asked in ("osc9", "osc777", "osc99", "bell"):
        assert desktop_sequence(asked, KITTY) == asked


@pytest.mark.parametrize(
    ("sequence", "sent"),
    [
        ("osc9", "\x1b]9;Wall: DOWN\x07"),
        ("osc777", "\x1b]777;notify;Wall;DOWN\x07"),
        ("osc99", "\x1b]99;i=wallboard:d=0;Wall\x07\x1b]99;i=wallboard:p=body:u=2;DOWN\x07"),
        ("bell", BELL),
    ],
)
def test_a_message_in_each_form(sequence, sent):
    assert desktop_notice("Wall", "DOWN", sequence, KITTY) == sent


def test_a_multiplexer_is_asked_to_hand_it_on_and_hears_the_bell():
    plain = desktop_notice("Wall", "DOWN", "osc777", WEZTERM)
    doubled = plain.replace("\x1b", "\x1b\x1b")
    in_tmux = desktop_notice("Wall", "DOWN", "osc777", TMUX_IN_KITTY)
    assert in_tmux == f"\x1bPtmux;{doubled}\x1b\\\x07"
    assert desktop_notice("Wall", "DOWN", "osc777", SCREEN) == f"\x1bP{plain}\x1b\\\x07"
    assert desktop_notice("Wall", "DOWN", "bell", TMUX_SOMEWHERE) == BELL


@pytest.mark.parametrize("sequence", ["osc9", "osc777", "osc99"])
def test_foreign_text_neither_ends_a_sequence_nor_begins_another(sequence):
    evil = "a\x07\x1b]0;x\x9c\u202e\n;4;2;b" + "y" * 100_000
    empty = desktop_notice("", "", sequence, KITTY)
    sent = desktop_notice(evil, evil, sequence, KITTY)
    for control in "\x07\x1b\x9c\n\u202e":
        assert sent.count(control) == empty.count(control)
    assert sent.count(";") == empty.count(";")
    assert len(sent) < 500


def test_a_title_that_begins_like_a_command_of_a_terminal_is_none():
    assert "9;4;" not in desktop_notice("4;2;100", "x", "osc9", ITERM)


@pytest.mark.parametrize("environ", [KITTY, GHOSTTY, WINDOWS, FOOT, TMUX_SOMEWHERE, SCREEN, ITERM])
def test_these_have_a_title(environ):
    assert has_title(environ)


@pytest.mark.parametrize("term", ["linux", "dumb", "vt220", "ansi", "", "stterm"])
def test_others_may_print_it(term):
    assert not has_title({"TERM": term})


def test_foreign_text_in_a_title_is_short_and_harmless():
    sent = title_sequence("a\x07\x1b]0;x\x9c\u202e\nb" + "y" * 1000)
    assert sent.startswith("\x1b]2;a")
    assert [char for char in sent if not char.isprintable()] == ["\x1b", "\x07"]
    assert len(sent) <= MOST_TITLE + 5
