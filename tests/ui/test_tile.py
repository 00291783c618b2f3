"""Tiles: exactly as wide as they are asked to be, whatever is in them."""

import unicodedata
from dataclasses import replace

import pytest
from boards import NOW, made_board
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.history import History, Sample
from wallboard.domain.observation import Cause
from wallboard.domain.policy import Button, Level, Policy, Verdict
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.domain.state import EntryPointState
from wallboard.domain.verdict import Judgement
from wallboard.ui.look.glyphs import ASCII, CONSOLE, UNICODE
from wallboard.ui.look.theme import available, load, shipped_folder
from wallboard.ui.wall.layout import NORMAL
from wallboard.ui.wall.tile import TilePainter

WIDTHS = range(NORMAL.least_width, 61)
DARK = load("dark")
SIGNS = (UNICODE, CONSOLE, ASCII)
PAINTERS = {width: TilePainter(DARK, width) for width in WIDTHS}
ALL_PAINTERS = [
    TilePainter(replace(DARK, glyphs=signs), width) for signs in SIGNS for width in WIDTHS
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


def status_of(judgement=OPEN, *, name="Sales", number=1000, waits=(), policy=None):
    history = History()
    for n, wait in enumerate(waits):
        at = NOW - (len(waits) - n) * 10
        history = history.appended(Sample(at, wait, 1, 1, judgement.verdict, judgement.level))
    entry_point = EntryPoint(EntryPointKey("prod", number), name)
    return EntryPointStatus(
        EntryPointState(entry_point, {}, history), policy or Policy(), judgement
    )


def texts(strips):
    return ["".join(segment.text for segment in strip) for strip in strips]


def painted(judgement=OPEN, width=30, *, selected=False, **about):
    strips = PAINTERS[width].paint(status_of(judgement, **about), NOW, selected=selected)
    return texts(strips)


def assert_whole(lines, width):
    assert len(lines) == NORMAL.height
    for line in lines:
        assert cell_len(line) == width, line
        assert not {unicodedata.category(char) for char in line} & STEERING


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
    assert_whole(texts(painter.paint(status, NOW, selected=selected)), painter.width)


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
    judgement = replace(OPEN, verdict=Verdict.QUEUE_DEPTH_REACHED, response_type=2)
    styles = load(theme)
    first = TilePainter(styles, 40).paint(status_of(judgement), NOW, selected=False)[0]
    used = [segment.style for segment in first]
    assert styles.verdict[Verdict.QUEUE_DEPTH_REACHED] in used
    assert styles.response_type["2"] in used


def test_every_fact_of_an_entry_point_is_on_its_tile():
    judgement = replace(
        OPEN, response_type=0, wait_seconds=75.0, queue_depth=3, capacity=4, button=Button.HIDDEN
    )
    tile = "\n".join(painted(judgement, 40, waits=[10.0, None, 60.0]))
    for words in ("✓ OPEN", "0 CAN TAKE", "Sales", "1000", "est. wait 1m15s", "queue 3"):
        assert words in tile
    for words in ("slots 4", "button hidden", f"▂{UNICODE.gap}█  ≤1m"):
        assert words in tile


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("button", Button)
def test_no_figure_and_no_button_is_ever_cut(width, button):
    for count, shown in ((9999, "9999"), (45_678, "45k"), (10**18, ">1T")):
        judgement = replace(
            OPEN, wait_seconds=86_400 * 9.5, queue_depth=count, capacity=-count, button=button
        )
        third, fourth = painted(judgement, width)[2:4]
        assert third[1:-1].split()[-1] == shown
        assert "9d12h" in third
        assert fourth[1:-1].split()[1] == (f"-{shown}" if shown != ">1T" else "<-1T")
        assert fourth[1:-1].split()[-1] == button


def test_a_value_that_is_no_longer_fresh_has_its_age():
    judgement = replace(OPEN, newest_at=NOW - 95, fresh_until=NOW - 65, wait_seconds=3.0)
    assert "1m35s old" in painted(judgement)[1]
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


def test_a_selected_tile_looks_different_in_every_theme():
    for theme in available():
        painter = TilePainter(load(theme), 30)
        looks = [painter.paint(status_of(), NOW, selected=selected) for selected in (False, True)]
        assert all(list(one) != list(other) for one, other in zip(*looks, strict=True))
