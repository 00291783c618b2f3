"""``wallboard record`` as a service runs it: real processes, signals, and kill -9."""

import asyncio
import json
import os
import shutil
import signal
import sys
from collections import Counter

import pytest
from waiting import PATIENCE_SECONDS, until

from wallboard.recorder.errors import RecordingError
from wallboard.recorder.recording import Recording


class Recorder:
    """A ``wallboard record`` that runs, and what it logs."""

    def __init__(self, process) -> None:
        self.process = process
        self.lines: list[dict] = []

    @property
    def pid(self):
        return self.process.pid

    async def says(self, event, **fields):
        """Wait for a line of its log."""
        wanted = {"event": event, **fields}
        async with asyncio.timeout(PATIENCE_SECONDS):
            while line := await self.process.stderr.readline():
                self.lines.append(json.loads(line))
                if wanted.items() <= self.lines[-1].items():
                    return self.lines[-1]
        raise AssertionError(f"it ended without {wanted}: {self.lines}")

    async def ends(self, number=None):
        if number:
            self.process.send_signal(number)
        async with asyncio.timeout(PATIENCE_SECONDS):
            _, err = await self.process.communicate()
        self.lines += map(json.loads, err.decode().splitlines())
        return self.process.returncode


@pytest.fixture
def recorder(start, tmp_path):
    async def started(simulator, *args: str, interval="0.2"):
        ids = ",".join(map(str, simulator.entry_points))
        address = ("--url", simulator.url, ids, "--interval", interval)
        file = ("--file", str(tmp_path / "wall.db"), "--log-format", "json")
        return Recorder(await start("record", *address, *file, *args))

    return started


def polls_in(path):
    """How many polls are in a recording that has begun."""
    with Recording.open(path) as recording:
        return sum(run.polls for run in recording.runs())


async def test_it_records_until_it_is_told_to_end_and_loses_nothing(recorder, simulated, tmp_path):
    simulator = await simulated()
    one = await recorder(simulator)
    said = await one.says("started")
    assert (said["servers"], said["entry_points"]) == (1, 3)
    assert (await one.says("recording"))["recording"] == str(tmp_path / "wall.db")
    await until(lambda: simulator.requests.count > 60)
    assert await one.ends(signal.SIGTERM) == 0
    assert one.lines[-1] == one.lines[-1] | {"event": "stopped", "signal": "SIGTERM"}
    # What was under way in the moment of the end has no answer.
    assert simulator.requests.count - 8 <= polls_in(tmp_path / "wall.db")
    assert polls_in(tmp_path / "wall.db") <= simulator.requests.count


async def test_after_ctrl_c_its_status_is_130(recorder, simulated):
    one = await recorder(await simulated())
    await one.says("recording")
    assert await one.ends(signal.SIGINT) == 130


async def test_its_log_is_also_lines_of_words(start, simulated, tmp_path):
    simulator = await simulated()
    process = await start("record", "--url", simulator.url, "1000", "--file", "a b.db")
    async with asyncio.timeout(PATIENCE_SECONDS):
        line = (await process.stderr.readline()).decode()
    path = tmp_path / "a b.db"
    assert line.endswith(f' level=info event=started recording="{path}" servers=1 entry_points=1\n')


async def test_what_changes_is_logged(recorder, simulated):
    simulator = await simulated('[[fault]]\nkind = "service_not_running"\nfrom = 600')
    one = await recorder(simulator)
    await until(lambda: simulator.requests.count >= 30)
    simulator.speed = 1_000.0  # the outage begins soon
    said = await one.says("change", id=1000, before="open")
    assert said["after"] == "service_not_running"
    assert said["level"] == "warning"


CONFIG = """
interval = 0.2
record = "wall.db"
[[server]]
name = "prod"
url = "{url}"
[[server.entry_point]]
id = 1000
"""


@pytest.fixture
def configured(start, tmp_path):
    async def started(simulator):
        config = tmp_path / "wallboard.toml"
        config.write_text(CONFIG.format(url=simulator.url))
        return Recorder(await start("record", "--log-format", "json")), config

    return started


