"""Tiles: exactly as wide as they are asked to be, whatever is in them."""

import re
import unicodedata
from dataclasses import replace

import pytest
from boards import NOW, made_board
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from walls import parted

from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.history import History, Sample
from wallboard.domain.judgement import Judgement, Raised
from wallboard.domain.observation import Cause
from wallboard.domain.onset import Onset
from wallboard.domain.policy import Button, Level, Policy, Verdict
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.domain.state import EntryPointState
from wallboard.ui.look.glyphs import ASCII, CONSOLE, UNICODE
from wallboard.ui.look.theme import available, load, shipped_folder
from wallboard.ui.wall.layout import NORMAL, SMALLEST, TALLEST, WIDE
from wallboard.ui.wall.tile import TilePainter

WIDTHS = range(NORMAL.least_width, 61)
DARK = load("dark")
SIGNS = (UNICODE, CONSOLE, ASCII)
PAINTERS = {width: TilePainter(DARK, width) for width in WIDTHS}
ALL_PAINTERS = [
    TilePainter(replace(DARK, glyphs=signs), width, height, with_server=with_server)
    for signs in SIGNS
    for width in WIDTHS
    for height in range(SMALLEST, TALLEST + 1)
    for with_server in (False, True)
]
OPEN = Judgement(Verdict.OPEN, Level.OK, "Customers can start a chat", Button.SHOWN)

STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
NAMES = (
    "",
    "Sales",
    "1000",
    "a" * 200,
    "漢字" * 40,
    "e\u0301" * 60,
    "\u0301\u0302",
    "[red]x[/]",
    "[/]",
    "[link=file:///etc]x",
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x9b2Jgone",
    "\u202egnp.exe",
    "a\nb\tc\rd",
    "👩\u200d👩\u200d👧",
    "❤\ufe0f",
    "\udcff",
    "{verdict} %s",
)


def status_of(
    judgement=OPEN,
    *,
    name="Sales",
    number=1000,
    server="prod",
    waits=(),
    policy=None,
    onset=None,
):
    history = History()
    for n, wait in enumerate(waits):
        at = NOW - (len(waits) - n) * 10
        history = history.appended(Sample(at, wait, 1, 1, judgement.verdict, judgement.level))
    entry_point = EntryPoint(EntryPointKey(server, number), name)
    return EntryPointStatus(
        EntryPointState(entry_point, {}, history), policy or Policy(), judgement, onset=onset
    )


def texts(strips):
    return ["".join(segment.text for segment in strip) for strip in strips]


def painted(judgement=OPEN, width=30, height=NORMAL.height, *, selected=False, **about):
    painter = TilePainter(DARK, width, height)
    return texts(painter.paint(status_of(judgement, **about), NOW, selected=selected))


def assert_whole(lines, width, height=NORMAL.height):
    assert len(lines) == height
    for line in lines:
        assert cell_len(line) == width, line
        assert not {unicodedata.category(char) for char in parted(line)} & STEERING


@pytest.mark.parametrize("width", WIDTHS)
def test_a_tile_with_any_name_has_its_width(width):
    statuses = list(made_board(12, rounds=4).snapshot(NOW).entry_points.values())
    for n, name in enumerate(NAMES):
        for status in (statuses[n % 12], statuses[(n + width) % 12]):
            entry_point = replace(status.entry_point, name=name)
            renamed = replace(status, state=replace(status.state, entry_point=entry_point))
            strips = PAINTERS[width].paint(renamed, NOW + n * 10_000, selected=False)
            assert_whole(texts(strips), width)
            assert [strip.cell_length for strip in strips] == [width] * NORMAL.height


hostile = st.text(st.characters(codec=None), max_size=40)
moments = st.none() | st.floats(0, 4e9)
judgements = st.builds(
    Judgement,
    verdict=st.sampled_from(Verdict),
    level=st.sampled_from(Level),
    summary=hostile,
    button=st.sampled_from(Button),
    partial=st.booleans(),
    contradiction=st.booleans(),
    lenient=st.booleans(),
    failing=st.lists(st.sampled_from(Endpoint), unique=True).map(tuple),
    raw=st.none() | hostile,
    cause=st.none() | st.sampled_from(Cause),
    hint=st.none() | hostile,
    chat_allowed=st.none() | st.booleans(),
    reason=st.none() | hostile,
    response_type=st.none() | st.integers(-1, 10**18),
    raw_response_type=st.none() | hostile,
    agent_available=st.none() | st.booleans(),
    capacity=st.none() | st.integers(-(10**18), 10**18),
    wait_seconds=st.none() | st.floats(0),
    queue_depth=st.none() | st.integers(0, 10**18),
    newest_at=moments,
    fresh_until=moments,
)


@settings(max_examples=300)
@given(
    judgements,
    st.sampled_from(ALL_PAINTERS),
    st.text(st.characters(codec=None), max_size=80),
    st.integers(0, 10**19),
    st.lists(st.none() | st.floats(0), max_size=50),
    st.booleans(),
)
def test_any_judgement_can_be_drawn(judgement, painter, name, number, waits, selected):
    status = status_of(judgement, name=name, number=number, waits=waits)
    lines = texts(painter.paint(status, NOW, selected=selected))
    assert_whole(lines, painter.width, painter.height)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("selected", [False, True])
