"""Users without a home, folders that are gone, odd time zones, and Python without docstrings."""

import asyncio
import functools
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import PATIENCE_SECONDS, Ended

STRANGER = ["unshare", "--user", "--map-user=54321", "--map-group=54321"]
"""Runs a command as a user of whom nothing is known; files are those of who runs it."""

ROOT = Path(__file__).parents[2]

CONFIG = """
[[server]]
name = "prod"
url = "{url}"
[[server.entry_point]]
id = 1000
"""
NO_HOME = "this user has no home directory"
DEFECT = "internal error"


@functools.cache
def strangers_are_possible():
    if not shutil.which(STRANGER[0]):
        return False
    return subprocess.run([*STRANGER, "true"], check=False, capture_output=True).returncode == 0


@pytest.fixture
def run(tmp_path, environment):
    """Runs a line, by way of another command if need be; a variable of ``None`` is not there."""

    async def ran(*args: str, through=(), folder=tmp_path, **variables):
        process = await asyncio.create_subprocess_exec(
            *through, sys.executable, "-m", "wallboard", *args,
            cwd=folder,
            env={k: v for k, v in {**environment, **variables}.items() if v is not None},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        async with asyncio.timeout(PATIENCE_SECONDS):
            out, err = await process.communicate()
        return Ended(process.returncode, out.decode(), err.decode())

    return ran


@pytest.fixture
def stranger(run):
    """Runs a line as a user without an entry in the list of users, and without a home."""
    if not strangers_are_possible():
        pytest.skip("a user namespace cannot be made here")

    async def ran(*args: str, **variables):
        nobody = {"HOME": None, "XDG_CONFIG_HOME": None, "WALLBOARD_STATE": None}
        return await run(*args, through=STRANGER, **nobody | variables)

    return ran


@pytest.fixture
async def config(tmp_path, simulated):
    simulator = await simulated()
    path = tmp_path / "prod.toml"
    path.write_text(CONFIG.format(url=simulator.url))
    return str(path)


@pytest.mark.parametrize(
    "line",
    [
        "--help",
        "--version",
        "check",
        "raw capacity 1000",
        "watch --for 0.5 --no-record",
        "--frames 1 --no-record",
        "config check",
        "config show",
        "doctor",
        "themes",
        "themes nord",
        "completion bash",
        "record --help",
        "demo --frames 1",
    ],
)
async def test_who_has_no_home_has_all_that_needs_none(line, stranger, config):
    ended = await stranger(*line.split(), WALLBOARD_CONFIG=config)
    assert DEFECT not in ended.err
    assert ended.status in ({0, 1, 2} if line in {"check", "doctor"} else {0}), ended


@pytest.mark.parametrize("line", ["--frames 1", "watch --for 0.5"])
async def test_who_has_no_home_is_told_that_nothing_is_recorded(line, stranger, config):
    ended = await stranger(*line.split(), "--config", config)
    assert ended.status == 0
    assert f"wallboard: Not recording: {NO_HOME}; set HOME or WALLBOARD_STATE" in ended.err


async def test_the_doctor_says_why_nothing_is_recorded(stranger, config):
    ended = await stranger("doctor", "--config", config)
    assert "Not recording: no home directory" in " ".join(ended.out.split())


async def test_a_sweep_goes_on_where_nothing_can_be_kept_of_it(stranger, simulated):
    simulator = await simulated()
    ended = await stranger("discover", "--url", simulator.url, "--ids", "1000-1002")
    assert (ended.status, ended.err.count(DEFECT)) == (0, 0)


@pytest.mark.parametrize(
    "line",
    ["history 1000", "handover", "export -", "recording info", "recording verify", "replay",
     "record", "config init --user --url http://h --ids 1 --yes"],
)  # fmt: skip
async def test_what_needs_a_home_says_so(line, stranger, config):
    ended = await stranger(*line.split(), WALLBOARD_CONFIG=config)
    assert ended.status == 78
    assert ended.err.startswith(f"wallboard: {NO_HOME}")


async def test_who_has_no_home_may_name_a_state_folder(stranger, config, tmp_path):
    ended = await stranger("--frames", "1", "--config", config, WALLBOARD_STATE=str(tmp_path / "s"))
    assert (ended.status, ended.err) == (0, "")
    assert list((tmp_path / "s" / "recordings").glob("*.db"))


@pytest.mark.parametrize("home", ["file", "relative/home", "", "/nonexistent/home"])
async def test_a_home_that_is_none_hinders_no_board(home, run, config):
    home = config if home == "file" else home
    variables = {"HOME": home, "XDG_CONFIG_HOME": None, "XDG_STATE_HOME": "also/relative"}
    ended = await run("--frames", "1", "--config", config, **variables)
    assert ended.status == 0
    assert DEFECT not in ended.err


GONE = ["sh", "-c", 'rmdir "$PWD" && exec "$@"', "sh"]


@pytest.fixture
def nowhere(run, tmp_path):
    """Runs a line in a folder that is gone."""

    async def ran(*args: str, **variables):
        folder = tmp_path / "gone"
        folder.mkdir()
        return await run(*args, through=GONE, folder=folder, **variables)

    return ran


@pytest.mark.parametrize(
    "line", ["check", "--frames 1", "doctor", "config check", "recording verify", "handover",
             "discover --server prod --ids 1000"],
)  # fmt: skip
async def test_a_working_folder_that_is_gone_is_not_missed(line, nowhere, run, config):
    assert (await run("--frames", "1", "--config", config)).status == 0
    ended = await nowhere(*line.split(), WALLBOARD_CONFIG=config)
    assert DEFECT not in ended.err
    assert ended.status in ({0, 1, 2} if line in {"check", "doctor"} else {0}), ended


@pytest.mark.parametrize(
    "line",
    ["check", "check --config wallboard.toml", "config init --url http://h --ids 1 --yes",
     "handover", "--url http://h 1 --record wall.db --frames 1"],
)  # fmt: skip
async def test_what_is_looked_for_in_a_folder_that_is_gone_is_not_there(line, nowhere):
    ended = await nowhere(*line.split())
    assert ended.status == 78
    assert DEFECT not in ended.err


def test_the_help_is_the_same_where_docstrings_are_left_out():
    code = (
        "from tests.cli.run.test_every_command import ALL\n"
        "import click\n"
        "for words, command in ALL.items():\n"
        "    print(command.get_help(click.Context(command, info_name=' '.join(words))))\n"
    )
    whole, without = (
        subprocess.run(
            [sys.executable, *options, "-c", code], cwd=ROOT, capture_output=True, check=True
        ).stdout.decode()
        for options in ((), ("-OO",))
    )
    assert without == whole
    assert "Show the live board: every chat entry point" in whole


@pytest.mark.parametrize("zone", ["XXX-99", "XXX99", "XXX-24:59:59", "XXX0YYY-99"])
@pytest.mark.parametrize("line", ["--frames 1", "watch --for 5", "recording info"])
async def test_a_time_zone_that_is_none_is_said_and_is_utc(line, zone, run, config):
    if line == "recording info":
        assert (await run("--frames", "1", "--config", config)).status == 0
    ended = await run(*line.split(), "--config", config, TZ=zone)
    assert ended.status == 0
    assert ended.err == f"wallboard: TZ={zone} is not a valid time zone; times are in UTC.\n"
    assert "+00:00" in ended.out


@pytest.mark.parametrize("zone", [":/nonexistent", "", "../../etc/passwd", "<+00>junk", "X" * 3000])
async def test_a_time_zone_that_nobody_knows_is_utc(zone, run, config):
    ended = await run("--frames", "1", "--config", config, TZ=zone)
    assert (ended.status, ended.err) == (0, "")
    assert "+00:00" in ended.out


def add(config, line):
    with Path(config).open("a") as file:
        file.write(line)


@pytest.mark.parametrize(
    "variables",
    [
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"LC_ALL": "xx_YY.nonsense"},
        {"PYTHONIOENCODING": "ascii"},
        {"TERM": None},
    ],
    ids=["C", "unknown locale", "ascii", "no TERM"],
)
@pytest.mark.parametrize("line", ["check", "--frames 1", "doctor", "themes nord", "handover"])
async def test_no_sign_is_too_much_for_an_encoding(line, variables, run, config):
    add(config, 'name = "Größe ✓"')
    assert (await run("--frames", "1", "--config", config)).status == 0
    ended = await run(*line.split(), WALLBOARD_CONFIG=config, **variables)
    assert ended.status in {0, 1, 2}
    assert DEFECT not in ended.err
