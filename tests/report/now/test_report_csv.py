import csv
import io
from datetime import UTC, datetime

import pytest
from report_support import NO_AGENTS, NOW, OPEN, TIMEOUT, board_of, entry_point, tell

from wallboard.domain.endpoint import Endpoint
from wallboard.report.now.csv import COLUMNS, csv_report
from wallboard.report.now.json import document
from wallboard.report.words.table import csv_row


def rows_of(board, at=NOW):
    return list(csv.DictReader(io.StringIO(csv_report(board.snapshot(at)), newline="")))


def test_there_is_a_row_for_each_entry_point_with_what_the_json_says():
    sales, unheard = entry_point(1000, "Sales", group="EMEA"), entry_point(1001)
    board = board_of(sales, unheard)
    tell(board, sales, {**NO_AGENTS, Endpoint.CAPACITY: TIMEOUT})
    first, second = rows_of(board, NOW + 90)
    (said, _) = document(board.snapshot(NOW + 90))["entry_points"]
    for column in set(COLUMNS) - {"at", "answered_at", "failing", "expected_until"}:
        value = said[column]
        expected = str(value).lower() if isinstance(value, bool) else value
        assert first[column] == ("" if expected is None else str(expected))
    assert first["failing"] == "capacity"
    assert (second["wait_seconds"], second["answered_at"]) == ("", "")


def test_times_are_iso_8601_in_utc():
    sales = entry_point(1000)
    board = board_of(sales)
    tell(board, sales, OPEN)
    (row,) = rows_of(board, NOW + 5)
    assert datetime.fromisoformat(row["at"]) == datetime.fromtimestamp(NOW + 5, UTC)
    assert datetime.fromisoformat(row["answered_at"]) == datetime.fromtimestamp(NOW, UTC)


def test_a_board_of_nothing_has_a_heading():
    assert csv_report(board_of().snapshot(NOW)) == ",".join(COLUMNS) + "\r\n"


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "  =1+1", "＝1+1", "\t=1"])
def test_no_name_becomes_a_formula(name):
    hostile = entry_point(1, name)
    (row,) = rows_of(board_of(hostile))
    assert row["name"][0] in "'�"


def test_a_hostile_name_stays_in_its_cell_and_steers_nothing():
    name = 'a","=cmd()"\r\n\x1b[2J,b'
    (row,) = rows_of(board_of(entry_point(1, name)))
    assert row["name"] == 'a","=cmd()"���[2J,b'
    assert row["id"] == "1"


def test_numbers_below_zero_stay_numbers():
    assert csv_row([-3, -0.5, None, True]) == "-3,-0.5,,true\r\n"
