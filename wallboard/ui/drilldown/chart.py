"""The chart: wait, queue and slots over one stretch of time, each with its own thresholds."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.events import Resize

from wallboard.domain.history import History, Sample
from wallboard.domain.policy import Level, Verdict
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.frozen import frozen
from wallboard.ui.drilldown import axes
from wallboard.ui.look.text import short_figure, wait
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.picture.window import MOST_POINTS, Window
from wallboard.ui.widgets.lines import Lines

if TYPE_CHECKING:
    from wallboard.ui.drilldown.plot import Picture, Plot

MOST_SAMPLES = 5_000
"""Samples drawn at most, the newest ones."""

_SILENT_INTERVALS = 3
_HIGHEST = 1e15
_BESIDE_WIDTH, _ONE_HEIGHT = 72, 6
"""Cells from which panes are beside each other, and rows that each needs below another."""

Run = list[tuple[float, float]]
Pick = Callable[[Sample], float | None]
Limit = tuple[float | None, Level]
Worse = Callable[..., tuple[float, float]]
"""``max`` of points, or ``min`` where less is worse."""


@frozen
class Pane:
    """One figure over time: its newest value in words, and the limits that raise the level."""

    name: str
    newest: str
    stale: bool
    samples: Sequence[Sample]
    pick: Pick
    limits: tuple[Limit, ...]
    limit_words: Callable[[float], str]
    ticks: axes.YTicks
    worse: Worse = max


class Chart(Container):
    """Three panes with one axis of time, below each other, beside each other, or only the wait."""

    DEFAULT_CSS = """
    Chart { height: 1fr; layout: vertical; background: $background; }
    Chart.-beside { layout: horizontal; }
    Chart > Vertical { height: 1fr; width: 1fr; padding-right: 1; }
    Chart.-one > .further { display: none; }
    Chart Legend { height: 1; }
    """

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__()
        self.theme_styles = theme
        self._legends = tuple(Legend(theme) for _ in range(3))
        self._boxes = tuple(
            Vertical(legend, classes="further" if number else "")
            for number, legend in enumerate(self._legends)
        )
        self._plots: tuple[Plot, ...] = ()
        self._drawn: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        """A legend for each plot; the plots come when they are first needed."""
        yield from self._boxes

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme and draw in it at the next tick."""
        self.theme_styles = theme
        self._drawn = ()

    def on_resize(self, event: Resize) -> None:
        """Place the panes."""
        width, height = event.size
        stacked = height >= len(self._boxes) * _ONE_HEIGHT
        self.set_class(not stacked and width >= _BESIDE_WIDTH, "-beside")
        self.set_class(not stacked and width < _BESIDE_WIDTH, "-one")

    def show(
        self, status: EntryPointStatus, window: Window, now: float, recorded: Sequence[Sample]
    ) -> None:
        """Draw this window; the plots only if it moved or there is a new sample.

        ``recorded`` are samples from before those that the board keeps.
        """
        panes = panes_of(status, window, now, self.theme_styles, recorded)
        for legend, pane in zip(self._legends, panes, strict=True):
            legend.show(pane)
        stacked = not (self.has_class("-beside") or self.has_class("-one"))
        history, thresholds = status.state.history, status.policy.thresholds
        drawn = (history, recorded, thresholds, self.theme_styles, window, stacked)
        if self._drawn and all(
            old is new or old == new for old, new in zip(self._drawn, drawn, strict=True)
        ):
            return
        if not self._plots:
            from wallboard.ui.drilldown.plot import Plot

            self._plots = tuple(Plot(self.theme_styles) for _ in panes)
            for box, plot in zip(self._boxes, self._plots, strict=True):
                box.mount(plot)
        self._drawn = drawn
        for number, (pane, plot) in enumerate(zip(panes, self._plots, strict=True)):
            shows_times = not stacked or number == len(panes) - 1
            picture = picture_of(pane, window, status.policy.interval, self.theme_styles)
            plot.put(replace(picture, shows_times=shows_times))


def panes_of(
    status: EntryPointStatus,
    window: Window,
    now: float,
    theme: BoardTheme,
    recorded: Sequence[Sample] = (),
) -> tuple[Pane, Pane, Pane]:
    """Wait, queue and slots, with the newest values that the facts show too."""
    judgement, limits, glyphs = status.judgement, status.policy.thresholds, theme.glyphs
    samples = _samples_in(window, status.state.history, recorded)
    stale = judgement.verdict is Verdict.UNREACHABLE or judgement.stale(now)
    return (
        Pane(
            "wait",
            wait(judgement.wait_seconds, glyphs),
            stale,
            samples,
            _wait,
            ((limits.wait_warning, Level.WARNING), (limits.wait_critical, Level.CRITICAL)),
            axes.short_span,
            axes.wait_ticks,
        ),
        Pane(
            "queue",
            short_figure(judgement.queue_depth, glyphs),
            stale,
            samples,
            _depth,
            ((limits.queue_warning, Level.WARNING), (limits.queue_critical, Level.CRITICAL)),
            _count_words,
            axes.count_ticks,
        ),
        Pane(
            "slots",
            short_figure(judgement.capacity, glyphs),
            stale,
            samples,
            _slots,
            ((limits.capacity_warning, Level.WARNING),),
            _count_words,
            axes.count_ticks,
            min,
        ),
    )


