"""The strip of states: the worst of each slice of the window, by its level."""

import time
from collections.abc import Sequence
from itertools import groupby
from math import ceil, floor

from rich.segment import Segment
from rich.style import Style

from wallboard.domain.policy import Level
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.domain.state_strip import KEPT_MINUTES, MINUTE, State, Step, worst_states
from wallboard.ui.drilldown.axes import short_span
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.picture.window import RecordedStates, Window
from wallboard.ui.widgets.lines import Lines, split

_FEW_MINUTES, _DAYS = 5 * MINUTE, 3 * 86_400.0
ROOM_FOR_KEYS = 100
"""Cells from which the keys of the strip are named beside it."""

_LABEL_WIDTH = len(" 14:00 ")


class StateStripLine(Lines):
    """One line: when the window starts, its states, when it ends, and how long it is."""

    DEFAULT_CSS = "StateStripLine { height: auto; }"

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "tile")

    def room(self) -> int:
        """How many slices there is room for."""
        width = self.size.width or self.app.size.width
        return max(1, width - 2 * _LABEL_WIDTH - len(self._keys(width)) - 5)

    def show(
        self,
        status: EntryPointStatus,
        window: Window,
        now: float,
        recorded: RecordedStates | None,
    ) -> None:
        """Draw the states of this window."""
        theme, base = self.theme_styles, self.background
        muted = theme.ui["muted"] + base.background_style
        width = self.size.width or self.app.size.width
        start, end = (f" {_moment(at, window, now)} " for at in (window.start, window.end))
        span = Segment(f" {short_span(window.end - window.start)}", base + Style(bold=True))
        keys = Segment(self._keys(width), muted)
        room = width - len(start) - len(end) - span.cell_length - keys.cell_length
        cells = max(1, room // window.count)
        states = states_in(status, window, now, recorded)
        line = [
            Segment(start, muted),
            *_slices(states, window, now, cells, theme, base),
            Segment(end, muted),
        ]
        if room >= window.count:
            line.append(span)
        self.put([split(line, [keys], width, base, theme.glyphs)])

    def _keys(self, width: int) -> str:
        return "  - + zoom  < > change " if width >= ROOM_FOR_KEYS else ""


def states_in(
    status: EntryPointStatus, window: Window, now: float, recorded: RecordedStates | None
) -> list[State | None]:
    """The worst state in each slice: as recorded or, where that is not known, as the board knows.

    The board keeps the worst of each minute, and finer than that only its last rounds of polls.
    """
    kept = _of_minutes(status, now) if window.slice_seconds >= MINUTE else None
    known = kept or RecordedStates(window, tuple(_of_rounds(status, window, now)))
    found = []
    for number in range(window.count):
        start = window.start + number * window.slice_seconds
        stop = min(start + window.slice_seconds, now)
        state = _worst(recorded, start, stop) if recorded else None
        found.append(state or _worst(known, start, stop))
    return found


def _of_minutes(status: EntryPointStatus, now: float) -> RecordedStates:
    end = (now // MINUTE + 1) * MINUTE
    window = Window(end - KEPT_MINUTES * MINUTE, end, KEPT_MINUTES)
    return RecordedStates(window, status.states(now, KEPT_MINUTES))


def _of_rounds(status: EntryPointStatus, window: Window, now: float) -> list[State | None]:
    """As of the rounds of polls; each holds until the next, unless that is too late."""
    holds, judgement = status.policy.stale_after, status.judgement
    steps: list[Step] = []
    spans: list[tuple[float, float]] = []
    for sample in status.state.history:
        steps.append((sample.at, State(sample.level, sample.verdict)))
        goes_on = spans and sample.at <= spans[-1][1]
        begun = spans.pop()[0] if goes_on else sample.at
        spans.append((begun, min(now, sample.at + holds)))
    if status.onset and steps and status.onset.at > steps[-1][0]:
        steps.append((status.onset.at, State(judgement.level, judgement.verdict)))
    return worst_states(steps, spans, window.start, window.end, window.count)


def _worst(known: RecordedStates, start: float, stop: float) -> State | None:
    seconds, first = known.window.slice_seconds, known.window.start
    # Within rounding, a slice that only touches does not count.
    low = floor((start - first) / seconds + 1e-6)
    high = ceil((stop - first) / seconds - 1e-6)
    found = [state for state in known.states[max(0, low) : max(0, high)] if state]
    return max(found, key=lambda s: (s.level, -s.verdict.place), default=None)


def _slices(
    states: Sequence[State | None],
    window: Window,
    now: float,
    cells: int,
    theme: BoardTheme,
    base: Style,
) -> list[Segment]:
    """The slices, each of so many cells; what is still to come is blank."""
    on_base = base.background_style
    past = ceil((now - window.start) / window.slice_seconds)
    segments = []
    for level, alike in groupby(states[:past], key=lambda state: state.level if state else None):
        count = sum(1 for _ in alike) * cells
        segments.append(_part(level, count, theme, on_base))
    return [*segments, Segment(" " * max(0, window.count - past) * cells, base)]


def _part(level: Level | None, count: int, theme: BoardTheme, on_base: Style) -> Segment:
    if level is None:
        return Segment(theme.glyphs.gap * count, theme.ui["gap"] + on_base)
    return Segment(theme.glyphs.strip[level] * count, theme.shape(level) + on_base)


def _moment(at: float, window: Window, now: float) -> str:
    """A local time, with its day where that is not today."""
    span, moment = window.end - window.start, time.localtime(at)
    if span >= _DAYS:
        return time.strftime("%d %b", moment)
    form = "%H:%M:%S" if span <= _FEW_MINUTES else "%H:%M"
    if moment[:3] != time.localtime(now)[:3]:
        form = f"%a {form}"
    return time.strftime(form, moment)
