"""The recorder at work: on its thread, on a real disk that does not always do as it is told."""

import logging
import os
import socket
import sqlite3
from contextlib import closing

import pytest
from recordings import START, board_of, poll
from waiting import until

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint
from wallboard.recorder.lock import LockError, take
from wallboard.recorder.paths import RecordingFile
from wallboard.recorder.recorder import Recorder
from wallboard.recorder.writing.writer import Writer

CAPACITY = Endpoint.CAPACITY
POISON = b"<availableSlots><count>13</count></availableSlots> "


class Recording:
    """A recorder with a board before it."""

    def __init__(self, path, **options: object) -> None:
        self.path = path
        self.board = Board(board_of(1000))
        self.recorder = Recorder(RecordingFile(path), board_of(1000), "Tests", **options)
        self.told = 0

    def tell(self, count=1):
        for _ in range(count):
            event = poll(CAPACITY, 10 * self.told, self.told)
            self.told += 1
            self.recorder.take(self.board.fold(event))

    @property
    def written(self):
        try:
            database = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
        except sqlite3.Error:
            return -1
        try:
            (runs,) = database.execute("SELECT count(*) FROM run").fetchone()
            (going_on,) = database.execute(
                "SELECT count(*) FROM latest WHERE (target, first) NOT IN"
                " (SELECT target, first FROM run)"
            ).fetchone()
            return runs + going_on
        except sqlite3.Error:
            return -1
        finally:
            database.close()


def set_aside(one):
    """The databases that were set aside, without what stood beside them."""
    found = one.path.parent.glob("*.damaged-*")
    return [file for file in found if not file.name.endswith(("-wal", "-shm"))]


@pytest.fixture
def make(tmp_path):
    made = []

    def recording(path=tmp_path / "r.db", **options: object):
        made.append(Recording(path, **options))
        return made[-1]

    yield recording
    for one in made:
        one.recorder.stop()


async def test_what_is_taken_is_soon_in_the_file(make):
    one = make()
    one.recorder.start()
    one.tell(5)
    await until(lambda: one.written == 5)
    assert one.recorder.problem is None


async def test_stopping_writes_what_waits(make):
    one = make()
    one.recorder.start()
    one.tell(5)
    one.recorder.stop()
    assert one.written == 5


async def test_a_folder_that_is_missing_is_a_problem_until_it_is_there(make, tmp_path):
    one = make(tmp_path / "later" / "r.db")
    one.recorder.start()
    one.tell(3)
    await until(lambda: one.recorder.problem)
    assert "No such file" in one.recorder.problem
    assert str(one.path) in one.recorder.problem
    one.path.parent.mkdir()
    await until(lambda: one.recorder.problem is None)
    assert one.written == 3


