import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("args", "status", "said"),
    [
        (["--nonsense"], 64, "No such option"),
        (["check", "--format", "yaml"], 64, "yaml"),
        (["1000"], 64, "need --url"),
        (["--theme", "dark", "check"], 64, "Put the command first: wallboard check"),
        (["check", "--url", "ftp://h", "1"], 64, "must start with http:// or https://"),
        (["check", "--url", "https://a..test", "1"], 64, "an empty part"),
        (["doctor", "--url", "https://10.99.1"], 64, "has four numbers"),
        (["discover", "--url", "https://10.99.1", "--ids", "1"], 64, "has four numbers"),
        (["raw", "--url", f"https://{'x' * 64}.test", "capacity", "1"], 64, "longer than 63"),
        (["check", "--url", "http://h"], 64, "give at least one"),
        (["check", "--url", "http://h", "9-1", "x"], 64, "is reversed"),
        (["check", "--header", "A: b"], 64, "only work with --url"),
        (["check", "--url", "http://h", "1", "--header", "A: b\r\nC: d"], 64, "Name: value"),
        (["--url", "http://h", "1", "--interval", "0"], 64, "--interval"),
        (["--url", "http://h", "1", "--frames", "0"], 64, "--frames"),
        (["simulate", "--scenario", "nope"], 64, "no scenario 'nope'"),
        (["demo", "--scenario", "nope", "--frames", "1"], 64, "no scenario 'nope'"),
        (["check"], 78, "no config found"),
        (["--frames", "1"], 78, "wallboard --url http"),
        (["check", "--config", "missing.toml"], 78, "missing.toml"),
    ],
)
async def test_a_mistake_is_one_block_on_stderr_and_a_status_of_64_or_more(
    wallboard, args, status, said
):
    ended = await wallboard(*args)
    assert ended.status == status
    assert ended.out == ""
    assert ended.err.startswith("wallboard: ")
    assert said in ended.err
    assert "Traceback" not in ended.err


LONG = "n" * 300
POINT = ["--url", "http://127.0.0.1:1", "1000"]


@pytest.mark.parametrize(
    "line",
    [
        ["check", "--config", LONG],
        ["record", *POINT, "--file", LONG],
        [*POINT, "--frames", "1", "--log", LONG],
        ["history", "1000", "--file", LONG],
        ["handover", "--file", LONG],
        ["export", "--file", "wall.db", LONG],
        ["replay", LONG],
        ["recording", "info", "--file", LONG],
        ["recording", "trim", "--file", LONG],
        ["alarms", "list", "--file", LONG],
        ["config", "init", *POINT[:2], "--ids", "1", "--yes", "--file", LONG],
        ["survey", *POINT[:2], "--yes", "--file", LONG],
        ["simulate", "--port", "0", "--scenario", f"./{LONG}"],
        ["fleet", "serve", "--config", LONG],
    ],
    ids=lambda line: " ".join(line)[:30],
)
async def test_a_place_that_cannot_be_looked_at_is_said(wallboard, line):
    await wallboard(*POINT, "--frames", "1", "--record", "wall.db")
    ended = await wallboard(*line)
    assert ended.status in {64, 69, 78}, ended.err
    assert "internal error" not in ended.err


async def test_a_board_that_cannot_record_there_says_so(wallboard):
    ended = await wallboard("watch", *POINT, "--for", "1", "--record", LONG)
    assert ended.status == 0
    assert "File name too long" in ended.err
    assert "Traceback" not in ended.err


async def test_a_status_does_not_wait_for_a_pipe(wallboard, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert (await wallboard("status", "--file", "pipe")).status == 3


async def test_a_missing_word_is_asked_for_with_those_there_are(wallboard):
    ended = await wallboard("completion")
    assert ended.status == 64
    said = [line.strip(" ,") for line in ended.err.splitlines()]
    assert {"bash", "zsh", "fish"} < set(said)


async def test_every_fault_of_a_config_is_listed(wallboard, tmp_path):
    (tmp_path / "wallboard.toml").write_text('intervall = 3\ntimeout = "x"\n')
    ended = await wallboard("check")
    assert ended.status == 78
    assert "intervall" in ended.err
    assert "timeout" in ended.err


async def test_no_escape_sequence_from_the_command_line_reaches_the_terminal(wallboard):
    ended = await wallboard("check", "--url", "http://h", "\x1b[2J")
    assert ended.status == 64
    assert "\x1b" not in ended.err


async def test_a_port_that_is_taken_is_said(wallboard, simulated):
    simulator = await simulated()
    port = simulator.url.rpartition(":")[2]
    ended = await wallboard("simulate", "--port", port)
    assert ended.status == 69
    assert "already in use" in ended.err


@pytest.mark.parametrize(
    "args", [["--help"], ["check", "-h"], ["demo", "--help"], ["metrics", "-h"]]
)
async def test_help_shows_examples(wallboard, args):
    ended = await wallboard(*args)
    assert ended.status == 0
    assert "Examples:" in ended.out
    assert "Usage: wallboard" in ended.out
    assert "-h, --help" in ended.out


async def test_the_help_of_the_program_lists_its_commands_and_the_options_of_the_board(wallboard):
    ended = await wallboard("--help")
    for word in ("board", "check", "demo", "simulate", "--url", "--frames", "--version"):
        assert word in ended.out


def modules_after(code):
    """What a fresh interpreter has loaded once it has run ``code``."""
    program = f"import sys\n{code}\nprint('LOADED', *sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("LOADED"))
    return {name.partition(".")[0] for name in line.split()}


def test_the_version_loads_nothing_heavy():
    loaded = modules_after("from wallboard.cli.run.run import run\nrun(['--version'])")
    assert not loaded & {"aiohttp", "httpx", "textual", "rich", "pydantic", "lxml", "asyncio"}


def test_a_check_without_a_config_loads_neither_textual_nor_pydantic():
    url = "http://127.0.0.1:1"
    loaded = modules_after(
        f"from wallboard.cli.run.run import run\nrun(['check', '--url', '{url}', '1000'])"
    )
    assert "aiohttp" in loaded
    assert not loaded & {"textual", "pydantic"}


def test_an_unexpected_error_is_one_line_and_the_traceback_is_for_the_asking(monkeypatch, capsys):
    from wallboard.cli.run import run

    def broken(_args):
        raise ZeroDivisionError("so sorry\nsecond line")

    monkeypatch.setattr(run, "_invoke", broken)
    assert run.run([]) == 70
    said = capsys.readouterr().err
    assert said.splitlines() == [
        "wallboard: internal error: ZeroDivisionError: so sorry",
        "  Run again with WALLBOARD_DEBUG=1 for the traceback.",
    ]
    monkeypatch.setenv("WALLBOARD_DEBUG", "1")
    assert run.run([]) == 70
    assert "Traceback" in capsys.readouterr().err
