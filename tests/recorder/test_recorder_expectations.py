"""What was expected is recorded with each change, and shown again by a replay."""

import gzip
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from recordings import START, board_of, poll, record, tell

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.event import ExpectationChanged
from wallboard.domain.expectation import NOTHING_EXPECTED, Expectation, Expected, Maintenance
from wallboard.domain.policy import Level
from wallboard.feeds.replay_polls import Polls
from wallboard.recorder.errors import DamagedError
from wallboard.recorder.file.schema import VERSION
from wallboard.recorder.recording import Recording
from wallboard.recorder.writing.retention import Retention, trim
from wallboard.recorder.writing.writer import Writer

KEY = EntryPointKey("prod", 1000)
OPEN = Expectation(Expected(True, START + 100, "day"))
CLOSED = Expectation(Expected(False, None, "night"), Maintenance(START + 500, "upgrade"))
OLD = Path(__file__).parents[1] / "fixtures" / "recordings" / "schema-1.db.gz"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "wall.db"


def allowed(at):
    return poll(Endpoint.CHAT_ALLOWED, at, "false")


def expect(at, expectation):
    return ExpectationChanged(START + at, {KEY: expectation})


DAY = [
    expect(0, OPEN),
    *(allowed(at) for at in range(0, 100, 10)),
    expect(100, CLOSED),
    *(allowed(at) for at in range(105, 200, 10)),
]


def at(recording, seconds):
    (one,) = recording.board_at(START + seconds).entry_points
    return one.expectation, one.level


def test_each_moment_has_what_was_expected_then_and_its_level(path):
    record(path, DAY)
    with Recording.open(path) as recording:
        assert at(recording, 50) == (OPEN, Level.CRITICAL)
        assert at(recording, 99.9) == (OPEN, Level.CRITICAL)
        assert at(recording, 100) == (CLOSED, Level.OK)
        assert at(recording, 195) == (CLOSED, Level.OK)
        assert recording.entry_point_at(KEY, START + 50).expectation == OPEN
        assert recording.newest_board(START + 195).entry_points[0].expectation == CLOSED


def test_a_replay_comes_to_the_same_board_as_the_one_that_was_recorded(path):
    live = Board(board_of(1000))
    writer = Writer.open(path, clock=lambda: START)
    writer.listed(board_of(1000), "Tests")
    tell(writer, live, DAY)
    writer.close()
    replayed = Board(board_of(1000))
    with Recording.open(path) as recording:
        replayed.fold(recording.board_at(START + 50))
        for event in Polls(recording, 100).until(START + 50, START + 195, 1.0):
            replayed.fold(event)
    one, other = (board.status(KEY) for board in (live, replayed))
    assert one.expectation == other.expectation
    assert one.judgement == other.judgement
    (change,) = other.timeline  # a first answer is no event
    assert (change.at, change.after, change.summary) == (
        START + 100,
        "ok",
        one.timeline[-1].summary,
    )


def test_a_writer_that_takes_over_repeats_nothing(path):
    record(path, DAY)
    record(path, [expect(200, CLOSED), allowed(205), expect(210, NOTHING_EXPECTED)])
    with Recording.open(path) as recording:
        changes = recording.expectation_changes(START - 1, START + 1000)
    assert [(one.at - START, one.expectations[KEY]) for one in changes] == [
        (0, OPEN),
        (100, CLOSED),
        (210, NOTHING_EXPECTED),
    ]


def test_the_last_expectation_before_what_is_kept_is_kept(path):
    later = [allowed(1000 + at) for at in range(0, 1300, 10)]
    record(path, [*DAY, *later, expect(2300, OPEN)])
    trim(path, Retention(seconds=60.0), START + 2300)
    with Recording.open(path) as recording:
        changes = recording.expectation_changes(START - 1, START + 3000)
        assert [one.at - START for one in changes] == [100, 2300]
        assert at(recording, 2200) == (CLOSED, Level.OK)


@pytest.mark.parametrize("version", [1, 2])
def test_a_recording_without_expectations_is_read_and_then_gets_them(path, version):
    path.write_bytes(gzip.decompress(OLD.read_bytes()))
    database = sqlite3.connect(path)
    database.execute(f"PRAGMA user_version = {version}")
    database.close()
    with Recording.open(path) as recording:
        one, *_ = recording.board_at(START + 990).entry_points
        assert one.expectation == NOTHING_EXPECTED
        assert recording.expectation_changes(START, START + 990) == []
    record(path, [expect(1000, OPEN)], entry_points=board_of(1000, 1001))
    with Recording.open(path) as recording:
        (one,) = recording.expectation_changes(START, START + 2000)
    assert one.expectations == {KEY: OPEN}
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (VERSION,)


def test_a_recording_of_today_without_the_table_is_damaged(path):
    record(path, DAY)
    database = sqlite3.connect(path)
    database.execute("DROP TABLE expectation")
    database.close()
    with pytest.raises(DamagedError, match="'expectation'"):
        Recording.open(path)


@pytest.mark.parametrize("column", ["expected = 7", "until = 'soon'", "why = x'00'"])
def test_an_expectation_that_is_none_is_damage(path, column):
    record(path, DAY)
    database = sqlite3.connect(path)
    database.execute(f"UPDATE expectation SET {column}")
    database.commit()
    database.close()
    with Recording.open(path) as recording, pytest.raises(DamagedError, match="expectation"):
        recording.board_at(START + 50)
