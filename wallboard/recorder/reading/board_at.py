"""Reads the whole board at a moment."""

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
from wallboard.recorder.reading.last_polls_at import LastPolls, last_polls_at
from wallboard.recorder.reading.read_cache import ReadCache
from wallboard.recorder.reading.run_rows import Poll
from wallboard.recorder.reading.segments import at_moment, in_order
from wallboard.recorder.reading.verdicts_at import RecordedVerdict, servers_at, verdicts_at

_EVENTS = (
    f"SELECT {COLUMNS} FROM change WHERE at <= ? AND before <> '{Verdict.WAITING}'"  # noqa: S608
    f" AND NOT of_server ORDER BY at DESC, id DESC LIMIT {EVENTS_BOUND}"
)
_LAST_EVENTS = _EVENTS.replace("at DESC, id DESC", "id DESC")


def newest_board(
    database: sqlite3.Connection, cache: ReadCache, now: float, history: int
) -> Restored:
    """The newest state of the board, dated ``now``.

    After a clock was put back that is the one recorded last, not the one with the latest time.
    """
    at = now if in_order(cache.segments(database), now) else math.inf
    return replace(board_at(database, cache, at, history), at=now)


def board_at(database: sqlite3.Connection, cache: ReadCache, at: float, history: int) -> Restored:
    """The board at a moment, with the last and the last good poll of each endpoint."""
    catalogue, segments = cache.catalogue(database), cache.segments(database)
    place = at_moment(segments, at)
    if place is None:
        return Restored(at, ())
    before = cache.end_states_of_segment(database, segments, place - 1)
    last_polls = last_polls_at(database, segments[place], before, catalogue.ticks(at))
    answers = cache.answers.of(database, _answers(last_polls.values()))
    histories = cache.samples.histories(database, segments, place, at, history)
    told = verdicts_at(database, at)
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
            for number, of in _by_entry_point(catalogue, last_polls).items()
        ),
        tuple(servers_at(database, at)),
        tuple(events),
    )


def observation_of(
    catalogue: Catalogue, source: Source, poll: Poll, answers: Answers
) -> Observation:
    """The observation of a recorded poll, without the headers that are not recorded."""
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


def state_of(
    catalogue: Catalogue, source: Source, last_polls: LastPolls, answers: Answers
) -> EndpointState:
    """The state of an endpoint: its last poll and its last good one."""
    last = observation_of(catalogue, source, last_polls.last, answers)
    if last_polls.good is None or last_polls.good is last_polls.last:
        return EndpointState((last,), last if last_polls.good else None)
    return EndpointState((last,), observation_of(catalogue, source, last_polls.good, answers))


def recalled(
    key: EntryPointKey,
    endpoints: Mapping[Endpoint, EndpointState],
    polls: Mapping[Endpoint, int],
    history: History,
    told: RecordedVerdict | None,
    timeline: tuple[Change, ...],
) -> Recalled:
    """One entry point; ``polls`` counts the polls in a row with each endpoint's last answer."""
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


def _answers(last_polls: Iterable[LastPolls]) -> set[int]:
    found = set()
    for one in last_polls:
        found.add(one.last.answer)
        if one.good:
            found.add(one.good.answer)
    return found


def _by_entry_point(
    catalogue: Catalogue, last_polls: Mapping[int, LastPolls]
) -> dict[int, list[tuple[Source, LastPolls]]]:
    found: dict[int, list[tuple[Source, LastPolls]]] = {}
    for target, one in last_polls.items():
        source = catalogue.sources[target]
        found.setdefault(source.entry_point, []).append((source, one))
    return found


def _events(database: sqlite3.Connection, catalogue: Catalogue, at: float) -> list[Change]:
    query = _LAST_EVENTS if at == math.inf else _EVENTS
    rows = [ChangeRow.of(row) for row in database.execute(query, (at,))]
    return [change_of(row, catalogue.keys) for row in reversed(rows)]


def _timelines(events: Sequence[Change]) -> dict[EntryPointKey, deque[Change]]:
    """The last events by entry point."""
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
    """For how many rounds ``chatAllowed`` and ``checkEligibility`` have contradicted each other.

    A change from one contradiction to another starts at one again. ``polls`` is the number of polls
    in a row with the last answer of each endpoint.
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
