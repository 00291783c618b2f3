"""Every report of a machine that has lost its network: nothing else is known then."""

import json
from dataclasses import replace
from datetime import UTC

import pytest
from report_support import NO_AGENTS, NOW, OPEN, board_of, entry_point, tell

from wallboard.domain.blind import Blindness
from wallboard.domain.policy import Level
from wallboard.report.now.change_lines import ChangeLines
from wallboard.report.now.json import json_report
from wallboard.report.now.nagios import exit_status, nagios_report, worst_level
from wallboard.report.now.text import TextBoard, text_report
from wallboard.report.words.figures import minute
from wallboard.report.words.network import network_words

SINCE = NOW - 120
LOST = f"This machine has no network since {minute(SINCE, NOW)} (no witness answers)"


@pytest.fixture
def board():
    sales, billing = entry_point(1000, "Sales"), entry_point(1001)
    board = board_of(sales, billing)
    tell(board, sales, OPEN)
    tell(board, billing, NO_AGENTS)
    return board


@pytest.fixture
def seeing(board):
    return board.snapshot(NOW)


@pytest.fixture
def blind(seeing):
    return Blindness().shown(replace(seeing, blind_since=SINCE))


def test_the_worst_is_unknown_while_it_lasts(seeing, blind):
    assert (worst_level(seeing), exit_status(seeing)) == (Level.CRITICAL, 2)
    assert (worst_level(blind), exit_status(blind)) == (Level.UNKNOWN, 3)
    levels = [one["level"] for one in json.loads(json_report(blind))["entry_points"]]
    assert levels == ["unknown", "unknown"]
    assert text_report(blind).count("\nunknown ") == 2


def test_a_plugin_says_it_first(blind):
    assert nagios_report(blind).startswith(f"WALLBOARD UNKNOWN - {LOST}|")


def test_a_table_says_it_below(seeing, blind):
    assert LOST in text_report(blind).splitlines()
    assert "no network" not in text_report(seeing)


def test_a_text_board_says_it_once_and_when_it_is_over(seeing, blind):
    text = TextBoard("wallboard", zone=UTC)
    said = [
        [line for line in text.frame(snapshot) if "network" in line]
        for snapshot in (seeing, blind, blind, seeing, seeing)
    ]
    back = "This machine has its network back after 2 minutes"
    assert said == [[], [f"  {LOST}"], [], [f"  {back}"], []]


@pytest.mark.parametrize("form", ["sentences", "json"])
def test_a_watch_has_a_line_when_it_begins_and_when_it_is_over(board, seeing, blind, form):
    lines = ChangeLines(board, f"wallboard.report.now.{form}", Level.CRITICAL)
    list(lines.opening(seeing))
    assert list(lines.of_network(seeing)) == []
    (lost,) = lines.of_network(blind)
    assert list(lines.of_network(blind)) == []
    (back,) = lines.of_network(seeing)
    if form == "sentences":
        assert lost.endswith(f" UNKNOWN {LOST}.")
        assert back.endswith(" CRITICAL This machine has its network back after 2 minutes.")
    else:
        assert json.loads(lost)["blind_since_unix"] == SINCE
        assert json.loads(back)["lasted_seconds"] == 120


@pytest.mark.parametrize("form", ["sentences", "json"])
def test_what_begins_without_a_network_says_so_first(board, blind, form):
    lines = ChangeLines(board, f"wallboard.report.now.{form}", Level.CRITICAL)
    first, *_ = lines.opening(blind)
    assert LOST in first or json.loads(first)["event"] == "network"
    assert list(lines.of_network(blind)) == []


def test_whose_network_it_is_and_how_many_witnesses_fail():
    assert network_words(SINCE, NOW, witnesses=1).endswith("(1 witness fails)")
    assert network_words(SINCE, NOW, witnesses=3).endswith("(3 witnesses fail)")
    assert network_words(SINCE, NOW, who="ana@jump1").startswith("The machine of ana@jump1 has")
