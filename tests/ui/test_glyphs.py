"""Signs: one set for each kind of terminal, chosen once, and nothing drawn that is not in it."""

from dataclasses import fields, replace

import pytest
from boards import NOW, made_board, outage
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.segment import Segment
from textual.strip import Strip

from wallboard.domain.policy import Level, Verdict
from wallboard.settings import Settings
from wallboard.ui.app.app import WallboardApp
from wallboard.ui.look import glyphs
from wallboard.ui.look.glyphs import ASCII, CONSOLE, UNICODE
from wallboard.ui.terminal.cells import transliterated
from wallboard.ui.terminal.painter import Painter

SETS = [UNICODE, ASCII, CONSOLE]
MAY_BE_LONGER = {"contradiction", "becomes", "node_differs", "disputed"}
NO_SIGNS = {"name", "beyond_ascii", *MAY_BE_LONGER}


def signs_of(signs):
    """Every single sign of a set."""
    for field in fields(signs):
        value = getattr(signs, field.name)
        if field.name not in NO_SIGNS:
            yield from value.values() if isinstance(value, dict) else value


@pytest.mark.parametrize("signs", SETS, ids=lambda signs: signs.name)
def test_every_sign_takes_one_cell(signs):
    assert {cell_len(sign) for sign in signs_of(signs)} == {1}


@pytest.mark.parametrize("signs", SETS, ids=lambda signs: signs.name)
def test_a_gap_in_a_chart_is_no_column_of_it(signs):
    assert signs.gap not in signs.blocks
    assert len(set(signs.blocks)) == len(signs.blocks)


def test_the_ascii_set_is_ascii():
    assert "".join(signs_of(ASCII)).isascii()
    assert all(getattr(ASCII, name).isascii() for name in MAY_BE_LONGER)


def test_the_console_set_keeps_to_what_its_fonts_have():
    beyond = {sign for sign in signs_of(CONSOLE) if not sign.isascii()}
    assert beyond <= CONSOLE.beyond_ascii


@pytest.mark.parametrize(
    ("ascii_only", "environ", "chosen"),
    [
        ("auto", {"LANG": "en_US.UTF-8", "TERM": "xterm-256color"}, UNICODE),
        ("auto", {"LANG": "de_DE.utf8"}, UNICODE),
        ("auto", {"LANG": "de_DE.ISO-8859-1"}, ASCII),
        ("auto", {"LANG": "de_DE.ISO-8859-15@euro"}, ASCII),
        ("auto", {"LANG": "en_US.UTF-8", "LC_ALL": "C"}, ASCII),
        ("auto", {"LANG": "en_US.UTF-8", "LC_CTYPE": "POSIX"}, ASCII),
        ("auto", {"LANG": "C", "LC_CTYPE": "C.UTF-8"}, UNICODE),
        ("auto", {"LANG": "en_US.UTF-8", "TERM": "linux"}, CONSOLE),
        ("auto", {"LC_ALL": "C", "TERM": "linux"}, ASCII),
        (True, {"LANG": "en_US.UTF-8"}, ASCII),
        (True, {"LANG": "en_US.UTF-8", "TERM": "linux"}, ASCII),
        (False, {"LC_ALL": "C"}, UNICODE),
        (False, {"LC_ALL": "C", "TERM": "linux"}, CONSOLE),
    ],
)
def test_the_signs_are_those_the_terminal_can_show(ascii_only, environ, chosen):
    assert glyphs.choose(ascii_only, environ) is chosen


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("plain", "plain"),
        ("Zürich", "Zurich"),
        ("e\u0301a", "ea"),
        ("Łódź", "Lodz"),
        ("“quoted” – …", '"quoted" - .'),
        ("│─┼█", "|-+#"),
        ("漢字x", "????x"),
        ("👩\u200d👩", "??"),
        ("\u202ea\x1bb", "a?b"),
        ("€", "?"),
    ],
)
def test_text_is_respelt_cell_by_cell(text, cells):
    assert "".join(transliterated(text, frozenset())) == cells


def test_what_the_terminal_can_show_is_left_as_it_is():
    assert transliterated("é字✓", frozenset("é")) == ("é", "?", "?", "?")


def test_a_painter_sends_nothing_that_the_terminal_cannot_show():
    painter = Painter(12, 1, ColorSystem.TRUECOLOR, frozenset())
    painter.put(0, 0, Strip([Segment("é✓漢字 │…ok")]))
    sent = painter.paint()
    assert sent.isascii()
    assert "e????? |.ok" in sent
    painter.put(0, 0, Strip([Segment("é✓漢字 │…ok"), Segment(" ")]))
    assert painter.paint() == ""


def lines_of(app):
    """What each line of the screen says."""
    return [strip.text for strip in app.screen._compositor.render_strips()]


SCREENS = {
    "wall": [],
    "compact wall": ["d"],
    "normal wall": ["d", "d"],
    "large wall": ["d", "d", "d"],
    "sorted and grouped wall": ["s", "S", "o"],
    "folded wall": ["o", "Z"],
    "filtered wall": ["f", "slash", "a"],
    "filter about to be typed": ["slash"],
    "drill-down": ["enter"],
    "last of them": ["end", "enter"],
    "headers": ["enter", "2"],
    "timeline": ["enter", "3"],
    "chart": ["enter", "4"],
    "diff": ["enter", "5"],
    "search": ["enter", "slash", "x"],
    "help": ["question_mark"],
    "help of the drill-down": ["enter", "question_mark"],
    "themes": ["t"],
    "frozen": ["space"],
}


@pytest.mark.parametrize("keys", SCREENS.values(), ids=SCREENS)
async def test_every_screen_can_be_drawn_in_ascii(keys):
    board = made_board(40)
    board.fold(outage())
    app = WallboardApp(Settings(ascii=True), board=board, clock=lambda: NOW)
    app.messages.add("something went wrong")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        app.tick()
        await pilot.pause()
        assert [line for line in lines_of(app) if not line.isascii()] == []


async def test_a_terminal_too_small_is_told_so_in_ascii():
    app = WallboardApp(Settings(ascii=True), board=made_board(4), clock=lambda: NOW)
    async with app.run_test(size=(24, 6)) as pilot:
        await pilot.pause()
        assert any("24x6" in line for line in lines_of(app))


@pytest.mark.parametrize("keys", SCREENS.values(), ids=SCREENS)
async def test_every_screen_can_be_drawn_on_the_linux_console(keys, monkeypatch):
    monkeypatch.setenv("TERM", "linux")
    app = WallboardApp(Settings(), board=made_board(40), clock=lambda: NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        shown = {char for line in lines_of(app) for char in line if not char.isascii()}
        assert shown <= CONSOLE.beyond_ascii


def test_a_verdict_without_a_sign_of_its_own_has_that_of_its_level():
    known = {one: sign for one, sign in UNICODE.verdict.items() if one is not Verdict.UNREACHABLE}
    signs = replace(UNICODE, verdict=known)
    assert signs.verdict == {**known, Verdict.UNREACHABLE: UNICODE.level[Level.CRITICAL]}


@pytest.mark.parametrize("signs", SETS, ids=lambda signs: signs.name)
@pytest.mark.parametrize("shapes", ["edges", "strip"])
def test_every_level_has_a_shape_of_its_own(signs, shapes):
    of_level = getattr(signs, shapes)
    assert set(of_level) == set(Level)
    assert len({*of_level.values(), signs.gap}) == len(Level) + 1
    assert signs.beyond_ascii is None or all(
        shape.isascii() or shape in signs.beyond_ascii for shape in of_level.values()
    )
