"""Completion by the shells themselves, with the scripts that the program prints."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFIG = """\
[[server]]
name = "prod"
url = "https://ece.example.com"
[[server.entry_point]]
id = 1000
name = "Sales"
group = "EMEA"
[[server.entry_point]]
id = 1005
group = "the $(touch pwned) group"
[[server]]
name = "lab"
url = "https://lab.example.com"
[[server.entry_point]]
id = 2000
"""

BASH = """
source <(wallboard completion bash)
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_wallboard_completion wallboard
printf '%s\\n' "${COMPREPLY[@]}"
"""
ZSH = """
compdef() {}
compadd() { print -l -- ${(P)@[-1]} }
_describe() { print -l -- ${${(P)@[-2]}%%:*} }
_path_files() { print FILES }
source <(wallboard completion zsh)
words=("$@"); CURRENT=$#
_wallboard_completion
"""
FISH = """
wallboard completion fish | source
complete --do-complete=(string join ' ' -- $argv)
"""


@pytest.fixture
def folder(tmp_path, environment):
    """A folder with a config, and the program on the path."""
    (tmp_path / "wallboard.toml").write_text(CONFIG, encoding="utf-8")
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    return tmp_path


@pytest.fixture
def completed(folder, environment):
    """What a shell makes of a line whose last word is half typed."""

    def run(shell: str, *words: str):
        if not shutil.which(shell):
            pytest.skip(f"{shell} is not installed")
        line = ["wallboard", *words]
        command = {
            "bash": ["bash", "--norc", "-c", BASH, "-", *line],
            "zsh": ["zsh", "-f", "-c", ZSH, "-", *line],
            "fish": ["fish", "--no-config", "-c", FISH, "--", *line],
        }[shell]
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=folder, env=environment, check=False,
            timeout=120,
        )  # fmt: skip
        assert done.stderr == ""
        return [item.partition("\t")[0] for item in done.stdout.splitlines() if item]

    return run


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["the"], ["themes"]),
        (["co"], ["completion", "config"]),
        (["10"], ["1000", "1005"]),
        (["--them"], ["--theme"]),
        (["--theme", "solarized-d"], ["solarized-dark"]),
        (["check", "--format", "na"], ["nagios"]),
        (["check", "--server", ""], ["prod", "lab"]),
        (["check", "--group", "E"], ["EMEA"]),
        (["check", "--server", "prod", "--group", "EMEA", "100"], ["1000", "1005"]),
        (["demo", "--scenario", "fa"], ["faults"]),
        (["raw", "cap"], ["capacity"]),
        (["raw", "capacity", "20"], ["2000"]),
        (["history", "20"], ["2000"]),
        (["themes", "nor"], ["nord"]),
        (["config", "s"], ["schema", "show"]),
        (["config", "show", "20"], ["2000"]),
        (["metrics", "ru"], ["rules"]),
        (["metrics", "20"], ["2000"]),
        (["metrics", "--lis"], ["--listen"]),
        (["recording", "ver"], ["verify"]),
        (["completion", "z"], ["zsh"]),
        (["doctor", "--server", "l"], ["lab"]),
        (["discover", "--server", "l"], ["lab"]),
        (["survey", "--server", "l"], ["lab"]),
        (["check", "--url", "http://h", "10"], []),
        (["check", "--config", "none.toml", "10"], []),
        (["nonsense", "--nonsense", "x"], []),
    ],
    ids=" ".join,
)
def test_a_line_is_completed(completed, shell, words, expected):
    # Fish sorts what it is told.
    assert sorted(completed(shell, *words)) == sorted(expected)


def test_bash_parts_an_option_from_its_value(completed):
    assert completed("bash", "check", "--server", "=", "pr") == ["prod"]


def test_a_name_cannot_make_bash_run_anything(completed, folder):
    (found,) = completed("bash", "check", "--group", "the")
    assert found == "'the $(touch pwned) group'"
    assert not (folder / "pwned").exists()


def test_a_broken_config_is_not_the_matter_of_somebody_who_types(completed, folder):
    (folder / "wallboard.toml").write_text("[[[", encoding="utf-8")
    assert completed("bash", "check", "--server", "") == []
    (folder / "wallboard.toml").write_text("server = [3, {entry_point = 4}]", encoding="utf-8")
    assert completed("bash", "check", "10") == []


def test_control_characters_never_reach_the_terminal(completed, folder):
    (folder / "wallboard.toml").write_text(CONFIG.replace("EMEA", "\\u001b[2J"), encoding="utf-8")
    assert completed("bash", "check", "--group", "") == ["'the $(touch pwned) group'"]


@pytest.mark.parametrize("words", ["check --server p", "themes nor", "config ", "--theme n", ""])
def test_neither_textual_nor_pydantic_is_loaded_to_complete(folder, environment, words):
    code = (
        "import sys; from wallboard.cli.run.run import run; status = run([]); "
        "heavy = {'textual', 'pydantic', 'httpx', 'aiohttp'} & set(sys.modules); "
        "sys.exit(status or ' '.join(heavy) or 0)"
    )
    line = f"wallboard {words}"
    variables = {"COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment | variables | {"_WALLBOARD_COMPLETE": "bash_complete"},
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("plain,")
