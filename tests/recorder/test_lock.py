import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from wallboard.recorder.lock import Holder, LockError, holder, lock_path, take
from wallboard.recorder.paths import SHARED_MODE, RecordingFile

ROOT = Path(__file__).parents[2]


@pytest.fixture
def place(tmp_path) -> RecordingFile:
    return RecordingFile(tmp_path / "wall.db", SHARED_MODE)


@pytest.fixture
def elsewhere():
    """Runs a piece of a program in a process that says "ready" and then waits for its end."""
    processes = []

    def started(code, place, *, as_nobody=False):
        # It becomes somebody else only once it has loaded what only root may read here.
        program = PRELUDE + (BECOME_NOBODY if as_nobody else "") + textwrap.dedent(code)
        process = subprocess.Popen(
            [sys.executable, "-c", program, place.path],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process, process.stdout.readline().strip()

    yield started
    for process in processes:
        process.kill()
        process.communicate()


PRELUDE = """
import os, subprocess, sys
from pathlib import Path
from wallboard.recorder.lock import LockError, holder, take
from wallboard.recorder.paths import SHARED_MODE, RecordingFile
place = RecordingFile(Path(sys.argv[1]), SHARED_MODE)
"""
BECOME_NOBODY = "os.setgroups([]); os.setresgid(*[65534] * 3); os.setresuid(*[65534] * 3)\n"
HOLDS = """
lock = take(place)
print("ready" if lock else "held", flush=True)
sys.stdin.read()
"""


def test_only_one_at_a_time_holds_it_and_says_who(place):
    assert holder(place.path) is None
    lock = take(place, clock=lambda: 1000.0)
    assert take(place) is None
    found = holder(place.path)
    assert (found.pid, found.host, found.since) == (os.getpid(), os.uname().nodename, 1000.0)
    lock.release()
    assert holder(place.path) is None
    second = take(place)
    second.release()
    second.release()


def test_looking_who_holds_it_does_not_let_it_go(place):
    lock = take(place)
    for _ in range(3):
        assert holder(place.path)
    assert take(place) is None
    lock.release()


def test_asking_again_and_again_for_what_others_hold_leaves_nothing_open(place):
    def open_files():
        return len(list(Path("/dev/fd").iterdir()))

    lock = take(place)
    before = open_files()
    for _ in range(20):
        assert take(place) is None
        assert holder(place.path)
    assert open_files() == before
    lock.release()


def test_it_is_free_as_soon_as_its_holder_was_killed(place, elsewhere):
    process, said = elsewhere(HOLDS, place)
    assert said == "ready"
    assert holder(place.path).pid == process.pid
    assert take(place) is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert holder(place.path) is None
    take(place).release()


def test_a_child_that_outlives_its_holder_does_not_keep_it(place, elsewhere):
    process, said = elsewhere(
        """
        lock = take(place)
        child = subprocess.Popen(
            [sys.executable, "-c", "print('up', flush=True); input()"],
            stdin=sys.stdin, stdout=subprocess.PIPE, close_fds=False,
        )
        child.stdout.readline()
        print("ready", flush=True)
        input()
        """,
        place,
    )
    assert said == "ready"
    process.send_signal(signal.SIGKILL)
    process.wait()
    take(place).release()


def test_a_lock_whose_file_was_removed_does_not_stand(place):
    lock = take(place)
    assert lock.stands()
    lock_path(place.path).unlink()
    assert not lock.stands()
    other = take(place)
    assert other.stands()
    assert not lock.stands()
    lock.release()
    assert holder(place.path)
    other.release()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"pid": "x"}', "\x1b[2J", '{"user": 1}', "9" * 5000]
)
def test_who_holds_it_is_unknown_where_its_file_says_nothing(place, text):
    lock = take(place)
    lock_path(place.path).write_text(text)
    assert holder(place.path) == Holder()
    assert str(holder(place.path)) == "another process"
    lock.release()


def test_a_holder_is_shown_by_user_machine_and_process():
    assert str(Holder("ana", "jump1.example.com", 123, 0.0)) == "ana@jump1 pid 123"


def test_the_folder_of_a_recording_of_ones_own_is_made_for_this_user_alone(tmp_path):
    own = RecordingFile(tmp_path / "state" / "recordings" / "a.db")
    take(own).release()
    assert own.path.parent.stat().st_mode & 0o777 == 0o700
    assert lock_path(own.path).stat().st_mode & 0o777 == 0o600


def test_a_shared_one_obeys_the_umask(place):
    before = os.umask(0o002)
    try:
        take(place).release()
    finally:
        os.umask(before)
    assert lock_path(place.path).stat().st_mode & 0o777 == 0o664


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(LockError, match=f"no such directory: {tmp_path / 'no'}"):
        take(RecordingFile(tmp_path / "no" / "wall.db", SHARED_MODE))
    assert holder(tmp_path / "no" / "wall.db") is None


def test_a_lock_that_is_no_file_is_refused_without_waiting(place):
    os.mkfifo(lock_path(place.path))
    for ask in (lambda: take(place), lambda: holder(place.path)):
        with pytest.raises(LockError, match="its lock is not a file"):
            ask()


def test_a_link_in_its_place_is_not_followed(place, tmp_path):
    precious = tmp_path / "precious"
    precious.write_text("kept")
    lock_path(place.path).symlink_to(precious)
    with pytest.raises(LockError, match="symbolic link"):
        take(place)
    assert precious.read_text() == "kept"


needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root may become somebody else")


@needs_root
@pytest.mark.parametrize("readable", ["folder", "file"])
def test_whoever_may_not_write_never_takes_it_but_sees_who_holds_it(
    place, elsewhere, open_to_all, readable
):
    place.path.touch(mode=0o644)
    lock = take(place)
    lock_path(place.path).chmod(0o666 if readable == "file" else 0o644)
    open_to_all(place.path.parent, 0o777 if readable == "file" else 0o755)
    process, said = elsewhere(
        """
        def tried():
            try:
                return "took it" if take(place) else "held"
            except LockError as error:
                return f"{error}; {holder(place.path)}"
        print(tried(), flush=True)
        sys.stdin.readline()
        print(tried(), flush=True)
        """,
        place,
        as_nobody=True,
    )
    assert said.startswith("no write permission")
    assert said.endswith(f"pid {os.getpid()}")
    lock.release()
    out, _ = process.communicate("\n", timeout=30)
    assert out.strip() == "no write permission; None"


@needs_root
def test_a_folder_that_may_not_be_written_to_is_said(place, elsewhere, open_to_all):
    open_to_all(place.path.parent, 0o755)
    _, said = elsewhere(
        """
        try:
            print(take(place), flush=True)
        except LockError as error:
            print(error, flush=True)
        """,
        place,
        as_nobody=True,
    )
    assert said == f"no write permission for the directory {place.path.parent}"


def test_what_stands_in_it_holds_no_more_than_it_should(place):
    lock = take(place)
    table = json.loads(lock_path(place.path).read_text())
    assert set(table) == {"user", "host", "pid", "since"}
    lock.release()
