"""``wallboard config init``, with options only and with somebody at the terminal."""

import asyncio
import io
import stat
import sys
import tomllib
from pathlib import Path

import pexpect
import pytest

from wallboard.config import load_config

ARGS = ["--url", "https://ece.example.com", "--ids", "1000,1005-1006"]


@pytest.fixture
def typed(tmp_path, environment):
    """Starts it on a terminal and answers one question after the other."""

    def run(args, answers):
        child = pexpect.spawn(
            sys.executable,
            ["-m", "wallboard", "config", "init", *args],
            env=environment | {"COLUMNS": "200"},
            cwd=tmp_path,
            encoding="utf-8",
            timeout=60,
            echo=False,
        )
        child.logfile_read = said = io.StringIO()
        for question, answer in answers:
            child.expect_exact(question)
            child.sendline(answer)
        child.expect(pexpect.EOF)
        child.close()
        return child.exitstatus, said.getvalue()

    return run


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


async def test_options_alone_write_a_config_that_can_be_used(wallboard, tmp_path):
    ended = await wallboard("config", "init", *ARGS, "--group", "EMEA", "--interval", "30", "--yes")
    assert (ended.status, ended.err) == (0, "")
    path = tmp_path / "wallboard.toml"
    settings = load_config(path, {})
    (server,) = settings.server
    assert (server.name, server.url) == ("ece.example.com", "https://ece.example.com")
    assert [(e.id, e.group) for e in server.entry_point] == [
        (1000, "EMEA"),
        (1005, "EMEA"),
        (1006, "EMEA"),
    ]
    assert settings.interval == 30
    assert path.read_text().count("#") > 5
    checked = await wallboard("config", "check", "--format", "json")
    assert checked.status == 0
    assert '"warnings": []' in checked.out


async def test_a_file_is_never_overwritten_unless_that_is_said(wallboard, tmp_path):
    path = tmp_path / "wallboard.toml"
    path.write_text("mine")
    ended = await wallboard("config", "init", *ARGS, "--yes")
    assert ended.status == 64
    assert "already exists" in ended.err
    assert "--force" in ended.err
    assert path.read_text() == "mine"
    ended = await wallboard("config", "init", *ARGS, "--yes", "--force")
    assert ended.status == 0
    assert load_config(path, {}).server
    assert list(tmp_path.glob(".wallboard*")) == []


async def test_a_link_that_leads_nowhere_is_not_followed(wallboard, tmp_path):
    (tmp_path / "wallboard.toml").symlink_to(tmp_path / "elsewhere.toml")
    ended = await wallboard("config", "init", *ARGS, "--yes")
    assert ended.status == 64
    assert not (tmp_path / "elsewhere.toml").exists()


@pytest.mark.parametrize(
    ("header", "expected"),
    [("X-egain-session: abc", 0o600), ("X-egain-session: $ECE_SESSION", 0o644)],
)
async def test_only_a_file_with_a_secret_in_it_is_for_its_owner_alone(
    wallboard, tmp_path, header, expected
):
    ended = await wallboard("config", "init", *ARGS, "--yes", "--header", header)
    path = tmp_path / "wallboard.toml"
    assert ended.status == 0
    assert mode(path) == expected
    value = "abc" if expected == 0o600 else "from there"
    secret = load_config(path, {"ECE_SESSION": "from there"}).server[0].headers["X-egain-session"]
    assert secret.value == value
    assert value not in ended.out


async def test_what_replaces_a_file_is_no_more_open_than_that_was(wallboard, tmp_path):
    path = tmp_path / "wallboard.toml"
    path.write_text("mine")
    path.chmod(0o640)
    await wallboard("config", "init", *ARGS, "--yes", "--force")
    assert mode(path) == 0o640
    header = ["--header", "X-egain-session: abc"]
    await wallboard("config", "init", *ARGS, "--yes", "--force", *header)
    assert mode(path) == 0o600


async def test_it_goes_into_the_config_folder_where_the_board_finds_it(
    wallboard, environment, tmp_path
):
    ended = await wallboard("config", "init", *ARGS, "--yes", "--user")
    path = Path(environment["XDG_CONFIG_HOME"]) / "wallboard" / "wallboard.toml"
    assert ended.status == 0
    assert load_config(path, {}).server
    shown = await wallboard("config", "show")
    assert str(path) in shown.out
    assert not (tmp_path / "wallboard.toml").exists()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (ARGS, "No terminal"),
        (["--url", "http://h", "--yes"], "--yes needs --ids"),
        (["--ids", "1", "--yes"], "--yes needs --url"),
        (["--url", "ftp://h", "--ids", "1", "--yes"], "must start with http:// or https://"),
        (["--url", "https://a..test", "--ids", "1", "--yes"], "an empty part"),
        (["--url", "http://h", "--ids", "9-1", "--yes"], "is reversed"),
        (["--url", "http://h", "--ids", "x", "--yes"], "neither a number nor a range"),
        (["--url", "http://h", "--ids", "1", "--interval", "0", "--yes"], "--interval"),
        (["--url", "http://h", "--ids", "1", "--name", "a\tb", "--yes"], "control characters"),
        (["--url", "http://h", "--ids", "1", "--header", "A", "--yes"], "Name: value"),
        ([*ARGS, "--yes", "--file", "x.toml", "--user"], "mutually exclusive"),
    ],
)
async def test_what_cannot_be_used_is_refused_and_nothing_is_written(
    wallboard, tmp_path, args, said
):
    ended = await wallboard("config", "init", *args)
    assert ended.status == 64
    assert said in ended.err
    assert list(tmp_path.glob("*.toml")) == []


