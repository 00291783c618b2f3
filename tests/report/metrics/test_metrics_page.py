"""The page of a metrics server: what it says, and in which bytes."""

import shutil
import subprocess
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families as of_openmetrics
from prometheus_client.parser import text_string_to_metric_families as of_text
from report_support import FULL, NO_AGENTS, NOW, OPEN, TIMEOUT, board_of, entry_point, tell

from wallboard.board import Board
from wallboard.domain.channel_state import ChannelState
from wallboard.domain.endpoint import Endpoint, EntryPoint
from wallboard.domain.observation import Cause, ServerStatus
from wallboard.domain.policy import Policy, Verdict
from wallboard.domain.reading import Capacity, LiveSessionStatus
from wallboard.feeds import FleetStatus
from wallboard.report.metrics.families import families
from wallboard.report.metrics.page import openmetrics_report, page, written
from wallboard.report.metrics.tally import Tally

PROMTOOL = shutil.which("promtool")
SALES, HELP = entry_point(1000, "Sales", group="EMEA"), entry_point(2000, "Help", server="test")


class Told:
    """A board and the tally beside it."""

    def __init__(self, *entry_points: EntryPoint) -> None:
        self.board, self.tally = board_of(*entry_points), Tally()

    def fold(self, event):
        self.board.fold(event)
        self.tally.take(event)

    def page(self, at=NOW, *, openmetrics=True, **more):
        snapshot, polls = self.board.snapshot(at), self.tally.polls()
        return page(snapshot, polls, openmetrics=openmetrics, **more).decode()

    def samples(self, name, at=NOW):
        """The values of a series by its labels."""
        return {
            tuple(sorted(sample.labels.items())): sample.value
            for family in of_openmetrics(self.page(at))
            for sample in family.samples
            if sample.name == name
        }

    def values(self, name, at=NOW):
        """The values of a series by the id of their entry point."""
        return {dict(labels)["entry_point"]: v for labels, v in self.samples(name, at).items()}


def test_every_entry_point_has_one_verdict_among_all_there_are():
    told = Told(SALES, HELP)
    tell(told, SALES, OPEN)
    tell(told, HELP, NO_AGENTS)
    verdicts = told.samples("wallboard_verdict")
    assert len(verdicts) == 2 * len(Verdict)
    shown = [dict(labels) for labels, value in verdicts.items() if value]
    assert shown == [
        {"server": "prod", "entry_point": "1000", "name": "Sales", "group": "EMEA",
         "wallboard_verdict": "open"},
        {"server": "test", "entry_point": "2000", "name": "Help", "group": "",
         "wallboard_verdict": "agent_not_available"},
    ]  # fmt: skip


def test_the_level_is_that_of_the_judgement():
    told = Told(SALES, HELP, third := entry_point(3000), fourth := entry_point(4000))
    tell(told, SALES, OPEN)
    tell(told, HELP, NO_AGENTS)
    tell(told, third, FULL)
    assert told.values("wallboard_level") == {"1000": 0, "2000": 3, "3000": 1, "4000": 2}
    judged = told.board.snapshot(NOW).entry_points
    assert judged[fourth.key].judgement.level == 2


def test_figures_are_those_last_read_and_what_is_unknown_has_no_series():
    told = Told(SALES, HELP)
    tell(told, SALES, {**OPEN, Endpoint.CAPACITY: Capacity(-2)})
    tell(told, HELP, {**OPEN, Endpoint.LIVE_SESSION_STATUS: LiveSessionStatus(None, 7)})
    assert told.values("wallboard_estimated_wait_seconds") == {"1000": 12}
    assert told.values("wallboard_queue_depth") == {"1000": 3, "2000": 7}
    assert told.values("wallboard_capacity_slots") == {"1000": -2, "2000": 4}
    assert told.values("wallboard_agent_available") == {"1000": 1, "2000": 1}


