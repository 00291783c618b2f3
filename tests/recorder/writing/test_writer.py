"""What is written of what a board heard."""

import os
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace

import pytest
from recordings import START, board_of, poll, record, tell

from wallboard.board import Board
from wallboard.domain.endpoint import LARGEST_ID, Endpoint
from wallboard.domain.observation import Cause, Failure, ServerStatus
from wallboard.domain.policy import Level, Verdict
from wallboard.recorder.errors import DamagedError, RecordingError
from wallboard.recorder.file.samples import samples_of
from wallboard.recorder.file.schema import VERSION
from wallboard.recorder.file.segment_end import end_states_of
from wallboard.recorder.reading.connection import Connection
from wallboard.recorder.recording import Recording
from wallboard.recorder.verify import verify
from wallboard.recorder.writing.writer import Writer

CAPACITY, ALLOWED, LIVE = (
    Endpoint.CAPACITY,
    Endpoint.CHAT_ALLOWED,
    Endpoint.LIVE_SESSION_STATUS,
)


def rows(path, query, *values: object):
    with closing(sqlite3.connect(path)) as database, database:
        found = database.execute(query, values).fetchall()
    database.close()
    return found


def test_equal_answers_in_a_row_are_one_run(tmp_path):
    path = tmp_path / "r.db"
    polls = [poll(CAPACITY, 10 * n, 3, elapsed=0.01 * (n + 1)) for n in range(4)]
    record(path, [*polls, poll(CAPACITY, 40, 2), poll(CAPACITY, 50, 3)])
    found = rows(path, "SELECT first, last, count, mean, least, most FROM run ORDER BY id")
    assert found == [
        (0, 30_000, 4, 250, 100, 400),
        (40_000, None, None, 200, None, None),
        (50_000, None, None, 200, None, None),
    ]


def test_a_body_is_kept_once_and_small(tmp_path):
    path = tmp_path / "r.db"
    record(path, [poll(LIVE, 10 * n, 12.5, n % 2) for n in range(20)])
    assert rows(path, "SELECT count(*) FROM answer") == [(2,)]
    (first, second) = rows(path, "SELECT size, length(packed) FROM body ORDER BY id")
    assert first[0] == second[0] > 70
    assert second[1] < 40


def test_secrets_in_headers_never_reach_the_file(tmp_path):
    path = tmp_path / "r.db"
    record(path, [poll(CAPACITY, 0, 3)])
    ((head,),) = rows(path, "SELECT head FROM answer")
    assert head == b"Content-Type: application/xml"
    assert b"secret" not in path.read_bytes()


def test_what_is_committed_survives_a_writer_that_never_closes(tmp_path):
    path = tmp_path / "r.db"
    record(path, [poll(CAPACITY, 10 * n, 3) for n in range(5)], close=False)
    assert rows(path, "SELECT count, last FROM latest") == [(5, 40_000)]
    assert rows(path, "SELECT * FROM run") == []


