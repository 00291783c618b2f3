"""What is forgotten, and what never is."""

import sqlite3
from contextlib import closing

from recordings import START, board_of, poll, record

from wallboard.clock import TRUSTED_AFTER_SECONDS, TrustedClock
from wallboard.domain.endpoint import Endpoint
from wallboard.recorder.writing.retention import Retention, used_bytes
from wallboard.recorder.writing.writer import Writer

CAPACITY, ALLOWED = Endpoint.CAPACITY, Endpoint.CHAT_ALLOWED
NEVER = Retention(seconds=1e12, bytes=10**12)


def hours(path, count):
    """A recording of so many segments, each with answers of its own."""
    events = [poll(ALLOWED, -1, "true")]
    for hour in range(count):
        events += [poll(CAPACITY, 700 * hour + n, 1000 * hour + n) for n in range(300)]
    record(path, events)
    return Writer.open(path, clock=lambda: START)


def count(writer, table):
    return writer.database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def test_a_segment_older_than_is_kept_is_forgotten_with_its_answers(tmp_path):
    writer = hours(tmp_path / "r.db", 4)
    before = {table: count(writer, table) for table in ("segment", "run", "answer", "body")}
    now = START + 700 + 299 + 3600 + 1
    while writer.trim(Retention(seconds=3600.0), now):
        pass
    after = {table: count(writer, table) for table in before}
    assert (before["segment"], after["segment"]) == (4, 2)
    assert before["run"] - after["run"] > 590
    # One sweep looks at many answers; the last of those forgotten is still how a segment began.
    assert before["answer"] - after["answer"] >= 598
    assert after["answer"] == after["body"]
    assert writer.database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    writer.close()


def test_what_holds_for_longest_is_known_however_old(tmp_path):
    writer = hours(tmp_path / "r.db", 4)
    while writer.trim(Retention(seconds=1.0), START + 10**6):
        pass
    found = writer.database.execute(
        "SELECT after FROM change WHERE subject = 'verdict' ORDER BY id"
    ).fetchall()
    assert found == [("open",)]
    writer.close()


def test_a_recording_that_is_too_large_loses_its_oldest_part(tmp_path):
    writer = hours(tmp_path / "r.db", 8)
    limit = used_bytes(writer.database) // 2
    while writer.trim(Retention(seconds=1e12, bytes=limit), None):
        pass
    assert used_bytes(writer.database) <= limit
    kept = writer.database.execute("SELECT id FROM segment").fetchall()
    assert kept == [(number,) for number in range(9 - len(kept), 9)]
    writer.close()


def test_the_newest_segment_always_stays(tmp_path):
    writer = hours(tmp_path / "r.db", 3)
    while writer.trim(Retention(seconds=1.0, bytes=1), START + 10**9):
        pass
    assert count(writer, "segment") == 1
    writer.close()


def test_the_file_shrinks_again(tmp_path):
    path = tmp_path / "r.db"
    writer = hours(path, 8)
    writer.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = path.stat().st_size
    while writer.trim(Retention(bytes=1), None):
        pass
    writer.close()
    assert path.stat().st_size < before / 2


def test_nothing_is_forgotten_by_age_while_no_clock_can_be_trusted(tmp_path):
    writer = hours(tmp_path / "r.db", 3)
    assert not writer.trim(Retention(seconds=1.0), None)
    assert count(writer, "segment") == 3
    writer.close()


def test_answers_that_were_forgotten_are_written_anew(tmp_path):
    path = tmp_path / "r.db"
    writer = hours(path, 4)
    while writer.trim(Retention(seconds=1.0), START + 10**6):
        pass
    writer.close()
    record(path, [poll(CAPACITY, 10_000, 5), poll(ALLOWED, 10_001, "true")])
    with closing(sqlite3.connect(path)) as database, database:
        orphans = database.execute(
            "SELECT count(*) FROM run WHERE answer NOT IN (SELECT id FROM answer)"
        ).fetchone()
        bodiless = database.execute(
            "SELECT count(*) FROM answer WHERE body NOT IN (SELECT id FROM body)"
        ).fetchone()
    database.close()
    assert (orphans, bodiless) == ((0,), (0,))


def test_a_clock_is_believed_only_once_it_has_run_evenly():
    wall, running = 1_000_000.0, 500.0
    clock = TrustedClock(lambda: wall, lambda: running)
    assert clock.now() is None
    wall, running = wall + TRUSTED_AFTER_SECONDS, running + TRUSTED_AFTER_SECONDS
    assert clock.now() == wall
    wall += 30 * 86_400
    assert clock.now() is None
    wall, running = wall + TRUSTED_AFTER_SECONDS, running + TRUSTED_AFTER_SECONDS
    assert clock.now() == wall


def test_an_answer_that_goes_on_is_never_swept(tmp_path):
    path = tmp_path / "r.db"
    writer = Writer.open(path, clock=lambda: START)
    writer.close()
    record(path, [poll(CAPACITY, 700 * n, 7) for n in range(6)], entry_points=board_of(1000))
    writer = Writer.open(path, clock=lambda: START)
    while writer.trim(Retention(seconds=1.0), START + 10**6):
        pass
    assert count(writer, "answer") == 1
    assert not writer.trim(NEVER, START + 10**6)
    writer.close()
