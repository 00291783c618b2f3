"""Warnings about a member of a fleet whose settings are valid but probably a mistake."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from wallboard.config.document import Fault, Toml
from wallboard.config.notice_warnings import LOCAL_HOSTS, readable_by_others
from wallboard.fleet_settings import FleetSettings, bus_urls

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
