"""A plot with axes, drawn by plotext; imported when a chart is first shown."""

from collections.abc import Sequence

from rich.style import Style
from rich.text import Text
from textual_plotext import PlotextPlot

from wallboard.frozen import frozen
from wallboard.ui.drilldown.axes import MOST_Y_TICKS, YTicks, one_per_row, time_ticks
from wallboard.ui.look.theme import BoardTheme

AXIS_ROWS = 2
X_TICK_WIDTH, Y_TICK_WIDTH = 12, 5
"""Cells; all ticks of values are of one width, so that panes below each other are aligned."""

Colour = str | int | tuple[int, int, int]
Points = Sequence[tuple[float, float]]

_ASCII_AXES = str.maketrans("┤│└┬─┼├┴┘┐┌", "||+++++++++")


@frozen
class Series:
    """Runs of joined points; ``marker`` is one of plotext's, or a character."""

    runs: Sequence[Points]
    style: Style
    marker: str


@frozen
class Picture:
    """Series from back to front, and the ranges of both axes; the x axis is Unix time in seconds.

    ``shows_times`` unless the axis of another pane does.
    """

    series: Sequence[Series]
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    y_ticks: YTicks
    shows_times: bool = True


class Plot(PlotextPlot, can_focus=False):
    """Draws a picture in the colours of the board's theme."""

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__()
        # Else the widget would use colours of Textual's theme.
        self.set_reactive(PlotextPlot.theme, "clear")
        self.theme_styles = theme
        self._picture: Picture | None = None

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme; the picture comes in its styles at the next tick."""
        self.theme_styles = theme
        self.refresh()

    def put(self, picture: Picture) -> None:
        """Draw this picture."""
        if picture != self._picture:
            self._picture = picture
            self.refresh()

    def render(self) -> Text:
        """The picture as plotext draws it."""
        width, height = self.size
        if self._picture is None or width < 1 or height < 1:
            return Text()
        self._lay_out(self._picture, width, height)
        drawn = self.plt.build()
        if self.theme_styles.glyphs.name == "ascii":
            drawn = drawn.translate(_ASCII_AXES)
        return Text.from_ansi(drawn, no_wrap=True)

    def _lay_out(self, picture: Picture, width: int, height: int) -> None:
        plt = self.plt
        plt.clear_data()
        plt.plotsize(width, height)
        plt._set_size(width, height)
        muted = _colour(self.theme_styles.ui["muted"])
        plt.canvas_color("default")
        plt.axes_color("default")
        plt.ticks_color(muted)
        plt.xaxes(picture.shows_times, False)
        plt.yaxes(True, False)
        plt.xlim(*picture.x_range)
        plt.ylim(*picture.y_range)
        rows = max(1, height - AXIS_ROWS if picture.shows_times else height)
        values = one_per_row(
            picture.y_ticks(*picture.y_range, MOST_Y_TICKS), *picture.y_range, rows
        )
        most = max(1, width // X_TICK_WIDTH)
        times = time_ticks(*picture.x_range, most) if picture.shows_times else []
        plt.xticks([at for at, _ in times], [text for _, text in times])
        plt.yticks(
            [value for value, _ in values], [f"{text:>{Y_TICK_WIDTH}}" for _, text in values]
        )
        for series in picture.series:
            style = "bold" if series.style.bold else None
            for run in series.runs:
                xs, ys = [x for x, _ in run], [y for _, y in run]
                plt.plot(xs, ys, marker=series.marker, color=_colour(series.style), style=style)


def _colour(style: Style) -> Colour:
    """The foreground of a style as plotext takes it."""
    colour = style.color
    if colour is None or colour.is_default:
        return "default"
    if colour.triplet:
        return (colour.triplet.red, colour.triplet.green, colour.triplet.blue)
    return colour.number if colour.number is not None else "default"
