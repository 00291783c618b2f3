"""Warnings about settings that are valid but probably a mistake."""

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from wallboard.calendar_settings import CalendarSettings, MaintenanceSettings
from wallboard.config.document import Fault, Toml, problem_at
from wallboard.config.notice_warnings import (
    LOCAL_HOSTS,
    READABLE_BY_OTHERS,
    notice_warnings,
    readable_by_others,
    written_secrets,
)
from wallboard.config.problem import Problem, shown
from wallboard.domain.endpoint import Endpoint
from wallboard.domain.foreign_text import escaped
from wallboard.domain.ledger_row import AlarmKey
from wallboard.fleet_settings import FleetSettings, bus_urls
from wallboard.inheritance import alarm_rules_of, entry_points_of, layers_of
from wallboard.settings import ServerSettings, Settings, strongest

_DECIDING = {Endpoint.CHAT_ALLOWED, Endpoint.CHECK_ELIGIBILITY}
_MEASURED_BY = {
    "wait_warning": Endpoint.LIVE_SESSION_STATUS,
    "wait_critical": Endpoint.LIVE_SESSION_STATUS,
    "queue_warning": Endpoint.LIVE_SESSION_STATUS,
    "queue_critical": Endpoint.LIVE_SESSION_STATUS,
    "capacity_warning": Endpoint.CAPACITY,
}


def warnings(settings: Settings, document: Mapping[str, Toml], file: Path) -> list[Problem]:
    """All warnings, in the order of the file."""
    found = [*_readable(document, file)]
    for number, server in enumerate(settings.server):
        path = ("server", number)
        found += _unasked(server, document["server"][number], number)
        found += _in_clear(server, number)
        if not server.verify:
            found.append(((*path, "verify"), "the server's certificate is not verified"))
    found += notice_warnings(settings, document, file.parent)
    found += fleet_warnings(settings.fleet, document.get("fleet", {}), file.parent)
    found += _buttons(settings)
    found += _events(settings)
    found += _never_chattering(settings)
    found += _lone_quorum(settings)
    found += _polled_twice(settings)
    found += _nearly_the_same(settings)
    name = escaped(file)
    return list(dict.fromkeys(problem_at(name, document, path, text) for path, text in found))


def _readable(document: Mapping[str, Toml], file: Path) -> Iterator[Fault]:
    servers = document.get("server", ())
    headers = [value for server in servers for value in server.get("headers", {}).values()]
    # The address of a proxy is no secret unless it names a user.
    proxies = [proxy for server in servers if "@" in str(proxy := server.get("proxy", ""))]
    secrets = [value for value in (*headers, *proxies) if isinstance(value, str)]
    secrets += written_secrets(document)
    secrets += fleet_secrets(document.get("fleet", {}))
    try:
        mode = file.stat().st_mode
    except OSError:
        return
    if secrets and os.name == "posix" and mode & READABLE_BY_OTHERS:
        yield (), f"contains secrets and is readable by others; chmod 600 {file.name}, or use env"


def _unasked(server: ServerSettings, written: Toml, number: int) -> Iterator[Fault]:
    """Settings without effect, since the endpoint they need is not polled."""
    asked = set(server.endpoints)
    if not asked & _DECIDING:
        yield (
            ("server", number, "endpoints"),
            "neither chatAllowed nor checkEligibility is polled, so there is no verdict",
        )
    for key, value in written.get("thresholds", {}).items():
        if value is not False and (needed := _MEASURED_BY[key]) not in asked:
            yield (
                ("server", number, "thresholds", key),
                f"has no effect: {needed} is not among the endpoints of this server",
            )


def _in_clear(server: ServerSettings, number: int) -> Iterator[Fault]:
    if server.headers and urlsplit(server.url).scheme == "http":
        yield ("server", number, "headers"), "are sent unencrypted: the url is http, not https"


def _buttons(settings: Settings) -> Iterator[Fault]:
    numbers = {server.name: number for number, server in enumerate(settings.server)}
    said = set()
    for entry_point, policy in entry_points_of(settings):
        rule, server = policy.button.rule, entry_point.key.server
        if rule not in entry_point.endpoints and (server, rule) not in said:
            said.add((server, rule))
            yield (
                ("server", numbers[server], "endpoints"),
                f"the button rule needs {rule}, so the button is unknown",
            )


