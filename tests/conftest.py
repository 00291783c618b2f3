"""What every test stands on: one time zone, and colours that do not depend on who runs them."""

import os
import time

import pytest


@pytest.fixture(autouse=True, scope="session")
def _same_everywhere():
    """Clock times and colours in pictures must not depend on the machine."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    for name in ("NO_COLOR", "COLORFGBG", "WALLBOARD_CONFIG"):
        os.environ.pop(name, None)
    os.environ["TERM"] = "xterm-256color"
    os.environ["COLORTERM"] = "truecolor"
