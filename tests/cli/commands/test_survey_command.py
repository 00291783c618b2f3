"""Submitting a survey from the command line: real processes, a real server, a real terminal."""

import asyncio
import os
import signal
import sys

import pexpect
import pytest

PAIRS = ("-q", "How was it?", "-a", "schön & <gut>")
DEADLINE_SECONDS = 60


def to(simulator, *more: str):
    return ("survey", "--url", simulator.url, "--sid", "77", *PAIRS, *more)


def config(tmp_path, *urls: str, more=""):
    text = more
    for number, url in enumerate(urls):
        text += f'[[server]]\nname = "s{number}"\nurl = "{url}"\n[server.headers]\n'
        text += 'X-egain-session = "hush-hush"\n[[server.entry_point]]\nid = 1000\n'
    (tmp_path / "wallboard.toml").write_text(text)


async def test_a_survey_is_posted_once_and_says_so(wallboard, simulated):
    simulator = await simulated()

    ended = await wallboard(*to(simulator, "-q", "And?", "-a", "So", "--yes"))

    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith("Survey accepted by ")
    assert ended.out.endswith(" (204).\n")
    (survey,) = simulator.surveys
    assert survey.answers == (("How was it?", "schön & <gut>"), ("And?", "So"))
    assert (survey.sid, survey.content_type) == ("77", "text/xml")


async def test_a_dry_run_prints_the_very_request_and_sends_nothing(wallboard, simulated, tmp_path):
    simulator = await simulated()
    config(tmp_path, simulator.url)
    asked = ("survey", "--sid", "77", *PAIRS)

    ended = await wallboard(*asked, "--dry-run")

    assert (ended.status, ended.err) == (0, "")
    head, _, body = ended.out.partition("\n\n")
    first, *headers = head.splitlines()
    assert first == f"POST {simulator.url}/system/egain/chat/entrypoint/survey"
    assert "Content-Type: text/xml" in headers
    assert f"Content-Length: {len(body)}" in headers
    assert "X-egain-session: •••" in headers
    assert "hush" not in ended.out
    assert not simulator.surveys

    assert (await wallboard(*asked, "--yes")).status == 0
    (survey,) = simulator.surveys
    assert survey.raw.decode() == body


async def test_a_file_says_it_all(wallboard, simulated, tmp_path):
    simulator = await simulated()
    config(tmp_path, "http://127.0.0.1:1", simulator.url)
    (tmp_path / "survey.toml").write_text(
        """
        server = "s1"
        sid = "4711"
        [[survey.question]]
        text = "How was it?"
        answers = ["Well", "Badly"]
        answer = "Badly"
        [[survey.question]]
        text = "Why?"
        default = "No reason"
        [[survey.question]]
        text = "Anything else?"
        required = false
        [[survey.question]]
        text = "Lines?"
        answer = "one\\ntwo"
        """
    )

    ended = await wallboard("survey", "--file", "survey.toml", "--yes")

    assert ended.status == 0, ended.err
    (survey,) = simulator.surveys
    assert survey.sid == "4711"
    assert survey.answers == (
        ("How was it?", "Badly"), ("Why?", "No reason"), ("Lines?", "one\ntwo")
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sid = 3", "survey.toml: sid: must be a string, not 3"),
        ("sids = 'x'", 'did you mean "sid"?'),
        ("survey = 3", "survey.toml: survey: must be a table, not 3"),
        ("[[survey.question]]\nanswer = 'A'", "[[survey.question]] 1: text: is missing"),
        ("[[survey.question]]\ntext = 'Q'\nanswer = 3", "answer: must be a string, not 3"),
        ("[[survey.question]]\ntxt = 'Q'", 'did you mean "text"?'),
        ("sid = ", "not valid TOML"),
        ("sid = '7'", "no question is answered"),
    ],
)
async def test_a_file_that_makes_no_sense_is_refused_with_the_reason(
    wallboard, tmp_path, text, says
):
    (tmp_path / "survey.toml").write_text(text)
    ended = await wallboard(
        "survey", "--url", "http://127.0.0.1:1", "--file", "survey.toml", "--yes"
    )
    assert ended.status == 64
    assert says in ended.err


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["--yes"], "Nothing to send"),
        (["--dry-run"], "Nothing to send"),
        ([], "No terminal for a form"),
        (["--sid", "7", *PAIRS], "use --yes"),
        (["--sid", "7", "-q", "Q", "--yes"], "Every question needs an answer: 1 -q, 0 -a"),
        (["--file", "x.toml", *PAIRS], "cannot be combined with -q and -a"),
        (["--file", "missing.toml", "--yes"], "no such file"),
        (["--server", "x", "--sid", "7", *PAIRS, "--yes"], "cannot be used with --url"),
        ([*PAIRS, "--yes"], "the sid (the id of the chat session) is empty"),
        (["--sid", "7", "-q", " ", "-a", "A", "--yes"], "question 1 is empty"),
        (["--sid", "7", "-q", "Q", "-a", "", "--dry-run"], "answer 1 is empty"),
        (["--sid", "7\x1b[2J", *PAIRS, "--yes"], "character 2 is a control character (U+001B)"),
        (
            ["--sid", "7", "-q", "Q", "-a", "\udcff", "--yes"],
            "answer 1: character 1 is an unpaired surrogate",
        ),
    ],
)
async def test_what_cannot_be_sent_is_refused_before_anything_is_sent(
    wallboard, simulated, args, says
):
    simulator = await simulated()
    ended = await wallboard("survey", "--url", simulator.url, *args)
    assert ended.status == 64
    assert says in ended.err
    assert "\x1b" not in ended.err
    assert not simulator.surveys


