"""Readers at work all the time while a recording is written, sealed and trimmed."""

import random
import threading
from collections import Counter

import pytest
from recordings import START, board_of, poll, tell

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint
from wallboard.domain.observation import Observation
from wallboard.recorder.reading.connection import Connection
from wallboard.recorder.recording import Recording
from wallboard.recorder.verify import verify
from wallboard.recorder.writing import run_builder
from wallboard.recorder.writing.retention import Retention
from wallboard.recorder.writing.writer import Writer

IDS = range(1000, 1010)
POINTS = board_of(*IDS)
SECONDS_A_VALUE = 25
ROUNDS = 500
KEPT_SECONDS = 1500.0


def value_at(at):
    """What every entry point says at a moment."""
    return int(at - START) // SECONDS_A_VALUE


class Reader(threading.Thread):
    """Does something again and again until it is stopped, and keeps what went wrong."""

    def __init__(self, path, stopping) -> None:
        super().__init__(daemon=True)
        self.path, self.stopping = path, stopping
        self.times = 0
        self.error: Exception | None = None

    def run(self):
        try:
            while not self.stopping.is_set():
                self.read()
                self.times += 1
        except Exception as error:  # noqa: BLE001 - told in the test's own thread
            self.error = error


class Checker(Reader):
    """Looks through the whole file as it stands at one moment."""

    def read(self):
        connection = Connection(self.path)
        try:
            with connection.reading() as database:
                assert list(verify(database)) == []
        finally:
            connection.close()


class Rewinder(Reader):
    """Goes to moments by chance with one recording that stays open."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        self.recording = Recording.open(self.path)
        self.chance = random.Random(1)

    def read(self):
        before = self.recording.span()
        # Within the first round not everybody has been polled yet.
        at = self.chance.uniform(before.first_at + 1, before.last_at)
        restored = self.recording.board_at(at)
        if self.recording.span().first_at > at:
            return  # It was trimmed away meanwhile.
        assert len(restored.entry_points) == len(IDS)
        for one in restored.entry_points:
            last = one.endpoints[Endpoint.CAPACITY].last
            assert at - 10.01 <= last.at <= at + 0.001
            assert last.outcome.count == value_at(last.at)


class Lister(Reader):
    """Reads every run, whose polls can only become fewer at the beginning and more at the end."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        self.recording = Recording.open(self.path)

    def read(self):
        ends = Counter()
        for run in self.recording.runs():
            assert value_at(run.first_at + 0.001) == run.outcome.count
            assert value_at(run.last_at) == run.outcome.count
            before = ends[run.key]
            if before and run.first_at - before > 10.01:
                assert self.recording.span().first_at > before, "polls are missing in the middle"
            ends[run.key] = run.last_at


class Follower(Reader):
    """Hears what is new, each poll but once and in order."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        self.tail = Recording.open(self.path).tail()
        self.newest = Counter()

    def read(self):
        for event in self.tail.new_events():
            assert isinstance(event, Observation)
            assert event.at > self.newest[event.key]
            assert event.outcome.count == value_at(event.at)
            self.newest[event.key] = event.at


@pytest.mark.parametrize("doing", [Checker, Rewinder, Lister, Follower])
def test_whoever_reads_meanwhile_always_finds_it_whole(tmp_path, monkeypatch, doing):
    monkeypatch.setattr(run_builder, "SEGMENT_SECONDS", 200.0)
    path = tmp_path / "r.db"
    writer, board = Writer.open(path, clock=lambda: START), Board(POINTS)
    writer.listed(POINTS, "Tests")

    def write(number):
        events = [
            poll(Endpoint.CAPACITY, at, value_at(START + at), id=id_)
            for id_ in IDS
            for at in [10 * number + (id_ - 1000) / 20]
        ]
        tell(writer, board, events, each=4)

    for number in range(20):
        write(number)
    stopping = threading.Event()
    readers = [doing(path, stopping) for _ in range(2)]
    for reader in readers:
        reader.start()
    number = 20
    while number < ROUNDS or min(reader.times for reader in readers) < 5:
        write(number)
        writer.trim(Retention(KEPT_SECONDS), START + 10 * number)
        number += 1
        if any(reader.error for reader in readers):
            break
    stopping.set()
    for reader in readers:
        reader.join(30)
        if reader.error:
            raise reader.error
    writer.close()
    with Recording.open(path) as recording:
        assert 10 * number - KEPT_SECONDS - 300 < recording.span().first_at - START
        assert recording.span().last_at - START > 10 * (number - 1)
    if doing is Follower:
        for reader in readers:
            reader.read()
            assert min(reader.newest.values()) - START > 10 * (number - 1) - 0.01
