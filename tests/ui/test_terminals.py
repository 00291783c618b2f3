"""The whole board on real pseudo-terminals, of every kind and size, and while it is resized."""

import json
import os
import random
import re
import shutil
import signal
import sys
import time
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from waiting import PATIENCE_SECONDS

sys.path.append(str(Path(__file__).parent / "terminal"))

from emulator import wanted_look
from pseudo_terminal import Child

SCRIPT = Path(__file__).parent / "board_app.py"

KINDS = {
    "true colour": {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
    "256 colours": {"TERM": "xterm-256color", "COLORTERM": None},
    "16 colours": {"TERM": "xterm", "COLORTERM": None},
    "no colour": {"NO_COLOR": "1"},
    "a light background": {"COLORFGBG": "0;15"},
    "the Linux console": {"TERM": "linux", "COLORTERM": None},
    "screen": {"TERM": "screen", "COLORTERM": None},
    "tmux": {"TERM": "tmux-256color", "COLORTERM": None},
    "no UTF-8": {"LC_ALL": "C", "PYTHONIOENCODING": "utf-8"},
    "a terminal nobody knows": {"TERM": "mystery", "COLORTERM": None},
}
SIZES = [(80, 24), (200, 50), (40, 10), (28, 9), (10, 3), (1, 1)]


class Board(Child):
    """A board on a terminal, and what it wants shown there; ``before`` is what starts it."""

    def __init__(
        self, folder, size=(80, 24), variables=None, says=None, *, before=(), **wishes
    ) -> None:
        self.answer = folder / "answer.json"
        argv = (*before, sys.executable, str(SCRIPT), str(self.answer), json.dumps(wishes))
        kept = {"WALLBOARD_STATE": str(folder), "LC_ALL": "C.UTF-8"}
        super().__init__(*size, argv=argv, variables={**kept, **(variables or {})}, says=says)

    def wanted(self):
        """What the board wants shown, once nothing more comes."""
        self.until_quiet(0.3)
        self.answer.unlink(missing_ok=True)
        os.kill(self.pid, signal.SIGUSR1)
        end = time.monotonic() + PATIENCE_SECONDS
        while not self.answer.exists():
            assert time.monotonic() < end, f"no answer:\n{self.emulator.text}"
            self.read(0.05)
        return json.loads(self.answer.read_text())

    def assert_shown(self):
        """The terminal comes to show what the board wants, to the last cell and colour."""
        end = time.monotonic() + PATIENCE_SECONDS
        while differences := self.differences():
            assert time.monotonic() < end, "\n".join(differences)

    def differences(self):
        wanted = self.wanted()
        self.until_quiet(0.1)
        assert wanted["faults"] == 0
        rows = [
            [
                (text, SimpleNamespace(attributes=set(on), foreground=ink, background=paper))
                for text, on, ink, paper in row
            ]
            for row in wanted["rows"]
        ]
        screen = self.emulator.screen
        if (len(rows[0]), len(rows)) != (screen.columns, screen.lines):
            return ["another size"]
        both = zip(self.emulator.seen(), wanted_look(rows), strict=True)
        return [
            f"row {y}: {_text(shown)!r} instead of {_text(wanted)!r}"
            for y, (shown, wanted) in enumerate(both)
            if shown != wanted
        ]

    def assert_idle(self):
        """The board has nothing to do: it sleeps for most of a second."""
        end = time.monotonic() + PATIENCE_SECONDS
        while (used := self._used(1.0)) > 0.5:
            assert time.monotonic() < end, f"{used} s of work in a second\n{self.emulator.text}"

    def _used(self, seconds):
        process = psutil.Process(self.pid)
        before, end = process.cpu_times(), time.monotonic() + seconds
        while time.monotonic() < end:
            self.read(0.05)
        return process.cpu_times().user - before.user

    def assert_ends(self):
        self.send("q")
        assert self.status() == 0

    def started(self):
        """Read until the board has said all it has to say at the start."""
        end = time.monotonic() + PATIENCE_SECONDS
        while b"\x1b[H\x1b[2J" not in self.raw:
            assert time.monotonic() < end, self.raw
            self.read(0.1)
        self.until_quiet(0.3)
        return self


def _text(row):
    return "".join(cell.text for cell in row)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_terminal_shows_what_the_board_wants(tmp_path, kind):
    with closing(Board(tmp_path, variables=KINDS[kind]).started()) as board:
        assert "UNREACHABLE" in board.emulator.text
        board.assert_shown()
        board.send("\x03")
        assert board.status() == 0


@pytest.mark.parametrize("kiosk", [False, True])
def test_the_first_picture_is_whole(tmp_path, kiosk):
    with closing(Board(tmp_path, (200, 50), kiosk=kiosk).started()) as board:
        board.assert_shown()
        assert b"Everything is ok" not in board.raw


@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
def test_every_size_shows_what_the_board_wants(tmp_path, size):
    with closing(Board(tmp_path, size).started()) as board:
        board.assert_shown()
        board.send("\x03")
        assert board.status() == 0


@pytest.mark.parametrize("kiosk", [False, True])
@pytest.mark.parametrize("density", ["compact", "normal", "large"])
def test_hostile_names_move_no_cell_in_any_density(tmp_path, density, kiosk):
    with closing(Board(tmp_path, (120, 30), density=density, kiosk=kiosk).started()) as board:
        assert b"owned\x07" not in board.raw
        board.assert_shown()


def test_a_slow_link_gets_sixteen_colours_and_no_others(tmp_path):
    with closing(Board(tmp_path, lite=True).started()) as board:
        assert b";2;" not in board.raw
        assert b";5;" not in board.raw
        board.assert_shown()


def test_a_slow_link_gets_a_theme_that_was_asked_for_in_256_colours(tmp_path):
    with closing(Board(tmp_path, lite=True, theme="dark").started()) as board:
        assert b";2;" not in board.raw
        assert b"8;5;" in board.raw
        board.assert_shown()


@pytest.mark.parametrize("kiosk", [False, True])
def test_a_storm_of_resizes_ends_in_a_whole_picture(tmp_path, kiosk):
    rolls = random.Random(7)
    with closing(Board(tmp_path, kiosk=kiosk).started()) as board:
        for _ in range(100):
            board.resize(rolls.randint(1, 220), rolls.randint(1, 60))
            board.read(rolls.choice((0, 0.001, 0.02)))
        board.resize(1, 1)
        board.resize(97, 31)
        board.assert_shown()
        assert "UNREACHABLE" in board.emulator.text
        board.send("\x03")
        assert board.status() == 0


STALE = {"COLUMNS": "200", "LINES": "60"}


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        (STALE, None),
        ({"COLUMNS": "7", "LINES": "2"}, None),
        ({"COLUMNS": "many", "LINES": "-3"}, None),
        ({}, (0, 0)),
        ({"COLUMNS": "80", "LINES": "24"}, (0, 0)),
        ({"COLUMNS": "0", "LINES": "24"}, (80, 0)),
    ],
)
def test_the_size_drawn_for_is_that_of_the_terminal(tmp_path, variables, says):
    with closing(Board(tmp_path, (80, 24), variables, says)) as board:
        board.until("UNREACHABLE")
        board.assert_shown()
        board.assert_idle()
        board.resize(97, 31)
        board.assert_shown()
        board.assert_ends()