async def test_a_header_that_no_config_may_have_is_refused_without_being_shown(wallboard, tmp_path):
    ended = await wallboard("config", "init", *ARGS, "--yes", "--header", "A: sécret")
    assert ended.status == 78
    assert "printable ASCII" in ended.err
    assert "cret" not in ended.err.replace("secret", "")
    assert list(tmp_path.glob("*.toml")) == []


def test_it_asks_checks_what_is_typed_and_writes_what_was_agreed_to(typed, tmp_path):
    status, said = typed(
        [],
        [
            ("Server URL", "ftp://ece"),
            ("must start with http", "https://ece.example.com"),
            ("Name on the board", "prod"),
            ("Entry point ids", "9-1"),
            ("is reversed", "1000 1001"),
            ("Request header", "X-egain-session"),
            ("Value of X-egain-session", "very secret"),
            ("Another header", ""),
            ("Polling interval in seconds", "15"),
            ("Name of 1000", "Sales"),
            ("Group of 1000", "EMEA"),
            ("Name of 1001", ""),
            ("Group of 1001", ""),
            ("Poll the server once", "n"),
            ("Write this to wallboard.toml?", "y"),
        ],
    )
    path = tmp_path / "wallboard.toml"
    assert status == 0, said
    (server,) = load_config(path, {}).server
    assert server.name == "prod"
    assert [(e.id, e.name, e.group) for e in server.entry_point] == [
        (1000, "Sales", "EMEA"),
        (1001, "", "EMEA"),
    ]
    assert tomllib.loads(path.read_text())["interval"] == 15
    assert mode(path) == 0o600
    assert "very secret" not in said


def test_a_no_at_the_end_writes_nothing(typed, tmp_path):
    status, said = typed(
        [*ARGS, "--interval", "10", "--name", "x", "--group", "y", "--header", "A: $B"],
        [
            ("Name of 1000", ""),
            ("Name of 1005", ""),
            ("Name of 1006", ""),
            ("Write this to", "n"),
        ],
    )
    assert status == 0
    assert "Not written" in said
    assert list(tmp_path.glob("*.toml")) == []


async def test_the_server_is_asked_only_if_that_is_agreed_to(typed, simulated):
    simulator = await simulated(entry_points=1)
    args = ["--url", simulator.url, "--ids", "1000", "--interval", "10", "--name", "x"]
    before = [("Request header", ""), ("Name of 1000", ""), ("Group of 1000", "")]
    after = [("Write this to", "n")]
    await asyncio.to_thread(typed, args, [*before, ("Poll the server once", "n"), *after])
    assert simulator.requests.count == 0
    asked = [*before, ("Poll the server once", "y"), *after]
    _, said = await asyncio.to_thread(typed, args, asked)
    assert simulator.requests.count == 5
    assert "OPEN" in said


@pytest.mark.parametrize("options", [(), ("--force",)])
async def test_a_full_disk_leaves_nothing_or_what_was_there(options, tmp_path, environment):
    if options:
        (tmp_path / "wallboard.toml").write_text("title = 'before'\n")
    process = await asyncio.create_subprocess_exec(
        "sh", "-c", 'ulimit -f 1 && exec "$@"', "sh",
        sys.executable, "-m", "wallboard", "config", "init", "--url", "http://h",
        "--ids", "1000-1999", "--yes", *options,
        cwd=tmp_path, env=environment, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(60):
        _, err = await process.communicate()
    assert err.decode() == "wallboard: cannot write wallboard.toml: File too large\n"
    assert process.returncode == 69
    left = {path.name: path.read_text() for path in tmp_path.iterdir() if path.is_file()}
    assert left == ({"wallboard.toml": "title = 'before'\n"} if options else {})


async def test_a_config_that_is_a_link_stays_one(wallboard, tmp_path):
    (tmp_path / "real.toml").write_text("")
    (tmp_path / "real.toml").chmod(0o640)
    (tmp_path / "wallboard.toml").symlink_to("real.toml")
    assert (await wallboard("config", "init", *ARGS, "--yes", "--force")).status == 0
    assert (tmp_path / "wallboard.toml").is_symlink()
    assert mode(tmp_path / "real.toml") == 0o640
    assert load_config(tmp_path / "real.toml", {}).server


async def test_a_new_config_is_as_open_to_others_as_any_new_file(wallboard, tmp_path):
    assert (await wallboard("config", "init", *ARGS, "--yes")).status == 0
    (tmp_path / "other").write_text("")
    assert mode(tmp_path / "wallboard.toml") == mode(tmp_path / "other")
