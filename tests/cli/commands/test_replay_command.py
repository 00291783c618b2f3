"""``wallboard replay``: a recording on a terminal, and as text without one."""

import re
import time

import pexpect
import pytest
from recorder.recordings import board_of, record
from recorder.shift import AWAY_AT, BAD_AT, recorded_shift


@pytest.fixture(scope="module")
def shift(tmp_path_factory):
    return recorded_shift(tmp_path_factory.mktemp("shift") / "shift.db")


def _iso(at):
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at))


async def test_without_a_terminal_the_board_of_that_moment_is_printed(wallboard, shift):
    ended = await wallboard("replay", str(shift), "--at", f"{_iso(BAD_AT + 1)}+00:00")
    assert (ended.status, ended.err) == (0, "")
    assert f"{_iso(BAD_AT + 1)}+00:00 Shift: 1 critical, 2 ok" in ended.out
    assert re.search(r"critical +NO AGENTS +1001", ended.out)


async def test_it_begins_at_the_newest_change_to_critical(wallboard, shift):
    ended = await wallboard("replay", str(shift))
    assert ended.out.startswith(_iso(AWAY_AT))
    assert "server prod unreachable" in ended.out


async def test_where_nothing_became_critical_it_begins_at_the_end(wallboard, tmp_path):
    from recorder.shift import ENTRY_POINTS, shift_events

    calm = [event for event in shift_events() if event.at < BAD_AT - 5]
    file = tmp_path / "calm.db"
    record(file, calm, entry_points=ENTRY_POINTS)
    ended = await wallboard("replay", str(file))
    assert ended.out.startswith(_iso(calm[-1].at))


async def test_several_frames_go_on_from_there_and_end_with_the_recording(wallboard, shift):
    ended = await wallboard("replay", str(shift), "--at", "-30s", "--frames", "9", "--every", "20")
    begun = [line[:19] for line in ended.out.splitlines() if " Shift: " in line]
    times = [time.mktime(time.strptime(one, "%Y-%m-%d %H:%M:%S")) for one in begun]
    assert len(times) == 2
    assert times[1] - times[0] == 20


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["nothing.db"], 69, "cannot use the recording"),
        (["{shift}", "--at", "noon"], 64, "not a time: 'noon'; use 14:32"),
        (["{shift}", "--at", "2001-01-01 10:00"], 64, "is outside the recording, "),
        (["{shift}", "--at", "2039-01-01 10:00"], 64, "is outside the recording, "),
        (["{shift}", "--kiosk"], 64, "--kiosk only works on a live board"),
        (["{broken}"], 69, "cannot read the recording"),
        (["{empty}"], 69, "the recording is empty"),
        (["{shift}", "--speed", "0"], 64, "--speed"),
    ],
)
async def test_what_cannot_be_replayed_is_said(wallboard, tmp_path, shift, arguments, status, said):
    broken, empty = tmp_path / "broken.db", tmp_path / "empty.db"
    broken.write_bytes(b"no database " * 200)
    record(empty, [], entry_points=board_of(1000))
    named = [part.format(shift=shift, broken=broken, empty=empty) for part in arguments]
    ended = await wallboard("replay", *named)
    assert said in ended.err
    assert ended.status == status
    assert ended.out == ""


def test_on_a_terminal_it_is_the_board_with_its_keys(shift, environment):
    import sys

    kept = {k: v for k, v in environment.items() if k not in {"COLUMNS", "LINES"}}
    child = pexpect.spawn(
        sys.executable,
        ["-m", "wallboard", "replay", str(shift), "--at", "-30s"],
        env={**kept, "TERM": "xterm-256color", "NO_COLOR": "1"},
        dimensions=(24, 100),
        encoding="utf-8",
        timeout=60,
    )
    try:
        child.expect("REPLAY")
        child.expect("paused")
        child.send("<<<<<")
        child.expect("NO AGENTS")
        child.send(" ")
        child.expect("playing 10")
        child.send("L")
        child.expect("paused")
        child.send("q")
        child.expect(pexpect.EOF)
    finally:
        child.close(force=True)
    assert child.exitstatus == 0
