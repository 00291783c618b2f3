"""Themes: whole, readable, and harmless when they are broken."""

import tomllib
from itertools import combinations

import pytest
from boards import NOW, made_board
from rich.color import Color

from wallboard.domain.policy import Level, Verdict
from wallboard.settings import Settings
from wallboard.ui import theme as themes
from wallboard.ui.app import WallboardApp
from wallboard.ui.glyphs import ASCII, CONSOLE, UNICODE

LEAST_CONTRAST = 4.5
"""WCAG 2.1, level AA, for text of ordinary size."""

TRUE_COLOUR = ("dark", "light")


def luminance(color: Color) -> float:
    def linear(channel):
        part = channel / 255
        return part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(channel) for channel in color.triplet)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(style, background=None) -> float:
    lighter, darker = sorted(
        (luminance(style.color), luminance(style.bgcolor or background.bgcolor)), reverse=True
    )
    return (lighter + 0.05) / (darker + 0.05)


def shipped(name):
    return (themes.shipped_folder() / f"{name}.toml").read_text(encoding="utf-8")


def written(folder, text, name="mine"):
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def test_dark_light_sixteen_colours_and_none_are_shipped():
    assert {"dark", "light", "ansi16", "mono"} <= set(themes.available())


@pytest.mark.parametrize("name", themes.available())
def test_a_shipped_theme_is_whole(name):
    theme = themes.load(name)
    assert theme.name == name
    assert set(theme.verdict) == set(Verdict)
    assert set(theme.level) == set(Level)
    assert set(theme.response_type) == set(themes.RESPONSE_TYPES)
    assert set(theme.ui) == set(themes.UI_PARTS)
    assert set(theme.syntax) == set(themes.SYNTAX)
    assert theme.textual.name == f"wallboard-{name}"


@pytest.mark.parametrize("name", TRUE_COLOUR)
def test_verdicts_and_response_types_can_be_read(name):
    theme = themes.load(name)
    low = {
        what: round(contrast(style), 2)
        for what, style in {**theme.verdict, **theme.response_type}.items()
        if contrast(style) < LEAST_CONTRAST
    }
    assert not low


@pytest.mark.parametrize("name", TRUE_COLOUR)
def test_header_keys_banner_and_selection_can_be_read(name):
    ui = themes.load(name).ui
    parts = ("screen", "tile", "selected", "header", "title", "frozen", "footer", "key", "outage")
    parts = (*parts, "notice", "cursor")
    assert not {p: contrast(ui[p]) for p in parts if contrast(ui[p]) < LEAST_CONTRAST}


@pytest.mark.parametrize("name", TRUE_COLOUR)
@pytest.mark.parametrize("background", ["tile", "selected"])
def test_the_words_and_figures_of_a_tile_can_be_read(name, background):
    theme = themes.load(name)
    styles = {part: theme.ui[part] for part in ("muted", "stale", "mark", "spark")}
    styles |= {level.label: theme.level[level] for level in Level}
    behind = theme.ui[background]
    low = {what: contrast(style, behind) for what, style in styles.items()}
    assert not {what: round(ratio, 2) for what, ratio in low.items() if ratio < LEAST_CONTRAST}


@pytest.mark.parametrize("name", TRUE_COLOUR)
@pytest.mark.parametrize("part", ["syntax", "level"])
def test_bodies_and_levels_can_be_read_on_the_screen_and_in_the_header(name, part):
    theme = themes.load(name)
    behind = [theme.ui["screen"], theme.ui["header" if part == "level" else "screen"]]
    low = {
        what: round(contrast(style, background), 2)
        for what, style in getattr(theme, part).items()
        for background in behind
        if contrast(style, background) < LEAST_CONTRAST
    }
    assert not low


@pytest.mark.parametrize("name", [n for n in themes.available() if n != "mono"])
def test_verdicts_differ_in_colour(name):
    theme = themes.load(name)
    looks = {verdict: (s.color, s.bgcolor, s.reverse) for verdict, s in theme.verdict.items()}
    assert len(set(looks.values())) == len(Verdict)


@pytest.mark.parametrize("signs", [UNICODE, CONSOLE, ASCII], ids=lambda signs: signs.name)
def test_every_two_verdicts_differ_in_glyph_and_in_word(signs):
    for one, other in combinations(Verdict, 2):
        assert signs.verdict[one] != signs.verdict[other]
        assert one.label != other.label


def test_the_plain_theme_has_no_colour_at_all():
    theme = themes.load(themes.PLAIN)
    parts = (theme.ui, theme.level, theme.verdict, theme.response_type, theme.syntax)
    styles = [style for part in parts for style in part.values()]
    colours = [c for style in styles for c in (style.color, style.bgcolor) if c is not None]
    assert all(colour.is_default for colour in colours)


def test_the_sixteen_colour_theme_names_only_those():
    table = tomllib.loads(shipped("ansi16"))
    specs = [s for part in table.values() if isinstance(part, dict) for s in part.values()]
    colours = {spec[key] for spec in specs for key in ("fg", "bg") if key in spec}
    assert not [colour for colour in colours if colour.startswith("#")]