def _events(settings: Settings) -> Iterator[Fault]:
    """Files of events that cannot be read now; a board goes on without them."""
    now = datetime.now(UTC)
    listed: Mapping[str, Sequence[CalendarSettings | MaintenanceSettings]] = {
        "calendar": settings.calendar,
        "maintenance": settings.maintenance,
    }
    for key, tables in listed.items():
        for number, one in enumerate(tables):
            if one.ics is None:
                continue
            from wallboard.config.ics_file import EventsError, read_events

            try:
                read_events(Path(one.ics), now, now + timedelta(days=1), UTC)
            except EventsError as error:
                yield (key, number, "ics"), f"cannot be read: {error}"


_FLAPPING = ("flap_within", "flap_changes", "clear_for", "raise_for")


def _never_chattering(settings: Settings) -> Iterator[Fault]:
    """Rules by which an alarm takes too long to flap to be found chattering."""
    rules = alarm_rules_of(settings)
    for layers in layers_of(settings):
        own = rules[AlarmKey(layers[1][0].name, layers[-1][0].id)]
        # Raises and ends take turns: the least time is between as many of the shorter as can be.
        shorter, longer = sorted((own.raise_for, own.clear_for))
        least = own.flap_changes // 2 * shorter + (own.flap_changes - 1) // 2 * longer
        if least >= own.flap_within:
            tables = [table for table, _ in layers]
            depth, key = max((strongest(tables, "alarm", key)[0], key) for key in _FLAPPING)
            yield (
                (*layers[depth][1], "alarm", key),
                f"chattering is never found: {own.flap_changes} raises and ends take {least:g} s "
                f"at least, and flap_within is {own.flap_within:g} s",
            )


def _lone_quorum(settings: Settings) -> Iterator[Fault]:
    """A quorum of places where no others are compared."""
    if settings.fleet.vantage:
        return
    for layers in layers_of(settings):
        depth, quorum = strongest([table for table, _ in layers], "alarm", "quorum")
        if quorum and quorum > 1:
            where = (*layers[depth][1], "alarm", "quorum")
            yield where, "has no effect: without a vantage in [fleet] only one place is asked"


def _polled_twice(settings: Settings) -> Iterator[Fault]:
    taken: dict[tuple[str, int], str] = {}
    for number, server in enumerate(settings.server):
        twice = [
            entry.id
            for entry in server.entry_point
            if taken.setdefault((server.url.rstrip("/"), entry.id), server.name) != server.name
        ]
        if twice:
            other = taken[server.url.rstrip("/"), twice[0]]
            yield (
                ("server", number, "url"),
                f"{twice[0]} is polled twice: {shown(other)} has the same url and id",
            )


def _nearly_the_same(settings: Settings) -> Iterator[Fault]:
    """Groups that differ only in case or spaces are two groups on the board."""
    taken: dict[str, str] = {}
    for number, server in enumerate(settings.server):
        for place, entry in enumerate(server.entry_point):
            folded = "".join(entry.group.split()).casefold()
            first = taken.setdefault(folded, entry.group)
            if first != entry.group:
                yield (
                    ("server", number, "entry_point", place, "group"),
                    f"{shown(entry.group)} and {shown(first)} are two groups; use one spelling",
                )


_SECRETS = ("password", "nkey")


def fleet_warnings(
    fleet: FleetSettings, written: Mapping[str, Toml], folder: Path
) -> Iterator[Fault]:
    """All of them; ``folder`` is that of the config, from which its paths count."""
    if written and not fleet.url:
        yield ("fleet",), "has no effect without url"
    if fleet.nkey and fleet.user:
        yield ("fleet", "user"), "has no effect: the nkey is the login"
    addresses = [urlsplit(one) for one in bus_urls(fleet)]
    secure = any(one.scheme == "tls" for one in addresses)
    if fleet.url and secure and not fleet.verify:
        yield ("fleet", "verify"), "the certificate of the bus is not verified"
    if not secure and any(one.hostname not in LOCAL_HOSTS for one in addresses):
        what = "the password is" if fleet.password and not fleet.nkey else "polls are"
        yield ("fleet", "url"), f"{what} sent unencrypted: the url is nats, not tls"
    if fleet.poll_alone and not fleet.collect:
        yield ("fleet", "poll_alone"), "has no effect: collect is false, so it never polls"
    for key in _SECRETS:
        value = written.get(key)
        if isinstance(value, dict) and readable_by_others(folder / str(value.get("file", ""))):
            yield ("fleet", key), "the file is readable by others; chmod 600 it"


def fleet_secrets(written: Mapping[str, Toml]) -> Iterator[str]:
    """The secrets of the bus that stand in the config itself."""
    for key in _SECRETS:
        if isinstance(value := written.get(key), str):
            yield value
