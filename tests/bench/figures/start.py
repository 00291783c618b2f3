"""From the command to the first tile, against importing Textual."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.bench.figure import Figure, Pace
from tests.bench.processes import environment, simulator, wallboard
from tests.bench.terminal import on_a_terminal

ENTRY_POINTS = 12
FIRST_TILE = b"wait "


def measure(pace: Pace) -> list[Figure]:
    """The command as a person types it, on a terminal; the peer as a plain process."""
    with simulator(ENTRY_POINTS) as url, tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "wallboard.toml")
        config.write_text(_config(url))
        by_url = wallboard("--url", url, f"1000-{999 + ENTRY_POINTS}")
        by_config = wallboard("--config", str(config))
        sides = (lambda: _start(by_url), lambda: _start(by_config), _import)
        for side in sides:
            side()
        turns = [[side() for side in sides] for _ in range(pace.starts)]
    url_seconds, config_seconds, import_seconds = map(median, zip(*turns, strict=True))
    peer = 'python -c "import textual.app"'
    return [
        Figure(
            name="start",
            what="from exec of `wallboard --url …` to the first tile on the terminal",
            unit="s",
            measured=url_seconds,
            against=import_seconds,
            against_what=peer,
            reach=1.3,
        ),
        Figure(
            name="start_with_config",
            what="the same with a config file",
            unit="s",
            measured=config_seconds,
            against=import_seconds,
            against_what=peer,
            reach=1.6,
        ),
    ]


def _start(command: list[str]) -> float:
    with on_a_terminal(command, environment()) as terminal:
        at = terminal.read_until(lambda text: FIRST_TILE in text, within=20)
        if at is None:
            raise RuntimeError(f"no tile was shown:\n{terminal.screen_text()}")
        return at - terminal.started_at


def _import() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import textual.app"], env=environment(), check=True)
    return time.perf_counter() - began


def _config(url: str) -> str:
    entry_points = "".join(
        f'[[server.entry_point]]\nid = {1000 + n}\nname = "Entry point {n}"\n'
        for n in range(ENTRY_POINTS)
    )
    return f'[[server]]\nname = "bench"\nurl = "{url}"\n{entry_points}'
