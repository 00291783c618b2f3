"""Text from outside, on its way to a terminal: every character there is, however it is shown."""

import sys
import tomllib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallboard.cli.run.service import log_line
from wallboard.config.document import literal
from wallboard.config.problem import shown
from wallboard.domain.foreign_text import (
    brief,
    escaped,
    escaped_lines,
    has_controls,
    safe,
    spelled_out,
    steers,
)
from wallboard.report.evidence.raw import visible
from wallboard.report.words.redaction import prose
from wallboard.report.words.table import csv_row
from wallboard.ui.look.text import is_safe
from wallboard.ui.look.text import safe as in_cells
from wallboard.ui.terminal.cells import split
from wallboard.ui.widgets.lines import pretty, raw

EVERY_CHARACTER = [chr(code) for code in range(sys.maxunicode + 1)]
CONTROLS = [*map(chr, (*range(0x20), *range(0x7F, 0xA0))), "\u2028", "\u2029"]
TURNING = [*map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A)))]
MARKS_OF_DIRECTION = ["\u061c", "\u200e", "\u200f"]
UNSEEN = ["\u00ad", "\u200b", "\u2060", "\ufeff", "\U000e0041", "\ue000", "\U0010ffff", "\u0378"]
HALVES = ["\ud800", "\udbff", "\udc00", "\udfff"]
JOINERS = ["\u200c", "\u200d"]

anything = st.text(st.characters(codec=None), max_size=200)


@pytest.mark.parametrize(
    "char", [*CONTROLS, *TURNING, *MARKS_OF_DIRECTION, *UNSEEN, *HALVES], ids=ascii
)
def test_what_could_steer_a_terminal_reaches_none_in_any_spelling(char):
    text = f"a{char}b"
    raw_value = text.encode("utf-8", "surrogatepass")
    assert steers(char)
    assert safe(text) == in_cells(text) == "a�b"
    assert escaped(text) == f"a{spelled_out(char)}b"
    for spelling in (
        brief(text),
        shown(text),
        literal(text),
        prose(text),
        log_line(0.0, "info", "x", {"value": text}, form="text"),
        *csv_row([text]).splitlines(),
        *visible(raw_value).splitlines(),
        *pretty(raw_value, 80),
        *raw(raw_value, 80),
    ):
        assert char not in spelling or char in "\t\n\r"
        assert not any(steers(seen) and seen != "\t" for seen in spelling)


@pytest.mark.parametrize("char", [*CONTROLS, *TURNING, *HALVES], ids=ascii)
def test_the_last_layer_before_the_terminal_lets_none_of_it_through(char):
    assert char not in "".join(split(f"a{char}b"))


def test_every_character_is_kept_or_replaced_and_never_lost():
    steering = [char for char in EVERY_CHARACTER if steers(char)]
    categories = {unicodedata.category(char) for char in steering}
    assert categories == {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert {safe(char) for char in steering} == {"�"}
    assert all(escaped(char).isascii() and escaped(char).isprintable() for char in steering)
    others = sorted({*EVERY_CHARACTER}.difference(steering))
    assert [char for char in others if unicodedata.category(char) in categories] == JOINERS
    assert all(safe(char) == escaped_lines(char) == char for char in others)


def test_what_no_name_may_hold_also_steers():
    refused = {char for char in EVERY_CHARACTER if has_controls(char)}
    assert refused == {*CONTROLS, *TURNING, *filter(is_half, EVERY_CHARACTER)}
    assert all(map(steers, refused))


def is_half(char):
    return "\ud800" <= char <= "\udfff"


def test_the_wall_shows_nothing_that_a_report_replaces():
    assert not any(steers(char) for char in EVERY_CHARACTER if is_safe(char))
    assert [char for char in JOINERS if is_safe(char)] == []


def test_joiners_and_combining_marks_are_part_of_their_script():
    for text in ("👩\u200d💻 क्\u200dष", "می\u200cشود", "e\u0301", "日本\u3000語\u00a0ا", "❤\ufe0f"):
        assert safe(text) == escaped_lines(text) == text
        assert not has_controls(text)


@given(anything)
def test_text_that_is_safe_stays_as_it_is(text):
    assert safe(safe(text)) == safe(text)
    assert len(safe(text)) == len(text)
    assert escaped(escaped(text)) == escaped(text)
    assert escaped(text).isprintable()
    assert not any(map(steers, safe(text) + escaped(text) + brief(text)))
    assert not any(steers(char) for char in escaped_lines(text) if char not in "\n\t")


@given(anything, st.integers(2, 80))
def test_a_brief_text_is_no_longer_than_asked(text, limit):
    assert len(brief(text, limit)) <= limit


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_a_literal_of_toml_says_the_same_on_one_safe_line(text):
    assert not any(map(steers, literal(text)))
    assert tomllib.loads(f"x = {literal(text)}") == {"x": text}
