"""Commands that end at once: what their start costs, against what cannot be had for less."""

import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.bench.figure import Figure, Pace
from tests.bench.processes import environment, wallboard
from wallboard.cli.run.status import AHEAD_SECONDS
from wallboard.recorder.file.board_status import NAME, status_text
from wallboard.recorder.writing.writer import Writer

UNREACHABLE = 2
"""Exit status of a check that reaches nobody: critical."""


def measure(pace: Pace) -> list[Figure]:
    """Whole processes from exec to exit, in turn, each as a person would start it."""
    check = wallboard("check", "--url", f"http://127.0.0.1:{_closed_port()}", "1000")
    nothing = 'python -c "pass"'
    imports = 'python -c "import aiohttp"'
    folder = tempfile.TemporaryDirectory()
    status = wallboard("status", "--config", _recorded(Path(folder.name)))
    sides = (
        ([sys.executable, "-c", "pass"], 0),
        (wallboard("--version"), 0),
        ([sys.executable, "-c", "import aiohttp"], 0),
        (check, UNREACHABLE),
        (status, 0),
    )
    for side in sides:
        _seconds(*side)
    turns = [[_seconds(*side) for side in sides] for _ in range(2 * pace.starts)]
    folder.cleanup()
    python, version, libraries, checked, told = map(median, zip(*turns, strict=True))
    return [
        Figure(
            name="version_start",
            what="`wallboard --version`, from exec to exit",
            unit="s",
            measured=version,
            against=python,
            against_what=nothing,
            reach=3.0,
        ),
        Figure(
            name="check_start",
            what="`wallboard check` of a server that refuses the connection, from exec to exit",
            unit="s",
            measured=checked,
            against=libraries,
            against_what=imports,
            reach=1.3,
        ),
        Figure(
            name="status_start",
            what="`wallboard status` of the board of a config, from exec to exit",
            unit="s",
            measured=told,
            against=python,
            against_what=nothing,
            reach=4.0,
        ),
    ]


def _recorded(folder: Path) -> str:
    """A config whose board is recorded, and says for the whole run that it stands well."""
    writer = Writer.open(folder / "wall.db")
    writer.keep({NAME: status_text({"at": time.time() + AHEAD_SECONDS - 1, "open": 57})})
    writer.close()
    config = folder / "wallboard.toml"
    config.write_text('record = "wall.db"\nrecord_days = 3\n[[server]]\nname = "prod"\n')
    return str(config)


def _closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _seconds(command: list[str], status: int) -> float:
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, env=environment(), check=False)
    elapsed = time.perf_counter() - began
    if done.returncode != status:
        raise RuntimeError(f"{command[:2]} ended with status {done.returncode}: {done.stderr!r}")
    return elapsed
