"""The board as text: a table for a person, or frames of lines that are only ever appended."""

from collections.abc import Iterator
from datetime import datetime, tzinfo

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.foreign_text import safe
from wallboard.domain.observation import ServerStatus
from wallboard.domain.snapshot import EntryPointStatus, Snapshot
from wallboard.report.words.network import network_back, network_words
from wallboard.report.words.nodes import node_lines
from wallboard.report.words.places import place_name, silence_sentences, silent_names
from wallboard.report.words.rows import counts, entry_point_table, marks_of, who, whose, worst_first


def text_report(snapshot: Snapshot) -> str:
    """The whole report, without a line break at its end."""
    total = len(snapshot.entry_points)
    lines = [
        *entry_point_table(snapshot, worst_first(snapshot.entry_points.values(), snapshot.at)),
        "",
    ]
    lines.append(f"{total} entry point{'' if total == 1 else 's'}: {counts(snapshot)}")
    lines.extend(failures(snapshot))
    return "\n".join(lines)


def failures(snapshot: Snapshot) -> Iterator[str]:
    """The servers that cannot be reached, then the endpoints that fail on those that can.

    Before them that this machine has no network, if so.
    """
    if snapshot.blind_since is not None:
        yield network_words(snapshot.blind_since, snapshot.at)
    yield from silence_sentences(snapshot.places, snapshot.at)
    yield from _servers(snapshot)
    yield from node_lines(snapshot)
    yield from _failing(snapshot)


def _servers(snapshot: Snapshot) -> Iterator[str]:
    for status in snapshot.unreachable:
        if status.failure:
            server, message = safe(status.server), safe(status.failure.message)
            yield f"server {server} unreachable: {message}"


def _failing(snapshot: Snapshot) -> Iterator[str]:
    """The endpoints that failed on servers that answer; equal failures are one line."""
    down = {status.server for status in snapshot.unreachable}
    named = whose if len({key.server for key in snapshot.entry_points}) > 1 else who
    failing: dict[str, dict[str, list[str]]] = {}
    for status in worst_first(snapshot.entry_points.values(), snapshot.at):
        key = status.entry_point.key
        for endpoint in status.judgement.failing if key.server not in down else ():
            failure = status.state.failure(endpoint)
            if failure:
                # Some sentences name the endpoint themselves; once a line is enough.
                why = safe(failure.message.removeprefix(f"{endpoint}: "))
                whose_endpoints = failing.setdefault(f"{why} [{failure.cause}]", {})
                whose_endpoints.setdefault(safe(named(status.entry_point)), []).append(endpoint)
    if failing:
        yield "Failing endpoints:"
    for why, found in failing.items():
        places = [f"{name} {', '.join(endpoints)}" for name, endpoints in found.items()]
        yield f"  {'; '.join(places[:MOST_PLACES])}{_more(len(places) - MOST_PLACES)}: {why}"


MOST_PLACES = 10
"""Entry points that one line names."""


def _more(count: int) -> str:
    return f" and {count:,} more" if count > 0 else ""


_Said = tuple[object, ...]


class TextBoard:
    """Turns snapshots into frames of lines, remembering what it has said."""

    def __init__(self, title: str, *, zone: tzinfo | None = None) -> None:
        """``zone`` is the time zone of the times shown; the machine's own unless given."""
        self.title = title
        self._zone = zone
        self._said: dict[EntryPointKey, _Said] = {}
        self._down: dict[str, str] = {}
        self._blind_since: float | None = None
        self._differing: tuple[str, ...] = ()
        self._silent: frozenset[str] = frozenset()

    def frame(self, snapshot: Snapshot) -> list[str]:
        """The lines of one more frame, none of them with a line break."""
        changed = [
            status for status in snapshot.entry_points.values() if self._is_news(status, snapshot)
        ]
        lines = [self._header(snapshot), *self._network(snapshot), *self._places(snapshot)]
        lines += [*self._servers(snapshot), *self._nodes(snapshot)]
        if changed:
            rows = entry_point_table(snapshot, worst_first(changed, snapshot.at))
            lines.extend(f"  {row}" for row in rows)
        return lines

    def _header(self, snapshot: Snapshot) -> str:
        rate = f"{snapshot.polls_per_minute} polls in the last minute"
        return f"{self._time(snapshot.at)} {safe(self.title)}: {counts(snapshot)}; {rate}"

    def _network(self, snapshot: Snapshot) -> Iterator[str]:
        before, self._blind_since = self._blind_since, snapshot.blind_since
        if self._blind_since is not None and before is None:
            yield f"  {network_words(self._blind_since, snapshot.at)}"
        elif before is not None and self._blind_since is None:
            yield f"  {network_back(snapshot.at - before)}"

    def _places(self, snapshot: Snapshot) -> Iterator[str]:
        before, self._silent = self._silent, silent_names(snapshot.places)
        new = [one for one in snapshot.places if one.name in self._silent - before]
        for words in silence_sentences(new, snapshot.at):
            yield f"  {words}"
        for place in sorted(before - self._silent):
            yield f"  {place_name(place)} heard again"

    def _servers(self, snapshot: Snapshot) -> Iterator[str]:
        for status in snapshot.servers.values():
            server, before = safe(status.server), self._down.get(status.server)
            if status.failure is None:
                if self._down.pop(status.server, None) is not None:
                    yield f"  server {server} reachable again"
            elif before != status.failure.message:
                self._down[status.server] = status.failure.message
                yield f"  server {server} unreachable{self._since(status)}: " + safe(
                    status.failure.message
                )

    def _nodes(self, snapshot: Snapshot) -> Iterator[str]:
        before, self._differing = self._differing, tuple(node_lines(snapshot))
        yield from (f"  {line}" for line in self._differing if line not in before)
        if before and not self._differing:
            yield "  all nodes say the same as their servers again"

    def _is_news(self, status: EntryPointStatus, snapshot: Snapshot) -> bool:
        key = status.entry_point.key
        server = snapshot.servers.get(key.server)
        if server and server.failure and key in self._said:
            # The line of the server says it for all its entry points.
            return False
        judgement = status.judgement
        marks = tuple(marks_of(status, snapshot.at))
        said = (judgement.verdict, judgement.level, judgement.button, judgement.raw, marks)
        if self._said.get(key) == said:
            return False
        self._said[key] = said
        return True

    def _since(self, status: ServerStatus) -> str:
        return f" since {self._time(status.since)}" if status.since is not None else ""

    def _time(self, at: float) -> str:
        return (
            datetime.fromtimestamp(at, self._zone)
            .astimezone(self._zone)
            .isoformat(" ", timespec="seconds")
        )
