from pathlib import Path

import pytest

from wallboard.config.state_folder import BoardId
from wallboard.recorder.paths import file_mode, recording_file, recording_path


def test_a_board_is_recorded_in_the_state_folder_under_a_name_of_its_own(tmp_path):
    environ = {"WALLBOARD_STATE": str(tmp_path)}
    one, again = (
        recording_path(BoardId("/etc/a.toml"), record=True, environ=environ) for _ in range(2)
    )
    other = recording_path(BoardId("/etc/b.toml"), record=True, environ=environ)
    assert one == again != other
    assert {one.parent, other.parent} == {tmp_path / "recordings"}
    assert one.suffix == ".db"


def test_without_that_variable_it_is_the_users_own_state_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    path = recording_path(BoardId("a"), record=True, environ={})
    assert path.parent == tmp_path / "wallboard" / "recordings"


def test_a_state_folder_named_from_the_working_folder_stays_where_it_was(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = recording_path(BoardId("a"), record=True, environ={"WALLBOARD_STATE": "kept"})
    assert path.parent == tmp_path / "kept" / "recordings"


def test_a_named_file_is_taken_as_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert recording_path(BoardId("a"), "/srv/group/wall.db", {}) == Path("/srv/group/wall.db")
    assert recording_path(BoardId("a"), "wall.db", {}) == tmp_path / "wall.db"


def test_nothing_is_recorded_where_that_is_switched_off():
    assert recording_path(BoardId("a"), record=False, environ={}) is None
    assert recording_file(BoardId("a"), record=False, environ={}) is None


@pytest.mark.parametrize(("record", "mode"), [(True, 0o600), ("/srv/group/wall.db", 0o666)])
def test_only_a_file_that_was_named_may_serve_others(record, mode):
    assert file_mode(record) == mode
    assert recording_file(BoardId("a"), record, {}).mode == mode