def test_age_is_told_by_a_moment_and_by_the_rule_of_the_board():
    told = Told(SALES)
    tell(told, SALES, OPEN)
    tell(told, SALES, dict.fromkeys(Endpoint, TIMEOUT), at=NOW + 10)
    limit = NOW + Policy().stale_after
    assert told.values("wallboard_newest_reading_timestamp_seconds") == {"1000": NOW}
    assert told.samples("wallboard_newest_poll_timestamp_seconds") == {(): NOW + 10}
    assert told.values("wallboard_stale", limit) == {"1000": 0}
    assert told.values("wallboard_stale", limit + 1) == {"1000": 1}


def test_before_anything_is_heard_all_wait_and_no_server_is_called_reachable():
    told = Told(SALES)
    assert [dict(labels)["wallboard_verdict"] for labels, value
            in told.samples("wallboard_verdict").items() if value] == ["waiting"]  # fmt: skip
    assert told.samples("wallboard_server_reachable") == {}
    assert told.samples("wallboard_newest_poll_timestamp_seconds") == {}


def test_a_server_that_cannot_be_reached_says_0_and_its_entry_points_say_unreachable():
    told = Told(SALES, HELP)
    tell(told, HELP, OPEN)
    told.fold(ServerStatus("prod", NOW, TIMEOUT, NOW, NOW + 5))
    assert told.samples("wallboard_server_reachable") == {
        (("server", "prod"),): 0,
        (("server", "test"),): 1,
    }
    assert told.values("wallboard_level") == {"1000": 3, "2000": 0}


def test_durations_are_a_histogram_for_each_endpoint_of_a_server():
    told = Told(SALES, HELP)
    tell(told, SALES, OPEN)
    buckets = {
        dict(labels)["le"]: value
        for labels, value in told.samples("wallboard_poll_duration_seconds_bucket").items()
        if ("server", "prod") in labels and ("endpoint", "capacity") in labels
    }
    assert (buckets["0.01"], buckets["0.025"], buckets["+Inf"]) == (0, 1, 1)
    counts = told.samples("wallboard_poll_duration_seconds_count")
    assert len(counts) == 2 * len(Endpoint)
    assert counts == told.samples("wallboard_polls_total")


def test_failures_are_counted_by_cause_from_zero_on():
    told = Told(SALES)
    tell(told, SALES, {Endpoint.CAPACITY: TIMEOUT})
    failures = told.samples("wallboard_poll_failures_total")
    assert len(failures) == len(Endpoint) * len(Cause)
    assert [dict(labels) for labels, value in failures.items() if value] == [
        {"server": "prod", "endpoint": "capacity", "cause": "timeout"}
    ]


def test_the_number_of_series_of_an_entry_point_is_bounded():
    one, two = Told(SALES), Told(SALES, entry_point(1001))
    for told in (one, two):
        tell(told, SALES, OPEN)
    tell(two, entry_point(1001), OPEN)
    series = [
        sum(len(family.samples) for family in of_openmetrics(told.page())) for told in (one, two)
    ]
    assert series[1] - series[0] == 22


HOSTILE = st.text(st.characters(), max_size=200)


@given(st.lists(st.tuples(HOSTILE, HOSTILE, HOSTILE), min_size=1, max_size=4))
def test_our_lines_are_byte_for_byte_those_of_the_library_whatever_the_names(names):
    points = [
        replace(entry_point(number, server=server), name=name, group=group)
        for number, (server, name, group) in enumerate(names)
    ]
    told = Told(*points)
    for point, facts in zip(points, (OPEN, FULL, NO_AGENTS, {}), strict=False):
        tell(told, point, facts)
    snapshot, polls = told.board.snapshot(NOW + 3.25), told.tally.polls()
    for openmetrics in (False, True):
        theirs = written(list(families(snapshot, polls)), openmetrics=openmetrics)
        assert page(snapshot, polls, openmetrics=openmetrics) == theirs


@pytest.mark.parametrize(
    "name",
    ['a"b\\c', "two\nlines", "\x1b[31mred", "x" * 50_000, "\u202ereversed", "naïve – ☎"],
    ids=["quotes", "lines", "escapes", "long", "reversed", "beyond ascii"],
)
def test_a_hostile_name_stays_within_its_label(name):
    hostile = replace(SALES, name=name, group=name)
    told = Told(hostile)
    tell(told, hostile, OPEN)
    (labels,) = [dict(labels) for labels in told.samples("wallboard_level")]
    assert labels["name"].isprintable()
    assert len(labels["name"]) < 150
    text = told.page(openmetrics=False)
    assert all(line.isprintable() for line in text.split("\n"))
    assert sum(len(family.samples) for family in of_text(text)) > 0


