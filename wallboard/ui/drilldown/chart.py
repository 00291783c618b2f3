"""The chart: wait, queue and slots over time, with their thresholds."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.events import Resize

from wallboard.domain.history import History, Sample
from wallboard.domain.policy import Level, Thresholds
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.ui.drilldown import axes
from wallboard.ui.look.text import short_figure, wait
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.widgets.lines import Lines

if TYPE_CHECKING:
    from wallboard.ui.drilldown.plot import Plot

MOST_SAMPLES = 5_000
"""Samples drawn at most, the newest ones."""

LEAST_INTERVALS = 12
"""Least number of intervals on the x axis."""

MOST_POINTS = 400
_SILENT_INTERVALS = 3
_HIGHEST = 1e15
_BESIDE_WIDTH, _BESIDE_HEIGHT, _ONE_HEIGHT = 72, 22, 9

Run = list[tuple[float, float]]
Pick = Callable[[Sample], float | None]


class Chart(Container):
    """Two plots, side by side or stacked; drawn only for a new sample."""

    DEFAULT_CSS = """
    Chart { height: 1fr; layout: vertical; background: $background; }
    Chart.-beside { layout: horizontal; }
    Chart > Vertical { height: 1fr; width: 1fr; padding-right: 1; }
    Chart.-one > .second { display: none; }
    Chart Legend { height: 1; }
    """

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__()
        self.theme_styles = theme
        self._legends = Legend(theme), Legend(theme)
        self._boxes = Vertical(self._legends[0]), Vertical(self._legends[1], classes="second")
        self._plots: tuple[Plot, Plot] | None = None
        self._drawn: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        """A legend for each plot; the plots come when they are first needed."""
        yield from self._boxes

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme and draw in it at the next tick."""
        self.theme_styles = theme
        self._drawn = ()

    def on_resize(self, event: Resize) -> None:
        """Place the plots; only the wait if there is no room for both."""
        width, height = event.size
        beside = width >= _BESIDE_WIDTH and height < _BESIDE_HEIGHT
        self.set_class(beside, "-beside")
        self.set_class(not beside and height < 2 * _ONE_HEIGHT, "-one")

    def show(self, status: EntryPointStatus) -> None:
        """Draw the history of this entry point, if it has grown."""
        history, thresholds = status.state.history, status.policy.thresholds
        drawn = (history, thresholds, self.theme_styles)
        if self._drawn and all(old is new for old, new in zip(self._drawn, drawn, strict=True)):
            return
        if self._plots is None:
            from wallboard.ui.drilldown.plot import Plot

            self._plots = Plot(self.theme_styles), Plot(self.theme_styles)
            for box, plot in zip(self._boxes, self._plots, strict=True):
                box.mount(plot)
        self._drawn = drawn
        samples = newest(history)
        self._legends[0].show(_wait_legend(samples, thresholds, self.theme_styles))
        self._legends[1].show(_queue_legend(samples, thresholds, self.theme_styles))
        if samples:
            self._draw(self._plots, samples, status)

    def _draw(
        self, plots: "tuple[Plot, Plot]", samples: list[Sample], status: EntryPointStatus
    ) -> None:
        from wallboard.ui.drilldown.plot import Picture, Series

        theme, interval = self.theme_styles, status.policy.interval
        glyphs, limits = theme.glyphs, status.policy.thresholds
        line = "braille" if glyphs.name == "unicode" else "*"
        slots_style = theme.level[Level.OK]
        colours_differ = slots_style.color != theme.ui["spark"].color
        slots_marker = line if colours_differ else glyphs.separator
        end = samples[-1].at
        x_range = min(samples[0].at, end - LEAST_INTERVALS * interval), end

        def picture(
            lines: Sequence[tuple[Pick, Style, str]],
            levels: Sequence[tuple[float | None, Level]],
            ticks: Callable[[float, float, int], axes.Ticks],
        ) -> Picture:
            values = [
                value for pick, _, _ in lines for s in samples if (value := pick(s)) is not None
            ]
            low, high = y_range(values, [limit for limit, _ in levels if limit is not None])
            series: list[Series] = [
                Series([[(x_range[0], limit), (end, limit)]], theme.level[level], glyphs.gap)
                for limit, level in levels
                if limit is not None and low <= limit <= high
            ]
            for pick, style, marker in lines:
                series.append(Series(list(runs(samples, pick, interval)), style, marker))
            failed = [
                [(s.at, low)] for s in samples if all(pick(s) is None for pick, _, _ in lines)
            ]
            series.append(Series(failed[-MOST_POINTS:], theme.level[Level.CRITICAL], glyphs.times))
            return Picture(series, x_range, (low, high), ticks)

        waits = [(_wait, theme.ui["spark"], line)]
        chats = [
            (_slots, slots_style, slots_marker),
            (_depth, theme.ui["spark"], line),
        ]
        plots[0].put(picture(waits, _wait_levels(limits), axes.wait_ticks))
        plots[1].put(picture(chats, _queue_levels(limits), axes.count_ticks))


