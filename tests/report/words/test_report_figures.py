"""Whatever figures a board holds, each report says them in its own form."""

import csv
import json
from math import inf, isfinite, nan

import pytest
from report_support import NOW, OPEN, board_of, entry_point, tell

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.policy import Level
from wallboard.domain.reading import Capacity, LiveSessionStatus
from wallboard.domain.time_span import span
from wallboard.report.metrics.page import openmetrics_report
from wallboard.report.now.csv import csv_report
from wallboard.report.now.json import json_report, opening_lines
from wallboard.report.now.nagios import nagios_report
from wallboard.report.now.text import text_report
from wallboard.report.words.figures import span_in_words

WAITS = (inf, -inf, nan, -1.0, 0.0, 5e-324, 1e9, 1e308)
COUNTS = (-(10**18), -1, 10**18)


def no_constant(name):
    raise AssertionError(f"{name} is no JSON")


@pytest.mark.parametrize("wait", WAITS)
@pytest.mark.parametrize("count", COUNTS)
def test_any_figures_are_told_in_every_form(wait, count):
    one = entry_point(1000)
    board = board_of(one)
    facts = {
        **OPEN,
        Endpoint.LIVE_SESSION_STATUS: LiveSessionStatus(wait, count),
        Endpoint.CAPACITY: Capacity(count),
    }
    tell(board, one, facts)
    snapshot = board.snapshot(NOW)
    (told,) = json.loads(json_report(snapshot), parse_constant=no_constant)["entry_points"]
    assert told["wait_seconds"] == (wait if isfinite(wait) else None)
    assert told["queue_depth"] == count
    (row,) = csv.DictReader(csv_report(snapshot).splitlines())
    assert row["wait_seconds"] == "" or isfinite(float(row["wait_seconds"].lstrip("'")))
    assert max(map(len, text_report(snapshot).splitlines())) < 1000
    for line in opening_lines(snapshot, Level.OK):
        json.loads(line, parse_constant=no_constant)
    performance = nagios_report(snapshot).partition("|")[2].lower()
    assert "nan" not in performance
    assert "inf" not in performance
    for line in openmetrics_report(snapshot).splitlines():
        assert line.startswith("#") or isfinite(float(line.rpartition(" ")[2]))


@pytest.mark.parametrize("seconds", WAITS)
def test_any_span_is_told_briefly(seconds):
    assert len(span(seconds)) < 10
    assert len(span_in_words(seconds)) < 30
