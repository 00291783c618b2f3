"""The newest poll and the newest good poll of every target at a moment."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from wallboard.recorder.file.segment_end import EndState
from wallboard.recorder.reading.run_rows import (
    Poll,
    RunRow,
    newest_good_of_each,
    newest_of_each,
)
from wallboard.recorder.reading.segments import Segment


@dataclass(frozen=True, slots=True)
class LastPolls:
    """The newest poll of a target, its newest good one, and how many in a row had its answer."""

    last: Poll
    good: Poll | None
    polls: int


def last_polls_at(
    database: sqlite3.Connection,
    segment: Segment,
    before: Mapping[int, EndState],
    ticks: int,
) -> dict[int, LastPolls]:
    """The last polls of every target at a moment in a segment or after it.

    ``before`` are the end states of the segment before.
    """
    bounds = (segment.first_run, segment.last_run, ticks)
    runs = {run.target: run for run in newest_of_each(database, *bounds)}
    runs.update((target, run) for target, run in segment.going_on.items() if run.first <= ticks)
    failed = _failures(database, {run.answer for run in runs.values()})
    good: dict[int, RunRow] = {}
    if failed:
        good = {run.target: run for run in newest_good_of_each(database, *bounds)}
    found = {target: _of_end_state(one) for target, one in before.items()}
    for target, run in runs.items():
        polls = run.polls_until(ticks)
        last = run.poll(polls - 1)
        known = found.get(target)
        best: Poll | None = last
        if run.answer in failed:
            best = known.good if known else None
            if target in good:
                best = good[target].poll(good[target].polls_until(ticks) - 1)
        if known and known.last.answer == run.answer:
            polls += known.polls
        found[target] = LastPolls(last, best, polls)
    return found


def _of_end_state(one: EndState) -> LastPolls:
    good = None
    if one.good_answer is not None:
        good = Poll(one.good_answer, one.good_at, one.good_elapsed)
    return LastPolls(Poll(one.answer, one.last, one.elapsed), good, one.polls)


def _failures(database: sqlite3.Connection, answers: set[int]) -> set[int]:
    rows = database.execute(
        "SELECT id FROM answer WHERE cause IS NOT NULL AND id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(answers)),),
    )
    return {number for (number,) in rows}
