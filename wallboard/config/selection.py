"""Some entry points of a config: those that ids, groups and servers on a command line name."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from wallboard.config.problem import ConfigError, Problem, nearest, shown
from wallboard.config.triage import range_in
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.foreign_text import escaped
from wallboard.settings import EntryPointSettings, ServerSettings, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What was asked for. An empty part asks for everything; otherwise any word of it may hold.

    ``ids`` are numbers, ranges and ``server:id``, several in one parted by commas.
    """

    ids: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """All that was asked for, as one line would say it."""
        groups = (f"--group={name}" for name in self.groups)
        return (*self.ids, *groups, *(f"--server={name}" for name in self.servers))


def selected(settings: Settings, selection: Selection) -> Settings:
    """The settings with only the entry points for which every part of the selection holds.

    Raises ``ConfigError`` for a word that names nothing, and says what is nearest to it.
    """
    servers = _of_servers(settings.server, selection.servers)
    servers = _of_groups(servers, selection.groups)
    if selection.ids:
        keys = named_keys(selection.ids, [key for key, _ in _entries(servers)])
        servers = _kept(servers, keys)
    return replace(settings, server=tuple(servers))


def named_keys(words: Iterable[str], known: Collection[EntryPointKey]) -> set[EntryPointKey]:
    """The known entry points that ids, ranges and ``server:id`` name. Raises ``ConfigError``.

    A range names those there are in it, of which there must be one.
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
        raise ValueError(f"there is no {escaped(part)}, nor any other")
    if not there:
        names = list(dict.fromkeys(key.server for key in known))
        raise ValueError(f"there is no server {shown(server)}; {nearest(server, names)}")
    found = [key for key in there if first <= key.id <= last]
    if not found:
        closest = min(there, key=lambda key: min(abs(key.id - first), abs(key.id - last)))
        raise ValueError(f"there is no {escaped(part)}; the nearest is {closest.id}")
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
        Problem("", "", option, f"there is no {kind} {shown(name)}; {_instead(name, known)}")
        for name in names
        if name not in known
    ]
    if problems:
        raise ConfigError(problems)


def _instead(name: str, known: Sequence[str]) -> str:
    return nearest(name, [*map(escaped, known)]) if known else "the config names none"


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
