"""Asks the channels of a config whether they can be reached, without sending anything."""

import asyncio
import time

from wallboard.channel_settings import ChannelSettings, HeartbeatSettings, channels_of
from wallboard.domain.doctor import Finding, Step
from wallboard.domain.foreign_text import safe
from wallboard.domain.policy import Level
from wallboard.ece.ask.outgoing import ClientSetupError
from wallboard.notices.channel import Channel, DeliveryError, MissingExtraError, open_channel
from wallboard.notices.channels.heartbeat import Heartbeat
from wallboard.settings import Settings

MOST_SECONDS = 10.0
"""The doctor waits no longer for any channel."""


async def ask_channels(settings: Settings) -> Finding | None:
    """What all of them say, in the order of the config; ``None`` without any."""
    channels = channels_of(settings.channel)
    found = await asyncio.gather(*(_ask(kind, one) for kind, _, one in channels))
    if not found:
        return None
    levels = [one.level for one in found if one.level is not None]
    words = " ".join(one.sentence for one in found)
    elapsed = max((one.elapsed_seconds or 0.0 for one in found), default=0.0)
    level = max(levels, default=None)
    return Finding(Step.CHANNELS, level, words, elapsed_seconds=elapsed or None)


async def _ask(kind: str, settings: ChannelSettings) -> Finding:
    name, began = f'"{safe(settings.name)}" ({kind})', time.monotonic()
    channel: Channel | Heartbeat | None = None
    try:
        if isinstance(settings, HeartbeatSettings):
            channel = Heartbeat(settings, time.monotonic)
        else:
            channel = open_channel(kind, settings)
        async with asyncio.timeout(MOST_SECONDS):
            said = await channel.ask()
    except (DeliveryError, ClientSetupError, MissingExtraError) as error:
        return Finding(Step.CHANNELS, Level.WARNING, f"{name}: {error}.")
    except TimeoutError:
        words = f"{name}: no answer within {MOST_SECONDS:g} s."
        return Finding(Step.CHANNELS, Level.WARNING, words)
    finally:
        if channel is not None:
            await channel.aclose()
    if not said:
        words = f"{name}: cannot be asked; try `wallboard notify test {safe(settings.name)}`."
        return Finding(Step.CHANNELS, None, words)
    elapsed = time.monotonic() - began
    return Finding(Step.CHANNELS, Level.OK, f"{name}: {said}.", elapsed_seconds=elapsed)
