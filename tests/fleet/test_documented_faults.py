"""The table of what happens when a part of a fleet dies: each row of it is tried by a test."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]

TRIED_BY = {
    "the holder is killed": ("test_a_leader_that_is_killed_is_relieved",),
    "the holder is stopped and continued": (
        "test_a_leader_that_was_stopped_polls_no_more",
        "test_a_leader_that_was_stopped_tells_nobody_of_alarms",
    ),
    "the cable of the holder": (
        "test_a_leader_whose_cable_is_cut_stops_by_itself",
        "test_what_is_polled_without_a_term_is_published_late",
        "test_time_without_the_bus_is_told_late_and_in_order",
    ),
    "the line from the holder to a server": (
        "test_a_holder_that_does_not_reach_a_server_says_so_on_all_boards",
    ),
    "a collector that stands by, or a viewer": (
        "test_a_member_that_listens_and_was_away_has_all_of_it_afterwards",
    ),
    "all collectors": (
        "test_while_no_collector_runs_it_is_said_and_the_first_one_that_is_back_polls",
    ),
    "the bus, for less than a lease": (
        "test_a_bus_that_is_away_for_less_than_a_lease_costs_no_poll",
    ),
    "the bus, for longer": (
        "test_a_bus_that_comes_back_is_used_again",
        "test_a_bus_that_stands_still_ends_polling_and_is_said",
        "test_who_had_it_before_the_bus_was_away_has_it_again",
        "test_a_viewer_ages_and_says_why_while_the_bus_is_away_and_is_back_at_once",
        "test_who_follows_the_recording_of_a_member_says_why_it_ages_while_the_bus_is_away",
        "test_who_polls_alone_goes_on_without_the_bus_and_tells_of_it_after",
    ),
    "the disk of the bus": (
        "test_a_bus_that_comes_back_is_used_again",
        "test_a_bus_that_lost_its_disk_gets_all_that_matters_again",
    ),
    "the clock of a member": (
        "test_clocks_that_differ_matter_to_no_lease_and_are_said",
        "test_a_member_that_was_away_misses_nothing_whatever_the_clock_of_the_holder",
    ),
    "all collectors of a place": (
        "test_an_alarm_takes_the_quorum_of_the_places_that_are_heard",
        "test_while_the_bus_is_away_other_places_are_silent_and_come_back",
    ),
    "a slow viewer or link": (
        "test_of_ten_viewers_a_slow_one_holds_up_nobody",
        "test_a_receiver_that_is_too_slow_takes_the_checkpoint",
    ),
    "the line between two sites": (
        "test_while_the_line_is_down_the_site_with_the_streams_goes_on",
        "test_the_other_site_reads_from_its_own_server",
        "test_an_acknowledgement_of_the_other_site_comes_to_all",
    ),
}


def rows() -> list[str]:
    page = (ROOT / "docs" / "fleet.md").read_text()
    table = page.partition("## When a part dies")[2].partition("\n## ")[0]
    found = re.findall(r"(?m)^\| (.*?) \|", table)
    return [re.sub(r"\[(.*?)\]\(.*?\)", r"\1", one) for one in found[2:]]


def test_each_row_is_tried():
    assert rows() == list(TRIED_BY)


def test_what_tries_them_is_there():
    files = (ROOT / "tests").rglob("test_*.py")
    there = {
        name
        for file in files
        for name in re.findall(r"(?m)^(?:async )?def (test_\w+)\(", file.read_text())
    }
    assert {name for tests in TRIED_BY.values() for name in tests} - there == set()
