"""``wallboard themes`` as its users start it, with a pipe and on a terminal."""

import re
import shutil
import sys
from pathlib import Path

import pexpect
import pytest

SHIPPED = Path(__file__).parents[3] / "themes"
NAMES = sorted(path.stem for path in SHIPPED.glob("*.toml"))


@pytest.fixture
def own(environment):
    folder = Path(environment["XDG_CONFIG_HOME"]) / "wallboard" / "themes"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def on_a_terminal(environment, tmp_path):
    """Runs ``python -m wallboard`` on a terminal; what it wrote there."""

    def ran(*args: str, **variables):
        output, status = pexpect.run(
            f"{sys.executable} -m wallboard {' '.join(args)}",
            withexitstatus=True,
            env=environment | {"COLUMNS": "100"} | variables,
            cwd=tmp_path,
            encoding="utf-8",
            timeout=60,
        )
        assert status == 0
        return output

    return ran


async def test_all_themes_are_listed_with_whose_they_are(wallboard, own):
    shutil.copy(SHIPPED / "dark.toml", own / "mine.toml")
    shutil.copy(SHIPPED / "dark.toml", own / "nord.toml")
    ended = await wallboard("themes")
    assert ended.status == 0
    listed = [line.split()[:2] for line in ended.out.splitlines()]
    origins = {name: "yours" if name in {"mine", "nord"} else "shipped" for name in NAMES}
    assert dict(listed) == origins | {"mine": "yours"}
    assert [name for name, _ in listed] == sorted(name for name, _ in listed)


async def test_a_pipe_gets_plain_text(wallboard):
    for args in (["themes"], ["themes", "nord"]):
        ended = await wallboard(*args, FORCE_COLOR="")
        assert "\x1b" not in ended.out
        assert ended.err == ""


async def test_a_broken_theme_is_listed_with_what_is_wrong(wallboard, own):
    (own / "mine.toml").write_text("dark = 3\n", encoding="utf-8")
    (own / "odd\x1b[31m.toml").write_text("[", encoding="utf-8")
    ended = await wallboard("themes")
    assert ended.status == 0
    (line,) = [line for line in ended.out.splitlines() if line.startswith("mine ")]
    assert "cannot be used" in line
    assert "dark must be true or false" in line
    assert "\x1b" not in ended.out


async def test_a_theme_is_shown_in_full(wallboard):
    ended = await wallboard("themes", "solarized-dark")
    assert ended.status == 0
    for words in (
        "solarized-dark, shipped: ",
        "✓ OPEN",
        "▲ QUEUE FULL",
        "╳ UNREACHABLE",
        "· WAITING",
        "0 CAN TAKE",
        "2 MAX DEPTH",
        "selected  muted stale mark ok warning unknown critical",
        "<count",
    ):
        assert words in ended.out


async def test_a_broken_theme_cannot_be_shown(wallboard, own):
    (own / "mine.toml").write_text("dark = true\n", encoding="utf-8")
    ended = await wallboard("themes", "mine")
    assert (ended.status, ended.out) == (78, "")
    assert "[verdict] is missing" in ended.err


@pytest.mark.parametrize(
    ("name", "said"),
    [("drakula", 'did you mean "dracula"?'), ("zzz", "known: ansi16, "), ("", "known: ")],
)
async def test_an_unknown_theme_is_a_mistake_with_the_nearest_name(wallboard, name, said):
    ended = await wallboard("themes", name)
    assert (ended.status, ended.out) == (64, "")
    assert said in ended.err
    assert "See `wallboard themes --help`." in ended.err


async def test_without_utf_8_the_signs_are_ascii(wallboard):
    ended = await wallboard("themes", "dark", LC_ALL="C")
    assert ended.out.isascii()
    assert "+ OPEN" in ended.out


def test_a_terminal_gets_every_verdict_and_response_type_in_each_themes_colours(on_a_terminal):
    listed = on_a_terminal("themes").splitlines()
    assert len(listed) == len(NAMES)
    (dark,) = [line for line in listed if line.startswith("dark ")]
    assert re.findall(r"\x1b\[[0-9;]*m (\S) \x1b", dark) == [*"✓▲○✗#□■?╳!·", *"012?–"]
    assert "48;2;12;49;25m ✓ " in dark


def test_a_terminal_of_sixteen_colours_gets_those(on_a_terminal):
    shown = on_a_terminal("themes", "dark", TERM="xterm", COLORTERM="")
    assert "✓ OPEN" in shown
    assert "48;2;" not in shown
    assert "\x1b[" in shown


def test_no_color_is_honoured_on_a_terminal(on_a_terminal):
    for args in (["themes"], ["themes", "nord"]):
        shown = on_a_terminal(*args, NO_COLOR="1")
        assert not re.search(r"\x1b\[[0-9;]*[34]8;", shown)
        assert not re.search(r"\x1b\[(\d+;)*[349]\d[;m]", shown)


@pytest.mark.parametrize("command", [["demo", "--frames", "1"], ["--frames", "1"], ["replay"]])
async def test_an_unknown_theme_is_an_error_also_without_a_terminal(wallboard, command):
    ended = await wallboard(*command, "--theme", "drakula")

    assert ended.status == 64
    assert "Unknown theme 'drakula'; did you mean" in ended.err
