"""``wallboard check`` of a thousand entry points, against curl fetching the same addresses."""

import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.bench.figure import Figure, Outcome, Pace, Skipped
from tests.bench.processes import environment, simulator, wallboard
from wallboard.domain.endpoint import Endpoint
from wallboard.settings import DEFAULT_CONTEXT_ROOT

ENTRY_POINTS = 1000


def measure(pace: Pace) -> list[Outcome]:
    """Wall time of both, less that of the same command on one entry point: its start-up."""
    curl = shutil.which("curl")
    if curl is None:
        return [Skipped("check", "curl is not installed, and it is what check is held against")]
    ours, theirs = [], []
    with simulator(ENTRY_POINTS) as url, tempfile.TemporaryDirectory() as folder:
        all_addresses, one = Path(folder, "all"), Path(folder, "one")
        all_addresses.write_text(_curl_config(url, ENTRY_POINTS))
        one.write_text(_curl_config(url, 1))
        for _ in range(max(pace.runs, 2)):
            ours.append(_check(url, ENTRY_POINTS) - _check(url, 1))
            theirs.append(_fetch(curl, all_addresses) - _fetch(curl, one))
    return [
        Figure(
            name="check",
            what="`wallboard check` of 1,000 entry points (5,000 GETs), start-up not counted",
            unit="s",
            measured=median(ours),
            against=median(theirs),
            against_what="curl --parallel --parallel-max 50",
            reach=6.0,
        )
    ]


def _check(url: str, count: int) -> float:
    command = wallboard("check", "--url", url, f"1000-{999 + count}", "--format", "json")
    return _seconds(command, fine=range(4))


def _fetch(curl: str, config: Path) -> float:
    command = [curl, "--parallel", "--parallel-max", "50", "--fail", "--silent", "--config"]
    return _seconds([*command, str(config)], fine=range(1))


def _seconds(command: list[str], fine: range) -> float:
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


def _curl_config(url: str, count: int) -> str:
    return "".join(
        f'url = "{url}{DEFAULT_CONTEXT_ROOT}/{endpoint}/{1000 + n}"\noutput = "/dev/null"\n'
        for n in range(count)
        for endpoint in Endpoint
    )
