"""Records hours out of the simulator's ordinary day, and the same as plain rows of SQLite.

Arguments: entry points, seconds of each hour to record, folder.
"""

import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

from tests.bench.processes import report
from tests.bench.simulated import INTERVAL, SimulatedPolls, batches
from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint
from wallboard.domain.observation import Observation
from wallboard.recorder.recorder import FLUSH_SECONDS
from wallboard.recorder.writing.writer import Writer

HOURS = (0, 6, 12, 18)
BEGIN_AT = 1_790_000_000.0

_PLAIN = """
CREATE TABLE poll (
  id INTEGER PRIMARY KEY, at REAL, entry_point INTEGER, endpoint TEXT, status INTEGER,
  elapsed REAL, body BLOB
)
"""


class Plain:
    """One row for each poll."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path)
        self._database.execute(_PLAIN)

    def write(self, events: list[Observation]) -> None:
        """A round of polls."""
        self._database.executemany(
            "INSERT INTO poll (at, entry_point, endpoint, status, elapsed, body)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [
                (
                    event.at,
                    event.key.id,
                    str(event.endpoint),
                    event.response.status if event.response else None,
                    event.elapsed_seconds,
                    event.response.body if event.response else None,
                )
                for event in events
            ],
        )

    def close(self) -> None:
        """End of the day."""
        self._database.commit()
        self._database.close()


def main(count: int, seconds: float, folder: Path) -> None:
    """Report bytes of both, and the CPU of ours."""
    ours, theirs = folder / "ours.db", folder / "plain.db"
    simulated = SimulatedPolls(count)
    points = simulated.entry_points
    board, writer, plain = Board(points), Writer.open(ours, clock=lambda: BEGIN_AT), Plain(theirs)
    writer.listed(points, "Bench")
    each = round(count * len(Endpoint) * FLUSH_SECONDS / INTERVAL)
    polls = 0
    cpu = 0.0
    for hour in HOURS:
        for events in simulated.rounds(BEGIN_AT, hour * 3600.0, seconds):
            plain.write(events)
            polls += len(events)
            for batch in batches(events, each):
                taken = [board.fold(event) for event in batch]
                began = time.process_time()
                writer.write(taken)
                cpu += time.process_time() - began
    began = time.process_time()
    writer.close()
    cpu += time.process_time() - began
    plain.close()
    with closing(sqlite3.connect(ours)) as database:
        if (found := database.execute("SELECT sum(polls) FROM segment").fetchone()) != (polls,):
            raise SystemExit(f"{polls} polls were told and {found} recorded, so this says nothing")
    sizes = ours.stat().st_size, theirs.stat().st_size
    report({"polls": polls, "cpu": cpu, "bytes": sizes[0], "plain_bytes": sizes[1]})


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3]))
