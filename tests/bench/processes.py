"""Fresh processes: a simulator, and programs that report what they measured of themselves."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[2]
LISTENING = "Listening on "
RESULT_VARIABLE = "WALLBOARD_BENCH_RESULT"


def environment(**more: str) -> dict[str, str]:
    """Ours, with a terminal that is the same everywhere and nobody's config."""
    own = {k: v for k, v in os.environ.items() if k not in {"NO_COLOR", "WALLBOARD_CONFIG"}}
    return {**own, "TERM": "xterm-256color", "COLORTERM": "truecolor", **more}


def wallboard(*arguments: str) -> list[str]:
    """The product's own command, as installed."""
    return [str(Path(sys.executable).with_name("wallboard")), *arguments]


def program(name: str, *arguments: object) -> list[str]:
    """One of ``tests/bench/programs``."""
    return [sys.executable, "-m", f"tests.bench.programs.{name}", *map(str, arguments)]


def run(name: str, *arguments: object) -> dict[str, Any]:
    """Run a program without a terminal; what it reported."""
    with result_file() as (path, variables):
        subprocess.run(
            program(name, *arguments), cwd=ROOT, env=environment(**variables), check=True
        )
        return json.loads(path.read_text())


@contextmanager
def result_file() -> Iterator[tuple[Path, dict[str, str]]]:
    """Where a program leaves its report, and the environment that tells it so."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "result.json")
        yield path, {RESULT_VARIABLE: str(path)}


def report(values: dict[str, Any]) -> None:
    """For a program: leave what was measured for whoever started it."""
    Path(os.environ[RESULT_VARIABLE]).write_text(json.dumps(values))


@contextmanager
def simulator(entry_points: int) -> Iterator[str]:
    """The address of a simulator in a process of its own, which lives as long as this context."""
    arguments = [f"--entry-points={entry_points}", "--scenario=calm", "--port=0", "--until-eof"]
    with subprocess.Popen(
        wallboard("simulate", *arguments),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as child:
        line = child.stdout.readline().strip() if child.stdout else ""
        if not line.startswith(LISTENING):
            raise RuntimeError(f"the simulator did not start: {line!r}")
        try:
            yield line.removeprefix(LISTENING)
        finally:
            if child.stdin:
                child.stdin.close()
            child.wait(10)


def medians(runs: list[dict[str, float]]) -> dict[str, float]:
    """The median of each value over runs that reported the same."""
    return {name: median(run[name] for run in runs) for name in runs[0]}