async def test_the_server_of_a_config_is_chosen_by_its_name(wallboard, simulated, tmp_path):
    simulator = await simulated()
    config(tmp_path, "http://127.0.0.1:1", simulator.url)
    asked = ("survey", "--sid", "77", *PAIRS, "--yes")

    ended = await wallboard(*asked)
    assert (ended.status, simulator.surveys) == (64, type(simulator.surveys)())
    assert "Several servers: choose one with --server s0 or s1." in ended.err
    ended = await wallboard(*asked, "--server", "s2")
    assert ended.status == 64
    assert "unknown server" in ended.err
    assert (await wallboard(*asked, "--server", "s1")).status == 0
    assert len(simulator.surveys) == 1


async def test_a_survey_that_is_not_taken_shows_what_the_server_said(wallboard, simulated):
    simulator = await simulated('[[fault]]\nkind = "http"\nendpoints = "survey"\nstatus = 500\n')

    ended = await wallboard(*to(simulator, "--yes"))

    assert ended.status == 76
    assert ended.out.startswith("HTTP 500 ")
    assert "<html" in ended.out.lower()
    assert ": the survey was not accepted" in ended.err


async def test_no_connection_and_no_answer_are_told_apart(wallboard, simulated, tmp_path):
    simulator = await simulated('[[fault]]\nkind = "hang"\nendpoints = "survey"\n')
    config(tmp_path, simulator.url, more="timeout = 1\n")

    ended = await wallboard("survey", "--sid", "7", *PAIRS, "--yes")
    assert ended.status == 74
    assert "Outcome unknown; not sent again." in ended.err

    await simulator.stop()
    ended = await wallboard("survey", "--sid", "7", *PAIRS, "--yes")
    assert ended.status == 69
    assert "Not sent." in ended.err


async def test_an_interrupted_one_says_that_its_outcome_is_unknown(start, simulated, tmp_path):
    simulator = await simulated('[[fault]]\nkind = "hang"\nendpoints = "survey"\n')
    config(tmp_path, simulator.url, more="timeout = 300\n")
    process = await start("survey", "--sid", "7", *PAIRS, "--yes")

    async with asyncio.timeout(DEADLINE_SECONDS):
        while not simulator.surveys:  # noqa: ASYNC110 - the simulator tells nobody
            await asyncio.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, err = await process.communicate()

    assert process.returncode == 74
    assert b"Interrupted. Outcome unknown; not sent again." in err


