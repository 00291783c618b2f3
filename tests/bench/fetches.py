"""The time of commands that fetch, ours and curl's."""

import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

from tests.bench.processes import environment
from wallboard.domain.endpoint import Endpoint
from wallboard.settings import DEFAULT_CONTEXT_ROOT


def fetch(curl: str, config: Path) -> float:
    """Seconds that curl takes for all addresses of a config of its own, 50 at a time."""
    command = [curl, "--parallel", "--parallel-max", "50", "--fail", "--silent", "--config"]
    return seconds([*command, str(config)], fine=range(1))


def seconds(command: list[str], fine: range) -> float:
    """Seconds that a command takes; it must end with a status that is ``fine``."""
    began = time.perf_counter()
    done = subprocess.run(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(),
        check=False,
    )
    elapsed = time.perf_counter() - began
    if done.returncode not in fine:
        raise RuntimeError(f"{command[0]} ended with status {done.returncode}")
    return elapsed


def curl_config(url: str, ids: Iterable[int], endpoints: Iterable[Endpoint]) -> str:
    """What makes curl ask for these endpoints of these ids."""
    asked = tuple(endpoints)
    return "".join(
        f'url = "{url}{DEFAULT_CONTEXT_ROOT}/{endpoint}/{number}"\noutput = "/dev/null"\n'
        for number in ids
        for endpoint in asked
    )
