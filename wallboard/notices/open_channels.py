"""Opens the channels that the config has."""

from importlib import import_module

from wallboard.channel_settings import ChannelSettings
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


def open_channel(kind: str, settings: ChannelSettings) -> Channel:
    """A channel, without connecting.

    Raises ``ClientSetupError`` for settings that cannot be used, and ``MissingExtraError`` where
    its package is not installed.
    """
    module = import_module(f"wallboard.notices.channels.{kind}")
    channel: Channel = getattr(module, _CLASSES[kind])(settings)
    return channel