async def test_sighup_has_the_config_read_again(configured, simulated, tmp_path):
    one, config = await configured(await simulated())
    await one.says("recording")
    good = config.read_text()
    config.write_text(good + "[[server.entry_point]]\nid = 1001\n")
    one.process.send_signal(signal.SIGHUP)
    assert (await one.says("reloaded"))["entry_points"] == 2
    await until(lambda: _recorded_ids(tmp_path / "wall.db") == [1000, 1001])
    for bad in ("interval = 0\n" + good, good.replace('"wall.db"', "false"), "no TOML"):
        config.write_text(bad)
        one.process.send_signal(signal.SIGHUP)
        assert (await one.says("config_refused"))["level"] == "error"
    assert await one.ends(signal.SIGTERM) == 0
    assert _recorded_ids(tmp_path / "wall.db") == [1000, 1001]


async def test_an_edit_is_taken_up_without_a_signal_and_a_bad_one_is_refused_once(
    configured, simulated
):
    one, config = await configured(await simulated())
    await one.says("recording")
    good = config.read_text()
    config.write_text("no TOML")
    assert (await one.says("config_refused"))["level"] == "error"
    config.write_text(good + "[[server.entry_point]]\nid = 1001\n")
    assert (await one.says("reloaded"))["entry_points"] == 2
    assert await one.ends(signal.SIGTERM) == 0


async def test_a_config_that_does_not_answer_changes_nothing_and_holds_up_no_end(
    configured, simulated, tmp_path
):
    one, config = await configured(await simulated())
    await one.says("recording")
    good = config.read_text()
    config.unlink()
    os.mkfifo(config)
    held = os.open(config, os.O_RDWR)
    one.process.send_signal(signal.SIGHUP)
    assert "cannot be read" in (await one.says("config_refused"))["problem"]
    (tmp_path / "mended.toml").write_text(good + "[[server.entry_point]]\nid = 1001\n")
    (tmp_path / "mended.toml").replace(config)
    os.close(held)
    one.process.send_signal(signal.SIGHUP)
    assert (await one.says("reloaded"))["entry_points"] == 2
    config.unlink()
    os.mkfifo(config)
    held = os.open(config, os.O_RDWR)
    one.process.send_signal(signal.SIGHUP)
    assert await one.ends(signal.SIGTERM) == 0
    os.close(held)


def _recorded_ids(path):
    try:
        with Recording.open(path) as recording:
            polled = {run.key.id for run in recording.runs()}
            return sorted(polled & {point.key.id for point, _ in recording.entry_points()})
    except RecordingError:
        return []  # it is just being begun


async def test_a_second_one_stands_by_or_says_that_it_is_not_needed(recorder, simulated):
    simulator = await simulated()
    first = await recorder(simulator)
    await first.says("recording")
    second = await recorder(simulator)
    assert (await second.says("standby"))["follows"].endswith(f" pid {first.pid}")
    third = await recorder(simulator, "--no-standby")
    async with asyncio.timeout(PATIENCE_SECONDS):
        _, err = await third.process.communicate()
    assert third.process.returncode == 69
    assert f"pid {first.pid} is already recording" in err.decode()


async def test_there_must_be_something_to_record(wallboard, simulated, tmp_path):
    simulator = await simulated()
    config = CONFIG.format(url=simulator.url).replace('"wall.db"', "false")
    (tmp_path / "wallboard.toml").write_text(config)
    ended = await wallboard("record")
    assert ended.status == 78
    assert "--file" in ended.err


@pytest.mark.parametrize("count", [2, 10])
async def test_whoever_polls_may_be_killed_and_another_goes_on_where_it_was(
    start, simulated, tmp_path, count
):
    kills = 1 if count == 2 else 2
    simulator = await simulated(entry_points=2)
    path, config = tmp_path / "wall.db", tmp_path / "patient.toml"
    points = "".join(f"[[server.entry_point]]\nid = {one}\n" for one in simulator.entry_points)
    # A poll that a busy machine makes late must not be asked again, nor the server be probed.
    config.write_text(
        "interval = 7\ntimeout = 60\nconnect_timeout = 60\n"
        f'[[server]]\nname = "prod"\nurl = "{simulator.url}"\n{points}'
    )

    async def recorder():
        options = ("--config", str(config), "--file", str(path), "--log-format", "json")
        return Recorder(await start("record", *options))

    boards = [await recorder()]
    await boards[0].says("recording")
    boards += [await recorder() for _ in range(count - 1)]
    for board in boards[1:]:
        await board.says("standby")
    leader = boards.pop(0)
    for _ in range(kills):
        asked = simulator.requests.count  # the kill comes in the midst of a round
        await until(lambda asked=asked: simulator.requests.count >= asked + 3)
        known = polls_in(path)
        leader.process.kill()
        waiting = {asyncio.create_task(board.says("recording")): board for board in boards}
        done, others = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        (took_over,) = done
        await took_over  # which says what it logged if it ended instead
        leader = waiting[took_over]
        boards.remove(leader)
        asked = simulator.requests.count
        await until(lambda asked=asked: simulator.requests.count >= asked + 10)
        assert not any(task.done() for task in others), "two of them poll"
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await until(lambda known=known: polls_in(path) >= known + 10)
    for board in boards:  # or one of them takes over from the last, too
        await board.ends(signal.SIGKILL)
    assert await leader.ends(signal.SIGTERM) == 0
    # Only a change of hands may bring a poll before its turn.
    asked = Counter(path for _, path in simulator.requests.log).values()
    assert max(asked) - min(asked) <= 1 + kills
    lost_at_most = (kills + 1) * 10
    assert polls_in(path) >= simulator.requests.count - lost_at_most


