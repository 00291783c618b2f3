"""``wallboard discover`` against the simulator: found, interrupted, resumed and written."""

import asyncio
import csv
import io
import json
import re
import signal
import sys
import tomllib

import pexpect
import pytest
from waiting import PATIENCE_SECONDS

CALM = "[queue]\nload = 0.1\nagents = 9\n"
SLOW = f'{CALM}[[fault]]\nkind = "latency"\nms = 30\n'


@pytest.fixture
def environment(environment, tmp_path):
    return environment | {"WALLBOARD_STATE": str(tmp_path / "state")}


def kept(folder):
    return list((folder / "state" / "discoveries").glob("*.json"))


async def test_the_entry_points_that_are_there_are_listed(wallboard, simulated):
    simulator = await simulated(CALM, 3)
    ended = await wallboard("discover", "--url", simulator.url, "--ids", "990-1009", "--rate", "0")
    assert ended.status == 0
    head, *rows = ended.out.splitlines()
    assert head.split() == ["ID", "ALLOWED", "REASON", "WAIT", "QUEUE"]
    assert [row.split()[:2] for row in rows[:3]] == [
        ["1000", "yes"],
        ["1001", "yes"],
        ["1002", "yes"],
    ]
    assert rows[-1] == "3 entry points found, 17 missing; 20 ids probed"
    assert ended.err == ""


async def test_json_and_csv_say_the_same_for_programs(wallboard, simulated):
    fault = f'{CALM}[[fault]]\nkind = "inactive"\nentry_points = "1001"\n'
    simulator = await simulated(fault, 2)
    args = ("discover", "--url", simulator.url, "--ids", "1000,1001,5", "--format")
    document = json.loads((await wallboard(*args, "json")).out)
    assert document["ids"] == "5,1000-1001"
    assert (document["complete"], document["asked"], document["missing"]) == (True, 3, 1)
    assert [(e["id"], e["chat_allowed"], e["reason"]) for e in document["entry_points"]] == [
        (1000, True, None),
        (1001, False, "entry_point_inactive"),
    ]
    rows = list(csv.DictReader(io.StringIO((await wallboard(*args, "csv")).out)))
    assert [(row["id"], row["presence"], row["reason"]) for row in rows] == [
        ("1000", "exists", ""),
        ("1001", "exists", "entry_point_inactive"),
    ]


async def test_what_is_unclear_is_said_with_its_reason(wallboard, simulated):
    fault = '[[fault]]\nkind = "http"\nstatus = 500\nbody = "xml"\n'
    simulator = await simulated(f"{CALM}{fault}", 2)
    ended = await wallboard("discover", "--url", simulator.url, "--ids", "1000-1002")
    assert ended.status == 76
    assert "0 entry points found, 0 missing, 3 unclear; 3 ids probed" in ended.out
    assert "  1000-1002: chatAllowed: the server answered 500" in ended.out


async def test_one_server_of_a_config_is_asked_with_all_it_needs(wallboard, simulated, tmp_path):
    lab, prod = await simulated(CALM, 1), await simulated(CALM, 2)
    servers = (
        f'[[server]]\nname = "{name}"\nurl = "{simulator.url}"\n[[server.entry_point]]\nid = 1\n'
        for name, simulator in (("lab", lab), ("prod", prod))
    )
    (tmp_path / "wallboard.toml").write_text("".join(servers))
    ended = await wallboard("discover", "--server", "prod", "--ids", "1000-1004")
    assert "2 entry points found" in ended.out
    assert (lab.requests.count, prod.requests.count) == (0, 7)
    ended = await wallboard("discover", "--ids", "1000-1004")
    assert ended.status == 64
    assert "--server lab or prod" in ended.err


async def interrupted(start, simulator, *args: str):
    """Starts a sweep and interrupts it after some answers."""
    process = await start("discover", "--url", simulator.url, *args)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while simulator.requests.count < 12:  # noqa: ASYNC110 - a server has no event for it
            await asyncio.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def test_interrupted_it_shows_what_it_has_and_resumed_it_asks_only_for_the_rest(
    start, wallboard, simulated, tmp_path
):
    simulator = await simulated(SLOW, 3)
    args = ("--ids", "1000-1099", "--rate", "50")
    status, out, err = await interrupted(start, simulator, *args)
    assert status == 130
    asked = int(re.search(r"; (\d+) of 100 ids probed", out)[1])
    assert 0 < asked < 100
    assert "Interrupted" in err
    assert "--resume" in err
    assert len(kept(tmp_path)) == 1

    before = simulator.requests.count
    ended = await wallboard(
        "discover", "--url", simulator.url, "--ids", "1000-1099", "--rate", "0", "--resume"
    )
    assert ended.status == 0
    assert "3 entry points found, 97 missing; 100 ids probed" in ended.out
    assert simulator.requests.count - before <= 100 - asked + 3
    assert kept(tmp_path) == []


