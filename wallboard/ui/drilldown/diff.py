"""The last good poll of an endpoint compared with its first bad one."""

from collections.abc import Iterator
from difflib import unified_diff
from itertools import islice
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.observation import Failure, Observation
from wallboard.domain.policy import Level
from wallboard.domain.reading import (
    AgentAvailability,
    Capacity,
    ChatAllowed,
    CheckEligibility,
    LiveSessionStatus,
    Reading,
)
from wallboard.ece.answer.encoding import head_lines
from wallboard.report.words.figures import clock
from wallboard.report.words.status import failure_words
from wallboard.ui.drilldown.good_and_bad import GoodAndBad
from wallboard.ui.look.glyphs import Glyphs
from wallboard.ui.look.text import fit, safe, span
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.widgets import lines as bodies
from wallboard.ui.widgets.lines import Page

MOST_LINES = 1_000
"""Lines of each body that are compared: the work grows with their product."""

TOOK, LENGTH = "took", "length"
_ALWAYS_DIFFER = frozenset(
    {TOOK, LENGTH, "content-length", "date", "age", "expires", "last-modified", "set-cookie"}
)
"""Names, in small letters, of what differs from poll to poll anyway, and so proves nothing."""


class DiffRow(NamedTuple):
    """One attribute in both polls; ``None`` where it was not there."""

    name: str
    good: str | None
    bad: str | None

    @property
    def differs(self) -> bool:
        """Whether the two are not the same."""
        return self.good != self.bad

    @property
    def proves(self) -> bool:
        """Whether they differ in what is the same from poll to poll while all is well."""
        return self.differs and self.name.lower() not in _ALWAYS_DIFFER


def rows(good: Observation | None, bad: Observation) -> list[DiffRow]:
    """The values of both answers; then what else differs, at the end what always does."""
    details = _paired(_response_details(good), _response_details(bad))
    headers = _paired(_headers(good), _headers(bad))
    others = [row for row in (*details, *headers) if row.differs]
    return [
        *_paired(_facts(good), _facts(bad)),
        *sorted(others, key=lambda row: not row.proves),
    ]


def _paired(good: dict[str, str], bad: dict[str, str]) -> list[DiffRow]:
    return [DiffRow(name, good.get(name), bad.get(name)) for name in {**good, **bad}]


def text_diff(good: Observation, bad: Observation, width: int) -> Iterator[str]:
    """The unified diff of both bodies after pretty-printing."""
    before, more_before = _lines(good, width - 1)
    after, more_after = _lines(bad, width - 1)
    yield from islice(unified_diff(before, after, lineterm=""), 2, None)
    if more_before or more_after:
        yield f"@@ only the first {MOST_LINES:,} lines were compared"


def same_body(good: Observation, bad: Observation) -> bool:
    """Whether both answers have the same bytes."""
    return _body(good) == _body(bad)


def _lines(poll: Observation, width: int) -> tuple[list[str], bool]:
    lines = bodies.pretty(_body(poll), width)
    return list(islice(lines, MOST_LINES)), next(lines, None) is not None


def _body(poll: Observation) -> bytes:
    return poll.response.body if poll.response else b""


def _facts(poll: Observation | None) -> dict[str, str]:
    if poll is None:
        return {}
    outcome = poll.outcome
    values = {} if isinstance(outcome, Failure) else dict(_values(outcome))
    values["outcome"] = failure_words(poll, outcome) if isinstance(outcome, Failure) else "read"
    if isinstance(outcome, Failure):
        values["why"] = outcome.message
    return {name: safe(text) for name, text in values.items()}


def _response_details(poll: Observation | None) -> dict[str, str]:
    if poll is None:
        return {}
    details = {TOOK: f"{poll.elapsed_seconds * 1000:.0f} ms"}
    if response := poll.response:
        cut = ", cut short" if response.truncated else ""
        details["status"] = safe(f"{response.status} {response.reason}".strip())
        details[LENGTH] = f"{len(response.body):,} bytes{cut}"
    return details


def _values(reading: Reading) -> Iterator[tuple[str, str]]:
    match reading:
        case ChatAllowed():
            yield "allowed", _word(reading.allowed, reading.raw_allowed)
            yield "reason", _word(reading.reason, reading.raw_reason)
        case CheckEligibility():
            yield "responseType", _word(reading.response_type, reading.raw)
        case LiveSessionStatus():
            wait = reading.wait_seconds
            yield "waitTime", _word(None if wait is None else f"{wait:g}", reading.raw_wait)
            yield "queueDepth", _word(reading.queue_depth, reading.raw_depth)
        case Capacity():
            yield "count", _word(reading.count, reading.raw)
        case AgentAvailability():
            yield "available", _word(reading.available, reading.raw)
    if reading.lenient:
        yield "well formed", "no"


