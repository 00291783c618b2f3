"""What is known of whole servers, and which changes of entry points their outages explain."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType

from wallboard.domain.change import Change, change_of_endpoint
from wallboard.domain.observation import Failure, Observation, ServerStatus
from wallboard.domain.outage import as_on_timeline, began_at, came_of_outage, ends_outage
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.domain.state import EndpointState


class Servers:
    """The last status of each server, and when its last outage began."""

    def __init__(self, statuses: Iterable[ServerStatus] = ()) -> None:
        self._statuses = {one.server: one for one in statuses}
        failed = (one for one in self._statuses.values() if one.failure)
        self._outages = {one.server: began_at(one) for one in failed}

    @property
    def statuses(self) -> Mapping[str, ServerStatus]:
        """The last statuses, by the names of servers."""
        return MappingProxyType(self._statuses.copy())

    def get(self, name: str) -> ServerStatus | None:
        """The last status of a server, if there is one."""
        return self._statuses.get(name)

    def failure(self, name: str) -> Failure | None:
        """Why a server cannot be reached; ``None`` while it can."""
        status = self._statuses.get(name)
        return status.failure if status else None

    def take(self, status: ServerStatus) -> None:
        """Take what is said of a server."""
        if status.failure and not self.failure(status.server):
            self._outages[status.server] = began_at(status)
        self._statuses[status.server] = status

    def keep(self, names: Collection[str]) -> None:
        """Forget what was said of all others."""
        self._statuses = {name: one for name, one in self._statuses.items() if name in names}

    def set_clock(self, by: float) -> None:
        """Shift times so that ages stay the same. Past outages keep their times."""
        shifted = {name: one.as_old_as_before(by) for name, one in self._statuses.items()}
        self._statuses = shifted

    def changes_of_endpoint(
        self, before: EndpointState, poll: Observation, after: EntryPointStatus
    ) -> Iterator[Change]:
        """What a poll changed beside the verdict, unless the outage of the server covers it."""
        timeline, since = after.timeline, self._outages.get(poll.key.server)
        if since is not None:
            before = as_on_timeline(before, poll.endpoint, timeline)
        down = self.failure(poll.key.server) is not None
        for change in change_of_endpoint(before, poll, after.judgement.level, timeline):
            if since is None or not down or not came_of_outage(change, since):
                yield change

    def covers(self, change: Change, status: EntryPointStatus) -> bool:
        """Whether the change of the whole server, down or back, covers that of an entry point."""
        since = self._outages.get(change.server)
        if since is None:
            return False
        if self.failure(change.server):
            return came_of_outage(change, since)
        return ends_outage(change, status.judgement, status.timeline, since)
