"""Checks addresses of servers and proxies, from a config or a command line."""

import re
from collections.abc import Sequence
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import SplitResult, urlsplit

SCHEMES = ("http", "https")

MOST_NAME = 253
MOST_LABEL = 63
"""Characters of a name and of one of its parts, as DNS has them."""

_LABEL = re.compile(r"[A-Za-z0-9_-]+")
_BRACKETS = re.compile(r"\[[^][]*:[^][]*\](?::[0-9]*)?")
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")


_UNREADABLE = "invalid URL: cannot read the host or the port"


def address_fault(address: str) -> str | None:
    """What is wrong with the address of a server, or ``None``; never repeats a password."""
    parts = parts_of(address)
    if isinstance(parts, str):
        return parts
    if "@" in parts.netloc:
        return "must not contain a user name or password; send credentials in headers"
    if parts.query or parts.fragment:
        return "must not have a query or fragment; remove everything from ? or # on"
    return host_fault(parts.hostname or "")


def link_fault(address: str) -> str | None:
    """What is wrong with the address of a web page for people, or ``None``."""
    parts = parts_of(address)
    if isinstance(parts, str):
        return parts
    if "@" in parts.netloc:
        return "must not contain a user name or password"
    return host_fault(parts.hostname or "")


def witness_fault(address: str) -> str | None:
    """What is wrong with the ``host:port`` or the https URL of a witness, or ``None``."""
    if "://" in address:
        secure = address.startswith("https://")
        return link_fault(address) if secure else "must start with https://, or be host:port"
    return _place_fault(address, "192.0.2.1:443, or an https URL")


def node_fault(address: str) -> str | None:
    """What is wrong with the ``host:port`` of a node, or ``None``."""
    return _place_fault(address, "10.0.0.11:443 or [2001:db8::11]:443")


def _place_fault(address: str, such_as: str) -> str | None:
    parts = parts_of(f"https://{address}")
    if isinstance(parts, str):
        return parts
    if parts.port is None or parts.netloc != address or "@" in address:
        return f"must be host:port, such as {such_as}"
    return host_fault(parts.hostname or "")


def proxy_fault(address: str) -> str | None:
    """What is wrong with the address of a proxy, which may hold a password, or ``None``."""
    parts = parts_of(address)
    return parts if isinstance(parts, str) else host_fault(parts.hostname or "")


def host_fault(host: str) -> str | None:
    """What is wrong with a host name or address, or ``None``; IPv6 comes without brackets.

    A final dot and underscores are allowed, as resolvers allow them. A host that ends in a number
    is an IPv4 address to some and a name to others, so it must be a complete IPv4 address.
    """
    if ":" in host:
        return _ipv6_fault(host)
    try:
        name = host if host.isascii() else _encoded(host)
    except UnicodeError:
        return "invalid URL: the host is not a valid DNS name"
    labels = name.removesuffix(".").split(".")
    if "" in labels:
        return "invalid URL: the host has an empty part, such as a..b"
    if not all(_LABEL.fullmatch(label) for label in labels):
        return "invalid URL: a host may only contain letters, digits, hyphens and dots"
    if any(len(label) > MOST_LABEL for label in labels):
        return f"invalid URL: a part of the host is longer than {MOST_LABEL} characters"
    if len(name.removesuffix(".")) > MOST_NAME:
        return f"invalid URL: the host is longer than {MOST_NAME} characters"
    return _ipv4_fault(name) if _NUMBER.fullmatch(labels[-1]) else None


def _encoded(host: str) -> str:
    import idna

    return idna.encode(host.lower()).decode("ascii")


def _ipv4_fault(host: str) -> str | None:
    try:
        IPv4Address(host)
    except AddressValueError:
        return "invalid URL: an IPv4 address has four numbers, such as 192.0.2.7"
    return None


def _ipv6_fault(host: str) -> str | None:
    try:
        zone = IPv6Address(host).scope_id or ""
    except AddressValueError:
        return _UNREADABLE
    if zone.startswith("25"):
        return "invalid URL: write the zone of an IPv6 address as %eth0, not %25eth0"
    return None


def parts_of(
    address: str,
    schemes: Sequence[str] = SCHEMES,
    example: str = "https://ece.example.com",
) -> SplitResult | str:
    """The parts of an address of one of these schemes, or what is wrong with it."""
    if not address.isprintable() or " " in address or "\\" in address:
        return "must not contain spaces, backslashes or control characters"
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return _UNREADABLE
    if parts.scheme not in schemes or not address[len(parts.scheme) :].startswith("://"):
        return f"must start with {' or '.join(f'{one}://' for one in schemes)}"
    if not parts.hostname:
        return f"must have a host, such as {example}"
    place = parts.netloc.rpartition("@")[2]
    if "[" in place and not _BRACKETS.fullmatch(place):
        return _UNREADABLE
    if port == 0:
        return "invalid URL: port 0 is not allowed"
    return parts
