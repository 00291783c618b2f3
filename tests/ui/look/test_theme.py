"""Themes: whole, readable, and harmless when they are broken."""

import tomllib
from dataclasses import replace
from itertools import combinations
from math import dist

import pytest
import tomli_w
from boards import NOW, made_board
from rich.color import Color
from rich.style import Style
from rich.terminal_theme import DEFAULT_TERMINAL_THEME

from wallboard.domain.policy import Level, Verdict
from wallboard.settings import Settings
from wallboard.ui.app.app import WallboardApp
from wallboard.ui.look import theme as themes
from wallboard.ui.look import theme_file
from wallboard.ui.look.glyphs import ASCII, CONSOLE, UNICODE
from wallboard.ui.terminal.palette import in_256_colours

LEAST_CONTRAST = 4.5
"""WCAG 2.1, level AA, for text of ordinary size."""

LEAST_CONTRAST_256 = 4.0
"""For the nearest of 256 colours, which are coarse where it is dark."""

SHIPPED = themes.available(themes.shipped_folder())
LEAST_SHAPE_CONTRAST = 3.0
"""WCAG 2.1, level AA, for shapes that carry a meaning."""

LEAST_ENHANCED_CONTRAST = 7.0
"""WCAG 2.1, level AAA, for text."""

LEAST_DIFFERENCE = 15.0
"""CIE 1976 between the bars of two verdicts: six times what is just seen side by side."""

LEAST_DIFFERENCE_COLOUR_BLIND = 8.0

# How a colour looks without one kind of cone, on linear RGB (Machado, Oliveira, Fernandes 2009).
COLOUR_BLIND = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
SEEN_BY_ALL = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))

TRUE_COLOUR = [name for name in SHIPPED if name not in {"ansi16", "mono"}]


def linear(channel: int) -> float:
    part = channel / 255
    return part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4


def luminance(color: Color) -> float:
    red, green, blue = map(linear, color.triplet)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def lab(color: Color, cones=SEEN_BY_ALL) -> tuple[float, float, float]:
    """A colour in CIE L*a*b*, as it looks with these cones."""
    light = [linear(channel) for channel in color.triplet]
    red, green, blue = (min(1.0, max(0.0, sum(map(float.__mul__, row, light)))) for row in cones)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def too_close(theme, least, cones=SEEN_BY_ALL):
    """The pairs of verdicts that look too much alike in their bars and in their words."""
    seen = {
        verdict: [lab(colour, cones) for colour in (style.bgcolor, style.color)]
        for verdict, style in theme.verdict.items()
    }
    differences = {
        (one, other): round(max(map(dist, seen[one], seen[other])), 1)
        for one, other in combinations(seen, 2)
    }
    return {pair: difference for pair, difference in differences.items() if difference < least}


def in_256(theme):
    """The theme as a terminal with 256 colours shows it."""

    def shown(style):
        colours = [
            colour and Color.from_triplet(in_256_colours(colour.triplet).get_truecolor())
            for colour in (style.color, style.bgcolor)
        ]
        return style + Style(color=colours[0], bgcolor=colours[1])

    parts = ("ui", "level", "verdict", "response_type")
    return replace(
        theme,
        **{part: {n: shown(s) for n, s in getattr(theme, part).items()} for part in parts},
    )


def loudness(theme):
    """How far the bar of each verdict stands out from the screen."""
    screen = lab(theme.ui["screen"].bgcolor)
    return {verdict: dist(lab(s.bgcolor), screen) for verdict, s in theme.verdict.items()}


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


def test_ten_themes_and_more_are_shipped():
    assert {"dark", "light", "ansi16", "mono", "high-contrast", "colour-blind"} <= set(SHIPPED)
    assert len(SHIPPED) >= 10


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_theme_is_whole(name):
    theme = themes.load(name)
    assert theme.name == name
    assert set(theme.verdict) == set(Verdict)
    assert set(theme.level) == set(Level)
    assert set(theme.response_type) == set(theme_file.RESPONSE_TYPES)
    assert set(theme.ui) == set(theme_file.UI_PARTS)
    assert set(theme.syntax) == set(theme_file.SYNTAX)
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
    styles = {part: theme.ui[part] for part in ("muted", "stale", "mark")}
    styles |= {level.label: theme.level[level] for level in Level}
    styles |= {f"response type {kind}": style for kind, style in theme.response_type.items()}
    behind = theme.ui[background]
    low = {what: contrast(style, behind) for what, style in styles.items()}
    assert not {what: round(ratio, 2) for what, ratio in low.items() if ratio < LEAST_CONTRAST}


