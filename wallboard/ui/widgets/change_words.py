"""A change as every list of changes shows it: when, in what words, in what style."""

import time

from rich.style import Style

from wallboard.board import EntryPointStatus
from wallboard.domain.change import Change, Subject
from wallboard.domain.policy import Level, Verdict
from wallboard.report.words.changes import after_words, before_words
from wallboard.ui.look.glyphs import Glyphs
from wallboard.ui.look.theme import BoardTheme


def change_words(event: Change, status: EntryPointStatus | None, glyphs: Glyphs) -> str:
    """A change in one sentence: whose it is, what it was and became, and why."""
    named = status.entry_point.name if status else str(event.key.id if event.key else event.server)
    became = f"{before_words(event)} {glyphs.becomes} {after_words(event)}"
    return f"{named}: {became}{f', {event.summary}' if event.summary else ''}"


def style_after(change: Change, theme: BoardTheme, base: Style) -> Style:
    """The style of what it became: of the verdict, the level, or good and bad for an endpoint."""
    if change.subject is Subject.VERDICT:
        return theme.verdict[Verdict(change.after)]
    if change.subject is Subject.LEVEL:
        level = change.level
    else:
        level = Level.OK if change.after == "ok" else Level.CRITICAL
    return theme.level[level] + Style(bgcolor=base.bgcolor)


def clock(at: float, now: float) -> str:
    """Local time of day, with the date before it unless that is today's."""
    moment, today = time.localtime(at), time.localtime(now)
    form = "%H:%M:%S" if moment[:3] == today[:3] else "%d %b %H:%M:%S"
    return time.strftime(form, moment)
