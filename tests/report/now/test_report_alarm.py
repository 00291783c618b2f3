"""Every report that programs read has the alarm of an entry point, and metrics count them."""

import csv
import io
from dataclasses import replace

import pytest
from report_support import NO_AGENTS, NOW, board_of, entry_point, tell

from wallboard.domain.alarm import Alarm
from wallboard.domain.alarm_fold import applied
from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind
from wallboard.domain.policy import Level
from wallboard.report.metrics.page import openmetrics_report, page
from wallboard.report.now.csv import csv_report
from wallboard.report.now.json import document

SALES, CARE = entry_point(1000, "Sales"), entry_point(1001, "Care")
KEY = AlarmKey.of(SALES.key)
RAISED = LedgerRow(NOW - 30, RowKind.RAISED, KEY, NOW - 60, Level.CRITICAL, "agent_not_available")
ACKED = LedgerRow(NOW - 10, RowKind.ACKNOWLEDGED, KEY, NOW - 60, who="ana@jump1", text="on it")


def snapshot_of(*rows: LedgerRow):
    board = board_of(SALES, CARE)
    for one in (SALES, CARE):
        tell(board, one, NO_AGENTS)
    alarm = Alarm(KEY)
    for row in rows:
        alarm = applied(alarm, row)
    return replace(board.snapshot(NOW), alarms={KEY: alarm} if rows else {})


@pytest.mark.parametrize(
    ("rows", "state"),
    [((), None), ((RAISED,), "unacknowledged"), ((RAISED, ACKED), "acknowledged")],
)
def test_an_entry_point_comes_with_its_alarm(rows, state):
    snapshot = snapshot_of(*rows)
    sales, care = document(snapshot)["entry_points"]
    assert (sales["alarm"] and sales["alarm"]["state"], care["alarm"]) == (state, None)
    told = list(csv.DictReader(io.StringIO(csv_report(snapshot), newline="")))
    assert [row["alarm"] for row in told] == [state or "", ""]


def test_the_alarm_says_who_has_it_but_not_again_whose_it_is():
    (sales, _) = document(snapshot_of(RAISED, ACKED))["entry_points"]
    assert sales["alarm"]["acknowledged"]["who"] == "ana@jump1"
    assert "server" not in sales["alarm"]


def test_metrics_count_the_alarms_of_a_server_and_a_single_round_has_none():
    text = page(snapshot_of(RAISED, ACKED), {}, openmetrics=True).decode()
    assert 'wallboard_alarms{server="prod",state="acknowledged"} 1.0' in text
    assert 'wallboard_alarms{server="prod",state="unacknowledged"} 0.0' in text
    assert "wallboard_alarms" not in openmetrics_report(snapshot_of())
