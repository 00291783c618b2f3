import json

import pytest
from report_support import FULL, NO_AGENTS, NOW, OPEN, TIMEOUT, board_of, entry_point, tell

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint
from wallboard.domain.observation import Cause, Failure, Observation, Request, ServerStatus
from wallboard.domain.policy import Level, Policy
from wallboard.domain.reading import LiveSessionStatus
from wallboard.domain.snapshot import Folded
from wallboard.report.now.change_lines import UNSETTLED_SECONDS, ChangeLines
from wallboard.report.words.figures import span_in_words

REFUSED = Failure(Cause.REFUSED, "Nobody listens.")
SALES, BILLING = entry_point(1000, "Sales", group="EMEA"), entry_point(1001)
KEY = SALES.key


@pytest.fixture
def board():
    return begun(board_of(SALES, BILLING))


@pytest.fixture
def seldom_polled():
    return begun(board_of(SALES, BILLING, interval=3600.0))


def begun(board):
    tell(board, SALES, OPEN)
    tell(board, BILLING, OPEN)
    return board


def change_lines(board, form="sentences", least=Level.OK):
    """What tells of a board from now on, the opening being over."""
    one = ChangeLines(board, f"wallboard.report.now.{form}", least)
    list(one.opening(board.snapshot(NOW)))
    return one


def said(one, *folded: Folded):
    """The lines about what was folded."""
    return [line for did in folded for line in one.of_event(did)]


def test_a_board_that_is_well_begins_with_one_line(board):
    one = ChangeLines(board, "wallboard.report.now.sentences", Level.OK)
    assert list(one.opening(board.snapshot(NOW))) == [
        "2026-01-01T00:00:00+00:00 OK all 2 open; 10 polls in the last minute."
    ]


def test_the_beginning_has_a_sentence_for_all_that_is_not_ok_the_worst_first(seldom_polled):
    tell(seldom_polled, BILLING, FULL, at=NOW - 125)
    tell(seldom_polled, BILLING, FULL, at=NOW)
    tell(seldom_polled, SALES, {**NO_AGENTS, Endpoint.CAPACITY: TIMEOUT}, at=NOW - 3)
    one = ChangeLines(seldom_polled, "wallboard.report.now.sentences", Level.OK)
    assert list(one.opening(seldom_polled.snapshot(NOW)))[:2] == [
        "2026-01-01T00:00:00+00:00 CRITICAL Sales (prod 1000): NO AGENTS, partial for 3 seconds. "
        "No agent is available.",
        "2026-01-01T00:00:00+00:00 WARNING 1001 (prod): QUEUE FULL for 2 minutes 5 seconds. "
        "The queue has reached its maximum depth.",
    ]


def test_a_change_says_what_it_is_what_it_was_and_for_how_long(seldom_polled):
    one = change_lines(seldom_polled)
    assert said(one, *tell(seldom_polled, SALES, NO_AGENTS, at=NOW + 7380)) == [
        "2026-01-01T02:03:00+00:00 CRITICAL Sales (prod 1000): NO AGENTS, was OPEN for "
        "2 hours 3 minutes. No agent is available."
    ]
    assert said(one, *tell(seldom_polled, SALES, NO_AGENTS, at=NOW + 7390)) == []


def test_levels_and_endpoints_are_told_by_their_names(seldom_polled):
    one = change_lines(seldom_polled)
    waits = {Endpoint.LIVE_SESSION_STATUS: LiveSessionStatus(75.0, 2)}
    level, failure, answer = said(
        one,
        *tell(seldom_polled, SALES, waits, at=NOW + 60),
        *tell(seldom_polled, SALES, {Endpoint.CAPACITY: TIMEOUT}, at=NOW + 61),
        *tell(seldom_polled, SALES, {Endpoint.CAPACITY: OPEN[Endpoint.CAPACITY]}, at=NOW + 71),
    )
    assert level.endswith(
        " WARNING Sales (prod 1000), level: warning, was ok for 1 minute. Customers can start a "
        "chat; wait 75 s."
    )
    assert failure.endswith(
        " WARNING Sales (prod 1000), capacity: timed out, was ok. No answer within 5 s."
    )
    assert answer.endswith(
        " WARNING Sales (prod 1000), capacity: answers, was timed out for 10 seconds."
    )


