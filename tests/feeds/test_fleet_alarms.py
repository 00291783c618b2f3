"""Alarms and notices of a fleet: the holder of the lease decides, all see the same."""

import json
from contextlib import AsyncExitStack

import pytest
from fleet_members import fleet
from waiting import until

from wallboard.channel_settings import ChannelsSettings, CommandSettings
from wallboard.config.state_folder import BoardId
from wallboard.domain.alarm import AlarmState
from wallboard.domain.ledger_row import AlarmKey, RowKind
from wallboard.feeds import Role
from wallboard.feeds.shared import SharedFeed
from wallboard.live import LiveBoard
from wallboard.settings import AlarmSettings, NoticeSettings

KEY = AlarmKey("prod", 1000)
DOWN = '[[fault]]\nkind = "service_not_running"\nentry_points = [1000]\n'


@pytest.fixture
async def board(settings_of, server_of, bus_server, tmp_path):
    """Starts living boards of members with recordings of their own, and one place for notices."""
    hook = CommandSettings(name="hook", argv=("tee", "-a", str(tmp_path / "notices")))
    alarm = AlarmSettings(raise_for=0.2, group_wait=0.0)
    async with AsyncExitStack() as stack:

        async def started(simulator, name):
            settings = settings_of(
                server_of(simulator),
                record=str(tmp_path / f"{name}.db"),
                fleet=fleet(bus_server, name),
                alarm=alarm,
                channel=ChannelsSettings(command=(hook,)),
                notice=(NoticeSettings(channel="hook"),),
            )
            live = LiveBoard(settings, lambda it: SharedFeed(it, BoardId("a board"), environ={}))
            return await stack.enter_async_context(live)

        yield started


def alarm_of(live):
    return live.snapshot().alarms.get(KEY)


def raised(live):
    return [row for row in live.alarms.rows if row.kind is RowKind.RAISED and row.key == KEY]


def notices(folder):
    path = folder / "notices"
    text, found = path.read_text() if path.exists() else "", []
    while text.strip():
        notice, end = json.JSONDecoder().raw_decode(text.lstrip())
        found.append(notice)
        text = text.lstrip()[end:]
    return found


async def test_an_alarm_is_one_for_all_members_and_moves_with_the_lease(board, simulated, tmp_path):
    simulator = await simulated(DOWN)
    ana = await board(simulator, "ana")
    await until(lambda: ana.status.role is Role.RECORDS and raised(ana))
    bob = await board(simulator, "bob")
    await until(lambda: bob.status.role is Role.FOLLOWS and raised(bob))
    assert (bob.status.records, bob.status.leader) == (True, "ana")
    assert raised(bob) == raised(ana)
    await until(lambda: alarm_of(bob) and alarm_of(bob).state is AlarmState.UNACKNOWLEDGED)
    assert bob.alarms.acknowledge([KEY], "on it") is None
    await until(lambda: alarm_of(ana).state is AlarmState.ACKNOWLEDGED)
    await until(lambda: notices(tmp_path))
    await ana.stop()
    await until(lambda: bob.status.role is Role.RECORDS)
    polls = simulator.requests.count
    await until(lambda: simulator.requests.count > polls + 45)
    assert alarm_of(bob).state is AlarmState.ACKNOWLEDGED
    assert len(raised(bob)) == 1
    ids = [notice["id"] for notice in notices(tmp_path)]
    assert len(ids) == len(set(ids))
    assert [notice["phase"] for notice in notices(tmp_path)].count("raise") == 1


async def test_who_follows_decides_nothing_and_knows_what_holds(board, simulated):
    simulator = await simulated()
    ana = await board(simulator, "ana")
    await until(lambda: ana.status.role is Role.RECORDS)
    bob = await board(simulator, "bob")
    await until(lambda: bob.status.role is Role.FOLLOWS)
    for live in (ana, bob):
        await until(
            lambda live=live: all(
                one.judgement.verdict.value == "open"
                for one in live.snapshot().entry_points.values()
            )
        )
    assert bob.status.fleet.holder == "ana"
    assert not bob.status.fleet.holds
    assert bob.status.blind_since is None
