"""Which files can be read as recordings, and what is said of those that cannot."""

import gzip
import os
import random
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from recordings import SERVER, START, board_of, poll, record, tell

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.policy import Level, Verdict
from wallboard.recorder.errors import DamagedError, RecordingError
from wallboard.recorder.file.opening import open_to_write
from wallboard.recorder.file.schema import VERSION
from wallboard.recorder.lock import take
from wallboard.recorder.paths import recording_file
from wallboard.recorder.reading.connection import Connection
from wallboard.recorder.recording import Recording
from wallboard.recorder.verify import verify
from wallboard.recorder.writing.writer import Writer

CAPACITY = Endpoint.CAPACITY
KEY = EntryPointKey(SERVER, 1000)
NOBODY = 65534


@pytest.fixture
def path(tmp_path):
    return tmp_path / "wall.db"


def newest(recording):
    last = recording.board_at(START + 10**6).entry_points[0].endpoints[CAPACITY].last
    return last.outcome.count


def read_all(recording):
    """Everything that can be asked."""
    recording.title, recording.entry_points(), recording.span()
    recording.tail().new_events()
    list(recording.runs())
    list(recording.changes())
    for at in (100, 700, 1300, 1990):
        recording.board_at(START + at)
        recording.entry_point_at(KEY, START + at)
    recording.level_shares(START, START + 2000, 40)


def test_a_recording_can_be_read_while_it_is_written(path):
    writer = record(path, [poll(CAPACITY, 0, 1)], close=False)
    board = Board(board_of(1000))
    with Recording.open(path) as recording:
        for n in range(2, 200):
            tell(writer, board, [poll(CAPACITY, 10 * n, n)])
            assert newest(recording) == n
    writer.close()


def test_reading_leaves_nothing_beside_a_recording_that_nobody_writes(path):
    record(path, [poll(CAPACITY, 0, 1)])
    before = path.read_bytes()
    with Recording.open(path) as recording:
        read_all(recording)
        assert list(path.parent.iterdir()) == [path]
    assert path.read_bytes() == before


def test_one_that_begins_to_be_written_again_is_followed(path):
    record(path, [poll(CAPACITY, 0, 1)])
    with Recording.open(path) as recording:
        tail = recording.tail()
        assert (newest(recording), tail.new_events()) == (1, [])
        writer = record(path, [poll(CAPACITY, 10, 2)], close=False)
        assert newest(recording) == 2
        assert [one.outcome.count for one in tail.new_events()] == [2]
        writer.close()
        record(path, [poll(CAPACITY, 20, 3)])
        assert newest(recording) == 3
        assert [one.outcome.count for one in tail.new_events()] == [3]


def test_another_file_in_its_place_is_read_instead(path):
    writer = record(path, [poll(CAPACITY, 0, 1)], close=False)
    with Recording.open(path) as recording:
        tail = recording.tail()
        assert newest(recording) == 1
        for file in list(path.parent.iterdir()):
            file.rename(file.with_name(f"aside-{file.name}"))
        assert newest(recording) == 1
        other = record(path, [poll(CAPACITY, 0, 8)], close=False)
        assert newest(recording) == 8
        assert [one.outcome.count for one in tail.new_events()] == [8]
    writer.close()
    other.close()


OLD = Path(__file__).parents[2] / "fixtures" / "recordings" / "schema-1.db.gz"


def states_of(history):
    """The verdict and level of each round, in tens of seconds from the start."""
    return {round((one.at - START) / 10): (one.verdict, one.level) for one in history}


@pytest.fixture
def old(path):
    path.write_bytes(gzip.decompress(OLD.read_bytes()))
    return path


def states_in(recording):
    board = recording.board_at(START + 990)
    return {one.key.id: states_of(one.history) for one in board.entry_points}


