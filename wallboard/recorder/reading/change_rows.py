"""The rows of changes, turned into changes and the polls that caused them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from wallboard.domain.change import Change, Subject
from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.observation import Cause, Observation
from wallboard.domain.policy import Level, Verdict
from wallboard.recorder.errors import DamagedError
from wallboard.recorder.file.columns import (
    ENDPOINT,
    FLAG,
    LEVEL,
    MOMENT,
    ROW,
    SECONDS,
    TEXT,
    Shape,
    optional,
    word,
)
from wallboard.recorder.reading.answer_store import Answers
from wallboard.recorder.reading.catalogue import Catalogue

COLUMNS = (
    "id, at, entry_point, server, subject, before, after, level, lasted, summary, endpoint,"
    " of_server, answer, polled_at, elapsed"
)


class ChangeRow(NamedTuple):
    """A row of ``change``, in the order of ``COLUMNS``."""

    id: int
    at: float
    entry_point: int | None
    server: str
    subject: str
    before: str
    after: str
    level: int
    lasted: float | None
    summary: str
    endpoint: str | None
    of_server: int
    answer: int | None
    polled_at: float | None
    elapsed: float | None

    @classmethod
    def of(cls, row: Sequence[Any]) -> "ChangeRow":
        """A row with its values checked. Raises ``DamagedError``."""
        found = cls._make(_SHAPE.checked(row))
        words = _WORDS[found.subject]
        if found.before not in words or found.after not in words:
            said = f"of a {found.subject} {found.before[:40]!r} and {found.after[:40]!r}"
            raise DamagedError(f"change {found.id} says {said}, which makes no sense")
        return found


_SHAPE = Shape(
    "change",
    id=ROW,
    at=MOMENT,
    entry_point=optional(ROW),
    server=TEXT,
    subject=word(Subject),
    before=TEXT,
    after=TEXT,
    level=LEVEL,
    lasted=optional(SECONDS),
    summary=TEXT,
    endpoint=optional(ENDPOINT),
    of_server=FLAG,
    answer=optional(ROW),
    polled_at=optional(MOMENT),
    elapsed=optional(SECONDS),
)
_OUTCOMES = frozenset({"ok", *map(str, Cause)})
_WORDS: Mapping[str, frozenset[str]] = {
    Subject.VERDICT: frozenset(map(str, Verdict)),
    Subject.LEVEL: frozenset(level.label for level in Level),
    Subject.ENDPOINT: _OUTCOMES,
    Subject.SERVER: _OUTCOMES,
}
_SUBJECTS = {str(subject): subject for subject in Subject}
_LEVELS = {int(level): level for level in Level}
_ENDPOINTS = {str(endpoint): endpoint for endpoint in Endpoint}


def change_of(
    row: ChangeRow, keys: Mapping[int, EntryPointKey], observation: Observation | None = None
) -> Change:
    """The change of a row."""
    subject = _SUBJECTS[row.subject]
    if subject is Subject.ENDPOINT and row.endpoint is None:
        raise DamagedError(f"change {row.id} does not say of which endpoint it is")
    return Change(
        row.at,
        None if row.entry_point is None else keys[row.entry_point],
        row.server,
        subject,
        row.before,
        row.after,
        _LEVELS[row.level],
        row.lasted,
        row.summary,
        # For all others the column says which endpoint was polled.
        _ENDPOINTS[row.endpoint or ""] if subject is Subject.ENDPOINT else None,
        observation,
        bool(row.of_server),
    )


def poll_of(row: ChangeRow, catalogue: Catalogue, answers: Answers) -> Observation | None:
    """The poll that caused the change of a row, if one did and its answer is still there."""
    if row.entry_point is None or row.endpoint is None:
        return None
    if row.answer is None or row.answer not in answers or row.polled_at is None:
        return None
    endpoint = _ENDPOINTS[row.endpoint]
    known = answers[row.answer]
    return Observation(
        catalogue.keys[row.entry_point],
        endpoint,
        row.polled_at,
        row.elapsed or 0.0,
        known.outcome(endpoint),
        catalogue.request(row.entry_point, endpoint),
        known.answer.response,
    )
