"""The whole board as it stood at a moment."""

import math
import sqlite3
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from wallboard.domain.change import EVENTS_BOUND, TIMELINE_BOUND, Change
from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.history import History
from wallboard.domain.observation import Observation
from wallboard.domain.policy import Verdict
from wallboard.domain.reading import ChatAllowed, CheckEligibility
from wallboard.domain.restored import Recalled, Restored
from wallboard.domain.state import EndpointState, contradicts
from wallboard.recorder.file.schema import LATENCY_TICKS
from wallboard.recorder.reading.answer_store import Answers
from wallboard.recorder.reading.catalogue import Catalogue, Source
from wallboard.recorder.reading.change_rows import COLUMNS, ChangeRow, change_of
from wallboard.recorder.reading.last_polls_at import Stood, stood_at
from wallboard.recorder.reading.read_cache import Contents
from wallboard.recorder.reading.run_rows import Poll
from wallboard.recorder.reading.segments import at_moment, in_order
from wallboard.recorder.reading.verdicts_at import Told, servers_at, told_at

_EVENTS = (
    f"SELECT {COLUMNS} FROM change WHERE at <= ? AND before <> '{Verdict.WAITING}'"  # noqa: S608
    f" AND NOT of_server ORDER BY at DESC, id DESC LIMIT {EVENTS_BOUND}"
)
_LAST_EVENTS = _EVENTS.replace("at DESC, id DESC", "id DESC")


def newest_board(
    database: sqlite3.Connection, contents: Contents, now: float, history: int
) -> Restored:
    """The board as it stands by all that was recorded, dated ``now``.

    Where a clock was put back that is what was recorded last, not what is dated last.
    """
    at = now if in_order(contents.segments(database), now) else math.inf
    return replace(board_at(database, contents, at, history), at=now)


def board_at(database: sqlite3.Connection, contents: Contents, at: float, history: int) -> Restored:
    """The board at a moment, with the last and the last good poll of each endpoint."""
    catalogue, segments = contents.catalogue(database), contents.segments(database)
    place = at_moment(segments, at)
    if place is None:
        return Restored(at, ())
    before = contents.stood_after(database, segments, place - 1)
    stood = stood_at(database, segments[place], before, catalogue.ticks(at))
    answers = contents.answers.of(database, _answers(stood.values()))
    histories = contents.rounds.histories(database, segments, place, at, history)
    told = told_at(database, at)
    events = _events(database, catalogue, at)
    timelines = _timelines(events)
    unheard = History(history)
    return Restored(
        at,
        tuple(
            recalled(
                catalogue.keys[number],
                {source.endpoint: state_of(catalogue, source, one, answers) for source, one in of},
                {source.endpoint: one.polls for source, one in of},
                histories.get(number, unheard),
                told.get(number),
                tuple(timelines.get(catalogue.keys[number], ())),
            )
            for number, of in _by_entry_point(catalogue, stood).items()
        ),
        tuple(servers_at(database, at)),
        tuple(events),
    )


def observation_of(
    catalogue: Catalogue, source: Source, poll: Poll, answers: Answers
) -> Observation:
    """A poll as it was when it was made, but for the headers that are not kept."""
    known = answers[poll.answer]
    return Observation(
        source.key,
        source.endpoint,
        catalogue.at(poll.at),
        poll.elapsed / LATENCY_TICKS,
        known.outcome(source.endpoint),
        source.request,
        known.answer.response,
    )


def state_of(catalogue: Catalogue, source: Source, stood: Stood, answers: Answers) -> EndpointState:
    """An endpoint that stood so: its last poll and its last good one."""
    last = observation_of(catalogue, source, stood.last, answers)
    if stood.good is None or stood.good is stood.last:
        return EndpointState((last,), last if stood.good else None)
    return EndpointState((last,), observation_of(catalogue, source, stood.good, answers))


def recalled(
    key: EntryPointKey,
    endpoints: Mapping[Endpoint, EndpointState],
    polls: Mapping[Endpoint, int],
    history: History,
    told: Told | None,
    timeline: tuple[Change, ...],
) -> Recalled:
    """What was known of an entry point; ``polls`` is how many of each endpoint said the last."""
    return Recalled(
        key,
        endpoints,
        history,
        told.verdict if told else None,
        told.level if told else None,
        told.since if told else None,
        told.level_since if told else None,
        timeline,
        rounds_in_a_row(endpoints, polls),
    )


def _answers(stood: Iterable[Stood]) -> set[int]:
    found = set()
    for one in stood:
        found.add(one.last.answer)
        if one.good:
            found.add(one.good.answer)
    return found


def _by_entry_point(
    catalogue: Catalogue, stood: Mapping[int, Stood]
) -> dict[int, list[tuple[Source, Stood]]]:
    found: dict[int, list[tuple[Source, Stood]]] = {}
    for target, one in stood.items():
        source = catalogue.sources[target]
        found.setdefault(source.entry_point, []).append((source, one))
    return found


def _events(database: sqlite3.Connection, catalogue: Catalogue, at: float) -> list[Change]:
    query = _LAST_EVENTS if at == math.inf else _EVENTS
    rows = [ChangeRow.of(row) for row in database.execute(query, (at,))]
    return [change_of(row, catalogue.keys) for row in reversed(rows)]


def _timelines(events: Sequence[Change]) -> dict[EntryPointKey, deque[Change]]:
    """The last of the events of each entry point."""
    found: dict[EntryPointKey, deque[Change]] = {}
    for change in events:
        if change.key:
            if change.key not in found:
                found[change.key] = deque(maxlen=TIMELINE_BOUND)
            found[change.key].append(change)
    return found


def rounds_in_a_row(
    endpoints: Mapping[Endpoint, EndpointState], polls: Mapping[Endpoint, int]
) -> int:
    """The rounds in which ``chatAllowed`` and ``checkEligibility`` both said what they said last.

    A change from one contradiction to another therefore counts anew. ``polls`` is how many polls of
    each endpoint in a row said the last.
    """
    pair = (Endpoint.CHAT_ALLOWED, Endpoint.CHECK_ELIGIBILITY)
    allowed, eligibility = (
        known.last.outcome if (known := endpoints.get(endpoint)) and known.last else None
        for endpoint in pair
    )
    if not isinstance(allowed, ChatAllowed) or not isinstance(eligibility, CheckEligibility):
        return 0
    if not contradicts(allowed, eligibility):
        return 0
    return min(polls.get(endpoint, 0) for endpoint in pair)
