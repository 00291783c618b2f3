"""Alarms in words: what each is, who has it, until when, and what the ledger says of it."""

from dataclasses import replace

import pytest

from wallboard.domain.alarm import Alarm, AlarmRules, Condition, Handling, Truth
from wallboard.domain.endpoint import Contact
from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind
from wallboard.domain.policy import Level
from wallboard.report.words.alarms import (
    contact_words,
    count_words,
    counted,
    row_words,
    rows_about,
    sentence,
    was_words,
)

NOW = 1_780_000_000.0
SALES, SERVER = AlarmKey("prod", 1000), AlarmKey("prod")
DOWN = Condition(NOW - 630, Truth.TRUE, Level.CRITICAL, "service_not_running")
PENDING = Alarm(SALES, condition=DOWN, since=NOW - 20, holds=True, began=NOW - 20, at=NOW - 20)
NEW = replace(
    PENDING, onset=NOW - 630, raised_at=NOW - 600, level=Level.CRITICAL, verdict=DOWN.verdict
)
ACKED = replace(NEW, acknowledgement=Handling(NOW - 60, "anna@jump1", "on it", NOW + 600))
RETURNED = replace(NEW, over_at=NOW - 60)


def test_each_state_has_its_sentence(monkeypatch):
    assert sentence(PENDING, NOW) == "alarm pending 20s of 30s"
    assert sentence(replace(PENDING, rules=AlarmRules(raise_for=90.0)), NOW).endswith("1m30s")
    assert sentence(NEW, NOW).endswith("(10m ago)")
    assert sentence(ACKED, NOW).startswith("acknowledged by anna@jump1 ")
    assert sentence(ACKED, NOW).endswith(": on it")
    assert sentence(RETURNED, NOW).startswith("returned: was SERVICE DOWN ")
    assert sentence(RETURNED, NOW).endswith(", nobody looked")
    shelved = replace(NEW, shelf=Handling(NOW, "ben@jump1", "", NOW + 3600))
    assert sentence(shelved, NOW).startswith("shelved by ben@jump1 ")
    explained = replace(NEW, condition=replace(DOWN, suppressed_by="server prod"))
    assert sentence(explained, NOW) == "suppressed: server prod"


def test_one_that_comes_and_goes_or_has_stood_for_a_day_is_marked():
    assert sentence(replace(NEW, chattering=True), NOW).endswith(", chattering")
    assert "over 24h" not in sentence(NEW, NOW + 80_000)
    assert sentence(NEW, NOW + 90_000).endswith(", over 24h")


def test_what_was_over_within_a_minute_says_for_how_long():
    assert was_words(replace(RETURNED, over_at=RETURNED.onset + 45), NOW).endswith(" for 45s")
    assert "–" in was_words(RETURNED, NOW)


def test_alarms_are_counted_in_the_order_in_which_they_matter():
    counts = counted([ACKED, NEW, RETURNED, NEW, PENDING])
    assert count_words(counts) == "2 new · 1 returned · 1 acked"
    assert count_words(counted([PENDING])) == ""


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (
            LedgerRow(NOW, RowKind.RAISED, SALES, NOW, Level.CRITICAL, "service_not_running"),
            "alarm raised: SERVICE DOWN",
        ),
        (
            LedgerRow(NOW, RowKind.RAISED, SERVER, NOW, Level.CRITICAL, "refused"),
            "server prod: alarm raised: UNREACHABLE",
        ),
        (
            LedgerRow(NOW, RowKind.ACKNOWLEDGED, SALES, who="anna@jump1", text="on it"),
            "acknowledged by anna@jump1: on it",
        ),
        (LedgerRow(NOW, RowKind.NOTE, None, who="a\x1bb", text="hi"), "board: note by a�b: hi"),
        (LedgerRow(NOW, RowKind.RETURNED, SALES, NOW), "alarm over, nobody looked"),
    ],
)
def test_a_row_of_the_ledger_is_a_sentence(row, says):
    assert row_words(row, NOW) == says


def test_what_concerns_an_entry_point_is_its_own_its_servers_and_notes_on_the_board():
    rows = [
        LedgerRow(NOW, RowKind.RAISED, SALES),
        LedgerRow(NOW, RowKind.RAISED, AlarmKey("prod", 1001)),
        LedgerRow(NOW, RowKind.RAISED, SERVER),
        LedgerRow(NOW, RowKind.NOTE, None),
        LedgerRow(NOW, RowKind.BLIND, None),
    ]
    assert rows_about(SALES, rows) == (rows[0], rows[2], rows[3])


def test_a_contact_is_what_is_known_of_it():
    assert contact_words(Contact()) == ""
    assert contact_words(Contact(owner="Anna", phone="4711")) == "owner Anna · phone 4711"
