"""The live feed against a real server on a real socket, and against servers that misbehave."""

import asyncio
import itertools
import time

from feeds_support import most_polls, rounds, starts
from waiting import PATIENCE_SECONDS, until

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.observation import Cause, Failure
from wallboard.settings import EntryPointSettings, ServerSettings

INTERVAL = 0.2


async def test_no_endpoint_is_ever_polled_more_often_than_asked(
    simulated, server_of, settings_of, running
):
    simulator = await simulated()
    began = time.monotonic()
    running(settings_of(server_of(simulator), interval=INTERVAL))
    await until(lambda: rounds(simulator) >= 12)
    for at in starts(simulator).values():
        assert len(at) <= most_polls(began, at[-1], INTERVAL)


async def test_a_server_sees_no_more_at_once_than_the_concurrency(
    simulated, server_of, settings_of, running
):
    simulator = await simulated('[[fault]]\nkind = "latency"\nms = 100\n', 5)
    running(settings_of(server_of(simulator, concurrency=3)))
    await until(lambda: rounds(simulator) >= 2)
    assert simulator.requests.max_in_flight == 3


async def test_an_endpoint_is_never_polled_twice_at_a_time_however_it_is_hurried(
    simulated, server_of, settings_of, running
):
    simulator = await simulated('[[fault]]\nkind = "latency"\nms = 300\n', 1)
    feed, _ = running(settings_of(server_of(simulator), interval=0.1))

    def hurried():
        feed.poll_now(EntryPointKey("prod", 1000))
        return rounds(simulator) >= 4

    await until(hurried)
    for at in starts(simulator).values():
        assert min(later - earlier for earlier, later in itertools.pairwise(at)) >= 0.29


async def test_a_server_that_hangs_does_not_delay_another(
    simulated, server_of, settings_of, running
):
    hanging = await simulated('[[fault]]\nkind = "hang"\n')
    lively = await simulated()
    servers = (server_of(hanging, "hanging", timeout=20.0), server_of(lively, "lively"))
    _, heard = running(settings_of(*servers))
    await until(lambda: rounds(lively) >= 5)
    assert heard.observations("hanging") == []
    assert hanging.requests.in_flight == 8


async def test_a_dead_server_is_announced_once_and_probed_one_at_a_time_for_ever(
    simulated, server_of, settings_of, running
):
    simulator = await simulated('[[fault]]\nkind = "hang"\n')
    server = server_of(simulator, concurrency=4, timeout=0.3)
    _, heard = running(settings_of(server, backoff_max=0.4))
    await until(heard.statuses)
    before = simulator.requests.count
    simulator.requests.max_in_flight = 0
    await until(lambda: len(heard.statuses()) >= 5)
    # Two rounds of four failures, what was begun before the last of them, and the first probe.
    assert before <= 2 * 4 + 3 + 1
    assert simulator.requests.max_in_flight == 1
    probes = [at for at, _ in simulator.requests.log][before:]
    assert all(later - earlier >= 0.3 for earlier, later in itertools.pairwise(probes))
    for status in heard.statuses():
        assert status.failure is not None
        assert status.failure.cause is Cause.TIMEOUT
        assert status.since == heard.statuses()[0].since
        assert status.next_probe_at > status.at


async def test_a_server_that_comes_back_is_polled_whole_again_at_once(
    simulated, server_of, settings_of, running
):
    simulator = await simulated()
    port = int(simulator.url.rpartition(":")[2])
    _, heard = running(settings_of(server_of(simulator), backoff_max=0.3))
    await until(lambda: rounds(simulator) >= 2)
    await simulator.stop()
    await until(lambda: len(heard.statuses()) >= 3)
    assert all(status.failure for status in heard.statuses())
    await simulator.start("127.0.0.1", port)
    await until(lambda: heard.statuses()[-1].failure is None)
    back = len(heard.events)
    assert len([status for status in heard.statuses() if status.failure is None]) == 1
    await until(lambda: len({(o.key, o.endpoint) for o in heard.events[back:]}) == 15)
    assert heard.statuses()[-1].failure is None
    assert not any(isinstance(o.outcome, Failure) for o in heard.events[back:])


