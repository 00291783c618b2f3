"""Ends the program without waiting for what cannot be called off."""

import os
import sys
from typing import NoReturn


def leave_now(code: int) -> NoReturn:
    """End this very moment: a name that is being looked up cannot be called off, only left."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