def test_the_next_writer_seals_what_the_last_one_left_open(tmp_path):
    path = tmp_path / "r.db"
    left = record(path, [poll(CAPACITY, 10 * n, n // 2) for n in range(5)], close=False)
    left.database.close()
    record(path, [poll(CAPACITY, 100, 2)])
    found = rows(path, "SELECT first, coalesce(last, first), coalesce(count, 1) FROM run")
    assert found == [
        (0, 10_000, 2),
        (20_000, 30_000, 2),
        (40_000, 40_000, 1),
        (100_000, 100_000, 1),
    ]
    segments = rows(path, "SELECT id, from_at, to_at, first_run, last_run, polls FROM segment")
    assert segments == [
        (1, START, START + 40, 1, 3, 5),
        (2, START + 100, START + 100, 4, 4, 1),
    ]


def test_opening_again_and_again_adds_nothing(tmp_path):
    path = tmp_path / "r.db"
    record(path, [poll(CAPACITY, 0, 3)])
    before = rows(path, "SELECT * FROM segment"), rows(path, "SELECT * FROM run")
    for _ in range(3):
        Writer.open(path).close()
    assert (rows(path, "SELECT * FROM segment"), rows(path, "SELECT * FROM run")) == before


def test_a_segment_says_how_every_target_stood_even_one_that_was_silent(tmp_path):
    path = tmp_path / "r.db"
    broken = Failure(Cause.TIMEOUT, "no answer within 5 s")
    record(
        path,
        [
            poll(ALLOWED, 0, "true"),
            poll(CAPACITY, 1, 3),
            poll(CAPACITY, 11, failure=broken),
            *(poll(CAPACITY, 20 + n, failure=broken) for n in range(0, 700, 10)),
        ],
    )
    segments = rows(path, "SELECT standing FROM segment ORDER BY id")
    assert len(segments) == 2
    allowed, capacity = end_states_of(segments[1][0])
    assert (allowed.last, allowed.good_at) == (0, 0)
    assert (capacity.last, capacity.good_at) == (710_000, 1000)
    assert capacity.good_answer != capacity.answer


def test_rounds_are_kept_for_sparklines(tmp_path):
    path = tmp_path / "r.db"
    rounds = [
        one
        for n in range(3)
        for one in (poll(LIVE, 10 * n, 5.5 * n, n), poll(CAPACITY, 10 * n + 2, 3 - n))
    ]
    record(path, rounds, close=False).database.close()
    assert rows(path, "SELECT at, wait, depth, capacity FROM sample") == [
        (START + 2, 0.0, 0, 3),
        (START + 12, 5.5, 1, 2),
        (START + 22, 11.0, 2, 1),
    ]
    Writer.open(path).close()
    ((samples,),) = rows(path, "SELECT samples FROM segment")
    (columns,) = samples_of(samples).values()
    assert [list(column) for column in columns[:3]] == [
        [START + 2, START + 12, START + 22],
        [0.0, 5.5, 11.0],
        [0.0, 1.0, 2.0],
    ]
    assert rows(path, "SELECT * FROM sample") == []


def test_every_change_is_kept_with_the_answer_that_brought_it(tmp_path):
    path = tmp_path / "r.db"
    record(
        path,
        [
            poll(ALLOWED, 0, "true"),
            poll(ALLOWED, 10, 'false" reason="agent_not_available'),
            poll(ALLOWED, 20, failure=Failure(Cause.HTTP, "status 500"), body=b"oops", status=500),
        ],
        each=1,
    )
    found = rows(
        path,
        "SELECT at, subject, before, after, cause FROM change"
        " LEFT JOIN answer ON answer.id = answer ORDER BY change.id",
    )
    assert found == [
        (START, "verdict", "waiting", "open", None),
        (START + 10, "verdict", "open", "agent_not_available", None),
        (START + 20, "verdict", "agent_not_available", "waiting", "http"),
        (START + 20, "endpoint", "ok", "http", "http"),
    ]


def test_a_server_out_of_reach_is_one_status_and_a_change_of_each_entry_point(tmp_path):
    path = tmp_path / "r.db"
    down = ServerStatus("prod", START + 10, Failure(Cause.REFUSED, "refused"), START + 10)
    record(
        path,
        [
            *(poll(ALLOWED, id_ - 1000, "true", id=id_) for id_ in (1000, 1001)),
            down,
            replace(down, at=START + 20, next_probe_at=START + 30),
            ServerStatus("prod", START + 40),
        ],
        entry_points=board_of(1000, 1001),
    )
    assert rows(path, "SELECT begun_at, at, cause, next_probe_at FROM server_status") == [
        (START + 10, START + 20, "refused", START + 30),
        (START + 40, START + 40, None, None),
    ]
    found = rows(
        path, "SELECT subject, before, after, of_server FROM change WHERE at = ?", START + 10
    )
    assert found == [
        ("server", "ok", "refused", 0),
        ("verdict", "open", "unreachable", 1),
        ("verdict", "open", "unreachable", 1),
    ]


def test_what_an_outage_explains_of_a_failed_poll_is_taken_back(tmp_path):
    path = tmp_path / "r.db"
    refused = Failure(Cause.REFUSED, "refused")
    record(
        path,
        [
            poll(ALLOWED, 0, "true"),
            poll(CAPACITY, 5, 3),
            poll(CAPACITY, 20, failure=refused),
            ServerStatus("prod", START + 21, refused, START + 20, START + 25),
        ],
        each=1,
    )
    found = rows(path, "SELECT at, subject, after FROM change ORDER BY id")
    assert found == [
        (START, "verdict", "open"),
        (START + 21, "server", "refused"),
        (START + 21, "verdict", "unreachable"),
    ]


def test_what_an_edit_changes_is_written_with_it_and_once(tmp_path):
    path = tmp_path / "r.db"
    points = board_of(1000)
    ((point, policy),) = points
    board = Board(points)
    writer = record(path, (), entry_points=points, close=False)
    tell(writer, board, [poll(ALLOWED, 0, "true")])
    strict = replace(policy, levels={**policy.levels, Verdict.OPEN: Level.WARNING})
    writer.write([board.replace([(point, strict)], START + 5)])
    tell(writer, board, [poll(ALLOWED, 10, "true")])
    writer.close()
    assert rows(path, "SELECT at, subject, after FROM change ORDER BY id") == [
        (START, "verdict", "open"),
        (START + 5, "level", "warning"),
    ]


def test_a_level_that_other_rules_made_while_nobody_wrote_is_a_change(tmp_path):
    path = tmp_path / "r.db"
    points = board_of(1000)
    record(path, [poll(ALLOWED, 0, "true")], entry_points=points)
    strict = [
        (point, replace(policy, levels={**policy.levels, Verdict.OPEN: Level.WARNING}))
        for point, policy in points
    ]
    board = Board(strict)
    board.fold(poll(ALLOWED, 5, "true"))  # as the recording would restore it
    writer = Writer.open(path)
    tell(writer, board, [poll(ALLOWED, 100, "true")])
    writer.close()
    found = rows(path, "SELECT at, subject, before, after FROM change ORDER BY id")
    assert found[-1] == (START + 100, "level", "ok", "warning")


@pytest.mark.parametrize("jump", [-86_400, 86_400])
def test_a_clock_that_jumps_begins_another_segment_and_loses_nothing(tmp_path, jump):
    path = tmp_path / "r.db"
    there = [poll(CAPACITY, jump + 10 * n, 3) for n in range(3)]
    back = [poll(CAPACITY, 100 + 10 * n, 3) for n in range(3)]
    record(path, [poll(CAPACITY, 0, 3), *there, *back])
    found = rows(path, "SELECT from_at - ?, to_at - ?, polls FROM segment", START, START)
    assert found == [(0, 0, 1), (jump, jump + 20, 3), (100, 120, 3)]


def test_a_clock_put_back_by_a_moment_does_not_end_a_run_before_it_began(tmp_path):
    path = tmp_path / "r.db"
    record(path, [poll(CAPACITY, 10, 3), poll(CAPACITY, 9, 3), poll(CAPACITY, 11, 3)])
    assert rows(path, "SELECT first, last, count FROM run") == [(10_000, 11_000, 3)]
    record(tmp_path / "s.db", [poll(CAPACITY, 10, 3), poll(CAPACITY, 9, 3)])
    assert rows(tmp_path / "s.db", "SELECT first, last, count FROM run") == [(10_000, 10_000, 2)]


def test_what_could_not_be_written_is_written_the_next_time(tmp_path):
    path = tmp_path / "r.db"
    board = Board(board_of(1000))
    writer = Writer.open(path, clock=lambda: START)
    tell(writer, board, [poll(CAPACITY, 0, 3)])
    other = sqlite3.connect(path, isolation_level=None)
    writer.database.execute("PRAGMA busy_timeout = 0")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(RecordingError, match="locked"):
        tell(writer, board, [poll(CAPACITY, 10, 2), poll(ALLOWED, 10, "true")])
    other.execute("ROLLBACK")
    other.close()
    tell(writer, board, [poll(CAPACITY, 20, 2)])
    writer.close()
    found = rows(path, "SELECT first, coalesce(last, first), endpoint FROM run"
                       " JOIN target ON target.id = target ORDER BY run.id")  # fmt: skip
    assert sorted(found) == [
        (0, 0, "capacity"),
        (10_000, 10_000, "chatAllowed"),
        (10_000, 20_000, "capacity"),
    ]
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]


def test_a_recording_is_for_its_owner_alone(tmp_path):
    path = tmp_path / "r.db"
    record(path, [poll(CAPACITY, 0, 3)], close=False)
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}


def test_a_file_that_is_no_recording_is_refused_as_it_is(tmp_path):
    path = tmp_path / "r.db"
    path.write_bytes(b"something else altogether" * 100)
    with pytest.raises(DamagedError):
        Writer.open(path)
    assert path.read_bytes() == b"something else altogether" * 100
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as database, database:
        database.execute("CREATE TABLE mine (x)")
    database.close()
    with pytest.raises(RecordingError, match="not a wallboard recording"):
        Writer.open(other)


def test_a_newer_recording_is_refused_with_what_to_do(tmp_path):
    path = tmp_path / "r.db"
    record(path, [poll(CAPACITY, 0, 3)])
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"PRAGMA user_version = {VERSION + 1}")
    database.close()
    with pytest.raises(RecordingError, match=r"newer wallboard .* update wallboard"):
        Writer.open(path)