def test_where_nothing_else_says_the_size_the_environment_does(tmp_path):
    variables = {"COLUMNS": "97", "LINES": "31"}
    with closing(Board(tmp_path, (97, 31), variables, says=(0, 0)).started()) as board:
        board.assert_shown()
        board.assert_ends()


def test_a_size_beyond_all_terminals_is_not_drawn_for(tmp_path):
    variables = {"COLUMNS": "99999999", "LINES": "99999999"}
    with closing(Board(tmp_path, (80, 24), variables, says=(0, 0))) as board:
        board.until("UNREACHABLE")
        board.assert_ends()


@pytest.mark.parametrize("delay_seconds", [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8])
def test_a_terminal_resized_while_the_board_starts(tmp_path, delay_seconds):
    with closing(Board(tmp_path)) as board:
        end = time.monotonic() + delay_seconds
        while time.monotonic() < end:
            board.read(0.01)
        for size in (120, 40), (60, 20), (97, 31):
            board.resize(*size)
        board.started().assert_shown()
        board.assert_idle()
        board.assert_ends()


def test_resizes_while_the_first_picture_is_painted(tmp_path):
    with closing(Board(tmp_path)) as board:
        while b"\x1b[?1049h" not in board.raw:
            board.read(PATIENCE_SECONDS)
        for width in range(60, 98):
            board.resize(width, 31)
            board.read(0.002)
        board.started().assert_shown()
        board.assert_idle()
        board.assert_ends()


def test_a_storm_of_resizes_while_screens_come_and_go(tmp_path):
    rolls = random.Random(7)
    with closing(Board(tmp_path).started()) as board:
        for _ in range(150):
            board.resize(rolls.randint(20, 220), rolls.randint(5, 60))
            board.send(rolls.choice(("?", "\x1b[", "e", "t", "\r", "\x10", "\x1b\x1b")))
            board.read(rolls.choice((0, 0.001, 0.02)))
        board.resize(97, 31)
        board.assert_shown()
        board.assert_idle()
        board.send("\x03")
        assert board.status() == 0


