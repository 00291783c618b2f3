"""The command palette: every action that has a key, found by its description."""

from functools import partial

from textual.command import (
    CommandInput,
    CommandList,
    CommandPalette,
    DiscoveryHit,
    Hit,
    Hits,
    Provider,
)
from textual.content import Content
from textual.types import IgnoreReturnCallbackType

from wallboard.ui.screen.keys import Command, commands_of
from wallboard.ui.terminal.screen import CellScreen

THIS = "commands"
"""The action that opens the palette, which it leaves out."""

WORDS_WIDTH, KEYS_WIDTH = 44, 14

KEY_SCORE = 1000.0
"""More than any match of words: the action of a typed key comes first."""


class Commands(CommandPalette, CellScreen[None]):
    """Textual's palette without its commands and special characters."""

    DEFAULT_CSS = """
    Commands { align-horizontal: center; }
    Commands > Vertical { width: 72; max-width: 100%; margin-top: 2; }
    Commands #--input, Commands #--input.--list-visible { border: none; background: $surface;
                                                          height: 1; }
    Commands SearchIcon { display: none; }
    Commands CommandInput, Commands CommandInput:focus { border: none; padding: 0 2; height: 1; }
    Commands #--results { background: $surface; min-width: 8; }
    Commands CommandList, Commands CommandList:focus { border: none; max-height: 80vh;
                                                       min-width: 8;
                                                       background: $surface;
                                                       scrollbar-size-vertical: 1; }
    Commands LoadingIndicator { border: none; }
    Commands:ansi #--input { border: solid $primary; height: 3; }
    Commands:ansi #--input.--list-visible { border: solid $primary; border-bottom: none;
                                            height: 2; }
    Commands:ansi CommandList, Commands:ansi CommandList:focus { border: solid $primary;
                                                                 border-top: none;
                                                                 max-height: 75vh; }
    """

    def __init__(self) -> None:
        super().__init__([BoardCommands], placeholder="Run a command")

    def on_mount(self) -> None:
        """Stop the cursor from blinking, which would send bytes all the time."""
        self.query_one(CommandInput).cursor_blink = False

    def _action_command_list(self, action: str) -> None:
        # Textual fails if the list has no visible line.
        if self.query_one(CommandList).scrollable_content_region:
            super()._action_command_list(action)


class BoardCommands(Provider):
    """The actions of the screen below, in the order of the help."""

    async def discover(self) -> Hits:
        """All actions, while nothing is typed."""
        for command in self._commands():
            words = Content(command.words)
            yield DiscoveryHit(self._line(words, command), self._run(command), command.words)

    async def search(self, query: str) -> Hits:
        """The actions that match the typed words or key."""
        matcher = self.matcher(query)
        for command in self._commands():
            score = KEY_SCORE if query in command.keys else matcher.match(command.words)
            if score > 0:
                words = matcher.highlight(command.words)
                yield Hit(score, self._line(words, command), self._run(command), command.words)

    def _commands(self) -> list[Command]:
        return [command for command in commands_of(self.screen) if command.action != THIS]

    def _run(self, command: Command) -> IgnoreReturnCallbackType:
        return partial(self.app.run_action, command.action, command.node)

    def _line(self, words: Content, command: Command) -> Content:
        width = min(WORDS_WIDTH, self.app.size.width - KEYS_WIDTH)
        room = " " * max(2, width - words.cell_length)
        return Content.assemble(words, room, Content(" ".join(command.keys)).stylize("not bold"))
