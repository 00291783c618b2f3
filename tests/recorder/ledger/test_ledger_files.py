"""A ledger that is somebody else's, damaged, removed, or may only be read."""

import os
import random
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress

import pytest
from ledger_rows import START, kept, raised, said, written

from wallboard.domain.ledger_row import RowKind
from wallboard.recorder.errors import DamagedError, RecordingError
from wallboard.recorder.ledger.reader import LedgerReader
from wallboard.recorder.ledger.schema import LEDGER
from wallboard.recorder.ledger.tap import LedgerTap
from wallboard.recorder.paths import RecordingFile

WITHOUT_RIGHTS = ["unshare", "--user", "--map-user=54321", "--map-group=54321"]
"""Runs a command that even as the super-user may do only what modes allow."""

ACK = said(RowKind.ACKNOWLEDGED, 40, 0)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "prod.ledger"


@pytest.fixture
def tap(path):
    with closing(LedgerTap(RecordingFile(path), clock=lambda: START)) as tap:
        yield tap


def changed(path, statement):
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(statement)


def test_there_is_no_file_before_something_is_written(path, tap):
    assert tap.exchange([]).update.rows == ()
    assert not path.exists()
    assert [row.kind for row in tap.exchange([raised(0)]).update.rows] == [RowKind.RAISED]


def test_what_was_written_comes_back_in_the_order_of_the_ledger(path, tap):
    tap.exchange([raised(0)])
    written(path, said(RowKind.ACKNOWLEDGED, 41, 0, who="ben@jump2"))
    rows = tap.exchange([ACK]).update.rows
    assert [(row.number, row.who) for row in rows] == [(3, "ana@jump1"), (2, "ben@jump2")]


def test_while_another_process_was_stopped_in_the_middle_of_writing_others_still_read(path, tap):
    tap.exchange([raised(0)])
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        written_by_other = raised(100)
        other.execute(
            "INSERT INTO ledger (at, kind, verdict, who, text, notice, channel, board)"
            " VALUES (?, 'note', '', 'eva', 'hello', '', '', '')",
            (written_by_other.at,),
        )
        found = tap.exchange([ACK])
        assert found.unwritten == "another program has it locked"
        assert (found.update.rows, found.unread) == ((), "")
        other.execute("COMMIT")
    found = tap.exchange([ACK])
    assert not found.unwritten
    assert [row.text for row in found.update.rows] == ["on it", "hello"]


FOREIGN = {
    "a database of somebody": "not a wallboard ledger",
    "a recording": "not a wallboard ledger",
    "a text": "damaged, or not a wallboard ledger",
    "a folder": "not a file",
    "a pipe": "not a file",
}


@pytest.mark.parametrize("what", FOREIGN)
@pytest.mark.parametrize("keep_days", [None, 400.0])
def test_a_file_that_is_no_ledger_is_never_written_nor_moved(path, tap, what, keep_days):
    match what:
        case "a database of somebody":
            changed(path, "CREATE TABLE mine (x)")
        case "a recording":
            changed(path, "CREATE TABLE about (x)")
            changed(path, f"PRAGMA application_id = {0x57424452}")
        case "a text":
            path.write_bytes(b"something else altogether" * 100)
        case "a folder":
            path.mkdir()
        case _:
            os.mkfifo(path)
    before = path.read_bytes() if path.is_file() else None
    for _ in range(2):
        found = tap.exchange([ACK], keep_days=keep_days)
        assert found.unwritten
        assert FOREIGN[what] in found.unwritten
        assert FOREIGN[what] in found.unread
        assert found.set_aside is None
    if before is not None:
        assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == ["prod.ledger"]


DAMAGES = {
    "CREATE TRIGGER t AFTER INSERT ON ledger BEGIN DELETE FROM ledger; END": "unknown trigger 't'",
    "CREATE VIEW v AS SELECT 1": "unknown view 'v'",
    "ALTER TABLE ledger ADD COLUMN x AS (1)": "table 'ledger' differs",
    "DROP INDEX ledger_once": "index 'ledger_once' is missing",
    "PRAGMA user_version = 0": "invalid schema version 0",
    "UPDATE ledger SET at = 'soon'": "ledger.at of row 1 is 'soon', not a number",
    "UPDATE ledger SET at = 9e999": "ledger.at of row 1 is inf",
    "UPDATE ledger SET kind = 'whim'": "ledger.kind of row 1 is 'whim', not one of",
    "UPDATE ledger SET server = x'00'": "ledger.server of row 1",
    "UPDATE ledger SET number = -3": "ledger.number of row 1 is -3",
    "UPDATE ledger SET level = 77": "ledger.level of row 1 is 77",
    "UPDATE ledger SET text = hex(zeroblob(100000))": "(200,000 characters)",
    "UPDATE ledger SET id = -5": "ledger.id is -5",
}


@pytest.mark.parametrize("statement", DAMAGES)
def test_a_damaged_one_is_set_aside_by_who_records_and_said_so(path, tap, caplog, statement):
    written(path, raised(0))
    changed(path, statement)
    found = tap.exchange([])
    assert DAMAGES[statement] in found.unread
    assert found.set_aside is None, "others leave it to who records"
    found = tap.exchange([ACK], keep_days=400.0)
    assert found.set_aside
    assert found.set_aside.name.startswith("prod.ledger.damaged-")
    assert str(found.set_aside) in caplog.text
    assert not tap.exchange([ACK], keep_days=400.0).unwritten
    assert [row.text for row in kept(path)] == ["on it"]