def test_a_tile_that_cannot_be_drawn_and_an_empty_place_have_their_width(width, selected):
    painter = PAINTERS[width]
    assert_whole(texts(painter.broken(status_of(), selected=selected)), width)
    assert_whole(texts(painter.blank()), width)
    assert "CANNOT BE DRAWN" in texts(painter.broken(status_of(), selected=selected))[0]


@pytest.mark.parametrize("verdict", Verdict)
def test_a_verdict_is_said_with_its_glyph_and_its_word_in_the_smallest_tile(verdict):
    first = painted(replace(OPEN, verdict=verdict), NORMAL.least_width)[0]
    assert f"{UNICODE.verdict[verdict]} {verdict.label}" in first


@pytest.mark.parametrize("theme", available(shipped_folder()))
def test_verdict_and_response_type_have_their_own_colours(theme):
    full = Verdict.QUEUE_DEPTH_REACHED
    judgement = replace(OPEN, verdict=full, level=Level.WARNING, response_type=2)
    styles = load(theme)
    first = TilePainter(styles, 40).paint(status_of(judgement), NOW, selected=False)[0]
    used = [segment.style for segment in first]
    assert styles.verdict[full] in used
    assert styles.response_type["2"] in used


def test_every_fact_of_an_entry_point_is_on_its_tile():
    judgement = replace(
        OPEN, response_type=0, wait_seconds=75.0, queue_depth=3, capacity=4, button=Button.HIDDEN
    )
    tile = "\n".join(painted(judgement, 40, waits=[10.0, None, 60.0], onset=Onset(NOW - 800, True)))
    for words in ("✓ OPEN", "eligible", "13m", "Sales", "1000", "wait 1m15s!", "queue 3"):
        assert words in tile
    for words in ("slots 4", "button hidden", f"▂{UNICODE.gap}█  ≤1m", "1h"):
        assert words in tile


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("button", Button)
def test_a_figure_and_the_button_are_whole_or_not_there(width, button):
    for count, shown in ((9999, "9999"), (45_678, "45k"), (10**18, ">1T")):
        judgement = replace(
            OPEN, wait_seconds=86_400 * 9.5, queue_depth=count, capacity=-count, button=button
        )
        third, fourth = painted(judgement, width)[2:4]
        slots = f"-{shown}!" if shown != ">1T" else "<-1T!"
        words = third[1:-1].split()
        assert words[1:4:2] == ["9d12h!", f"{shown}!"]
        assert words[5:] in ([], [slots])
        assert str(button) in fourth[1:-1].split()


def test_two_figures_are_never_fused():
    figures = [(1.0, 0), (59.0, 9), (3599.0, 47), (86_399.0, 9999)]
    for painter in ALL_PAINTERS:
        for wait, count in figures:
            judgement = replace(OPEN, wait_seconds=wait, queue_depth=count, capacity=count)
            line = "\n".join(texts(painter.paint(status_of(judgement), NOW, selected=False)))
            for label, figure in re.findall(r" (w|wait|q|queue|s|slots) (\S+)", line):
                assert label[0] in "wqs"
                assert re.fullmatch(r"[\ddhms]+!?", figure), line


@pytest.mark.parametrize("width", [NORMAL.least_width, WIDE, 60])
@pytest.mark.parametrize("height", range(SMALLEST, TALLEST + 1))
def test_a_tile_says_for_how_long_and_why_at_every_size(width, height):
    seen, unseen = Onset(NOW - 800, seen=True), Onset(NOW - 800)
    for onset, age in ((seen, "13m"), (unseen, "≥13m"), (Onset(NOW - 36, seen=True), "36s")):
        assert painted(OPEN, width, height, onset=onset)[0].rstrip().endswith(age)
    raised = replace(OPEN, level=Level.WARNING, raised=(Raised.NO_SLOTS,))
    assert "▲ OPEN no free" in painted(raised, width, height, onset=seen)[0]


def test_a_board_that_has_just_begun_does_not_count_seconds_that_mean_nothing():
    assert painted(OPEN, onset=Onset(NOW - 7))[0].rstrip().endswith("OPEN")


def test_a_tile_has_the_worst_state_of_each_slice_of_the_last_hour():
    board = made_board(12, rounds=4)
    for status in board.snapshot(NOW).entry_points.values():
        level = status.judgement.level
        for height, row in ((4, 3), (5, 4), (TALLEST, 6)):
            painter = TilePainter(DARK, 40, height)
            strip = texts(painter.paint(status, NOW, selected=False))[row]
            assert f" {UNICODE.strip[level]} " in strip
            assert "1h" in strip


def test_a_taller_tile_has_the_sentence_and_the_value_that_decides():
    status = made_board(4).snapshot(NOW).entry_points[EntryPointKey("prod", 1003)]
    tall = "\n".join(texts(TilePainter(DARK, 70, TALLEST).paint(status, NOW, selected=False)))
    assert "The agent assignment service is not running" in tall
    assert "chatAllowed allowed=false reason=service_not_running" in tall
    assert tall.endswith("\n" + " " * 70), "a blank row parts it from the next"


