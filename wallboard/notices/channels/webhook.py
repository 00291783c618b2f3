"""POSTs a notice as JSON, or as a template that an operator wrote."""

import json

from wallboard.channel_settings import PLACEHOLDER, PLACEHOLDERS, WebhookSettings
from wallboard.notices.channel import ALL_PHASES, PEOPLE_PHASES
from wallboard.notices.http_post import HttpPost
from wallboard.notices.notice import Notice
from wallboard.notices.texts import document

KEY_HEADER = "Idempotency-Key"


class Webhook:
    """One address that takes notices."""

    def __init__(self, settings: WebhookSettings) -> None:
        """Prepare without connecting. Raises ``ClientSetupError``."""
        self._settings = settings
        self._http = HttpPost(settings, settings.url)
        # What a template makes is for people: a chat, a ticket.
        self.phases = PEOPLE_PHASES if settings.body else ALL_PHASES

    async def send(self, notice: Notice) -> str:
        """Post it. Raises ``DeliveryError``."""
        body = body_of(notice, self._settings.body)
        headers = {KEY_HEADER: notice.id}
        await self._http.send(body.encode(), self._settings.content_type, headers)
        return "accepted"

    async def ask(self) -> str:
        """Connect to the far side. Raises ``DeliveryError``."""
        return await self._http.ask()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()


def body_of(notice: Notice, template: str) -> str:
    """The body: the whole document, or the template with its placeholders filled in."""
    whole = document(notice)
    if not template:
        return json.dumps(whole)
    # Put in as JSON has it, without the quotes.
    known = {name: json.dumps(str(whole[name]))[1:-1] for name in PLACEHOLDERS}
    return PLACEHOLDER.sub(lambda found: known.get(found[1], found[0]), template)