class Legend(Lines):
    """One line above a plot: series, newest values, thresholds."""

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "screen")

    def show(self, line: list[Segment]) -> None:
        """Draw the line."""
        self.put([line])


def newest(history: History) -> list[Sample]:
    """The samples that are drawn, oldest first."""
    return [history[index] for index in range(-min(len(history), MOST_SAMPLES), 0)]


def runs(samples: Sequence[Sample], pick: Pick, interval: float) -> Iterator[Run]:
    """The values in unbroken runs; a failed poll or a long gap ends a run."""
    seconds = (samples[-1].at - samples[0].at) / MOST_POINTS if len(samples) > MOST_POINTS else 0.0
    run: Run = []
    last = samples[0].at
    for sample in samples:
        value = pick(sample)
        if run and (value is None or sample.at - last > _SILENT_INTERVALS * interval):
            yield thinned(run, seconds)
            run = []
        if value is not None:
            run.append((sample.at, value))
        last = sample.at
    if run:
        yield thinned(run, seconds)


def thinned(run: Run, seconds: float) -> Run:
    """The highest point of each span of so many seconds; 0 keeps all points."""
    if not seconds:
        return run
    highest: dict[int, tuple[float, float]] = {}
    for at, value in run:
        span = int(at // seconds)
        if span not in highest or value > highest[span][1]:
            highest[span] = (at, value)
    return list(highest.values())


def y_range(values: Sequence[float], limits: Sequence[float]) -> tuple[float, float]:
    """The range of the y axis: all values, zero, and the next threshold if near."""
    low, high = min([0.0, *values]), max([0.0, *values])
    above = min((limit for limit in limits if limit > high), default=high)
    if above <= 2 * high:
        high = above
    return low, max(high * 1.08, low + 1.0)


def _wait(sample: Sample) -> float | None:
    return None if sample.wait_seconds is None else min(sample.wait_seconds, _HIGHEST)


def _depth(sample: Sample) -> float | None:
    return _bounded(sample.queue_depth)


def _slots(sample: Sample) -> float | None:
    return _bounded(sample.capacity)


def _bounded(count: int | None) -> float | None:
    return None if count is None else max(-_HIGHEST, min(float(count), _HIGHEST))


def _wait_levels(limits: Thresholds) -> list[tuple[float | None, Level]]:
    return [(limits.wait_warning, Level.WARNING), (limits.wait_critical, Level.CRITICAL)]


def _queue_levels(limits: Thresholds) -> list[tuple[float | None, Level]]:
    return [(limits.queue_warning, Level.WARNING), (limits.queue_critical, Level.CRITICAL)]


def _wait_legend(samples: Sequence[Sample], limits: Thresholds, theme: BoardTheme) -> list[Segment]:
    if not samples:
        return [Segment(" No poll has been counted yet.", theme.ui["screen"])]
    newest = wait(samples[-1].wait_seconds, theme.glyphs)
    failed = any(sample.wait_seconds is None for sample in samples)
    return [
        *_named("est. wait", newest, theme.ui["spark"], theme),
        *_limit_words(_wait_levels(limits), axes.short_span, theme),
        *(_failed_words(theme) if failed else []),
    ]


def _queue_legend(
    samples: Sequence[Sample], limits: Thresholds, theme: BoardTheme
) -> list[Segment]:
    if not samples:
        return []
    last, glyphs = samples[-1], theme.glyphs
    return [
        *_named("queue", short_figure(last.queue_depth, glyphs), theme.ui["spark"], theme),
        *_named("slots", short_figure(last.capacity, glyphs), theme.level[Level.OK], theme),
        *_limit_words(_queue_levels(limits), lambda count: short_figure(int(count)), theme),
    ]


def _failed_words(theme: BoardTheme) -> list[Segment]:
    on_base = Style(bgcolor=theme.ui["screen"].bgcolor)
    style = theme.level[Level.CRITICAL] + on_base
    return [Segment(" ", theme.ui["screen"]), Segment(f"{theme.glyphs.times} failed", style)]


def _named(name: str, value: str, style: Style, theme: BoardTheme) -> list[Segment]:
    base = theme.ui["screen"]
    on_base = Style(bgcolor=base.bgcolor)
    return [
        Segment(f" {name} ", style + on_base),
        Segment(f"{value} ", base + Style(bold=True)),
    ]


def _limit_words(
    levels: Sequence[tuple[float | None, Level]],
    words: Callable[[float], str],
    theme: BoardTheme,
) -> list[Segment]:
    on_base = Style(bgcolor=theme.ui["screen"].bgcolor)
    return [
        Segment(f"{theme.glyphs.gap}{words(limit)} ", theme.level[level] + on_base)
        for limit, level in levels
        if limit is not None
    ]
