"""Opens the channels that the config has."""

from collections.abc import Iterator
from importlib import import_module

from wallboard.channel_settings import ChannelSettings, ChannelsSettings
from wallboard.notices.channel import Channel

_CLASSES = {
    "webhook": "Webhook",
    "pagerduty": "PagerDuty",
    "servicenow": "ServiceNow",
    "syslog": "Syslog",
    "email": "Email",
    "command": "Command",
    "apprise": "Apprise",
}
"""Which class of ``notices/channels/KIND.py`` delivers for each kind of channel."""


def channel_settings(channels: ChannelsSettings) -> Iterator[tuple[str, ChannelSettings]]:
    """The kind and the settings of every channel that takes notices."""
    for kind in _CLASSES:
        for settings in getattr(channels, kind):
            yield kind, settings


def open_channel(kind: str, settings: ChannelSettings) -> Channel:
    """A channel, without connecting.

    Raises ``ClientSetupError`` for settings that cannot be used, and ``MissingExtraError`` where
    its package is not installed.
    """
    module = import_module(f"wallboard.notices.channels.{kind}")
    channel: Channel = getattr(module, _CLASSES[kind])(settings)
    return channel
