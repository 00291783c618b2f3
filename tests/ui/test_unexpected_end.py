"""Whatever breaks: the terminal as it was, a sentence, an exit status, and a traceback to read."""

import sys
import termios
from contextlib import closing
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent / "terminal"))

from pseudo_terminal import Child

SCRIPT = Path(__file__).with_name("failing_app.py")
INTERNAL = 70
PRESSED = ("timer", "worker", "called off", "unmount")


def failing(place, state):
    words = ("--url", "http://127.0.0.1:9", "1000", "--no-record", "--log", str(state / "log"))
    argv = (sys.executable, str(SCRIPT), place, *words)
    return closing(Child(100, 30, argv=argv, variables={"WALLBOARD_STATE": str(state)}))


@pytest.mark.parametrize("place", ["compose", "mount", "drawing", "input", *PRESSED])
def test_what_ends_unexpectedly_says_so_and_restores_the_terminal(tmp_path, place):
    with failing(place, tmp_path) as child:
        if place in PRESSED:
            child.until("1000")
            child.send("q" if place == "unmount" else "m")
        assert child.status() == INTERNAL
        child.until_quiet(0.1)
        assert termios.tcgetattr(child.slave) == child.before
        last = child.raw.decode().rpartition("\x1b[?1004l")[2]
        head, where = last.split("wallboard: ")[1].strip().splitlines()
        assert head.startswith("internal error: ")
        assert ("by itself" if place == "called off" else "so sorry") in head
        assert "Traceback" not in child.raw.decode()
        assert "locals" not in child.raw.decode()
        kept = Path(where.partition("The traceback is in ")[2])
        assert kept.parent == tmp_path / "tracebacks"
        assert kept.stat().st_mode & 0o777 == 0o600
        assert head.partition(": ")[2] in kept.read_text().replace("\n", " ")
        assert "The board ended unexpectedly" in (tmp_path / "log").read_text()


SURVIVABLE = {
    "key": "m",
    "click": "\x1b[<0;3;1M\x1b[<0;3;1m",
    "resize": "",
}


@pytest.mark.parametrize("place", SURVIVABLE)
def test_what_the_terminal_brings_about_is_a_notice_and_the_board_goes_on(tmp_path, place):
    with failing(place, tmp_path) as child:
        child.until("1000")
        child.send(SURVIVABLE[place])
        if place == "resize":
            child.resize(40, 20)
            child.until("1/1 fail")  # as a header this narrow says it
            child.resize(100, 30)
        child.until("could not be done: ZeroDivisionError: so sorry")
        assert "ZeroDivisionError: so sorry" in (tmp_path / "log").read_text()
        child.send("?")
        child.until(" Close")
        child.send("\x03")
        assert child.status() == 0


def test_errors_without_end_end_the_board(tmp_path):
    with failing("key", tmp_path) as child:
        child.until("1000")
        child.send("m" * 30)
        assert child.status() == INTERNAL


def test_a_thread_that_breaks_is_a_notice_and_the_board_goes_on(tmp_path):
    with failing("thread", tmp_path) as child:
        child.until("1000")
        child.send("m")
        child.until("The thread odd broke down: ZeroDivisionError: so sorry")
        child.send("q")
        assert child.status() == 0


def test_a_board_that_stood_still_says_so_in_its_banner(tmp_path):
    with failing("stuck", tmp_path) as child:
        child.until("1000")
        child.send("m")
        child.until("wallboard stands still")
        child.until("The board stood still")
        assert "(" in (tmp_path / "log").read_text()
        child.send("q")
        assert child.status() == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TEXTUAL", "debug,devtools"),
        ("TEXTUAL_LOG", "/dev"),
        ("TEXTUAL_DRIVER", "nonsense"),
        ("TEXTUAL_DRIVER", "textual.drivers.headless_driver:HeadlessDriver"),
        ("TEXTUAL_COLOR_SYSTEM", "nonsense"),
        ("TEXTUAL_PRESS", "Q"),
    ],
)
def test_variables_of_textual_change_nothing(tmp_path, name, value):
    words = ("-m", "wallboard", "--url", "http://127.0.0.1:9", "1000", "--no-record")
    variables = {"WALLBOARD_STATE": str(tmp_path), name: value}
    with closing(Child(100, 30, argv=(sys.executable, *words), variables=variables)) as child:
        child.until("1000")
        child.send("m")
        child.until("B/s")
        child.send("Q")
        assert child.status() == 0