def test_two_servers_whose_names_differ_only_where_they_are_cut_stay_two():
    points = [entry_point(1000, server=f"{'x' * 200}{end}") for end in "ab"]
    points += [entry_point(1000, server=f"bell{end}") for end in "\x07\x08"]
    told = Told(*points)
    for point in points:
        tell(told, point, OPEN)
    assert len(told.samples("wallboard_level")) == 4
    assert len(told.samples("wallboard_server_reachable")) == 4


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (Debian: prometheus)")
def test_the_page_is_clean_under_promtool_check_metrics():
    told = Told(SALES, HELP, entry_point(3000, 'a"b\\c\nd'))
    tell(told, SALES, OPEN)
    tell(told, HELP, dict.fromkeys(Endpoint, TIMEOUT))
    done = subprocess.run(
        [PROMTOOL, "check", "metrics"],
        input=told.page(openmetrics=False),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_empty_board_is_a_page_too():
    empty = Board([]).snapshot(NOW)
    for openmetrics in (False, True):
        assert b"wallboard_build_info{" in page(empty, {}, openmetrics=openmetrics)


def test_a_single_round_is_a_page_with_the_durations_of_its_polls():
    told = Told(SALES)
    tell(told, SALES, {**OPEN, Endpoint.CAPACITY: TIMEOUT})
    snapshot = told.board.snapshot(NOW)
    assert openmetrics_report(snapshot) == told.page(alarms=False)
    assert told.samples("wallboard_poll_duration_seconds_count") == {
        (("endpoint", endpoint.value), ("server", "prod")): 1 for endpoint in Endpoint
    }


def test_channels_say_what_was_sent_and_which_one_fails():
    board = board_of(entry_point(1000))
    states = {"ops": ChannelState(3, 2, 1, NOW - 60), "mail": ChannelState(sent=5)}
    text = page(replace(board.snapshot(NOW), channels=states), {}, openmetrics=True).decode()
    for line in (
        'wallboard_notices_sent_total{channel="mail"} 5.0',
        'wallboard_notice_failures_total{channel="ops"} 2.0',
        'wallboard_notices_given_up_total{channel="ops"} 1.0',
        'wallboard_channel_failing{channel="ops"} 1.0',
        'wallboard_channel_failing{channel="mail"} 0.0',
    ):
        assert line in text.splitlines()
    assert "channel" not in page(board.snapshot(NOW), {}, openmetrics=True).decode()


def test_a_member_of_a_fleet_says_how_it_is():
    board = board_of(entry_point(1000))
    fleet = FleetStatus(
        member="jump1", connected=True, holder="jump1", holds=True, term=7, lag_seconds=0.25,
        dropped=3, resyncs=2, late=5, garbage=1, published=90, connections=4,
    )  # fmt: skip
    text = page(board.snapshot(NOW), {}, openmetrics=True, fleet=fleet).decode()
    for line in (
        "wallboard_fleet_connected 1.0",
        "wallboard_fleet_holds_lease 1.0",
        "wallboard_fleet_leader_known 1.0",
        "wallboard_fleet_term 7.0",
        "wallboard_fleet_lag_seconds 0.25",
        "wallboard_fleet_connections_total 4.0",
        "wallboard_fleet_published_polls_total 90.0",
        "wallboard_fleet_late_polls_total 5.0",
        "wallboard_fleet_dropped_total 3.0",
        "wallboard_fleet_resyncs_total 2.0",
        "wallboard_fleet_garbage_total 1.0",
    ):
        assert line in text.splitlines()
    lost = page(
        board.snapshot(NOW), {}, openmetrics=True, fleet=FleetStatus(member="wall", error="away")
    ).decode()
    assert "wallboard_fleet_connected 0.0" in lost.splitlines()
    assert "wallboard_fleet_term " not in lost
    assert "fleet" not in page(board.snapshot(NOW), {}, openmetrics=True).decode()
