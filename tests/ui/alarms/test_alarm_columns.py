"""The list of alarms has a column for who was told, where anybody was."""

from wallboard.domain.alarm import Alarm
from wallboard.domain.ledger_row import AlarmKey, RowKind
from wallboard.domain.policy import Level
from wallboard.ui.alarms.alarm_rows import channels_told, columns_of, heads
from wallboard.ui.look.glyphs import UNICODE

KEY = AlarmKey("prod", 1000)
STANDS = Alarm(KEY, onset=900.0, raised_at=930.0, level=Level.CRITICAL, verdict="error")
TOLD = {(KEY, 900.0): {"ops": RowKind.SENT, "chat": RowKind.FAILED}}


def titles(width, told):
    return heads(columns_of(width, [STANDS], 1000.0, servers=1, outcomes=told), UNICODE).split()


def test_it_is_there_once_somebody_was_told():
    assert "TOLD" in titles(120, TOLD)
    assert channels_told(STANDS, TOLD) == "ops, chat failing"


def test_without_notices_there_is_none():
    assert "TOLD" not in titles(120, {})


def test_a_narrow_list_leaves_it_out_before_all_that_says_how_it_stands():
    assert "TOLD" not in titles(60, TOLD)
    assert {"ALARM", "WHAT"} <= set(titles(60, TOLD))


def test_what_an_earlier_alarm_was_told_is_not_this_one():
    assert channels_told(STANDS, {(KEY, 100.0): {"ops": RowKind.SENT}}) == ""