def test_a_size_that_is_reported_never_goes_before_that_of_the_terminal(tmp_path):
    with closing(Board(tmp_path).started()) as board:
        board.send("\x1b[?2048;2$y\x1b[48;60;200;600;2000t")
        board.assert_shown()
        for width in range(81, 98):
            board.resize(width, 31)
            board.send(f"\x1b[48;30;{width + 1};300;{width + 1}0t")
        board.assert_shown()
        board.assert_idle()
        board.assert_ends()


def command(folder):
    """What a shell runs to have the board on its terminal."""
    wishes = json.dumps({"theme": "dark"})
    environment = f"WALLBOARD_STATE={folder} LC_ALL=C.UTF-8"
    return f"{environment} {sys.executable} {SCRIPT} {folder / 'answer.json'} '{wishes}'"


def assert_shown_inside(multiplexer, variables=None):
    """A multiplexer on a terminal shows the board, also at another size, and ends with it."""
    with closing(Child(100, 30, argv=multiplexer, variables=variables or {})) as child:
        try:
            child.until("日本語")
            child.until_quiet()
            child.emulator.screen.reset()
            child.resize(60, 20)
            child.until("UNREACHABLE")
            child.send("\x03")
            assert child.status() == 0
        finally:
            child.send("\x03")


@pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed")
def test_it_works_in_tmux(tmp_path):
    socket = str(tmp_path / "socket")
    words = ("-f", "/dev/null", "-S", socket, "-u", "new-session", command(tmp_path))
    assert_shown_inside((shutil.which("tmux"), *words))


@pytest.mark.skipif(not shutil.which("screen"), reason="screen is not installed")
def test_it_works_in_screen(tmp_path):
    tmp_path.chmod(0o700)
    words = ("-U", "-c", "/dev/null", "sh", "-c", command(tmp_path))
    assert_shown_inside((shutil.which("screen"), *words), {"SCREENDIR": str(tmp_path)})


WALLBOARD = (sys.executable, "-m", "wallboard")

SELDOM = """
refresh = 60
record = false
[[server]]
name = "prod"
url = "http://127.0.0.1:9"
[[server.entry_point]]
id = 1000
"""


def seconds_shown(child):
    """The time of day that the picture on the screen is of."""
    hours, minutes, seconds = map(int, re.findall(r"\d\d(?=[: ])", child.emulator.text)[:3])
    return (hours * 60 + minutes) * 60 + seconds


def seconds_now():
    now = time.localtime()
    return (now.tm_hour * 60 + now.tm_min) * 60 + now.tm_sec


def test_what_is_shown_after_a_stop_is_of_this_moment(tmp_path):
    config = tmp_path / "wallboard.toml"
    config.write_text(SELDOM)
    variables = {"WALLBOARD_STATE": str(tmp_path), "LC_ALL": "C.UTF-8"}
    argv = (*WALLBOARD, "--config", str(config))
    with closing(Child(100, 30, argv=argv, variables=variables, job_control=True)) as child:
        child.until("1000")
        child.until_quiet()
        process = child.program
        child.send("\x1a")
        end = time.monotonic() + PATIENCE_SECONDS
        while process.status() != psutil.STATUS_STOPPED:
            assert time.monotonic() < end, child.emulator.text
            child.read(0.05)
        time.sleep(2)
        child.emulator.screen.reset()
        continued = seconds_now()
        process.send_signal(signal.SIGCONT)
        child.until("1000")
        end = time.monotonic() + PATIENCE_SECONDS
        while (seconds_shown(child) - continued) % 86_400 > 43_200:
            assert time.monotonic() < end, child.emulator.text
            child.read(0.05)
        child.send("q")
        assert child.status() == 0


def test_the_help_is_set_for_the_terminal_and_not_for_the_environment():
    variables = {"COLUMNS": "20", "LINES": "5"}
    with closing(Child(100, 200, argv=(*WALLBOARD, "--help"), variables=variables)) as child:
        assert child.status() == 0
        child.until_quiet(0.1)
        assert 80 < max(len(line.rstrip()) for line in child.emulator.screen.display) <= 100


@pytest.mark.parametrize("term", ["dumb", "Dumb", "UNKNOWN"])
def test_a_terminal_whose_cursor_cannot_be_moved_gets_text(tmp_path, term):
    argv = (*WALLBOARD, "--url", "http://127.0.0.1:9", "1000", "--no-record")
    variables = {"TERM": term, "WALLBOARD_STATE": str(tmp_path)}
    with closing(Child(100, 30, argv=argv, variables=variables)) as child:
        child.until("UNREACHABLE")
        assert b"\x1b[?1049h" not in child.raw
