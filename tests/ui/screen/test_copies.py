"""The keys that copy, on the real screens, and what then reaches real terminals."""

import base64
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import pytest
from boards import NOW, observed
from waiting import PATIENCE_SECONDS

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.policy import Policy
from wallboard.domain.reading import ChatAllowed
from wallboard.setting_types import Secret
from wallboard.settings import EntryPointSettings, ServerSettings, Settings
from wallboard.ui.app.app import WallboardApp
from wallboard.ui.picture.messages import PASSING_SECONDS

SCRIPT = Path(__file__).parents[1] / "copying_app.py"
KEY = EntryPointKey("prod", 1000)
needs_tmux = pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where copies go: the state folder of a user who has nothing yet."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("WALLBOARD_STATE", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / ".local/state/wallboard/copies"


class Wall:
    """A running wall with one entry point, and a clock to move."""

    def __init__(self, server=None) -> None:
        self.now = NOW
        self.board = Board([(EntryPoint(KEY, "Sales"), Policy())])
        settings = Settings(server=(server,) if server else ())
        self.app = WallboardApp(settings, board=self.board, clock=lambda: self.now)

    def hear(self, body, at=NOW, endpoint=Endpoint.CHAT_ALLOWED, outcome=ChatAllowed(True)):  # noqa: B008
        self.board.fold(observed(KEY, endpoint, outcome, at, body))
        self.app.tick()

    @property
    def notice(self):
        return self.app.messages.passing


async def press(pilot, *keys: str):
    """Press keys and wait for what they started."""
    await pilot.press(*keys)
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def only_file(folder):
    (path,) = folder.iterdir()
    return path


async def test_the_wall_copies_the_body_of_chat_allowed_byte_for_byte(folder):
    wall = Wall()
    body = b"\xef\xbb\xbf<chatAllowed allowed='true'/>\xff\x1b\r\n"
    async with wall.app.run_test() as pilot:
        wall.hear(b"<other/>", endpoint=Endpoint.CAPACITY)
        wall.hear(body)
        await press(pilot, "y")
        path = only_file(folder)
        assert path.name == "2026-05-28T202640-prod-1000-chatAllowed.xml"
        assert path.read_bytes() == body
        assert f"saved to ~/.local/state/wallboard/copies/{path.name}" in wall.notice
        assert "copied" not in wall.notice


async def test_the_drill_down_copies_the_poll_that_is_shown(folder):
    wall = Wall()
    async with wall.app.run_test() as pilot:
        wall.hear(b"<old/>", at=NOW - 20)
        wall.hear(b"<new/>", at=NOW)
        await press(pilot, "enter", "left_square_bracket", "y")
        assert only_file(folder).read_bytes() == b"<old/>"
        await press(pilot, "b")
        bundle = next(folder.glob("*.md")).read_text()
        assert "<old/>" in bundle
        assert "<new/>" in bundle
        await press(pilot, "down", "y")
        assert "Nothing to copy: no answer yet" in wall.notice


async def test_the_curl_command_has_the_options_of_its_server_and_no_secret(folder):
    server = ServerSettings(
        name="prod",
        url="http://ece.example.com",
        proxy=Secret("http://u:pa55word@proxy:3128"),
        entry_point=(EntryPointSettings(id=1000),),
        timeout=7.5,
    )
    wall = Wall(server)
    async with wall.app.run_test() as pilot:
        wall.hear(b"<a/>")
        await press(pilot, "c")
    path = only_file(folder)
    assert path.name == "2026-05-28T202640-prod-1000-chatAllowed.sh"
    command = path.read_text()
    assert '--proxy "${PROXY:?}"' in command
    assert "--max-time 7.5" in command
    assert "pa55word" not in command


async def test_the_bundle_of_the_selected_entry_point_is_markdown(folder):
    wall = Wall()
    async with wall.app.run_test() as pilot:
        wall.hear(b"<a/>")
        await press(pilot, "b")
    path = only_file(folder)
    assert path.name == "2026-05-28T202640-prod-1000-triage.md"
    text = path.read_text()
    assert text.startswith("# Sales (1000): OPEN, ok\n")
    assert "- textual: " in text


async def test_a_frozen_picture_is_what_is_copied(folder):
    wall = Wall()
    async with wall.app.run_test() as pilot:
        wall.hear(b"<seen/>")
        await press(pilot, "space")
        wall.hear(b"<later/>", at=NOW + 5)
        await press(pilot, "y")
    assert only_file(folder).read_bytes() == b"<seen/>"


async def test_the_notice_goes_by_itself(folder):
    wall = Wall()
    async with wall.app.run_test() as pilot:
        wall.hear(b"<a/>")
        await press(pilot, "y")
        assert "saved to" in wall.notice
        wall.now += PASSING_SECONDS + 1
        assert wall.notice == ""


async def test_a_folder_that_cannot_be_written_is_said_and_the_wall_goes_on(folder):
    folder.parent.mkdir(parents=True)
    folder.write_text("a file where the folder should be")
    wall = Wall()
    async with wall.app.run_test() as pilot:
        wall.hear(b"<a/>")
        await press(pilot, "y")
        assert "not saved: ~/.local/state/wallboard/copies: File exists" in wall.notice
        assert pilot.app.is_running