@pytest.mark.parametrize(
    ("typed", "status", "sent"), [("y", 0, 1), ("n", 130, 0), ("", 130, 0)], ids=["y", "n", "enter"]
)
async def test_on_a_terminal_it_asks_first_and_enter_is_no(
    simulated, environment, tmp_path, typed, status, sent
):
    simulator = await simulated()

    def talk():
        child = pexpect.spawn(
            sys.executable,
            ["-m", "wallboard", *to(simulator)],
            env=environment,
            cwd=tmp_path,
            encoding="utf-8",
            timeout=DEADLINE_SECONDS,
            dimensions=(24, 100),
        )
        child.expect_exact("Send this survey? [y/N]:")
        shown = child.before
        child.sendline(typed)
        child.expect(pexpect.EOF)
        child.close()
        return shown, child.exitstatus

    shown, ended = await asyncio.to_thread(talk)

    assert "/system/egain/chat/entrypoint/survey" in shown
    assert "schön & <gut>" in shown
    assert (ended, len(simulator.surveys)) == (status, sent)


async def test_without_answers_a_form_opens_and_its_outcome_is_the_exit_status(
    simulated, environment, tmp_path
):
    simulator = await simulated()

    def talk():
        child = pexpect.spawn(
            sys.executable,
            ["-m", "wallboard", "survey", "--url", simulator.url, "--sid", "77"],
            env={k: v for k, v in environment.items() if k not in {"COLUMNS", "LINES"}},
            cwd=tmp_path,
            encoding="utf-8",
            timeout=DEADLINE_SECONDS,
            dimensions=(24, 80),
        )
        child.expect_exact("question 1 is empty".capitalize())
        child.send("Well?\rYes\x13")
        child.expect_exact("Send this survey to")
        child.send("yyy")
        child.expect_exact("Survey accepted by ")
        child.send("\x1b")
        child.expect(pexpect.EOF)
        child.close()
        return child.exitstatus

    assert await asyncio.to_thread(talk) == 0
    (survey,) = simulator.surveys
    assert (survey.sid, survey.answers) == ("77", (("Well?", "Yes"),))


async def test_no_escape_sequence_from_the_command_line_reaches_the_terminal_through_the_form(
    environment, tmp_path
):
    hostile = "7\udc80\x1b]0;owned\x07\x9b31m\u202e"

    def talk():
        child = pexpect.spawn(
            sys.executable,
            ["-m", "wallboard", "survey", "--url", "http://127.0.0.1:1", "--sid", hostile],
            env={k: v for k, v in environment.items() if k not in {"COLUMNS", "LINES"}},
            cwd=tmp_path,
            timeout=DEADLINE_SECONDS,
            dimensions=(24, 80),
        )
        child.expect_exact(b"character 2 is an unpaired surrogate")
        said = child.before + child.after
        child.send(b"\t")
        child.expect_exact(b"answer")
        said += child.before
        child.send(b"\x1b")
        child.expect(pexpect.EOF)
        said += child.before
        child.close()
        return said

    said = await asyncio.to_thread(talk)
    assert b"]0;owned" in said
    assert b"\x1b]0;owned" not in said
    assert b"owned\x07" not in said
    assert b"\xc2\x9b" not in said
    assert "\u202e".encode() not in said


def test_only_the_form_loads_textual(tmp_path):
    from tests.cli.run.test_command_errors import modules_after

    url = "http://127.0.0.1:1"
    args = ["survey", "--url", url, "--sid", "7", "-q", "Q", "-a", "A", "--yes"]
    code = f"from wallboard.cli.run.run import run\nrun({args!r})"
    loaded = modules_after(code)
    assert "aiohttp" in loaded
    assert not loaded & {"textual", "rich", "pydantic"}
    assert os.environ.get("WALLBOARD_CONFIG") is None
