"""A change as it crosses the bus, without the poll that brought it."""

from msgspec import Struct

from wallboard.domain.change import Change, Subject
from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.observation import Cause
from wallboard.domain.policy import Level
from wallboard.fleet.batch import GarbageError
from wallboard.fleet.rows import HttpStatus, Id, Moment, Seconds, Text
from wallboard.recorder.file.columns import storable
from wallboard.recorder.reading.changes import SUBJECT_WORDS


class ChangeRow(Struct, array_like=True, frozen=True):
    """A change; one of a whole server has no ``id``."""

    at: Moment
    server: Text
    id: Id | None
    subject: Subject
    before: Text
    after: Text
    level: Level
    lasted: Seconds | None
    summary: Text
    endpoint: Endpoint | None
    of_server: bool
    cause: Cause | None
    http_status: HttpStatus | None
    began: Moment | None

    @classmethod
    def of(cls, change: Change) -> "ChangeRow":
        """The row of a change."""
        return cls(
            change.at,
            storable(change.server),
            change.key.id if change.key else None,
            change.subject,
            change.before,
            change.after,
            change.level,
            change.lasted,
            storable(change.summary),
            change.endpoint,
            change.of_server,
            change.cause,
            change.http_status,
            change.began,
        )

    @property
    def change(self) -> Change:
        """The change again. Raises ``GarbageError``."""
        words = SUBJECT_WORDS[self.subject]
        if self.before not in words or self.after not in words:
            raise GarbageError(f"a change of a {self.subject} says what it cannot be")
        if self.subject is Subject.ENDPOINT and self.endpoint is None:
            raise GarbageError("a change of an endpoint does not say of which")
        return Change(
            self.at,
            None if self.id is None else EntryPointKey(self.server, self.id),
            self.server,
            self.subject,
            self.before,
            self.after,
            self.level,
            self.lasted,
            self.summary,
            self.endpoint,
            None,
            self.of_server,
            self.cause,
            self.http_status,
            self.began,
        )
