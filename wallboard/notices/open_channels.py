"""Opens the channels that the config has."""

from importlib import import_module

from wallboard.channel_settings import ChannelSettings
from wallboard.notices.channel import Channel


def open_channel(kind: str, settings: ChannelSettings) -> Channel:
    """A channel, without connecting: ``Email`` of ``channels/email.py`` for ``EmailSettings``.

    Raises ``ClientSetupError`` for settings that cannot be used, and ``MissingExtraError`` where
    its package is not installed.
    """
    module = import_module(f"wallboard.notices.channels.{kind}")
    name = type(settings).__name__.removesuffix("Settings")
    channel: Channel = getattr(module, name)(settings)
    return channel
