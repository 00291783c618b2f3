"""The styles that everything drawn for one entry point shares."""

from rich.style import Style

from wallboard.domain.policy import Level, Verdict
from wallboard.domain.verdict import Judgement
from wallboard.ui.look.theme import BoardTheme


class TileStyles:
    """The styles of a tile's body, on the background of one that is selected or not."""

    def __init__(self, theme: BoardTheme, selected: bool) -> None:
        self.body = theme.ui["selected" if selected else "tile"]
        on_body = Style(bgcolor=self.body.bgcolor)
        self.edge = theme.ui["edge"] + on_body
        self.name = self.body + Style(bold=True)
        self.muted = theme.ui["muted"] + on_body
        self.stale = theme.ui["stale"] + on_body
        self.mark = theme.ui["mark"] + on_body
        self.gap = theme.ui["gap"] + on_body
        self.strong = self.body + Style(bold=True)
        self.levels = {level: style + on_body for level, style in theme.level.items()}
        # Blocks are shapes: reversed or underlined they would be other shapes.
        plain = Style(reverse=False, underline=False)
        self.edges = {level: style + plain for level, style in self.levels.items()}
        self.spark = {**self.edges, Level.OK: theme.ui["spark"] + on_body}
        self.button = {
            "shown": self.levels[Level.OK],
            "hidden": self.levels[Level.CRITICAL],
            "unknown": self.levels[Level.UNKNOWN],
        }

    def value(self, judgement: Judgement, level: Level, now: float) -> Style:
        """The style of a figure that reaches ``level`` by itself; an old one is dimmed."""
        if judgement.stale(now) or judgement.verdict is Verdict.UNREACHABLE:
            return self.stale
        return self.strong if level is Level.OK else self.levels[level]
