"""Somebody else's recording is foreign input: whatever is in it, each command says so and ends."""

import json
import random
import shutil
import sqlite3
import tracemalloc
import zlib
from contextlib import suppress

import pytest
from hostile_recordings import mutated, opened
from recorder.incidents import IDS, shift
from recorder.recordings import START, board_of, poll, record, tell, worst_levels

from wallboard.board import Board
from wallboard.cli.options.recording import MOST_CHANGES
from wallboard.cli.run.run import run
from wallboard.domain.endpoint import Endpoint
from wallboard.domain.policy import Level
from wallboard.feeds.follow import RecordingEvents
from wallboard.feeds.replay_polls import Polls
from wallboard.recorder.errors import DamagedError, RecordingError
from wallboard.recorder.recording import Recording
from wallboard.recorder.writing.retention import Retention
from wallboard.recorder.writing.writer import Writer

MUTANTS = 48
ALL = ("--since", "2026-09-21 14:13Z", "--until", "2026-09-21 16:00Z")
COMMANDS = (
    ("recording", "info", "--file"),
    ("recording", "verify", "--file"),
    ("history", "1000", "1001", *ALL, "--file"),
    ("history", "1002", *ALL, "--format", "json", "--file"),
    ("history", "1000", *ALL, "--format", "csv", "--file"),
    ("handover", *ALL, "--file"),
    ("export", "-", "--file"),
    ("replay", "--frames", "3"),
    ("recording", "trim", "--older", "2026-09-21 14:25Z", "--file"),
)
DOCUMENTED = {0, 2, 64, 69}


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    path = tmp_path_factory.mktemp("good") / "good.db"
    record(path, shift(90), entry_points=board_of(*IDS))
    return path


@pytest.fixture
def path(good, tmp_path):
    return shutil.copy(good, tmp_path / "r.db")


def followed(path):
    """What a board that follows sees of it."""
    news, board = RecordingEvents(path, 360, lambda: START + 2000), Board(board_of(*IDS))
    try:
        for event in news.read():
            board.fold(event)
        board.snapshot(START + 2000)
        news.read()
    finally:
        news.close()


def recorded_on(path):
    """What a board that records does with it."""
    writer = Writer.open(path, clock=lambda: START)
    try:
        writer.listed(board_of(*IDS), "Tests")
        polls = [poll(Endpoint.CAPACITY, 2000 + n, n, id=1000 + n % 3) for n in range(9)]
        tell(writer, Board(board_of(*IDS)), polls)
        writer.seal()
        writer.trim(Retention(300.0), START + 3000)
    finally:
        with suppress(RecordingError):
            writer.close()


def asked(path, capsys, what=""):
    """The exit status of each command, none of which may end in any way that is not documented."""
    found = []
    for command in COMMANDS:
        status = run([*command, str(path)])
        said = capsys.readouterr()
        assert status in DOCUMENTED, (what, command, said.err)
        assert "Traceback" not in said.err
        assert "\x1b" not in said.out + said.err
        found.append(status)
    return found


@pytest.mark.parametrize("seed", range(MUTANTS))
def test_whatever_is_changed_in_it_each_command_ends_as_documented(path, capsys, seed):
    chance = random.Random(seed)
    what = mutated(path, chance)
    asked(path, capsys, what)
    for do in (followed, recorded_on):
        with suppress(RecordingError):
            do(path)


DAMAGES = {
    "UPDATE about SET value = 9e999 WHERE name = 'epoch'": "about.epoch is inf, not a number",
    "UPDATE about SET value = 'NaN' WHERE name = 'epoch'": "about.epoch is 'NaN'",
    "UPDATE about SET value = 1e17 WHERE name = 'epoch'": "about.epoch is 1e+17",
    "DELETE FROM about WHERE name = 'epoch'": "its epoch is missing",
    "UPDATE run SET first = 9223372036854775807": "run.first",
    "UPDATE run SET target = 'many'": "run.target is 'many', not a whole number",
    "UPDATE run SET target = 77": "endpoint 77 is missing",
    "UPDATE run SET last = first - 1 WHERE last IS NOT NULL": "ended before they began",
    "UPDATE entry_point SET number = -1 WHERE id = 2": "entry_point.number of row 2 is -1",
    "UPDATE entry_point SET name = x'00'": "entry_point.name of row 1",
    "UPDATE entry_point SET endpoints = '[\"nothing\"]'": "the endpoints of entry point 1",
    "UPDATE entry_point SET policy = '{\"interval\": 5}'": "policy of entry point 1 is incomplete",
    "UPDATE target SET endpoint = 'no' WHERE id = 1": "target.endpoint of row 1 is 'no'",
    "UPDATE segment SET to_at = 1e300": "segment.to_at of row 1 is 1e+300",
    "UPDATE segment SET first_run = 1 WHERE id = 2": "segment 2 overlaps segment 1",
    "UPDATE answer SET cause = 'whim' WHERE cause IS NOT NULL": "answer.cause of row",
    "DELETE FROM body": "is missing",
    "UPDATE body SET size = 1 << 40": "has 1,099,511,627,776 bytes",
    "PRAGMA user_version = 0": "it has the invalid schema version 0",
    "DROP INDEX change_at": "index 'change_at' is missing",
    "CREATE VIEW v AS SELECT 1": "unknown view 'v'",
    "CREATE TRIGGER t AFTER INSERT ON run BEGIN SELECT 1; END": "unknown trigger 't'",
    "ALTER TABLE run ADD COLUMN x AS (1)": "table 'run' differs from the schema",
}


