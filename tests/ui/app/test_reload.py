"""Edits of a config file while a board runs."""

import asyncio
import os
import threading

import pytest

from wallboard.config import ConfigError, load_config
from wallboard.config.problem import Problem
from wallboard.config.reload import (
    AGAIN_SECONDS,
    LOOK_SECONDS,
    ConfigSource,
    Reload,
    Watch,
    stamp_of,
    what_changed,
)
from wallboard.config.state_folder import BoardId

CONFIG = """
title = "{title}"
[[server]]
name = "prod"
url = "http://127.0.0.1:9"
{points}
"""


def config(*ids: int, title="one"):
    points = "\n".join(f"[[server.entry_point]]\nid = {number}" for number in ids)
    return CONFIG.format(title=title, points=points)


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "wallboard.toml"
    file.write_text(config(1000))
    return file


def replaced(path, text):
    """What most editors do: a new file in the place of the old one."""
    new = path.with_suffix(".new")
    new.write_text(text)
    new.replace(path)


def test_a_file_that_nobody_touches_never_changes(path):
    watch = Watch(path, stamp_of(path))
    assert not any(watch.changed(now / 4) for now in range(100))


def test_an_edit_counts_once_the_file_lies_still(path):
    watch = Watch(path, stamp_of(path))
    assert not watch.changed(0.0)
    replaced(path, config(1000, 1001))
    assert not watch.changed(1.0), "it may still be written"
    path.write_text(config(1000, 1001, 1002))
    assert not watch.changed(2.0)
    assert watch.changed(3.0)
    assert not watch.changed(4.0)


def test_a_file_is_looked_at_no_more_than_once_a_second(path):
    watch = Watch(path, stamp_of(path))
    assert not watch.changed(0.0)
    replaced(path, config(1001))
    assert not watch.changed(LOOK_SECONDS / 2)
    assert not watch.changed(LOOK_SECONDS)
    assert not watch.changed(LOOK_SECONDS * 1.5)
    assert watch.changed(LOOK_SECONDS * 2)


def test_a_clock_that_is_put_back_does_not_end_the_watch(path):
    watch = Watch(path, stamp_of(path))
    assert not watch.changed(10_000.0)
    replaced(path, config(1001))
    assert not watch.changed(1.0)
    assert watch.changed(2.0)


def test_an_edit_between_reading_and_watching_is_seen(path):
    before = stamp_of(path)
    replaced(path, config(1001))
    watch = Watch(path, before)
    assert not watch.changed(0.0)
    assert watch.changed(1.0)


def test_a_file_that_goes_away_and_comes_back_changes_each_time(path):
    watch = Watch(path, stamp_of(path))
    path.rename(path.with_suffix(".old"))
    assert [watch.changed(float(now)) for now in range(3)] == [False, True, False]
    path.with_suffix(".old").rename(path)
    assert [watch.changed(float(now)) for now in range(3, 6)] == [False, True, False]


def test_a_link_that_points_elsewhere_is_a_change(path, tmp_path):
    other, link = tmp_path / "other.toml", tmp_path / "link.toml"
    other.write_text(path.read_text())
    link.symlink_to(path)
    watch = Watch(link, stamp_of(link))
    link.unlink()
    link.symlink_to(other)
    assert [watch.changed(float(now)) for now in range(2)] == [False, True]


class Watched:
    """A reload of a real file on a clock that the test moves."""

    def __init__(self, path) -> None:
        self.used = []
        self.threads = set()
        self.now = 0.0
        source = ConfigSource(BoardId(str(path)), lambda: self.read(path), path, stamp_of(path))
        self.reload = Reload(source, self.used.append)

    def read(self, path):
        self.threads.add(threading.current_thread())
        return load_config(path, os.environ)

    @property
    def problems(self):
        return self.reload.problems

    async def seconds(self, count):
        """Tick twice a second, and wait for what each tick began."""
        for _ in range(count * 2):
            self.now += 0.5
            self.reload.tick(self.now)
            if self.reload._task:
                await asyncio.wait({self.reload._task})


async def test_a_valid_edit_is_taken_up_once_and_read_off_the_main_thread(path):
    watched = Watched(path)
    await watched.seconds(2)
    replaced(path, config(1000, 1001))
    await watched.seconds(5)
    (settings,) = watched.used
    assert [one.id for one in settings.server[0].entry_point] == [1000, 1001]
    assert watched.problems == ()
    assert threading.main_thread() not in watched.threads


