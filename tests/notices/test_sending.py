"""Sending against a real web server and a real ledger, whatever happens meanwhile."""

import json
import random
from collections import Counter
from dataclasses import replace

import pytest
from notice_stories import BILLING, SALES, raised, row
from sending import KilledError, SendingProcess, board_of, settings_of
from waiting import until

from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.ledger_row import AlarmKey, RowKind
from wallboard.domain.observation import Cause, Failure, Observation, Request
from wallboard.domain.snapshot import Folded

CHANNEL = '[[channel.webhook]]\nname = "{name}"\nurl = "{url}"\ntimeout = 1\n'
NOTICE = '[[notice]]\nchannel = "{name}"\n'


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def world(tmp_path, clock):
    """Processes on one ledger; they are ended with the test."""
    processes = []

    def start(*channels: tuple[str, str], more="", ids=(1000, 1006), **facts):
        tables = "".join(
            CHANNEL.format(name=name, url=url) + NOTICE.format(name=name) for name, url in channels
        )
        settings = settings_of(tmp_path, f"{more}\n{tables}{board_of(*ids)}")
        process = SendingProcess(settings, tmp_path / "wall.ledger", clock, **facts)
        processes.append(process)
        return process

    yield start
    for process in processes:
        await process.end()


def told(far):
    """What a far side was told, repeats folded by their keys."""
    first = {}
    for one in far.requests:
        first.setdefault(one.headers["Idempotency-Key"], one.json)
    return [(one["phase"], one["alarms"][0]["entry_point"]) for one in first.values()]


def at(clock, seconds, key=BILLING):
    """A raise at the moment, of a condition that began half a minute before."""
    return raised(clock.now + seconds, key)


async def test_two_that_both_believe_to_lead_tell_each_thing_under_one_key(world, far_side, clock):
    far = await far_side()
    first, second = world(("ops", far.url)), world(("ops", far.url))
    first.look([at(clock, 0), at(clock, 0, SALES)])
    for seconds in range(0, 2000, 30):
        clock.now = 1_000_000.0 + seconds
        if seconds == 990:
            first.look([row(RowKind.RETURNED, clock.now, onset=999_970.0)])
            second.look([row(RowKind.CLEARED, clock.now, SALES, onset=999_970.0)])
        assert await second.step()
        assert await first.step()
    assert Counter(told(far)) == {
        ("raise", 1000): 1,
        ("raise", 1006): 1,
        ("remind", 1000): 1,
        ("remind", 1006): 1,
        ("over", 1000): 1,
        ("over", 1006): 1,
    }
    repeats = Counter(one.headers["Idempotency-Key"] for one in far.requests)
    assert max(repeats.values()) <= 2


async def test_two_that_see_a_flood_differently_tell_no_alarm_twice(world, far_side, clock):
    far = await far_side()
    first, second = world(("ops", far.url)), world(("ops", far.url))
    keys = [AlarmKey("prod", number) for number in range(1, 31)]
    first.look([at(clock, 0, key) for key in keys[:20]])
    second.look()
    # What the second one reads later, the first one queues already.
    second._tap.exchange([at(clock, 0, key) for key in keys[20:]])
    clock.now += 30
    queued = []
    first.write = second.write = lambda rows, insist: queued.append(rows) or _never()
    await first.sender._queue(clock.now)
    first.look()
    await second.sender._queue(clock.now)
    assert queued
    for process in (first, second):
        del process.write
    for rows in queued:
        first.look(rows)
    second.look()
    for _ in range(4):
        await first.step()
        await second.step()
    names = [one["entry_point"] for notice in _first_by_key(far) for one in notice["alarms"]]
    assert max(Counter(names).values()) == 1


async def _never():
    return False


def _first_by_key(far):
    found = {}
    for one in far.requests:
        found.setdefault(one.headers["Idempotency-Key"], one.json)
    return found.values()


