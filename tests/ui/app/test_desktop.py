"""What the terminal shows desktop of its text: title, taskbar and desktop, by the alarms."""

from dataclasses import replace
from types import MappingProxyType

import pytest
from alarmed import ANNA
from alarmed import alarm as alarm_in
from boards import NOW, made_board

from wallboard.domain.alarm import AlarmState
from wallboard.domain.policy import Level
from wallboard.settings import AlarmSettings
from wallboard.ui.app.desktop import (
    NOTICE_SECONDS,
    TASKBAR_CLEAR,
    TASKBAR_ERROR,
    TASKBAR_SECONDS,
    Desktop,
)
from wallboard.ui.picture.view import ReplayPosition, View

GHOSTTY = {"TERM": "xterm-ghostty"}
XTERM = {"TERM": "xterm-256color"}
CONSOLE = {"TERM": "linux"}


def alarm(number=None, state=AlarmState.UNACKNOWLEDGED, level=Level.CRITICAL):
    about = {"acknowledgement": ANNA} if state is AlarmState.ACKNOWLEDGED else {}
    return replace(alarm_in(number, state, **about), level=level)


def view_of(alarms=(), now=NOW, title="wallboard", **more):
    shown = {key: more.pop(key) for key in ("replay_position", "longest_interval") if key in more}
    snapshot = made_board(5).snapshot(NOW)
    found = MappingProxyType({one.key: one for one in alarms})
    return View(title, replace(snapshot, alarms=found, **more), now, **shown)


class Terminal:
    """A terminal of this environment, and what was sent to it."""

    def __init__(self, environ, **settings) -> None:
        self.settings = AlarmSettings(**settings)
        self.sent: list[str] = []
        self.desktop = Desktop(lambda: self.settings, self.sent.append, environ)

    def gets(self, view):
        """What a view makes it get."""
        self.sent.clear()
        self.desktop.update(view)
        return "".join(self.sent)


@pytest.mark.parametrize(
    ("view", "title"),
    [
        (view_of(), "2 CRIT – wallboard"),
        (view_of([alarm(1), alarm(2)], title="NOC"), "2 CRIT 2 new – NOC"),
        (view_of([alarm(1, AlarmState.ACKNOWLEDGED), alarm(2)]), "2 CRIT 1 new – wallboard"),
        (view_of([alarm(1)], blind_since=NOW), "NO NETWORK – wallboard"),
        (view_of(now=NOW + 300, longest_interval=10.0), "NO DATA – wallboard"),
        (view_of(replay_position=ReplayPosition(NOW, NOW, NOW)), "REPLAY – wallboard"),
        (view_of(title="a\x07\x1b]0;b"), "2 CRIT – a��]0;b"),
    ],
)
def test_the_title_is_the_worst_there_is_to_say(view, title):
    assert Terminal(XTERM).gets(view) == f"\x1b]2;{title}\x07"


def test_a_title_is_sent_once_and_again_after_the_terminal_was_given_back():
    terminal = Terminal(XTERM)
    assert terminal.gets(view_of())
    assert terminal.gets(view_of()) == ""
    assert terminal.gets(view_of([alarm(1)])) == "\x1b]2;2 CRIT 1 new – wallboard\x07"
    terminal.desktop.forget()
    assert terminal.gets(view_of([alarm(1)]))


def test_what_is_not_known_to_take_it_gets_nothing():
    terminal = Terminal(CONSOLE)
    assert terminal.gets(view_of([alarm(1)])) == ""
    assert (terminal.desktop.setup, terminal.desktop.restore) == ("", "")


def test_the_taskbar_has_its_colour_while_something_critical_is_unacknowledged():
    terminal = Terminal(GHOSTTY)
    assert TASKBAR_ERROR not in terminal.gets(view_of([alarm(1, level=Level.WARNING)]))
    assert TASKBAR_ERROR in terminal.gets(view_of([alarm(1)]))
    assert TASKBAR_ERROR not in terminal.gets(view_of([alarm(1)], now=NOW + 1))
    assert TASKBAR_ERROR in terminal.gets(view_of([alarm(1)], now=NOW + TASKBAR_SECONDS))
    acknowledged = view_of([alarm(1, AlarmState.ACKNOWLEDGED)], now=NOW + TASKBAR_SECONDS)
    assert TASKBAR_CLEAR in terminal.gets(acknowledged)
    assert terminal.gets(acknowledged) == ""
    assert terminal.desktop.restore.startswith(TASKBAR_CLEAR)


def notices(text):
    return [part for part in text.split("\x07") if "777;notify" in part]


def test_no_message_reaches_the_desktop_unless_it_is_asked_for():
    terminal = Terminal(GHOSTTY)
    terminal.gets(view_of())
    assert notices(terminal.gets(view_of([alarm(1000)]))) == []
    terminal.settings = AlarmSettings(desktop=True)
    assert notices(terminal.gets(view_of([alarm(1000)], now=NOW + 1))) == []
    told = notices(terminal.gets(view_of([alarm(1000), alarm(1001)], now=NOW + 2)))
    assert told == ["\x1b]777;notify;wallboard;SERVICE DOWN Billing"]


def test_what_stands_when_the_board_starts_is_no_news_and_neither_is_what_is_in_hand():
    terminal = Terminal(GHOSTTY, desktop=True)
    assert notices(terminal.gets(view_of([alarm(1000)]))) == []
    taken = alarm(1001, AlarmState.ACKNOWLEDGED)
    assert notices(terminal.gets(view_of([alarm(1000), taken]))) == []
    assert len(notices(terminal.gets(view_of([alarm(1000), alarm(1001)])))) == 1


def test_many_at_once_are_one_message_and_those_that_follow_wait_for_the_next():
    terminal = Terminal(GHOSTTY, desktop=True)
    terminal.gets(view_of())
    alarms = [alarm(1000 + n) for n in range(5)]
    (first,) = notices(terminal.gets(view_of([alarm(), *alarms[:4]])))
    assert first.endswith(
        "5 new alarms: UNREACHABLE prod, SERVICE DOWN Sales, SERVICE DOWN Billing and 2 more"
    )
    assert notices(terminal.gets(view_of([alarm(), *alarms], now=NOW + 1))) == []
    (second,) = notices(terminal.gets(view_of([alarm(), *alarms], now=NOW + NOTICE_SECONDS)))
    assert second.endswith("SERVICE DOWN Loans")
    assert notices(terminal.gets(view_of([alarm(), *alarms], now=NOW + 60))) == []


def test_a_terminal_without_messages_rings_and_a_named_sequence_is_used():
    terminal = Terminal(XTERM, desktop=True)
    terminal.gets(view_of())
    assert terminal.sent[1:] == []
    terminal.gets(view_of([alarm(1000)]))
    assert terminal.sent[-1] == "\x07"
    terminal.settings = AlarmSettings(desktop="osc9")
    terminal.gets(view_of([alarm(1000), alarm(1001)], now=NOW + 60))
    assert terminal.sent[-1] == "\x1b]9;wallboard: SERVICE DOWN Billing\x07"