async def test_without_resume_it_begins_anew_and_says_so(start, wallboard, simulated):
    simulator = await simulated(SLOW, 3)
    await interrupted(start, simulator, "--ids", "1000-1099", "--rate", "50")
    ended = await wallboard("discover", "--url", simulator.url, "--ids", "1000-1099", "--rate", "0")
    assert "--resume would continue" in ended.err
    assert "100 ids probed" in ended.out


async def test_with_nothing_to_resume_it_begins_with_the_first(wallboard, simulated):
    simulator = await simulated(CALM, 1)
    ended = await wallboard("discover", "--url", simulator.url, "--ids", "1000-1001", "--resume")
    assert ended.status == 0
    assert "Nothing to resume" in ended.err


async def test_an_interrupted_sweep_writes_nothing(start, simulated, tmp_path):
    simulator = await simulated(SLOW, 3)
    more = ("--rate", "50", "--write", "new.toml", "--yes")
    status, _, _ = await interrupted(start, simulator, "--ids", "1000-1099", *more)
    assert status == 130
    assert not (tmp_path / "new.toml").exists()


async def test_a_new_config_is_written_that_can_be_used_at_once(wallboard, simulated, tmp_path):
    simulator = await simulated(CALM, 3)
    args = ("--ids", "1000-1004", "--rate", "0", "--write", "new.toml", "--yes")
    ended = await wallboard("discover", "--url", simulator.url, *args)
    assert ended.status == 0
    assert "+id = 1002" in ended.err
    assert "3 new entry points" in ended.err
    checked = await wallboard("check", "--config", "new.toml")
    assert checked.status == 0
    assert "3 entry points" in checked.out
    assert (tmp_path / "new.toml").stat().st_mode & 0o077 == 0


async def test_only_what_is_new_is_added_and_a_second_time_nothing(wallboard, simulated, tmp_path):
    simulator = await simulated(CALM, 3)
    file = tmp_path / "wallboard.toml"
    text = (
        f'# Ours.\r\n[[server]]\r\nname = "prod"\r\nurl = "{simulator.url}/"\r\n'
        '[[server.entry_point]]\r\nid = 1001 # ours\r\nname = "Söles"\r\n'
        '[server.headers]\r\nX-Key = "hush hush"\r\n'
    )
    file.write_bytes(b"\xef\xbb\xbf" + text.encode())
    file.chmod(0o640)
    args = ("discover", "--ids", "1000-1004", "--rate", "0", "--write", "wallboard.toml", "--yes")
    ended = await wallboard(*args)
    assert ended.status == 0
    assert "2 new entry points" in ended.err
    assert "hush" not in ended.err
    assert "X-Key = •••" in ended.err
    new = file.read_bytes()
    assert new.startswith(b"\xef\xbb\xbf" + text.encode())
    assert new.count(b"\n") == new.count(b"\r\n")
    (server,) = tomllib.loads(new.decode("utf-8-sig"))["server"]
    assert [entry["id"] for entry in server["entry_point"]] == [1001, 1000, 1002]
    assert file.stat().st_mode & 0o777 == 0o640
    again = await wallboard(*args)
    assert "already has all of them" in again.err
    assert file.read_bytes() == new


async def test_where_a_comment_would_be_lost_it_prints_what_to_paste(
    wallboard, simulated, tmp_path
):
    simulator = await simulated(CALM, 1)
    text = (
        f'[[server]]\nname = "prod" # ours\nurl = "{simulator.url}"\nentry_point = [{{ id = 1 }}]\n'
    )
    file = tmp_path / "two.toml"
    file.write_text(text)
    args = ("--ids", "1000-1001", "--write", "two.toml", "--yes")
    ended = await wallboard("discover", "--url", simulator.url, *args)
    assert ended.status == 78
    assert "[[server.entry_point]]\nid = 1000" in ended.err
    assert "inline lists" in ended.err
    assert "1 entry point found" in ended.out
    assert file.read_text() == text

    before = simulator.requests.count
    file.unlink()
    ended = await wallboard("discover", "--url", simulator.url, *args, "--resume")
    assert ended.status == 0
    assert "id = 1000" in file.read_text()
    assert simulator.requests.count == before
    assert kept(tmp_path) == []


async def test_a_config_that_could_not_be_used_is_not_written(wallboard, simulated, tmp_path):
    simulator = await simulated(CALM, 1)
    file = tmp_path / "bad.toml"
    file.write_text("interval = -1 # ours\n")
    args = ("--ids", "1000", "--write", "bad.toml", "--yes")
    ended = await wallboard("discover", "--url", simulator.url, *args)
    assert ended.status == 78
    assert "interval" in ended.err
    assert "id = 1000" in ended.err
    assert file.read_text() == "interval = -1 # ours\n"


