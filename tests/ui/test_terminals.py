"""The whole board on real pseudo-terminals, of every kind and size, and while it is resized."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

sys.path.append(str(Path(__file__).parent / "terminal"))

from emulator import wanted_look
from pseudo_terminal import Child

SCRIPT = Path(__file__).parent / "board_app.py"
PATIENCE_SECONDS = 30

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
    """A board on a terminal, and what it wants shown there."""

    def __init__(self, folder, size=(80, 24), variables=None, **wishes) -> None:
        self.answer = folder / "answer.json"
        argv = (sys.executable, str(SCRIPT), str(self.answer), json.dumps(wishes))
        kept = {"WALLBOARD_STATE": str(folder), "LC_ALL": "C.UTF-8"}
        super().__init__(*size, argv=argv, variables={**kept, **(variables or {})})

    def wanted(self):
        """What the board wants shown, once nothing more comes."""
        self.until_quiet(0.3)
        self.answer.unlink(missing_ok=True)
        os.kill(self.pid, signal.SIGUSR1)
        end = time.monotonic() + PATIENCE_SECONDS
        while not self.answer.exists():
            assert time.monotonic() < end, "the board does not answer"
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
        painter = SimpleNamespace(height=len(rows), wanted_row=rows.__getitem__)
        both = zip(self.emulator.seen(), wanted_look(painter), strict=True)
        return [
            f"row {y}: {screen.display[y]!r}"
            for y, (shown, wanted) in enumerate(both)
            if shown != wanted
        ]

    def started(self):
        """Read until the board has said all it has to say at the start."""
        end = time.monotonic() + PATIENCE_SECONDS
        while b"\x1b[H\x1b[2J" not in self.raw:
            assert time.monotonic() < end, self.raw
            self.read(0.1)
        self.until_quiet(0.3)
        return self


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_terminal_shows_what_the_board_wants(tmp_path, kind):
    with closing(Board(tmp_path, variables=KINDS[kind]).started()) as board:
        assert "1008" in board.emulator.text
        board.assert_shown()
        board.send("\x03")
        assert board.status(PATIENCE_SECONDS) == 0


@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
def test_every_size_shows_what_the_board_wants(tmp_path, size):
    with closing(Board(tmp_path, size).started()) as board:
        board.assert_shown()
        board.send("\x03")
        assert board.status(PATIENCE_SECONDS) == 0


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
        assert "1008" in board.emulator.text
        board.send("\x03")
        assert board.status(PATIENCE_SECONDS) == 0


def command(folder):
    """What a shell runs to have the board on its terminal."""
    wishes = json.dumps({"theme": "dark"})
    environment = f"WALLBOARD_STATE={folder} LC_ALL=C.UTF-8"
    return f"{environment} {sys.executable} {SCRIPT} {folder / 'answer.json'} '{wishes}'"


def shown_in_time(picture):
    """What a multiplexer shows once the board is there."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        text = picture()
        if "feed ok" in text and "1008" in text:
            return text
        time.sleep(0.1)
    raise AssertionError(f"the board is not shown:\n{text}")


@pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed")
def test_it_works_in_tmux(tmp_path):
    def tmux(*words: str):
        done = subprocess.run(
            ["tmux", "-f", "/dev/null", "-S", str(tmp_path / "socket"), *words],
            capture_output=True,
            text=True,
            check=True,
            # With pytest's own variables Textual takes itself for one of its tests.
            env={k: v for k, v in os.environ.items() if not k.startswith("PYTEST")},
        )
        return done.stdout

    tmux("-u", "new-session", "-d", "-x", "100", "-y", "30", command(tmp_path))
    try:
        text = shown_in_time(lambda: tmux("capture-pane", "-p"))
        assert "日本語" in text
        tmux("resize-window", "-x", "60", "-y", "20")
        lines = shown_in_time(lambda: tmux("capture-pane", "-p")).splitlines()
        assert len(lines) == 20
    finally:
        tmux("kill-server")


@pytest.mark.skipif(not shutil.which("screen"), reason="screen is not installed")
def test_it_works_in_screen(tmp_path):
    variables = {"SCREENDIR": str(tmp_path), "TERM": "xterm-256color"}
    tmp_path.chmod(0o700)
    argv = (shutil.which("screen"), "-U", "-c", "/dev/null", "sh", "-c", command(tmp_path))
    with closing(Child(100, 30, argv=argv, variables=variables)) as child:
        shown_in_time(lambda: (child.read(0.1), child.emulator.text)[1])
        child.resize(60, 20)
        shown_in_time(lambda: (child.read(0.1), child.emulator.text)[1])
        child.send("\x03")
        assert child.status(PATIENCE_SECONDS) == 0
