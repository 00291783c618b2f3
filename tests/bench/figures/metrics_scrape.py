"""A scrape of a thousand entry points, against the bare library serving the same series."""

import http.client
import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import IO
from urllib.parse import urlsplit

from tests.bench.figure import Figure, Outcome, Pace
from tests.bench.processes import ROOT, environment, program, simulator, wallboard

ENTRY_POINTS = 1000
POLLS = 5 * ENTRY_POINTS
SCRAPES_A_RUN = 10
PATIENCE_SECONDS = 120.0
LIMIT_MS = 50.0

OPENMETRICS = {"Accept": "application/openmetrics-text;version=1.0.0"}
AS_A_METRICS_SERVER = {**OPENMETRICS, "Accept-Encoding": "gzip"}


def measure(pace: Pace) -> list[Outcome]:
    """Wall time from the request to the last byte, on a connection that stays."""
    with (
        simulator(ENTRY_POINTS) as url,
        _ours(url) as ours,
        tempfile.TemporaryDirectory() as folder,
    ):
        page = Path(folder, "page")
        page.write_bytes(_polled(ours))
        with _library(page) as library:
            asked, plain, theirs = [], [], []
            for _ in range(pace.runs * SCRAPES_A_RUN):
                asked.append(_milliseconds(ours, AS_A_METRICS_SERVER))
                plain.append(_milliseconds(ours, OPENMETRICS))
                theirs.append(_milliseconds(library, OPENMETRICS))
    return [
        Figure(
            name="metrics_scrape",
            what="a scrape of 1,000 entry points, compressed as a metrics server asks for it",
            unit="ms",
            measured=median(asked),
            against=LIMIT_MS,
            against_what="limit",
            note=f"worst {max(asked):.0f} ms",
        ),
        Figure(
            name="metrics_against_library",
            what="the same scrape, not compressed",
            unit="ms",
            measured=median(plain),
            against=median(theirs),
            against_what="prometheus-client serving the same series, made beforehand",
            reach=1.2,
        ),
    ]


@contextmanager
def _ours(url: str) -> Iterator[http.client.HTTPConnection]:
    ids = f"1000-{999 + ENTRY_POINTS}"
    command = wallboard("metrics", "--url", url, ids, "--listen", "0", "--no-record",
                        "--interval", "10", "--log-format", "json")  # fmt: skip
    # A file, since a log that nobody reads would hold the program up.
    with (
        tempfile.NamedTemporaryFile("r") as log,
        Path(log.name).open("w") as to,
        subprocess.Popen(command, stderr=to, env=environment()) as child,
    ):
        try:
            yield _connection(_said(log)["url"])
        finally:
            child.terminate()


def _said(log: IO[str]) -> dict[str, str]:
    """The first line of a log, once it is there."""
    until = time.monotonic() + PATIENCE_SECONDS
    line = ""
    while not line.endswith("\n") and time.monotonic() < until:
        time.sleep(0.05)
        line += log.readline()
    said: dict[str, str] = json.loads(line)
    return said


@contextmanager
def _library(page: Path) -> Iterator[http.client.HTTPConnection]:
    with subprocess.Popen(
        program("serve_with_library", page),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as child:
        port = child.stdout.readline().strip() if child.stdout else ""
        yield _connection(f"http://127.0.0.1:{port}")
        if child.stdin:
            child.stdin.close()


def _connection(url: str) -> http.client.HTTPConnection:
    where = urlsplit(url)
    return http.client.HTTPConnection(where.hostname or "", where.port, timeout=60)


def _polled(connection: http.client.HTTPConnection) -> bytes:
    """The page, once everything was polled."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        page = _scraped(connection, OPENMETRICS)
        counts = [
            float(line.rsplit(b" ", 1)[1])
            for line in page.splitlines()
            if line.startswith(b"wallboard_polls_total{")
        ]
        if sum(counts) >= POLLS:
            return page
        time.sleep(0.5)
    raise RuntimeError("the entry points were not polled in time")


def _milliseconds(connection: http.client.HTTPConnection, headers: dict[str, str]) -> float:
    began = time.perf_counter()
    _scraped(connection, headers)
    return (time.perf_counter() - began) * 1000


def _scraped(connection: http.client.HTTPConnection, headers: dict[str, str]) -> bytes:
    connection.request("GET", "/metrics", headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"a scrape was answered with {answer.status}")
    return body
