"""What every test stands on: one time zone, and colours that do not depend on who runs them."""

import os
import time

import pytest


@pytest.fixture(autouse=True, scope="session")
def _same_everywhere(tmp_path_factory):
    """Clock times and colours must not depend on the machine, nor a board on those before it."""
    os.environ["WALLBOARD_STATE"] = str(tmp_path_factory.mktemp("state"))
    os.environ["TZ"] = "UTC"
    time.tzset()
    for name in ("NO_COLOR", "COLORFGBG", "WALLBOARD_CONFIG"):
        os.environ.pop(name, None)
    os.environ["LC_ALL"] = "C.UTF-8"
    os.environ["TERM"] = "xterm-256color"
    os.environ["COLORTERM"] = "truecolor"