@pytest.mark.parametrize("seed", range(12))
async def test_a_process_that_is_killed_anywhere_leaves_nothing_untold(
    world, far_side, clock, seed
):
    far, chance = await far_side(), random.Random(seed)
    lives = iter(range(40))

    def danger():
        if chance.random() < 0.3 and next(lives, None) is not None:
            raise KilledError

    process = world(("ops", far.url), danger=danger)
    onset = clock.now - 30.0
    story = {
        0: [at(clock, 0), at(clock, 0, SALES)],
        960: [row(RowKind.ACKNOWLEDGED, clock.now + 960, onset=onset, who="ana@jump1", text="me")],
        1200: [row(RowKind.RETURNED, clock.now + 1200, SALES, onset=onset)],
        1500: [row(RowKind.CLEARED, clock.now + 1500, onset=onset)],
    }
    killed = 0
    for seconds in range(0, 2400, 30):
        clock.now = 1_000_000.0 + seconds
        process.look(story.get(seconds, ()))
        while not await process.step():
            killed += 1
            await process.end()
            process = world(("ops", far.url), danger=danger)
    assert killed
    assert Counter(told(far)) == {
        ("raise", 1000): 1,
        ("raise", 1006): 1,
        ("remind", 1000): 1,
        ("remind", 1006): 1,
        ("acknowledge", 1006): 1,
        ("over", 1000): 1,
        ("over", 1006): 1,
    }


async def test_a_far_side_that_is_away_for_a_day_is_told_what_stands_and_what_is_over(
    world, far_side, clock
):
    far = await far_side((200, b"", {}))
    process = world(("ops", far.url))
    process.look([at(clock, 0), at(clock, 0, SALES)])
    clock.now += 30
    await process.step()
    assert len(far.requests) == 2
    away, far.away = len(far.requests), True
    onset = 999_970.0
    process.look([row(RowKind.RETURNED, clock.now, SALES, onset=onset)])
    third = AlarmKey("prod", 1001)
    process.look([at(clock, 0, third)])
    far.answers[:] = [(503, b"", {})]
    for _ in range(24 * 4):
        clock.now += 900
        await process.step()
    assert any("takes no notices" in one for one in process.problems)
    assert process.problems[0].startswith('Channel "ops" takes no notices since')
    far.answers[:] = [(200, b"", {})]
    seen = len(far.requests)
    assert seen > away
    for _ in range(3):
        clock.now += 300
        await process.step()
    since = Counter(
        (one.json["phase"], one.json["alarms"][0]["entry_point"]) for one in far.requests[seen:]
    )
    assert since[("over", 1000)] == 1
    assert since[("raise", 1001)] == 1
    assert since[("remind", 1006)] >= 1
    assert process.problems == ()


async def test_a_far_side_that_wants_to_be_left_alone_is(world, far_side, clock):
    far = await far_side((429, b"", {"Retry-After": "300"}), (200, b"", {}))
    process = world(("ops", far.url))
    process.look([at(clock, 0), at(clock, 0, SALES)])
    clock.now += 30
    await process.step()
    for _ in range(29):
        clock.now += 10
        await process.step()
        assert len(far.requests) == 1
    clock.now += 15
    await process.step()
    await process.step()
    assert Counter(told(far)) == {("raise", 1000): 1, ("raise", 1006): 1}


@pytest.mark.parametrize("by", [-86_400.0, -3_600.0, 3_600.0, 86_400.0])
@pytest.mark.parametrize("restarted", [True, False], ids=["after a restart", "running"])
async def test_a_clock_that_jumps_delays_nothing_and_repeats_nothing(
    world, far_side, clock, by, restarted
):
    if restarted and by > 0:
        pytest.skip("after a restart nobody knows that it was put forward")
    far = await far_side()
    process = world(("ops", far.url))
    process.look([at(clock, 0)])
    clock.now += 30
    await process.step()
    process.look([at(clock, 0, SALES)])
    clock.now += by
    if restarted:
        await process.end()
        process = world(("ops", far.url))
    else:
        process.sender.clock_set(by)
    for _ in range(4):
        clock.now += 10
        await process.step()
    assert told(far) == [("raise", 1006), ("raise", 1000)]
    for _ in range(8):
        clock.now += 100
        await process.step()
    assert ("remind", 1006) not in told(far)[:2]
    assert len(told(far)) == 2
    clock.now += 100
    await process.step()
    assert sorted(told(far)[2:]) == [("remind", 1000), ("remind", 1006)]


async def test_a_thousand_alarms_at_once_are_one_notice_a_route(world, far_side, clock):
    far, other = await far_side(), await far_side()
    ids = range(1000, 2000)
    process = world(("ops", far.url), ("chat", other.url), ids=ids)
    keys = [AlarmKey("prod", number) for number in ids]
    process.look([raised(clock.now + number / 100, key) for number, key in enumerate(keys)])
    for _ in range(6):
        clock.now += 10
        await process.step()
    for one in (far, other):
        assert len(one.requests) == 1
        assert len(one.requests[0].json["alarms"]) == 1000
    onsets = [clock.now - 60 + number / 100 - 30 for number in range(1000)]
    process.look(
        [
            row(RowKind.CLEARED, clock.now, key, onset=onset)
            for key, onset in zip(keys, onsets, strict=True)
        ]
    )
    await process.step()
    await process.step()
    assert [one.json["phase"] for one in far.requests] == ["raise", "over"]