def test_a_recording_of_the_first_schema_is_read_as_it_is(old):
    before = old.read_bytes()
    with Recording.open(old) as recording:
        read_all(recording)
        assert recording.title == "Schema 1"
        states = states_in(recording)
    assert old.read_bytes() == before
    assert states[1000][5] == (Verdict.OPEN, Level.OK)
    assert states[1000][25] == (Verdict.AGENT_NOT_AVAILABLE, Level.CRITICAL)
    assert states[1000][85] == (Verdict.QUEUE_DEPTH_REACHED, Level.WARNING)
    assert states[1001][45][0] is Verdict.UNREACHABLE
    assert len(states[1000]) == len(states[1001]) == 100


def test_a_recording_of_the_first_schema_goes_on_in_the_newest_one(old):
    with Recording.open(old) as recording:
        before = states_in(recording)
    waits = [poll(Endpoint.LIVE_SESSION_STATUS, 1000 + 10 * n, 400, 1) for n in range(100)]
    allowed = [poll(Endpoint.CHAT_ALLOWED, 999 + 10 * n, "true") for n in range(100)]
    both = sorted([*waits, *allowed], key=lambda one: one.at)
    writer = record(old, both, entry_points=board_of(1000, 1001), close=False)
    with Recording.open(old) as recording:
        assert states_in(recording) == before
        (newest, _) = recording.board_at(START + 1990).entry_points
        assert states_of(newest.history)[150] == (Verdict.OPEN, Level.CRITICAL)
    writer.close()
    database = sqlite3.connect(old)
    assert database.execute("PRAGMA user_version").fetchone() == (VERSION,)
    assert not list(verify(database))
    database.close()
    with Recording.open(old) as recording:
        assert states_in(recording) == before
        (newest, _) = recording.board_at(START + 1990).entry_points
        assert states_of(newest.history)[150] == (Verdict.OPEN, Level.CRITICAL)


TOUCHES = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
database.execute("UPDATE about SET value = 'touched' WHERE name = 'title'")
database.commit()
database.close()
"""


def test_whoever_has_it_open_twice_keeps_its_locks_and_so_the_log(path):
    # A process loses its locks on a file as soon as it closes any handle of it, and a log that
    # nobody seems to use is deleted by whoever closes the file next.
    writer = record(path, [poll(CAPACITY, 0, 1)], close=False)
    with Recording.open(path) as recording:
        subprocess.run([sys.executable, "-c", TOUCHES, path], check=True)
        assert path.with_name("wall.db-wal").exists()
        assert recording.title == "touched"
    open_to_write(path, 0o600, START).close()
    subprocess.run([sys.executable, "-c", TOUCHES, path], check=True)
    assert path.with_name("wall.db-wal").exists()
    tell(writer, Board(board_of(1000)), [poll(CAPACITY, 10, 2)])
    writer.close()
    with Recording.open(path) as recording:
        assert newest(recording) == 2


KILLED = """
import sys
import threading
from pathlib import Path
sys.path[:0] = [sys.argv[2], sys.argv[3]]
from recordings import board_of, poll, record
from wallboard.domain.endpoint import Endpoint
polls = [poll(Endpoint.CAPACITY, 10 * n, n) for n in range(90)]
writer = record(Path(sys.argv[1]), polls, close=False)
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def killed(path):
    """A recording whose writer was killed."""
    here = Path(__file__).parents[1]
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, path, here, here.parents[1]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGKILL)
    return path


def test_one_whose_writer_was_killed_can_be_read_to_its_end(killed):
    with Recording.open(killed) as recording:
        assert newest(recording) == 89
        assert sum(run.polls for run in recording.runs()) == 90


