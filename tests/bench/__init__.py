"""The figures the board is held to, each measured beside its peer in the same run."""

import sys
from pathlib import Path

# The emulator and the yardstick are those of the terminal layer's own tests.
sys.path.append(str(Path(__file__).parents[1] / "ui" / "terminal"))
