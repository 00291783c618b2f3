"""Reads the whole board at a moment, or one entry point in full."""

import math
import sqlite3
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from wallboard.domain.change import EVENTS_BOUND, TIMELINE_BOUND, Change
from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.event import RecordedBoard, RecordedStatus
from wallboard.domain.expectation import NOTHING_EXPECTED, Expectation
from wallboard.domain.history import History
from wallboard.domain.observation import Observation
from wallboard.domain.policy import Verdict
from wallboard.domain.reading import ChatAllowed, CheckEligibility
from wallboard.domain.state import EndpointState, contradicts
from wallboard.domain.state_strip import NOTHING_KNOWN, StateStrip
from wallboard.recorder.file.expectations import expectations_at
from wallboard.recorder.file.schema import LATENCY_TICKS
from wallboard.recorder.reading.answer_store import Answers
from wallboard.recorder.reading.catalogue import Catalogue, Source
from wallboard.recorder.reading.changes import COLUMNS, ChangeRow, change_of, poll_of
from wallboard.recorder.reading.node_answers import node_answers_at
from wallboard.recorder.reading.read_cache import ReadCache
from wallboard.recorder.reading.samples import backwards
from wallboard.recorder.reading.segments import Poll, Segment, at_moment, in_order, newest_first
from wallboard.recorder.reading.state_at import (
    LastPolls,
    RecordedVerdict,
    last_polls_at,
    servers_at,
    verdicts_at,
)
from wallboard.recorder.reading.state_strips import KnownSpans, strips_at

_EVENTS = (
    f"SELECT {COLUMNS} FROM change WHERE at <= ? AND before <> '{Verdict.WAITING}'"  # noqa: S608
    f" AND NOT of_server ORDER BY at DESC, id DESC LIMIT {EVENTS_BOUND}"
)
_LAST_EVENTS = _EVENTS.replace("at DESC, id DESC", "id DESC")
_TIMELINE = (
    f"SELECT {COLUMNS} FROM change WHERE entry_point = ? AND at <= ?"  # noqa: S608  our own names
    f" ORDER BY at DESC, id DESC LIMIT {TIMELINE_BOUND}"
)


def newest_board(
    database: sqlite3.Connection, cache: ReadCache, now: float, history: int
) -> RecordedBoard:
    """The newest state of the board, dated ``now``.

    After a clock was put back that is the one recorded last, not the one with the latest time.
    """
    at = now if in_order(cache.segments(database), now) else math.inf
    return replace(board_at(database, cache, at, history), at=now)