async def test_the_news_that_a_server_answers_again_precedes_its_first_answer(
    simulated, server_of, settings_of, running
):
    simulator = await simulated('[[fault]]\nkind = "reset"\nuntil = 600\n')
    _, heard = running(settings_of(server_of(simulator), backoff_max=0.2))
    await until(heard.statuses)
    simulator.speed = 1_000.0  # it answers soon
    await until(lambda: heard.statuses()[-1].failure is None)
    news = heard.events.index(heard.statuses()[-1])
    for event in heard.observations():
        answered = not isinstance(event.outcome, Failure)
        assert answered == (heard.events.index(event) > news)


async def test_a_few_hanging_entry_points_do_not_make_a_dead_server(
    simulated, server_of, settings_of, running
):
    hang = '[[fault]]\nkind = "hang"\nentry_points = "1000-1002"\n'
    simulator = await simulated(hang, 6)
    server = server_of(simulator, concurrency=2, timeout=0.2)
    _, heard = running(settings_of(server, interval=1.0))
    await until(lambda: heard.counts()[EntryPointKey("prod", 1000), "capacity"] >= 2)
    assert heard.statuses() == []
    await until(lambda: all(count >= 2 for count in heard.counts().values()))
    assert len(heard.counts()) == 30


async def test_an_endpoint_that_fails_is_polled_on_at_its_interval(
    simulated, server_of, settings_of, running
):
    broken = '[[fault]]\nkind = "http"\nstatus = 500\nendpoints = "capacity"\n'
    simulator = await simulated(broken)
    _, heard = running(settings_of(server_of(simulator)))
    await until(lambda: rounds(simulator) >= 5)
    assert heard.statuses() == []
    causes = {
        o.outcome.cause if isinstance(o.outcome, Failure) else None
        for o in heard.observations()
        if o.endpoint == "capacity"
    }
    assert causes == {Cause.HTTP}


async def test_a_server_too_slow_for_its_interval_is_polled_in_turn_and_the_lag_is_told(
    simulated, server_of, settings_of, running
):
    simulator = await simulated('[[fault]]\nkind = "latency"\nms = 40\n', 2)
    feed, heard = running(settings_of(server_of(simulator, concurrency=1), interval=0.1))
    await until(lambda: rounds(simulator) >= 4)
    counts = heard.counts().values()
    assert max(counts) - min(counts) <= 2
    assert feed.lag_seconds > 0.1


async def test_a_hand_poll_asks_one_entry_point_now_and_at_most_once_a_second(
    simulated, server_of, settings_of, running
):
    simulator = await simulated()
    feed, heard = running(settings_of(server_of(simulator), interval=3600.0))
    await until(lambda: rounds(simulator) == 1)
    first, second = EntryPointKey("prod", 1000), EntryPointKey("prod", 1001)
    for _ in range(10):
        feed.poll_now(first)
        await until(lambda: sum(n for (key, _), n in heard.counts().items() if key == first) == 10)
    feed.poll_now(second)
    await until(lambda: sum(n for (key, _), n in heard.counts().items() if key == second) == 10)
    assert simulator.requests.count == 25


async def test_a_hand_poll_of_a_dead_server_probes_it_now(
    simulated, server_of, settings_of, running
):
    simulator = await simulated('[[fault]]\nkind = "reset"\nuntil = 1\n')
    server = server_of(simulator, concurrency=2)
    settings = settings_of(server, interval=3600.0, backoff_max=3600.0)
    feed, heard = running(settings)
    await until(heard.statuses)
    await until(lambda: simulator.seconds > 1)
    assert len(heard.statuses()) == 1
    feed.poll_now(EntryPointKey("prod", 1000))
    await until(lambda: heard.statuses()[-1].failure is None)


async def test_a_hand_poll_of_an_unknown_entry_point_is_passed_over(
    simulated, server_of, settings_of, running
):
    simulator = await simulated()
    feed, _ = running(settings_of(server_of(simulator)))
    feed.poll_now(EntryPointKey("elsewhere", 1))
    feed.poll_now(EntryPointKey("prod", 1))
    await until(lambda: rounds(simulator) >= 2)


