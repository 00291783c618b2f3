"""Goes on where the last writer of a recording ended, or was ended."""

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
from wallboard.recorder.file.opening import LONGEST_VALUE
from wallboard.recorder.file.schema import TICKS, epoch_of
from wallboard.recorder.file.segment_end import Standing, standings_of
from wallboard.recorder.reading.catalogue import read_catalogue
from wallboard.recorder.reading.run_rows import COLUMNS, LATEST, RUN
from wallboard.recorder.writing.open_segment import KeptAnswer, OpenRun, Target
from wallboard.recorder.writing.run_builder import Listener

_SEGMENT = Shape("segment", id=ROW, first_run=ROW, last_run=ROW, standing=blob(LONGEST_VALUE))
_BEGUN = Shape("run", target=ROW, first=TICK)
_GOOD = Shape("answer", id=ROW, good=FLAG)
_TOLD = Shape("change", server=TEXT, number=ID, verdict=VERDICT, level=LEVEL)


def resume(database: sqlite3.Connection, listener: Listener) -> None:
    """Give the listener what is in the file, the stretch that a crash left open sealed."""
    segment = _SEGMENT.one(
        database, "SELECT id, first_run, last_run, standing FROM segment ORDER BY id DESC LIMIT 1"
    )
    number, first_run, last_run, standing = segment or (0, 0, 0, None)
    listener.stretch.number = number + 1
    listener.told.update(_told(database))
    targets = _targets(database)
    for target in targets.values():
        listener.targets[target.key, target.endpoint] = target
    answers = _Answers(database)
    stood = {one.target: one for one in (standings_of(standing) if standing else ())}
    for one in stood.values():
        _stand(targets[one.target], one, answers)
    sealed = {(one.target, one.first) for one in stood.values()}
    sealed.update(
        _BEGUN.rows(database, "SELECT target, first FROM run WHERE id >= ?", (first_run,))
    )
    _reopen(database, listener, targets, answers, sealed, last_run)


class _Answers:
    """Answers of which only the number is known."""

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
    listener: Listener,
    targets: dict[int, Target],
    answers: _Answers,
    sealed: set[tuple[int, int]],
    last_run: int,
) -> None:
    """Take up the runs after the last segment, and seal them."""
    stretch, epoch = listener.stretch, epoch_of(database)
    ended = RUN.rows(
        database,
        f"SELECT {COLUMNS} FROM run WHERE id > ? ORDER BY id",  # noqa: S608  our own names
        (last_run,),
    )
    moments: list[int] = []
    for target, answer, first, last, polls, mean, *_ in ended:
        run = OpenRun(answers[answer], first, last, mean, polls)
        targets[target].stood = run
        _hear(targets[target], run)
        moments += (first, last)
        stretch.polls += polls
    for row in LATEST.rows(database, "SELECT * FROM latest"):
        target, answer, first, last, polls, mean, least, most, elapsed = row
        if (target, first) in sealed:
            continue
        total = round(mean * polls)
        run = OpenRun(answers[answer], first, last, elapsed, polls, total, least, most)
        targets[target].run = targets[target].stood = run
        _hear(targets[target], run)
        moments += (first, last)
        stretch.polls += polls
    if moments:
        stretch.from_at = epoch + min(moments) / TICKS
        stretch.to_at = epoch + max(moments) / TICKS
        listener.seal()


def _hear(target: Target, run: OpenRun) -> None:
    if run.answer.good:
        target.good = (run.answer, run.last, run.elapsed)


def _stand(target: Target, one: Standing, answers: _Answers) -> None:
    target.stood = OpenRun(answers[one.answer], one.first, one.last, one.elapsed, one.polls)
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


def _told(database: sqlite3.Connection) -> dict[EntryPointKey, tuple[str, str]]:
    """What each entry point was last said to be."""
    rows = _TOLD.kept(
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
