"""``wallboard status``: one line for a prompt, alike by the quick way and the thorough one."""

import json
import os
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from waiting import PATIENCE_SECONDS

from wallboard.board import Board
from wallboard.cli.options.recording import recording_of_config
from wallboard.cli.run import status
from wallboard.cli.run.status import quick_status
from wallboard.domain.board_status import PointCounts, board_status
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.observation import Observation, Request
from wallboard.domain.policy import Policy
from wallboard.domain.reading import ChatAllowed
from wallboard.recorder.file.board_status import (
    APPLICATION_ID,
    MOST_CHARACTERS,
    NAME,
    NAMES,
    NoBoardStatusError,
    read_board_status,
    status_text,
    status_values,
)
from wallboard.recorder.file.schema import RECORDING
from wallboard.recorder.writing.writer import Writer

SERVER = '[[server]]\nname = "prod"\nurl = "{}"\n[[server.entry_point]]\nid = 1000\n'
CALM = {"at": 0.0, "newest_at": 0.0, "late": 0, "entry_points": 60, "open": 57, "ok": 57,
        "warning": 1, "unknown": 0, "critical": 2, "unacknowledged": 0, "returned": 0,
        "acknowledged": 0, "shelved": 0, "suppressed": 0}  # fmt: skip


@pytest.fixture
def recorded(tmp_path):
    """Writes how a board stood so many seconds ago; gives the recording."""

    def written(ago=0.0, **values):
        path, now = tmp_path / "wall.db", time.time()
        standing = {**CALM, "at": now - ago, "newest_at": now - ago - 1, **values}
        writer = Writer.open(path)
        writer.keep({NAME: status_text(standing)})
        writer.close()
        return path

    return written


def printed(capsys, option, value, more=()):
    code = quick_status((option, value, *more))
    return code, capsys.readouterr().out.rstrip("\n")


def minute(ago):
    """The time so many seconds ago as it is shown."""
    return status._minute(time.time() - ago, time.time())


@pytest.mark.parametrize(
    ("values", "words", "code"),
    [
        ({}, "57 open", 0),
        ({"unacknowledged": 2, "acknowledged": 1}, "2 new · 1 acked · 57 open", 2),
        ({"acknowledged": 1, "shelved": 3}, "1 acked · 3 shelved · 57 open", 1),
        ({"suppressed": 1}, "57 open", 1),
        ({"returned": 1}, "1 returned · 57 open", 2),
        ({"entry_points": 0, "open": 0}, "0 open", 0),
        ({"unknown": 60, "open": 0, "returned": 1}, "1 returned · 60 unknown", 2),
    ],
)
def test_it_says_what_stands_and_how_many_are_open(recorded, capsys, values, words, code):
    assert printed(capsys, "--file", str(recorded(**values))) == (code, words)


def test_it_says_when_nobody_records_any_more_or_nothing_comes_in(recorded, capsys):
    path = str(recorded(ago=16, unacknowledged=1))
    assert printed(capsys, "--file", path) == (3, f"no data since {minute(17)}")
    path = str(recorded(late=1, newest_at=time.time() - 3600))
    assert printed(capsys, "--file", path) == (3, f"no data since {minute(3600)}")
    path = str(recorded(late=1, newest_at=time.time() - 3600, unacknowledged=1))
    assert printed(capsys, "--file", path) == (2, f"1 new · no data since {minute(3600)}")
    path = str(recorded(ago=-3600))
    assert printed(capsys, "--file", path)[0] == 3


def test_it_says_since_when_there_is_no_network(recorded, capsys):
    said = f"no network since {minute(60)}"
    for alarms, words, code in (
        ({}, said, 3),
        ({"acknowledged": 1}, f"1 acked · {said}", 1),
        ({"unacknowledged": 2}, f"2 new · {said}", 2),
    ):
        path = str(recorded(blind_since=time.time() - 60, **alarms))
        assert printed(capsys, "--file", path) == (code, words)


def test_a_date_is_there_unless_it_is_of_today(recorded, capsys):
    long_ago = time.time() - 3 * 86_400
    path = str(recorded(ago=3 * 86_400, newest_at=long_ago))
    words = time.strftime("%d %b %H:%M", time.localtime(long_ago))
    assert printed(capsys, "--file", path) == (3, f"no data since {words}")


def test_json_has_all_of_it(recorded, capsys):
    path = str(recorded(unacknowledged=2))
    code, out = printed(capsys, "--format", "json", ("--file", path))
    told = json.loads(out)
    assert code == 2
    assert (told["stale"], told["open"], told["entry_points"]) == (False, 57, 60)
    assert told["alarms"] == {"unacknowledged": 2, "returned": 0, "acknowledged": 0,
                              "shelved": 0, "suppressed": 0}  # fmt: skip
    assert told["levels"] == {"ok": 57, "warning": 1, "unknown": 0, "critical": 2}
    assert told["at"].endswith("+00:00")
    code, out = printed(capsys, "--format", "json", ("--file", f"{path}.none"))
    told = json.loads(out)
    assert (code, told["stale"], told["at"], told["open"]) == (3, True, None, None)


