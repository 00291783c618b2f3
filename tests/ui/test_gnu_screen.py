"""Copies out of a real GNU screen, to the terminal that looks at it."""

import base64
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pexpect
import pytest

SCRIPT = Path(__file__).with_name("copying_app.py")
NOT_INHERITED = {"TMUX", "TMUX_PANE", "STY", "COLUMNS", "LINES", "NO_COLOR"}


@pytest.fixture
def sockets():
    """Where screen keeps its socket, whose path must be short."""
    with tempfile.TemporaryDirectory(prefix="wallboard-") as folder:
        yield folder


@pytest.mark.skipif(not shutil.which("screen"), reason="screen is not installed")
def test_screen_passes_copies_of_any_length_on_to_the_terminal_whole(tmp_path, sockets):
    environment = {
        **{k: v for k, v in os.environ.items() if k not in NOT_INHERITED},
        "HOME": str(tmp_path),
        "WALLBOARD_STATE": str(tmp_path / "state"),
        "SCREENDIR": sockets,
        "TERM": "xterm-256color",
        "LC_ALL": "C.UTF-8",
    }
    arguments = ["-c", "/dev/null", sys.executable, str(SCRIPT)]
    outside = pexpect.spawn("screen", arguments, env=environment, dimensions=(24, 80), timeout=30)
    try:
        outside.expect_exact(b"SERVICE DOWN")
        # Down, since nothing was heard of the worst one.
        outside.send("j")
        sent = []
        for key in "ycb":
            outside.send(key)
            outside.expect(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
            sent.append(base64.b64decode(outside.match[1]))
            outside.expect_exact(b"sent to the clipboard")
        outside.send("q")
        outside.expect(pexpect.EOF)
    finally:
        outside.close(force=True)
    kept = {path.read_bytes() for path in (tmp_path / "state").rglob("*") if path.is_file()}
    assert set(sent) <= kept
    assert max(map(len, sent)) > 2000, "more than one piece"
