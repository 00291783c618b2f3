"""What a terminal can do, from its size and the environment."""

import os

import pytest

from wallboard.domain.policy import Level
from wallboard.settings import AlarmSettings, Settings
from wallboard.ui.look.terminal_abilities import terminal_finding

SIZE = os.terminal_size((80, 24))
UTF8 = {"LC_ALL": "C.UTF-8"}


@pytest.mark.parametrize(
    ("environ", "facts", "words"),
    [
        (
            {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
            {"colours": 16_777_216, "inside": None, "clipboard": True},
            "16 million colours",
        ),
        ({"TERM": "xterm-256color"}, {"colours": 256}, "256 colours"),
        ({"TERM": "xterm"}, {"colours": 16}, "16 colours"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, {"colours": 0}, "no colours"),
        ({"TERM": "tmux-256color"}, {"inside": "tmux"}, "allow-passthrough"),
        ({"TERM": "screen", "STY": "1.pts"}, {"inside": "screen"}, "inside screen"),
        ({"TERM": "linux"}, {"clipboard": False, "signs": "console"}, "no clipboard"),
        ({"TERM": "xterm", "LC_ALL": "C"}, {"signs": "ascii"}, "plain ASCII"),
    ],
)
def test_what_the_environment_says_of_it(environ, facts, words):
    finding = terminal_finding(Settings(), SIZE, UTF8 | environ)
    assert finding.level is Level.OK
    assert facts.items() <= finding.facts.items()
    assert words in finding.sentence
    assert "80 columns and 24 rows" in finding.sentence


@pytest.mark.parametrize(
    ("environ", "desktop", "sequence", "words"),
    [
        ({"TERM": "foot"}, True, "osc777", "new alarms on the desktop by OSC 777"),
        ({"TERM": "xterm"}, True, "bell", "new alarms by the bell"),
        ({"TERM": "tmux-256color"}, "osc9", "osc9", "by OSC 9, if tmux has allow-passthrough on"),
        ({"TERM": "foot"}, False, None, "OSC 52"),
    ],
)
def test_it_says_how_new_alarms_reach_the_desktop_if_they_shall(environ, desktop, sequence, words):
    settings = Settings(alarm=AlarmSettings(desktop=desktop))
    finding = terminal_finding(settings, SIZE, UTF8 | environ)
    assert finding.facts["desktop"] == sequence
    assert words in finding.sentence
    assert ("new alarms" in finding.sentence) is bool(desktop)


@pytest.mark.parametrize(
    ("environ", "size", "words"),
    [
        ({"TERM": "dumb"}, SIZE, "set TERM"),
        ({}, SIZE, "set TERM"),
        ({"TERM": "xterm"}, os.terminal_size((27, 24)), "too small"),
        ({"TERM": "xterm"}, os.terminal_size((80, 8)), "too small"),
    ],
)
def test_a_terminal_that_cannot_show_the_board_is_a_warning(environ, size, words):
    finding = terminal_finding(Settings(), size, UTF8 | environ)
    assert finding.level is Level.WARNING
    assert words in finding.sentence


def test_without_a_terminal_there_is_nothing_to_complain_of():
    finding = terminal_finding(Settings(), None, {"TERM": "dumb"})
    assert finding.level is Level.OK
    assert finding.facts["columns"] is None


def test_nothing_in_the_environment_steers_the_terminal_that_is_told_of():
    from wallboard.domain.foreign_text import safe

    finding = terminal_finding(Settings(), SIZE, {"TERM": "x\x1b[2J"})
    assert safe(finding.sentence).isprintable()