async def test_a_body_too_large_for_a_clipboard_is_only_in_the_file(folder):
    wall = Wall()
    async with wall.app.run_test() as pilot:
        wall.hear(b"<a>" + b"x" * 80_000)
        await press(pilot, "y")
        assert "80,003 bytes are too large for the terminal's clipboard" in wall.notice
    assert len(only_file(folder).read_bytes()) == 80_003


async def test_before_anything_was_heard_there_is_nothing_to_copy(folder):
    wall = Wall()
    async with wall.app.run_test() as pilot:
        await press(pilot, "y", "c")
        assert "not polled yet" in wall.notice
        await press(pilot, "b")
    assert "Not asked yet." in only_file(folder).read_text()


def on_a_terminal(folder, **variables):
    """The wall in a process of its own, on a pseudo-terminal, until its tiles are shown."""
    environment = {
        **{k: v for k, v in os.environ.items() if k not in {"TMUX", "STY", "NO_COLOR"}},
        "HOME": str(folder.parents[3]),
        "TERM": "xterm-256color",
        **variables,
    }
    child = pexpect.spawn(
        sys.executable,
        [str(SCRIPT)],
        env=environment,
        dimensions=(24, 80),
        timeout=PATIENCE_SECONDS,
    )
    child.expect_exact(b"SERVICE DOWN")
    # Down, since nothing was heard of the worst one.
    child.send("j")
    return child


def test_a_terminal_is_sent_the_body(folder):
    child = on_a_terminal(folder)
    child.send("y")
    child.expect(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
    sent = base64.b64decode(child.match[1])
    child.expect_exact(b"sent to the clipboard")
    child.send("q")
    child.expect(pexpect.EOF)
    assert sent == only_file(folder).read_bytes()
    assert b"<chatAllowed" in sent


def test_a_terminal_is_sent_the_body_though_no_file_can_be_kept(folder):
    folder.parent.mkdir(parents=True)
    folder.touch()
    child = on_a_terminal(folder)
    child.send("y")
    child.expect(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
    child.expect_exact(b"not saved")
    child.send("q")
    child.expect(pexpect.EOF)


NOT_INHERITED = {"TMUX", "TMUX_PANE", "STY", "COLUMNS", "LINES"}
"""What would tell tmux of another terminal than the one it is in."""


class Tmux:
    """A tmux server of our own with the wall in its one pane."""

    def __init__(self, folder) -> None:
        self._socket = str(folder.parents[3] / "tmux.socket")
        self._environment = {
            **{k: v for k, v in os.environ.items() if k not in NOT_INHERITED},
            "HOME": str(folder.parents[3]),
            "LC_ALL": "C.UTF-8",
        }
        command = f"{sys.executable} {SCRIPT}"
        self("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", command,
             ";", "set", "-g", "set-clipboard", "on")  # fmt: skip

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", self._socket, *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout

    def attached(self):
        """A terminal that looks at the pane."""
        environment = {**self._environment, "TERM": "xterm-256color"}
        arguments = ["-S", self._socket, "attach"]
        return pexpect.spawn(
            "tmux", arguments, env=environment, dimensions=(24, 80), timeout=PATIENCE_SECONDS
        )

    def until(self, holds) -> str:
        """The picture, once it is as wanted."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not holds(picture := self("capture-pane", "-p")):
            assert time.monotonic() < end, picture
            time.sleep(0.05)
        return picture


@pytest.fixture
def tmux(folder):
    running = Tmux(folder)
    yield running
    running("kill-server")


@needs_tmux
def test_tmux_holds_what_was_sent_and_the_picture_is_whole(tmux, folder):
    tmux.until(lambda picture: "SERVICE DOWN" in picture)
    tmux("send-keys", "j", "b")
    shown = tmux.until(lambda picture: "-triage.md" in picture)
    bundle = only_file(folder).read_text()
    assert tmux("show-buffer") == bundle
    assert re.search(r"- terminal: .*inside tmux", bundle)
    tmux("send-keys", "y")
    tmux.until(lambda picture: "Allowed.xml" in picture)
    assert tmux("show-buffer").encode() == next(folder.glob("*.xml")).read_bytes()
    tmux("send-keys", "b", "C-l")
    again = tmux.until(lambda picture: "-triage-2.md" in picture)
    different = [pair for pair in zip(shown.splitlines(), again.splitlines(), strict=True)
                 if pair[0] != pair[1]]  # fmt: skip
    # Only the number in the name of the second file.
    assert len(different) == 1
    assert different[0][0].replace("triage.md", "triage-2.md").rstrip() == different[0][1].rstrip()


@needs_tmux
def test_tmux_that_keeps_no_buffers_may_pass_it_on_to_the_terminal(tmux, folder):
    tmux("set", "-g", "set-clipboard", "off")
    tmux("set", "-gw", "allow-passthrough", "on")
    outside = tmux.attached()
    outside.expect_exact(b"SERVICE DOWN")
    outside.send("j")
    outside.send("y")
    outside.expect(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
    assert base64.b64decode(outside.match[1]) == only_file(folder).read_bytes()
    assert tmux("list-buffers") == ""
    tmux("kill-server")
    outside.expect(pexpect.EOF)
    outside.close()
