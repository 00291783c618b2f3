"""Warnings about channels and notices that are valid but probably a mistake."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from wallboard.channel_settings import (
    CHANNELS_WITH_CA,
    ChannelSettings,
    HeartbeatSettings,
    HttpChannelSettings,
    channels_of,
)
from wallboard.config.document import Fault, Toml
from wallboard.setting_types import Secret
from wallboard.settings import Settings

READABLE_BY_OTHERS = 0o044

_SECRETS = ("url", "routing_key", "user", "password", "proxy")
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


def notice_warnings(
    settings: Settings, document: Mapping[str, Toml], folder: Path
) -> Iterator[Fault]:
    """All of them; ``folder`` is that of the config, from which its paths count."""
    routed = {notice.channel for notice in settings.notice}
    for kind, number, channel in channels_of(settings.channel):
        path = ("channel", kind, number)
        if channel.name not in routed and not isinstance(channel, HeartbeatSettings):
            yield (*path, "name"), "no [[notice]] goes to this channel"
        if isinstance(channel, CHANNELS_WITH_CA) and not channel.verify:
            yield (*path, "verify"), "the certificate of the far side is not verified"
        if _in_clear(channel):
            yield (*path, "url"), "notices are sent unencrypted: the url is http, not https"
        for key, value in _secrets_of(document["channel"][kind][number]):
            if isinstance(value, dict) and readable_by_others(folder / str(value.get("file", ""))):
                yield (*path, *key), "the file is readable by others; chmod 600 it"
    if settings.notice and settings.record is False:
        yield ("notice",), "nothing is sent: record is false, and only a process that records sends"


def written_secrets(document: Mapping[str, Toml]) -> Iterator[str]:
    """The secrets of channels that stand in the config itself."""
    for kind, tables in document.get("channel", {}).items():
        for table in tables:
            for key, value in _secrets_of(table):
                # The address of an instance is none, and the user alone neither.
                known = kind in {"servicenow", "pagerduty"} and key == ("url",)
                if isinstance(value, str) and not known and key != ("user",):
                    yield value


def _secrets_of(table: Mapping[str, Toml]) -> Iterator[tuple[tuple[str, ...], Toml]]:
    for key in _SECRETS:
        if key in table:
            yield (key,), table[key]
    for name, value in table.get("headers", {}).items():
        yield ("headers", name), value


def _in_clear(channel: ChannelSettings) -> bool:
    url = getattr(channel, "url", None)
    if not isinstance(channel, HttpChannelSettings) or not isinstance(url, Secret):
        return False
    parts = urlsplit(url.value)
    return parts.scheme == "http" and parts.hostname not in LOCAL_HOSTS


def readable_by_others(file: Path) -> bool:
    """Whether other users may read a file."""
    try:
        mode = file.stat().st_mode
    except OSError:
        return False
    return os.name == "posix" and file.is_file() and bool(mode & READABLE_BY_OTHERS)
