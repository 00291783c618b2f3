"""Sends notices to the event management of ServiceNow, one alert an alarm (em/jsonv2)."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

from wallboard.channel_settings import ServiceNowSettings
from wallboard.domain.foreign_text import brief
from wallboard.domain.policy import Level
from wallboard.notices.channel import ALL_PHASES
from wallboard.notices.http_post import HttpPost
from wallboard.notices.notice import Notice, Phase
from wallboard.notices.texts import alarm_document, text, title
from wallboard.setting_types import Secret

PATH = "/api/global/em/jsonv2"
SOURCE = "wallboard"
LONGEST_FIELD = 100
LONGEST_DESCRIPTION = 4000
LONGEST_KEY = 1024

_CLEAR = "0"
_SEVERITIES = {Level.CRITICAL: "1", Level.UNKNOWN: "3", Level.WARNING: "4", Level.OK: "5"}


class ServiceNow:
    """One instance of ServiceNow."""

    phases = ALL_PHASES

    def __init__(self, settings: ServiceNowSettings) -> None:
        """Prepare without connecting. Raises ``ClientSetupError``."""
        credentials = f"{settings.user.value}:{settings.password.value}".encode()
        login = "Basic " + base64.b64encode(credentials).decode()
        self._headers = {"Authorization": login, "Accept": "application/json"}
        url = Secret(settings.url.value.rstrip("/") + PATH)
        self._http = HttpPost(settings, url, (settings.password, Secret(login)))

    async def send(self, notice: Notice) -> str:
        """Send one event. Raises ``DeliveryError``."""
        body = json.dumps({"records": [event_of(notice)]}).encode()
        await self._http.send(body, "application/json", self._headers, pages=False)
        return "accepted"

    async def ask(self) -> str:
        """Connect to the far side. Raises ``DeliveryError``."""
        return await self._http.ask()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()


def event_of(notice: Notice) -> dict[str, Any]:
    """The record of one event; all its fields are texts."""
    first, over = notice.alarms[0], notice.phase is Phase.OVER
    details = {
        "text": text(notice),
        "phase": notice.phase.value,
        "alarms": [alarm_document(one) for one in notice.alarms[:20]],
    }
    return {
        "source": SOURCE,
        "event_class": brief(notice.board, LONGEST_FIELD),
        "node": brief(first.key.server, LONGEST_FIELD),
        "resource": brief(first.name, LONGEST_FIELD),
        "metric_name": "chat availability",
        "type": first.verdict,
        "message_key": notice.thread[:LONGEST_KEY],
        "severity": _CLEAR if over else _SEVERITIES[notice.level],
        "resolution_state": "Closing" if over else "New",
        "time_of_event": datetime.fromtimestamp(notice.at, UTC).strftime("%Y-%m-%d %H:%M:%S"),
        "description": f"{title(notice)}\n{text(notice)}"[:LONGEST_DESCRIPTION],
        "additional_info": json.dumps(details),
    }
