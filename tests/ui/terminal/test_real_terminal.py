import fcntl
import os
import signal
import struct
import sys
import termios
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from pseudo_terminal import SCRIPT, Child
from waiting import PATIENCE_SECONDS

RESTORED = b"\x1b[?1049l\x1b[?25h"


@pytest.fixture
def child():
    with closing(Child()) as child:
        child.until("count 0")
        child.until_quiet()
        yield child


@pytest.fixture
def job():
    with closing(Child(job_control=True)) as job:
        job.until("count 0")
        job.until_quiet()
        yield job


def assert_restored(child: Child) -> None:
    while child.read(0.05):
        pass
    raw = child.raw
    for on, off in ((b"?1049h", b"?1049l"), (b"?25l", b"?25h"), (b"?1002h", b"?1002l")):
        assert raw.rindex(b"\x1b[" + on) < raw.rindex(b"\x1b[" + off)
    assert raw.rindex(b"\x1b[?2004h") < raw.rindex(b"\x1b[?2004l")
    assert b"\x1b[<u" in raw
    assert b"\x1b[?1003h" not in raw
    assert termios.tcgetattr(child.slave) == child.before


def test_start_shows_the_picture_once(child):
    lines = child.emulator.screen.display
    assert lines[0].startswith("tile    count 0")
    assert lines[1].startswith("tile    界 wide │ cell")
    assert child.emulator.look()[0][0].background == "d0d0d0"
    assert child.emulator.look()[5][30].background == "101820"
    # 600 cells, two colours on each of ten rows, and the modes of a terminal program.
    assert len(child.raw) < 1500


def test_a_key_sends_only_the_cell_it_changes(child):
    before = len(child.raw)
    child.send("+")
    child.until("count 1")
    child.until_quiet()
    assert len(child.raw) - before < 50


def test_a_change_can_be_painted_without_the_clock_time_and_again(child):
    for count in 1, 2, 3:
        child.send("p")
        child.until(f"count {count}")


def test_changes_in_one_burst_are_painted_once(tmp_path):
    frames = tmp_path / "frames"
    with closing(Child(variables={"TINY_APP_FRAMES": str(frames)})) as child:
        child.until("count 0")
        child.until_quiet()
        before = frames.stat().st_size
        child.send("p" * 20)
        child.until("count 20")
        assert frames.stat().st_size - before < 20


def test_a_redraw_sends_everything_again(child):
    child.emulator.screen.reset()
    before = len(child.raw)
    child.send("\x0c")
    child.until("count 0")
    child.until_quiet()
    assert len(child.raw) - before > 500
    assert child.emulator.screen.display[0].startswith("tile    count 0")


def wait_until_stopped(child: Child) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while (now := child.program.status()) != psutil.STATUS_STOPPED:
        assert time.monotonic() < end, f"{now}, not stopped\n{child.emulator.text}"
        child.read(0.02)


def test_it_comes_back_whole_from_a_stop(job):
    job.send("\x1a")
    wait_until_stopped(job)
    assert termios.tcgetattr(job.slave) == job.before
    job.until_quiet(0.1)
    job.emulator.screen.reset()
    job.program.send_signal(signal.SIGCONT)
    job.until("count 0")
    job.send("+")
    job.until("count 1")
    assert job.emulator.screen.display[1].startswith("tile    界 wide │ cell")


def test_where_no_shell_could_continue_it_nothing_stops_it(child):
    child.send("\x1a+")
    child.until("count 1")
    child.send("q")
    assert child.status() == 0
    assert_restored(child)


def assert_threads(child: Child, count: int) -> None:
    """The child has one thread that reads keys, as all its threads are counted."""
    end = time.monotonic() + PATIENCE_SECONDS
    while (found := child.program.num_threads()) != count:
        assert time.monotonic() < end, f"{found} threads\n{child.emulator.text}"
        child.read(0.02)


@pytest.mark.parametrize(
    "signals",
    [
        [signal.SIGCONT],
        [signal.SIGCONT] * 5,
        [signal.SIGSTOP, signal.SIGCONT],
        [signal.SIGTSTP, signal.SIGCONT],
        [signal.SIGTSTP, signal.SIGCONT, signal.SIGCONT, signal.SIGSTOP, signal.SIGCONT],
    ],
    ids=lambda signals: "-".join(number.name for number in signals),
)
def test_a_stop_from_outside_leaves_one_reader_and_the_terminal_as_it_was(job, signals):
    process = job.program
    threads = process.num_threads()
    for number in signals:
        process.send_signal(number)
        if number != signal.SIGCONT:
            wait_until_stopped(job)
    job.emulator.screen.reset()
    job.until("count 0")
    job.send("+")
    job.until("count 1")
    job.send("+")
    job.until("count 2")
    assert_threads(job, threads)
    job.send("q")
    assert job.status() == 0
    assert_restored(job)