def _word(value: object, raw: str | None) -> str:
    """A value in the server's notation; the raw text where it was not understood."""
    if value is None:
        return "(none)" if raw is None else repr(raw)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _headers(poll: Observation | None) -> dict[str, str]:
    if poll is None or poll.response is None:
        return {}
    lines = head_lines(poll.response.head)
    pairs = (line.partition(":") for line in lines if ":" in line)
    return {safe(name.strip()): safe(value.strip()) for name, _, value in pairs}


NAME_WIDTH, LEAST_VALUE_WIDTH = 14, 8

Line = list[Segment]


class Difference(Page):
    """Shows the last good poll against the first bad one; drawn only when these change."""

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme)
        self._drawn: tuple[object, ...] = ()

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme and draw in it at the next tick."""
        super().restyle(theme)
        self._drawn = ()

    def show(self, pair: GoodAndBad, endpoint: Endpoint, now: float) -> None:
        """Draw the difference for this endpoint."""
        width = self.app.size.width - 2
        days = int(now // 86_400)
        drawn = (id(pair.good), id(pair.bad), pair.good_since, pair.over, endpoint, width, days)
        if drawn == self._drawn:
            return
        self._drawn = drawn
        self.put(list(difference_lines(pair, now, width, self.theme_styles)), keep_place=False)


def difference_lines(pair: GoodAndBad, now: float, width: int, theme: BoardTheme) -> Iterator[Line]:
    """The times of both polls, their attributes as a table, their bodies as a diff."""
    base = theme.ui["screen"]
    if pair.bad is None:
        yield [Segment(f" {_nothing_bad(pair, now)}", base)]
        return
    yield from _moments(pair, pair.bad, now, theme)
    yield []
    found = rows(pair.good, pair.bad)
    yield from _table(found, width, theme)
    yield []
    yield from _bodies(pair.good, pair.bad, width, theme)


def _nothing_bad(pair: GoodAndBad, now: float) -> str:
    if pair.good_since is None:
        return "No poll is known that was good or bad."
    since = clock(pair.good_since, now)
    return f"Good since {since} or longer: no poll that is kept was bad."


def _moments(pair: GoodAndBad, bad: Observation, now: float, theme: BoardTheme) -> Iterator[Line]:
    base, strong = theme.ui["screen"], theme.ui["screen"] + Style(bold=True)
    if pair.good is None:
        words = "none is kept from before it"
    else:
        words = f"{clock(pair.good.at, now)}, {span(bad.at - pair.good.at)} earlier"
    yield [
        Segment(" First bad ", strong),
        Segment(f"{clock(bad.at, now)}  ", base),
        Segment(" Last good ", strong),
        Segment(words, base),
    ]
    if pair.over:
        yield [Segment(" The newest poll is good again.", base)]


def _table(found: list[DiffRow], width: int, theme: BoardTheme) -> Iterator[Line]:
    base, glyphs = theme.ui["screen"], theme.glyphs
    on_base = Style(bgcolor=base.bgcolor)
    muted, changed = theme.ui["muted"] + on_base, theme.ui["mark"] + on_base
    room = max(LEAST_VALUE_WIDTH, (width - NAME_WIDTH - 8) // 2)
    widest = max(cell_len(row.good or "") for row in found)
    first = max(LEAST_VALUE_WIDTH + 2, min(room, widest))
    yield [Segment(f"    {'':<{NAME_WIDTH}} {fit('last good', first)}  first bad", muted)]
    for row in found:
        sign = fit(glyphs.contradiction if row.proves else "", 2, glyphs)
        style = base + Style(bold=True) if row.proves else muted
        yield [
            Segment(f" {sign} ", changed),
            Segment(f"{fit(row.name, NAME_WIDTH, glyphs)} ", muted),
            Segment(f"{fit(_value(row.good, glyphs), first, glyphs)}  ", style),
            Segment(_value(row.bad, glyphs), style),
        ]


def _git_styles(theme: BoardTheme) -> dict[str, Style]:
    """The styles of lines by their first character, in the colours of ``git diff``."""
    on_base = Style(bgcolor=theme.ui["screen"].bgcolor)
    return {
        "-": theme.shape(Level.CRITICAL) + on_base,
        "+": theme.shape(Level.OK) + on_base,
        "@": theme.ui["muted"] + on_base,
    }


def _value(value: str | None, glyphs: Glyphs) -> str:
    return glyphs.unknown if value is None else value


def _bodies(
    good: Observation | None, bad: Observation, width: int, theme: BoardTheme
) -> Iterator[Line]:
    base, styles = theme.ui["screen"], _git_styles(theme)
    if good is None:
        yield [Segment(" The body cannot be compared: the last good one is not kept.", base)]
        return
    if same_body(good, bad):
        yield [Segment(" Both bodies are the same, byte for byte.", base)]
        return
    yield [Segment(" - last good", styles["-"]), Segment("  + first bad", styles["+"])]
    lines = 0
    for line in text_diff(good, bad, width):
        lines += 1
        yield [Segment(f" {safe(line)}", styles.get(line[:1], base))]
    if not lines:
        yield [Segment(" Laid out, both bodies read the same.", base)]
