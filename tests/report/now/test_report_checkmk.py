"""The lines of a local check, read as the Checkmk server reads them."""

import re

from report_support import NO_AGENTS, NOW, OPEN, board_of, entry_point, tell

from wallboard.report.now.checkmk import checkmk_report, checkmk_unknown

LINE = re.compile(
    r'(?P<state>[0-3]) "(?P<service>[^"`;~!$%^&*|\\\'?<>\[\]{}]+)" '
    r"(?P<metrics>-|\w+=-?[0-9.]+(?:\|\w+=-?[0-9.]+)*) (?P<words>[^\n\\]+)"
)


def services(text):
    found = [LINE.fullmatch(line) for line in text.split("\n")]
    assert all(found), text
    return {one["service"]: (int(one["state"]), one["metrics"], one["words"]) for one in found}


def test_each_entry_point_is_a_service_and_so_is_the_check_itself():
    board = board_of(sales := entry_point(1000, "Sales"), care := entry_point(1001))
    tell(board, sales, OPEN)
    tell(board, care, NO_AGENTS)
    assert services(checkmk_report(board.snapshot(NOW))) == {
        "Wallboard": (0, "entry_points=2", "2 entry points polled"),
        "Chat Sales (prod 1000)": (
            0, "wait=12|queue=3|slots=4", "Sales (1000) OPEN: Customers can start a chat",
        ),
        "Chat 1001 (prod)": (
            2, "wait=12|queue=3|slots=4", "1001 NO AGENTS: No agent is available",
        ),
    }  # fmt: skip


def test_an_entry_point_without_an_answer_is_unknown_without_metrics():
    board = board_of(entry_point(1000, "Sales"))
    said = services(checkmk_report(board.snapshot(NOW), unfinished="not finished within 1 s"))
    assert said["Wallboard"] == (3, "entry_points=1", "not finished within 1 s")
    state, metrics, _words = said["Chat Sales (prod 1000)"]
    assert (state, metrics) == (3, "-")


def test_a_name_never_ends_its_line_or_its_quotes():
    names = ['a" - 0 "b', "a\nb", "a\\nb", "a;b|c'd`", "é 日本", "\x1b[31m"]
    board = board_of(*(entry_point(1000 + n, name) for n, name in enumerate(names)))
    said = services(checkmk_report(board.snapshot(NOW)))
    assert len(said) == len(names) + 1


def test_a_check_that_could_not_be_made_is_unknown():
    said = services(checkmk_unknown("invalid config\nfile: wrong\x1b"))
    assert said == {"Wallboard": (3, "-", "invalid config file: wrong�")}