async def test_a_storm_that_comes_by_and_by_is_not_a_storm_of_notices(world, far_side, clock):
    far = await far_side()
    process = world(("ops", far.url), ids=range(1000, 1200), more="[alarm]\nrepeat = 86400")
    for number in range(200):
        process.look([at(clock, 0, AlarmKey("prod", 1000 + number))])
        clock.now += 10
        await process.step()
    clock.now += 700
    await process.step()
    alarms = [len(one.json["alarms"]) for one in far.requests]
    assert sum(alarms) == 200
    assert alarms[:9] == [1] * 9
    assert len(alarms) <= 30


async def test_what_was_shelved_before_it_was_raised_calls_nobody(world, far_side, clock):
    far = await far_side()
    process = world(("ops", far.url))
    until = clock.now + 600
    process.look([row(RowKind.SHELVED, clock.now, onset=None, who="ana@jump1", until=until)])
    process.look([at(clock, 1)])
    for _ in range(19):
        clock.now += 30
        await process.step()
    assert far.requests == []


async def test_what_is_raised_anew_at_the_end_of_a_shelf_ends_what_was_told_before(
    world, far_side, clock
):
    far = await far_side()
    process = world(("ops", far.url))
    process.look([at(clock, 0)])
    clock.now += 30
    await process.step()
    until = clock.now + 600
    process.look([row(RowKind.SHELVED, clock.now, onset=None, who="ana@jump1", until=until)])
    clock.now = until
    again = raised(until, onset=until)
    process.look([row(RowKind.UNSHELVED, until, onset=999_970.0, until=until), again])
    clock.now += 31
    await process.step()
    await process.step()
    assert sorted(told(far)) == [("over", 1006), ("raise", 1006), ("raise", 1006)]
    threads = Counter(one.json["thread"] for one in far.requests)
    assert sorted(threads.values()) == [1, 2]


async def test_what_somebody_has_in_hand_before_it_was_delivered_is_withdrawn(
    world, far_side, clock
):
    far = await far_side((503, b"", {}))
    process = world(("ops", far.url))
    process.look([at(clock, 0)])
    clock.now += 30
    await process.step()
    onset = 999_970.0
    process.look([row(RowKind.ACKNOWLEDGED, clock.now, onset=onset, who="ana@jump1", text="me")])
    far.answers[:] = [(200, b"", {})]
    clock.now += 30
    await process.step()
    assert len(far.requests) == 1
    # Once the acknowledgement expires it calls again.
    process.look([row(RowKind.UNACKNOWLEDGED, clock.now, onset=onset)])
    clock.now += 1
    await process.step()
    assert told(far)[-1] == ("raise", 1006)
    process.look([row(RowKind.CLEARED, clock.now, onset=onset)])
    await process.step()
    assert told(far)[-1] == ("over", 1006)


async def test_nothing_comes_after_over(world, far_side, clock):
    far = await far_side((200, b"", {}), "hang")
    process = world(("ops", far.url))
    process.look([at(clock, 0)])
    clock.now += 30
    await process.step()
    clock.now += 900
    await process.step()
    far.answers[:] = [(200, b"", {})]
    far.hang.set()
    process.look([row(RowKind.RETURNED, clock.now, onset=999_970.0)])
    for _ in range(10):
        clock.now += 60
        await process.step()
    phases = [one.json["phase"] for one in far.requests]
    assert phases[-1] == "over"
    assert phases.count("over") == 1


async def test_a_channel_that_is_removed_and_comes_back_is_told_that_it_is_over(
    world, far_side, clock
):
    far, other = await far_side(), await far_side()
    process = world(("ops", far.url))
    process.look([at(clock, 0)])
    clock.now += 30
    await process.step()
    await process.end()
    process = world(("chat", other.url))
    await process.step()
    process.look([row(RowKind.RETURNED, clock.now, onset=999_970.0)])
    clock.now += 30
    await process.step()
    await process.end()
    process = world(("ops", far.url))
    await process.step()
    assert told(far) == [("raise", 1006), ("over", 1006)]