@pytest.mark.parametrize(
    ("args", "status", "said"),
    [
        (["--ids", "9-1"], 64, "is reversed"),
        (["--ids", "0-1000000"], 64, "more than 100000"),
        (["--ids", "x\x1b[2J"], 64, "neither a number nor a range"),
        (["--ids", "1", "--server", "prod"], 64, "cannot be used with --url"),
        (["--ids", "1", "--write", "new.toml"], 64, "--yes"),
        (["--ids", "1", "--write", "no/such/new.toml", "--yes"], 64, "no such directory"),
        (["--ids", "1", "--write", "broken.toml", "--yes"], 78, "not valid TOML"),
        ([], 64, "--ids"),
    ],
)
async def test_a_mistake_asks_nobody(wallboard, simulated, tmp_path, args, status, said):
    (tmp_path / "broken.toml").write_text("[")
    simulator = await simulated(CALM, 1)
    ended = await wallboard("discover", "--url", simulator.url, *args)
    assert (ended.status, ended.out) == (status, "")
    assert said in ended.err
    assert "\x1b" not in ended.err
    assert simulator.requests.count == 0


def on_a_terminal(url, environment, folder, *args: str):
    own = {k: v for k, v in environment.items() if k not in {"COLUMNS", "LINES"}}
    command = ["-m", "wallboard", "discover", "--url", url, *args]
    return pexpect.spawn(
        sys.executable,
        command,
        env=own,
        cwd=str(folder),
        dimensions=(40, 100),
        timeout=PATIENCE_SECONDS,
        encoding="utf-8",
    )


@pytest.mark.parametrize(("answer", "status"), [("y", 0), ("n", 130)])
async def test_on_a_terminal_a_bar_runs_and_the_change_is_asked_about(
    simulated, environment, tmp_path, answer, status
):
    simulator = await simulated(CALM, 3)

    def talk():
        child = on_a_terminal(
            simulator.url, environment, tmp_path,
            "--ids", "990-1009", "--rate", "40", "--write", "new.toml",
        )  # fmt: skip
        child.expect(r"Probing.*/20  \d found  [\d.]+/s  \d+s left")
        child.expect(r"3 entry points found")
        child.expect(r"\+id = 1002")
        child.expect(r"\[y/N\]")
        child.sendline(answer)
        child.expect(pexpect.EOF)
        child.close()
        return child.exitstatus

    assert await asyncio.to_thread(talk) == status
    assert len(kept(tmp_path)) == (answer == "n")
    assert [file.name for file in tmp_path.glob("*.toml")] == ["new.toml"] * (answer == "y")


async def test_ctrl_c_on_a_terminal_says_how_to_resume(simulated, environment, tmp_path):
    simulator = await simulated(CALM, 3)

    def talk():
        child = on_a_terminal(
            simulator.url, environment, tmp_path, "--ids", "1000-1999", "--rate", "20"
        )
        child.expect(r"/1000  \d found  [\d.]+/s")
        child.sendintr()
        child.expect(r"of 1,000 ids probed")
        child.expect(r"Interrupted\.")
        child.expect(r"--resume")
        child.expect(pexpect.EOF)
        child.close()
        return child.exitstatus

    assert await asyncio.to_thread(talk) == 130


async def test_a_server_out_of_reach_is_given_up_with_what_it_has(wallboard, simulated, tmp_path):
    simulator = await simulated(CALM, 1)
    await simulator.stop()
    (tmp_path / "fast.toml").write_text("backoff_max = 0.05\n")
    args = ("--ids", "1000-1099", "--rate", "0", "--config", "fast.toml", "--format", "json")
    ended = await wallboard("discover", "--url", simulator.url, *args)
    assert ended.status == 69
    assert json.loads(ended.out)["complete"] is False
    assert "Connection refused" in ended.err
    assert "Retrying in" in ended.err
    assert "Giving up on the server." in ended.err
    assert "Server unreachable. 0 of 100 ids probed." in ended.err


async def test_when_the_time_is_up_it_keeps_what_was_found(wallboard, simulated, tmp_path):
    simulator = await simulated(SLOW, 12)
    args = ("discover", "--url", simulator.url, "--ids", "1000-1099", "--rate", "5")
    ended = await wallboard(*args, "--timeout", "8")
    assert ended.status == 75
    assert re.search(r"Timeout\. [1-9]\d* of 100 ids probed\.", ended.err), ended.err
    assert len(kept(tmp_path)) == 1
    ended = await wallboard(*args[:-1], "0", "--resume", "--timeout", "60")
    assert ended.status == 0
    assert "100 ids probed" in ended.out
