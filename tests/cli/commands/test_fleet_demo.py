"""``wallboard fleet demo`` from start to end."""

import re

from wallboard.cli.commands.fleet_demo import LEASE_SECONDS, POLL_SECONDS


async def test_its_board_goes_on_when_the_member_that_polls_is_killed(wallboard):
    frames = int(POLL_SECONDS + LEASE_SECONDS + 15)
    ended = await wallboard(
        *("fleet", "demo", "--entry-points", "3", "--every", "1", "--frames", str(frames))
    )
    assert ended.status == 0, ended.err
    assert "collector-1 was killed" in ended.out
    first, *_, last = re.findall(r"(\d+) polls in the last minute", ended.out)
    # At most so many come within what was there before the kill.
    assert int(last) > int(first)
    assert "unknown" not in ended.out.rpartition("polls in the last minute")[0][-60:]


async def test_a_scenario_that_is_not_there_is_said_before_anything_starts(wallboard):
    ended = await wallboard("fleet", "demo", "--scenario", "/nowhere.toml", "--frames", "1")
    assert ended.status not in {0, None}
    assert "nowhere.toml" in ended.err
    assert "Traceback" not in ended.err
