"""``wallboard discover`` of a thousand ids, against curl fetching the same addresses."""

import shutil
import tempfile
from pathlib import Path
from statistics import median

from tests.bench.fetches import curl_config, fetch, seconds
from tests.bench.figure import Figure, Outcome, Pace, Skipped
from tests.bench.processes import simulator, wallboard
from wallboard.domain.endpoint import Endpoint

FIRST, IDS = 1000, 1000
ENTRY_POINTS = 20
"""As on a real server most ids are not there; those that are cost us a second question."""


def measure(pace: Pace) -> list[Outcome]:
    """Wall time of both, less that of the same command on one id: its start-up."""
    curl = shutil.which("curl")
    if curl is None:
        return [Skipped("discover_sweep", "curl is not installed, and it is what this is against")]
    ours, theirs = [], []
    with simulator(ENTRY_POINTS) as url, tempfile.TemporaryDirectory() as folder:
        every, one = Path(folder, "all"), Path(folder, "one")
        every.write_text(curl_config(url, range(FIRST, FIRST + IDS), [Endpoint.CHAT_ALLOWED]))
        one.write_text(curl_config(url, [FIRST], [Endpoint.CHAT_ALLOWED]))
        for _ in range(pace.starts):
            ours.append(_discover(url, IDS) - _discover(url, 1))
            theirs.append(fetch(curl, every) - fetch(curl, one))
    return [
        Figure(
            name="discover_sweep",
            what="`wallboard discover` of 1,000 ids, 20 of them there, start-up not counted",
            unit="s",
            measured=median(ours),
            against=median(theirs),
            against_what="curl --parallel --parallel-max 50",
            reach=1.5,
        )
    ]


def _discover(url: str, count: int) -> float:
    ids = f"{FIRST}-{FIRST + count - 1}"
    return seconds(wallboard("discover", "--url", url, "--ids", ids, "--rate", "0"), fine=range(1))