def _samples_in(window: Window, history: History, recorded: Sequence[Sample]) -> list[Sample]:
    own = newest(history)
    # Recorded samples are rounded to seconds.
    older = [s for s in recorded if not own or s.at < own[0].at - 1.0]
    return [s for s in (*older, *own) if window.start <= s.at <= window.end]


def _count_words(count: float) -> str:
    return short_figure(int(count))


def picture_of(pane: Pane, window: Window, interval: float, theme: BoardTheme) -> "Picture":
    """One pane as a picture: the limits behind, then the values, and a mark for each failure."""
    from wallboard.ui.drilldown.plot import Picture, Series

    glyphs, samples = theme.glyphs, pane.samples
    marker = "braille" if glyphs.name == "unicode" else "*"
    values = [value for s in samples if (value := pane.pick(s)) is not None]
    limits = [(limit, level) for limit, level in pane.limits if limit is not None]
    low, high = y_range(values, [limit for limit, _ in limits])
    high = axes.rounded_up(pane.ticks, low, high)
    series = [
        Series([[(window.start, limit), (window.end, limit)]], theme.shape(level), glyphs.gap)
        for limit, level in limits
        if low <= limit <= high
    ]
    if samples:
        resolution = (window.end - window.start) / MOST_POINTS
        silent_seconds = max(_SILENT_INTERVALS * interval, 2 * resolution)
        found = runs(samples, pane.pick, silent_seconds, pane.worse)
        series.append(Series(list(found), theme.ui["spark"], marker))
    failed = [[(s.at, low)] for s in samples if pane.pick(s) is None]
    series.append(Series(failed[-MOST_POINTS:], theme.shape(Level.CRITICAL), glyphs.times))
    return Picture(series, (window.start, window.end), (low, high), pane.ticks)


class Legend(Lines):
    """One line above a plot: the figure and its newest value, its thresholds, what failed."""

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "screen")

    def show(self, pane: Pane) -> None:
        """Draw the line."""
        theme, base = self.theme_styles, self.background
        on_base, strong = Style(bgcolor=base.bgcolor), base + Style(bold=True)
        line = [
            Segment(f" {pane.name} ", theme.ui["spark"] + on_base),
            Segment(f"{pane.newest} ", theme.ui["stale"] + on_base if pane.stale else strong),
        ]
        for limit, level in pane.limits:
            if limit is not None:
                words = f"{theme.glyphs.gap}{pane.limit_words(limit)} "
                line.append(Segment(words, theme.shape(level) + on_base))
        if not pane.samples:
            line.append(Segment(" no polls in this time", theme.ui["muted"] + on_base))
        elif any(pane.pick(sample) is None for sample in pane.samples):
            room = self.size.width - Segment.get_line_length(line)
            failed = f" {theme.glyphs.times}{' failed' if room >= len(' x failed') else ''}"
            line.append(Segment(failed, theme.shape(Level.CRITICAL) + on_base))
        self.put([line])


def newest(history: History) -> list[Sample]:
    """The samples that are drawn, oldest first."""
    return [history[index] for index in range(-min(len(history), MOST_SAMPLES), 0)]


def runs(
    samples: Sequence[Sample], pick: Pick, silent_seconds: float, worse: Worse = max
) -> Iterator[Run]:
    """The values in unbroken runs; a failed poll or a longer silence ends a run."""
    seconds = (samples[-1].at - samples[0].at) / MOST_POINTS if len(samples) > MOST_POINTS else 0.0
    run: Run = []
    last = samples[0].at
    for sample in samples:
        value = pick(sample)
        if run and (value is None or sample.at - last > silent_seconds):
            yield thinned(run, seconds, worse)
            run = []
        if value is not None:
            run.append((sample.at, value))
        last = sample.at
    if run:
        yield thinned(run, seconds, worse)


def thinned(run: Run, seconds: float, worse: Worse = max) -> Run:
    """The worst point of each span of so many seconds; 0 keeps all points."""
    if not seconds:
        return run
    spans = groupby(run, key=lambda point: point[0] // seconds)
    return [worse(points, key=itemgetter(1)) for _, points in spans]


def y_range(values: Sequence[float], limits: Sequence[float]) -> tuple[float, float]:
    """The range of the y axis: all values, zero, and the next threshold if near."""
    low, high = min([0.0, *values]), max([0.0, *values])
    above = min((limit for limit in limits if limit > high), default=high)
    if above <= 2 * high:
        high = above
    return low, max(high, low + 1.0)


def _wait(sample: Sample) -> float | None:
    return None if sample.wait_seconds is None else min(sample.wait_seconds, _HIGHEST)


def _depth(sample: Sample) -> float | None:
    return _bounded(sample.queue_depth)


def _slots(sample: Sample) -> float | None:
    return _bounded(sample.capacity)


def _bounded(count: int | None) -> float | None:
    return None if count is None else max(-_HIGHEST, min(float(count), _HIGHEST))
