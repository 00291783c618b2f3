"""Themes as coloured text: a list, or one in full."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.segment import Segment, Segments
from rich.style import Style

from wallboard.domain.policy import Level, Verdict
from wallboard.ui.look.glyphs import RESPONSE_TYPE, Glyphs
from wallboard.ui.look.text import fit, safe
from wallboard.ui.look.theme import BoardTheme, ThemeFile, load_file
from wallboard.ui.look.theme_file import RESPONSE_TYPES, ThemeError

Line = Sequence[Segment]

WIDTH = 76
_NAME_WIDTH = 18
_UI_WORDS = {
    "title": "title",
    "header": "header",
    "frozen": "frozen",
    "outage": "server unreachable",
    "notice": "notice",
    "cursor": "cursor",
    "footer": "footer",
    "key": "key",
}
_SYNTAX_SAMPLE = (
    ("<!-- an answer -->", "comment"),
    (" <count", "tag"),
    (" xmlns:ns2", "attribute"),
    ("=", "punctuation"),
    ('"http://bindings"', "value"),
    (">", "tag"),
    ("4", "text"),
    ("</count>", "tag"),
)


def listing(files: Iterable[ThemeFile], signs: Glyphs) -> str:
    """One line for each theme: name, owner, and colours or error."""
    console = Console(soft_wrap=True)
    coloured = _has_colours(console)
    return _text(console, [_listed(file, signs, coloured=coloured) for file in files])


def full(file: ThemeFile, signs: Glyphs) -> str:
    """A theme in full, and what it lacks. Raises ``ThemeError``."""
    theme = load_file(file)
    heading = Segment(
        f"{safe(file.name)}, {_origin(file)}: {safe(str(file.path))}", Style(bold=True)
    )
    filled = (_filled(line, theme.ui["screen"]) for line in _everything(theme, signs))
    lacks = [[Segment(safe(theme.problem))]] if theme.problem else []
    return _text(Console(soft_wrap=True), [[heading], *lacks, [], *filled])


def _listed(file: ThemeFile, signs: Glyphs, *, coloured: bool) -> Line:
    start = f"{fit(safe(file.name), _NAME_WIDTH, signs)} {_origin(file):<8} "
    try:
        theme = load_file(file)
    except ThemeError as error:
        return [Segment(start), Segment(f"cannot be used: {safe(str(error))}")]
    if not coloured:
        # Without its colours every theme would look the same.
        return [Segment(f"{start}{safe(str(file.path))}")]
    verdicts = [Segment(f" {signs.verdict[v]} ", theme.verdict[v]) for v in Verdict]
    types = [Segment(f" {_type_sign(t, signs)} ", theme.response_type[t]) for t in RESPONSE_TYPES]
    return [Segment(start), *verdicts, Segment(" "), *types]


def _everything(theme: BoardTheme, signs: Glyphs) -> Iterable[Line]:
    screen, gap = theme.ui["screen"], Segment("  ", theme.ui["screen"])
    for left, right in zip(list(Verdict)[::2], [*list(Verdict)[1::2], None], strict=True):
        yield [gap, _bar(left, theme, signs), gap, *([_bar(right, theme, signs)] if right else [])]
    yield []
    yield [
        gap,
        *(
            Segment(f" {_type_words(kind, signs)} ", theme.response_type[kind])
            for kind in RESPONSE_TYPES
        ),
    ]
    yield []
    for part in ("screen", "tile", "selected", "header"):
        yield [gap, *_body(part, theme, signs)]
    yield []
    yield [gap, *(Segment(f" {words} ", theme.ui[part]) for part, words in _UI_WORDS.items())]
    yield []
    yield [gap, *(Segment(text, screen + theme.syntax[kind]) for text, kind in _SYNTAX_SAMPLE)]


def _bar(verdict: Verdict, theme: BoardTheme, signs: Glyphs) -> Segment:
    return Segment(f" {signs.verdict[verdict]} {verdict.label:<32}", theme.verdict[verdict])


def _body(part: str, theme: BoardTheme, signs: Glyphs) -> Line:
    """Text, levels and a chart on one background."""
    base = theme.ui[part]
    on_base = base.background_style
    chart = [(signs.blocks[:-1], "spark"), (signs.gap, "gap"), (signs.blocks[-1], "spark")]
    return [
        Segment(f" {part:<9}", base + Style(bold=True)),
        *(Segment(f" {name}", theme.ui[name] + on_base) for name in ("muted", "stale", "mark")),
        *(Segment(f" {level.label}", theme.level[level] + on_base) for level in Level),
        Segment(" ", base),
        *(Segment(text, theme.ui[name] + on_base) for text, name in chart),
        Segment(" ", base),
    ]


def _filled(line: Line, base: Style) -> Line:
    return Segment.adjust_line_length(list(line), WIDTH, base)


def _type_sign(kind: str, signs: Glyphs) -> str:
    return {"unknown": "?", "off": signs.unknown}.get(kind, kind)


def _type_words(kind: str, signs: Glyphs) -> str:
    words = RESPONSE_TYPE.get(kind, "no longer known" if kind == "off" else "not documented")
    return f"{_type_sign(kind, signs)} {words}"


def _origin(file: ThemeFile) -> str:
    return "yours" if file.own else "shipped"


def _has_colours(console: Console) -> bool:
    return console.color_system is not None and not console.no_color


def _text(console: Console, lines: Iterable[Line]) -> str:
    with console.capture() as captured:
        for line in lines:
            console.print(Segments([*line, Segment.line()]), end="")
    # Without colours the lines would end in blanks that say nothing.
    text = captured.get()
    return text if _has_colours(console) else "\n".join(map(str.rstrip, text.splitlines())) + "\n"
