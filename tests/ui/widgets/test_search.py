"""Search inside laid-out lines: text across cut lines, expressions, and never for long."""

import itertools

import pytest

from wallboard.ui.widgets.search import MOST_MATCHES, Piece, SearchResult, SearchText


def texts(lines, found):
    return ["".join(lines[line][start:stop] for line, start, stop in m) for m in found.matches]


def search(lines, wanted, width=80):
    found = SearchText(lines, width).find(wanted)
    return texts(lines, found)


def test_text_is_found_in_any_case():
    assert search(["<Wait>", "wait WAIT"], "wAIt") == ["Wait", "wait", "WAIT"]


def test_nothing_is_found_of_nothing():
    assert SearchText(["abc"], 80).find("") == SearchResult()
    assert search([], "a") == []
    assert search(["abc"], "x") == []


@pytest.mark.parametrize("wanted", ["a(b", "[x", "*", "a{99999999999}", "(a{999}){999}", "a**"])
def test_what_is_no_expression_is_text(wanted):
    assert search([f"see {wanted} here"], wanted) == [wanted]


def test_an_expression_is_one_where_it_can_be():
    assert search(["a1 b22", "c"], r"\d+") == ["1", "22"]
    assert search(["key=1", "value=2"], "^(key|value)=") == ["key=", "value="]


def test_an_expression_that_matches_nothing_at_all_marks_nothing():
    assert search(["abc"], "x*") == []


def test_text_is_found_across_the_end_of_a_line_that_was_cut():
    lines = ["abcde", "fgh", "de"]
    found = SearchText(lines, 5).find("def")
    assert found.matches == ((Piece(0, 3, 5), Piece(1, 0, 1)),)
    assert search(lines, "hde", 5) == []


def test_text_over_three_cut_lines_is_one_match():
    lines = ["aab", "bbb", "bcc"]
    assert SearchText(lines, 3).find("bbbbb").matches == (
        (Piece(0, 2, 3), Piece(1, 0, 3), Piece(2, 0, 1)),
    )


def test_a_line_of_wide_characters_that_was_cut_goes_on_too():
    lines = ["漢字漢", "字x"]
    assert search(lines, "漢字x", 7) == ["漢字x"]


def test_many_matches_are_cut_off_and_that_is_known():
    found = SearchText(["a" * 70] * 1000, 80).find("a")
    assert len(found.matches) == MOST_MATCHES
    assert not found.complete


def test_an_expression_is_given_up_when_its_time_is_over():
    seconds = itertools.count(step=0.04)
    found = SearchText(["a1"] * 100, 80).find(r"\d", clock=lambda: next(seconds))
    assert 0 < len(found.matches) < 100
    assert not found.complete


def test_a_search_that_ends_in_time_is_complete():
    assert SearchText(["a1"] * 100, 80).find(r"\d", clock=lambda: 0.0).complete


def test_a_line_on_which_an_expression_takes_for_ever_ends_the_search():
    found = SearchText(["a" * 200] * 1_000, 200).find("(a|a)" * 40 + "[yz]")

    assert found.matches == ()
    assert not found.complete
