"""What holds for every command there is, and for those within them."""

import asyncio
import itertools
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from tests.cli.conftest import PATIENCE_SECONDS
from wallboard import __version__
from wallboard.cli.run.registry import COMMANDS, group, with_command

ROOT = Path(__file__).parents[3]
DRAWS = {"board", "demo", "replay", "survey"}
"""Commands that may show a face of Textual's, on a terminal."""

FIRST = {"board": "", "metrics serve": "metrics"}
"""What is run where no command, or none within one, is named."""

URL, RECORDING, CONFIG = "URL", "wall.db", "wallboard.toml"
CONFIG_TEXT = """
[[server]]
name = "prod"
url = "URL"
[[server.entry_point]]
id = 1000
[[channel.command]]
name = "hook"
argv = ["/bin/true"]
[[notice]]
channel = "hook"
"""
REAL = {
    "alarms": ["list", "--file", RECORDING],
    "availability": ["--file", RECORDING],
    "board": ["--url", URL, "1000", "--frames", "1"],
    "calendar": ["show", "--config", CONFIG],
    "check": ["--url", URL, "1000"],
    "completion": ["bash"],
    "config": ["show", "--url", URL, "1000"],
    "discover": ["--url", URL, "--ids", "1000-1001"],
    "doctor": ["--url", URL],
    "export": ["--file", RECORDING, "board.ndjson"],
    "fleet": ["server-config"],
    "handover": ["--file", RECORDING],
    "help": ["check"],
    "history": ["1000", "--file", RECORDING],
    "metrics": ["rules"],
    "monitoring": ["prometheus"],
    "notify": ["dry-run", "--config", CONFIG, "--file", RECORDING],
    "raw": ["chatAllowed", "1000", "--url", URL],
    "record": ["--config", "none.toml"],
    "recording": ["info", "--file", RECORDING],
    "simulate": ["--scenario", "none"],
    "status": ["--file", RECORDING],
    "themes": ["nord"],
    "watch": ["--url", URL, "1000", "--for", "1"],
}
"""A line of each command that is run to its end: what it loads, it loads on the way."""


def all_commands():
    def within(command, context, words):
        if words:
            yield words, command
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                inner = command.get_command(context, name)
                yield from within(inner, click.Context(inner, context, name), (*words, name))

    yield from within(group, click.Context(group, info_name="wallboard"), ())


ALL = dict(all_commands())


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_the_help_of_every_command_has_examples_of_that_very_command(words):
    command = ALL[words]
    context = click.Context(command, info_name=" ".join(("wallboard", *words)))
    _, examples, after = command.get_help(context).partition("Examples:")
    assert examples
    lines = [line.strip() for line in after.splitlines() if line.strip().startswith("wallboard")]
    mine = FIRST.get(" ".join(words), " ".join(words))
    assert any(line.startswith(f"wallboard {mine}".strip()) for line in lines)


PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
MARKDOWN_BLOCK = r"(?m)^    (?:sudo |\./)?(wallboard\b.*)$"
DEFAULTS = {"metrics": "serve"}


def lines_of(page):
    """The command lines in its blocks, each up to its comment or what takes its output."""
    for line in re.findall(MARKDOWN_BLOCK, page.read_text().replace("\\\n", "")):
        words = shlex.shlex(line, posix=True, punctuation_chars=True)
        words.whitespace_split = True
        yield list(itertools.takewhile(lambda word: not set(word) & set("|;&<>()"), words))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_line_of_the_guides_is_one(page):
    for program, *words in lines_of(page):
        if program != "wallboard":
            continue  # a file of that name
        command, rest = group, with_command(words)
        while isinstance(command, click.Group) and rest:
            name = DEFAULTS.get(command.name, "") if rest[0].startswith("-") else rest.pop(0)
            command = command.get_command(click.Context(command), name)
            assert command, words
        _, left, _ = command.make_parser(click.Context(command)).parse_args(rest)
        assert left == [], words


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_every_command_says_in_a_line_what_it_is_for(words):
    assert ALL[words].short_help.endswith((".", "?"))
    assert ALL[words].help


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_no_option_takes_what_is_no_number_for_one(words):
    numbers = [given.type for given in ALL[words].params if hasattr(given.type, "min")]
    for taken in numbers:
        for word in ("nan", "inf", "many"):
            with pytest.raises(click.BadParameter, match=word):
                taken.convert(word, None, None)


@pytest.fixture
def loaded(tmp_path, environment):
    """Runs a line to its end; whether Textual was loaded on the way, and what was complained of."""
    code = (
        "import sys; from wallboard.cli.run.run import run; run(sys.argv[1:]); "
        "print('\\nTextual:', 'textual' in sys.modules)"
    )

    async def run(line):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, *line, cwd=tmp_path, env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        async with asyncio.timeout(PATIENCE_SECONDS):
            out, err = await process.communicate()
        assert out.decode().splitlines()[-1].startswith("Textual: "), err
        return out.decode().splitlines()[-1] == "Textual: True", err.decode()

    return run


@pytest.mark.parametrize("name", COMMANDS)
async def test_no_command_loads_textual_unless_it_draws(name, loaded, simulated, tmp_path):
    assert await loaded([name, "--help"]) == (False, "")
    if name not in REAL:
        assert name in DRAWS
        return
    simulator = await simulated()
    line = [word.replace(URL, simulator.url) for word in [name, *REAL[name]]]
    (tmp_path / CONFIG).write_text(CONFIG_TEXT.replace(URL, simulator.url))
    if RECORDING in line:
        seed = ["board", "--url", simulator.url, "1000", "--frames", "1", "--record", RECORDING]
        assert await loaded(seed) == (False, "")
    textual, complaints = await loaded(line)
    assert not textual
    assert "No such option" not in complaints
    assert "internal error" not in complaints
    assert f"{CONFIG}:" not in complaints


def test_the_version_is_said_without_loading_what_reads_command_lines():
    code = (
        "import sys; from wallboard.cli.run.run import run; run(['--version']); "
        "sys.exit(' '.join({'click', 'typing', 'dataclasses'} & set(sys.modules)) or 0)"
    )
    # Without site: what is installed beside may load anything at the start.
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, f"wallboard {__version__}\n", "")


async def test_the_version_is_the_same_beside_other_options(wallboard):
    for args in (["--version"], ["--version", "--help"]):
        ended = await wallboard(*args)
        assert (ended.status, ended.out, ended.err) == (0, f"wallboard {__version__}\n", "")