@pytest.mark.parametrize("name", TRUE_COLOUR)
@pytest.mark.parametrize("background", ["tile", "selected"])
def test_charts_and_their_gaps_can_be_seen(name, background):
    ui = themes.load(name).ui
    ratios = {part: contrast(ui[part], ui[background]) for part in ("spark", "gap")}
    assert not {p: ratio for p, ratio in ratios.items() if ratio < LEAST_SHAPE_CONTRAST}


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


COLOURS = pytest.mark.parametrize("shown", [lambda theme: theme, in_256], ids=["true", "256"])


@COLOURS
@pytest.mark.parametrize("name", TRUE_COLOUR)
def test_every_two_verdicts_are_told_apart_by_their_colours(name, shown):
    assert not too_close(shown(themes.load(name)), LEAST_DIFFERENCE)


@COLOURS
@pytest.mark.parametrize("kind", COLOUR_BLIND)
def test_the_theme_for_the_colour_blind_is_told_apart_by_them(kind, shown):
    theme = shown(themes.load("colour-blind"))
    assert not too_close(theme, LEAST_DIFFERENCE_COLOUR_BLIND, COLOUR_BLIND[kind])


@COLOURS
@pytest.mark.parametrize("name", TRUE_COLOUR)
def test_the_worse_is_the_louder(name, shown):
    loud = loudness(shown(themes.load(name)))
    quiet = max(loud.pop(Verdict.OPEN), loud.pop(Verdict.WAITING))
    at = {level: [loud[v] for v in loud if v.default_level is level] for level in Level}
    assert quiet < min(at[Level.WARNING])
    assert max(at[Level.WARNING]) < min(at[Level.UNKNOWN])
    assert max(at[Level.UNKNOWN]) < min(at[Level.CRITICAL])
    assert loud[Verdict.AGENT_NOT_AVAILABLE] <= loud[Verdict.SERVICE_NOT_RUNNING]


@pytest.mark.parametrize("name", TRUE_COLOUR)
def test_verdicts_and_the_words_of_a_tile_can_be_read_in_256_colours(name):
    theme = in_256(themes.load(name))
    behind = theme.ui["tile"]
    chips = {**theme.verdict, **theme.response_type}
    ratios = {what: contrast(style) for what, style in chips.items()}
    ratios |= {level.label: contrast(theme.level[level], behind) for level in Level}
    ratios |= {part: contrast(theme.ui[part], behind) for part in ("muted", "stale", "mark")}
    ratios |= {part: contrast(theme.ui[part]) for part in ("header", "title", "outage", "notice")}
    low = {what: round(ratio, 2) for what, ratio in ratios.items()}
    assert not {what: ratio for what, ratio in low.items() if ratio < LEAST_CONTRAST_256}


@pytest.mark.parametrize("level", Level)
def test_the_title_of_an_open_one_is_a_tone_and_that_of_a_fault_a_bar(level):
    theme = themes.load("dark")
    assert (theme.title(Verdict.OPEN, level).bgcolor is None) == (level <= Level.WARNING)
    for verdict in set(Verdict) - {Verdict.OPEN}:
        assert (theme.title(verdict, level).bgcolor is None) == (level is Level.OK)


@pytest.mark.parametrize("name", ["mono", "ansi16"])
def test_without_true_colours_a_fault_is_filled_and_what_is_well_is_not(name):
    theme = themes.load(name)
    plain = theme.title(Verdict.OPEN, Level.OK)
    assert not plain.reverse
    assert plain.bgcolor is None or plain.bgcolor.is_default
    bar = theme.title(Verdict.SERVICE_NOT_RUNNING, Level.CRITICAL)
    assert bar.reverse or not bar.bgcolor.is_default
    assert theme.filled(Level.CRITICAL).reverse
    assert not theme.shape(Level.CRITICAL).reverse


def test_the_verdicts_can_be_read_in_the_sixteen_colours_of_a_terminal():
    palette = DEFAULT_TERMINAL_THEME.ansi_colors
    for style in themes.load("ansi16").verdict.values():
        if not style.color.is_default and not style.bgcolor.is_default:
            colours = [Color.from_rgb(*palette[c.number]) for c in (style.color, style.bgcolor)]
            assert contrast(Style(color=colours[0], bgcolor=colours[1])) >= LEAST_SHAPE_CONTRAST


def test_a_dark_grey_is_no_navy_and_a_red_no_orange_in_256_colours():
    assert in_256_colours(Color.parse("#1c2431").triplet).number == 235
    assert in_256_colours(Color.parse("#c4342f").triplet).number == 124
    for number in range(16, 256):
        triplet = Color.from_ansi(number).get_truecolor()
        assert in_256_colours(triplet).get_truecolor() == triplet