async def test_a_consumer_that_breaks_does_not_end_the_feed(
    simulated, server_of, settings_of, running, caplog
):
    simulator = await simulated()

    def broken(_event):
        raise ValueError("a defect of the consumer")

    running(settings_of(server_of(simulator)), broken)
    await until(lambda: rounds(simulator) >= 3)
    assert "a defect of the consumer" in caplog.text


async def test_setting_the_clock_neither_stalls_nor_bursts_the_polls(
    simulated, server_of, settings_of, running
):
    simulator = await simulated()
    shift, began = [0.0], time.monotonic()
    running(settings_of(server_of(simulator)), clock=lambda: time.time() + shift[0])
    for hours in (1, -2, 24):
        shift[0] = hours * 3600.0
        seen = rounds(simulator)
        await until(lambda seen=seen: rounds(simulator) >= seen + 3)
    for at in starts(simulator).values():
        assert len(at) <= most_polls(began, at[-1], INTERVAL)


async def test_polls_begin_anew_a_little_apart_after_the_machine_was_asleep(
    simulated, server_of, settings_of, running
):
    simulator = await simulated()
    slept = [0.0]
    running(
        settings_of(server_of(simulator), interval=3.0),
        monotonic=lambda: time.monotonic() + slept[0],
    )
    await until(lambda: rounds(simulator) >= 1)
    slept[0] = 3600.0
    before = simulator.requests.count
    await until(lambda: simulator.requests.count >= before + 15)
    at = [at for at, _ in simulator.requests.log][before:]
    assert at[14] - at[0] > 0.4


async def test_a_stop_of_this_process_is_not_held_against_the_server(
    simulated, server_of, settings_of, running
):
    simulator = await simulated('[[fault]]\nkind = "latency"\nms = 400\n')
    server = server_of(simulator, timeout=1.0)
    _, heard = running(settings_of(server, interval=0.5))
    await until(lambda: rounds(simulator) >= 2)
    await until(lambda: simulator.requests.count > len(heard.observations()))
    time.sleep(3.0)  # noqa: ASYNC251 - nothing goes on, as while the process is stopped
    before = len(heard.observations())
    await until(lambda: len(heard.observations()) >= before + 30)
    assert [o.outcome for o in heard.observations() if isinstance(o.outcome, Failure)] == []
    assert heard.statuses() == []


async def test_a_client_that_cannot_be_made_stops_only_its_own_server(
    simulated, server_of, settings_of, running, tmp_path
):
    simulator = await simulated()
    broken = ServerSettings(
        name="broken",
        url="https://127.0.0.1:1",
        ca_file=str(tmp_path / "missing.pem"),
        entry_point=(EntryPointSettings(id=1),),
    )
    _, heard = running(settings_of(broken, server_of(simulator)))
    await until(lambda: rounds(simulator) >= 3)
    assert heard.observations("broken") == []
    (status,) = heard.statuses("broken")[:1]
    assert status.failure is not None
    assert "missing.pem" in status.failure.message


async def test_a_feed_that_is_cancelled_ends_with_its_polls_under_way(
    simulated, server_of, settings_of, running
):
    simulator = await simulated('[[fault]]\nkind = "hang"\n')
    _, heard = running(settings_of(server_of(simulator, timeout=60.0)))
    await until(lambda: simulator.requests.in_flight == 8)
    (task,) = (t for t in asyncio.all_tasks() if "PollFeed.run" in repr(t.get_coro()))
    task.cancel()
    await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
    assert task.cancelled()
    await until(lambda: simulator.requests.in_flight == 0)
    assert heard.events == []


async def test_every_observation_comes_from_a_configured_endpoint_with_both_clocks_sane(
    simulated, server_of, settings_of, running, closed_port
):
    dead = ServerSettings(
        name="dead",
        url=f"http://127.0.0.1:{closed_port}",
        entry_point=(EntryPointSettings(id=7),),
    )
    simulator = await simulated()
    _, heard = running(settings_of(dead, server_of(simulator)))
    await until(lambda: rounds(simulator) >= 2 and heard.statuses("dead"))
    assert {o.key.id for o in heard.observations("prod")} == {1000, 1001, 1002}
    (cause,) = {o.outcome.cause for o in heard.observations("dead")}
    assert cause is Cause.REFUSED
    assert all(abs(o.at - time.time()) < 60 for o in heard.observations())
