"""The top of every screen: whether the board is alive, and how many entry points are how."""

import time

from rich.segment import Segment
from rich.style import Style

from wallboard.board import Snapshot
from wallboard.domain.policy import Level
from wallboard.ui.text import safe, span
from wallboard.ui.theme import BoardTheme
from wallboard.ui.view import View
from wallboard.ui.widgets.counts import count_chips
from wallboard.ui.widgets.lines import Lines, split

SILENCE_SECONDS = 30.0
"""Without an answer for this long, or for three intervals, the feed counts as silent."""


class BoardHeader(Lines):
    """Two lines: name, feed health, heartbeat and clock; then the counts by verdict."""

    DEFAULT_CSS = "BoardHeader { height: 2; }"

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "header")

    def show(self, view: View) -> None:
        """Draw the header for this picture."""
        width = self.size.width
        self.put([self._health(view, width), self._counts(view.snapshot, width)])

    def _health(self, view: View, width: int) -> list[Segment]:
        theme, base = self.theme_styles, self.background
        left = [
            Segment(f" {safe(view.title)} ", theme.ui["title"]),
            Segment(" ", base),
            feed_health(view, theme),
        ]
        right = []
        if view.frozen_at is not None:
            frozen = f" FROZEN {span(view.now - view.frozen_at)} "
            right += [Segment(frozen, theme.ui["frozen"]), Segment(" ", base)]
        beat = theme.glyphs.heartbeat[view.beat % len(theme.glyphs.heartbeat)]
        clock = time.strftime("%H:%M:%S", time.localtime(view.now))
        right.append(Segment(f"{beat} {clock} ", base))
        return split(left, right, width, base)

    def _counts(self, snapshot: Snapshot, width: int) -> list[Segment]:
        total = len(snapshot.entry_points)
        chips = count_chips(
            snapshot.verdicts, self.theme_styles, width - len(f" {total} "), self.background
        )
        noun = " entry points" if total != 1 else " entry point"
        room = width - len(f" {total} ") - Segment.get_line_length(chips)
        head = f" {total}{noun if len(noun) <= room else ''} "
        return [Segment(head, self.background), *chips]


def feed_health(view: View, theme: BoardTheme) -> Segment:
    """Whether answers are coming in, in words and in the colour of their level."""
    level, words = _feed_words(view)
    on_header = Style(bgcolor=theme.ui["header"].bgcolor, reverse=theme.ui["header"].reverse)
    return Segment(words, theme.level[level] + on_header)


def _feed_words(view: View) -> tuple[Level, str]:
    snapshot = view.snapshot
    if snapshot.newest_at is None:
        return Level.UNKNOWN, "waiting for the first answer"
    silence = max(0.0, (snapshot.at if view.frozen_at else view.now) - snapshot.newest_at)
    intervals = [status.policy.interval for status in snapshot.entry_points.values()][:1]
    if silence > max(SILENCE_SECONDS, *(3 * interval for interval in intervals)):
        return Level.CRITICAL, f"NO ANSWER FOR {span(silence)}"
    rate = f"{snapshot.polls_per_minute} polls/min"
    if view.lag_seconds >= 1.0:
        return Level.WARNING, f"{rate}, {span(view.lag_seconds)} behind"
    down = len(snapshot.unreachable)
    if down:
        return Level.CRITICAL, f"{rate}, {down} server{'s' if down > 1 else ''} unreachable"
    return Level.OK, f"feed ok, {rate}"