@pytest.fixture
def as_nobody():
    """Does without the rights of the super-user, who may write everywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    yield
    os.seteuid(0)


@pytest.fixture
def read_only(killed, tmp_path_factory, open_to_all):
    """The same in a folder that may not be written to, with the log beside it and without."""
    folders = []
    for names in (("wall.db", "wall.db-wal", "wall.db-shm"), ("wall.db", "wall.db-wal")):
        folder = tmp_path_factory.mktemp("kept")
        for name in names:
            shutil.copy(killed.with_name(name), folder / name)
            (folder / name).chmod(0o444)
        open_to_all(folder, 0o555)
        folders.append(folder)
    yield [folder / "wall.db" for folder in folders]
    for folder in folders:
        folder.chmod(0o700)


def test_a_folder_that_may_not_be_written_to_is_no_hindrance(read_only, as_nobody):
    whole, without_index = read_only
    with Recording.open(whole) as recording:
        assert newest(recording) == 89
        read_all(recording)
    # Its last minutes are in a log that can then not be read; what is there must not be wrong.
    try:
        with Recording.open(without_index) as recording:
            read_all(recording)
    except RecordingError as error:
        assert "damaged" not in str(error)  # noqa: PT017


def test_a_file_that_may_not_be_read_is_said_to_be_so(path, as_nobody):
    with pytest.raises(RecordingError, match="No such file"):
        Recording.open(Path("/nonexistent/wall.db"))
    with pytest.raises(RecordingError, match="not a file"):
        Recording.open(Path("/"))


def test_what_is_no_recording_is_refused_in_words(path):
    path.write_bytes(b"something else altogether" * 100)
    with pytest.raises(DamagedError):
        Recording.open(path)
    path.write_bytes(b"")
    with pytest.raises(RecordingError, match="nothing recorded yet"):
        Recording.open(path)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(RecordingError, match="not a file"):
        Recording.open(path)
    path.unlink()
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE mine (x)")
    database.close()
    with pytest.raises(RecordingError, match="not a wallboard recording"):
        Recording.open(path)


def test_a_newer_one_is_refused_with_what_to_do(path):
    record(path, [poll(CAPACITY, 0, 3)])
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"PRAGMA user_version = {VERSION + 1}")
    database.close()
    with pytest.raises(RecordingError, match=r"newer wallboard .* update wallboard"):
        Recording.open(path)


@pytest.mark.parametrize("written", ["the file", "the link"])
def test_through_a_link_it_is_read_while_it_is_written(path, tmp_path, written):
    link = tmp_path / "link.db"
    record(path, [poll(CAPACITY, 0, 1)])
    link.symlink_to(path)
    place = recording_file("", str(link), {})
    writer = Writer.open(place.path if written == "the link" else path, clock=lambda: START)
    board = Board(board_of(1000))
    with Recording.open(link) as recording:
        for n in range(2, 20):
            tell(writer, board, [poll(CAPACITY, 10 * n, n)])
            assert newest(recording) == n
    assert {one.name for one in tmp_path.iterdir()} == {
        "link.db", "wall.db", "wall.db-wal", "wall.db-shm",
    }  # fmt: skip
    writer.close()


def test_a_link_that_leads_elsewhere_is_followed(path, tmp_path):
    link, other = tmp_path / "link.db", tmp_path / "other.db"
    record(path, [poll(CAPACITY, 0, 1)])
    link.symlink_to(path)
    writer = record(other, [poll(CAPACITY, 0, 7)], close=False)
    with Recording.open(link) as recording:
        assert newest(recording) == 1
        link.unlink()
        link.symlink_to(other)
        assert newest(recording) == 7
    writer.close()


def test_of_all_names_of_a_recording_only_one_can_be_locked(path, tmp_path):
    link = tmp_path / "link.db"
    record(path, [poll(CAPACITY, 0, 1)])
    link.symlink_to(path)
    lock = take(recording_file("", str(path), {}))
    try:
        assert take(recording_file("", str(link), {})) is None
    finally:
        lock.release()


def journal_that_names(victim, path):
    """What SQLite takes for a change of a recording that was not ended, with others beside it."""
    data, page, nonce = path.read_bytes(), 4096, 1
    first = data[:page]
    total = (nonce + sum(first[place] for place in range(page - 200, 0, -200))) & 0xFFFFFFFF
    magic, name = bytes.fromhex("d9d505f920a163d7"), str(victim).encode()
    head = magic + struct.pack(">5I", 1, nonce, len(data) // page, 512, page)
    last = struct.pack(">I", (1 << 30) // page + 1) + name
    return (
        head.ljust(512, b"\0")
        + struct.pack(">I", 1)
        + first
        + struct.pack(">I", total)
        + last
        + struct.pack(">2I", len(name), sum(name))
        + magic
    )


@pytest.mark.parametrize("log", [False, True])
def test_no_journal_beside_it_has_any_file_removed_or_anything_written(path, tmp_path, log):
    writer = record(path, [poll(CAPACITY, 0, 1)], close=not log)
    victim, journal = tmp_path / "victim", tmp_path / "wall.db-journal"
    victim.write_text("precious")
    journal.write_bytes(journal_that_names(victim, path))
    before = path.read_bytes()
    for open_ in (Recording.open, lambda path: open_to_write(path, 0o600, START)):
        with pytest.raises(RecordingError) as raised:
            open_(path)
        assert f"move {journal} away" in str(raised.value)
        assert not isinstance(raised.value, DamagedError)
    assert victim.read_text() == "precious"
    assert path.read_bytes() == before
    if log:
        writer.database.close()


def test_one_that_was_closed_says_so(path):
    record(path, [poll(CAPACITY, 0, 3)])
    recording = Recording.open(path)
    recording.close()
    with pytest.raises(RecordingError, match="it is closed"):
        recording.span()


@pytest.fixture
def eventful(path):
    allowed = Endpoint.CHAT_ALLOWED
    closed = 'false" reason="agent_not_available'
    events = []
    for n in range(200):
        events.append(poll(CAPACITY, 10 * n, n % 9))
        events.append(poll(allowed, 10 * n + 1, closed if n % 20 < 3 else "true"))
    record(path, events)
    return path


@pytest.mark.parametrize("tenths", range(1, 10))
def test_a_truncated_one_is_never_anything_but_damaged(eventful, tenths):
    os.truncate(eventful, eventful.stat().st_size * tenths // 10)
    with pytest.raises(RecordingError), Recording.open(eventful) as recording:
        read_all(recording)


def test_whatever_bit_is_flipped_nothing_but_our_own_errors_comes_of_it(eventful, tmp_path):
    chance = random.Random(4)
    whole = eventful.read_bytes()
    other = tmp_path / "flipped.db"
    refused = 0
    for _ in range(150):
        flipped = bytearray(whole)
        for _ in range(chance.choice((1, 1, 20))):
            flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
        other.write_bytes(flipped)
        try:
            with Recording.open(other) as recording:
                read_all(recording)
        except RecordingError:
            refused += 1
    assert 0 < refused < 150


ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"

ASKS = f"""
import sys
import threading
from pathlib import Path
from wallboard.recorder.reading.connection import Connection
try:
    with Connection(Path(sys.argv[1])).reading() as database:
        print("ready", flush=True)
        database.execute({ENDLESS!r})
except KeyboardInterrupt:
    print("interrupted")
"""


def test_ctrl_c_ends_a_question_that_never_ends(path):
    record(path, [poll(CAPACITY, 0, 1)])
    with subprocess.Popen(
        [sys.executable, "-c", ASKS, path], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        try:
            assert process.communicate(timeout=60)[0] == "interrupted\n"
        finally:
            process.kill()


def test_whoever_reads_in_another_thread_is_stopped(path):
    record(path, [poll(CAPACITY, 0, 1)])
    connection, begun, said = Connection(path), threading.Event(), []

    def ask():
        try:
            with connection.reading() as database:
                begun.set()
                database.execute(ENDLESS)
        except RecordingError as error:
            said.append(str(error))

    reader = threading.Thread(target=ask, daemon=True)
    reader.start()
    assert begun.wait(60)
    connection.close()
    reader.join(60)
    assert said == ["it is closed"]
