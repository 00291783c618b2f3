"""The names on the bus: one stream or bucket a purpose, in it one subject a board and place."""

import os
import re
from hashlib import blake2b

from wallboard.fleet_settings import FleetSettings
from wallboard.frozen import frozen
from wallboard.settings import Settings

PREFIX = "wallboard"
OBSERVATIONS = "WALLBOARD_OBSERVATIONS"
"""The stream of what was polled, for an hour."""

LEDGER = "WALLBOARD_LEDGER"
"""The stream of the rows of the ledgers."""

LAST = "WALLBOARD_LAST"
"""The bucket of checkpoints: a board is complete in one read."""

LEASE = "WALLBOARD_LEASE"
"""The bucket of leases, each with the time limit of the bucket."""

MEMBERS = "WALLBOARD_MEMBERS"
"""The bucket of what members say of themselves, with a time limit."""

ACCOUNT = "FLEET"
"""The account that has the streams; users of other accounts know its API as that of a domain."""

MAIN = "main"
"""The place of members without a vantage."""

_ODD = re.compile(r"[^a-z0-9]+")


@frozen
class BoardNames:
    """The subjects and keys of one board, as seen from one place."""

    board: str
    place: str = MAIN

    @classmethod
    def of(cls, title: str, vantage: str = "") -> "BoardNames":
        """Those of a board by its name, which may be any text."""
        return cls(token(title), token(vantage) if vantage else MAIN)

    @property
    def observations(self) -> str:
        """The subject of what is polled from this place."""
        return f"{PREFIX}.observations.{self.board}.{self.place}"

    @property
    def checkpoints(self) -> str:
        """The subject of the checkpoints that the stream keeps, now and then one."""
        return f"{self.observations}.checkpoint"

    @property
    def ledger(self) -> str:
        """The subject of rows of the ledger."""
        return f"{PREFIX}.ledger.{self.board}"

    @property
    def key(self) -> str:
        """The key of the checkpoint of this place, and of the lease to poll from it."""
        return f"{self.board}.{self.place}"

    @property
    def alarms_key(self) -> str:
        """The key of the lease to decide about alarms; no place can have it."""
        return f"{self.board}._alarms"

    def member_key(self, member: str) -> str:
        """The key of what a member says of itself."""
        return f"{self.board}.{token(member)}"


def member_of(fleet: FleetSettings) -> str:
    """What this member is called: by default as its machine, without the domain."""
    return fleet.member or os.uname().nodename.partition(".")[0] or "member"


def title_of(settings: Settings) -> str:
    """What the board is called that members share."""
    return settings.fleet.board or settings.title


def names_of(settings: Settings) -> BoardNames:
    """The names of the board on the bus, as seen from where this member is."""
    return BoardNames.of(title_of(settings), settings.fleet.vantage)


def token(text: str) -> str:
    """A part of a subject that differs for every other text, and says what it is of."""
    plain = _ODD.sub("-", text.lower()).strip("-")[:32]
    if plain == text and plain != MAIN:
        return plain
    digest = blake2b(text.encode("utf-8", "replace"), digest_size=4).hexdigest()
    return f"{plain}-{digest}" if plain else digest
