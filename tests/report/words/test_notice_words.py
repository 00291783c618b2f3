"""What was sent about an alarm, in words, from rows of the ledger."""

from dataclasses import replace

from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind
from wallboard.report.past.notices import notice_records
from wallboard.report.words.alarms import row_words, rows_about
from wallboard.report.words.notices import channel_words, outcomes_by_alarm

SALES, BILLING, SUPPORT = (AlarmKey("prod", number) for number in (1000, 1001, 1002))
ONSET = 900.0
GROUP = "a" * 24


def row(kind, at, text, *, key=SALES, notice=GROUP, channel="ops"):
    return replace(LedgerRow(at, kind, key, ONSET, text=text), notice=notice, channel=channel)


FLOOD = (
    row(RowKind.QUEUED, 1000.0, "raise after 0 s"),
    row(RowKind.QUEUED, 1000.0, "raise after 0 s", key=BILLING),
    row(RowKind.FAILED, 1001.0, "raise: answered 503"),
    row(RowKind.SENT, 1006.0, "raise: accepted"),
    row(RowKind.QUEUED, 1900.0, "remind after 0 s", notice=f"{GROUP}.1"),
)


def test_every_alarm_of_a_flood_has_what_was_sent_about_it():
    for key in (SALES, BILLING):
        words = [row_words(one, 2000.0) for one in rows_about(key, FLOOD)]
        assert words == [
            "ops cannot be told yet (raise): answered 503",
            "ops was told (raise): accepted",
            "ops is to be told (remind)",
        ]
    assert rows_about(SUPPORT, FLOOD) == ()


def test_a_list_names_whoever_was_told_last_and_who_was_not():
    rows = (
        *FLOOD[:4],
        row(RowKind.QUEUED, 1000.0, "raise after 0 s", notice="b" * 24, channel="mail"),
        row(RowKind.GIVEN_UP, 4600.0, "raise: no route", notice="b" * 24, channel="mail"),
    )
    assert channel_words(outcomes_by_alarm(rows)[SALES, ONSET]) == "ops, mail given up"
    assert channel_words(outcomes_by_alarm(rows)[BILLING, ONSET]) == "ops"
    assert channel_words({}) == ""


def test_a_reminder_of_a_flood_is_about_all_of_it():
    raise_, remind = notice_records(FLOOD)
    assert raise_.keys == remind.keys == (SALES, BILLING)
    assert (raise_.outcome, raise_.text) == (RowKind.SENT, "accepted")
    assert (remind.outcome, remind.phase) == (RowKind.QUEUED, "remind")


def test_what_a_far_side_says_steers_no_terminal():
    said = row(RowKind.SENT, 1006.0, "raise: \x1b[31mok\r\n", channel="o\x1bps")
    assert "\x1b" not in row_words(said, 2000.0)