def board_at(
    database: sqlite3.Connection, cache: ReadCache, at: float, history: int
) -> RecordedBoard:
    """The board at a moment, with the last and the last good poll of each endpoint."""
    catalogue, segments = cache.catalogue(database), cache.segments(database)
    place = at_moment(segments, at)
    if place is None:
        return RecordedBoard(at, ())
    before = cache.end_states_of_segment(database, segments, place - 1)
    last_polls = last_polls_at(database, segments[place], before, catalogue.ticks(at))
    polls = (poll for one in last_polls.values() for poll in (one.last, one.good) if poll)
    answers = cache.answers.of(database, {poll.answer for poll in polls})
    histories = cache.samples.histories(database, segments, place, at, history)
    verdicts = verdicts_at(database, at)
    expectations = expectations_at(database, at)
    known = KnownSpans(database, cache)
    strips = strips_at(database, known, at)
    events = _events(database, catalogue, at)
    timelines = _timelines(events)
    return RecordedBoard(
        at,
        tuple(
            _recorded_status(
                catalogue.keys[number],
                {
                    source.endpoint: _state(catalogue, source, [one.last], one.good, answers)
                    for source, one in of
                },
                {source.endpoint: one.polls for source, one in of},
                histories.get(number) or History(history),
                verdicts.get(number),
                known.known_from(number, at),
                strips.get(number, NOTHING_KNOWN),
                tuple(timelines.get(catalogue.keys[number], ())),
                expectations.get(number, NOTHING_EXPECTED),
            )
            for number, of in _by_entry_point(catalogue, last_polls).items()
        ),
        tuple(servers_at(database, at)),
        tuple(events),
        node_answers_at(database, cache, catalogue, at),
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


def _recorded_status(
    key: EntryPointKey,
    endpoints: Mapping[Endpoint, EndpointState],
    polls: Mapping[Endpoint, int],
    history: History,
    judged: RecordedVerdict | None,
    known_from: float,
    strip: StateStrip,
    timeline: tuple[Change, ...],
    expectation: Expectation,
) -> RecordedStatus:
    """One entry point, with no gap since ``known_from``, Unix time in seconds.

    ``polls`` counts the polls in a row with each endpoint's last answer.
    """
    return RecordedStatus(
        key,
        endpoints,
        history,
        judged.verdict if judged else None,
        judged.level if judged else None,
        judged.since if judged else None,
        judged.onset.known_from(known_from) if judged else None,
        timeline,
        _rounds_in_a_row(endpoints, polls),
        strip,
        expectation,
    )


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


def _rounds_in_a_row(
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


def entry_point_at(
    database: sqlite3.Connection,
    cache: ReadCache,
    key: EntryPointKey,
    at: float,
    polls: int,
    history: int,
) -> RecordedStatus | None:
    """An entry point with its last polls, or ``None`` if it had not been polled."""
    catalogue, segments = cache.catalogue(database), cache.segments(database)
    number, place = catalogue.numbers.get(key), at_moment(segments, at)
    if number is None or place is None:
        return None
    ticks = catalogue.ticks(at)
    sources = catalogue.sources_of(keys={key})
    before = cache.end_states_of_segment(database, segments, place - 1)
    everything = last_polls_at(database, segments[place], before, ticks)
    last_polls = {target: one for target, one in everything.items() if target in sources}
    if not last_polls:
        return None
    looked_at = backwards(segments, place, at)
    recent = _recent(database, looked_at, ticks, last_polls, polls)
    rows = [ChangeRow.of(row) for row in database.execute(_TIMELINE, (number, at))][::-1]
    used = {poll.answer for found in recent.values() for poll in found}
    used.update(one.good.answer for one in last_polls.values() if one.good)
    used.update(row.answer for row in rows if row.answer is not None)
    answers = cache.answers.of(database, used)
    histories = cache.samples.histories(database, segments, place, at, history, [number])
    known = KnownSpans(database, cache)
    return _recorded_status(
        key,
        {
            sources[target].endpoint: _state(
                catalogue, sources[target], recent[target], one.good, answers
            )
            for target, one in last_polls.items()
        },
        {sources[target].endpoint: one.polls for target, one in last_polls.items()},
        histories.get(number, History(history)),
        verdicts_at(database, at, number).get(number),
        known.known_from(number, at),
        strips_at(database, known, at, number).get(number, NOTHING_KNOWN),
        tuple(change_of(row, catalogue.keys, poll_of(row, catalogue, answers)) for row in rows),
        expectations_at(database, at, number).get(number, NOTHING_EXPECTED),
    )


def _recent(
    database: sqlite3.Connection,
    looked_at: Iterable[Segment],
    ticks: int,
    last_polls: Mapping[int, LastPolls],
    polls: int,
) -> dict[int, list[Poll]]:
    """The last polls of some targets, newest first, at least one of each."""
    found: dict[int, list[Poll]] = {target: [] for target in last_polls}
    for segment in looked_at:
        going_on = [run for target, run in segment.going_on.items() if target in last_polls]
        ended = newest_first(database, segment.first_run, segment.last_run, ticks, list(last_polls))
        for run in chain(going_on, ended):
            known = found[run.target]
            until = run.polls_until(ticks)
            lacking = min(until, polls - len(known))
            known += [run.poll(until - 1 - back) for back in range(lacking)]
        if all(len(known) >= polls for known in found.values()):
            break
    return {target: known or [last_polls[target].last] for target, known in found.items()}


def _state(
    catalogue: Catalogue, source: Source, recent: list[Poll], good: Poll | None, answers: Answers
) -> EndpointState:
    observed = [observation_of(catalogue, source, poll, answers) for poll in recent]
    if good is None:
        last_good = None
    elif good in recent:
        last_good = observed[recent.index(good)]
    else:
        last_good = observation_of(catalogue, source, good, answers)
    return EndpointState(tuple(reversed(observed)), last_good)