def test_a_cause_is_named_with_its_http_status():
    status = made_board(12).snapshot(NOW).entry_points[EntryPointKey("prod", 1009)]
    assert "ERROR HTTP 500" in texts(PAINTERS[40].paint(status, NOW, selected=False))[0]


def test_what_is_well_has_no_filled_bar_and_a_fault_has_one():
    painter, tile = PAINTERS[40], DARK.ui["tile"].bgcolor
    for status in made_board(12).snapshot(NOW).entry_points.values():
        first = painter.paint(status, NOW, selected=False)[0]
        (style,) = {part.style for part in first if status.judgement.verdict.label in part.text}
        calm = status.judgement.level is Level.OK or status.judgement.raised
        assert calm or style.bgcolor != tile
        if status.judgement.level is Level.OK:
            assert style.bgcolor == tile


def test_the_edge_has_a_shape_of_its_own_for_each_level():
    for signs in SIGNS:
        painter = TilePainter(replace(DARK, glyphs=signs), 30)
        edges = {
            level: {
                line[0] for line in texts(painter.paint(status_of(one), NOW, selected=selected))
            }
            for selected in (False, True)
            for level in Level
            for one in [replace(OPEN, level=level)]
        }
        assert len(set(map(frozenset, edges.values()))) == len(Level)
        assert all(len(signs_of_level) == 1 for signs_of_level in edges.values())


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("height", range(SMALLEST, TALLEST + 1))
def test_the_response_type_is_said_in_words_at_every_size(width, height):
    for response_type, words in ((0, "eligible"), (1, "no agent (1)"), (2, "max depth (2)")):
        assert words in "\n".join(
            painted(replace(OPEN, response_type=response_type), width, height)
        )


def test_the_server_is_on_the_tile_where_there_is_more_than_one():
    for width in WIDTHS:
        for height in range(SMALLEST, TALLEST + 1):
            for with_server in (False, True):
                painter = TilePainter(DARK, width, height, with_server=with_server)
                second = texts(painter.paint(status_of(), NOW, selected=False))[1]
                assert ("prod" in second) is with_server


def test_name_and_server_can_be_told_from_others_at_every_size():
    for width in WIDTHS:
        for height in range(SMALLEST, TALLEST + 1):
            painter = TilePainter(DARK, width, height, with_server=True)
            seconds = [
                texts(painter.paint(status_of(name=name, server=server), NOW, selected=False))[1]
                for name in ("Customer Care Premium", "Cust 2")
                for server in ("prod-emea-01", "prod-emea-02", "test-emea-01")
            ]
            assert len(set(seconds)) == len(seconds)
            assert all("Custome" in second for second in seconds[:3]), (width, height)


def test_figures_are_apart_from_the_server_before_them():
    painter = TilePainter(DARK, WIDE, SMALLEST, with_server=True)
    second = texts(painter.paint(status_of(server="prod-emea-01"), NOW, selected=False))[1]
    assert "prod-emea-01 w" in second or "-01 w" in second


def test_a_value_that_is_no_longer_fresh_has_its_age():
    judgement = replace(OPEN, newest_at=NOW - 95, fresh_until=NOW - 65, wait_seconds=3.0)
    assert "1m old" in painted(judgement)[1]
    assert "old" not in painted(replace(judgement, fresh_until=NOW + 1))[1]


def test_marks_are_words_where_there_is_room_and_signs_where_there_is_none():
    judgement = replace(OPEN, partial=True, contradiction=True, lenient=True)
    assert painted(judgement, 60)[1].rstrip().endswith("≠ contradiction ◐ partial ~ lenient")
    assert painted(judgement, NORMAL.least_width)[1].rstrip().endswith("≠◐~")


def test_a_name_like_its_id_is_shown_once():
    assert " ".join(painted(name="1000")).count("1000") == 1


def test_a_cut_name_leaves_the_id_whole():
    assert painted(name="Customer care of the whole region", width=26)[1].rstrip().endswith("1000")


def test_markup_in_a_name_is_text():
    assert "[red]x[/]" in painted(name="[red]x[/]")[1]


@pytest.mark.parametrize("theme", available(shipped_folder()))
def test_a_selected_tile_looks_different_in_every_theme_and_keeps_its_level(theme):
    painter = TilePainter(load(theme), 30)
    judgement = replace(OPEN, verdict=Verdict.OTHER, level=Level.CRITICAL)
    plain, selected = (
        [list(line) for line in painter.paint(status_of(judgement), NOW, selected=selected)]
        for selected in (False, True)
    )
    assert plain[1] != selected[1]
    assert UNICODE.pointer in selected[1][1].text
    assert [line[0].text for line in plain] == [line[0].text for line in selected]
    assert all(
        one[0].style.color == other[0].style.color
        for one, other in zip(plain, selected, strict=True)
    )
    if load(theme).native:
        name = selected[1][2].style
        assert name.reverse or not name.bgcolor.is_default
