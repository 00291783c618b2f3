"""Changes as the file holds them, and the polls that brought them."""

from collections.abc import Mapping
from typing import NamedTuple

from wallboard.domain.change import Change, Subject
from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.observation import Observation
from wallboard.domain.policy import Level
from wallboard.recorder.reading.answer_store import Answers
from wallboard.recorder.reading.catalogue import Catalogue

COLUMNS = (
    "id, at, entry_point, server, subject, before, after, level, lasted, summary, endpoint,"
    " of_server, answer, polled_at, elapsed"
)


class ChangeRow(NamedTuple):
    """A row, in the order of ``COLUMNS``."""

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


_SUBJECTS = {str(subject): subject for subject in Subject}
_LEVELS = {int(level): level for level in Level}
_ENDPOINTS = {str(endpoint): endpoint for endpoint in Endpoint}


def change_of(
    row: ChangeRow, keys: Mapping[int, EntryPointKey], observation: Observation | None = None
) -> Change:
    """The change of a row."""
    subject = _SUBJECTS[row.subject]
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
        # For all others the file says by which endpoint they were noticed.
        _ENDPOINTS[row.endpoint or ""] if subject is Subject.ENDPOINT else None,
        observation,
        bool(row.of_server),
    )


def poll_of(row: ChangeRow, catalogue: Catalogue, answers: Answers) -> Observation | None:
    """The poll that brought the change of a row, if one did and its answer is still there."""
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