def test_no_other_ledger_is_set_aside_in_the_place_of_a_damaged_one(path, tap):
    written(path, raised(0))
    changed(path, "DROP INDEX ledger_once")
    other = LedgerTap(RecordingFile(path), clock=lambda: START)
    assert tap.exchange([], keep_days=400.0).set_aside
    assert other.exchange([ACK], keep_days=400.0).set_aside is None
    other.close()
    assert len(list(path.parent.glob("*.damaged-*"))) == 1


def test_a_newer_one_is_refused_and_stays(path, tap):
    written(path, raised(0))
    changed(path, f"PRAGMA user_version = {LEDGER.version + 1}")
    before = path.read_bytes()
    found = tap.exchange([ACK], keep_days=400.0)
    assert "newer wallboard" in found.unwritten
    assert "update wallboard" in found.unread
    assert path.read_bytes() == before


def test_a_journal_beside_it_is_never_followed(path, tap):
    written(path, raised(0))
    journal = path.with_name("prod.ledger-journal")
    journal.write_bytes(b"\xd9\xd5\x05\xf9" * 200)
    found = tap.exchange([ACK], keep_days=400.0)
    assert f"move {journal} away" in found.unwritten
    assert found.set_aside is None


@pytest.mark.parametrize("seed", range(3))
def test_whatever_bit_is_flipped_nothing_but_our_own_errors_comes_of_it(path, seed):
    chance = random.Random(seed)
    written(path, *(raised(float(n)) for n in range(200)))
    whole = path.read_bytes()
    other = path.with_name("flipped.ledger")
    refused = 0
    for _ in range(60):
        flipped = bytearray(whole)
        for _ in range(chance.choice((1, 1, 20))):
            flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
        other.write_bytes(flipped)
        try:
            with LedgerReader(other) as reader:
                reader.read_update(START)
                reader.rows_at(START + 100)
                list(reader.rows())
        except RecordingError:
            refused += 1
        with suppress(RecordingError):
            written(other, ACK)
    assert 0 < refused < 60


@pytest.mark.parametrize("tenths", range(1, 10))
def test_one_that_was_cut_short_is_damaged(path, tenths):
    written(path, *(raised(float(n)) for n in range(200)))
    os.truncate(path, path.stat().st_size * tenths // 10)
    with pytest.raises(DamagedError), LedgerReader(path) as reader:
        reader.read_update(START)


def test_one_that_is_removed_is_begun_anew_with_what_is_written_then(path, tap):
    tap.exchange([raised(0)])
    for beside in path.parent.iterdir():
        beside.unlink()
    found = tap.exchange([])
    assert (found.update.rows, found.unread) == ((), "")
    assert tap.exchange([ACK]).update.whole
    assert [row.text for row in kept(path)] == ["on it"]


def test_one_that_is_replaced_is_read_whole_and_written_to(path, tap, tmp_path):
    other = tmp_path / "other.ledger"
    written(other, raised(700))
    tap.exchange([raised(0)])
    for beside in path.parent.glob("prod.ledger*"):
        beside.unlink()
    other.replace(path)
    assert tap.exchange([ACK]).update.whole
    assert {row.onset for row in kept(path)} == {START + 700, START}


ONLY_READS = """
import json, sys
from pathlib import Path
from wallboard.recorder.ledger.tap import LedgerTap
from wallboard.recorder.paths import RecordingFile
sys.path.append("tests/recorder")
from ledger_rows import said, RowKind
tap = LedgerTap(RecordingFile(Path(sys.argv[1])))
found = tap.exchange([said(RowKind.ACKNOWLEDGED, 40, 0)])
print(found.read_only)
print(found.unwritten)
print(len(found.update.rows), found.unread)
"""


@pytest.fixture(scope="module")
def without_rights():
    tried = subprocess.run([*WITHOUT_RIGHTS, "true"], check=False, capture_output=True)
    if tried.returncode:
        pytest.skip("a user namespace cannot be made here")
    return WITHOUT_RIGHTS


@pytest.mark.parametrize("in_use", [True, False])
@pytest.mark.parametrize(("file", "folder"), [(0o444, 0o755), (0o666, 0o555), (0o444, 0o555)])
def test_who_may_only_read_reads_and_is_told_why(
    path, tap, tmp_path, without_rights, file, folder, in_use
):
    tap.exchange([raised(0)])
    if not in_use:
        tap.close()
    for one in tmp_path.iterdir():
        one.chmod(file)
    tmp_path.chmod(folder)
    ran = subprocess.run(
        [*without_rights, sys.executable, "-c", ONLY_READS, path],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    tmp_path.chmod(0o700)
    why, wrote, read = ran.stdout.splitlines()
    assert why == "no write permission" + (
        f" for the directory {tmp_path}" if file == 0o666 else ""
    )
    if file == 0o444 or not in_use:
        assert wrote
        assert read == "1 "
        assert len(kept(path)) == 1


def test_what_is_too_old_goes_once_the_clock_is_trusted_and_only_by_who_records(path):
    written(path, raised(0), raised(86_400), raised(2 * 86_400))
    seconds = [0.0]
    tap = LedgerTap(
        RecordingFile(path),
        clock=lambda: START + 3 * 86_400 + seconds[0],
        monotonic=lambda: seconds[0],
    )
    with closing(tap):
        for seconds[0], keep_days, left in ((0, 1.5, 3), (4000, None, 3), (4000, 1.5, 1)):
            tap.exchange([], keep_days=keep_days)
            assert len(kept(path)) == left
