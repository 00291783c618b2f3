"""A recorder that is killed again and again in the middle of its work."""

import asyncio
import random
import signal
import sqlite3
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from programs.record_load import (
    EACH_VALUE,
    POLLS_A_TICK,
    TICK_SECONDS,
    entry_point_of,
    value_of,
)

from wallboard.domain.reading import Capacity
from wallboard.recorder.file.file_schema import is_empty
from wallboard.recorder.recording import Recording
from wallboard.recorder.verify import verify

PROGRAM = Path(__file__).parent / "programs" / "record_load.py"
ROUNDS = 3
LOST_SECONDS = 2.0
"""What a crash may cost, in the time that the recording process itself had."""

LOST_POLLS = int(LOST_SECONDS / TICK_SECONDS) * POLLS_A_TICK


async def told_until_killed(path, first, ticks):
    """Kill the program after so many ticks; the number after the last poll it had told."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, PROGRAM, str(path), str(first), stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout
    line = b""
    for _ in range(ticks):
        line = await child.stdout.readline()
        assert line, "it ended by itself"
    child.kill()
    # It may have got further before the signal struck.
    lines = (line + await child.stdout.read()).splitlines(keepends=True)
    assert await child.wait() == -signal.SIGKILL
    tick, number = [line.split() for line in lines if line.endswith(b"\n")][-1]
    assert int(number) == first + (int(tick) + 1) * POLLS_A_TICK
    return int(number)


def kept(path):
    """How many polls of each entry point with each value are in the file, which must be whole."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
        if is_empty(database):
            return Counter()  # killed before it had its tables
        assert list(verify(database)) == []
    found = Counter()
    with Recording.open(path) as recording:
        for run in recording.runs():
            assert isinstance(run.outcome, Capacity)
            found[run.key.id, run.outcome.count] += run.polls
    return found


def polls(first, end):
    return Counter((entry_point_of(number), value_of(number)) for number in range(first, end))


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_killed_under_load_it_loses_two_seconds_at_most_and_nothing_of_before(tmp_path, seed):
    moments = random.Random(seed)
    path = tmp_path / "r.db"
    before, first = Counter(), 0
    # One of the rounds is long enough that something of it must be there.
    rounds = [moments.randint(1, 60) for _ in range(ROUNDS - 1)]
    rounds.insert(moments.randrange(ROUNDS), LOST_POLLS // POLLS_A_TICK + moments.randint(20, 60))
    for ticks in rounds:
        end = await told_until_killed(path, first, ticks)
        found = kept(path) if path.exists() else Counter()
        assert not before - found, "something of the rounds before is lost"
        assert not polls(first, end - LOST_POLLS) - found, "more than two seconds are lost"
        # What it did not get to say before it was killed may be in the file too.
        assert not found - before - polls(first, end + POLLS_A_TICK), "it holds what never was"
        before = found
        first = (end // EACH_VALUE + 2) * EACH_VALUE
    assert before.total() > 0
