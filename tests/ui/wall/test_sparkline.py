"""The chart of the waits: as wide as it is asked to be, with gaps and a scale."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from wallboard.domain.policy import Level, Thresholds
from wallboard.ui.look.glyphs import UNICODE
from wallboard.ui.wall.sparkline import SCALE_WIDTH, scale_of, sparkline

STYLES = {level: Style(color=f"color({level})") for level in Level}
PLAIN = Style()
LIMITS = Thresholds()

waits = st.lists(st.none() | st.floats(allow_nan=False), max_size=60)


def drawn(columns, thresholds=LIMITS):
    return sparkline(columns, thresholds, STYLES, PLAIN, PLAIN)


def text_of(columns):
    return "".join(segment.text for segment in drawn(columns))


@given(waits)
def test_every_chart_has_a_cell_a_column_and_room_for_its_scale(columns):
    assert cell_len(text_of(columns)) == len(columns) + SCALE_WIDTH


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=20))
def test_a_longer_wait_is_never_a_lower_block(columns):
    heights = [UNICODE.blocks.index(cell) for cell in text_of(columns)[: len(columns)]]
    by_wait = [height for _, height in sorted(zip(columns, heights, strict=True))]
    assert by_wait == sorted(by_wait)


def test_what_is_not_known_is_blank_before_the_first_value_and_a_gap_after_it():
    assert text_of([None, None, 10.0, None, 0.0]) == f"  █{UNICODE.gap}▁ ≤10s"


def test_nothing_known_is_a_blank_line():
    assert text_of([None] * 4).strip() == ""


def test_the_scale_is_the_next_round_number():
    assert [scale_of([wait]) for wait in (0.0, 10.0, 10.5, 61.0, 3601.0)] == [10, 10, 30, 120, 7200]
    assert scale_of([None]) == 10


def test_waits_of_days_have_a_scale_of_whole_days():
    day = 86_400
    assert text_of([day * 1.5]).endswith(" ≤2d")
    assert text_of([day * 150.0]).endswith("≤150d")
    assert text_of([day * 5000.0]).endswith("≤999d")


def test_a_block_has_the_colour_of_the_threshold_it_reaches():
    segments = drawn([5.0, 60.0, 300.0], Thresholds(wait_warning=60, wait_critical=300))
    styles = [segment.style for segment in segments[:3]]
    assert styles == [STYLES[Level.OK], STYLES[Level.WARNING], STYLES[Level.CRITICAL]]
