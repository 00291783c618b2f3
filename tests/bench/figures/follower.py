"""A board that follows another one on the same recording."""

import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.bench.figure import Figure, Pace
from tests.bench.processes import ROOT, environment, program, result_file, simulator

ENTRY_POINTS = 200
LIMIT_SECONDS = 1.0
REACH = 0.2


def measure(pace: Pace) -> list[Figure]:
    """Two boards without a face at the defaults, a poll of everything every 10 s."""
    with simulator(ENTRY_POINTS) as url, tempfile.TemporaryDirectory() as folder:
        shared = (url, ENTRY_POINTS, 2 * pace.seconds, Path(folder, "shared.db"))
        with ExitStack() as stack:
            leader = stack.enter_context(_board(*shared, "records"))
            follower = stack.enter_context(_board(*shared, "follows"))
            for child, _ in (leader, follower):
                _tell(child)
            leads, follows = (_result(*one) for one in (leader, follower))
    return [
        Figure(
            name="follower_lag",
            what="from the end of a poll until a board that follows has heard of it, p99",
            unit="s",
            measured=follows["lag_seconds"],
            against=LIMIT_SECONDS,
            against_what="the limit",
            note=f"worst {follows['worst_lag_seconds']:.2f} s",
        ),
        Figure(
            name="follower_cpu",
            what="CPU a second of a board that follows, 200 entry points, 100 polls a second",
            unit="ms/s",
            measured=follows["cpu_ms_per_second"],
            against=leads["cpu_ms_per_second"],
            against_what="the board that polls and records",
            reach=REACH,
            note=f"{follows['polls_per_second']:.0f} polls a second heard",
        ),
    ]


Board = tuple[subprocess.Popen[str], Path]


@contextmanager
def _board(*arguments: object) -> Iterator[Board]:
    """A board that has its role and waits for the word to measure itself."""
    with (
        result_file() as (path, variables),
        subprocess.Popen(
            program("share_board", *arguments),
            cwd=ROOT,
            env=environment(**variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as child,
    ):
        try:
            if not child.stdout or child.stdout.readline() != "ready\n":
                raise RuntimeError("a board did not start")
            yield child, path
        finally:
            child.kill()


def _tell(child: subprocess.Popen[str]) -> None:
    if child.stdin:
        print(file=child.stdin, flush=True)


def _result(child: subprocess.Popen[str], path: Path) -> dict[str, float]:
    if child.wait():
        raise RuntimeError("a board could not measure itself")
    found: dict[str, float] = json.loads(path.read_text())
    return found