def test_a_server_out_of_reach_is_one_sentence_for_all_its_entry_points(board):
    one = change_lines(board)
    assert said(one, board.fold(ServerStatus("prod", NOW + 9, REFUSED, NOW + 9, NOW + 12))) == [
        "2026-01-01T00:00:09+00:00 CRITICAL server prod: refused, was ok. Nobody listens."
    ]
    assert said(one, board.fold(ServerStatus("prod", NOW + 12, REFUSED, NOW + 9, NOW + 18))) == []
    begun_later = ChangeLines(board, "wallboard.report.now.sentences", Level.OK)
    assert list(begun_later.opening(board.snapshot(NOW + 13))) == [
        "2026-01-01T00:00:13+00:00 CRITICAL server prod: unreachable for 4 seconds. Nobody "
        "listens.",
        "2026-01-01T00:00:13+00:00 CRITICAL 2 critical; 10 polls in the last minute.",
    ]
    assert said(one, board.fold(ServerStatus("prod", NOW + 18))) == [
        "2026-01-01T00:00:18+00:00 OK server prod: answers, was refused for 9 seconds."
    ]


def test_programs_get_a_document_also_for_what_follows_from_an_outage(board):
    one = change_lines(board, "json")
    down = ServerStatus("prod", NOW + 9, REFUSED, NOW + 9, NOW + 12)
    server, *followed = map(json.loads, said(one, board.fold(down)))
    assert (server["subject"], server["id"], server["after"]) == ("server", None, "refused")
    assert [(d["id"], d["after"], d["level"], d["of_server"]) for d in followed] == [
        (1000, "unreachable", "critical", True),
        (1001, "unreachable", "critical", True),
    ]
    assert followed[0] | {"name": "Sales", "group": "EMEA", "before": "open"} == followed[0]


def test_programs_begin_with_a_document_of_every_entry_point_and_then_a_heartbeat(board):
    one = ChangeLines(board, "wallboard.report.now.json", Level.OK)
    sales, billing, heartbeat = map(json.loads, one.opening(board.snapshot(NOW)))
    assert (sales["event"], sales["id"], sales["verdict"]) == ("entry_point", 1000, "open")
    assert billing["since"] == "2026-01-01T00:00:00.000+00:00"
    assert (heartbeat["event"], heartbeat["levels"]["ok"]) == ("heartbeat", 2)
    assert heartbeat["verdicts"] == {"open": 2}


def test_a_least_level_leaves_out_what_is_better_but_not_that_something_is_over(board):
    one = change_lines(board, least=Level.CRITICAL)
    assert said(one, *tell(board, BILLING, FULL, at=NOW + 1)) == []
    assert len(said(one, *tell(board, SALES, NO_AGENTS, at=NOW + 1))) == 1
    (over,) = said(one, *tell(board, SALES, OPEN, at=NOW + 2))
    assert " OK Sales (prod 1000): OPEN, was NO AGENTS" in over
    assert said(one, *tell(board, SALES, FULL, at=NOW + 3)) == []
    begun_later = ChangeLines(board, "wallboard.report.now.sentences", Level.CRITICAL)
    assert [line.split()[1] for line in begun_later.opening(board.snapshot(NOW + 4))] == ["WARNING"]


def test_the_first_answer_after_the_beginning_is_told():
    board = board_of(SALES)
    one = ChangeLines(board, "wallboard.report.now.sentences", Level.OK)
    assert " UNKNOWN Sales (prod 1000): WAITING. No answer yet." in next(
        one.opening(board.snapshot(NOW))
    )
    (line,) = said(one, *tell(board, SALES, OPEN, at=NOW + 8))
    assert " OK Sales (prod 1000): OPEN, was WAITING. Customers can start a chat." in line


def test_nothing_that_a_server_or_a_config_says_steers_a_terminal():
    evil = entry_point(1000, "Sa\x1b[2Jles\nX")
    board = board_of(evil)
    tell(board, evil, dict.fromkeys(Endpoint, Failure(Cause.HTTP, "\x1b]0;x\x07\u202e")))
    for form in ("sentences", "json"):
        one = ChangeLines(board, f"wallboard.report.now.{form}", Level.OK)
        for line in one.opening(board.snapshot(NOW)):
            assert line.isprintable()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "0 seconds"),
        (1.4, "1 second"),
        (59.6, "1 minute"),
        (3600, "1 hour"),
        (7385, "2 hours 3 minutes"),
        (90_000, "1 day 1 hour"),
        (86_400 * 3, "3 days"),
    ],
)
def test_a_span_is_spoken_with_its_two_largest_units(seconds, words):
    assert span_in_words(seconds) == words


