"""Where observations come from. Everything downstream sees only the ``Feed`` protocol."""

from collections.abc import Callable
from typing import Protocol

from wallboard.board import Folded
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.restored import Event
from wallboard.settings import Settings

Publish = Callable[[Event], object]
"""Takes one event; it must return at once and must not raise."""

Fold = Callable[[Event], Folded]
"""The same, of a board that says what it did."""


class Feed(Protocol):
    """A source of events, live or replayed."""

    async def run(self, fold: Fold) -> None:
        """Have events folded until cancelled. One bad event never ends it."""

    def poll_now(self, key: EntryPointKey) -> None:
        """Ask for fresh observations of one entry point as soon as may be."""

    def replace(self, settings: Settings, edit: Folded) -> None:
        """Go by other settings from now on, without losing what goes on as before.

        ``edit`` is what they did to the board.
        """
