"""A real board on a real terminal: its title, its taskbar and its focus, and all given back."""

import shutil
import signal
import sys
from contextlib import closing
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent / "terminal"))

from pseudo_terminal import Child

from wallboard.ui.app.desktop import KEEP_TITLE, RESTORE_TITLE, TASKBAR_CLEAR
from wallboard.ui.look.desktop_notice import desktop_notice

SCRIPT = Path(__file__).with_name("board_app.py")
FOCUS_ON, FOCUS_OFF = "\x1b[?1004h", "\x1b[?1004l"
TITLE = "\x1b]2;"


@pytest.fixture
def board(tmp_path):
    """Starts a board in a terminal of this environment."""
    children = []

    def started(*, job_control=False, **variables):
        argv = (sys.executable, str(SCRIPT), str(tmp_path / "answer"), "{}")
        child = Child(100, 30, argv=argv, job_control=job_control, variables=variables)
        children.append(child)
        child.until("CRIT")
        child.until_quiet()
        return child

    yield started
    for child in children:
        child.close()


def sent(child):
    while child.read(0.05):
        pass
    return child.raw.decode("utf-8", "replace")


def assert_given_back(raw, *, taskbar=False):
    assert raw.count(KEEP_TITLE) == raw.count(RESTORE_TITLE)
    assert raw.rindex(TITLE + "\x07") >= raw.rindex(RESTORE_TITLE)
    assert raw.rindex(FOCUS_OFF) > raw.rindex(FOCUS_ON)
    assert raw.rindex(TASKBAR_CLEAR) if taskbar else TASKBAR_CLEAR not in raw


def test_the_title_is_kept_then_set_and_comes_back_at_the_end(board):
    child = board()
    raw = sent(child)
    assert raw.index(KEEP_TITLE) < raw.index(TITLE)
    assert " CRIT – wallboard\x07" in raw
    child.send("q")
    assert child.status() == 0
    assert_given_back(sent(child))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_so_it_does_after_a_signal_and_the_taskbar_is_cleared(board, number):
    child = board(TERM="xterm-ghostty")
    child.program.send_signal(number)
    assert child.status() == 128 + number
    assert_given_back(sent(child), taskbar=True)


def test_a_stop_gives_all_of_it_back_and_takes_it_again(board):
    child = board(job_control=True)
    child.send("\x1a")
    child.until_quiet()
    assert_given_back(sent(child))
    child.raw = b""
    child.program.send_signal(signal.SIGCONT)
    child.emulator.screen.reset()
    child.until("CRIT")
    raw = sent(child)
    assert raw.index(KEEP_TITLE) < raw.index(TITLE)
    assert FOCUS_ON in raw
    child.send("q")
    assert child.status() == 0
    assert_given_back(sent(child))


def test_a_board_that_was_stopped_from_outside_keeps_the_first_title_once(board):
    child = board()
    child.program.send_signal(signal.SIGCONT)
    child.until_quiet()
    child.send("q")
    assert child.status() == 0
    raw = sent(child)
    assert raw.count(KEEP_TITLE) == 1
    assert_given_back(raw)


def test_a_crash_gives_it_back(tmp_path):
    script = SCRIPT.with_name("failing_app.py")
    words = ("--url", "http://127.0.0.1:9", "1000", "--no-record")
    argv = (sys.executable, str(script), "timer", *words)
    with closing(Child(100, 30, argv=argv, variables={"WALLBOARD_STATE": str(tmp_path)})) as child:
        child.until("1000")
        child.send("m")
        assert child.status() == 70
        assert_given_back(sent(child))


def test_the_console_of_linux_gets_none_of_it(board):
    child = board(TERM="linux")
    child.send("q")
    assert child.status() == 0
    raw = sent(child)
    assert TITLE not in raw
    assert KEEP_TITLE not in raw


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
@pytest.mark.parametrize(("passes", "bells"), [("on", 1), ("off", 1)])
def test_a_message_gets_through_a_real_tmux_if_that_allows_it_and_rings_anyway(
    tmp_path, passes, bells
):
    inside = {"TERM": "tmux-256color", "KITTY_WINDOW_ID": "1"}
    notice = desktop_notice("Wall", "SERVICE DOWN Sales", "osc99", inside)
    (tmp_path / "notice").write_text(notice)
    (tmp_path / "config").write_text(f"set -g allow-passthrough {passes}\n")
    # Nothing gets through before the client is there, which it is once it shows something.
    command = f"printf ready; read _; cat {tmp_path / 'notice'}; printf over; read _"
    argv = (shutil.which("tmux"), "-S", str(tmp_path / "tmux"), "-f", str(tmp_path / "config"),
            "new-session", command)  # fmt: skip
    with closing(Child(80, 24, argv=argv, variables={"TMUX": None})) as child:
        child.until("ready")
        child.send("\r")
        child.until("over")
        child.until_quiet()
        child.send("\r")
        child.status()
        raw = sent(child)
    messages = ["\x1b]99;i=wallboard:d=0;Wall\x07", ":p=body:u=2;SERVICE DOWN Sales\x07"]
    assert [message in raw for message in messages] == [passes == "on"] * 2
    for message in messages:
        raw = raw.replace(message, "")
    assert raw.count("\x07") == bells


def test_a_lost_and_a_found_focus_are_understood(tmp_path):
    words = ("--url", "http://127.0.0.1:9", "1000", "--no-record")
    argv = (sys.executable, "-m", "wallboard", *words)
    with closing(Child(100, 30, argv=argv, variables={"WALLBOARD_STATE": str(tmp_path)})) as child:
        child.until("1000")
        child.send("\x1b[O")
        child.until("unreachable since")
        child.send("\x1b[I")
        child.until("1 change since you looked")
        child.send("C")
        child.until("1 of 1: ")
        child.send("q")
        assert child.status() == 0
