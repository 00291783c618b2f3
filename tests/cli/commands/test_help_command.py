"""``wallboard help`` as a process: topics, the pager, and the files for ``man``."""

import pexpect
import pytest

from tests.cli.conftest import PATIENCE_SECONDS
from wallboard.cli.manual.topics import all_pages, topics


@pytest.mark.parametrize(
    "topic", ["check", "wallboard-check", "wallboard.toml", "keys", "verdicts"]
)
async def test_a_topic_is_shown(wallboard, topic):
    ended = await wallboard("help", topic)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith(("wallboard-", "wallboard."))
    assert "\nNAME\n" in ended.out
    assert "\x1b" not in ended.out


async def test_a_command_within_another_is_a_topic(wallboard):
    assert "wallboard alarms ack" in (await wallboard("help", "alarms", "ack")).out


async def test_a_command_and_the_guide_of_its_name_are_shown_together(wallboard):
    shown = (await wallboard("help", "config")).out
    heads = [line for line in shown.splitlines() if line.startswith("wallboard")]
    assert heads == ["wallboard-config(1)", "wallboard-config(7)", "wallboard.toml(5)"]


async def test_without_a_topic_all_are_listed(wallboard):
    ended = await wallboard("help")
    assert ended.status == 0
    words = {" ".join(line.split("  ")[1:2]) for line in ended.out.splitlines()}
    assert {"check", "alarms ack", "keys", "wallboard.toml", "exit-status"} <= words


async def test_an_unknown_topic_names_the_nearest(wallboard):
    ended = await wallboard("help", "verdict\x1b[31m")
    assert ended.status == 64
    assert 'did you mean "verdicts"?' in ended.err
    assert "\x1b" not in ended.err
    assert ended.out == ""


async def test_every_page_becomes_a_file_and_two_runs_write_the_same(wallboard, tmp_path):
    for folder in ("a", "b"):
        ended = await wallboard("help", "--man", folder, SOURCE_DATE_EPOCH="1795910400")
        assert (ended.status, ended.out, ended.err) == (0, "", "")

    def written(folder):
        files = (tmp_path / folder).rglob("*.*")
        return {str(file.relative_to(tmp_path / folder)): file.read_bytes() for file in files}

    assert written("a") == written("b")
    assert set(written("a")) == {f"man{page.number}/{page.file}" for page in all_pages()}
    assert b'"2026-11-29"' in written("a")["man1/wallboard-check.1"]


async def test_a_folder_that_cannot_be_written_is_said(wallboard, tmp_path):
    (tmp_path / "file").write_text("")
    ended = await wallboard("help", "--man", "file/man")
    assert ended.status == 69
    assert "cannot write the manual pages to file/man: Not a directory" in ended.err


async def test_files_and_a_topic_exclude_each_other(wallboard):
    assert (await wallboard("help", "check", "--man", "man")).status == 64


def test_on_a_terminal_a_page_is_shown_in_the_pager(environment):
    environment = {**environment, "PAGER": "sed s/^/paged:/", "TERM": "xterm"}
    child = pexpect.spawn("wallboard", ["help", "verdicts"], env=environment, encoding="utf-8",
                          timeout=PATIENCE_SECONDS, dimensions=(24, 80))  # fmt: skip
    child.expect(r"paged: +QUEUE FULL \(queue_depth_reached\)")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_every_command_is_a_topic():
    from wallboard.cli.run.registry import COMMANDS

    assert set(COMMANDS) <= set(topics())


async def test_commands_are_listed_as_they_are_written(wallboard):
    listed = (await wallboard("help")).out
    for command in ("alarms ack", "notify dry-run", "fleet server-config"):
        assert f"\n  {command} " in listed


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["help", "verd"], ["verdicts"]),
        (["help", "alarms", "un"], ["unshelve"]),
        (["help", "wallboard."], ["wallboard.toml"]),
    ],
)
async def test_a_shell_completes_topics(wallboard, words, offered):
    line = {"COMP_WORDS": " ".join(["wallboard", *words]), "COMP_CWORD": str(len(words))}
    ended = await wallboard(_WALLBOARD_COMPLETE="bash_complete", **line)
    assert [one.removeprefix("plain,") for one in ended.out.split()] == offered
