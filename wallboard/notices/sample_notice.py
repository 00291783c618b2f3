"""A real notice that is marked as a test, through one channel."""

import secrets
import time

from wallboard.channel_settings import ChannelSettings, HeartbeatSettings
from wallboard.domain.ledger_row import AlarmKey
from wallboard.domain.policy import Level, Verdict
from wallboard.inheritance import entry_points_of
from wallboard.notices.channel import ALL_PHASES, open_channel
from wallboard.notices.channels.heartbeat import Heartbeat
from wallboard.notices.notice import Notice, NoticeAlarm, Phase
from wallboard.settings import Settings


async def try_channel(
    kind: str, channel: ChannelSettings, settings: Settings, now: float
) -> list[str]:
    """Send it, and its end where the far side keeps an incident; what was answered, in lines.

    Raises ``DeliveryError``, ``ClientSetupError`` and ``MissingExtraError``.
    """
    if isinstance(channel, HeartbeatSettings):
        heart = Heartbeat(channel, time.monotonic)
        try:
            await heart.beat()
        finally:
            await heart.aclose()
        return ["beat: accepted"]
    opened = open_channel(kind, channel)
    thread = f"test-{secrets.token_hex(8)}"
    phases = (Phase.RAISE, Phase.OVER) if opened.phases == ALL_PHASES else (Phase.RAISE,)
    try:
        return [
            f"{phase}: {await opened.send(_notice(phase, thread, settings, now))}"
            for phase in phases
        ]
    finally:
        await opened.aclose()


def _notice(phase: Phase, thread: str, settings: Settings, now: float) -> Notice:
    entry_point = next(iter(entry_points_of(settings)))[0]
    verdict = Verdict.SERVICE_NOT_RUNNING
    alarm = NoticeAlarm(
        key=AlarmKey.of(entry_point.key),
        name=entry_point.name,
        group=entry_point.group,
        level=Level.CRITICAL,
        verdict=verdict.label,
        reason=str(verdict),
        since=now - settings.alarm.group_wait,
        over_at=now if phase is Phase.OVER else None,
        runbook=entry_point.contact.runbook,
        owner=entry_point.contact.owner,
        phone=entry_point.contact.phone,
    )
    return Notice(
        id=f"{thread}.{phase}",
        thread=thread,
        phase=phase,
        at=now,
        board=settings.title,
        alarms=(alarm,),
        look=settings.alarm.look,
        test=True,
    )
