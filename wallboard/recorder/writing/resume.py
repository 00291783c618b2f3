"""Restores the state of the last writer of a recording, so that its runs go on."""

import math
import sqlite3

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.policy import Level
from wallboard.recorder.file.columns import (
    FLAG,
    ID,
    LEVEL,
    ROW,
    TEXT,
    TICK,
    VERDICT,
    Numbered,
    Shape,
    blob,
)
from wallboard.recorder.file.expectations import expectations_at
from wallboard.recorder.file.opening import LONGEST_VALUE
from wallboard.recorder.file.schema import TICKS, epoch_of
from wallboard.recorder.file.segment_end import EndState, end_states_of
from wallboard.recorder.reading.catalogue import read_catalogue
from wallboard.recorder.reading.segments import COLUMNS, LATEST, RUN
from wallboard.recorder.writing.open_segment import KeptAnswer, OpenRun, Target
from wallboard.recorder.writing.run_builder import RunBuilder

_SEGMENT = Shape("segment", id=ROW, first_run=ROW, last_run=ROW, standing=blob(LONGEST_VALUE))
_BEGUN = Shape("run", target=ROW, first=TICK)
_GOOD = Shape("answer", id=ROW, good=FLAG)
_LAST_VERDICT = Shape("change", server=TEXT, number=ID, verdict=VERDICT, level=LEVEL)


def resume(database: sqlite3.Connection, builder: RunBuilder) -> None:
    """Restore targets, runs and verdicts from the file; seal a segment that a crash left open."""
    segment = _SEGMENT.one(
        database, "SELECT id, first_run, last_run, standing FROM segment ORDER BY id DESC LIMIT 1"
    )
    number, first_run, last_run, standing = segment or (0, 0, 0, None)
    builder.segment.number = number + 1
    builder.last_verdicts.update(_last_verdicts(database))
    keys = read_catalogue(database).keys
    for entry_point, expectation in expectations_at(database, math.inf).items():
        builder.expectations[keys[entry_point]] = expectation
    targets = _targets(database)
    for target in targets.values():
        builder.targets[target.key, target.endpoint] = target
    answers = _Answers(database)
    end_states = {one.target: one for one in (end_states_of(standing) if standing else ())}
    for one in end_states.values():
        _restore(targets[one.target], one, answers)
    sealed = {(one.target, one.first) for one in end_states.values()}
    sealed.update(
        _BEGUN.rows(database, "SELECT target, first FROM run WHERE id >= ?", (first_run,))
    )
    _reopen(database, builder, targets, answers, sealed, last_run)


class _Answers:
    """Answers by their row number; their content is not read."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._good = dict(_GOOD.rows(database, "SELECT id, cause IS NULL FROM answer"))
        self._known: dict[int, KeptAnswer] = {}

    def __getitem__(self, number: int) -> KeptAnswer:
        if number not in self._known:
            good = bool(self._good.get(number))
            self._known[number] = KeptAnswer(None, b"", good, id=number)
        return self._known[number]


def _reopen(
    database: sqlite3.Connection,
    builder: RunBuilder,
    targets: dict[int, Target],
    answers: _Answers,
    sealed: set[tuple[int, int]],
    last_run: int,
) -> None:
    """Restore the runs after the last sealed segment, and seal them."""
    segment, epoch = builder.segment, epoch_of(database)
    ended = RUN.rows(
        database,
        f"SELECT {COLUMNS} FROM run WHERE id > ? ORDER BY id",  # noqa: S608  our own names
        (last_run,),
    )
    moments: list[int] = []
    for target, answer, first, last, polls, mean, *_ in ended:
        run = OpenRun(answers[answer], first, last, mean, polls)
        targets[target].last_run = run
        _note_good(targets[target], run)
        moments += (first, last)
        segment.polls += polls
    for row in LATEST.rows(database, "SELECT * FROM latest"):
        target, answer, first, last, polls, mean, least, most, elapsed = row
        if (target, first) in sealed:
            continue
        total = round(mean * polls)
        run = OpenRun(answers[answer], first, last, elapsed, polls, total, least, most)
        targets[target].run = targets[target].last_run = run
        _note_good(targets[target], run)
        moments += (first, last)
        segment.polls += polls
    if moments:
        segment.from_at = epoch + min(moments) / TICKS
        segment.to_at = epoch + max(moments) / TICKS
        builder.seal()


def _note_good(target: Target, run: OpenRun) -> None:
    if run.answer.good:
        target.good = (run.answer, run.last, run.elapsed)


def _restore(target: Target, one: EndState, answers: _Answers) -> None:
    target.last_run = OpenRun(answers[one.answer], one.first, one.last, one.elapsed, one.polls)
    if one.good_answer is not None:
        target.good = (answers[one.good_answer], one.good_at, one.good_elapsed)


def _targets(database: sqlite3.Connection) -> dict[int, Target]:
    return Numbered(
        "endpoint",
        {
            number: Target(source.key, source.endpoint, source.request.url, number)
            for number, source in read_catalogue(database).sources.items()
        },
    )


def _last_verdicts(database: sqlite3.Connection) -> dict[EntryPointKey, tuple[str, str]]:
    """The last recorded verdict and level of each entry point."""
    rows = _LAST_VERDICT.kept(
        database,
        "SELECT server_, number, verdict, level FROM ("
        " SELECT entry_point.server AS server_, number, after AS verdict, max(change.id) AS newest,"
        " entry_point.id AS place FROM change JOIN entry_point ON entry_point.id = entry_point"
        " WHERE subject = 'verdict' GROUP BY entry_point)"
        " JOIN (SELECT entry_point, level, max(id) FROM change"
        " WHERE subject IN ('verdict', 'level') GROUP BY entry_point) ON entry_point = place",
    )
    return {
        EntryPointKey(server, number): (verdict, Level(level).label)
        for server, number, verdict, level in rows
    }
