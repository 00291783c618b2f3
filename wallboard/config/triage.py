"""A board without a config: an address and some ids from the command line."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from wallboard.config.address import address_fault
from wallboard.config.problem import ConfigError, Problem, shown
from wallboard.domain.endpoint import LARGEST_ID
from wallboard.settings import EntryPointSettings, ServerSettings, Settings

MOST_IDS = 100_000
"""Entry points that one command line may name; a longer range is a slip of the finger."""

DEFAULTS = Settings()

_ID = re.compile(r"([0-9]+)(?:-([0-9]+))?")
_DIGITS = len(str(LARGEST_ID))


def settings_for_url(url: str, ids: Sequence[str], base: Settings = DEFAULTS) -> Settings:
    """Settings for one server and its entry points, all else as in ``base``.

    An address without a scheme is taken as http, as curl does. ``ids`` are numbers and ranges,
    ``1000`` or ``1005-1010``, several in one parted by commas. The server is named after its host.
    Raises ``ConfigError`` with a sentence for everything that cannot be used.
    """
    address = url if "://" in url else f"http://{url}"
    problems = []
    fault = address_fault(address)
    if fault:
        problems.append(Problem("", "", "--url", fault))
    found, faults = named_ids(ids)
    problems += faults
    if not found and not problems:
        problems.append(
            Problem("", "", "entry point id", "give at least one, such as 1000 or 1005-1010")
        )
    if problems:
        raise ConfigError(problems)
    server = ServerSettings(
        name=urlsplit(address).netloc,
        url=address,
        entry_point=tuple(EntryPointSettings(id=number) for number in found),
    )
    return replace(base, server=(server,), group=())


def named_ids(words: Sequence[str]) -> tuple[list[int], list[Problem]]:
    """Each id once that numbers and ranges name, in their order, and what is wrong with them."""
    found: dict[int, None] = {}
    problems = []
    for word in words:
        for part in word.split(","):
            try:
                found.update(dict.fromkeys(ids_in(part.strip(), MOST_IDS - len(found))))
            except ValueError as error:
                problems.append(Problem("", "", "entry point id", str(error)))
    return list(found), problems


def ids_in(part: str, room: int = MOST_IDS) -> Iterator[int]:
    """The ids in a number or a range, at most ``room`` of them. Raises ``ValueError``, in words."""
    first, last = range_in(part)
    if last - first >= room:
        raise ValueError(f"{shown(part)} makes more than {MOST_IDS} entry points")
    yield from range(first, last + 1)


def range_in(part: str) -> tuple[int, int]:
    """The first and the last id of a number or a range. Raises ``ValueError``, in words."""
    match = _ID.fullmatch(part)
    if not match:
        raise ValueError(f"{shown(part)} is neither a number nor a range such as 1005-1010")
    first, last = (_id(digits.lstrip("0") or "0") for digits in (match[1], match[2] or match[1]))
    if last < first:
        raise ValueError(f"the range {part} runs backwards; write {last}-{first}")
    return first, last


def _id(digits: str) -> int:
    if len(digits) > _DIGITS or int(digits) > LARGEST_ID:
        raise ValueError(f"{shown(digits)} is too large; ids go up to {LARGEST_ID}")
    return int(digits)
