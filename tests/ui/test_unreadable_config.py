"""A wall whose config turns into what cannot be read, or never answers."""

import os
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent / "terminal"))

from pseudo_terminal import Child

PATIENCE_SECONDS = 90
"""Far less than the five minutes that asyncio waits for a thread of its own at the end."""

CONFIG = """
title = "{title}"
theme = "dark"
record = false
[[server]]
name = "prod"
url = "http://127.0.0.1:9"
[[server.entry_point]]
id = 1000
"""


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "wallboard.toml"
    path.write_text(CONFIG.format(title="at first"))
    return path


@pytest.fixture
def wall(tmp_path, path):
    with_config = ("-m", "wallboard", "--config", str(path))
    variables = {"WALLBOARD_STATE": str(tmp_path / "state"), "LC_ALL": "C.UTF-8"}
    child = Child(110, 24, argv=(sys.executable, *with_config), variables=variables)
    child.until("at first", PATIENCE_SECONDS)
    yield child
    child.close()


def put(path, make):
    """Have something else in the place of the config, at once."""
    new = path.with_suffix(".new")
    make(new)
    new.replace(path)


def silent_pipe(path):
    """A pipe that somebody holds open and writes nothing into."""
    os.mkfifo(path)
    _held.append(os.open(path, os.O_RDWR))


_held: list[int] = []


@pytest.fixture(autouse=True)
def _let_go():
    yield
    while _held:
        os.close(_held.pop())


def huge(path):
    path.touch()
    os.truncate(path, 1 << 40)


KINDS = {
    "an idle pipe": (os.mkfifo, "without a writer"),
    "a silent pipe": (silent_pipe, "cannot be read"),
    "an endless device": (lambda path: path.symlink_to("/dev/zero"), "larger than 16 MiB"),
    "an empty device": (lambda path: path.symlink_to("/dev/null"), "missing"),
    "a link to itself": (lambda path: path.symlink_to("wallboard.toml"), "cannot be read"),
    "a huge file": (huge, "larger than 16 MiB"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_wrong_with_it_is_said_until_it_is_right_again(kind, wall, path):
    make, said = KINDS[kind]
    put(path, make)
    wall.until("Edited config is invalid", PATIENCE_SECONDS)
    wall.until(said, PATIENCE_SECONDS)
    put(path, lambda new: new.write_text(CONFIG.format(title="mended")))
    wall.until("mended", PATIENCE_SECONDS)
    wall.until("Config reloaded", PATIENCE_SECONDS)
    wall.send("q")
    assert wall.status(PATIENCE_SECONDS) == 0


def test_a_folder_in_its_place_is_said(wall, path):
    path.unlink()
    path.mkdir()
    wall.until("is a directory", PATIENCE_SECONDS)
    wall.send("q")
    assert wall.status(PATIENCE_SECONDS) == 0


@pytest.mark.parametrize("key", ["q", "\x03"])
def test_a_config_that_does_not_answer_holds_up_no_end(key, wall, path):
    put(path, silent_pipe)
    wall.until("cannot be read", PATIENCE_SECONDS)
    wall.send(key)
    assert wall.status(PATIENCE_SECONDS) == 0
