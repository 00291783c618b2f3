"""From the command to a whole picture, restored from a recording, against one that is not."""

import tempfile
import time
from pathlib import Path
from statistics import median

from tests.bench.figure import Figure, Pace
from tests.bench.processes import environment, simulator, wallboard
from tests.bench.screens import Watch
from tests.bench.simulated import SERVER, SimulatedPolls
from tests.bench.terminal import on_a_terminal
from wallboard.board import Board
from wallboard.recorder.writing.writer import Writer

ENTRY_POINTS = 200
RECORDED_SECONDS = 3600.0
HEARD = "OPEN"
NEVER_POLLED = "WAITING"
WITHIN = 20.0
REACH = 1.2


def measure(pace: Pace) -> list[Figure]:
    """With an hour recorded the picture must be complete; without, the first answer will do."""
    with simulator(ENTRY_POINTS) as url, tempfile.TemporaryDirectory() as folder:
        recording = Path(folder, "recorded.db")
        _record(recording, url)
        commands = []
        for name, record in (("recorded", f'"{recording}"'), ("plain", "false")):
            config = Path(folder, f"{name}.toml")
            config.write_text(_config(url, record))
            commands.append(wallboard("--config", str(config)))
        sides = [(commands[0], True), (commands[1], False)]
        for side in sides:
            seconds_to_picture(*side, folder)
        turns = [[seconds_to_picture(*side, folder) for side in sides] for _ in range(pace.starts)]
    restored, plain = map(median, zip(*turns, strict=True))
    return [
        Figure(
            name="restored_start",
            what="from exec to a picture with nothing unheard, 200 entry points, an hour recorded",
            unit="s",
            measured=restored,
            against=plain,
            against_what="the same command with `record = false` to its first answer",
            reach=REACH,
        )
    ]


def seconds_to_picture(command: list[str], whole: bool, folder: str) -> float:
    """From exec to the first answer on the wall, or to a ``whole`` picture."""
    with on_a_terminal(command, environment(WALLBOARD_STATE=folder)) as terminal:
        watch = Watch(terminal)
        end = time.perf_counter() + WITHIN
        while time.perf_counter() < end:
            terminal.read(0.1)
            at = watch.when(lambda text: HEARD in text and not (whole and NEVER_POLLED in text))
            if at is not None:
                return at - terminal.started_at
        raise RuntimeError(f"the picture was not shown:\n{terminal.screen_text()}")


def _record(path: Path, url: str) -> None:
    """The hour until now, as a board that polled the simulator would have recorded it."""
    simulated = SimulatedPolls(ENTRY_POINTS, url)
    points = simulated.entry_points
    board, writer = Board(points), Writer.open(path)
    writer.listed(points, "Bench")
    for events in simulated.rounds(time.time() - RECORDED_SECONDS, 0.0, RECORDED_SECONDS):
        writer.write([board.fold(event) for event in events])
    writer.close()


def _config(url: str, record: str) -> str:
    entry_points = "".join(
        f'[[server.entry_point]]\nid = {1000 + n}\nname = "Entry point {n}"\n'
        for n in range(ENTRY_POINTS)
    )
    return f'record = {record}\n[[server]]\nname = "{SERVER}"\nurl = "{url}"\n{entry_points}'
