"""What nodes said is recorded, followed by other boards, and shown again by a replay."""

import gzip
import sqlite3
from pathlib import Path

import pytest
from recordings import START, board_of, poll, record, tell

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.node import NodePoll, Stance
from wallboard.domain.node_difference import differences, known_nodes
from wallboard.feeds.replay_polls import Polls
from wallboard.recorder.errors import DamagedError
from wallboard.recorder.recording import Recording
from wallboard.recorder.writing.retention import Retention, trim
from wallboard.recorder.writing.writer import Writer

KEY = EntryPointKey("prod", 1000)
NODE = "10.0.0.12:443"
OLD = Path(__file__).parents[1] / "fixtures" / "recordings" / "schema-1.db.gz"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "wall.db"


def server(at, allowed="true"):
    return poll(Endpoint.CHAT_ALLOWED, at, allowed)


def node(at, allowed):
    return NodePoll(NODE, poll(Endpoint.CHAT_ALLOWED, at, allowed), START + at + 10)


# The node says the same until 50, then it does not, and from 110 on it does again.
DAY = [
    event
    for at in range(0, 150, 10)
    for event in (server(at), node(at + 1, "false" if 50 <= at < 110 else "true"))
]


def differing(board, seconds):
    status = board.status(KEY)
    return [(one.node, one.says, one.since - START) for one in differences(status, START + seconds)]


def at(recording, seconds):
    board = Board(board_of(1000))
    board.fold(recording.board_at(START + seconds))
    return differing(board, seconds)


def test_each_moment_has_what_the_nodes_said_then(path):
    record(path, DAY)
    with Recording.open(path) as recording:
        assert at(recording, 45) == []
        assert at(recording, 55) == []  # once is not enough
        assert at(recording, 65) == [(NODE, Stance.CLOSED, 51)]
        assert at(recording, 105) == [(NODE, Stance.CLOSED, 51)]
        assert at(recording, 115) == []


def test_a_replay_comes_to_the_same_as_the_board_that_was_recorded(path):
    record(path, DAY)
    replayed = Board(board_of(1000))
    with Recording.open(path) as recording:
        replayed.fold(recording.board_at(START + 20))
        polls = Polls(recording, 100)
        for event in polls.until(START + 20, START + 75, 1.0):
            replayed.fold(event)
        assert differing(replayed, 75) == [(NODE, Stance.CLOSED, 51)]
        for event in polls.until(START + 75, START + 149, 1.0):
            replayed.fold(event)
    assert differing(replayed, 149) == []


def test_a_board_that_follows_says_the_same(path):
    live, follower = Board(board_of(1000)), Board(board_of(1000))
    writer = Writer.open(path, clock=lambda: START)
    writer.listed(board_of(1000), "Tests")
    tell(writer, live, DAY[:2])
    with Recording.open(path) as recording:
        tail = recording.tail()
        follower.fold(recording.newest_board(START + 5))
        for start in range(2, len(DAY), 4):
            tell(writer, live, DAY[start : start + 4])
            for event in tail.new_events():
                follower.fold(event)
            seconds = (start + 3) // 2 * 10 + 2
            assert differing(follower, seconds) == differing(live, seconds)
        (view,) = known_nodes(follower.status(KEY), START + 145)
        assert view.newest.at == live.status(KEY).nodes[0].newest.at
        assert view.answer.poll.response.body == server(0).response.body
    writer.close()


def test_the_same_answers_again_and_again_are_one_row(path):
    record(path, DAY)
    database = sqlite3.connect(path)
    (rows,) = database.execute("SELECT count(*) FROM node_answer").fetchone()
    database.close()
    # The same, a difference, the difference confirmed, the same.
    assert rows == 4


def test_what_is_older_than_is_kept_goes(path):
    later = [server(1000 + at) for at in range(0, 1300, 10)]
    record(path, [*DAY, *later])
    trim(path, Retention(seconds=60.0), START + 2300)
    with Recording.open(path) as recording:
        assert recording.node_answers(START - 1, START + 3000) == []


def test_an_older_recording_is_read_and_then_gets_them(path):
    path.write_bytes(gzip.decompress(OLD.read_bytes()))
    with Recording.open(path) as recording:
        assert recording.board_at(START + 990).nodes == ()
        assert recording.node_answers(START, START + 990) == []
    record(path, [server(1000), node(1001, "true")], entry_points=board_of(1000, 1001))
    with Recording.open(path) as recording:
        assert len(recording.newest_board(START + 1005).nodes) == 1


@pytest.mark.parametrize(
    "damage",
    ["server = 'maybe'", "rounds = -1", "answer = 'x'", "at = 'noon'", "node = x'00'"],
)
def test_a_row_that_makes_no_sense_is_damage(path, damage):
    record(path, DAY)
    database = sqlite3.connect(path)
    database.execute(f"UPDATE node_answer SET {damage}")
    database.commit()
    database.close()
    with Recording.open(path) as recording, pytest.raises(DamagedError, match="node_answer"):
        recording.board_at(START + 149)
