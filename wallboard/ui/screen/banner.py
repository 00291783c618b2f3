"""What concerns more than one tile: servers that cannot be reached, and notices."""

import time

from rich.segment import Segment

from wallboard.board import Snapshot
from wallboard.domain.observation import ServerStatus
from wallboard.domain.policy import Verdict
from wallboard.ui.look.glyphs import Glyphs
from wallboard.ui.look.text import safe, span
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.picture.view import View
from wallboard.ui.widgets.lines import Lines, whole_words

MOST_LINES = 4


class Banner(Lines):
    """A line for each server that cannot be reached, and the notices; else no line at all."""

    DEFAULT_CSS = "Banner { height: auto; }"

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "screen")

    def show(self, view: View) -> None:
        """Draw the banner for this picture."""
        outage, notice = self.theme_styles.ui["outage"], self.theme_styles.ui["notice"]
        width = self.size.width or self.app.size.width
        glyphs = self.theme_styles.glyphs
        texts = [(outage_words(s, view, glyphs), outage) for s in view.snapshot.unreachable]
        texts += [
            (f" {' ' if number else '!'} {line}", notice)
            for text in view.notices
            for number, line in enumerate(whole_words(safe(text), width - 4))
        ]
        if len(texts) > MOST_LINES:
            more = len(texts) - MOST_LINES + 1
            texts = [
                *texts[: MOST_LINES - 1],
                (f" {glyphs.ellipsis} and {more} more lines", notice),
            ]
        self.put([Segment.adjust_line_length([Segment(t, s)], width, s) for t, s in texts])


def outage_words(status: ServerStatus, view: View, glyphs: Glyphs) -> str:
    """Which server, why, since when, and when it is tried again."""
    cause = status.failure.cause if status.failure else ""
    message = safe(status.failure.message) if status.failure else ""
    count = _entry_points_of(view.snapshot, status.server)
    since = f" since {clock(status.since)}" if status.since is not None else ""
    retry = ""
    if status.next_probe_at is not None:
        left = status.next_probe_at - view.now
        retry = f", next try in {span(left)}" if left >= 0.5 else ", trying now"
    glyph = glyphs.verdict[Verdict.UNREACHABLE]
    return f" {glyph} {safe(status.server)} {cause}{since}{retry} ({count}): {message}"


def clock(at: float) -> str:
    """Local time of day."""
    return time.strftime("%H:%M:%S", time.localtime(at))


def _entry_points_of(snapshot: Snapshot, server: str) -> str:
    count = sum(1 for key in snapshot.entry_points if key.server == server)
    return f"{count} entry point{'' if count == 1 else 's'}"
