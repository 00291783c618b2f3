"""Files that are read whole or not at all, and that others see whole or not at all."""

import os
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from wallboard import files
from wallboard.files import read_file, replaced, within


@pytest.fixture
def path(tmp_path):
    return tmp_path / "wallboard.toml"


def names_beside(path):
    return [one.name for one in path.parent.iterdir()]


@pytest.fixture
def tight():
    """No file of this process can grow beyond a kibibyte, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_file_is_read_up_to_one_byte_more_than_the_most(path):
    path.write_bytes(b"x" * 100)
    assert [len(read_file(path, most)) for most in (10, 99, 100, 1000)] == [11, 100, 100, 100]


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/full", "/dev/tty", "/dev/null"])
def test_a_device_is_no_file(path, device):
    if not Path(device).exists():
        pytest.skip(f"there is no {device}")
    path.symlink_to(device)
    with pytest.raises(OSError, match=r"not a file|No such device"):
        read_file(path, 10)


def test_an_endless_device_is_read_to_the_most_and_no_further(path):
    assert len(read_file(Path("/dev/zero"), 10, streams=True)) == 11


def test_no_terminal_is_read(path):
    ours, theirs = os.openpty()
    with pytest.raises(OSError, match="not a file"):
        read_file(Path(os.ttyname(theirs)), 10, streams=True)
    os.close(ours)
    os.close(theirs)


def test_a_pipe_is_read_only_where_one_will_do_and_somebody_writes(path):
    os.mkfifo(path)
    with pytest.raises(OSError, match="without a writer"):
        read_file(path, 10, streams=True)
    with pytest.raises(OSError, match="not a file"):
        read_file(path, 10)
    reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with path.open("wb") as writer:
        os.close(reading)
        threading.Timer(0.05, lambda: (writer.write(b"late"), writer.close())).start()
        assert read_file(path, 10, streams=True) == b"late"


def test_a_silent_pipe_is_left_after_a_while(path, monkeypatch):
    monkeypatch.setattr(files, "ANSWER_SECONDS", 0.05)
    os.mkfifo(path)
    writer = os.open(path, os.O_RDWR)
    with pytest.raises(OSError, match="sends nothing"):
        read_file(path, 10, streams=True)
    os.close(writer)


def test_what_hangs_is_left_and_no_more_than_a_few_times():
    over, begun = threading.Event(), []

    def hang():
        begun.append(1)
        over.wait()

    for _ in range(20):
        with pytest.raises(OSError, match="no answer within"):
            within(hang, 0.01)
    assert len(begun) < 10
    over.set()
    until = time.monotonic() + 60
    while any(thread.is_alive() for thread in files._hanging) and time.monotonic() < until:
        time.sleep(0.01)
    assert within(lambda: "again") == "again"


def test_the_end_of_the_program_does_not_wait_for_what_hangs():
    code = (
        "import threading\nfrom wallboard.files import within\n"
        "try:\n    within(threading.Event().wait, 0.05)\nexcept OSError:\n    print('left')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert (done.stdout, done.stderr) == ("left\n", "")


@pytest.mark.parametrize("new", [False, True])
def test_nothing_is_left_of_a_file_that_could_not_be_written_whole(path, new, tight):
    with pytest.raises(OSError, match="File too large"), replaced(path, new=new) as file:
        file.write(b"x" * 5000)
    assert names_beside(path) == []


def test_what_was_there_stays_when_the_disk_is_full(path, tight):
    path.write_text("before")
    with pytest.raises(OSError, match="File too large"), replaced(path) as file:
        file.write(b"x" * 5000)
    assert (path.read_text(), names_beside(path)) == ("before", [path.name])


def test_a_new_file_replaces_nothing(path):
    path.write_text("before")
    with pytest.raises(FileExistsError), replaced(path, new=True) as file:
        file.write(b"after")
    assert (path.read_text(), names_beside(path)) == ("before", [path.name])


def test_a_new_file_is_whole_and_alone(path):
    with replaced(path, new=True, mode=0o640) as file:
        file.write(b"whole")
        assert not path.exists()
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("whole", 0o640)
    assert names_beside(path) == [path.name]


def test_a_link_stays_one(path, tmp_path):
    real = tmp_path / "real.toml"
    real.write_text("before")
    path.symlink_to("real.toml")
    with replaced(path) as file:
        file.write(b"after")
    assert path.is_symlink()
    assert real.read_text() == "after"


def test_the_longest_name_there_is_will_do(tmp_path):
    path = tmp_path / ("ü" * 125 + ".toml")
    with replaced(path) as file:
        file.write(b"whole")
    assert path.read_text() == "whole"
