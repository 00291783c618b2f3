"""Checks the settings of a member of a fleet."""

import re
from collections.abc import Iterator
from importlib.util import find_spec
from urllib.parse import urlsplit

from wallboard.config.address import host_fault, parts_of
from wallboard.config.document import Fault
from wallboard.config.problem import name_fault
from wallboard.fleet_settings import FleetSettings, bus_urls

MOST_SERVERS = 16
"""Servers of one bus, whose addresses are in one setting."""

MOST_NAME = 64
"""Characters of a name that other members show."""

BUS_SCHEMES = ("nats", "tls")

_PACKAGES = ("nats", "msgspec")
_DOMAIN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PLACE = re.compile(r"(?!main$)(?=.{1,32}$)[a-z0-9]+(?:-[a-z0-9]+)*")
_PLACE_WORDS = (
    'must be lower-case letters and digits with hyphens between, at most 32 and not "main", such '
    'as "fra"'
)
_SEED = re.compile(r"SU[A-Z2-7]{56}")


def fleet_faults(fleet: FleetSettings) -> Iterator[Fault]:
    """Everything that makes no sense."""
    if fleet.url:
        yield from _bus(fleet)
    for key in ("board", "member", "vantage"):
        yield from _name(key, getattr(fleet, key))
    if fleet.vantage.strip() and not _PLACE.fullmatch(fleet.vantage):
        yield ("fleet", "vantage"), _PLACE_WORDS
    if fleet.domain and not _DOMAIN.fullmatch(fleet.domain):
        yield ("fleet", "domain"), "must be letters, digits, - and _, at most 64"
    if (fleet.user is None) is not (fleet.password is None):
        missing = "password" if fleet.user else "user"
        yield ("fleet", missing), "is missing; a login needs user and password"
    if fleet.nkey and not _SEED.fullmatch(fleet.nkey.value.strip()):
        yield ("fleet", "nkey"), "must be the seed of a user: SU and 56 more letters and digits"


def _bus(fleet: FleetSettings) -> Iterator[Fault]:
    here = ("fleet", "url")
    missing = [*_PACKAGES, *(("nkeys",) if fleet.nkey else ())]
    if not all(map(find_spec, missing)):
        yield here, 'needs the NATS client: pip install "wallboard[fleet]"'
    addresses = bus_urls(fleet)
    if len(addresses) > MOST_SERVERS:
        yield here, f"must name at most {MOST_SERVERS} servers, not {len(addresses)}"
    faults = [(number, bus_fault(one)) for number, one in enumerate(addresses, 1)]
    for number, fault in faults:
        if fault:
            yield here, f"address {number}: {fault}" if len(addresses) > 1 else fault
    if not any(fault for _, fault in faults) and len({urlsplit(one)[0] for one in addresses}) > 1:
        yield here, "must be all tls:// or all nats://"


def bus_fault(address: str) -> str | None:
    """What is wrong with the address of a NATS server, or ``None``; never repeats a password."""
    parts = parts_of(address, BUS_SCHEMES, "tls://bus.example.com:4222")
    if isinstance(parts, str):
        return parts
    if "@" in parts.netloc:
        return "must not contain a user name or password; set user and password"
    if parts.path.strip("/") or parts.query or parts.fragment:
        return "must end after the host and port"
    return host_fault(parts.hostname or "")


def _name(key: str, text: str) -> Iterator[Fault]:
    """A name is shown on other machines, too."""
    if fault := name_fault(text, MOST_NAME):
        yield ("fleet", key), fault
