"""The time strip of a replay: how much of the board was not OK in each slice, and the position."""

import time
from math import isfinite

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message

from wallboard.domain.policy import Level
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.picture.view import ReplayPosition, View
from wallboard.ui.widgets.lines import Lines

NARROW = 60
"""Cells below which the ends are not labelled."""

LABEL_WIDTH = len(" Sun 21 14:32 ")


def slices_in(width: int) -> int:
    """How many slices there is room for in so many cells."""
    return max(1, width - 2 * _label_width(width))


class TimeStrip(Lines):
    """One line in a replay, else none; a click or a drag jumps there."""

    DEFAULT_CSS = "TimeStrip { height: auto; }"

    class SeekRequested(Message):
        """The operator clicked a time, Unix time in seconds."""

        def __init__(self, at: float) -> None:
            super().__init__()
            self.at = at

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "footer")
        self._position: ReplayPosition | None = None
        self._dragged = False

    def show(self, view: View) -> None:
        """Draw the strip for this view."""
        self._position = view.replay_position
        if view.replay_position is None:
            self._dragged = False
            self.put([])
            return
        width = self.size.width or self.app.size.width
        self.put([strip_line(view.replay_position, width, self.theme_styles)])

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Jump to the time under the pointer, and follow the pointer."""
        self._dragged = True
        self.capture_mouse()
        self._seek(event.x)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Follow the pointer while its button is down."""
        if self._dragged:
            self._seek(event.x)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Stop following the pointer."""
        self._dragged = False
        self.release_mouse()

    def _seek(self, x: int) -> None:
        if self._position is None:
            return
        place, slices = x - _label_width(self.size.width), slices_in(self.size.width)
        self.post_message(self.SeekRequested(moment_at(self._position, place, slices)))


def moment_at(replay_position: ReplayPosition, place: int, slices: int) -> float:
    """The moment in the middle of a slice; the first and the last slice reach to the ends."""
    if place <= 0:
        return replay_position.first_at
    if place >= slices - 1:
        return replay_position.last_at
    return replay_position.first_at + (place + 0.5) / slices * (
        replay_position.last_at - replay_position.first_at
    )


def place_of(replay_position: ReplayPosition, slices: int) -> int:
    """The slice of the position."""
    length = replay_position.last_at - replay_position.first_at
    part = (replay_position.at - replay_position.first_at) / length if length > 0 else 1.0
    return max(0, min(slices - 1, int(part * slices))) if isfinite(part) else 0


def strip_line(replay_position: ReplayPosition, width: int, theme: BoardTheme) -> list[Segment]:
    """The line as segments."""
    base, slices, label = theme.ui["footer"], slices_in(width), _label_width(width)
    place, shares = place_of(replay_position, slices), replay_position.shares
    line = [Segment(_clock(replay_position.first_at, replay_position.last_at, label), base)]
    for number in range(slices):
        one = shares[number * len(shares) // slices] if shares else None
        if number == place:
            line.append(Segment(theme.glyphs.position, theme.ui["frozen"]))
        else:
            line.append(_slice(one, theme, base, known=bool(shares)))
    line.append(Segment(_clock(replay_position.last_at, replay_position.first_at, label), base))
    return list(Segment.simplify(line))


def _slice(
    shares: tuple[float, ...] | None, theme: BoardTheme, base: Style, *, known: bool
) -> Segment:
    """A block as high as the part of the board that was not OK, in the colour of most of that.

    Thus one lasting fault is a low line, over which an outage of the whole board stands out.
    """
    on_base = Style(bgcolor=base.bgcolor)
    if shares is None:
        return Segment(theme.glyphs.gap if known else " ", theme.ui["gap"] + on_base)
    blocks, worse = theme.glyphs.blocks, 1.0 - shares[Level.OK]
    level, height = Level.OK, 0
    if any(shares[level] for level in Level if level is not Level.OK):
        level = max((one for one in Level if one), key=lambda one: (shares[one], one))
        height = 1 + round(worse * (len(blocks) - 2))
    return Segment(blocks[height], theme.level[level] + on_base + Style(reverse=False))


def _label_width(width: int) -> int:
    return LABEL_WIDTH if width >= NARROW else 0


def _clock(at: float, other: float, width: int) -> str:
    """A local time, with the day where the two ends are not of the same."""
    if not width:
        return ""
    one_day = time.localtime(at)[:3] == time.localtime(other)[:3]
    form = "%H:%M:%S" if one_day else "%a %d %H:%M"
    return f" {time.strftime(form, time.localtime(at))} ".center(width)