def test_a_truncated_recording_is_known_to_be_damaged(tmp_path):
    path = tmp_path / "r.db"
    record(path, [poll(CAPACITY, 10 * n, n) for n in range(500)])
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(DamagedError):
        Writer.open(path)


def test_hostile_texts_and_figures_are_held(tmp_path):
    path = tmp_path / "r.db"
    odd = Failure(Cause.HTTP, "lone \ud800 surrogate")
    record(
        path,
        [
            poll(CAPACITY, 0, 10**30),
            poll(LIVE, 1, 1e300, 10**25),
            poll(ALLOWED, 2, failure=odd, body=b"\x00\x1b[31m", status=500),
        ],
    )
    assert rows(path, "SELECT count(*) FROM run") == [(3,)]
    assert rows(path, "SELECT message FROM answer WHERE cause = 'http'") == [("lone ? surrogate",)]


def test_one_row_that_cannot_be_written_never_stops_the_others_and_is_named(tmp_path, caplog):
    path = tmp_path / "r.db"
    beyond = LARGEST_ID + 1
    events = [
        poll(CAPACITY, 10 * n, n, id=id_) for n in range(3) for id_ in (1000, beyond, LARGEST_ID)
    ]
    record(path, events, entry_points=board_of(1000, beyond, LARGEST_ID), each=2)
    with Recording.open(path) as recording:
        polls = Counter(run.key.id for run in recording.runs())
        assert [point.key.id for point, _ in recording.entry_points()] == [1000, LARGEST_ID]
    assert polls == {1000: 3, LARGEST_ID: 3}
    said = [line for line in caplog.messages if "Not recorded" in line]
    assert said
    assert all(f"prod:{beyond}" in line for line in said)
    assert len(said) == len(set(said))
    with closing(Connection(path)) as connection, connection.reading() as database:
        assert list(verify(database)) == []


def test_whoever_lost_the_dictionary_of_others_writes_another_one(tmp_path, caplog):
    path = tmp_path / "r.db"
    record(path, [poll(CAPACITY, 0, 1)])
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("DELETE FROM dictionary")
    record(path, [poll(CAPACITY, 10 * n, n) for n in range(2, 6)])
    assert not caplog.messages
    assert rows(path, "SELECT count(*) FROM answer") == [(5,)]
