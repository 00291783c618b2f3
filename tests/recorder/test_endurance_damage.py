"""Recordings that are cut short or have bits fallen over: told, set aside, never a crash."""

import asyncio
import random
import time
from contextlib import suppress

import pytest
from recordings import START, board_of, poll, record, tell
from waiting import PATIENCE_SECONDS

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.recorder.errors import DamagedError, RecordingError
from wallboard.recorder.paths import RecordingFile
from wallboard.recorder.recorder import Recorder
from wallboard.recorder.recording import Recording
from wallboard.recorder.writing import run_builder
from wallboard.recorder.writing.retention import Retention
from wallboard.recorder.writing.writer import Writer

IDS = range(1000, 1005)
POINTS = board_of(*IDS)
ROUNDS = 120
BITS = (1, 1, 1, 3, 30)
"""How many bits of a file have fallen over."""

FLIPPED = 20
LOGS = ("-wal", "-shm")


def events(first, end):
    for number in range(first, end):
        for id_ in IDS:
            at = 10 * number + (id_ - 1000) / 10
            open_ = "true" if (number // 7 + id_) % 5 else "false"
            yield poll(Endpoint.CHAT_ALLOWED, at, open_, id=id_)
            yield poll(Endpoint.CAPACITY, at + 0.01, number // 3 % 5, id=id_)
            yield poll(Endpoint.LIVE_SESSION_STATUS, at + 0.02, number * 1.5, number // 4, id=id_)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The bytes of a recording of several segments."""
    path = tmp_path_factory.mktemp("whole") / "r.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_builder, "SEGMENT_SECONDS", 300.0)
        record(path, events(0, ROUNDS), entry_points=POINTS)
    return path.read_bytes()


@pytest.fixture
def quick(monkeypatch):
    """A recorder that does not take its time."""
    monkeypatch.setattr("wallboard.recorder.recorder.FLUSH_SECONDS", 0.02)
    monkeypatch.setattr("wallboard.recorder.recorder.RETRY_SECONDS", (0.02,))


def read_all(path):
    with Recording.open(path) as recording:
        tail = recording.tail()
        recording.entry_points()
        recording.span()
        for at in (START - 5, START + 100, START + 700, START + 5000):
            board = Board(POINTS)
            board.fold(recording.board_at(at))
            board.snapshot(at)
            recording.entry_point_at(EntryPointKey("prod", 1001), at)
            recording.next_change(at)
            recording.previous_change(at)
        list(recording.changes())
        recording.level_shares(START, START + 10 * ROUNDS, 50)
        assert list(recording.runs())
        tail.new_events()


def write_all(path):
    writer = Writer.open(path, clock=lambda: START)
    try:
        writer.listed(POINTS, "Tests")
        tell(writer, Board(POINTS), events(200, 220))
        writer.seal()
        while writer.trim(Retention(300.0), START + 3000):
            pass
    finally:
        with suppress(RecordingError):
            writer.close()


def put(path, data):
    for suffix in LOGS:
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    path.write_bytes(data)


def flipped(data, chance):
    changed = bytearray(data)
    for _ in range(chance.choice(BITS)):
        changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def lengths(data, chance):
    """Where to cut: next to nothing, between pages and in the middle of them."""
    pages = len(data) // 4096
    return [
        *(1, 15, 16, 18, 99, 100, 511, 512, 1023, 4095, 4096, 4097),
        *(4096 * chance.randrange(2, pages) for _ in range(6)),
        *(chance.randrange(len(data)) for _ in range(12)),
        len(data) - 1,
    ]


def test_what_is_whole_can_be_read_and_written(tmp_path, whole):
    path = tmp_path / "r.db"
    for do in (read_all, write_all):
        put(path, whole)
        do(path)


@pytest.mark.parametrize("do", [read_all, write_all])
def test_a_truncated_file_is_known_to_be_damaged_wherever_it_ends(tmp_path, whole, do):
    path = tmp_path / "r.db"
    for length in lengths(whole, random.Random(1)):
        put(path, whole[:length])
        with pytest.raises(DamagedError):
            do(path)


def test_an_empty_file_is_where_a_recording_begins(tmp_path):
    path = tmp_path / "r.db"
    path.touch()
    with pytest.raises(RecordingError, match="nothing recorded"):
        read_all(path)
    write_all(path)
    read_all(path)


@pytest.mark.parametrize("do", [read_all, write_all])
@pytest.mark.parametrize("seed", range(4))
def test_fallen_bits_are_told_or_do_not_matter(tmp_path, whole, do, seed):
    chance = random.Random(seed)
    path = tmp_path / "r.db"
    damaged = 0
    for _ in range(FLIPPED):
        put(path, flipped(whole, chance))
        try:
            do(path)
        except RecordingError:
            damaged += 1
    assert 0 < damaged < FLIPPED


async def recorded_on(path, rounds):
    """Record over a file as a board does, until all of it is read back; the files set aside."""
    board, recorder = Board(POINTS), Recorder(RecordingFile(path), POINTS, "Tests")
    recorder.start()
    try:
        for event in events(*rounds):
            recorder.take(board.fold(event))
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (found := told_of(path, rounds)):
            assert time.monotonic() < deadline, recorder.problem
            await asyncio.sleep(0.02)
    finally:
        recorder.stop()
    assert found
    assert recorder.problem is None
    # A log goes with its file as long as somebody reads that.
    return [file for file in path.parent.glob("*.damaged-*") if not file.name.endswith(LOGS)]


def told_of(path, rounds):
    """Whether all that was told can be read."""
    first, end = rounds
    since = START + 10 * first
    try:
        with Recording.open(path) as recording:
            polls = sum(run.polls for run in recording.runs(since))
    except RecordingError:
        return False
    return polls >= (end - first) * len(IDS) * 3


@pytest.mark.parametrize("share", [0.003, 0.2, 0.5, 0.8, 0.999])
async def test_a_truncated_file_is_set_aside_as_it_is_and_the_board_records_on(
    tmp_path, whole, quick, share
):
    path = tmp_path / "r.db"
    cut = whole[: int(len(whole) * share)]
    path.write_bytes(cut)
    (aside,) = await recorded_on(path, (200, 210))
    assert aside.read_bytes() == cut


@pytest.mark.parametrize("seed", range(8))
async def test_fallen_bits_keep_no_board_from_recording_on(tmp_path, whole, quick, seed):
    chance = random.Random(100 + seed)
    path, copy = tmp_path / "r.db", tmp_path / "copy" / "r.db"
    copy.parent.mkdir()
    data = flipped(whole, chance)
    while opens(copy, data) is (seed % 2 == 1):
        data = flipped(whole, chance)
    path.write_bytes(data)
    aside = await recorded_on(path, (200, 210))
    if seed % 2:
        # It was known to be damaged before anything was written to it.
        assert [file.read_bytes() for file in aside] == [data]


def opens(path, data):
    put(path, data)
    try:
        Writer.open(path).database.close()
    except RecordingError:
        return False
    return True


async def test_a_file_that_contradicts_itself_is_set_aside_with_nothing_lost(
    tmp_path, whole, quick
):
    path = tmp_path / "r.db"
    path.write_bytes(whole.replace(b"truncated INTEGER", b"truncbted INTEGER"))
    (aside,) = await recorded_on(path, (200, 210))
    with Recording.open(path) as recording:
        # All of the batch on which it was noticed is in the new file, once.
        assert sum(run.polls for run in recording.runs()) == 10 * len(IDS) * 3
    assert b"truncbted" in aside.read_bytes()
