"""The key bar: the main keys of the current screen."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.binding import ActiveBinding

from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.widgets.lines import Lines

LASTING = ("help", "leave", "quit")
"""Keys that are shown last, and never left out."""


class Hint(NamedTuple):
    """The ids of bindings that are shown together, and what they do in place of the first one."""

    ids: tuple[str, ...]
    words: str = ""


MOST_TOGETHER = 2

Shown = tuple[tuple[ActiveBinding, ...], str]
"""Bindings that are shown together, and their words."""


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
        for bindings, words in self._fitting():
            for key, active in self._keys(bindings):
                start = Segment.get_line_length(line)
                line.append(Segment(key, self.theme_styles.ui["key"]))
                self._spans.append((start, Segment.get_line_length(line), active))
            line.append(Segment(f" {words} ", self.background))
            start, _, last = self._spans[-1]
            self._spans[-1] = (start, Segment.get_line_length(line), last)
        self.put([line])

    def on_resize(self) -> None:
        """Fit the keys to the new width."""
        self.call_after_refresh(self.fill)

    def _fitting(self) -> list[Shown]:
        """The least important go first where there is no room."""
        shown = list(self._shown())
        room = self.size.width or self.app.size.width
        while sum(map(self._width, shown)) > room:
            left_out = [one for one in shown if one[0][0].binding.id not in LASTING]
            if not left_out:
                break
            shown.remove(left_out[-1])
        return shown

    def _width(self, shown: Shown) -> int:
        bindings, words = shown
        return sum(cell_len(key) for key, _ in self._keys(bindings)) + len(words) + 2

    def _keys(self, bindings: Sequence[ActiveBinding]) -> list[tuple[str, ActiveBinding]]:
        """The keys as shown; of more than two the first and the last."""
        shown = [(f" {self.app.get_key_display(one.binding)}", one) for one in bindings]
        if len(shown) > MOST_TOGETHER:
            (first, active), *_, (last, _) = shown
            return [(f"{first}-{last.strip()}", active)]
        return shown

    def _shown(self) -> Iterator[Shown]:
        """First the main keys of the screen, then its others, last those that last."""
        hints: Sequence[Hint] = getattr(self.screen, "main_keys", ())
        here = getattr(self.screen, "REACHED_BY", "")
        named = {one for hint in hints for one in hint.ids}
        of_id: dict[str, ActiveBinding] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.id and binding.action != here and (binding.show or binding.id in named):
                of_id.setdefault(binding.id, active)
        for hint in hints:
            bindings = tuple(of_id.pop(one) for one in hint.ids if one in of_id)
            if bindings:
                yield bindings, hint.words or bindings[0].binding.description
        lasting = [of_id.pop(one) for one in LASTING if one in of_id]
        for active in (*of_id.values(), *lasting):
            yield (active,), active.binding.description

    async def on_click(self, event: events.Click) -> None:
        """Run the action of the clicked key."""
        for start, stop, active in self._spans:
            if start <= event.x < stop:
                await self.app.run_action(active.binding.action, active.node)
                return
