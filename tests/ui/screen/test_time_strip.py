"""The strip over the whole recording: levels, gaps, the position, where a click leads."""

import pytest

from wallboard.domain.policy import Level
from wallboard.ui.look.glyphs import ASCII, CONSOLE, UNICODE
from wallboard.ui.look.theme import available, load
from wallboard.ui.picture.view import ReplayPosition
from wallboard.ui.screen.time_strip import LABEL_WIDTH, moment_at, place_of, slices_in, strip_line

START, END = 1_790_000_000.0, 1_790_001_000.0


def replay_position(at=START + 500, shares=(), first=START, last=END):
    return ReplayPosition(at, first, last, shares=tuple(shares))


def words(one, width=40, theme="dark", glyphs=UNICODE):
    from dataclasses import replace

    line = strip_line(one, width, replace(load(theme), glyphs=glyphs))
    return "".join(segment.text for segment in line)


def part(level, share):
    """A slice in which so much of the board was at a level, and the rest OK."""
    shares = [0.0] * len(Level)
    shares[Level.OK] = 1.0 - share
    shares[level] += share
    return tuple(shares)


ALL_OK = part(Level.OK, 1.0)


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII, CONSOLE], ids=["unicode", "ascii", "console"])
def test_the_more_of_the_board_is_wrong_the_higher_is_the_slice(glyphs):
    slices = [ALL_OK, *(part(Level.CRITICAL, share) for share in (1 / 60, 0.5, 1.0)), None]
    drawn = words(replay_position(at=START - 1, shares=[ALL_OK, *slices]), width=6, glyphs=glyphs)
    *blocks, gap = drawn[1:]
    heights = [glyphs.blocks.index(block) for block in blocks]
    assert heights == sorted(heights)
    assert heights[0] == 0 < heights[1]
    assert heights[-1] == len(glyphs.blocks) - 1
    assert gap == glyphs.gap


def test_one_lasting_fault_does_not_hide_an_outage_of_the_board():
    lasting = [part(Level.CRITICAL, 1 / 60)] * 9
    shares = [*lasting, part(Level.UNKNOWN, 1.0)]
    drawn = words(replay_position(at=START - 1, shares=shares), 10)
    assert set(drawn[1:9]) == {UNICODE.blocks[1]}
    assert drawn[9] == UNICODE.blocks[-1]


def test_a_slice_has_the_colour_of_most_of_what_was_wrong():
    styles = load("dark")
    shares = [ALL_OK, (0.5, 0.4, 0.0, 0.1)]
    line = strip_line(replay_position(at=START - 1, shares=shares), 2, styles)
    *_, block = [segment for segment in line if segment.text and segment.text in UNICODE.blocks]
    assert block.style.color == styles.level[Level.WARNING].color


@pytest.mark.parametrize("theme", available())
def test_the_position_differs_from_every_slice_in_every_theme(theme):
    styles = load(theme)
    line = strip_line(replay_position(shares=[part(Level.CRITICAL, 1.0)] * 40), 40, styles)
    here = [segment for segment in line if segment.text == styles.glyphs.position]
    assert len(here) == 1
    assert here[0].style not in [segment.style for segment in line if segment is not here[0]]


@pytest.mark.parametrize("width", [28, 40, 60, 80, 200])
def test_the_line_fills_its_width_whatever_number_of_levels_there_is(width):
    for count in (0, 1, 7, 500):
        assert len(words(replay_position(shares=[ALL_OK] * count), width)) == width


def test_the_ends_are_labelled_with_the_day_where_it_is_not_the_same():
    assert words(replay_position(), 80).split()[0] == "14:13:20"
    long = words(replay_position(last=END + 200_000), 80)
    assert long.lstrip().startswith("Mon 21 14:13 ")
    assert len(words(replay_position(), 59).split("14:13:20")) == 1


@pytest.mark.parametrize("at", [START - 1e9, START, START + 499, END, END + 1e9, float("inf")])
def test_the_position_is_always_on_the_strip(at):
    assert 0 <= place_of(replay_position(at=at), 10) <= 9


def test_a_click_leads_to_the_slice_that_was_pointed_at_and_to_the_very_ends():
    one = replay_position()
    for place in range(1, 9):
        assert place_of(replay_position(at=moment_at(one, place, 10)), 10) == place
    assert moment_at(one, -5, 10) == moment_at(one, 0, 10) == START
    assert moment_at(one, 9, 10) == moment_at(one, 50, 10) == END


def test_a_recording_of_a_single_moment_can_be_drawn_and_clicked():
    one = replay_position(at=START, first=START, last=START)
    assert len(words(one)) == 40
    assert moment_at(one, 3, 10) == START


def test_there_is_room_for_a_slice_in_the_narrowest_terminal():
    assert slices_in(0) == 1
    assert slices_in(80) == 80 - 2 * LABEL_WIDTH
