"""Where the commands record what they poll, and how they are told otherwise."""

import asyncio

import pytest

from wallboard.recorder.recording import Recording

FRAMES = ("--frames", "2", "--every", "0.3", "--interval", "0.3")


async def test_a_board_records_in_the_state_folder_unless_told_otherwise(
    wallboard, simulated, tmp_path
):
    simulator = await simulated()
    state = {"WALLBOARD_STATE": str(tmp_path / "state")}
    ended = await wallboard("--url", simulator.url, "1000-1002", *FRAMES, **state)
    assert (ended.status, ended.err) == (0, "")
    (recording,) = (tmp_path / "state" / "recordings").glob("*.db")
    assert recording.stat().st_mode & 0o777 == 0o600
    with Recording.open(recording) as opened:
        assert [point.key.id for point, _ in opened.entry_points()] == [1000, 1001, 1002]
        assert sum(run.polls for run in opened.runs()) >= 15


async def test_a_board_can_record_elsewhere_or_not_at_all(wallboard, simulated, tmp_path):
    simulator = await simulated()
    state = {"WALLBOARD_STATE": str(tmp_path / "state")}
    address = ("--url", simulator.url, "1000-1002")
    ended = await wallboard(*address, *FRAMES, "--record", "here.db", **state)
    assert (ended.status, ended.err) == (0, "")
    with Recording.open(tmp_path / "here.db") as opened:
        assert list(opened.runs())
    ended = await wallboard(*address, *FRAMES, "--no-record", **state)
    assert (ended.status, ended.err) == (0, "")
    assert not (tmp_path / "state").exists()


async def test_to_record_and_not_to_record_exclude_each_other(wallboard):
    for command in (("board", "--url", "http://h", "1000"), ("demo", "--frames", "1")):
        ended = await wallboard(*command, "--record", "a.db", "--no-record")
        assert ended.status == 64
        assert "mutually exclusive" in ended.err


async def test_a_board_that_cannot_record_says_so_once_and_goes_on(wallboard, simulated, tmp_path):
    simulator = await simulated()
    address = ("--url", simulator.url, "1000-1002")
    ended = await wallboard(*address, *FRAMES, "--record", "no/such.db")
    assert ended.status == 0
    assert ended.out.count(" wallboard: ") == 2
    (line,) = ended.err.splitlines()
    assert line.startswith(f"wallboard: Not recording to {tmp_path / 'no/such.db'}: ")
    assert "no such directory" in line


async def test_the_first_frame_does_not_tell_of_long_ago_as_if_it_were_now(
    wallboard, simulated, tmp_path
):
    simulator = await simulated()
    address = ("--url", simulator.url, "1000-1002", "--record", "wall.db", "--interval", "0.3")
    await wallboard(*address, "--frames", "2", "--every", "0.3")
    before = simulator.requests.count
    await asyncio.sleep(1)
    ended = await wallboard(*address, "--frames", "1")
    assert ended.status == 0
    assert simulator.requests.count >= before + 15


@pytest.mark.parametrize("told", [(), ("--no-record",)])
async def test_the_recording_of_a_demo_goes_with_it(wallboard, tmp_path, told):
    (tmp_path / "tmp").mkdir()
    (tmp_path / "state").mkdir()
    places = {"TMPDIR": str(tmp_path / "tmp"), "WALLBOARD_STATE": str(tmp_path / "state")}
    ended = await wallboard("demo", "--frames", "1", *told, **places)
    assert (ended.status, ended.err) == (0, "")
    assert list((tmp_path / "tmp").iterdir()) == []
    assert list((tmp_path / "state").iterdir()) == []


async def test_the_recording_of_a_demo_is_kept_if_it_has_a_name(wallboard, tmp_path):
    ended = await wallboard("demo", "--frames", "1", "--record", "demo.db")
    assert (ended.status, ended.err) == (0, "")
    with Recording.open(tmp_path / "demo.db") as opened:
        assert len(opened.entry_points()) == 12