def test_modes_that_were_changed_during_a_stop_are_set_again(child):
    process = psutil.Process(child.pid)
    process.send_signal(signal.SIGSTOP)
    wait_until_stopped(child)
    termios.tcsetattr(child.slave, termios.TCSANOW, child.before)
    process.send_signal(signal.SIGCONT)
    child.emulator.screen.reset()
    child.until("count 0")
    child.send("+")  # without Enter: only a terminal that is raw hands it on
    child.until("count 1")
    child.send("q")
    assert child.status() == 0
    assert_restored(child)


SHELL = ("/bin/bash", "--norc", "--noprofile", "-i")


@pytest.mark.skipif(not Path(SHELL[0]).exists(), reason="bash is not installed")
def test_a_shell_stops_it_continues_it_and_lets_it_wait_in_the_background():
    variables = {"PS1": "ready> ", "PYTHON": sys.executable, "TINY_APP": str(SCRIPT)}
    with closing(Child(60, 10, argv=SHELL, variables=variables)) as child:
        child.until("ready>")
        child.send("$PYTHON $TINY_APP\n")
        child.until("count 0")
        child.send("+")
        child.until("count 1")
        child.send("\x1a")
        child.until("Stopped")
        child.send("echo the shell $((40 + 2))\n")
        child.until("the shell 42")
        child.send(
            "bg; while jobs | grep -q Running; do sleep 0.1; done; echo it waits $((40 + 3))\n"
        )
        child.until("it waits 43")
        child.emulator.screen.reset()
        child.send("fg\n")
        child.until("count 1")
        child.send("+")
        child.until("count 2")
        child.emulator.screen.reset()
        child.send("q")
        child.until("ready>")
        child.send("echo ended with $?\n")
        child.until("ended with 0")


@pytest.mark.parametrize("key", ["q", "\x03"])
def test_a_key_ends_it_with_the_terminal_as_it_was(child, key):
    child.send(key)
    assert child.status() == 0
    assert_restored(child)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_with_the_terminal_as_it_was(child, number):
    os.kill(child.pid, number)
    assert child.status() == 128 + number
    assert_restored(child)


def test_a_signal_ends_an_app_that_is_stuck(child):
    child.send("s")
    child.until_quiet(0.2)
    os.kill(child.pid, signal.SIGTERM)
    assert child.status() == 128 + signal.SIGTERM
    assert_restored(child)


@pytest.fixture
def logging_child(tmp_path):
    with closing(Child(variables={"TINY_APP_LOG": str(tmp_path / "log")})) as child:
        child.log = tmp_path / "log"
        child.until("count 0")
        child.until_quiet()
        yield child


def test_an_app_that_stands_still_says_so_and_ends_with_a_key(logging_child):
    logging_child.send("s")
    logging_child.until("stands still for")
    assert "action_stick (" in logging_child.log.read_text()
    logging_child.send("\x03")
    assert logging_child.status() == 128 + signal.SIGINT
    assert_restored(logging_child)


def test_an_app_that_stood_still_goes_on_as_before(logging_child):
    logging_child.send("k")
    logging_child.until("stands still")
    logging_child.until("tile    count 0")
    assert "stands still" not in logging_child.emulator.text
    logging_child.send("+")
    logging_child.until("count 1")
    assert "The board stood still for" in logging_child.log.read_text()
    logging_child.send("q")
    assert logging_child.status() == 0
    assert_restored(logging_child)


def test_a_stop_is_no_standing_still(logging_child):
    process = psutil.Process(logging_child.pid)
    process.send_signal(signal.SIGSTOP)
    wait_until_stopped(logging_child)
    time.sleep(4)
    process.send_signal(signal.SIGCONT)
    logging_child.until_quiet(1.0)
    assert logging_child.log.read_text() == ""


def test_a_layout_without_end_leaves_time_for_keys_and_is_in_the_log(logging_child):
    logging_child.send("w")
    end = time.monotonic() + PATIENCE_SECONDS
    while "laid out without end" not in logging_child.log.read_text():
        assert time.monotonic() < end, logging_child.emulator.text
        logging_child.read(0.05)
    logging_child.send("+")
    logging_child.until("count 1")
    process = psutil.Process(logging_child.pid)
    used = process.cpu_times().user
    end = time.monotonic() + 2
    while time.monotonic() < end:
        logging_child.read(0.05)
    assert process.cpu_times().user - used < 1.0
    assert logging_child.log.read_text().count("without end") == 1
    logging_child.send("q")
    assert logging_child.status() == 0


