"""What a tile or a line of the wall is drawn from, and its styles, selected or not."""

from typing import NamedTuple

from rich.style import Style

from wallboard.domain.judgement import Judgement
from wallboard.domain.policy import Button, Level, Verdict
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.widgets.alarm_mark import NO_ALARM, AlarmMark


class TileStyles:
    """The styles of an entry point on the wall.

    One that is selected has another background; the terminal's own colours have none to spare, and
    there its name stands on a bar. The colours of its level stay as they are.
    """

    def __init__(self, theme: BoardTheme, selected: bool) -> None:
        self.body = theme.ui["selected" if selected else "tile"]
        self._theme = theme
        self._on_body = on_body = Style(bgcolor=self.body.bgcolor)
        self.muted = theme.ui["muted"] + on_body
        bar = theme.ui["cursor"] if selected and theme.native else None
        self.pointer = bar or theme.ui["edge"] + on_body
        self.name = (bar or self.body) + Style(bold=True)
        self.place = bar or self.muted
        self.stale = theme.ui["stale"] + on_body
        self.mark = theme.ui["mark"] + on_body
        self.gap = theme.ui["gap"] + on_body
        self.strong = self.body + Style(bold=True)
        self.levels = {level: style + on_body for level, style in theme.level.items()}
        self.shapes = {level: theme.shape(level) + on_body for level in Level}
        self.spark = {**self.shapes, Level.OK: theme.ui["spark"] + on_body}
        self._buttons = {
            Button.SHOWN: self.body,
            Button.HIDDEN: self.levels[Level.CRITICAL],
            Button.UNKNOWN: self.levels[Level.UNKNOWN],
        }
        self._titles: dict[tuple[Verdict, Level], Style] = {}

    def is_filled(self, judgement: Judgement, now: float) -> bool:
        """Whether the verdict is a filled bar."""
        style = self.title(judgement, now)
        return bool(style.reverse) or style.bgcolor != self.body.bgcolor

    def title(self, judgement: Judgement, now: float) -> Style:
        """The style of the verdict: a filled bar for a fault, text on the tile for what is well."""
        if judgement.unconfirmed(now):
            return self._theme.filled(judgement.level_at(now))
        key = judgement.verdict, judgement.level
        if key not in self._titles:
            style = self._theme.title(*key)
            self._titles[key] = style if style.bgcolor else style + self._on_body
        return self._titles[key]

    def headline(self, judgement: Judgement, now: float, *, inverted: bool) -> Style:
        """The style of the verdict on a tile, the other way round while its alarm blinks."""
        style = self.title(judgement, now)
        return style + Style(reverse=not style.reverse) if inverted else style

    def alarm(self, mark: AlarmMark) -> Style:
        """The style of the words of an alarm: calm unless nobody has it."""
        return self.mark if mark.loud else self.body

    def chip(self, kind: str, *, on_bar: bool = False) -> Style:
        """The style of the response type: coloured words, which need a background on a bar."""
        style = self._theme.response_type[kind]
        return style if on_bar else style + self._on_body

    def button(self, judgement: Judgement, now: float) -> Style:
        """The style of whether the chat button is shown; what is stale is dimmed."""
        return self.stale if judgement.stale(now) else self._buttons[judgement.button]

    def figure(self, judgement: Judgement, level: Level, now: float) -> Style:
        """The style of a figure at ``level``; a stale one is dimmed."""
        if judgement.stale(now) or judgement.verdict is Verdict.UNREACHABLE:
            return self.stale
        return self.strong if level is Level.OK else self.levels[level]


class Drawn(NamedTuple):
    """What a tile or a line is drawn from."""

    status: EntryPointStatus
    now: float
    styles: TileStyles
    alarm: AlarmMark = NO_ALARM
