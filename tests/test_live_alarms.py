"""The alarms of living boards: what each sees, writes, and is told by the others."""

import asyncio
import os
import time
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from events import heard, refused
from recorder.ledger_rows import kept, raised, written
from silent_folder import SilentFolder
from waiting import until

from wallboard import live_alarms
from wallboard.alarm_board import AlarmBoard
from wallboard.board import Board
from wallboard.config.state_folder import BoardId
from wallboard.domain.alarm import AlarmState
from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.event import ClockSet
from wallboard.domain.ledger_order import in_order
from wallboard.domain.ledger_row import AlarmKey, RowKind
from wallboard.domain.observation import Observation
from wallboard.feeds import FeedStatus, Role
from wallboard.feeds.network_watch import NetworkWatch
from wallboard.feeds.shared import SharedFeed
from wallboard.inheritance import entry_points_of
from wallboard.live import LiveBoard
from wallboard.live_alarms import LiveAlarms
from wallboard.settings import AlarmSettings, EntryPointSettings, ServerSettings, Settings
from wallboard.simulator.scenario import parse_scenario
from wallboard.simulator.server import Simulator

PROD, SALES, CARE = AlarmKey("prod"), AlarmKey("prod", 1000), AlarmKey("prod", 1001)
DOWN_SECONDS = 1000.0
DOWN = f"""
[[fault]]
kind = "service_not_running"
entry_points = [1000]
until = {DOWN_SECONDS}
"""
RULES = AlarmSettings(raise_for=0.2, clear_for=0.5)


@pytest.fixture
def ahead():
    """By how many seconds the simulator is ahead of its scenario."""
    return [0.0]


@pytest.fixture
async def simulator(ahead):
    scenario = parse_scenario(DOWN)
    clock = lambda: time.monotonic() + ahead[0]  # noqa: E731
    async with Simulator(entry_points=[1000, 1001], scenario=scenario, clock=clock) as one:
        yield one


@pytest.fixture
def path(tmp_path):
    return tmp_path / "wall.db"


@pytest.fixture
def ledger(path):
    return path.with_name("wall.ledger")


@pytest.fixture
async def start(simulator, path):
    points = tuple(EntryPointSettings(id=number) for number in simulator.entry_points)
    server = ServerSettings(name="prod", url=simulator.url, entry_point=points)
    settings = Settings(interval=0.2, alarm=RULES, record=str(path), server=(server,))
    async with AsyncExitStack() as stack:

        async def started(**more):
            mine = replace(settings, **more)
            live = LiveBoard(mine, lambda polled: SharedFeed(polled, BoardId("a board")))
            return await stack.enter_async_context(live)

        yield started


def state_of(live, key=SALES):
    alarm = live.snapshot().alarms.get(key)
    return alarm.state if alarm else AlarmState.NORMAL


async def shown(live, state, key=SALES):
    await until(lambda: state_of(live, key) is state)


async def two(start):
    """Who records, and who follows; both show the alarm."""
    leader = await start()
    await until(lambda: leader.status.role is Role.RECORDS)
    follower = await start()
    await until(lambda: follower.status.role is Role.FOLLOWS)
    for live in (leader, follower):
        await shown(live, AlarmState.UNACKNOWLEDGED)
    return leader, follower


def test_a_flood_is_said_while_it_lasts():
    points = tuple(EntryPointSettings(id=number) for number in range(3))
    server = ServerSettings(name="prod", url="http://h", entry_point=points)
    rules = AlarmSettings(raise_for=0.0, flood=2)
    settings = Settings(alarm=rules, record=False, server=(server,))
    now = [100.0]
    alarms = LiveAlarms(settings, FeedStatus, clock=lambda: now[0], fed=False)
    board = Board(entry_points_of(settings))
    for number in range(3):
        assert alarms.problems == ()
        down = heard(refused("agent_not_available"), at=100.0, key=EntryPointKey("prod", number))
        alarms.fold(board.fold(down))
    flood = "Alarm flood: more than 2 alarms were raised within 10 minutes."
    assert alarms.problems == (flood,)
    now[0] = 700.0
    assert alarms.problems == ()


