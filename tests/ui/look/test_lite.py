"""The board on a slow link: sweeping charts, fewer pictures, fewer colours, and the meter."""

from boards import NOW, made_board, poll
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style
from walls import Clock, ids_on, part, settled, text_on, wall

from wallboard.board import Board
from wallboard.domain.endpoint import EntryPoint, EntryPointKey
from wallboard.domain.policy import Level, Policy, Thresholds
from wallboard.settings import Settings
from wallboard.ui.app.wall_modes import WINDOW_SECONDS, Meter
from wallboard.ui.look.lite import age_in_steps, asked_theme, refresh_seconds
from wallboard.ui.screen.header import BoardHeader
from wallboard.ui.wall.sparkline import SCALE_WIDTH, sparkline

STYLES = dict.fromkeys(Level, Style())


def swept(columns, slot):
    segments = sparkline(columns, Thresholds(), STYLES, Style(), Style(), slot=slot)
    return "".join(segment.text for segment in segments)[:-SCALE_WIDTH]


waits = st.lists(st.floats(0, 10), min_size=30, max_size=60)


@given(waits, st.integers(3, 20), st.integers(0, 10**9))
def test_a_sweeping_chart_changes_the_newest_cell_and_the_gap_ahead_of_it(waits, width, slot):
    before, after = swept(waits[:width], slot), swept(waits[1 : width + 1], slot + 1)
    changed = [x for x in range(width) if before[x] != after[x]]
    newest = (slot + 1) % width
    assert set(changed) <= {newest, (newest + 1) % width}


@given(waits, st.integers(2, 30), st.integers(0, 10**9))
def test_a_sweeping_chart_shows_what_a_scrolling_one_shows_but_for_the_oldest(waits, width, slot):
    columns = waits[:width]
    chart = swept(columns, slot)
    newest = slot % width
    assert chart[(newest + 1) % width] == " "
    scrolling = swept(columns, None)
    turned = chart[newest + 1 :] + chart[: newest + 1]
    assert turned[1:] == scrolling[1:]


def test_a_sweep_of_one_cell_is_the_newest():
    assert swept([10.0], 5) == "█"
    assert swept([], 5) == ""


def test_a_slow_link_gets_the_terminals_own_colours_unless_a_theme_is_asked_for():
    assert asked_theme("auto", Settings(lite=True)) == "ansi16"
    assert asked_theme("light", Settings(lite=True)) == "light"
    assert asked_theme("auto", Settings()) == "auto"


def test_a_slow_link_gets_a_picture_every_two_seconds_or_as_seldom_as_the_config_says():
    assert refresh_seconds(Settings()) == 0.5
    assert refresh_seconds(Settings(lite=True)) == 2.0
    assert refresh_seconds(Settings(lite=True, refresh=7.0)) == 7.0


def test_the_age_of_the_newest_data_goes_in_steps_on_a_slow_link():
    assert age_in_steps(3.4, lite=False) == "3s"
    assert age_in_steps(9.9, lite=True) == "<10s"
    assert age_in_steps(79.9, lite=True) == "1m10s"


async def test_the_header_of_a_slow_link_changes_once_in_ten_seconds():
    clock = Clock(NOW)
    app = wall(made_board(1), clock=clock, lite=True)
    async with app.run_test() as pilot:
        await settled(pilot)
        first = part(app, BoardHeader)
        assert "polling OK, data <10s old" in first
        assert "polls/min" not in first
        clock.now += 7
        await settled(pilot)
        assert part(app, BoardHeader) == first
        clock.now += 3
        await settled(pilot)
        assert part(app, BoardHeader) != first


async def test_a_slow_link_is_sent_another_order_only_every_ten_seconds():
    board, clock = made_board(12), Clock()
    keys = list(board.snapshot(NOW).entry_points)
    app = wall(board, clock=clock, lite=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        before = ids_on(app)
        poll(board, keys[0], 3, 0, NOW)
        clock.now += 4
        await settled(pilot)
        assert ids_on(app) == before
        assert "SERVICE DOWN" in text_on(app)
        clock.now += 7
        await settled(pilot)
        assert ids_on(app) != before


async def test_a_slow_link_is_sorted_as_soon_as_the_answers_are_there():
    keys = [EntryPointKey("prod", 1000 + n) for n in range(12)]
    board, clock = Board([(EntryPoint(key, f"n{key.id}"), Policy()) for key in keys]), Clock()
    app = wall(board, clock=clock, lite=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        assert ids_on(app)[0] == 1000
        for seconds, key in enumerate(keys[:4]):
            poll(board, key, seconds, 0, NOW + seconds)
            clock.now = NOW + seconds
            await settled(pilot)
        assert ids_on(app)[:2] == [1003, 1002]


class Link:
    def __init__(self) -> None:
        self.sent = 0

    def __call__(self) -> int:
        return self.sent


def test_the_meter_says_nothing_until_it_is_switched_on():
    link = Link()
    meter = Meter(link)
    assert meter.words(NOW) == ""
    link.sent = 6000
    assert meter.words(NOW + WINDOW_SECONDS) == ""
    meter.toggle()
    assert meter.words(NOW + WINDOW_SECONDS) == "1.2 KB/s", "it measured all the time"
    meter.toggle()
    assert meter.words(NOW + WINDOW_SECONDS) == ""


def test_the_meter_gives_a_figure_of_the_same_width_before_its_first_window_has_passed():
    meter = Meter(Link())
    meter.toggle()
    assert meter.words(NOW) == "0.0 KB/s"


def test_the_meter_gives_a_new_average_once_a_window():
    link = Link()
    meter = Meter(link)
    meter.toggle()
    meter.words(NOW)
    link.sent = 6000
    assert meter.words(NOW + WINDOW_SECONDS) == "1.2 KB/s"
    link.sent = 99_000
    assert meter.words(NOW + WINDOW_SECONDS + 4) == "1.2 KB/s"
    assert meter.words(NOW + 2 * WINDOW_SECONDS) == "18.6 KB/s"


def test_the_meter_goes_on_after_the_clock_was_put_back():
    link = Link()
    meter = Meter(link)
    meter.toggle()
    meter.words(NOW)
    meter.words(NOW - 3600)
    link.sent = 5000
    assert meter.words(NOW - 3600 + WINDOW_SECONDS) == "1.0 KB/s"


async def test_a_key_shows_the_meter_in_the_header_and_hides_it():
    app = wall()
    async with app.run_test() as pilot:
        await settled(pilot)
        assert "KB/s" not in part(app, BoardHeader)
        await pilot.press("m")
        assert "KB/s" in part(app, BoardHeader)
        await pilot.press("m")
        assert "KB/s" not in part(app, BoardHeader)
