"""An acknowledgement on its way to all boards of a recording."""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.bench.figure import Figure, Pace
from tests.bench.processes import ROOT, environment, program, simulator
from wallboard.domain.ledger_row import LedgerRow, RowKind
from wallboard.recorder.ledger.reader import LedgerReader
from wallboard.recorder.ledger.writer import LedgerWriter
from wallboard.recorder.paths import RecordingFile, ledger_file

ENTRY_POINTS = 60
FOLLOWERS = 3
LIMIT_SECONDS = 1.0
CONFIG = """
record = "{record}"
[alarm]
raise_for = 0
[levels]
open = "critical"
[[server]]
name = "prod"
url = "{url}"
"""
ENTRY_POINT = "[[server.entry_point]]\nid = {id}\n"

Board = subprocess.Popen[str]


def measure(pace: Pace) -> list[Figure]:
    """Somebody acknowledges; one board records, the others follow it."""
    with simulator(ENTRY_POINTS) as url, tempfile.TemporaryDirectory() as folder:
        recording, config = Path(folder, "shared.db"), Path(folder, "wallboard.toml")
        points = "".join(ENTRY_POINT.format(id=1000 + n) for n in range(ENTRY_POINTS))
        config.write_text(CONFIG.format(record=recording, url=url) + points)
        with ExitStack() as stack:
            boards = [stack.enter_context(_board(config, "records"))]
            _seen_at(boards[0], "unacknowledged", ENTRY_POINTS)
            for _ in range(FOLLOWERS):
                boards.append(stack.enter_context(_board(config, "follows")))
                _seen_at(boards[-1], "unacknowledged", ENTRY_POINTS)
            seconds = _seconds_until_seen(RecordingFile(recording), boards, pace.starts)
    return [
        Figure(
            name="acknowledgement_lag",
            what=f"from an acknowledgement on the disk until {len(boards)} boards show it, worst",
            unit="s",
            measured=max(seconds),
            against=LIMIT_SECONDS,
            against_what="the limit",
            note=f"mean {sum(seconds) / len(seconds):.2f} s",
        )
    ]


def _seconds_until_seen(recording: RecordingFile, boards: list[Board], times: int) -> list[float]:
    place = ledger_file(recording)
    with LedgerReader(place.path) as ledger:
        raised = [row for row in ledger.rows() if row.kind is RowKind.RAISED]
    writer, seconds = LedgerWriter(place), []
    for number, row in enumerate(raised[:times]):
        said = LedgerRow(
            time.time(), RowKind.ACKNOWLEDGED, row.key, row.onset, who="a@bench", text=f"{number}"
        )
        writer.append([said])
        written_at = time.time()
        seconds += [_seen_at(board, f"acknowledged {number}") - written_at for board in boards]
    writer.close()
    return seconds


@contextmanager
def _board(config: Path, role: str) -> Iterator[Board]:
    with subprocess.Popen(
        program("show_alarms", config, role),
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        try:
            yield child
        finally:
            child.kill()


def _seen_at(board: Board, words: str, times: int = 1) -> float:
    """When a board told of this, so many times if need be; Unix time in seconds."""
    for line in board.stdout or ():
        times -= line.rstrip().endswith(words)
        if not times:
            return float(line.split()[0])
    raise RuntimeError(f"a board ended without {words!r}")