async def test_what_the_rules_do_is_written_once_by_who_records(start, ledger):
    leader, follower = await two(start)
    assert [(row.kind, row.key) for row in kept(ledger)] == [(RowKind.RAISED, SALES)]
    alarms = [live.snapshot().alarms[SALES] for live in (leader, follower)]
    assert alarms[0].onset == pytest.approx(alarms[1].onset, abs=0.001)
    assert {CARE}.isdisjoint(leader.snapshot().alarms)


@pytest.mark.parametrize("by_leader", [True, False])
async def test_an_acknowledgement_is_on_every_board_whoever_gave_it(start, ledger, by_leader):
    leader, follower = await two(start)
    one, other = (leader, follower) if by_leader else (follower, leader)
    assert one.alarms.acknowledge([SALES], "restarting it") is None
    for live in (one, other):
        await shown(live, AlarmState.ACKNOWLEDGED)
        assert live.snapshot().alarms[SALES].acknowledgement.why == "restarting it"
        assert live.alarms.recent_reasons == ("restarting it",)
    assert other.alarms.acknowledge([SALES], "me too").startswith("Already acknowledged by ")
    assert [row.kind for row in kept(ledger)] == [RowKind.RAISED, RowKind.ACKNOWLEDGED]


async def test_of_two_who_acknowledge_at_once_all_boards_show_the_first(start, ledger):
    boards = await two(start)
    for live, why in zip(boards, ("mine", "no, mine"), strict=True):
        assert live.alarms.acknowledge([SALES], why) is None
    await until(lambda: sum(row.kind is RowKind.ACKNOWLEDGED for row in kept(ledger)) == 2)
    for live in boards:
        await shown(live, AlarmState.ACKNOWLEDGED)
    rows = [row for row in kept(ledger) if row.kind is RowKind.ACKNOWLEDGED]
    # The first by its date, whichever was written first: a board may hear of it last.
    first = in_order(rows)[0].text
    third = await start()
    await shown(third, AlarmState.ACKNOWLEDGED)
    for live in (*boards, third):
        await until(lambda of=live: of.snapshot().alarms[SALES].acknowledgement.why == first)


async def test_shelf_and_note_are_shared_too(start, ledger):
    leader, follower = await two(start)
    at = leader.snapshot().at
    assert follower.alarms.shelve([SALES], at + 600, "vendor is on it") is None
    await shown(leader, AlarmState.SHELVED)
    assert leader.alarms.unshelve([SALES]) is None
    await shown(follower, AlarmState.UNACKNOWLEDGED)
    assert follower.alarms.note(CARE, "looks odd") is None
    await until(lambda: kept(ledger)[-1].text == "looks odd")


async def test_a_board_that_starts_again_knows_all_and_raises_nothing_twice(start, ledger):
    leader = await start()
    await shown(leader, AlarmState.UNACKNOWLEDGED)
    leader.alarms.acknowledge([SALES], "on it")
    await leader.stop()
    before = kept(ledger)
    assert before[-1].kind is RowKind.ACKNOWLEDGED, "what was asked last is written at the end"
    again = await start()
    await shown(again, AlarmState.ACKNOWLEDGED)
    await until(
        lambda: again.status.role is Role.RECORDS and again.snapshot().polls_per_minute > 20
    )
    assert state_of(again) is AlarmState.ACKNOWLEDGED
    assert kept(ledger) == before


async def test_who_takes_over_goes_on_with_the_alarms_of_who_recorded(start, ledger, ahead):
    leader, follower = await two(start)
    leader.alarms.acknowledge([SALES], "on it")
    await shown(follower, AlarmState.ACKNOWLEDGED)
    await leader.stop()
    await until(lambda: follower.status.role is Role.RECORDS)
    ahead[0] = DOWN_SECONDS
    await shown(follower, AlarmState.NORMAL)
    await until(lambda: kept(ledger)[-1].kind is RowKind.CLEARED)
    assert [row.kind for row in kept(ledger)] == [
        RowKind.RAISED,
        RowKind.ACKNOWLEDGED,
        RowKind.CLEARED,
    ]