async def test_an_invalid_edit_is_told_until_the_file_is_right_again(path):
    watched = Watched(path)
    await watched.seconds(2)
    replaced(path, config(1000) + "intervall = 3\nsecond = 2\n")
    await watched.seconds(6)
    (problem,) = watched.problems
    assert "intervall" in problem
    assert "1 more" in problem
    assert path.name in problem
    assert str(path) not in problem, "a line is short"
    await watched.seconds(60)
    assert watched.problems == (problem,)
    assert watched.used == []
    replaced(path, config(1001))
    await watched.seconds(4)
    assert watched.problems == ()
    assert len(watched.used) == 1


async def test_a_second_invalid_edit_is_told_in_place_of_the_first(path):
    watched = Watched(path)
    replaced(path, config(1000) + "first = 3\n")
    await watched.seconds(6)
    replaced(path, "second = 3\n")
    await watched.seconds(6)
    (problem,) = watched.problems
    assert "second" in problem


async def test_what_is_put_right_before_the_second_look_is_never_told(path):
    watched = Watched(path)
    await watched.seconds(1)
    replaced(path, "[[server")
    told = set()
    while not watched.reload._task:
        await watched.seconds(1)
        told.add(watched.problems)
    replaced(path, config(1001))
    for _ in range(6):
        await watched.seconds(1)
        told.add(watched.problems)
    assert told == {()}
    assert watched.used


async def test_what_is_put_right_without_touching_the_file_is_noticed(path, monkeypatch):
    monkeypatch.delenv("WALLBOARD_TEST_SECRET", raising=False)
    watched = Watched(path)
    headers = '[server.headers]\nX-Key = { env = "WALLBOARD_TEST_SECRET" }\n'
    replaced(path, config(1000) + headers)
    await watched.seconds(6)
    assert "WALLBOARD_TEST_SECRET" in watched.problems[0]
    monkeypatch.setenv("WALLBOARD_TEST_SECRET", "x")
    await watched.seconds(int(AGAIN_SECONDS) + 2)
    assert watched.problems == ()
    assert len(watched.used) == 1


async def test_a_config_that_is_gone_is_told_and_the_board_goes_on(path):
    watched = Watched(path)
    path.unlink()
    await watched.seconds(6)
    assert "no such file" in watched.problems[0]
    path.write_text(config(1001))
    await watched.seconds(4)
    assert watched.problems == ()


async def test_a_defect_of_ours_is_logged_and_tried_again(path, caplog):
    broken = [True]

    def read():
        if broken:
            broken.pop()
            raise RuntimeError("a defect")
        return "settings"

    used = []
    reload = Reload(ConfigSource(BoardId("x"), read, path, None), used.append)
    for now in range(30):
        reload.tick(float(now))
        if reload._task:
            await asyncio.wait({reload._task})
    assert "a defect" in caplog.text
    assert used == ["settings"]
    assert reload.problems == ()


async def test_settings_that_cannot_be_taken_up_do_not_end_the_watch(path, caplog):
    def broken(_settings):
        raise RuntimeError("a defect")

    watched = Watched(path)
    watched.reload._use = broken
    replaced(path, config(1001))
    await watched.seconds(4)
    assert "a defect" in caplog.text
    watched.reload._use = watched.used.append
    replaced(path, config(1002))
    await watched.seconds(4)
    assert len(watched.used) == 1


async def test_a_board_without_a_file_has_nothing_to_watch():
    def read():
        raise ConfigError([Problem("", "", "", "never")])

    reload = Reload(ConfigSource(BoardId("x"), read), lambda _: None)
    for now in range(10):
        reload.tick(float(now))
    assert reload._task is None


def test_what_an_edit_did_is_said_in_one_sentence(path):
    def settings(text):
        path.write_text(text)
        return load_config(path, {})

    before = settings(config(1, 2, 3))
    assert what_changed(before, settings(config(2, 3, 4, 5))).endswith(": 2 added, 1 removed")
    assert what_changed(before, before).endswith("no entry points changed")
    slower = settings("interval = 30" + config(1, 2, 3))
    assert what_changed(before, slower).endswith(": 3 changed")
