"""Notices of real processes: told once, over for what was told, whatever is killed when."""

import asyncio
import json
import signal
from collections import Counter

import pytest
from far_side import far_side
from waiting import PATIENCE_SECONDS, until

__all__ = ["far_side"]

DOWN = '[[fault]]\nkind = "service_not_running"\nentry_points = [1000]\nuntil = 600\n'
SOON = 1_000.0
"""A speed by which the outage is over at once."""


@pytest.fixture
def config(tmp_path):
    def written(simulator, far, *, more="", alarm=""):
        points = "".join(f"[[server.entry_point]]\nid = {id_}\n" for id_ in simulator.entry_points)
        path = tmp_path / "wallboard.toml"
        path.write_text(
            f'interval = 0.5\nrecord = "wall.db"\n'
            f"[alarm]\nraise_for = 0.5\nclear_for = 0.5\ngroup_wait = 0.5\n{alarm}"
            f'[[channel.webhook]]\nname = "ops"\nurl = "{far.url}"\ntimeout = 5\n'
            f'[[notice]]\nchannel = "ops"\n{more}'
            f'[[server]]\nname = "prod"\nurl = "{simulator.url}"\n{points}'
        )
        return path

    return written


def told(far):
    """What the far side was told, repeats folded by their keys."""
    first = {}
    for one in far.requests:
        first.setdefault(one.headers["Idempotency-Key"], one.json)
    return [(one["phase"], one["alarms"][0]["entry_point"]) for one in first.values()]


async def kinds(wallboard):
    rows = json.loads((await wallboard("alarms", "log", "--format", "json")).out)["rows"]
    return Counter(row["kind"] for row in rows)


async def test_an_outage_is_told_once_and_over_once(simulated, far_side, config, start, wallboard):
    simulator, far = await simulated(DOWN), await far_side()
    config(simulator, far)
    await start("record")
    await until(lambda: told(far) == [("raise", 1000)])
    simulator.speed = SOON
    await until(lambda: told(far) == [("raise", 1000), ("over", 1000)])
    notice = far.requests[0].json
    assert notice["title"] == "CRITICAL 1000 (prod): SERVICE DOWN"
    assert notice["alarms"][0]["reason"] == "service_not_running"
    assert notice["board"] == "wallboard"
    found = await kinds(wallboard)
    assert (found["queued"], found["sent"]) == (2, 2)


async def test_an_acknowledgement_anywhere_is_told_and_ends_the_calling(
    simulated, far_side, config, start, wallboard
):
    simulator, far = await simulated(DOWN), await far_side()
    config(simulator, far)
    await start("record")
    await until(lambda: told(far) == [("raise", 1000)])
    assert (await wallboard("alarms", "ack", "1000", "--why", "on it")).status == 0
    await until(lambda: len(told(far)) == 2)
    assert told(far)[1] == ("acknowledge", 1000)
    assert far.requests[-1].json["alarms"][0]["why"] == "on it"


async def test_whoever_is_killed_between_any_two_statements_another_goes_on(
    simulated, far_side, config, start, wallboard
):
    simulator, far = await simulated(DOWN), await far_side()
    config(simulator, far)
    process = await start("record")
    standby = await start("record")
    await until(lambda: far.requests)
    process.kill()
    await process.wait()
    third = await start("record")
    simulator.speed = SOON
    await asyncio.sleep(1)
    standby.kill()
    await standby.wait()
    await until(lambda: ("over", 1000) in told(far))
    third.send_signal(signal.SIGTERM)
    await third.wait()
    assert told(far) == [("raise", 1000), ("over", 1000)]
    assert max(Counter(one.headers["Idempotency-Key"] for one in far.requests).values()) <= 2


async def test_a_far_side_that_is_away_is_told_later_and_it_is_said_meanwhile(
    simulated, far_side, config, start
):
    away = [(503, b"", {"Retry-After": "1"})]
    simulator = await simulated(DOWN)
    far = await far_side(*away * 2, (200, b"", {}))
    config(simulator, far)
    process = await start("record", "--log-format", "json")
    lines = []

    async def read():
        while line := await process.stderr.readline():
            lines.append(json.loads(line))

    reading = asyncio.create_task(read())
    await until(lambda: any("takes no notices" in str(one) for one in lines))
    await until(lambda: len(far.requests) >= 3)
    assert len({one.headers["Idempotency-Key"] for one in far.requests}) == 1
    reading.cancel()


async def test_what_a_far_side_will_never_take_is_given_up_and_said(
    simulated, far_side, config, start, wallboard
):
    simulator, far = await simulated(DOWN), await far_side((400, b"no", {}))
    config(simulator, far)
    process = await start("record", "--log-format", "json")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while b"was not delivered" not in await process.stderr.readline():
            pass
    assert len(far.requests) == 1
    await until(lambda: far.requests)
    assert (await kinds(wallboard))["given_up"] == 1