@pytest.mark.parametrize("statement", DAMAGES)
def test_what_is_damaged_is_said_with_what_and_where(path, capsys, statement):
    with opened(path) as database:
        database.execute(statement)
    status = run(["export", "-", "--file", str(path)])
    said = capsys.readouterr().err
    if status == 0:  # export does not ask it
        status = run(["replay", str(path), "--frames", "1"])
        said = capsys.readouterr().err
    assert status == 69
    assert "cannot read the recording" in said
    assert DAMAGES[statement] in said
    assert str(path) in said


@pytest.mark.parametrize(
    "policy",
    [
        '{"interval":' * 1500 + "1" + "}" * 1500,
        "lacking",
        "infinite",
        "[]",
    ],
    ids=["deep", "lacking", "infinite", "list"],
)
def test_a_policy_that_cannot_be_is_a_damaged_recording(path, capsys, policy):
    with opened(path) as database:
        (text,) = database.execute("SELECT policy FROM entry_point LIMIT 1").fetchone()
        table = json.loads(text)
        if policy == "lacking":
            del table["levels"]["open"]
            policy = json.dumps(table)
        elif policy == "infinite":
            policy = json.dumps({**table, "interval": float("inf")})
        database.execute("UPDATE entry_point SET policy = ?", (policy,))
    for command in (["handover", "--file"], ["export", "-", "--file"], ["replay"]):
        assert run([*command, str(path)]) == 69
        assert "cannot read" in capsys.readouterr().err


def test_names_with_escape_sequences_never_reach_the_terminal(path, capsys):
    evil = "\x1b]0;owned\x07\x1b[2J\x9b31mname\u202e"
    named = {"evil": evil}
    with opened(path) as database:
        database.execute(
            "UPDATE entry_point SET name = :evil, grp = :evil, server = :evil || id", named
        )
        database.execute("UPDATE about SET value = ? WHERE name = 'title'", (evil,))
        database.execute("UPDATE change SET summary = :evil, server = :evil", named)
        database.execute("UPDATE answer SET message = :evil, reason = :evil", named)
    statuses = asked(path, capsys)
    assert statuses[1] in {0, 2}
    assert statuses[4] == 0


@pytest.mark.parametrize("column", ["standing", "samples"])
def test_what_unpacks_to_more_than_can_be_is_not_unpacked(path, capsys, column):
    bomb = zlib.compress(bytes(300_000_000), 9)
    with opened(path) as database:
        database.execute(f"UPDATE segment SET {column} = ?", (bomb,))
    assert run(["recording", "verify", "--file", str(path)]) == 2
    assert "unpacks to more than" in capsys.readouterr().out


def test_a_name_of_megabytes_is_not_read(path, capsys):
    with opened(path) as database:
        database.execute("UPDATE entry_point SET name = ?", ("n" * 5_000_000,))
    assert run(["handover", "--file", str(path)]) == 69
    assert "entry_point.name" in capsys.readouterr().err
    with opened(path) as database, suppress(sqlite3.Error):
        database.execute("UPDATE entry_point SET name = ?", ("n" * 50_000_000,))
    assert run(["handover", "--file", str(path)]) == 69


def test_of_very_many_changes_the_newest_are_told_and_the_rest_is_said_to_be_left_out(path, capsys):
    with opened(path) as database:
        database.set_progress_handler(None, 0)
        database.execute(
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < ?)"
            " INSERT INTO change (at, entry_point, server, subject, before, after, level, summary,"
            " of_server) SELECT ? + x * 0.01, 1, 'prod', 'level', 'ok', 'warning', 1, x, 0 FROM n",
            (MOST_CHANGES + 2000, START + 100),
        )
    for command in (["handover"], ["history", "1000"]):
        assert run([*command, *ALL, "--file", str(path)]) == 0
        said = capsys.readouterr()
        assert "more than 50,000 changes; those before 2026-09-21 14:1" in said.err
    assert said.out.count(" level ") <= MOST_CHANGES


def test_polls_without_number_are_not_played(path):
    with opened(path) as database:
        database.execute("UPDATE run SET last = first + 1000, count = 1 << 39")
    said = "more polls at one time than can be shown"
    with Recording.open(path) as recording, pytest.raises(DamagedError, match=said):
        Polls(recording, 1).until(START, START + 5, 1.0)


def test_very_many_changes_of_level_are_not_held_to_be_sorted(path):
    count = 100_000
    with opened(path) as database:
        database.set_progress_handler(None, 0)
        database.execute(
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < ?)"
            " INSERT INTO change (at, entry_point, server, subject, before, after, level, summary,"
            " of_server) SELECT ? - x * 0.001, 1, 'prod', 'level', 'ok', 'warning', x % 4, '', 0"
            " FROM n",
            (count, START + 500),
        )
    with Recording.open(path) as recording:
        recording.board_at(START + 500)
        tracemalloc.start()
        try:
            assert Level.CRITICAL in worst_levels(recording, START, START + 500, 40)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 40 * count