@pytest.mark.parametrize("name", [n for n in SHIPPED if n != "mono"])
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
        ("auto", "truecolor", {"COLORFGBG": "0;15"}, "light"),
        ("auto", "256", {"COLORFGBG": "0;default;7"}, "light"),
        ("auto", "256", {"COLORFGBG": "15;0"}, "dark"),
        ("auto", "256", {"COLORFGBG": "0;default"}, "dark"),
        ("auto", "standard", {"COLORFGBG": "0;15"}, "ansi16"),
        ("dark", "256", {"COLORFGBG": "0;15"}, "dark"),
    ],
)
def test_the_theme_is_what_the_terminal_can_show(asked, color_system, environ, chosen):
    assert themes.choose(asked, color_system, environ) == chosen


def test_everything_wrong_in_a_file_is_said_at_once(tmp_path):
    text = (
        shipped("dark")
        .replace("dark = true\n", 'dark = "yes"\ncolour = 3\n[verdicts]\n', 1)
        .replace('open = { fg = "#7ee2a8"', 'open = { fg = "greenish"')
        .replace('other = { fg = "#ffffff", bg = "#d70087", bold = true }', "other = {bold = 1}")
        .replace("edge = {", "egde = {")
        .replace('\n0 = { fg = "#7ee2a8"', '\n0 = { blink = true, fg = "#7ee2a8"')
    )
    with pytest.raises(theme_file.ThemeError) as error:
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


def test_a_verdict_that_a_theme_lacks_looks_like_its_level(tmp_path):
    lines = shipped("dark").splitlines(keepends=True)
    text = "".join(line for line in lines if not line.startswith(("unreachable =", "spark =")))
    theme, problem = themes.load_or_fallback("mine", written(tmp_path, text))
    dark = themes.load("dark")
    assert theme.verdict[Verdict.UNREACHABLE] == theme.level[Level.CRITICAL]
    assert theme.ui["spark"] == dark.ui["spark"]
    assert "mine.toml lacks [ui] spark, [verdict] unreachable." in problem


@pytest.mark.parametrize("part", ["ui", "level", "verdict", "response_type", "syntax"])
@pytest.mark.parametrize(("own", "spare"), [("solarized-dark", "dark"), ("light", "light")])
def test_a_whole_part_that_a_theme_lacks_is_that_of_a_shipped_one(tmp_path, part, own, spare):
    table = {**tomllib.loads(shipped(own)), "dark": spare == "dark"}
    del table[part]
    theme, problem = themes.load_or_fallback("mine", written(tmp_path, tomli_w.dumps(table)))
    assert f"lacks [{part}]." in problem
    assert theme.name == "mine"
    if part != "verdict":
        assert getattr(theme, part) == getattr(themes.load(spare), part)
    else:
        assert theme.verdict[Verdict.OPEN] == theme.level[Level.OK]


@pytest.mark.parametrize("part", ["ui", "level", "verdict", "response_type", "syntax"])
def test_a_missing_part_is_named(tmp_path, part):
    text = shipped("dark").replace(f"[{part}]", "[spare]")
    with pytest.raises(theme_file.ThemeError, match=rf"\[{part}\] is missing"):
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
    text = shipped("dark").replace('open = { fg = "#7ee2a8"', f"open = {{ fg = {colour}")
    with pytest.raises(theme_file.ThemeError, match="is not a colour"):
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
    assert ". Using the theme 'dark'." in problem


@pytest.mark.parametrize(
    "name", ["absent", "../dark", "/etc/passwd", "", ".", "x" * 5000, "dark\0", "dark.toml", "*"]
)
def test_a_theme_that_is_not_there_is_reported_with_those_that_are(name):
    theme, problem = themes.load_or_fallback(name)
    assert theme.name == themes.FALLBACK
    assert "There is no theme" in problem
    assert ", ".join(SHIPPED) in problem


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
        assert any("There is no theme 'absent'" in text for text in app.messages.texts)


async def test_no_color_in_the_environment_means_no_colour(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    app = WallboardApp(Settings(theme="light"), board=made_board(2), clock=lambda: NOW)
    async with app.run_test():
        assert app.board_theme.name == themes.PLAIN


@pytest.mark.parametrize("name", SHIPPED)
async def test_the_board_starts_in_every_theme(name):
    app = WallboardApp(Settings(theme=name), board=made_board(2), clock=lambda: NOW)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert app.theme == f"wallboard-{name}"
        assert not app.messages.texts