async def test_a_ledger_that_was_removed_is_written_anew_as_all_alarms_stand(start, ledger, caplog):
    leader, follower = await two(start)
    follower.alarms.acknowledge([SALES], "on it")
    follower.alarms.shelve([CARE], follower.snapshot().at + 600)
    follower.alarms.note(None, "release at 22:00")
    await shown(leader, AlarmState.SHELVED, CARE)
    await until(lambda: RowKind.NOTE in {row.kind for row in leader.alarms.rows})
    before = {(row.kind, row.at, row.who, row.text) for row in kept(ledger)}
    for file in ledger.parent.glob("wall.ledger*"):
        file.unlink()
    await until(lambda: ledger.exists() and len(kept(ledger)) == 4)
    assert {(row.kind, row.at, row.who, row.text) for row in kept(ledger)} == before
    for live in (leader, follower):
        assert state_of(live) is AlarmState.ACKNOWLEDGED
        assert state_of(live, CARE) is AlarmState.SHELVED
    assert f"The ledger {ledger} was removed." in caplog.text


async def test_a_damaged_ledger_is_set_aside_and_said_so_and_nothing_is_forgotten(start, ledger):
    leader, follower = await two(start)
    follower.alarms.acknowledge([SALES], "on it")
    await shown(leader, AlarmState.ACKNOWLEDGED)
    other = ledger.with_name("broken")
    written(other, raised(0))
    os.truncate(other, 5000)
    for file in ledger.parent.glob("wall.ledger*"):
        file.unlink()
    other.replace(ledger)
    await until(lambda: list(ledger.parent.glob("wall.ledger.damaged-*")))
    await until(lambda: any("Damaged alarm ledger moved to" in one for one in leader.problems))
    await until(lambda: ledger.exists() and len(kept(ledger)) == 2)
    for live in (leader, follower):
        assert state_of(live) is AlarmState.ACKNOWLEDGED
    await until(lambda: not follower.alarms.problems)


async def test_while_the_directory_is_silent_the_board_goes_on_and_writes_later(
    start, tmp_path, monkeypatch
):
    folder = SilentFolder(tmp_path, monkeypatch)
    live = await start(record=str(folder.path / "wall.db"))
    await shown(live, AlarmState.UNACKNOWLEDGED)
    await until(lambda: live.status.role is Role.RECORDS and not live.problems)
    try:
        folder.leave()
        assert live.alarms.acknowledge([SALES], "on it") is None
        await until(lambda: any("Alarms not saved to" in one for one in live.problems))
        assert any(
            one.endswith("its directory does not respond. Retrying.") for one in live.problems
        )
        heard = []
        live.on_folded(heard.append)
        await until(lambda: len(heard) > 20)
        assert state_of(live) is AlarmState.UNACKNOWLEDGED, "nobody else has seen it"
    finally:
        folder.come_back()
    await shown(live, AlarmState.ACKNOWLEDGED)
    await until(lambda: not live.problems)


async def test_a_file_that_is_no_ledger_stays_and_the_board_says_so(start, ledger):
    ledger.write_text("my own notes\n" * 1000)
    live = await start()
    await shown(live, AlarmState.UNACKNOWLEDGED)
    assert live.alarms.acknowledge([SALES], "on it") is None
    await until(lambda: any("Alarms not saved to" in one for one in live.problems))
    assert ledger.read_text().startswith("my own notes")


async def test_without_a_recording_alarms_are_in_memory_and_that_is_said(start, ledger):
    live = await start(record=False)
    await shown(live, AlarmState.UNACKNOWLEDGED)
    assert live.alarms.unshared == "Nobody else sees this: the board is not recorded."
    assert live.alarms.acknowledge([SALES], "on it") is None
    assert state_of(live) is AlarmState.ACKNOWLEDGED
    assert not ledger.exists()


