"""Who is on the bus: what each member publishes of itself every few seconds, until it is gone."""

import asyncio
import json
import logging
from collections.abc import Callable, Sequence

from wallboard import __version__
from wallboard.domain.foreign_text import brief
from wallboard.fleet import names
from wallboard.fleet.bus import Bus, BusError, NotAllowedError
from wallboard.fleet.names import BoardNames
from wallboard.frozen import frozen

PRESENT_SECONDS = 5.0
"""Between two words of a member; the bus forgets it after three times as long."""

MOST_MEMBERS = 1000
LARGEST_WORD = 4096
_LARGEST_NUMBER = 2**53

log = logging.getLogger(__name__)


@frozen(kw_only=True)
class Member:
    """What a member says of itself. ``lag_seconds`` is how old the picture is that it has."""

    member: str
    role: str
    vantage: str = ""
    term: int = 0
    holds: bool = False
    lag_seconds: float | None = None
    entry_points: int = 0
    version: str = __version__


class Presence:
    """Says what this member is while it runs."""

    def __init__(self, bus: Bus, board: BoardNames, member: Callable[[], Member]) -> None:
        """``member`` is asked each time."""
        self._bus = bus
        self._board = board
        self._member = member

    async def run(self) -> None:
        """Say so until cancelled, or until the bus does not let this member."""
        while True:
            member = self._member()
            try:
                await self._bus.keep(
                    names.MEMBERS, self._board.member_key(member.member), _written(member)
                )
            except NotAllowedError:
                return  # a viewer is not listed
            except BusError as error:
                log.debug("The bus does not know of this member: %s", error)
            await asyncio.sleep(PRESENT_SECONDS)


async def members_of(bus: Bus, board: BoardNames) -> Sequence[Member]:
    """All that said something of late, by name. Raises ``BusError``."""
    keys = (await bus.keys(names.MEMBERS, f"{board.board}."))[:MOST_MEMBERS]
    words = await asyncio.gather(*(bus.kept(names.MEMBERS, key) for key in keys))
    found = (_read(word) for word in words if word)
    return sorted((one for one in found if one), key=lambda one: (one.vantage, one.member))


def _written(member: Member) -> bytes:
    return json.dumps(
        {
            "member": member.member,
            "role": member.role,
            "vantage": member.vantage,
            "term": member.term,
            "holds": member.holds,
            "lag": member.lag_seconds,
            "entry_points": member.entry_points,
            "version": member.version,
        }
    ).encode()


def _read(word: bytes) -> Member | None:
    """A member by its word, which anybody may have written; ``None`` for what is none."""
    try:
        found = json.loads(word) if len(word) <= LARGEST_WORD else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not isinstance(found.get("member"), str):
        return None
    return Member(
        member=brief(found["member"], 64),
        role=_text(found, "role"),
        vantage=_text(found, "vantage"),
        term=_count(found, "term"),
        holds=found.get("holds") is True,
        lag_seconds=_seconds(found),
        entry_points=_count(found, "entry_points"),
        version=_text(found, "version"),
    )


def _text(found: dict[str, object], key: str) -> str:
    text = found.get(key)
    return brief(text, 32) if isinstance(text, str) else ""


def _count(found: dict[str, object], key: str) -> int:
    count = found.get(key)
    return count if isinstance(count, int) and 0 <= count < _LARGEST_NUMBER else 0


def _seconds(found: dict[str, object]) -> float | None:
    lag = found.get("lag")
    if not isinstance(lag, int | float) or not 0 <= lag < _LARGEST_NUMBER:
        return None
    return float(lag)
