"""The entry points that a command line names: ids, groups and servers, or a bare address."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from wallboard.config.address import address_fault
from wallboard.config.problem import ConfigError, Problem, shown
from wallboard.domain.endpoint import LARGEST_ID, EntryPointKey
from wallboard.domain.foreign_text import escaped
from wallboard.domain.nearest import nearest
from wallboard.frozen import frozen
from wallboard.settings import EntryPointSettings, ServerSettings, Settings

MOST_IDS = 100_000
"""Entry points that one command line may name; a longer range is a typing error."""

DEFAULTS = Settings()

_ID = re.compile(r"([0-9]+)(?:-([0-9]+))?")
_DIGITS = len(str(LARGEST_ID))


def settings_for_url(url: str, ids: Sequence[str], base: Settings = DEFAULTS) -> Settings:
    """Settings for one server and its entry points, all else as in ``base``.

    An address without a scheme is taken as http, as curl does. ``ids`` are numbers and ranges,
    ``1000`` or ``1005-1010``, or several separated by commas. The server is named after its host.
    Raises ``ConfigError`` with a problem for everything that cannot be used.
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
    """The ids that numbers and ranges name, each once and in their order, and the problems."""
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
        raise ValueError(f"{shown(part)} is more than {MOST_IDS} entry points")
    yield from range(first, last + 1)


def range_in(part: str) -> tuple[int, int]:
    """The first and the last id of a number or a range. Raises ``ValueError``, in words."""
    match = _ID.fullmatch(part)
    if not match:
        raise ValueError(f"{shown(part)} is neither a number nor a range such as 1005-1010")
    first, last = (_id(digits.lstrip("0") or "0") for digits in (match[1], match[2] or match[1]))
    if last < first:
        raise ValueError(f"the range {part} is reversed; use {last}-{first}")
    return first, last


def _id(digits: str) -> int:
    if len(digits) > _DIGITS or int(digits) > LARGEST_ID:
        raise ValueError(f"{shown(digits)} is too large; ids go up to {LARGEST_ID}")
    return int(digits)


@frozen(kw_only=True)
class Selection:
    """Which entry points; an empty field selects all, otherwise those that match any of its words.

    ``ids`` are numbers, ranges and ``server:id``, or several of these separated by commas.
    """

    ids: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The selection as command line arguments."""
        groups = (f"--group={name}" for name in self.groups)
        return (*self.ids, *groups, *(f"--server={name}" for name in self.servers))


def selected(settings: Settings, selection: Selection) -> Settings:
    """The settings with only the selected entry points.

    Raises ``ConfigError`` for a word that matches nothing, with the nearest known one.
    """
    servers = _of_servers(settings.server, selection.servers)
    servers = _of_groups(servers, selection.groups)
    if selection.ids:
        keys = named_keys(selection.ids, [key for key, _ in _entries(servers)])
        servers = _kept(servers, keys)
    return replace(settings, server=tuple(servers))


def named_keys(words: Iterable[str], known: Collection[EntryPointKey]) -> set[EntryPointKey]:
    """The known entry points that ids, ranges and ``server:id`` name. Raises ``ConfigError``.

    A range must contain at least one of them.
    """
    found: set[EntryPointKey] = set()
    problems = []
    for part in (part.strip() for word in words for part in word.split(",")):
        try:
            found.update(_named(part, known))
        except ValueError as error:
            problems.append(Problem("", "", "entry point id", str(error)))
    if problems:
        raise ConfigError(problems)
    return found


def _named(part: str, known: Collection[EntryPointKey]) -> list[EntryPointKey]:
    server, colon, numbers = part.rpartition(":")
    first, last = range_in(numbers)
    there = [key for key in known if key.server == server] if colon else known
    if not known:
        raise ValueError(f"no entry point {escaped(part)}; there are none")
    if not there:
        names = list(dict.fromkeys(key.server for key in known))
        raise ValueError(f"unknown server {shown(server)}; {nearest(server, names)}")
    found = [key for key in there if first <= key.id <= last]
    if not found:
        closest = min(there, key=lambda key: min(abs(key.id - first), abs(key.id - last)))
        raise ValueError(f"no entry point {escaped(part)}; the nearest is {closest.id}")
    return found


def _of_servers(servers: Sequence[ServerSettings], names: Sequence[str]) -> list[ServerSettings]:
    _refuse_unknown("--server", "server", names, [server.name for server in servers])
    return [server for server in servers if not names or server.name in names]


def _of_groups(servers: Sequence[ServerSettings], names: Sequence[str]) -> list[ServerSettings]:
    if not names:
        return list(servers)
    groups = dict.fromkeys(entry.group for _, entry in _entries(servers) if entry.group)
    _refuse_unknown("--group", "group", names, list(groups))
    return _kept(servers, {key for key, entry in _entries(servers) if entry.group in names})


def _refuse_unknown(option: str, kind: str, names: Sequence[str], known: Sequence[str]) -> None:
    problems = [
        Problem("", "", option, f"unknown {kind} {shown(name)}; {_instead(name, known)}")
        for name in names
        if name not in known
    ]
    if problems:
        raise ConfigError(problems)


def _instead(name: str, known: Sequence[str]) -> str:
    return nearest(name, [*map(escaped, known)]) if known else "the config has none"


def _entries(
    servers: Iterable[ServerSettings],
) -> Iterator[tuple[EntryPointKey, EntryPointSettings]]:
    for server in servers:
        for entry in server.entry_point:
            yield EntryPointKey(server.name, entry.id), entry


def _kept(
    servers: Iterable[ServerSettings], keys: Collection[EntryPointKey]
) -> list[ServerSettings]:
    """The servers with only these entry points, without those that have none of them."""
    kept = []
    for server in servers:
        entries = (e for e in server.entry_point if EntryPointKey(server.name, e.id) in keys)
        if left := tuple(entries):
            kept.append(replace(server, entry_point=left))
    return kept
