"""The memory of a board on a real disk, whole and damaged."""

import logging
import os
import stat
import threading
import tomllib

import pytest

from wallboard.config.state_folder import BoardId
from wallboard.ui.picture.arrangement import (
    SAVE_SECONDS,
    Arrangement,
    ArrangementStore,
    arrangements_folder,
)

ARRANGED = Arrangement(
    density="compact", sort="wait", filter='group:"EMEA"', folded=frozenset({"A"})
)
OTHER = Arrangement(density="large")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "state" / "views"


def keep(memory, state, now):
    """As the board does at a tick."""
    if memory.is_due(state, now):
        memory.save(state)


def kept(folder, board="prod.toml"):
    return ArrangementStore(BoardId(board), folder).load()


def test_a_board_never_arranged_is_as_usual_and_leaves_no_file(folder):
    memory = ArrangementStore(BoardId("prod.toml"), folder)
    assert memory.load() == (Arrangement(), None)
    keep(memory, Arrangement(), 0.0)
    memory.save(Arrangement())
    assert not folder.exists()


def test_an_arrangement_is_there_in_the_next_run(folder):
    ArrangementStore(BoardId("prod.toml"), folder).save(ARRANGED)
    assert kept(folder) == (ARRANGED, None)


def test_each_config_has_a_memory_of_its_own(folder):
    ArrangementStore(BoardId("prod.toml"), folder).save(ARRANGED)
    ArrangementStore(BoardId("test.toml"), folder).save(OTHER)
    assert kept(folder, "prod.toml")[0] == ARRANGED
    assert kept(folder, "test.toml")[0] == OTHER


def test_only_the_owner_may_read_it_and_nothing_else_is_left_behind(folder):
    memory = ArrangementStore(BoardId("prod.toml"), folder)
    memory.save(ARRANGED)
    memory.save(OTHER)
    assert [path.name for path in folder.iterdir()] == [memory.path.name]
    assert stat.S_IMODE(memory.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_file_says_which_board_it_is_of_whatever_its_name(folder):
    name = "/home/\udcff/\x1b[31m.toml"
    ArrangementStore(BoardId(name), folder).save(ARRANGED)
    assert kept(folder, name) == (ARRANGED, None)
    (file,) = folder.iterdir()
    assert tomllib.loads(file.read_text())["board"].endswith("\x1b[31m.toml")


def test_changes_in_a_row_are_written_once_in_a_while_and_at_the_end(folder):
    memory = ArrangementStore(BoardId("prod.toml"), folder)
    keep(memory, ARRANGED, 100.0)
    assert kept(folder)[0] == ARRANGED
    keep(memory, OTHER, 100.0 + SAVE_SECONDS / 2)
    assert kept(folder)[0] == ARRANGED
    keep(memory, OTHER, 100.0 + SAVE_SECONDS)
    assert kept(folder)[0] == OTHER
    keep(memory, ARRANGED, 100.1 + SAVE_SECONDS)
    memory.save(ARRANGED)
    assert kept(folder)[0] == ARRANGED


def test_a_clock_that_is_put_back_does_not_stop_the_writing(folder):
    memory = ArrangementStore(BoardId("prod.toml"), folder)
    keep(memory, ARRANGED, 10_000.0)
    keep(memory, OTHER, 100.0)
    assert kept(folder)[0] == OTHER


def test_nothing_is_written_while_nothing_changes(folder):
    memory = ArrangementStore(BoardId("prod.toml"), folder)
    memory.save(ARRANGED)
    before = memory.path.stat()
    keep(memory, ARRANGED, 1000.0)
    memory.save(ARRANGED)
    after = memory.path.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_the_usual_arrangement_is_kept_too_once_there_was_another(folder):
    memory = ArrangementStore(BoardId("prod.toml"), folder)
    memory.save(ARRANGED)
    memory.save(Arrangement())
    assert kept(folder) == (Arrangement(), None)


@pytest.mark.parametrize(
    "damage", [b"density = ", b"\xff\xfe", b"x = " + b"[" * 5000, b"a = 1\n" * 2]
)
def test_a_damaged_file_is_told_of_and_written_anew(folder, damage):
    memory = ArrangementStore(BoardId("prod.toml"), folder)
    memory.save(ARRANGED)
    memory.path.write_bytes(damage)
    again = ArrangementStore(BoardId("prod.toml"), folder)
    state, problem = again.load()
    assert state == Arrangement()
    assert str(memory.path) in problem
    again.save(OTHER)
    assert kept(folder) == (OTHER, None)


def test_an_unknown_or_wrong_key_costs_only_itself(folder):
    memory = ArrangementStore(BoardId("prod.toml"), folder)
    memory.save(ARRANGED)
    memory.path.write_text('density = "compact"\nsort = 3\nshape = "round"\n')
    assert kept(folder) == (Arrangement(density="compact"), None)


def test_what_is_no_file_is_told_of_and_holds_nobody_up(folder):
    memory = ArrangementStore(BoardId("prod.toml"), folder)
    folder.mkdir(parents=True)
    os.mkfifo(memory.path)
    state, problem = memory.load()
    assert state == Arrangement()
    assert "not a file" in problem


def test_a_folder_that_cannot_be_written_is_told_of_once(folder, caplog):
    folder.parent.mkdir(parents=True)
    folder.write_text("in the way")
    memory = ArrangementStore(BoardId("prod.toml"), folder)
    assert memory.load()[0] == Arrangement()
    with caplog.at_level(logging.WARNING):
        keep(memory, ARRANGED, 0.0)
        keep(memory, OTHER, 100.0)
        memory.save(ARRANGED)
    (record,) = caplog.records
    assert str(folder) in record.getMessage()
    folder.unlink()
    memory.save(ARRANGED)
    assert kept(folder)[0] == ARRANGED


def test_two_boards_of_one_config_never_leave_half_a_file(folder):
    states = [Arrangement(filter="x" * 900), Arrangement(filter="y")]
    memories = [ArrangementStore(BoardId("prod.toml"), folder) for _ in states]
    done = threading.Event()

    def write(memory, state):
        for turn in range(150):
            memory.save(state if turn % 2 == 0 else Arrangement())

    def read():
        found = set()
        while not done.is_set():
            found.add(kept(folder))
        problems.append({problem for _, problem in found})
        seen.update(state for state, _ in found)

    problems, seen = [], set()
    reader = threading.Thread(target=read)
    writers = [
        threading.Thread(target=write, args=pair) for pair in zip(memories, states, strict=True)
    ]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert problems == [{None}]
    assert seen <= {*states, Arrangement()}
    assert len(list(folder.iterdir())) == 1


def test_a_theme_asked_for_elsewhere_neither_gives_way_nor_is_kept(folder):
    ArrangementStore(BoardId("prod.toml"), folder).save(Arrangement(theme="paper", sort="name"))
    memory = ArrangementStore(BoardId("prod.toml"), folder, themed=True)
    state, _ = memory.load()
    assert state == Arrangement(sort="name")
    memory.save(Arrangement(sort="wait"))
    assert kept(folder)[0] == Arrangement(theme="paper", sort="wait")
    memory.save(Arrangement(sort="wait", theme="mono"))
    assert kept(folder)[0] == Arrangement(theme="mono", sort="wait")


def test_the_state_folder_is_the_users_own_unless_one_is_named(tmp_path, monkeypatch):
    assert arrangements_folder({"WALLBOARD_STATE": str(tmp_path)}) == tmp_path / "views"
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert arrangements_folder({}) == tmp_path / "wallboard" / "views"
