"""Pictures of the doctor: while it looks, and when it has found the cause."""

import asyncio

import pytest
from boards import NOW, made_board

from wallboard.domain.doctor import Finding, Step
from wallboard.domain.observation import Cause
from wallboard.domain.policy import Level
from wallboard.settings import ServerSettings, Settings
from wallboard.ui.app.app import WallboardApp
from wallboard.ui.doctor import DoctorScreen

PROD = ServerSettings(name="prod", url="https://ece.example.com/system/egain/chat/entrypoint")
WAY = (
    Finding(Step.VERSIONS, Level.OK, "wallboard 0.1.0, CPython 3.11.7 (linux), textual 8.2.8."),
    Finding(Step.CONFIG, Level.OK, "/etc/wallboard.toml; the board follows its edits."),
    Finding(Step.PROXY, Level.OK, "None; direct connection.", "prod"),
    Finding(Step.NAME, Level.OK, "ece.example.com is 10.0.0.17 and 10.0.0.18.", "prod", 0.0031),
    Finding(Step.TCP, Level.OK, "Connected to 10.0.0.17, port 443.", "prod", 0.0124),
    Finding(
        Step.TLS,
        Level.WARNING,
        "TLSv1.3 with TLS_AES_256_GCM_SHA384. Certificate signed by the private CA in "
        "`ca_file`. Expires on 2026-06-02, in 5 days: renew it.",
        "prod",
        0.0382,
    ),
)
END = (
    Finding(
        Step.HTTP,
        Level.CRITICAL,
        "The server answered 500 Internal Server Error. Unable to retrieve whether this entry "
        "point can handle new chats. Check the server's log and the id.",
        "prod",
        0.412,
        Cause.HTTP,
        {"status": 500},
    ),
    Finding(Step.API, None, "Skipped: http failed.", "prod"),
    Finding(Step.CLOCK, Level.OK, "The clocks of the server and this machine agree.", "prod"),
    Finding(Step.TERMINAL, Level.OK, "TERM=tmux-256color, 80 columns and 24 rows, UTF-8."),
    Finding(
        Step.RECORDING, Level.UNKNOWN, "/srv/board.db: the directory did not respond within 3 s."
    ),
)

SIZES = [(80, 24), (120, 40)]


def app(theme="dark"):
    return WallboardApp(Settings(theme=theme), board=made_board(14), clock=lambda: NOW)


def having_found(findings, *, over):
    """Opens a doctor that has found so much, and is through or not."""

    async def look(publish):
        for finding in findings:
            publish(finding)
        if not over:
            await asyncio.Event().wait()

    async def open_it(pilot):
        await pilot.pause()
        app = pilot.app
        screen = DoctorScreen(app.board_theme, [PROD], look, app.view())
        app.push_screen(screen)
        await pilot.pause()
        if over:
            await app.workers.wait_for_complete()
        await pilot.pause()
        app.tick()
        await pilot.pause()
        assert len(screen.findings) == len(findings)
        assert screen.checking is not over

    return open_it


@pytest.mark.parametrize("theme", ["dark", "mono"])
def test_the_doctor_with_the_cause(snap_compare, theme):
    found = having_found((*WAY, *END), over=True)
    assert snap_compare(app(theme), terminal_size=(80, 24), run_before=found)


@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
def test_the_doctor_with_the_cause_as_text(text_compare, size):
    found = having_found((*WAY, *END), over=True)
    assert text_compare(app(), terminal_size=size, run_before=found)


def test_the_doctor_while_it_looks(text_compare):
    assert text_compare(app(), terminal_size=(80, 24), run_before=having_found(WAY, over=False))


def test_the_doctor_in_little_room(text_compare):
    found = having_found((*WAY, *END), over=True)
    assert text_compare(app(), terminal_size=(40, 16), run_before=found)
