"""What is polled: entry points, and the five GETs asked of each."""

from enum import StrEnum
from typing import NamedTuple

from wallboard.frozen import frozen

LARGEST_ID = 2**63 - 1
"""Ids are from 0 to this, which is what a recording can hold."""


class Endpoint(StrEnum):
    """One of the five GETs of an entry point, named as the vendor names it."""

    CHAT_ALLOWED = "chatAllowed"
    CHECK_ELIGIBILITY = "checkEligibility"
    LIVE_SESSION_STATUS = "liveSessionStatus"
    CAPACITY = "capacity"
    AGENT_AVAILABILITY = "agentAvailability"


class EntryPointKey(NamedTuple):
    """The identity of an entry point: its server and id."""

    server: str
    id: int


@frozen
class Contact:
    """What helps whoever takes up an alarm: an address, a name and a number, each may be empty."""

    runbook: str = ""
    owner: str = ""
    phone: str = ""


@frozen
class EntryPoint:
    """One chat entry point as the operator knows it.

    ``endpoints`` are the GETs asked of it, in the order they are shown. A recording has no
    ``contact``.
    """

    key: EntryPointKey
    name: str
    group: str = ""
    endpoints: tuple[Endpoint, ...] = tuple(Endpoint)
    contact: Contact = Contact()