@pytest.mark.parametrize(
    ("asked", "color_system", "environ", "chosen"),
    [
        ("auto", "truecolor", {}, "dark"),
        ("auto", "256", {}, "dark"),
        ("auto", "standard", {}, "ansi16"),
        ("auto", None, {}, "mono"),
        ("light", "truecolor", {}, "light"),
        ("light", "standard", {}, "light"),
        ("light", None, {}, "mono"),
        ("light", "truecolor", {"NO_COLOR": "1"}, "mono"),
        ("auto", "truecolor", {"NO_COLOR": ""}, "dark"),
    ],
)
def test_the_theme_is_what_the_terminal_can_show(asked, color_system, environ, chosen):
    assert themes.choose(asked, color_system, environ) == chosen


def test_everything_wrong_in_a_file_is_said_at_once(tmp_path):
    text = (
        shipped("dark")
        .replace("dark = true\n", 'dark = "yes"\ncolour = 3\n[verdicts]\n', 1)
        .replace('open = { fg = "#ffffff"', 'open = { fg = "greenish"')
        .replace('other = { fg = "#ffffff", bg = "#a83a78", bold = true }', "other = {bold = 1}")
        .replace("edge = {", "egde = {")
        .replace('0 = { fg = "#7ee2a8"', '0 = { blink = true, fg = "#7ee2a8"')
    )
    with pytest.raises(themes.ThemeError) as error:
        themes.load("mine", written(tmp_path, text))
    for words in (
        "mine.toml",
        "dark must be true or false",
        "colour is not known",
        "verdicts is not known",
        "[verdict] open: fg = 'greenish' is not a colour",
        "[verdict] other: bold must be true or false",
        "[ui] edge is missing",
        "[ui] egde is not known",
        "[response_type] 0: blink is not known",
    ):
        assert words in str(error.value)


@pytest.mark.parametrize("part", ["ui", "level", "verdict", "response_type", "syntax"])
def test_a_missing_part_is_named(tmp_path, part):
    text = shipped("dark").replace(f"[{part}]", "[spare]")
    with pytest.raises(themes.ThemeError, match=rf"\[{part}\] is missing"):
        themes.load("mine", written(tmp_path, text))


@pytest.mark.parametrize(
    "colour",
    [
        '"grey50"',
        '"color(9)"',
        '"#fff"',
        '"rgb(1,2,3)"',
        '"\\u001b[31m"',
        "7",
        "[]",
        '"red "',
        '""',
    ],
)
def test_only_the_documented_colours_are_colours(tmp_path, colour):
    text = shipped("dark").replace('open = { fg = "#ffffff"', f"open = {{ fg = {colour}")
    with pytest.raises(themes.ThemeError, match="is not a colour"):
        themes.load("mine", written(tmp_path, text))


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"\xff\xfe",
        b"[ui",
        b"ui = 3",
        b"a = " + b"[" * 20_000,
        b"a = " + b"9" * 20_000,
        b"\x1b[2J",
    ],
    ids=["empty", "not UTF-8", "broken", "no table", "deep", "long number", "escape sequence"],
)
def test_a_hostile_file_is_reported_and_the_default_is_used(tmp_path, hostile):
    (tmp_path / "mine.toml").write_bytes(hostile)
    theme, problem = themes.load_or_fallback("mine", tmp_path)
    assert theme.name == themes.FALLBACK
    assert "mine.toml" in problem
    assert "Using the theme 'dark'" in problem


@pytest.mark.parametrize(
    "name", ["absent", "../dark", "/etc/passwd", "", ".", "x" * 5000, "dark\0", "dark.toml", "*"]
)
def test_a_theme_that_is_not_there_is_reported_with_those_that_are(name):
    theme, problem = themes.load_or_fallback(name)
    assert theme.name == themes.FALLBACK
    assert "There is no theme" in problem
    assert "ansi16, dark, light, mono" in problem


def test_a_folder_in_the_place_of_a_file_is_reported(tmp_path):
    (tmp_path / "mine.toml").mkdir()
    _, problem = themes.load_or_fallback("mine", tmp_path)
    assert "mine.toml" in problem


def test_a_theme_may_mix_true_colours_with_the_terminals_own(tmp_path):
    text = shipped("dark").replace('edge = { fg = "#58a6ff"', 'edge = { fg = "bright_red"')
    text = text.replace('screen = { fg = "#e6edf3"', 'screen = { fg = "default"')
    theme = themes.load("mine", written(tmp_path, text))
    assert theme.ui["edge"].color == Color.parse("bright_red")
    assert theme.textual.foreground == "ansi_default"


async def test_an_unknown_theme_is_a_notice_on_the_wall():
    settings = Settings(theme="absent")
    app = WallboardApp(settings, board=made_board(2), clock=lambda: NOW)
    async with app.run_test():
        assert app.board_theme.name == themes.FALLBACK
        assert any("There is no theme 'absent'" in text for text in app.notices.texts)


async def test_no_color_in_the_environment_means_no_colour(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    app = WallboardApp(Settings(theme="light"), board=made_board(2), clock=lambda: NOW)
    async with app.run_test():
        assert app.board_theme.name == themes.PLAIN


@pytest.mark.parametrize("name", themes.available())
async def test_the_board_starts_in_every_theme(name):
    app = WallboardApp(Settings(theme=name), board=made_board(2), clock=lambda: NOW)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert app.theme == f"wallboard-{name}"
        assert not app.notices.texts