async def test_a_damaged_file_is_set_aside_and_a_new_one_begun(make, caplog):
    first = make()
    first.recorder.start()
    first.tell(40)
    first.recorder.stop()
    os.truncate(first.path, first.path.stat().st_size // 2)
    broken = first.path.read_bytes()
    with caplog.at_level(logging.WARNING):
        one = make()
        one.recorder.start()
        one.tell(3)
        await until(lambda: one.written == 3)
    (aside,) = set_aside(one)
    assert aside.read_bytes() == broken
    assert str(aside) in caplog.text


def somebody_elses(path):
    """Files that never were a recording, each with how it is made."""

    def database(*statements: str):
        with closing(sqlite3.connect(path)) as made, made:
            for statement in statements:
                made.execute(statement)
        made.close()

    return {
        "text": lambda: path.write_bytes(b"not a database, " * 1000),
        "a few signs": lambda: path.write_bytes(b"x = 1"),
        "a config": lambda: path.write_bytes(b"# wallboard\n" + b"[[server]]\n" * 30),
        "database": lambda: database("CREATE TABLE mine (x)"),
        "with a log": lambda: database("PRAGMA journal_mode = WAL", "CREATE TABLE mine (x)"),
        "owned": lambda: database("PRAGMA application_id = 7"),
        "broken": lambda: (database("CREATE TABLE mine (x)"), os.truncate(path, 5000)),
    }


@pytest.mark.parametrize("kind", somebody_elses(None))
async def test_a_file_that_never_was_a_recording_is_refused_and_left_alone(make, kind):
    one = make()
    somebody_elses(one.path)[kind]()
    before = one.path.read_bytes(), one.path.stat().st_mtime_ns
    one.recorder.start()
    one.tell(3)
    await until(lambda: one.recorder.problem)
    assert "not a wallboard recording" in one.recorder.problem
    with pytest.raises(LockError, match="not a wallboard recording"):
        take(RecordingFile(one.path))
    one.recorder.stop()
    assert (one.path.read_bytes(), one.path.stat().st_mtime_ns) == before
    assert list(one.path.parent.iterdir()) == [one.path]


@pytest.mark.parametrize("kind", ["folder", "fifo", "device", "dangling", "socket"])
async def test_what_is_no_file_is_refused_and_left_alone(make, tmp_path, kind, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the address of a socket must be short
    path = tmp_path / "r.db"
    one = make(path)
    with socket.socket(socket.AF_UNIX) as listening:
        {
            "folder": path.mkdir,
            "fifo": lambda: os.mkfifo(path),
            "device": lambda: path.symlink_to("/dev/null"),
            "dangling": lambda: path.symlink_to("nowhere"),
            "socket": lambda: listening.bind("r.db"),
        }[kind]()
    before = path.lstat()
    one.recorder.start()
    one.tell(3)
    await until(lambda: one.recorder.problem)
    assert "not a file" in one.recorder.problem or "broken symbolic link" in one.recorder.problem
    one.recorder.stop()
    assert os.path.samestat(before, path.lstat())
    assert list(tmp_path.iterdir()) == [path]


async def test_a_database_that_another_program_left_open_is_not_even_checkpointed(make):
    one = make()
    other = sqlite3.connect(one.path, isolation_level=None)
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("CREATE TABLE mine (x)")
    log = one.path.with_name("r.db-wal")
    copies = {file.name: file.read_bytes() for file in (one.path, log)}
    other.close()
    for name, data in copies.items():
        one.path.with_name(name).write_bytes(data)
    one.recorder.start()
    one.tell(3)
    await until(lambda: one.recorder.problem)
    assert "not a wallboard recording" in one.recorder.problem
    one.recorder.stop()
    assert {file.name: file.read_bytes() for file in (one.path, log)} == copies


async def test_a_file_that_was_removed_is_begun_anew(make, monkeypatch, caplog):
    monkeypatch.setattr("wallboard.recorder.recorder.LOOK_SECONDS", 0.1)
    one = make()
    one.recorder.start()
    one.tell(3)
    await until(lambda: one.written == 3)
    for file in one.path.parent.iterdir():
        file.unlink()

    def told_again():
        one.tell()
        return one.written > 0

    await until(told_again)
    assert f"The recording {one.path} was removed or replaced." in caplog.text


async def test_a_file_locked_by_another_program_loses_nothing(make):
    one = make()
    one.recorder.start()
    one.tell(3)
    await until(lambda: one.written == 3)
    other = sqlite3.connect(one.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    one.tell(3)
    await until(lambda: one.recorder.problem and "locked" in one.recorder.problem)
    other.execute("ROLLBACK")
    other.close()
    await until(lambda: one.written == 6)
    await until(lambda: one.recorder.problem is None)


async def test_a_fault_of_ours_is_told_and_recording_goes_on(make, monkeypatch, caplog):
    from wallboard.recorder.writing.rows import Rows

    write, faults = Rows.write, [RuntimeError("boom")]

    def stumbling(self, stretch):
        if faults:
            raise faults.pop()
        write(self, stretch)

    monkeypatch.setattr(Rows, "write", stumbling)
    one = make()
    one.recorder.start()
    one.tell(3)
    await until(lambda: one.written == 3)
    assert "boom" in caplog.text


async def test_what_can_never_be_written_does_not_keep_the_rest_from_being(
    make, monkeypatch, caplog
):
    from wallboard.recorder.writing.rows import Rows

    monkeypatch.setattr("wallboard.recorder.recorder.RETRY_SECONDS", (0.02,))
    write = Rows.write

    def stumbling(self, stretch):
        if any(run.answer.answer.response.body == POISON for run in stretch.touched.values()):
            raise RuntimeError("boom")
        write(self, stretch)

    monkeypatch.setattr(Rows, "write", stumbling)
    one = make()
    one.recorder.start()
    one.tell(3)
    await until(lambda: one.written == 3)
    event = poll(CAPACITY, 1000, body=POISON)
    one.recorder.take(one.board.fold(event))
    await until(lambda: one.recorder.problem)
    assert "an internal error (RuntimeError)" in one.recorder.problem
    await until(lambda: one.recorder.problem is None)
    one.tell(3)
    await until(lambda: one.written == 6)
    assert "boom" in caplog.text


async def test_another_who_wrote_meanwhile_all_the_same_ends_no_recording(make, monkeypatch):
    monkeypatch.setattr("wallboard.recorder.recorder.RETRY_SECONDS", (0.02,))
    one = make()
    one.recorder.start()
    one.tell(3)
    await until(lambda: one.written == 3)
    Writer.open(one.path).close()  # which sealed as its own segment what we mean to seal as ours
    monkeypatch.setattr("wallboard.recorder.writing.run_builder.SEGMENT_SECONDS", 10.0)
    one.tell(3)
    await until(lambda: one.recorder.problem)
    assert "is inconsistent" in one.recorder.problem
    await until(lambda: one.recorder.problem is None)
    before = one.written
    one.tell(3)
    await until(lambda: one.written == before + 3)
    assert not [file for file in one.path.parent.iterdir() if ".damaged-" in file.name]


def test_nothing_is_touched_before_it_is_started(make, tmp_path):
    one = make()
    one.tell(3)
    assert list(tmp_path.iterdir()) == []
    assert START > 0
