from math import factorial
from random import Random

import pytest

from wallboard.simulator.queue_model import (
    HOUR,
    Conditions,
    Queue,
    QueueModel,
    Ranges,
    Staffing,
)

BUSY = Ranges(load=(1.0, 1.2), service_seconds=(30.0, 60.0))


def told(story, seconds):
    return [story.at(second) for second in seconds]


def test_the_same_seed_and_id_tell_the_same_story():
    seconds = range(0, 7200, 7)
    assert told(QueueModel(1000, seed=4), seconds) == told(QueueModel(1000, seed=4), seconds)


@pytest.mark.parametrize("other", [QueueModel(1001, seed=4), QueueModel(1000, seed=5)])
def test_another_id_or_seed_tells_another_story(other):
    seconds = range(0, 7200, 7)
    assert told(QueueModel(1000, seed=4), seconds) != told(other, seconds)


@pytest.mark.parametrize("second", [0, 1, 599, HOUR - 1, HOUR, HOUR + 1, 50 * HOUR + 77])
def test_a_story_does_not_depend_on_how_often_it_is_asked(second):
    often, once = QueueModel(7, ranges=BUSY), QueueModel(7, ranges=BUSY)
    for earlier in range(max(0, second - 2 * HOUR), second, 13):
        often.at(earlier)
    assert often.at(second) == once.at(second)


def test_an_earlier_second_may_be_asked_again():
    story = QueueModel(7, ranges=BUSY)
    before = story.at(500)
    story.at(2 * HOUR)
    assert story.at(500) == before


def test_days_of_idling_cost_at_most_an_hour_of_ticks():
    ticks = 0

    def counted(_seconds):
        nonlocal ticks
        ticks += 1
        return Conditions()

    QueueModel(7, conditions=counted).at(30 * 24 * HOUR + 3599.5)
    assert ticks == HOUR


@pytest.mark.parametrize("entry_point", range(20))
def test_the_figures_of_a_standing_never_contradict_each_other(entry_point):
    ranges = Ranges(load=(0.5, 1.6), service_seconds=(20.0, 60.0), room=(0, 10))
    story = QueueModel(entry_point, ranges=ranges)
    for second in range(0, 2 * 86_400, 61):
        state = story.at(second)
        expected = {0: None, 1: "agent_not_available", 2: "queue_depth_reached"}
        assert state.reason == expected[state.response_type]
        assert state.agent_available is (state.response_type != 1)
        assert state.capacity >= 0
        assert state.queue_depth >= 0
        assert not (state.capacity and state.queue_depth)
        assert not (state.capacity and state.wait_seconds)
        assert (state.wait_seconds > 0) or state.capacity or not state.agents


def test_without_agents_nobody_is_available_and_the_queue_empties():
    story = QueueModel(1, conditions=lambda seconds: Conditions(agents=0 if seconds > 60 else 2))
    assert story.at(60).agent_available
    after = story.at(2000)
    assert (after.capacity, after.queue_depth, after.reason) == (0, 0, "agent_not_available")


def test_a_flood_of_customers_reaches_the_maximum_depth_and_goes_no_further():
    story = QueueModel(1, conditions=lambda _: Conditions(agents=2, arrivals=100, max_depth=9))
    standings = told(story, range(120, 900))
    assert {s.reason for s in standings} <= {"queue_depth_reached", None}
    assert standings[-1].reason == "queue_depth_reached" or standings[-2].reason
    assert all(s.queue_depth <= 9 for s in standings)


def test_a_night_is_quieter_than_noon():
    night = [QueueModel(n, starts_at=3 * HOUR).at(60).agents for n in range(50)]
    noon = [QueueModel(n, starts_at=12 * HOUR).at(60).agents for n in range(50)]
    assert sum(night) < sum(noon) / 3


def run(staffing, seconds, seed=1):
    """Mean chats held and waiting over a long time, and the queue at its end."""
    queue, random = Queue(active=staffing.slots // 2), Random(seed)
    held = waiting = 0
    for _ in range(seconds):
        queue.tick(staffing, random)
        held += queue.active
        waiting += queue.waiting
    return held / seconds, waiting / seconds, queue


def test_chats_held_are_arrival_rate_times_service_time():
    staffing = Staffing(20, 0.05, 240.0, 100)
    held, _, queue = run(staffing, 300_000)
    assert held == pytest.approx(queue.arrived / 300_000 * 240, rel=0.05)
    assert held == pytest.approx(12, rel=0.07)


def test_the_queue_is_as_long_as_erlang_says():
    slots, offered = 5, 4.0
    waiting_share = offered**slots / factorial(slots) * slots / (slots - offered)
    erlang_c = waiting_share / (
        sum(offered**k / factorial(k) for k in range(slots)) + waiting_share
    )
    expected = erlang_c * offered / (slots - offered)
    _, waiting, _ = run(Staffing(slots, offered / 100, 100.0, 1000), 800_000)
    assert waiting == pytest.approx(expected, rel=0.2)


def test_every_customer_is_accounted_for():
    _, _, queue = run(Staffing(4, 0.2, 30.0, 8, patience_seconds=60.0), 20_000)
    gone = queue.completed + queue.abandoned + queue.active + queue.waiting
    assert gone == queue.arrived + 2
    assert min(queue.completed, queue.abandoned, queue.turned_away) > 0
