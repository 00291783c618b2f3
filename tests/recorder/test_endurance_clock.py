"""A clock that jumps back and forth, under load and with retention at work."""

import random
import sqlite3
from collections import Counter
from contextlib import closing
from itertools import chain, cycle, pairwise

import pytest
from recordings import START, board_of, poll, record

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint
from wallboard.recorder.paths import RecordingFile
from wallboard.recorder.recorder import Recorder
from wallboard.recorder.recording import Recording
from wallboard.recorder.verify import verify
from wallboard.recorder.writing.retention import Retention
from wallboard.recorder.writing.writer import Writer

IDS = range(1000, 1004)
DAY = 86_400.0
STEP_SECONDS = 5.0
JUMPS = (-30 * DAY, -DAY, -3600.0, -90.0, -3.0, -1.0, 1.0, 3.0, 90.0, 3600.0, DAY, 30 * DAY)
LONGEST_EVEN_SECONDS = 1200.0
"""Shorter than what a clock is believed after."""


class Machine:
    """A recorder on a machine whose clock is set now and then; ``passed`` is what really passed."""

    def __init__(self, path, retention) -> None:
        self.passed = self.wrong_by = 0.0
        points = board_of(*IDS)
        self.board = Board(points)
        self.recorder = Recorder(
            RecordingFile(path),
            points,
            "Clock",
            retention=retention,
            clock=self.clock,
            monotonic=lambda: self.passed,
        )
        self.told = Counter()

    def clock(self):
        return START + self.passed + self.wrong_by

    def step(self):
        """Poll every entry point once, and have it written."""
        for id_ in IDS:
            value = int(self.passed // 60)
            at = self.clock() - START
            event = poll(Endpoint.CAPACITY, at, value, id=id_)
            self.recorder.take(self.board.fold(event))
            self.told[id_, value] += 1
        self.recorder.write()
        assert self.recorder.problem is None
        self.passed += STEP_SECONDS


def polls_in(path):
    found = Counter()
    with Recording.open(path) as recording:
        for run in recording.runs():
            assert run.first_at <= run.last_at
            found[run.key.id, run.outcome.count] += run.polls
    return found


def segments_in(path):
    with closing(sqlite3.connect(path)) as database:
        assert list(verify(database)) == []
        return database.execute(
            "SELECT from_at, to_at, first_run, last_run FROM segment ORDER BY id"
        ).fetchall()


@pytest.mark.parametrize("seed", [1, 2])
def test_a_clock_that_jumps_loses_nothing_and_has_nothing_trimmed(tmp_path, seed):
    chance = random.Random(seed)
    path = tmp_path / "r.db"
    # Were any of its times believed, nearly all would be too old at one jump or the other.
    machine = Machine(path, Retention(seconds=1800.0))
    for _ in range(20):
        for _ in range(chance.randrange(1, int(LONGEST_EVEN_SECONDS / STEP_SECONDS))):
            machine.step()
        machine.wrong_by += chance.choice(JUMPS)
    machine.recorder.close()
    segments = segments_in(path)
    assert len(segments) > 20
    for from_at, to_at, first_run, last_run in segments:
        assert 0 <= to_at - from_at <= 600 + STEP_SECONDS
        assert first_run <= last_run
    assert all(before[3] + 1 == after[2] for before, after in pairwise(segments))
    assert polls_in(path) == machine.told


def test_what_a_wrong_clock_put_into_the_future_is_forgotten_when_it_is_old(tmp_path):
    path = tmp_path / "r.db"
    machine = Machine(path, Retention(seconds=4 * 3600.0))

    def run(seconds):
        for _ in range(int(seconds / STEP_SECONDS)):
            machine.step()

    run(900)
    machine.wrong_by = 3650 * DAY
    run(900)
    machine.wrong_by = 0.0
    run(3.5 * 3600)
    assert any(from_at > START + DAY for from_at, *_ in segments_in(path))
    run(2 * 3600)
    machine.recorder.close()
    segments = segments_in(path)
    assert all(from_at < START + DAY for from_at, *_ in segments)
    assert segments[0][1] >= machine.clock() - 4 * 3600 - 700
    with Recording.open(path) as recording:
        ends = [run.last_at for run in recording.runs()]
    assert len(ends) > 4 * 60 * len(IDS) - 20


def test_forgetting_a_segment_of_the_future_keeps_what_changed_after_it(tmp_path):
    path = tmp_path / "r.db"
    moments = [3650 * DAY + 10 * n for n in range(4)], [10 * n for n in range(4)], [1000, 1010]
    open_ = cycle(("true", "false"))
    record(path, [poll(Endpoint.CHAT_ALLOWED, at, next(open_)) for at in chain(*moments)])
    writer = Writer.open(path)
    assert writer.trim(Retention(bytes=0), None)
    writer.close()
    with Recording.open(path) as recording:
        found = [change.at - START for change in recording.changes()]
    assert [at for at in found if at < DAY] == [*moments[1], *moments[2]]
    # Of the segment itself only what still tells how it stood at its end.
    assert [at for at in found if at > DAY] == [moments[0][-1]]
