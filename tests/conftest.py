"""What every test stands on: nothing of the terminal, the user or the machine that runs it."""

import os
import signal
import time

import pytest
from hypothesis import settings

NOT_INHERITED = (
    "COLORFGBG",
    "COLUMNS",
    "FORCE_COLOR",
    "LINES",
    "NO_COLOR",
    "SSH_CLIENT",
    "SSH_CONNECTION",
    "SSH_TTY",
    "STY",
    "TERM_PROGRAM",
    "TERM_PROGRAM_VERSION",
    "TMUX",
    "TMUX_PANE",
    "WALLBOARD_CONFIG",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_STATE_HOME",
    "WALLBOARD_DEBUG",
)
"""Variables that say what terminal there is, or what to do in it."""


def pytest_configure():
    """Before anything is imported that looks at them; children of the tests inherit this too."""
    textual = [name for name in os.environ if name.startswith("TEXTUAL") and name != PICTURES]
    for name in (*NOT_INHERITED, *textual):
        os.environ.pop(name, None)
        # A line editor's library sets LINES and COLUMNS where Python does not see it.
        os.unsetenv(name)
    os.environ |= {
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
    }
    time.tzset()
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in the background of a shell
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # How long an example takes is a matter of the machine.
    settings.register_profile("untimed", deadline=None)
    settings.load_profile("untimed")


PICTURES = "TEXTUAL_SNAPSHOT_TEMPDIR"
"""Where pictures that differ go; the worker of a test run learns that from its parent."""


@pytest.fixture(autouse=True)
def _pictures_are_found():
    """A command that runs in this process forgets all variables for Textual."""
    kept = os.environ.get(PICTURES)
    yield
    if kept is not None:
        os.environ[PICTURES] = kept


@pytest.fixture(autouse=True, scope="session")
def _same_everywhere(tmp_path_factory):
    """A board must not depend on those before it, nor on who runs the tests."""
    os.environ["HOME"] = str(tmp_path_factory.mktemp("home"))
    os.environ["WALLBOARD_STATE"] = str(tmp_path_factory.mktemp("state"))