async def test_what_cannot_be_is_refused_in_a_sentence(start):
    live = await start(record=False)
    await shown(live, AlarmState.UNACKNOWLEDGED)
    now = live.snapshot().at
    ask = live.alarms
    assert ask.acknowledge([SALES], "  ") == "Give a reason: at least one word."
    assert ask.acknowledge([CARE], "on it") == "No alarm stands there: nothing to acknowledge."
    assert ask.shelve([SALES, CARE], now + 60) == (
        "Not all alarms can be shelved at once; select some."
    )
    assert ask.shelve([SALES], now + 90_000) == "Alarms can be shelved for 24 hours at most."
    assert ask.shelve([SALES], now - 1) == "The end of the shelf is not in the future."
    assert ask.unshelve([SALES]) == "Nothing is shelved there."
    assert ask.note(None, "\n") == "A note needs at least one word."
    assert state_of(live) is AlarmState.UNACKNOWLEDGED


async def test_a_board_says_so_where_who_records_writes_no_alarms(start, ledger, monkeypatch):
    monkeypatch.setattr(live_alarms, "LATE_SECONDS", 0.2)
    ledger.write_text("my own notes\n" * 1000)
    leader = await start()
    await shown(leader, AlarmState.UNACKNOWLEDGED)
    follower = await start()
    await until(lambda: follower.status.role is Role.FOLLOWS)
    words = f"Alarms are missing: who records does not write {ledger}."
    await until(lambda: words in follower.problems)
    assert words not in leader.problems
    ledger.unlink()
    await shown(follower, AlarmState.UNACKNOWLEDGED)
    assert words not in follower.problems


async def test_a_clock_that_is_set_forward_makes_no_timer_due(simulator):
    set_by, folded = [0.0], []
    clock = lambda: time.time() + set_by[0]  # noqa: E731
    server = ServerSettings(
        name="prod", url=simulator.url, entry_point=(EntryPointSettings(id=1000),)
    )
    rules = AlarmSettings(raise_for=20.0)
    settings = Settings(interval=10.0, alarm=rules, record=False, server=(server,))
    live = LiveBoard(
        settings, lambda polled: SharedFeed(polled, BoardId("b"), clock=clock), clock=clock
    )
    live.on_folded(lambda one: folded.append(one.event))
    alarms = lambda: [alarm.state for alarm in live.alarms.alarms.values()]  # noqa: E731
    async with live:
        # Whoever takes a snapshot looks at the clock as well.
        await until(lambda: sum(isinstance(one, Observation) for one in folded) == len(Endpoint))
        await until(lambda: alarms() == [AlarmState.PENDING])
        set_by[0] = 25.0
        await until(
            lambda: (
                any(isinstance(one, ClockSet) for one in folded)
                or alarms() == [AlarmState.UNACKNOWLEDGED]
            )
        )
        assert alarms() == [AlarmState.PENDING]


async def test_a_defect_in_the_rules_of_alarms_costs_no_board(start, monkeypatch, caplog):
    live = await start()
    await shown(live, AlarmState.UNACKNOWLEDGED)
    monkeypatch.setattr(AlarmBoard, "advance", lambda *_: 1 / 0)
    assert live.snapshot().entry_points
    assert live.snapshot().alarms
    assert "Alarms may be wrong: an internal error; see the log." in live.problems
    assert caplog.text.count("Alarms could not be judged") == 1


async def test_an_outage_that_a_witness_confirmed_stands_once_the_network_is_lost(
    start, simulator, monkeypatch
):
    for wait in ("ask_seconds", "look_seconds"):
        monkeypatch.setitem(NetworkWatch.__init__.__kwdefaults__, wait, 0.05)
    asked = []

    async def answer(_, writer):
        asked.append(writer)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as witness:
        port = witness.sockets[0].getsockname()[1]
        live = await start(alarm=replace(RULES, witness=(f"127.0.0.1:{port}",)))
        await shown(live, AlarmState.UNACKNOWLEDGED)
        await simulator.stop()
        await shown(live, AlarmState.UNACKNOWLEDGED, PROD)
        seen = len(asked)
        await until(lambda: len(asked) > seen + 10)  # for longer than raise_for
    await until(lambda: live.snapshot().blind_since is not None)
    assert state_of(live, PROD) is AlarmState.UNACKNOWLEDGED
    assert state_of(live) is AlarmState.SUPPRESSED