@pytest.mark.parametrize("form", ["sentences", "json"])
def test_what_is_no_longer_confirmed_is_told_once_by_server_and_so_is_its_end(board, form):
    one = change_lines(board, form)
    tell(board, BILLING, OPEN, at=NOW + 20)
    assert list(one.of_staleness(board.snapshot(NOW + 30))) == []
    (some,) = one.of_staleness(board.snapshot(NOW + 31))
    (all_of_it,) = one.of_staleness(board.snapshot(NOW + 51))
    assert list(one.of_staleness(board.snapshot(NOW + 60))) == []
    heartbeat = one.heartbeat(board.snapshot(NOW + 60))
    tell(board, SALES, NO_AGENTS, at=NOW + 61)
    tell(board, BILLING, OPEN, at=NOW + 61)
    (over,) = one.of_staleness(board.snapshot(NOW + 61))
    assert list(one.of_staleness(board.snapshot(NOW + 62))) == []
    if form == "sentences":
        assert some.endswith(
            " UNKNOWN server prod: 1 of 2 entry points stale. The newest answer is 31 seconds old."
        )
        assert " UNKNOWN server prod: 2 of 2 entry points stale." in all_of_it
        assert " UNKNOWN 2 unknown; 2 stale; " in heartbeat
        assert over.endswith(" CRITICAL server prod: no stale entry points any more.")
        return
    told = [json.loads(line) for line in (some, all_of_it, heartbeat, over)]
    assert [one["event"] for one in told] == ["stale", "stale", "heartbeat", "stale"]
    assert [one["stale"] for one in told] == [1, 2, 2, 0]
    assert [one["level"] for one in told] == ["unknown", "unknown", "unknown", "critical"]
    assert told[0]["newest_answer_at_unix"] == NOW


def test_a_silence_of_a_moment_is_no_line_though_it_is_three_intervals():
    board = Board([(SALES, Policy(interval=0.5))])
    tell(board, SALES, OPEN)
    one = change_lines(board)
    assert list(one.of_staleness(board.snapshot(NOW + 2.9))) == []
    assert " 1 stale; " in one.heartbeat(board.snapshot(NOW + 2.9))
    assert len(list(one.of_staleness(board.snapshot(NOW + 3.0)))) == 1


def test_what_is_stale_is_not_told_to_whom_only_worse_is():
    board = board_of(SALES)
    tell(board, SALES, OPEN)
    one = change_lines(board, least=Level.CRITICAL)
    assert list(one.of_staleness(board.snapshot(NOW + 100))) == []


def test_a_failure_that_is_told_is_not_stale_as_well(board):
    one = change_lines(board)
    tell(board, SALES, dict.fromkeys(Endpoint, TIMEOUT), at=NOW + 40)
    tell(board, BILLING, OPEN, at=NOW + 40)
    assert list(one.of_staleness(board.snapshot(NOW + 41))) == []


def poll(endpoint, outcome, at):
    return Observation(KEY, endpoint, at, 5.0, outcome, Request("GET", "http://h/x"))


def fed(board, one, event):
    return said(one, board.fold(event))


def test_a_server_that_hangs_is_told_once_and_not_of_each_poll_before_that_is_known(board):
    one = change_lines(board)
    for number, endpoint in enumerate(Endpoint):
        assert fed(board, one, poll(endpoint, TIMEOUT, NOW + number)) == []
    (line,) = fed(board, one, ServerStatus("prod", NOW + 9, TIMEOUT, NOW, NOW + 12))
    assert "server prod: timed out, was ok." in line
    assert fed(board, one, poll(Endpoint.CAPACITY, REFUSED, NOW + 12)) == []
    (line,) = fed(board, one, ServerStatus("prod", NOW + 20))
    assert " OK server prod: answers, was timed out" in line
    for endpoint, fact in OPEN.items():
        assert fed(board, one, poll(endpoint, fact, NOW + 21)) == []


def test_an_endpoint_that_hangs_is_told_as_soon_as_its_server_answers(board):
    one = change_lines(board)
    assert fed(board, one, poll(Endpoint.CAPACITY, TIMEOUT, NOW + 1)) == []
    chat = OPEN[Endpoint.CHAT_ALLOWED]
    (line,) = fed(board, one, poll(Endpoint.CHAT_ALLOWED, chat, NOW + 2))
    assert "capacity: timed out, was ok." in line


def test_a_doubt_that_does_not_end_is_no_reason_to_say_nothing(board):
    one = change_lines(board)
    assert fed(board, one, poll(Endpoint.CAPACITY, TIMEOUT, NOW + 1)) == []
    lines = fed(board, one, poll(Endpoint.CHAT_ALLOWED, TIMEOUT, NOW + 1 + UNSETTLED_SECONDS))
    assert len(lines) == 2
