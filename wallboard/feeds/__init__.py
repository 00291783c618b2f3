"""Where observations come from. Everything downstream sees only the ``Feed`` protocol."""

from collections.abc import Callable
from typing import Protocol

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.restored import Event
from wallboard.settings import Settings

Publish = Callable[[Event], None]
"""Takes one event; it must return at once and must not raise."""


class Feed(Protocol):
    """A source of events, live or replayed."""

    async def run(self, publish: Publish) -> None:
        """Publish events until cancelled. One bad event never ends it."""

    def poll_now(self, key: EntryPointKey) -> None:
        """Ask for fresh observations of one entry point as soon as may be."""

    def replace(self, settings: Settings) -> None:
        """Go by other settings from now on, without losing what goes on as before."""