@pytest.mark.parametrize("ignored", [False, True])
def test_it_ends_when_its_terminal_vanishes(ignored):
    with closing(Child(ignore_hangup=ignored)) as child:
        child.until("count 0")
        child.hang_up()
        assert child.status(reading=False) == 128 + signal.SIGHUP


@pytest.mark.parametrize("key", ["q", None])
def test_it_ends_when_its_terminal_takes_no_more_output(key):
    with closing(Child(200, 50)) as child:
        child.until("count 0")
        child.send("b")
        child.until("frame 1")
        # Nobody reads from here on: within this many frames the terminal's buffer is full.
        process = psutil.Process(child.pid)
        stuck = 0
        while stuck < 10:
            sent = process.io_counters().write_chars
            time.sleep(0.1)
            stuck = stuck + 1 if process.io_counters().write_chars == sent else 0
        if key is None:
            os.kill(child.pid, signal.SIGTERM)
        else:
            child.send(key)
        expected = 0 if key else 128 + signal.SIGTERM
        assert child.status(reading=False) == expected
        assert termios.tcgetattr(child.slave) == child.before
        child.until_quiet(0.1)
        assert RESTORED[:8] in child.raw
        assert b"\x1b[?25h" in child.raw


def test_a_slow_reader_gets_the_newest_frame_not_every_frame(tmp_path, monkeypatch):
    progress = tmp_path / "progress"
    monkeypatch.setenv("TINY_APP_PROGRESS", str(progress))
    with closing(Child(200, 50)) as child:
        child.until("count 0")
        child.send("f")
        child.until("frame 1")
        child.until_quiet()
        before = len(child.raw)
        for count in range(2, 42):
            child.send("+")
            end = time.monotonic() + PATIENCE_SECONDS
            while progress.read_text() != str(count):
                assert time.monotonic() < end, f"no frame {count}\n{child.emulator.text}"
                time.sleep(0.005)
        child.until("frame 41")
        child.until_quiet()
        # Forty frames of 10,000 cells were drawn; what was sent is the one in hand and the last.
        assert len(child.raw) - before < 35_000
        assert all("frame 41" in line for line in child.emulator.screen.display)


def test_a_frame_it_cannot_paint_is_painted_textuals_own_way(child):
    child.send("x")
    child.until("count 1")
    child.send("+")
    child.until("count 2")
    child.until_quiet()
    assert child.emulator.screen.display[1].startswith("tile    界 wide │ cell")
    before = len(child.raw)
    child.send("+")
    child.until("count 3")
    child.until_quiet()
    assert len(child.raw) - before < 50


def test_it_follows_a_resize():
    with closing(Child(60, 10)) as child:
        child.until("count 0")
        child.until_quiet()
        child.emulator.screen.resize(6, 40)
        child.emulator.screen.reset()
        child.emulator.screen.reset_mode(7, private=True)
        fcntl.ioctl(child.master, termios.TIOCSWINSZ, struct.pack("HHHH", 6, 40, 0, 0))
        child.until("count 0")
        child.until_quiet()
        assert child.emulator.look()[5][39].background == "101820"


def test_only_large_frames_are_wrapped_in_synchronized_updates(child):
    child.send("\x1b[?2026;2$y")
    child.until_quiet()
    before = len(child.raw)
    child.send("\x0c")
    child.until_quiet()
    whole = child.raw[before:]
    assert whole.startswith(b"\x1b[?2026h")
    assert whole.endswith(b"\x1b[?2026l")
    child.send("+")
    child.until("count 1")
    assert b"2026" not in child.raw[before + len(whole) :]


def test_output_without_keys_goes_on_after_the_input_ends():
    with closing(Child(elsewhere=(0,))) as child:
        child.until("count 0")
        child.until_quiet()
        process = psutil.Process(child.pid)
        used = process.cpu_times().user
        child.until_quiet(1.0)
        # An input at its end polls readable for ever; reading on would take the whole second.
        assert process.cpu_times().user - used < 0.5
        os.kill(child.pid, signal.SIGTERM)
        assert child.status() == 128 + signal.SIGTERM


@pytest.mark.parametrize("elsewhere", [(1,), (2,)])
def test_it_draws_on_the_terminal_when_the_other_stream_is_elsewhere(elsewhere):
    with closing(Child(elsewhere=elsewhere)) as child:
        child.until("count 0")
        child.send("q")
        assert child.status() == 0
        assert_restored(child)
