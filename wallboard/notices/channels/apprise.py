"""Sends notices through Apprise, which knows some hundred services for people."""

from typing import Any

from wallboard.channel_settings import AppriseSettings
from wallboard.domain.policy import Level
from wallboard.ece.ask.outgoing import ClientSetupError
from wallboard.notices.channel import PEOPLE_PHASES, DeliveryError, MissingExtraError
from wallboard.notices.notice import Notice, Phase
from wallboard.notices.texts import text, title
from wallboard.threads import in_thread_within

_TYPES = {Level.CRITICAL: "failure", Level.UNKNOWN: "warning", Level.WARNING: "warning"}


class Apprise:
    """One address of Apprise."""

    phases = PEOPLE_PHASES

    def __init__(self, settings: AppriseSettings) -> None:
        """Raises ``ClientSetupError`` for an address that Apprise does not know.

        Raises ``MissingExtraError`` where Apprise is not installed.
        """
        self._timeout = settings.timeout
        self._apprise = _apprise(settings)

    async def send(self, notice: Notice) -> str:
        """Send one message. Raises ``DeliveryError``."""
        over = notice.phase is Phase.OVER
        kind = "success" if over else _TYPES.get(notice.level, "info")
        try:
            sent = await in_thread_within(
                lambda: self._apprise.notify(
                    title=title(notice), body=text(notice), notify_type=kind, body_format="text"
                ),
                self._timeout,
            )
        except TimeoutError:
            raise DeliveryError(
                f"no answer within {self._timeout:g} s", may_have_arrived=True
            ) from None
        if not sent:
            # Its log has the reason, and may have the address with its secrets.
            raise DeliveryError(
                f"{self._service} did not take it, or was not reached; "
                "check the url of the channel, and the network"
            )
        return f"{self._service} accepted"

    async def ask(self) -> str:
        """Nothing: only Apprise knows where its services are."""
        return ""

    async def aclose(self) -> None:
        """Nothing is open between two notices."""

    @property
    def _service(self) -> str:
        return str(next(iter(self._apprise)).service_name)


def _apprise(settings: AppriseSettings) -> Any:  # noqa: ANN401  it has no types
    try:
        import apprise
    except ImportError:
        raise MissingExtraError(
            f'channel "{settings.name}" needs Apprise: pip install "wallboard[notify]"'
        ) from None
    # With a time limit of its own it would use threads that the end of the program waits for.
    asset = apprise.AppriseAsset()
    asset._service_timeout = 0
    found = apprise.Apprise(asset=asset)
    if not found.add(settings.url.value):
        raise ClientSetupError(f'channel "{settings.name}": url is not one that Apprise knows')
    return found
