"""Large tiles: verdict and age in big letters, wait and queue as two figures of one size."""

import re
from dataclasses import replace

import pytest
from boards import NOW, made_board
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from test_tile import DARK, OPEN, SIGNS, judgements, status_of, texts

from wallboard.domain.policy import Level, Verdict
from wallboard.ui.look.glyphs import ASCII, UNICODE
from wallboard.ui.wall.big_letters import big, big_height, big_width, can_be_big
from wallboard.ui.wall.headline import biggest
from wallboard.ui.wall.large_tile import LargePainter
from wallboard.ui.wall.layout import LARGE

WIDTH = LARGE.least_width
HEIGHTS = range(6, 60)


def drawn(status, width=WIDTH, height=LARGE.height, glyphs=UNICODE):
    painter = LargePainter(replace(DARK, glyphs=glyphs), width, height)
    return texts(painter.paint(status, NOW, selected=False))


def standing(number):
    """One of the entry points of a board, which has been as it is for four minutes."""
    return list(made_board(12).snapshot(NOW).entry_points.values())[number]


def assert_shows(lines, words, glyphs=UNICODE, scale=1):
    """These words are there in big letters, all rows of them at one place."""
    rows = big(words, glyphs, scale)
    spots = [match.start() for line in lines for match in re.finditer(re.escape(rows[0]), line)]
    assert any(
        all(
            lines[top + n][spot : spot + len(row)] == row
            for n, row in enumerate(rows)
            if top + n < len(lines)
        )
        for top in range(len(lines) - len(rows) + 1)
        for spot in spots
    ), "\n".join(lines)


@pytest.mark.parametrize("signs", SIGNS, ids=lambda signs: signs.name)
@pytest.mark.parametrize("verdict", Verdict)
def test_the_verdict_and_its_age_are_in_big_letters_in_the_smallest_tile(verdict, signs):
    status = standing(0)
    level = verdict.default_level
    judgement = replace(status.judgement, verdict=verdict, level=level, raised=())
    lines = drawn(replace(status, judgement=judgement), glyphs=signs)
    shorter = {"SERVICE DOWN": "DOWN", "QUEUE FULL": "FULL", "UNREACHABLE": "UNREACH"}
    assert_shows(lines, shorter.get(verdict.label, verdict.label), signs)
    assert_shows(lines, f"{signs.at_least}3m", signs)


def test_a_roomy_tile_says_the_verdict_in_full():
    assert_shows(drawn(standing(3), 80, 16), "SERVICE DOWN")
    assert_shows(drawn(standing(3), 80, 24), "SERVICE", scale=2)
    assert_shows(drawn(standing(3), 80, 24), "DOWN", scale=2)


@pytest.mark.parametrize("queue", [3, 47, 99])
@pytest.mark.parametrize("seconds", [12.0, 754.0])
def test_wait_and_queue_are_two_figures_of_one_size_with_a_label_each(seconds, queue):
    judgement = replace(OPEN, wait_seconds=seconds, queue_depth=queue, capacity=3)
    lines = drawn(status_of(judgement))
    shown = f"{int(seconds) // 60}:{int(seconds) % 60:02}"
    assert_shows(lines, f"{shown}!" if seconds >= 60 else shown)
    assert_shows(lines, f"{queue}!" if queue >= 10 else str(queue))
    first = next(line for line in lines if re.search(r"\bw(ait)? ", line) and "▀" in line)
    wait, queued = re.split(r"\bq(?:ueue)? ", first)
    assert big(shown, UNICODE)[0].strip() in wait
    assert big(str(queue), UNICODE)[0].strip() in queued


def test_figures_too_long_for_big_digits_are_both_in_words():
    judgement = replace(OPEN, wait_seconds=3599.0, queue_depth=-(10**9), capacity=3)
    lines = drawn(status_of(judgement))
    assert any("wait" in line and "59m59s" in line and "-1G" in line for line in lines)


def test_the_reason_and_the_response_type_are_there_in_words():
    lines = drawn(standing(3))
    assert any("Agent assignment service not running" in line for line in lines)
    assert any("no agent (1)" in line for line in lines)
    sentence = "Customers can start a chat; no free slots"
    raised = replace(OPEN, level=Level.WARNING, summary=sentence, raised=("no free slots",))
    assert any("▲ no free slots" in line for line in drawn(status_of(raised), height=6))


def test_what_is_less_bad_is_not_written_larger_than_what_is_critical():
    for width, height in ((40, 10), (60, 16), (100, 14), (120, 36), (300, 77)):
        painter = LargePainter(DARK, width, height)
        sizes = {
            status.judgement.level: painter.headline(status, NOW).scale
            for status in made_board(12).snapshot(NOW).entry_points.values()
        }
        assert (
            max(sizes[level] for level in Level if level < Level.CRITICAL) <= sizes[Level.CRITICAL]
        )


@given(judgements, st.integers(WIDTH, 320), st.sampled_from(HEIGHTS), st.sampled_from(SIGNS))
def test_a_large_tile_of_any_size_has_that_size(judgement, width, height, signs):
    lines = drawn(status_of(judgement), width, height, signs)
    assert [cell_len(line) for line in lines] == [width] * height


def test_big_letters_have_all_that_is_said_in_them():
    words = [verdict.label for verdict in Verdict]
    for text in (*words, "ALL 13 OPEN", "0123456789", "≥59m", ">2h07m", "2d", "36s", "47!", "--"):
        assert can_be_big(text)
    assert not can_be_big("漢字")


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
@pytest.mark.parametrize("signs", SIGNS, ids=lambda signs: signs.name)
def test_big_letters_are_as_large_as_said_and_differ(signs, scale):
    seen = {}
    for char in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:?!":
        rows = big(char, signs, scale)
        assert len(rows) == big_height(scale)
        assert {len(row) for row in rows} == {big_width(char, scale)}
        seen.setdefault(rows, []).append(char)
    # As on many a display O and 0, S and 5, and I and 1 tell themselves apart by what they are in.
    assert {"".join(chars) for chars in seen.values() if len(chars) > 1} <= {"O0", "S5"}


def test_big_letters_in_ascii_are_ascii():
    assert "".join(big("SERVICE DOWN 13m", ASCII)).isascii()


@given(
    st.sampled_from([verdict.label for verdict in Verdict]),
    st.sampled_from(["", "36s", "≥13m", "2h07m"]),
    st.integers(10, 320),
    st.integers(1, 90),
)
def test_a_headline_fits_what_it_was_made_for(words, age, width, height):
    headline = biggest((words,), age, width, (height,))
    if headline:
        rows = headline.drawn(width, UNICODE)
        assert len(rows) == headline.height <= height
        assert {len(row) for row in rows} == {width}
