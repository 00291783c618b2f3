"""The board as lines for a log or a pipe: only ever appended, never redrawn.

The first frame shows every entry point. Later ones show those that changed in a way that somebody
would act on, under one line with the time and the counts, so that a quiet night is a short log.
"""

from collections.abc import Iterator
from datetime import datetime, tzinfo

from wallboard.board import EntryPointStatus, Snapshot
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.foreign_text import safe
from wallboard.domain.observation import ServerStatus
from wallboard.report.words.rows import counts, entry_point_table, marks_of, worst_first

_Said = tuple[object, ...]


class TextBoard:
    """Turns snapshots into frames of lines, remembering what it has said."""

    def __init__(self, title: str, *, zone: tzinfo | None = None) -> None:
        """``zone`` is the time zone of the times shown; the machine's own unless given."""
        self.title = title
        self._zone = zone
        self._said: dict[EntryPointKey, _Said] = {}
        self._down: dict[str, str] = {}

    def frame(self, snapshot: Snapshot) -> list[str]:
        """The lines of one more frame, none of them with a line break."""
        changed = [
            status for status in snapshot.entry_points.values() if self._is_news(status, snapshot)
        ]
        lines = [self._header(snapshot), *self._servers(snapshot)]
        if changed:
            lines.extend(f"  {line}" for line in
                         entry_point_table(snapshot, worst_first(changed)))  # fmt: skip
        return lines

    def _header(self, snapshot: Snapshot) -> str:
        rate = f"{snapshot.polls_per_minute} polls in the last minute"
        return f"{self._time(snapshot.at)} {safe(self.title)}: {counts(snapshot)}; {rate}"

    def _servers(self, snapshot: Snapshot) -> Iterator[str]:
        for status in snapshot.servers.values():
            server, before = safe(status.server), self._down.get(status.server)
            if status.failure is None:
                if self._down.pop(status.server, None) is not None:
                    yield f"  {server} answers again"
            elif before != status.failure.message:
                self._down[status.server] = status.failure.message
                yield f"  {server} cannot be reached{self._since(status)}: " + safe(
                    status.failure.message
                )

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
