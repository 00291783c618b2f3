"""The keys that do something here, made from the bindings themselves."""

from rich.segment import Segment
from textual import events

from wallboard.ui.theme import BoardTheme
from wallboard.ui.widgets.lines import Lines


class KeyBar(Lines):
    """One line of keys and what they do; a click does the same."""

    DEFAULT_CSS = "KeyBar { height: 1; dock: bottom; }"

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme.ui["footer"])
        self.theme_styles = theme
        self._spans: list[tuple[int, int, str]] = []

    def on_mount(self) -> None:
        """Fill the line as soon as there are bindings to show."""
        self.call_after_refresh(self.fill)

    def fill(self) -> None:
        """Draw the keys that the screen has now."""
        line: list[Segment] = []
        self._spans = []
        x = 0
        for key, description, action in self._keys():
            words = [
                Segment(f" {key}", self.theme_styles.ui["key"]),
                Segment(f" {description} ", self.background),
            ]
            width = Segment.get_line_length(words)
            self._spans.append((x, x + width, action))
            line += words
            x += width
        self.put([line])

    def _keys(self) -> list[tuple[str, str, str]]:
        """Key, description and action; what is nearest to the operator first, leaving last."""
        seen: dict[str, tuple[str, str, str]] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.show and binding.action not in seen:
                key = self.app.get_key_display(binding)
                seen[binding.action] = (key, binding.description, binding.action)
        return sorted(seen.values(), key=lambda shown: shown[2] == "quit")

    async def on_click(self, event: events.Click) -> None:
        """Do what the key under the pointer does."""
        for start, stop, action in self._spans:
            if start <= event.x < stop:
                await self.screen.run_action(action)
                return
