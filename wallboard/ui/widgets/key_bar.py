"""The key bar: the keys of the current screen."""

from rich.segment import Segment
from textual import events
from textual.binding import ActiveBinding

from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.widgets.lines import Lines

LASTING = frozenset({"back", "help", "quit", "dismiss", "go_live", "go_end", "play"})
"""Actions whose keys are always shown."""


class KeyBar(Lines):
    """One line of keys and what they do; a click runs the action."""

    DEFAULT_CSS = "KeyBar { height: 1; dock: bottom; }"

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "footer")
        self._spans: list[tuple[int, int, ActiveBinding]] = []

    def on_mount(self) -> None:
        """Fill the line, and again when the bindings change."""
        self.call_after_refresh(self.fill)
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.fill())

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme, and draw the keys in it."""
        super().restyle(theme)
        self.fill()

    def fill(self) -> None:
        """Draw the keys of the screen, as many as fit."""
        if not self.is_attached:
            return  # the screen was closed
        line: list[Segment] = []
        self._spans = []
        x = 0
        for active, words in self._fitting():
            width = Segment.get_line_length(words)
            self._spans.append((x, x + width, active))
            line += words
            x += width
        self.put([line])

    def on_resize(self) -> None:
        """Fit the keys to the new width."""
        self.call_after_refresh(self.fill)

    def _fitting(self) -> list[tuple[ActiveBinding, list[Segment]]]:
        keys = [(active, self._words(active)) for active in self._keys()]
        room = self.size.width or self.app.size.width
        while sum(Segment.get_line_length(words) for _, words in keys) > room:
            left_out = [key for key in keys if key[0].binding.action not in LASTING]
            if not left_out:
                break
            keys.remove(left_out[-1])
        return keys

    def _words(self, active: ActiveBinding) -> list[Segment]:
        key = Segment(f" {self.app.get_key_display(active.binding)}", self.theme_styles.ui["key"])
        return [key, Segment(f" {active.binding.description} ", self.background)]

    def _keys(self) -> list[ActiveBinding]:
        """One key for each action, of the focused widget first, quit last."""
        here = getattr(self.screen, "REACHED_BY", "")
        seen: dict[str, ActiveBinding] = {}
        for active in self.screen.active_bindings.values():
            if active.binding.show and active.binding.action != here:
                seen.setdefault(active.binding.action, active)
        return sorted(seen.values(), key=lambda active: active.binding.action == "quit")

    async def on_click(self, event: events.Click) -> None:
        """Run the action of the clicked key."""
        for start, stop, active in self._spans:
            if start <= event.x < stop:
                await self.app.run_action(active.binding.action, active.node)
                return
