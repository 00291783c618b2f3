"""Goes to moments by chance in a recording of days, made of one real hour that is repeated.

Arguments: entry points, days, moments, folder.
"""

import random
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

from tests.bench.processes import report
from tests.bench.simulated import INTERVAL, SimulatedPolls
from wallboard.board import Board
from wallboard.cli.run.process_memory import collect_seldom, share_heap
from wallboard.domain.policy import Verdict
from wallboard.recorder.file.samples import samples_bytes, samples_of
from wallboard.recorder.file.schema import TICKS
from wallboard.recorder.file.segment_end import end_states_bytes, end_states_of
from wallboard.recorder.recording import Recording
from wallboard.recorder.writing.writer import Writer

HOUR = 3600
BEGIN_AT = 1_790_000_000.0


def record_hour(path: Path, simulated: SimulatedPolls) -> None:
    """One hour as the recorder writes it."""
    points = simulated.entry_points
    board, writer = Board(points), Writer.open(path, clock=lambda: BEGIN_AT)
    writer.listed(points, "Bench")
    for events in simulated.rounds(BEGIN_AT, 0.0, HOUR):
        writer.write([board.fold(event) for event in events])
    writer.close()


def repeat(path: Path, hours: int) -> None:
    """Have the hour in the recording so many times, one after the other."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA synchronous = OFF")
        segments = [
            (*row, end_states_of(standing), samples_of(samples))
            for *row, standing, samples in database.execute(
                "SELECT id, from_at, to_at, first_run, last_run, last_change, last_status, polls,"
                " standing, samples FROM segment ORDER BY id"
            ).fetchall()
        ]
        runs, changes = segments[-1][4], segments[-1][5]
        for hour in range(1, hours):
            seconds, ticks = hour * HOUR, hour * HOUR * TICKS
            database.execute(
                "INSERT INTO run SELECT id + :runs, target, answer, first + :ticks, last + :ticks,"
                " count, mean, least, most FROM run WHERE id <= :all",
                {"runs": hour * runs, "ticks": ticks, "all": runs},
            )
            database.execute(
                "INSERT INTO change SELECT id + :changes, at + :seconds, entry_point, server,"
                " subject, before, after, level, lasted, summary, endpoint, answer,"
                " polled_at + :seconds, elapsed, of_server FROM change"
                " WHERE id <= :all AND before != :waiting",
                {
                    "changes": hour * changes,
                    "seconds": seconds,
                    "all": changes,
                    "waiting": Verdict.WAITING,
                },
            )
            for id_, from_at, to_at, first, last, change, status, polls, stood, samples in segments:
                standing = end_states_bytes(
                    one._replace(
                        first=one.first + ticks,
                        last=one.last + ticks,
                        good_at=one.good_at + ticks,
                    )
                    for one in stood
                )
                moved = {
                    entry_point: of._replace(at=type(of.at)("d", (at + seconds for at in of.at)))
                    for entry_point, of in samples.items()
                }
                database.execute(
                    "INSERT INTO segment (id, from_at, to_at, first_run, last_run, last_change,"
                    " last_status, polls, standing, samples) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (id_ + hour * len(segments), from_at + seconds, to_at + seconds,
                     first + hour * runs, last + hour * runs, change + hour * changes, status,
                     polls, standing, samples_bytes(moved)),
                )  # fmt: skip
        database.execute("UPDATE latest SET first = first + :ticks, last = last + :ticks",
                         {"ticks": (hours - 1) * HOUR * TICKS})  # fmt: skip
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def main(count: int, days: int, moments: int, folder: Path) -> None:
    """Report how long it took to go to each moment, in milliseconds."""
    path, simulated = folder / "days.db", SimulatedPolls(count)
    record_hour(path, simulated)
    repeat(path, 24 * days)
    chance = random.Random(2)
    took = []
    with Recording.open(path) as recording:
        span = recording.span()
        if span is None:
            raise SystemExit("nothing was recorded, so this says nothing")
        for _ in range(moments):
            at = chance.uniform(span.first_at + INTERVAL, span.last_at)
            board = Board(simulated.entry_points)
            began = time.perf_counter()
            board.fold(recording.board_at(at))
            picture = board.snapshot(at)
            took.append(1000 * (time.perf_counter() - began))
            if picture.verdicts.get(Verdict.WAITING):
                raise SystemExit(f"the board is not complete at {at}, so this says nothing")
    with closing(sqlite3.connect(path)) as database:
        (polls,) = database.execute("SELECT sum(polls) FROM segment").fetchone()
    report({"ms": took, "polls": polls, "bytes": path.stat().st_size})


if __name__ == "__main__":
    collect_seldom()  # as every command does
    share_heap()
    main(*map(int, sys.argv[1:4]), Path(sys.argv[4]))