def test_where_there_is_no_recording_there_is_no_data(tmp_path, capsys):
    assert printed(capsys, "--file", str(tmp_path / "none.db")) == (3, "no data")
    Writer.open(tmp_path / "new.db").close()
    assert printed(capsys, "--file", str(tmp_path / "new.db")) == (3, "no data")


@pytest.mark.parametrize(
    "args",
    [["--help"], ["-h"], ["--file"], ["--format", "xml"], ["1000"], ["--file=x"], ["--url", "x"]],
)
def test_all_else_takes_the_thorough_way(args):
    assert quick_status(args) is None


HOME = "/home/somebody"
PLACES = {
    "true": "",
    "named": "record = true\n",
    "a path": 'record = "wall.db"\n',
    "a quoted key": '"record" = "wall.db"\n',
    "a whole path": 'record = "/srv/wall.db"\n',
    "at home": 'record = "~/wall.db"\n',
    "after others": 'title = "record = 1"\nrecord_days = 3\n  record   =   "x/../wall #.db" # so\n',
    "of a table": "[alarm]\nbell = []\n",
}


@pytest.mark.parametrize("top", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("state", [None, "/var/state"])
def test_the_quick_way_finds_the_recording_that_the_board_would_use(
    tmp_path, monkeypatch, top, state
):
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    for name in ("WALLBOARD_STATE", "WALLBOARD_CONFIG", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    if state:
        monkeypatch.setenv("WALLBOARD_STATE", state)
    (tmp_path / "wallboard.toml").write_text(top + SERVER.format("http://h"))
    named = "../wallboard.toml"
    found = status._recording(named)
    assert os.path.realpath(found) == os.path.realpath(recording_of_config(Path(named))[0])
    monkeypatch.setenv("WALLBOARD_CONFIG", named)
    assert status._recording(None) == found
    monkeypatch.delenv("WALLBOARD_CONFIG")
    monkeypatch.chdir(tmp_path)
    assert os.path.realpath(status._recording(None)) == os.path.realpath(found)


@pytest.mark.parametrize("variables", [{}, {"XDG_CONFIG_HOME": "own", "XDG_STATE_HOME": "kept"}])
def test_it_looks_where_a_board_looks_without_a_config_here(tmp_path, monkeypatch, variables):
    from platformdirs import user_config_path, user_state_path

    for name in ("WALLBOARD_STATE", "WALLBOARD_CONFIG", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name, folder in variables.items():
        monkeypatch.setenv(name, str(tmp_path / folder))
    monkeypatch.chdir(tmp_path)
    assert status._recording(None) is None
    folder = user_config_path("wallboard")
    folder.mkdir(parents=True)
    (folder / "wallboard.toml").write_text(SERVER.format("http://h"))
    found = status._recording(None)
    assert found == str(recording_of_config(None)[0])
    assert found.startswith(str(user_state_path("wallboard", appauthor=False)))


@pytest.mark.parametrize(
    "text",
    ['title = """\n[x]\n"""\nrecord = false\n', "record = 3\n", "record = \n", "record = false\n"],
)
def test_what_is_not_plain_at_a_glance_is_read_the_thorough_way(tmp_path, monkeypatch, text):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wallboard.toml").write_text(text + SERVER.format("http://h"))
    assert status._recording("wallboard.toml") is None
    assert status._recording("none.toml") is None


async def test_a_board_that_records_keeps_it_up_to_date(wallboard, simulated, start, tmp_path):
    simulator = await simulated('[[fault]]\nkind = "service_not_running"\n')
    text = "interval = 0.2\n[alarm]\nraise_for = 0\n" + SERVER.format(simulator.url)
    (tmp_path / "wallboard.toml").write_text(text)
    ended = await wallboard("status")
    assert (ended.status, ended.out, ended.err) == (3, "no data\n", "")
    await start("record")
    end = time.monotonic() + PATIENCE_SECONDS
    while (ended := await wallboard("status")).out != "1 new · 0 open\n":
        assert time.monotonic() < end, ended
    assert (ended.status, ended.err) == (2, "")
    ended = await wallboard("alarms", "ack", "1000", "--why", "on it")
    assert ended.status == 0, ended
    while (ended := await wallboard("status")).out != "1 acked · 0 open\n":
        assert time.monotonic() < end, ended
    assert ended.status == 1


async def test_a_board_that_is_not_recorded_has_no_status(wallboard, tmp_path):
    (tmp_path / "wallboard.toml").write_text("record = false\n" + SERVER.format("http://h"))
    ended = await wallboard("status")
    assert ended.status == 78
    assert "not recorded" in ended.err
    ended = await wallboard("status", "--config", "none.toml")
    assert ended.status == 78
    ended = await wallboard("status", "--format", "xml")
    assert ended.status == 64


async def test_it_is_plain_where_the_locale_is(wallboard, recorded):
    path = str(recorded(acknowledged=1))
    ended = await wallboard("status", "--file", path, PYTHONUTF8="0", LC_ALL="C", LANG="C",
                            PYTHONCOERCECLOCALE="0", PYTHONIOENCODING="ascii")  # fmt: skip
    assert ended.out == "1 acked, 57 open\n"


def test_the_values_are_read_as_they_were_written():
    values = {name: number + 0.25 for number, name in enumerate(NAMES)}
    assert status_values(status_text(values)) == values
    assert status_values("later=3 open=2") == {"open": 2.0}


@pytest.mark.parametrize(
    "text",
    ["open=x", "open", "open=nan", "open=inf", "open=1e300", "x" * (MOST_CHARACTERS + 1), b"", 3],
)
def test_what_no_board_wrote_is_no_standing(text):
    with pytest.raises(ValueError, match=r".*"):
        status_values(text)


def test_the_number_that_says_whose_file_it_is_is_that_of_a_recording():
    assert RECORDING.application_id == APPLICATION_ID


def test_a_file_from_anybody_is_not_trusted(tmp_path, recorded, capsys):
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as database, database:
        database.execute("CREATE TABLE about (name, value)")
    view = tmp_path / "view.db"
    with closing(sqlite3.connect(view)) as database, database:
        database.execute(
            "CREATE VIEW about AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
            " SELECT 'standing' AS name, i AS value FROM n"
        )
        database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    text = tmp_path / "text.db"
    text.write_text("no database")
    odd = recorded()
    with closing(sqlite3.connect(odd)) as database, database:
        database.execute(
            "UPDATE about SET value = '\x1b]0;x\x07 open=\x1b[2J' WHERE name = 'standing'"
        )
    for path in (other, view, text, odd, tmp_path):
        with pytest.raises(NoBoardStatusError):
            read_board_status(str(path))
        code, out = printed(capsys, "--file", str(path))
        assert (code, out) == (3, "no data")


def test_a_path_with_any_sign_is_read(tmp_path, recorded, capsys):
    for name in ("a b", "50%.db", "what?.db", "a#b.db", "ä&mode=rw.db"):
        path = recorded().rename(tmp_path / name)
        assert printed(capsys, "--file", str(path)) == (0, "57 open")


def test_it_loads_next_to_nothing(recorded, tmp_path):
    import subprocess

    code = (
        "import sys; from wallboard.cli.run.run import run; run(sys.argv[1:]);"
        "print(*sorted(sys.modules))"
    )
    (tmp_path / "wallboard.toml").write_text("record_days = 3\n" + SERVER.format("http://h"))
    ended = subprocess.run([sys.executable, "-c", code, "status"], cwd=tmp_path,
                           capture_output=True, text=True, check=True)  # fmt: skip
    loaded = set(ended.stdout.split())
    assert "sqlite3" in loaded
    heavy = {"click", "pydantic", "textual", "aiohttp", "dataclasses", "json", "tomllib",
             "pathlib", "platformdirs", "asyncio"}  # fmt: skip
    already = {"pathlib"} & set(sys.modules) if "coverage" in loaded else set()
    assert not loaded & (heavy - already)


def test_a_board_is_told_by_what_is_up_to_date_on_it():
    points = [(EntryPoint(EntryPointKey("prod", 1000 + n), str(n)), Policy()) for n in range(2)]
    board, allowed = Board(points), ChatAllowed(True)
    counts = PointCounts()

    def standing(at):
        snapshot = board.snapshot(at)
        return board_status(snapshot, counts.of(snapshot), 10.0)

    assert "newest_at" not in standing(5.0)
    request = Request("GET", "http://h")
    for point, _ in points:
        board.fold(Observation(point.key, Endpoint.CHAT_ALLOWED, 100.0, 0.1, allowed, request))
    fresh, old = (standing(at) for at in (101.0, 140.0))
    assert set(fresh) <= set(NAMES)
    assert (fresh["open"], fresh["ok"], fresh["unknown"], fresh["late"]) == (2, 2, 0, 0)
    assert (old["open"], old["ok"], old["unknown"], old["late"]) == (0, 0, 2, 1)
    assert (old["at"], old["newest_at"]) == (140.0, 100.0)
