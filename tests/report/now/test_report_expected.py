"""Every report says what is expected and what a verdict means by it; levels follow."""

import csv
import io
import json

import pytest
from report_support import NO_AGENTS, NOW, OPEN, board_of, entry_point, tell

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.event import ExpectationChanged
from wallboard.domain.expectation import Expectation, Expected, Maintenance
from wallboard.domain.policy import Level
from wallboard.domain.reading import ChatAllowed
from wallboard.report.metrics.families import families
from wallboard.report.now.csv import csv_report
from wallboard.report.now.json import document, json_report
from wallboard.report.now.nagios import exit_status, nagios_report
from wallboard.report.now.sentences import opening_lines
from wallboard.report.now.text import text_report
from wallboard.report.words.expectations import expectation_words, until_words

HOUR = 3600.0
DAY = 24 * HOUR
WHY = "regular hours Mon–Fri 08:00–18:00"
CLOSED = Expectation(Expected(False, NOW + 4 * DAY + 8 * HOUR, WHY))
BY_DAY = Expectation(Expected(True, NOW + 18 * HOUR, WHY))
UPGRADE = Expectation(CLOSED.expected, Maintenance(NOW + 22 * HOUR, "upgrade\x1b[31m"))
DOWN = {**OPEN, Endpoint.CHAT_ALLOWED: ChatAllowed(False, "service_not_running")}
SALES = entry_point(1000, "Sales")


def snapshot_of(expectation, facts, now=NOW):
    board = board_of(SALES)
    tell(board, SALES, facts)
    if expectation:
        board.fold(ExpectationChanged(NOW, {SALES.key: expectation}))
    return board.snapshot(now)


CASES = [
    (None, NO_AGENTS, "", 2),
    (BY_DAY, OPEN, "", 0),
    (BY_DAY, NO_AGENTS, "should be open until 18:00", 2),
    (CLOSED, NO_AGENTS, "closed as scheduled until Mon 08:00", 0),
    (CLOSED, OPEN, "open outside hours", 1),
    (CLOSED, DOWN, "expected closed until Mon 08:00", 1),
    (UPGRADE, NO_AGENTS, "maintenance until 22:00: upgrade�[31m", 0),
    (UPGRADE, OPEN, "maintenance until 22:00: upgrade�[31m", 0),
]


@pytest.mark.parametrize(("expectation", "facts", "words", "status"), CASES)
def test_text_nagios_and_sentences_say_it_and_the_exit_status_follows(
    expectation, facts, words, status
):
    snapshot = snapshot_of(expectation, facts)
    assert expectation_words(snapshot.entry_points[SALES.key], NOW) == words
    assert exit_status(snapshot) == status
    assert words in text_report(snapshot)
    assert words in nagios_report(snapshot)
    if status:
        spoken = next(iter(opening_lines(snapshot, Level.OK)))
        assert words[1:] in spoken
    assert "\x1b" not in text_report(snapshot) + nagios_report(snapshot)


@pytest.mark.parametrize(
    ("expectation", "facts", "as_scheduled"),
    [
        (None, OPEN, None),
        (BY_DAY, OPEN, True),
        (BY_DAY, NO_AGENTS, False),
        (CLOSED, NO_AGENTS, True),
        (CLOSED, OPEN, False),
        (UPGRADE, NO_AGENTS, True),
    ],
)
def test_json_csv_and_metrics_have_it(expectation, facts, as_scheduled):
    snapshot = snapshot_of(expectation, facts)
    (one,) = document(snapshot)["entry_points"]
    assert one["as_scheduled"] is as_scheduled
    assert json.loads(json_report(snapshot))["entry_points"] == [one]
    (row,) = csv.DictReader(io.StringIO(csv_report(snapshot)))
    gauges = {
        family.name: [sample.value for sample in family.samples]
        for family in families(snapshot, {})
    }
    assert gauges["wallboard_maintenance"] == [float(expectation is UPGRADE)]
    if expectation is None:
        assert (one["expected"], one["maintenance"]) == (None, None)
        assert (row["expected"], row["as_scheduled"], row["maintenance"]) == ("", "", "")
        assert gauges["wallboard_expected_open"] == gauges["wallboard_as_scheduled"] == []
        return
    expected = expectation.expected
    assert one["expected"]["open"] is expected.open
    assert one["expected"]["until_unix"] == expected.until
    assert one["expected"]["why"] == WHY
    assert row["expected"] == ("open" if expected.open else "closed")
    assert row["as_scheduled"] == str(as_scheduled).lower()
    assert gauges["wallboard_expected_open"] == [float(expected.open)]
    assert gauges["wallboard_as_scheduled"] == [float(as_scheduled)]
    assert (one["maintenance"] or {}).get("reason") == (
        expectation.maintenance.reason if expectation.maintenance else None
    )


def test_of_what_is_out_of_date_nobody_knows_whether_it_is_as_scheduled():
    late = NOW + 120
    (status,) = snapshot_of(CLOSED, NO_AGENTS, late).entry_points.values()
    assert expectation_words(status, late) == ""
    (status,) = snapshot_of(UPGRADE, NO_AGENTS, late).entry_points.values()
    assert expectation_words(status, late).startswith("maintenance until")


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (18 * HOUR, "until 18:00"),
        (DAY + 8 * HOUR, "until Fri 08:00"),
        (8 * DAY, "until 09 Jan 00:00"),
        (None, ""),
    ],
)
def test_a_moment_is_as_short_as_it_is_plain(ahead, words):
    assert until_words(None if ahead is None else NOW + ahead, NOW) == words
