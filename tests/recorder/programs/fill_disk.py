"""Records on a small disk of its own that is full at times, and prints what came of it as JSON.

To be run where it may mount. Arguments: an empty folder, what is to be full (``begun`` for the disk
of a recording that has begun, ``opening`` for one where nothing is yet), and how many pages of the
disk are left all the same.
"""

import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))

from recordings import board_of, poll

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint
from wallboard.domain.observation import Cause, Failure
from wallboard.recorder.paths import RecordingFile
from wallboard.recorder.recorder import Recorder

DISK_BYTES = 2 << 20
PAGE = 4096
BODY_BYTES = 8000
"""So large, and each another one, that a disk is soon full."""

LIMIT_SECONDS = 60.0


class Load:
    """A recorder and the board before it."""

    def __init__(self, path: Path) -> None:
        points = board_of(1000)
        self.path = path
        self.told = 0
        self.recorder = Recorder(RecordingFile(path), points, "Disk")
        self._board = Board(points)
        self._random = random.Random(1)
        self._failure = Failure(Cause.HTTP, "status 500")

    def tell(self, count: int) -> None:
        """Have polls recorded whose bodies cannot be compressed."""
        for _ in range(count):
            body = b"%d " % self.told + self._random.randbytes(BODY_BYTES)
            event = poll(
                Endpoint.CAPACITY, 10.0 * self.told, body=body, failure=self._failure, status=500
            )
            self.recorder.take(self._board.fold(event))
            self.told += 1

    def bodies(self) -> list[int]:
        """The numbers of the polls that are in the file."""
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            packed = database.execute("SELECT count(*), sum(size) FROM body").fetchone()
            (polls,) = database.execute("SELECT sum(coalesce(count, 1)) FROM run").fetchone()
        return [int(packed[0]), int(polls)]


def until(condition) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + LIMIT_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit("it never came to that")
        time.sleep(0.02)


def fill(path: Path, left: int) -> None:
    """Take what is left of the disk, but for some pages."""
    with path.open("ab", buffering=0) as ballast:
        while True:
            try:
                ballast.write(bytes(PAGE))
            except OSError:
                break
        ballast.truncate(ballast.tell() - left * PAGE)


def main(folder: str, full: str, left: str) -> None:
    """Print the words of the problem and what is in the file at the end."""
    disk = Path(folder)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", folder]
    subprocess.run(mount, check=True)
    ballast = disk / "ballast"
    load = Load(disk / "r.db")
    recorder = load.recorder
    if full == "begun":
        recorder.start()
        load.tell(5)
        until(lambda: load.path.exists() and load.path.stat().st_size > 0)
        until(lambda: load.path.with_name("r.db-wal").exists())
        fill(ballast, int(left))
    else:
        fill(ballast, int(left))
        recorder.start()
    load.tell(20)
    until(lambda: recorder.problem)
    problem = recorder.problem
    told_when_full = load.told
    load.tell(20)
    os.truncate(ballast, 0)
    until(lambda: recorder.problem is None)
    load.tell(5)
    recorder.stop(LIMIT_SECONDS)
    result = {"problem": problem, "told_when_full": told_when_full, "told": load.told}
    print(json.dumps({**result, "kept": load.bodies()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
