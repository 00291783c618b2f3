"""Records a fast feed until it is killed, and prints what it has told the recorder and when.

Arguments: the recording, the number of the first poll. Poll ``n`` is of ``entry_point_of(n)`` and
says ``value_of(n)``, so that every answer comes ``REPEATS`` times to each entry point. A line for
each tick: the number of the tick, and of the next poll.
"""

import sys
import time
from itertools import count
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))

from recordings import START, board_of, poll

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint
from wallboard.recorder.paths import RecordingFile
from wallboard.recorder.recorder import Recorder
from wallboard.recorder.writing import run_builder

ENTRY_POINTS = 20
REPEATS = 3
EACH_VALUE = ENTRY_POINTS * REPEATS
"""Polls that say the same."""

TICK_SECONDS = 0.02
POLLS_A_TICK = 30
SEGMENT_SECONDS = 0.3


def entry_point_of(number: int) -> int:
    """Whose poll it is."""
    return 1000 + number % ENTRY_POINTS


def value_of(number: int) -> int:
    """What it says."""
    return number // EACH_VALUE


def main(path: str, first: int) -> None:
    """Record until killed."""
    run_builder.SEGMENT_SECONDS = SEGMENT_SECONDS  # a crash then often strikes where one ends
    points = board_of(*range(1000, 1000 + ENTRY_POINTS))
    board = Board(points)
    recorder = Recorder(RecordingFile(Path(path)), points, "Load")
    recorder.start()
    number = first
    for tick in count():
        for _ in range(POLLS_A_TICK):
            at, id_ = time.time() - START, entry_point_of(number)
            event = poll(Endpoint.CAPACITY, at, value_of(number), id=id_)
            recorder.take(board.fold(event))
            number += 1
        print(tick, number, flush=True)
        time.sleep(TICK_SECONDS)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