async def test_over_is_owed_even_if_it_was_raised_again_and_the_process_restarts(
    world, far_side, clock
):
    far = await far_side((200, b"", {}), (503, b"", {}))
    process = world(("ops", far.url))
    process.look([at(clock, 0)])
    clock.now += 30
    await process.step()
    process.look([row(RowKind.RETURNED, clock.now, onset=999_970.0)])
    await process.step()
    refused = len(far.requests)
    await process.end()
    clock.now += 2 * 86_400
    far.answers[:] = [(200, b"", {})]
    process = world(("ops", far.url))
    process.look([raised(clock.now), row(RowKind.RETURNED, clock.now + 1, onset=clock.now - 30)])
    await process.end()
    process = world(("ops", far.url))
    await process.step()
    assert [one.json["phase"] for one in far.requests[refused:]] == ["over"]
    await process.end()
    # Once that was delivered, nothing of it is read again.
    clock.now += 2 * 86_400
    process = world(("ops", far.url))
    assert process.outbox.threads == {}


async def test_escalation_through_the_same_channel_stays_in_its_thread(world, far_side, clock):
    far = await far_side()
    step = '[[notice]]\nchannel = "ops"\nafter = 600\n'
    process = world(("ops", far.url), more="")
    process = world(("ops", far.url), ids=(1000, 1006))
    process._settings = settings_of(process_folder(process), process_text(process) + step)
    process._open()
    process.look([at(clock, 0)])
    for _ in range(24):
        clock.now += 30
        await process.step()
    process.look([row(RowKind.RETURNED, clock.now, onset=999_970.0)])
    await process.step()
    assert told(far) == [("raise", 1006), ("remind", 1006), ("over", 1006)]
    assert len({one.json["thread"] for one in far.requests}) == 1


def process_folder(process):
    return process._tap.path.parent


def process_text(process):
    return (process_folder(process) / "notices.toml").read_text()


async def test_rows_that_no_wallboard_wrote_are_not_sent(world, far_side, clock):
    far = await far_side()
    process = world(("ops", far.url))
    process.look([at(clock, 0)])
    queued = row(RowKind.QUEUED, clock.now, onset=999_970.0, text="raise after 0 s")
    process.look(
        [
            replace(queued, notice=notice, channel="ops")
            for notice in ("x\r\nEvil: 1", "\x1b[31m", "x" * 5000, "../../etc", "a" * 24 + ".-1")
        ]
    )
    await process.step()
    assert far.requests == []


async def test_a_ledger_that_cannot_be_written_holds_back_nothing_that_is_in_it(
    world, far_side, clock
):
    far = await far_side((503, b"", {}))
    process = world(("ops", far.url))
    process.look([at(clock, 0)])
    clock.now += 30
    await process.step()
    far.answers[:] = [(200, b"", {})]

    async def refuse(rows, *, insist):
        return False

    process.write = refuse
    process.look([at(clock, -30, SALES)])
    clock.now += 30
    await process.step()
    assert told(far) == [("raise", 1006)]
    assert json.loads(far.requests[-1].body)["phase"] == "raise"
    # The one that could not be queued has no key yet.
    assert len(far.requests) == 2


async def test_the_heart_stops_while_an_alarm_would_not_be_told(tmp_path, far_side, clock):
    far = await far_side((200, b"", {}))
    beat = f'[[channel.heartbeat]]\nname = "alive"\nurl = "{far.url}"\nevery = 1\ntimeout = 1\n'
    settings = settings_of(tmp_path, f"{beat}{board_of(1000)}")
    process = SendingProcess(settings, tmp_path / "wall.ledger", clock)
    failure = Failure(Cause.REFUSED, "nothing accepts connections")
    request = Request("GET", "http://127.0.0.1:9/")
    key = EntryPointKey("prod", 1000)
    polled = Folded(Observation(key, Endpoint.CHAT_ALLOWED, clock.now, 0.01, failure, request))
    process._alarms.written_down = False
    process.folded(polled)
    assert not process._beating
    process._alarms.written_down = True
    process.sends = False
    process.folded(polled)
    assert not process._beating
    process.sends = True
    process.folded(Folded(None))
    assert not process._beating
    process.folded(polled)
    await until(lambda: process.channels["alive"].sent == 1)
    assert [one.method for one in far.requests] == ["GET"]
    await process.end()
