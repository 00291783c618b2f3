"""Processes on one recording, one of which is stopped, killed or lives by a clock that is set."""

import asyncio
import json
import os
import re
import signal
import sys
import time
from itertools import pairwise

import aiohttp
import pytest
from waiting import PATIENCE_SECONDS

from wallboard.recorder.lock import holder, lock_path
from wallboard.recorder.recording import Recording

INTERVAL = 0.5
CALM = "[queue]\nload = 0.1\nagents = 9\n"
SET_CLOCK = """
import os, time

_time, _file = time.time, os.environ["TEST_CLOCK"]

def _set_time():
    with open(_file) as file:
        return _time() + float(file.read())

time.time = _set_time
"""
"""What Python runs first in a process whose clock can be set."""


async def until(condition, what):
    """Wait for something to become true; what was waited for in vain is named."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not (found := condition()):
        assert time.monotonic() < end, f"never: {what()}"
        await asyncio.sleep(0.02)
    return found


class Output:
    """A process whose lines are read as they come."""

    def __init__(self, process, out, err) -> None:
        self.process = process
        self._out, self._err = out, err

    @property
    def lines(self):
        # The last one may not be whole yet.
        return self._out.read_text().split("\n")[:-1]

    @property
    def errors(self):
        return self._err.read_text().split("\n")[:-1]

    async def line_with(self, pattern, *, after=0):
        """The first line from a place on in which a pattern is found, and the place after it."""

        def found():
            for number, line in enumerate(self.lines[after:], after + 1):
                if re.search(pattern, line):
                    return line, number
            return None

        return await until(
            found, lambda: f"{pattern!r} in {self.lines[after:][-12:]} {self.errors[-12:]}"
        )

    async def error_with(self, pattern):
        return await until(
            lambda: next((line for line in self.errors if re.search(pattern, line)), None),
            lambda: f"{pattern!r} in {self.errors}",
        )

    def send(self, number):
        self.process.send_signal(number)

    def pause(self):
        """Have it stand still."""
        self.send(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WNOWAIT)


@pytest.fixture
async def simulator(simulated, tmp_path):
    one = await simulated(CALM)
    points = "".join(f"[[server.entry_point]]\nid = {id_}\n" for id_ in one.entry_points)
    text = f'interval = {INTERVAL}\nrecord = "wall.db"\n[[server]]\nname = "prod"\n'
    (tmp_path / "wallboard.toml").write_text(f'{text}url = "{one.url}"\n{points}')
    return one


@pytest.fixture
def recording(tmp_path):
    return tmp_path / "wall.db"


@pytest.fixture
async def run(tmp_path, environment):
    outputs = []

    async def started(*args: str, **variables):
        name = tmp_path / f"{len(outputs)}"
        out, err = name.with_suffix(".out"), name.with_suffix(".err")
        with out.open("wb") as to_out, err.open("wb") as to_err:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "wallboard", *args,
                cwd=tmp_path, env=environment | variables,
                stdin=asyncio.subprocess.DEVNULL, stdout=to_out, stderr=to_err,
            )  # fmt: skip
        outputs.append(Output(process, out, err))
        return outputs[-1]

    yield started
    for one in outputs:
        if one.process.returncode is None:
            one.process.kill()
        await one.process.wait()


async def leads(recording, output):
    await until(
        lambda: (found := holder(recording)) and found.pid == output.process.pid,
        lambda: f"{output.process.pid} leads, but {holder(recording)} {output.errors}",
    )


@pytest.fixture
async def leader(run, simulator, recording):
    one = await run("record")
    await leads(recording, one)
    await until(recording.exists, lambda: f"a recording: {one.errors}")
    return one


@pytest.fixture
def clock(tmp_path):
    """What processes must be given to live by a clock that is ahead by what is in a file."""
    folder, ahead = tmp_path / "clock", tmp_path / "ahead"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(SET_CLOCK)

    def put(seconds):
        new = ahead.with_suffix(".new")
        new.write_text(str(seconds))
        new.replace(ahead)

    put(0.0)
    return put, {"PYTHONPATH": str(folder), "TEST_CLOCK": str(ahead)}


STALE = r" UNKNOWN server prod: 3 of 3 entry points stale\."
STALE_HEARTBEAT = r" UNKNOWN 3 unknown; 3 stale; \d+ polls in the last minute\."
WELL = r" OK all 3 open; "


async def test_a_stopped_leader_is_stale_for_who_watches_and_well_once_it_goes_on(leader, run):
    watch = await run("watch", "--heartbeat", "0.2")
    _, place = await watch.line_with(WELL)
    leader.send(signal.SIGSTOP)
    _, stale = await watch.line_with(STALE, after=place)
    await watch.line_with(STALE_HEARTBEAT, after=stale)
    await watch.error_with("No new data in the recording since .* holds it")
    leader.send(signal.SIGCONT)
    _, place = await watch.line_with(" OK server prod: no stale entry points any more", after=stale)
    await watch.line_with(WELL, after=place)
    assert not any(re.search(WELL, line) for line in watch.lines[stale : place - 1])


async def test_programs_and_logs_are_told_that_a_stopped_leader_is_stale(leader, run):
    programs = await run("watch", "--format", "ndjson", "--heartbeat", "0.2")
    board = await run("--every", "0.2")
    await programs.line_with('"event": "heartbeat".* "stale": 0')
    await board.line_with(": 3 ok; ")
    leader.send(signal.SIGSTOP)
    line, _ = await programs.line_with('"event": "stale"')
    told = json.loads(line)
    assert (told["server"], told["level"]) == ("prod", "unknown")
    assert told["stale"] > 0
    line, _ = await programs.line_with('"event": "heartbeat".* "stale": 3')
    assert json.loads(line)["level"] == "unknown"
    _, place = await board.line_with(": 3 unknown; 3 stale; ")
    await board.line_with(r"\bOPEN\b.*\bstale\b", after=place)
    leader.send(signal.SIGCONT)
    await programs.line_with('"event": "stale".* "stale": 0, "level": "ok"')


async def test_a_board_that_was_stopped_is_stale_until_it_has_asked_again(run, simulator):
    watch = await run("watch", "--heartbeat", "0.1")
    await watch.line_with(WELL)
    watch.send(signal.SIGSTOP)
    await asyncio.sleep(6 * INTERVAL)
    before = len(watch.lines)
    watch.send(signal.SIGCONT)
    await until(lambda: len(watch.lines) > before + 1, lambda: watch.lines)
    assert not re.search(WELL, watch.lines[before + 1]), watch.lines[before:]
    _, stale = await watch.line_with(STALE, after=before)
    await watch.line_with(WELL, after=stale)


async def test_a_killed_leader_is_followed_by_who_watches(leader, run, recording):
    watch = await run("watch", "--heartbeat", "0.2")
    await watch.line_with(WELL)
    leader.send(signal.SIGSTOP)
    _, stale = await watch.line_with(STALE)
    leader.send(signal.SIGKILL)
    await leads(recording, watch)
    _, place = await watch.line_with("no stale entry points any more", after=stale)
    await watch.line_with(WELL, after=place)


async def test_the_seconds_for_which_the_leader_was_stopped_are_not_recorded(
    leader, run, wallboard, recording
):
    watch = await run("watch", "--heartbeat", "0.2")
    _, place = await watch.line_with(WELL)
    leader.send(signal.SIGSTOP)
    stopped_at = time.time()
    _, place = await watch.line_with(STALE, after=place)
    await asyncio.sleep(4 * INTERVAL)
    leader.send(signal.SIGCONT)
    went_on_at = time.time()
    await watch.line_with(WELL, after=place)
    leader.send(signal.SIGTERM)
    await leader.process.wait()
    with Recording.open(recording) as one:
        gaps = [
            (before.last_at, after.first_at) for before, after in pairwise(one.recorded_spans())
        ]
    # A machine that is busy afterwards may make more of them.
    gap = next(gap for gap in gaps if gap[1] >= went_on_at)
    assert gap[0] <= stopped_at + 1.0
    told = await wallboard("history", "1000", "--since", "1h", "--format", "json")
    unrecorded = json.loads(told.out)["unrecorded"]
    assert any(one["seconds"] >= 4 * INTERVAL for one in unrecorded[1:]), told.out


async def test_a_leader_that_was_stopped_and_lost_its_place_neither_polls_nor_writes_any_more(
    leader, run, simulator, recording, wallboard
):
    watch = await run("watch", "--heartbeat", "0.2")
    await watch.line_with(WELL)
    leader.send(signal.SIGSTOP)
    lock_path(recording).unlink()
    await leads(recording, watch)
    # One that writes beside the other would soon use a number twice.
    watch.pause()
    # Whoever asks now is answered after what it had asked before.
    async with aiohttp.ClientSession() as session, session.get(simulator.url):
        asked = simulator.requests.count
    leader.send(signal.SIGCONT)
    await until(
        lambda: any("standby" in line for line in leader.errors),
        lambda: f"standby in {leader.errors}",
    )
    assert simulator.requests.count == asked
    watch.send(signal.SIGCONT)
    await watch.line_with(WELL, after=len(watch.lines) + 1)
    watch.send(signal.SIGTERM)
    await leads(recording, leader)
    leader.send(signal.SIGTERM)
    await leader.process.wait()
    assert not [line for line in leader.errors if "Traceback" in line or "damaged" in line]
    told = await wallboard("recording", "verify", "--file", str(recording))
    assert told.status == 0, told


@pytest.mark.parametrize("removed", [["-wal"], ["-shm"], ["-wal", "-shm"]])
async def test_a_log_that_somebody_removed_is_begun_anew_and_nothing_is_lost(
    leader, run, recording, wallboard, removed
):
    watch = await run("watch", "--heartbeat", "0.2")
    await watch.line_with(WELL)
    with Recording.open(recording) as one:
        begun_at = one.span().first_at
    files = [recording.with_name(recording.name + suffix) for suffix in removed]
    for file in files:
        file.unlink()
    await until(lambda: all(file.exists() for file in files), lambda: f"{files} {leader.errors}")
    await watch.line_with(WELL, after=len(watch.lines) + int(3 * INTERVAL / 0.2))
    before = time.time()

    def grown():
        with Recording.open(recording) as one:
            return one.span().first_at == begun_at and one.span().last_at > before

    await until(grown, lambda: f"seen by who opens it: {leader.errors}")
    leader.send(signal.SIGTERM)
    await leader.process.wait()
    await leads(recording, watch)
    told = await wallboard("recording", "verify", "--file", str(recording))
    assert told.status == 0, told


@pytest.mark.parametrize("by", [-86_400.0, -3600.0, -4.0, 4.0, 3600.0])
async def test_whoever_follows_is_well_after_the_clock_was_set_and_stale_once_it_should_be(
    run, simulator, recording, clock, by
):
    put, variables = clock
    leader = await run("record", **variables)
    await leads(recording, leader)
    watch = await run("watch", "--heartbeat", "0.2", **variables)
    _, place = await watch.line_with(WELL)
    put(by)
    # Nobody is told anything but that all is well, once all was asked again.
    _, place = await watch.line_with(WELL, after=len(watch.lines) + int(3 * INTERVAL / 0.2))
    await watch.line_with(WELL, after=place)
    # Now the clock is set while nothing comes.
    leader.send(signal.SIGSTOP)
    _, place = await watch.line_with(STALE, after=place)
    put(2 * by)
    await watch.line_with("", after=place + 40)
    assert not any(re.search(WELL, line) for line in watch.lines[place:]), watch.lines[place:]
    leader.send(signal.SIGCONT)
    await watch.line_with(WELL, after=place)
    # One that begins after all that sees it as it is, too.
    other = await run("--every", "0.2", **variables)
    _, place = await other.line_with(r": 3 ok; \d+ polls")
    leader.send(signal.SIGSTOP)
    await other.line_with(": 3 unknown; 3 stale; ", after=place)


async def test_an_index_that_another_user_cut_short_ends_no_board(
    leader, run, recording, wallboard
):
    watch = await run("watch", "--heartbeat", "0.2")
    _, place = await watch.line_with(WELL)
    index = recording.with_name(f"{recording.name}-shm")
    length = index.stat().st_size
    for _ in range(2):
        index.write_bytes(b"")
        await until(lambda: index.stat().st_size == length, lambda: "the index is whole again")
        _, place = await watch.line_with(WELL, after=place + 2)
    for one in (leader, watch):
        one.send(signal.SIGTERM)
        assert await one.process.wait() == 0
    told = await wallboard("recording", "verify", "--file", str(recording))
    assert told.status == 0, told
