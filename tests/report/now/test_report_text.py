import unicodedata
from math import inf, nan

import pytest
from report_support import (
    FULL,
    NO_AGENTS,
    NOW,
    OPEN,
    TIMEOUT,
    board_of,
    entry_point,
    lines_of,
    tell,
)

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.foreign_text import safe
from wallboard.domain.observation import Cause, Failure, ServerStatus
from wallboard.domain.reading import ChatAllowed
from wallboard.domain.time_span import span
from wallboard.report.now.text import text_report
from wallboard.report.words.table import cells, table
from wallboard.ui.look import glyphs, text
from wallboard.ui.wall.big_figures import clock_of


def test_the_worst_comes_first_with_its_figures_and_its_reason():
    good, bad = entry_point(1000, "Sales"), entry_point(1001, "Billing")
    board = board_of(good, bad)
    tell(board, good, OPEN)
    tell(board, bad, NO_AGENTS)
    heading, first, second, _, total = text_report(board.snapshot(NOW)).splitlines()
    assert heading.split() == ["LEVEL", "VERDICT", "ID", "NAME", "WAIT", "QUEUE", "SLOTS",
                               "BUTTON", "MARKS", "WHY"]  # fmt: skip
    assert first.split() == ["critical", "NO", "AGENTS", "1001", "Billing", "12s", "3", "4",
                             "hidden", "No", "agent", "is", "available"]  # fmt: skip
    assert second.split()[:3] == ["ok", "OPEN", "1000"]
    assert total == "2 entry points: 1 critical, 1 ok"


def test_failing_endpoints_are_told_in_words():
    sales = entry_point(1000, "Sales")
    board = board_of(sales)
    tell(board, sales, {**OPEN, Endpoint.CAPACITY: TIMEOUT})
    text = text_report(board.snapshot(NOW))
    assert "Failing endpoints:\n  Sales (1000) capacity: No answer within 5 s. [timeout]" in text
    assert "partial" in lines_of(text, "Sales")[0]


def test_failing_endpoints_of_several_servers_are_told_apart():
    here, there = entry_point(1000, "Sales"), entry_point(1000, "Sales", server="other")
    board = board_of(here, there)
    tell(board, here, OPEN)
    tell(board, there, {**OPEN, Endpoint.CAPACITY: TIMEOUT})
    assert "\n  Sales (other 1000) capacity: No answer" in text_report(board.snapshot(NOW))


def test_the_line_of_a_failing_endpoint_names_it_once():
    sales = entry_point(1000, "Sales")
    board = board_of(sales)
    empty = Failure(Cause.EMPTY, "capacity: the server answered 200 with an empty body.")
    tell(board, sales, {**OPEN, Endpoint.CAPACITY: empty})
    assert "(1000) capacity: the server answered 200" in text_report(board.snapshot(NOW))


def test_a_dead_server_is_one_sentence_and_not_one_for_each_endpoint():
    many = [entry_point(number) for number in range(1000, 1020)]
    board = board_of(*many)
    for one in many:
        tell(board, one, dict.fromkeys(OPEN, TIMEOUT))
    board.fold(ServerStatus("prod", NOW, Failure(Cause.TIMEOUT, "It hangs."), NOW))
    text = text_report(board.snapshot(NOW))
    assert text.count("It hangs.") == 1
    assert "server prod unreachable: It hangs." in text
    assert "Failing" not in text


def test_servers_and_groups_have_columns_only_where_they_tell_something_apart():
    alone = board_of(entry_point(1, "Sales"))
    assert "SERVER" not in text_report(alone.snapshot(NOW))
    assert "GROUP" not in text_report(alone.snapshot(NOW))
    several = board_of(entry_point(1, server="a", group="EMEA"), entry_point(1, server="b"))
    text = text_report(several.snapshot(NOW))
    assert "SERVER" in text
    assert "GROUP" in text


def test_columns_line_up_under_wide_and_combining_characters():
    names = ["Sales", "営業部", "Vertrieb", "e\u0301quipe", "📞"]
    many = [entry_point(number, name) for number, name in enumerate(names, start=1000)]
    board = board_of(*many)
    for one in many:
        tell(board, one, FULL)
    lines = text_report(board.snapshot(NOW)).splitlines()[1:6]
    assert len({cells(line[: line.index("12s")]) for line in lines}) == 1


def test_nothing_from_a_name_or_a_server_can_steer_the_terminal():
    evil = "\x1b[2J\x9b1m\u202eflip\u2028\nline\x7f\ud800"
    sales = entry_point(1000, evil, group=evil)
    board = board_of(sales)
    strange = ChatAllowed(False, raw_reason=evil)
    tell(board, sales, {**OPEN, Endpoint.CHAT_ALLOWED: strange, Endpoint.CAPACITY:
                        Failure(Cause.HTTP, evil)})  # fmt: skip
    for line in text_report(board.snapshot(NOW)).split("\n"):
        assert not any(unicodedata.category(char) in {"Cc", "Cs", "Zl"} for char in line)
        assert "\u202e" not in line
    assert len(lines_of(text_report(board.snapshot(NOW)), "flip")) == 2


def test_joiners_of_scripts_and_emoji_are_left_alone():
    assert safe("👩\u200d💻 क्\u200dष") == "👩\u200d💻 क्\u200dष"


def test_unknown_figures_are_dashes_and_waits_are_short():
    board = board_of(entry_point(1000))
    assert " -      -      -  unknown" in text_report(board.snapshot(NOW))
    assert [span(s) for s in (0, 59.6, 125, 3600 * 3 + 420)] == ["0s", "1m00s", "2m05s", "3h07m"]


@pytest.mark.parametrize("seconds", [0, 59.6, 200_000, 10**7, 10**9, nan, inf, -inf, -7])
def test_a_span_of_time_is_told_in_the_same_words_by_every_face(seconds):
    said = span(seconds)
    assert text.span(seconds, glyphs.ASCII) == said
    if 3600 <= seconds < inf and said != ">999d":
        assert said.startswith(clock_of(seconds).removesuffix("h"))


def test_an_empty_table_is_only_its_heading():
    assert table(["A", "B"], []) == ["A  B"]


def test_equal_failures_are_one_line():
    many = [entry_point(number) for number in range(1000, 1012)]
    board = board_of(*many)
    for one in many:
        tell(board, one, {**OPEN, Endpoint.CAPACITY: TIMEOUT, Endpoint.AGENT_AVAILABILITY: TIMEOUT})
    lines = text_report(board.snapshot(NOW)).splitlines()
    (line,) = lines[lines.index("Failing endpoints:") + 1 :]
    assert line.startswith("  1000 capacity, agentAvailability; 1001 capacity, agentAvailability;")
    assert f" and 2 more: {TIMEOUT.message} [timeout]" in line
