"""Everything that can be set, with its unit and its default. ``config`` reads it from TOML.

A setting that is ``None`` in a server, group or entry point is inherited: entry point before group
before server before the top of the file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Annotated, Any, Literal

from annotated_types import Ge, Le, MinLen

from wallboard.calendar_settings import CalendarSettings, MaintenanceSettings
from wallboard.channel_settings import ChannelsSettings
from wallboard.domain.endpoint import LARGEST_ID, Endpoint
from wallboard.domain.policy import Level, Verdict
from wallboard.fleet_settings import FleetSettings
from wallboard.frozen import frozen
from wallboard.setting_types import (
    STRICT,
    Count,
    Days,
    DesktopSequence,
    Interval,
    Name,
    Off,
    Patience,
    Seconds,
    Secret,
    Slots,
)

DEFAULT_CONTEXT_ROOT = "/system/egain/chat/entrypoint"
"""Where the API lives on a server whose address names no path."""

LARGEST_BODY = 16 * 1024 * 1024
"""Bytes; the largest ``max_body`` that can be set."""


@frozen(kw_only=True)
class ThresholdSettings:
    """Thresholds as written; ``false`` switches one off, ``None`` leaves it as inherited."""

    __pydantic_config__ = STRICT

    wait_warning: Seconds | Off | None = None
    wait_critical: Seconds | Off | None = None
    queue_warning: Count | Off | None = None
    queue_critical: Count | Off | None = None
    capacity_warning: Slots | Off | None = None


_INHERITED = ThresholdSettings()


@frozen(kw_only=True)
class AlarmRuleSettings:
    """The rules of an alarm as written, in seconds; ``None`` leaves one as inherited."""

    __pydantic_config__ = STRICT

    level: Level | None = None
    raise_for: Annotated[float, Ge(0), Le(86_400)] | None = None
    clear_for: Annotated[float, Ge(0), Le(86_400)] | None = None
    ack_expires: Annotated[float, Ge(60), Le(2_592_000)] | None = None
    flap_changes: Annotated[int, Ge(3), Le(100)] | None = None
    flap_within: Annotated[float, Ge(1), Le(86_400)] | None = None
    quorum: Annotated[int, Ge(1), Le(99)] | None = None


@frozen(kw_only=True)
class Overrides:
    """What a server, a group and an entry point may each set for themselves.

    An empty ``runbook``, ``owner`` or ``phone`` takes an inherited one away.
    """

    thresholds: ThresholdSettings = ThresholdSettings()
    levels: Mapping[Verdict, Level] = field(default_factory=dict)
    alarm: AlarmRuleSettings = AlarmRuleSettings()
    runbook: str | None = None
    owner: str | None = None
    phone: str | None = None
    button_rule: Endpoint | None = None
    button_max_wait: Seconds | None = None
    button_max_queue: Count | None = None
    calendar: Name | Off | None = None

    @property
    def overriding(self) -> bool:
        """Whether anything is set that a verdict or its level goes by."""
        button = (self.button_rule, self.button_max_wait, self.button_max_queue)
        return bool(self.levels) or button != (None, None, None) or self.thresholds != _INHERITED


@frozen(kw_only=True)
class EntryPointSettings(Overrides):
    """One entry point of a server; without a name it is shown by its id."""

    __pydantic_config__ = STRICT

    id: Annotated[int, Ge(0), Le(LARGEST_ID)]
    name: str = ""
    group: str = ""


@frozen(kw_only=True)
class GroupSettings(Overrides):
    """Overrides for every entry point of a group, on whatever server."""

    __pydantic_config__ = STRICT

    name: Name


@frozen(kw_only=True)
class ServerSettings(Overrides):
    """One server: where it is, how to reach it, and its entry points.

    ``paths`` replaces the path of an operation below ``url``; one that holds ``{id}`` is used as it
    is, others get ``/<id>`` behind them. ``ca_file`` is a private CA in PEM, ``client_cert`` a
    certificate for the server to check, ``client_key`` its key when that is a file of its own.
    ``nodes`` are the ``host:port`` of those behind the address, asked directly now and then.
    """

    __pydantic_config__ = STRICT

    name: Name
    url: Name
    endpoints: Annotated[tuple[Endpoint, ...], MinLen(1)] = tuple(Endpoint)
    paths: Mapping[Endpoint, Name] = field(default_factory=dict)
    headers: Mapping[str, Secret] = field(default_factory=dict)
    proxy: Secret | None = None
    verify: bool = True
    ca_file: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    nodes: tuple[Name, ...] = ()
    interval: Interval | None = None
    timeout: Patience | None = None
    concurrency: Annotated[int, Ge(1), Le(256)] | None = None
    entry_point: tuple[EntryPointSettings, ...] = ()


@frozen(kw_only=True)
class AlarmSettings(AlarmRuleSettings):
    """When an alarm is raised and is over, what it does here, and how long it is kept.

    ``bell`` and ``flash`` are the levels that make a noise, or make the header flash, when an entry
    point gets worse and reaches them, unless its alarm says that nobody is to be called. More than
    ``flood`` alarms in ten minutes are a flood. ``shelve_max`` is seconds. Each ``witness`` is a
    ``host:port`` or a URL that has nothing to do with the servers. ``desktop`` says whether the
    terminal shows new alarms on the desktop, or by which sequence. Notices wait ``group_wait``
    seconds for others and come again every ``repeat`` until somebody acknowledges; ``look`` is the
    command that they say shows the wall.
    """

    __pydantic_config__ = STRICT

    bell: tuple[Level, ...] = ()
    flash: tuple[Level, ...] = ()
    desktop: bool | DesktopSequence = False
    witness: tuple[Name, ...] = ()
    flood: Annotated[int, Ge(1), Le(10**6)] = 10
    shelve_max: Annotated[float, Ge(60), Le(2_592_000)] = 86_400.0
    ledger_days: Days = 400.0
    group_wait: Annotated[float, Ge(0), Le(3600)] = 30.0
    repeat: Annotated[float, Ge(60), Le(86_400)] = 900.0
    look: str = ""


@frozen(kw_only=True)
class NoticeSettings:
    """Which alarms are told through a channel, and when.

    ``level`` is the lowest one, none any; without a ``filter`` it is those of all entry points, and
    without a ``calendar`` at any time. Nobody must have acknowledged it for ``after`` seconds.
    """

    __pydantic_config__ = STRICT

    channel: Name
    level: Level | None = None
    filter: str = ""
    calendar: str = ""
    after: Annotated[float, Ge(0), Le(86_400)] = 0.0


@frozen(kw_only=True)
class SurveyQuestionSettings:
    """One question that the survey form begins with.

    ``answers`` are offered beside free text, ``default`` stands there at first. An answer that is
    not ``required`` may be left empty; the question is then left out.
    """

    __pydantic_config__ = STRICT

    text: Name
    answers: tuple[Name, ...] = ()
    default: str = ""
    required: bool = True


@frozen(kw_only=True)
class SurveySettings:
    """What the survey form begins with."""

    __pydantic_config__ = STRICT

    question: tuple[SurveyQuestionSettings, ...] = ()


@frozen(kw_only=True)
class Settings:
    """The whole config. Seconds throughout; ``max_body`` is bytes, ``history`` samples.

    ``runbook``, ``owner`` and ``phone`` are for whoever takes up an alarm.
    ``record`` says whether the board is recorded, or names the file. A recording goes back at most
    ``record_days`` days and takes at most ``record_megabytes`` million bytes. ``keys`` gives
    actions of the board other keys than their own.
    """

    __pydantic_config__ = STRICT

    title: str = "wallboard"
    interval: Interval = 10.0
    jitter: Annotated[float, Ge(0), Le(0.5)] = 0.1
    timeout: Patience = 5.0
    connect_timeout: Patience = 3.0
    concurrency: Annotated[int, Ge(1), Le(256)] = 8
    backoff_max: Patience = 60.0
    max_body: Annotated[int, Ge(1024), Le(LARGEST_BODY)] = 1024 * 1024
    history: Annotated[int, Ge(2), Le(100_000)] = 360
    record: bool | Name = True
    record_days: Days = 7.0
    record_megabytes: Annotated[int, Ge(1), Le(10**9)] = 512
    refresh: Annotated[float, Ge(0.1), Le(60)] = 0.5
    theme: Name = "auto"
    ascii: bool | Literal["auto"] = "auto"
    lite: bool = False
    kiosk: bool = False
    rotate: Annotated[float, Ge(1), Le(86_400)] = 15.0
    button_rule: Endpoint = Endpoint.CHAT_ALLOWED
    button_max_wait: Seconds = 300.0
    button_max_queue: Count = 10
    thresholds: ThresholdSettings = ThresholdSettings()
    levels: Mapping[Verdict, Level] = field(default_factory=dict)
    alarm: AlarmSettings = AlarmSettings()
    runbook: str = ""
    owner: str = ""
    phone: str = ""
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    survey: SurveySettings = SurveySettings()
    channel: ChannelsSettings = ChannelsSettings()
    notice: tuple[NoticeSettings, ...] = ()
    fleet: FleetSettings = FleetSettings()
    calendar: tuple[CalendarSettings, ...] = ()
    maintenance: tuple[MaintenanceSettings, ...] = ()
    group: tuple[GroupSettings, ...] = ()
    server: tuple[ServerSettings, ...] = ()

    def interval_of(self, server: ServerSettings) -> float:
        """Seconds between two polls of one endpoint of a server."""
        return float(strongest([self, server], "interval")[1])

    def timeout_of(self, server: ServerSettings) -> float:
        """Seconds a server may take to answer."""
        return float(strongest([self, server], "timeout")[1])

    def concurrency_of(self, server: ServerSettings) -> int:
        """Polls of a server that may be under way at once."""
        return int(strongest([self, server], "concurrency")[1])


def is_shared(settings: Settings) -> bool:
    """Whether others may go by what this board polls."""
    return settings.record is not False or bool(settings.fleet.url)


def longest_interval(settings: Settings) -> float:
    """Seconds between two polls of an endpoint of the server that is polled least often."""
    return max(map(settings.interval_of, settings.server), default=settings.interval)


def longest_timeout(settings: Settings) -> float:
    """Seconds that a poll of the most patient server may take."""
    return max(map(settings.timeout_of, settings.server), default=settings.timeout)


def strongest(tables: Sequence[object], *keys: str) -> tuple[int, Any]:
    """Which of the tables, the strongest last, sets what the keys lead to, and to what.

    ``(-1, None)`` if none does. ``False`` is what a table switches off.
    """
    for place in reversed(range(len(tables))):
        found: Any = tables[place]
        for key in keys:
            found = found.get(key) if isinstance(found, Mapping) else getattr(found, key, None)
        if found is not None:
            return place, found
    return -1, None
