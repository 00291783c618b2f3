"""Reads one entry point at a moment, in full."""

import sqlite3
from collections.abc import Iterable, Mapping
from itertools import chain

from wallboard.domain.change import TIMELINE_BOUND
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.history import History
from wallboard.domain.restored import Recalled
from wallboard.domain.state import EndpointState
from wallboard.recorder.reading.answer_store import Answers
from wallboard.recorder.reading.board_at import observation_of, recalled
from wallboard.recorder.reading.catalogue import Catalogue, Source
from wallboard.recorder.reading.change_rows import COLUMNS, ChangeRow, change_of, poll_of
from wallboard.recorder.reading.last_polls_at import LastPolls, last_polls_at
from wallboard.recorder.reading.read_cache import ReadCache
from wallboard.recorder.reading.run_rows import Poll, newest_first
from wallboard.recorder.reading.samples import backwards
from wallboard.recorder.reading.segments import Segment, at_moment
from wallboard.recorder.reading.verdicts_at import verdicts_at

_TIMELINE = (
    f"SELECT {COLUMNS} FROM change WHERE entry_point = ? AND at <= ?"  # noqa: S608  our own names
    f" ORDER BY at DESC, id DESC LIMIT {TIMELINE_BOUND}"
)


def entry_point_at(
    database: sqlite3.Connection,
    cache: ReadCache,
    key: EntryPointKey,
    at: float,
    polls: int,
    history: int,
) -> Recalled | None:
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
    answers = cache.answers.of(database, _answers(recent, last_polls, rows))
    histories = cache.samples.histories(database, segments, place, at, history, [number])
    return recalled(
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
        tuple(change_of(row, catalogue.keys, poll_of(row, catalogue, answers)) for row in rows),
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


def _answers(
    recent: Mapping[int, list[Poll]], last_polls: Mapping[int, LastPolls], rows: Iterable[ChangeRow]
) -> set[int]:
    found = {poll.answer for known in recent.values() for poll in known}
    found.update(one.good.answer for one in last_polls.values() if one.good)
    return found | {answer for row in rows if (answer := row.answer) is not None}
