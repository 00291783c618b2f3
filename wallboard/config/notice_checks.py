"""Checks the channels and the routes of notices."""

from collections.abc import Iterator

from wallboard import query
from wallboard.channel_settings import (
    PLACEHOLDER,
    PLACEHOLDERS,
    ChannelSettings,
    EmailSettings,
    HeartbeatSettings,
    HttpChannelSettings,
    SyslogSettings,
    WebhookSettings,
    channels_of,
)
from wallboard.config.address import host_fault, proxy_fault
from wallboard.config.document import UNNAMED, Fault, Path
from wallboard.config.problem import name_fault, shown
from wallboard.domain.foreign_text import has_controls
from wallboard.domain.nearest import nearest
from wallboard.domain.policy import Level
from wallboard.setting_types import HEADER_NAME, HEADER_VALUE, Secret
from wallboard.settings import NoticeSettings, Settings


def notice_faults(settings: Settings, *, whole: bool) -> Iterator[Fault]:
    """Everything that makes no sense. Without ``whole`` nothing is reported as missing."""
    taken: dict[str, Path] = {}
    for kind, number, channel in channels_of(settings.channel):
        path: Path = ("channel", kind, number)
        if channel.name in taken:
            other = taken[channel.name]
            yield (*path, "name"), f"[[channel.{other[1]}]] has the same name; names must be unique"
        elif not channel.name.startswith(UNNAMED):
            taken[channel.name] = path
            yield from _name((*path, "name"), channel.name)
        yield from _channel(channel, path)
    for number, notice in enumerate(settings.notice):
        yield from _notice(settings, notice, ("notice", number), taken, whole=whole)
    yield from _name(("alarm", "look"), settings.alarm.look)


def _notice(
    settings: Settings, notice: NoticeSettings, path: Path, known: dict[str, Path], *, whole: bool
) -> Iterator[Fault]:
    if not notice.channel.startswith(UNNAMED) and whole:
        if notice.channel not in known:
            hint = nearest(notice.channel, tuple(known)) if known else "no channel is set up"
            yield (*path, "channel"), f"no such channel; {hint}"
        elif known[notice.channel][1] == "heartbeat":
            yield (*path, "channel"), "is a heartbeat, which takes no notices"
    if notice.level is Level.OK:
        yield (*path, "level"), "must be warning, unknown or critical: ok is no alarm"
    if problem := query.parse(notice.filter).problem:
        yield (*path, "filter"), problem
    calendars = tuple(one.name for one in settings.calendar)
    if notice.calendar and notice.calendar not in calendars and whole:
        hint = nearest(notice.calendar, calendars) if calendars else "no [[calendar]] is set up"
        yield (*path, "calendar"), f"no such calendar; {hint}"


def _channel(channel: ChannelSettings, path: Path) -> Iterator[Fault]:
    if isinstance(channel, HttpChannelSettings):
        yield from _http(channel, path)
    if isinstance(channel, WebhookSettings):
        unknown = [one for one in PLACEHOLDER.findall(channel.body) if one not in PLACEHOLDERS]
        if unknown:
            hint = nearest(unknown[0], sorted(PLACEHOLDERS))
            yield (*path, "body"), f"unknown placeholder {{{unknown[0]}}}; {hint}"
        if has_controls(channel.content_type):
            yield (*path, "content_type"), "must not contain control characters"
    if isinstance(channel, SyslogSettings | EmailSettings) and not channel.host.startswith(UNNAMED):
        if fault := host_fault(channel.host):
            yield (*path, "host"), fault
    if isinstance(channel, EmailSettings):
        yield from _email(channel, path)


def _http(channel: HttpChannelSettings, path: Path) -> Iterator[Fault]:
    url = getattr(channel, "url", None)
    if isinstance(url, Secret) and not url.value.startswith(UNNAMED):
        # It may hold a password, which such a check leaves alone.
        if fault := proxy_fault(url.value):
            yield (*path, "url"), fault
    if channel.proxy and (fault := proxy_fault(channel.proxy.value)):
        yield (*path, "proxy"), fault
    for name, secret in channel.headers.items():
        if not HEADER_NAME.fullmatch(name):
            begins = HEADER_NAME.match(name)
            here = (*path, "headers", f"{begins[0] if begins else ''}…")
            yield here, "is not a header name; use letters, digits and hyphens"
        if not HEADER_VALUE.fullmatch(secret.value):
            yield (*path, "headers", name), "its value must be printable ASCII without line breaks"
    if isinstance(channel, HeartbeatSettings) and channel.every < channel.timeout:
        yield (*path, "every"), f"must be at least the timeout ({channel.timeout:g} s)"


def _email(channel: EmailSettings, path: Path) -> Iterator[Fault]:
    for key, addresses in (("sender", (channel.sender,)), ("to", channel.to)):
        for address in addresses:
            if not address.startswith(UNNAMED) and not _is_address(address):
                words = f"must be a mail address such as noc@example.com, not {shown(address)}"
                yield (*path, key), words
    if (channel.user is None) is not (channel.password is None):
        missing = "password" if channel.user else "user"
        yield (*path, missing), "is missing; a login needs user and password"
    if channel.user and channel.security == "none":
        yield (
            (*path, "security"),
            "must not be none: the password would be sent in the clear",
        )


def _is_address(text: str) -> bool:
    if has_controls(text) or len(text) > 320:
        return False
    # Loading these takes long, and few configs have an address.
    from email.errors import HeaderParseError
    from email.headerregistry import Address

    inner = text[text.rfind("<") + 1 : -1] if text.endswith(">") else text
    try:
        found = Address(addr_spec=inner)
    except (ValueError, IndexError, HeaderParseError):
        return False
    return bool(found.username and found.domain)


def _name(path: Path, text: str) -> Iterator[Fault]:
    if fault := name_fault(text):
        yield path, fault
