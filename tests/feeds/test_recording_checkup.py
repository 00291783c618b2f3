"""What can be said of where a board is recorded, without touching what is in it."""

import os

import pytest

from wallboard.domain.policy import Level
from wallboard.feeds.doctor import recording_finding
from wallboard.recorder.lock import lock_path, take
from wallboard.recorder.paths import OWN_MODE, SHARED_MODE, RecordingFile


def test_a_board_that_is_not_recorded_says_so():
    finding = recording_finding(None)
    assert finding.level is Level.OK
    assert "Not recording" in finding.sentence


def test_one_that_is_not_begun_has_a_place_to_begin_and_nothing_is_made(tmp_path):
    path = tmp_path / "state" / "recordings" / "board.db"
    finding = recording_finding(RecordingFile(path, OWN_MODE))
    assert finding.level is Level.OK
    assert "not created yet; recorded by nobody" in finding.sentence
    assert finding.facts["bytes"] is None
    assert finding.facts["free_bytes"] > 0
    assert list(tmp_path.iterdir()) == []


def test_its_size_counts_the_log_beside_it_and_its_holder_is_named(tmp_path):
    path = tmp_path / "board.db"
    path.write_bytes(b"a" * 1_000_000)
    path.with_name("board.db-wal").write_bytes(b"b" * 500_000)
    lock = take(RecordingFile(path))
    finding = recording_finding(RecordingFile(path))
    lock.release()
    assert finding.facts["bytes"] == 1_500_000
    assert ": 1.5 MB" in finding.sentence
    assert f"pid {os.getpid()};" in finding.sentence
    assert "recorded by nobody" in recording_finding(RecordingFile(path)).sentence


def test_the_lock_is_still_held_after_it_was_looked_at(tmp_path):
    path = tmp_path / "board.db"
    lock = take(RecordingFile(path))
    recording_finding(RecordingFile(path))
    assert take(RecordingFile(path)) is None
    lock.release()


@pytest.mark.parametrize("mode", [OWN_MODE, SHARED_MODE])
def test_a_folder_that_is_a_file_is_told(tmp_path, mode):
    (tmp_path / "file").write_text("")
    finding = recording_finding(RecordingFile(tmp_path / "file" / "board.db", mode))
    assert finding.level is Level.WARNING
    assert "Not a directory" in finding.sentence


def test_a_shared_folder_must_be_there(tmp_path):
    finding = recording_finding(RecordingFile(tmp_path / "none" / "board.db", SHARED_MODE))
    assert finding.level is Level.WARNING
    assert "No such directory" in finding.sentence


def test_a_folder_in_the_place_of_the_recording_is_told(tmp_path):
    (tmp_path / "board.db").mkdir()
    finding = recording_finding(RecordingFile(tmp_path / "board.db", SHARED_MODE))
    assert finding.level is Level.WARNING


def test_a_lock_that_cannot_be_read_is_no_reason_to_say_that_nobody_records(tmp_path):
    path = tmp_path / "board.db"
    lock_path(path).mkdir()
    assert "recorded by an unknown process" in recording_finding(RecordingFile(path)).sentence
