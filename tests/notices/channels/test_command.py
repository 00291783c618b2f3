"""A command gets the notice on its standard input, and its exit status is the answer."""

import json
import os
import sys
import time
from pathlib import Path

import pytest
from notice_stories import notice
from waiting import PATIENCE_SECONDS, until

from wallboard.channel_settings import CommandSettings
from wallboard.notices.channel import DeliveryError
from wallboard.notices.channels.command import Command


def command(code, *more: str, timeout=20.0):
    argv = (sys.executable, "-c", code, *more)
    return Command(CommandSettings(name="hook", argv=argv, timeout=timeout))


async def test_it_reads_json_and_its_words_are_the_answer(tmp_path):
    code = "import sys, json; json.dump(json.load(sys.stdin), open(sys.argv[1], 'w')); print('ok')"
    target = tmp_path / "notice.json"
    assert await command(code, str(target)).send(notice()) == "ok"
    assert json.loads(target.read_text())["title"] == "CRITICAL Billing US (prod): SERVICE DOWN"


async def test_no_shell_ever_sees_it(tmp_path):
    target = tmp_path / "made"
    argv = (sys.executable, "-c", "import sys; print(sys.argv[1])", f"; touch {target}")
    hook = Command(CommandSettings(name="hook", argv=argv))
    assert await hook.send(notice()) == f"; touch {target}"
    assert not target.exists()


async def test_another_status_than_0_is_a_failure():
    with pytest.raises(DeliveryError, match="ended with status 3: not �today") as caught:
        await command("import sys; print('not \\x1btoday'); sys.exit(3)").send(notice())
    assert not caught.value.permanent


async def test_one_that_reads_nothing_and_prints_much_is_no_trouble():
    answer = await command("print('x' * 10_000_000)").send(notice())
    assert len(answer) == 120


async def test_one_that_does_not_end_is_killed_with_all_that_it_started(tmp_path):
    pids = tmp_path / "pids"
    # A shell has begun long before its time is out, however busy the machine is.
    argv = ("/bin/sh", "-c", 'sleep 600 & echo $$ $! >"$0"; wait', str(pids))
    began = time.monotonic()
    with pytest.raises(DeliveryError, match="did not end within 3 s"):
        await Command(CommandSettings(name="hook", argv=argv, timeout=3.0)).send(notice())
    assert time.monotonic() - began < PATIENCE_SECONDS
    for pid in map(int, pids.read_text().split()):
        await until(lambda pid=pid: not lives(pid))


def lives(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


async def test_one_that_leaves_something_running_has_ended():
    code = (
        "import subprocess, sys\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(4)'])\n"
        "print('started', flush=True)"
    )
    assert await command(code).send(notice()) == "started"


async def test_what_is_not_there_cannot_be_run():
    hook = Command(CommandSettings(name="hook", argv=("/no/such/program",)))
    with pytest.raises(DeliveryError, match="cannot run '/no/such/program': No such file"):
        await hook.send(notice())
