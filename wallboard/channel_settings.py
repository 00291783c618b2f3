"""The settings of each channel that notices are sent through: one table a kind.

Every address, key and password is a secret. Times are seconds.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Annotated, Literal, get_args, get_type_hints

from annotated_types import Ge, Le, MinLen

from wallboard.frozen import frozen
from wallboard.setting_types import STRICT, Name, Secret

Port = Annotated[int, Ge(1), Le(65_535)]

PLACEHOLDERS = ("id", "thread", "phase", "title", "text", "level", "board", "at")
"""What the template of a webhook may ask for, in braces."""

PLACEHOLDER = re.compile(r"\{(\w+)\}")

PAGERDUTY_URL = "https://events.pagerduty.com/v2/enqueue"


@frozen(kw_only=True)
class ChannelSettings:
    """What every channel has: its name, by which notices are routed, and its time limit."""

    name: Name
    timeout: Annotated[float, Ge(1), Le(120)] = 10.0


@frozen(kw_only=True)
class HttpChannelSettings(ChannelSettings):
    """A channel behind HTTP. ``ca_file`` is a private CA in PEM, ``proxy`` an HTTP proxy."""

    headers: Mapping[str, Secret] = field(default_factory=dict)
    proxy: Secret | None = None
    ca_file: str | None = None
    verify: bool = True


@frozen(kw_only=True)
class WebhookSettings(HttpChannelSettings):
    """POSTs documented JSON or, where ``body`` is set, that template with ``{title}`` filled in."""

    __pydantic_config__ = STRICT

    url: Secret
    body: str = ""
    content_type: Name = "application/json"


@frozen(kw_only=True)
class PagerDutySettings(HttpChannelSettings):
    """Sends events to PagerDuty: trigger, acknowledge, resolve."""

    __pydantic_config__ = STRICT

    routing_key: Secret
    url: Secret = Secret(PAGERDUTY_URL)


@frozen(kw_only=True)
class ServiceNowSettings(HttpChannelSettings):
    """Sends events to ServiceNow; ``url`` is the instance, such as https://example.service-now.com."""

    __pydantic_config__ = STRICT

    url: Secret
    user: Secret
    password: Secret


@frozen(kw_only=True)
class SyslogSettings(ChannelSettings):
    """Sends RFC 5424 messages over UDP, TCP or TLS."""

    __pydantic_config__ = STRICT

    host: Name
    port: Port | None = None
    transport: Literal["udp", "tcp", "tls"] = "udp"
    facility: Annotated[int, Ge(0), Le(23)] = 16
    ca_file: str | None = None
    verify: bool = True


@frozen(kw_only=True)
class EmailSettings(ChannelSettings):
    """Sends plain text by SMTP, with STARTTLS (the default), TLS from the start, or neither."""

    __pydantic_config__ = STRICT

    host: Name
    port: Port | None = None
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: Secret | None = None
    password: Secret | None = None
    sender: Name
    to: Annotated[tuple[Name, ...], MinLen(1)]
    ca_file: str | None = None
    verify: bool = True


@frozen(kw_only=True)
class CommandSettings(ChannelSettings):
    """Runs a program, never a shell, with the notice as JSON on its standard input."""

    __pydantic_config__ = STRICT

    argv: Annotated[tuple[Name, ...], MinLen(1)]


@frozen(kw_only=True)
class AppriseSettings(ChannelSettings):
    """Sends to anything Apprise knows: Webex, Teams workflows, Slack, ntfy, Telegram and others."""

    __pydantic_config__ = STRICT

    url: Secret


@frozen(kw_only=True)
class HeartbeatSettings(HttpChannelSettings):
    """GETs an address after each round in which something was found out, at most every so often.

    It stops when this process stops, which the far side notices.
    """

    __pydantic_config__ = STRICT

    url: Secret
    every: Annotated[float, Ge(1), Le(86_400)] = 60.0


@frozen(kw_only=True)
class ChannelsSettings:
    """All channels, by kind."""

    __pydantic_config__ = STRICT

    webhook: tuple[WebhookSettings, ...] = ()
    pagerduty: tuple[PagerDutySettings, ...] = ()
    servicenow: tuple[ServiceNowSettings, ...] = ()
    syslog: tuple[SyslogSettings, ...] = ()
    email: tuple[EmailSettings, ...] = ()
    command: tuple[CommandSettings, ...] = ()
    apprise: tuple[AppriseSettings, ...] = ()
    heartbeat: tuple[HeartbeatSettings, ...] = ()


CHANNEL_KINDS: Mapping[str, type[ChannelSettings]] = {
    kind: get_args(hint)[0] for kind, hint in get_type_hints(ChannelsSettings).items()
}
"""The settings of each kind of channel, by its name in the config."""

CHANNELS_WITH_CA = (HttpChannelSettings, SyslogSettings, EmailSettings)
"""Those that verify a certificate."""


def channels_of(channels: ChannelsSettings) -> Iterator[tuple[str, int, ChannelSettings]]:
    """Every channel: its kind, its place among those of its kind, and its settings."""
    for kind in CHANNEL_KINDS:
        for number, settings in enumerate(getattr(channels, kind)):
            yield kind, number, settings
