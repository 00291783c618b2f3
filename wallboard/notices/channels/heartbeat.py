"""GETs an address as long as rounds come to a result: a far side notices when that stops."""

from collections.abc import Callable

from wallboard.channel_settings import HeartbeatSettings
from wallboard.notices.http_post import HttpPost


class Heartbeat:
    """Beats at most every so often. ``clock`` gives seconds that only go forward."""

    def __init__(self, settings: HeartbeatSettings, clock: Callable[[], float]) -> None:
        """Prepare without connecting. Raises ``ClientSetupError``."""
        self._every = settings.every
        self._clock = clock
        self._next_at = 0.0
        self._http = HttpPost(settings, settings.url)

    @property
    def due(self) -> bool:
        """Whether the last beat is long enough ago."""
        return self._clock() >= self._next_at

    async def beat(self) -> None:
        """Beat once. To be called after a round that came to a result, never by a timer.

        Raises ``DeliveryError``.
        """
        self._next_at = self._clock() + self._every
        await self._http.send(None)

    async def ask(self) -> str:
        """Connect to the far side. Raises ``DeliveryError``."""
        return await self._http.ask()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()