def without_roots_powers():
    """A command that has root stopped by the permissions of files, like anybody else."""
    setpriv = shutil.which("setpriv")
    if os.getuid() != 0 or not setpriv:
        pytest.skip("it takes root and setpriv to give up permissions")
    return (setpriv, "--bounding-set=-dac_override,-dac_read_search")


async def test_a_viewer_that_may_not_write_follows_and_polls_only_while_nobody_else_does(
    recorder, simulated, environment, tmp_path
):
    powerless = without_roots_powers()
    folder = tmp_path / "theirs"
    folder.mkdir(mode=0o755)
    simulator = await simulated()
    file = str(folder / "wall.db")
    leader = await recorder(simulator, "--file", file)
    await leader.says("recording")
    await until((folder / "wall.db").exists)
    for one in (folder, *folder.iterdir()):
        os.chown(one, 65534, 65534)
    ids = "1000-1002"
    process = await asyncio.create_subprocess_exec(
        *(*powerless, sys.executable, "-m", "wallboard", "record"),
        *("--url", simulator.url, ids, "--interval", "0.2", "--file", file, "--log-format", "json"),
        env=environment,
        cwd=tmp_path,
        stderr=asyncio.subprocess.PIPE,
    )
    viewer = Recorder(process)
    try:
        await viewer.says("standby")
        assert await leader.ends(signal.SIGTERM) == 0
        await viewer.says("polling_unrecorded")
        said = await viewer.says("problem")
        assert "no write permission. This board polls by itself." in said["message"]
        asked = simulator.requests.count
        await until(lambda: simulator.requests.count >= asked + 15)
        again = await recorder(simulator, "--file", file)
        await again.says("recording")
        await viewer.says("standby")
    finally:
        await viewer.ends(signal.SIGTERM)


TEXT = b"# not a recording, and dear to somebody\n" * 20


@pytest.mark.parametrize(
    "args",
    [
        ["record", "--url", "http://127.0.0.1:9", "1000", "--file"],
        ["recording", "info", "--file"],
        ["recording", "verify", "--file"],
        ["recording", "trim", "--older", "1d", "--file"],
        ["history", "1000", "--file"],
        ["handover", "--file"],
        ["export", "-", "--file"],
        ["replay"],
    ],
    ids=" ".join,
)
async def test_a_file_that_never_was_a_recording_is_refused_untouched(wallboard, tmp_path, args):
    path = tmp_path / "config.toml"
    path.write_bytes(TEXT)
    before = path.stat().st_mtime_ns
    ended = await wallboard(*args, str(path))
    assert ended.status == (2 if "verify" in args else 69)
    assert "not a wallboard recording" in ended.out + ended.err
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (TEXT, before)
    assert list(tmp_path.iterdir()) == [path]


async def test_a_board_whose_config_names_such_a_file_polls_and_says_so(
    wallboard, simulated, tmp_path
):
    simulator = await simulated(entry_points=1)
    path = tmp_path / "wallboard.toml"
    text = (
        f'record = "wallboard.toml"\n[[server]]\nname = "a"\nurl = "{simulator.url}"\n'
        "[[server.entry_point]]\nid = 1000\n"
    )
    path.write_text(text)
    ended = await wallboard("--frames", "3", "--every", "0.5")
    assert ended.status == 0
    assert "not a wallboard recording" in ended.out + ended.err
    assert path.read_text() == text
    assert list(tmp_path.glob("wallboard.toml*")) == [path]
