"""Sends notices to PagerDuty, one incident an alarm (Events API v2)."""

import json
from typing import Any

from wallboard.channel_settings import PagerDutySettings
from wallboard.domain.foreign_text import brief
from wallboard.domain.policy import Level
from wallboard.notices.channel import ALL_PHASES
from wallboard.notices.http_post import HttpPost
from wallboard.notices.notice import Notice, Phase
from wallboard.notices.texts import alarm_document, iso, text, title

LONGEST_SUMMARY = 1024
LONGEST_KEY = 255

_ACCEPTED = 202
"""The status of the Events API; any other answer comes from something on the way."""

_ACTIONS = {
    Phase.RAISE: "trigger",
    Phase.REMIND: "trigger",
    Phase.ACKNOWLEDGE: "acknowledge",
    Phase.OVER: "resolve",
}
_SEVERITIES = {
    Level.CRITICAL: "critical",
    Level.UNKNOWN: "error",
    Level.WARNING: "warning",
    Level.OK: "info",
}


class PagerDuty:
    """One integration of a PagerDuty service."""

    phases = ALL_PHASES

    def __init__(self, settings: PagerDutySettings) -> None:
        """Prepare without connecting. Raises ``ClientSetupError``."""
        self._routing_key = settings.routing_key
        self._http = HttpPost(settings, settings.url, (settings.routing_key,))

    async def send(self, notice: Notice) -> str:
        """Send one event. Raises ``DeliveryError``."""
        event = {"routing_key": self._routing_key.value, **event_of(notice)}
        answer = await self._http.send(
            json.dumps(event).encode(), "application/json", confirmed=(_ACCEPTED,), pages=False
        )
        return _message_in(answer)

    async def ask(self) -> str:
        """Connect to the far side. Raises ``DeliveryError``."""
        return await self._http.ask()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()


def event_of(notice: Notice) -> dict[str, Any]:
    """The event, without its routing key."""
    event: dict[str, Any] = {
        "event_action": _ACTIONS[notice.phase],
        "dedup_key": notice.thread[:LONGEST_KEY],
    }
    if event["event_action"] != "trigger":
        return event
    first = notice.alarms[0]
    payload = {
        "summary": brief(title(notice), LONGEST_SUMMARY),
        "source": first.key.server,
        "severity": _SEVERITIES[notice.level],
        "timestamp": iso(first.since),
        "component": brief(first.name),
        "group": brief(first.group),
        "class": first.verdict,
        "custom_details": {
            "text": text(notice),
            "alarms": [alarm_document(one) for one in notice.alarms[:20]],
        },
    }
    event |= {"client": f"wallboard {notice.board}", "payload": payload}
    if first.runbook:
        event["links"] = [{"href": first.runbook, "text": "Runbook"}]
    return event


def _message_in(answer: bytes) -> str:
    try:
        said = json.loads(answer)
    except (ValueError, RecursionError):
        return "accepted"
    message = said.get("message") if isinstance(said, dict) else None
    return brief(message) if isinstance(message, str) else "accepted"
