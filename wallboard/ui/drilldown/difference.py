"""The last good poll of an endpoint against its first bad one, as lines."""

from collections.abc import Iterator

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.observation import Observation
from wallboard.domain.policy import Level
from wallboard.ui.drilldown.diff import DiffRow, rows, same_body, text_diff
from wallboard.ui.drilldown.good_to_bad import Turn
from wallboard.ui.look.glyphs import Glyphs
from wallboard.ui.look.text import fit, safe, span
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.widgets.page import Page
from wallboard.ui.widgets.status_words import clock

NAME_WIDTH, LEAST_VALUE_WIDTH = 14, 8

Line = list[Segment]


class Difference(Page):
    """Shows a turn; works it out only when it is another one."""

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme)
        self._drawn: tuple[object, ...] = ()

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme and draw in it at the next tick."""
        super().restyle(theme)
        self._drawn = ()

    def show(self, turn: Turn, endpoint: Endpoint, now: float) -> None:
        """Draw how an endpoint went bad the last time."""
        width = self.app.size.width - 2
        days = int(now // 86_400)
        drawn = (id(turn.good), id(turn.bad), turn.good_since, turn.over, endpoint, width, days)
        if drawn == self._drawn:
            return
        self._drawn = drawn
        self.put(list(difference_lines(turn, now, width, self.theme_styles)), keep_place=False)


def difference_lines(turn: Turn, now: float, width: int, theme: BoardTheme) -> Iterator[Line]:
    """The two moments in words, the attributes as a table, the bodies as a diff."""
    base = theme.ui["screen"]
    if turn.bad is None:
        yield [Segment(f" {_nothing_bad(turn, now)}", base)]
        return
    yield from _moments(turn, turn.bad, now, theme)
    yield []
    found = rows(turn.good, turn.bad)
    yield from _table(found, width, theme)
    yield []
    yield from _bodies(turn.good, turn.bad, width, theme)


def _nothing_bad(turn: Turn, now: float) -> str:
    if turn.good_since is None:
        return "No poll is known that was good or bad."
    since = clock(turn.good_since, now)
    return f"Good since {since} or longer: no poll that is kept was bad."


def _moments(turn: Turn, bad: Observation, now: float, theme: BoardTheme) -> Iterator[Line]:
    base, strong = theme.ui["screen"], theme.ui["screen"] + Style(bold=True)
    if turn.good is None:
        words = "none is kept from before it"
    else:
        words = f"{clock(turn.good.at, now)}, {span(bad.at - turn.good.at)} earlier"
    yield [
        Segment(" First bad ", strong),
        Segment(f"{clock(bad.at, now)}  ", base),
        Segment(" Last good ", strong),
        Segment(words, base),
    ]
    if turn.over:
        yield [Segment(" The newest poll is good again.", base)]


def _table(found: list[DiffRow], width: int, theme: BoardTheme) -> Iterator[Line]:
    base, glyphs = theme.ui["screen"], theme.glyphs
    muted = theme.ui["muted"] + Style(bgcolor=base.bgcolor)
    changed = theme.ui["mark"] + Style(bgcolor=base.bgcolor)
    room = max(LEAST_VALUE_WIDTH, (width - NAME_WIDTH - 8) // 2)
    widest = max(cell_len(row.good or "") for row in found)
    first = max(LEAST_VALUE_WIDTH + 2, min(room, widest))
    yield [Segment(f"    {'':<{NAME_WIDTH}} {fit('last good', first)}  first bad", muted)]
    for row in found:
        sign = fit(glyphs.contradiction if row.changed else "", 2, glyphs)
        style = base + Style(bold=True) if row.changed else muted
        yield [
            Segment(f" {sign} ", changed),
            Segment(f"{fit(row.name, NAME_WIDTH, glyphs)} ", muted),
            Segment(f"{fit(_value(row.good, glyphs), first, glyphs)}  ", style),
            Segment(_value(row.bad, glyphs), style),
        ]


def _value(value: str | None, glyphs: Glyphs) -> str:
    return glyphs.unknown if value is None else value


def _bodies(
    good: Observation | None, bad: Observation, width: int, theme: BoardTheme
) -> Iterator[Line]:
    base = theme.ui["screen"]
    on_base = Style(bgcolor=base.bgcolor)
    if good is None:
        yield [Segment(" The body cannot be compared: the last good one is not kept.", base)]
        return
    if same_body(good, bad):
        yield [Segment(" Both bodies are the same, byte for byte.", base)]
        return
    styles = {
        "-": theme.level[Level.OK] + on_base,
        "+": theme.level[Level.CRITICAL] + on_base,
        "@": theme.ui["muted"] + on_base,
    }
    yield [Segment(" - last good", styles["-"]), Segment("  + first bad", styles["+"])]
    lines = 0
    for line in text_diff(good, bad, width):
        lines += 1
        yield [Segment(f" {safe(line)}", styles.get(line[:1], base))]
    if not lines:
        yield [Segment(" Laid out, both bodies read the same.", base)]
