"""The strip over the whole recording: levels, gaps, the position, where a click leads."""

import pytest

from wallboard.domain.policy import Level
from wallboard.ui.look.glyphs import ASCII, CONSOLE, UNICODE
from wallboard.ui.look.theme import available, load
from wallboard.ui.picture.view import ReplayPosition
from wallboard.ui.screen.time_strip import LABEL_WIDTH, moment_at, place_of, slices_in, strip_line

START, END = 1_790_000_000.0, 1_790_001_000.0


def replay_position(at=START + 500, levels=(), first=START, last=END):
    return ReplayPosition(at, first, last, levels=tuple(levels))


def words(one, width=40, theme="dark", glyphs=UNICODE):
    from dataclasses import replace

    line = strip_line(one, width, replace(load(theme), glyphs=glyphs))
    return "".join(segment.text for segment in line)


@pytest.mark.parametrize(
    ("glyphs", "shapes"), [(UNICODE, "▁▃▆█╌"), (ASCII, "_:+#'"), (CONSOLE, "░▒▓█-")]
)
def test_each_level_and_a_gap_have_a_shape_of_their_own(glyphs, shapes):
    levels = [*Level, None]
    drawn = words(replay_position(at=START - 1, levels=[Level.OK, *levels]), width=6, glyphs=glyphs)
    assert drawn[1:] == shapes
    assert len(set(shapes)) == 5


@pytest.mark.parametrize("theme", available())
def test_the_position_differs_from_every_slice_in_every_theme(theme):
    styles = load(theme)
    line = strip_line(replay_position(levels=[Level.CRITICAL] * 40), 40, styles)
    here = [segment for segment in line if segment.text == styles.glyphs.position]
    assert len(here) == 1
    assert here[0].style not in [segment.style for segment in line if segment is not here[0]]


@pytest.mark.parametrize("width", [28, 40, 60, 80, 200])
def test_the_line_fills_its_width_whatever_number_of_levels_there_is(width):
    for count in (0, 1, 7, 500):
        assert len(words(replay_position(levels=[Level.OK] * count), width)) == width


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
