"""``wallboard check`` of a thousand entry points, against curl fetching the same addresses."""

import shutil
import tempfile
from pathlib import Path
from statistics import median

from tests.bench.fetches import curl_config, fetch, seconds
from tests.bench.figure import Figure, Outcome, Pace, Skipped
from tests.bench.processes import simulator, wallboard
from wallboard.domain.endpoint import Endpoint

ENTRY_POINTS = 1000


def measure(pace: Pace) -> list[Outcome]:
    """Wall time of both, less that of the same command on one entry point: its start-up."""
    curl = shutil.which("curl")
    if curl is None:
        return [Skipped("check", "curl is not installed, and it is what check is held against")]
    ours, theirs = [], []
    with simulator(ENTRY_POINTS) as url, tempfile.TemporaryDirectory() as folder:
        all_addresses, one = Path(folder, "all"), Path(folder, "one")
        all_addresses.write_text(curl_config(url, range(1000, 1000 + ENTRY_POINTS), Endpoint))
        one.write_text(curl_config(url, [1000], Endpoint))
        for _ in range(max(pace.runs, 2)):
            ours.append(_check(url, ENTRY_POINTS) - _check(url, 1))
            theirs.append(fetch(curl, all_addresses) - fetch(curl, one))
    return [
        Figure(
            name="check",
            what="`wallboard check` of 1,000 entry points (5,000 GETs), start-up not counted",
            unit="s",
            measured=median(ours),
            against=median(theirs),
            against_what="curl --parallel --parallel-max 50",
            reach=4.0,
        )
    ]


def _check(url: str, count: int) -> float:
    command = wallboard("check", "--url", url, f"1000-{999 + count}", "--format", "json")
    return seconds(command, fine=range(4))
