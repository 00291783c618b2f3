"""The schedule on a clock that the test moves."""

from collections import Counter
from itertools import pairwise
from random import Random

import pytest

from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.feeds.schedule import FIRST_ROUND_SECONDS, Schedule

INTERVAL = 10.0
START = 1000.0


def entry_points(count):
    return [EntryPoint(EntryPointKey("prod", 1000 + n), str(n)) for n in range(count)]


def schedule_of(count, *, jitter=0.1):
    schedule = Schedule(entry_points(count), interval=INTERVAL, jitter=jitter, random=Random(7))
    schedule.start(START)
    return schedule


def polls(schedule, seconds, *, takes_seconds=0.0):
    """Everything that one worker polls, with when it starts, if each poll takes that long."""
    now, found = START, []
    while (due := max(now, schedule.next_due())) < START + seconds:
        now = due
        turn = schedule.take(now)
        found.append((now, turn))
        schedule.put_back(turn, now)
        now += takes_seconds
    return found


@pytest.mark.parametrize("count", [1, 3, 40])
def test_every_minute_without_jitter_holds_exactly_the_polls_asked_for(count):
    starts = [at for at, _ in polls(schedule_of(count, jitter=0.0), 600)]
    for minute in range(10):
        begin = START + 60 * minute
        in_it = sum(begin <= at < begin + 60 for at in starts)
        assert in_it == count * 5 * 6


def test_jitter_moves_polls_but_never_the_mean_rate():
    found = polls(schedule_of(3), 3600)
    assert abs(len(found) - 90 * 60) <= 3 * 5
    by_turn = Counter(turn.number for _, turn in found)
    assert set(by_turn.values()) <= {359, 360, 361}


def test_jitter_keeps_two_polls_of_an_endpoint_most_of_an_interval_apart():
    last = {}
    gaps = set()
    for at, turn in polls(schedule_of(3), 600):
        if turn.number in last:
            gaps.add(at - last[turn.number])
        last[turn.number] = at
    assert min(gaps) >= INTERVAL * 0.8
    assert len({round(gap, 3) for gap in gaps}) > 50


def test_the_first_round_fills_the_board_quickly_and_the_second_is_spread_over_the_interval():
    found = polls(schedule_of(40, jitter=0.0), 2 * INTERVAL)
    first = [at - START for at, _ in found[:200]]
    second = [at - START for at, _ in found[200:]]
    assert max(first) < FIRST_ROUND_SECONDS
    assert len({turn.number for _, turn in found[:200]}) == 200
    for tenth in range(10):
        begin = INTERVAL + tenth
        assert sum(begin <= at < begin + 1 for at in second) == pytest.approx(20, abs=1)


def test_an_entry_point_is_asked_in_order_chat_allowed_first_in_every_round():
    order = [turn.endpoint for _, turn in polls(schedule_of(1), 100)]
    for start in range(0, 50, 5):
        assert order[start : start + 5] == list(Endpoint)


def test_chat_allowed_is_asked_first_wherever_the_config_lists_it():
    endpoints = (Endpoint.CAPACITY, Endpoint.LIVE_SESSION_STATUS, Endpoint.CHAT_ALLOWED)
    one = EntryPoint(EntryPointKey("prod", 1), "", endpoints=endpoints)
    schedule = Schedule([one], interval=1, jitter=0, random=Random(1))
    schedule.start(START)
    assert schedule.take(START).endpoint is Endpoint.CHAT_ALLOWED


def test_an_endpoint_that_is_taken_is_not_given_out_again():
    schedule = schedule_of(1)
    taken = [schedule.take(START + 9) for _ in range(5)]
    assert len({turn.number for turn in taken}) == 5
    schedule.hurry(taken[0])
    assert schedule.take(START + 900) is None


def test_the_same_endpoint_listed_twice_is_one_endpoint():
    schedule = Schedule(entry_points(1) * 2, interval=1, jitter=0, random=Random(1))
    assert len(schedule.turns) == 5


@pytest.mark.parametrize("overload", [1.4, 3.7])
def test_a_server_that_is_too_slow_is_polled_evenly_and_as_fast_as_it_can(overload):
    schedule = schedule_of(4)
    found = polls(schedule, 4000, takes_seconds=overload * INTERVAL / 20)
    assert len(found) >= 4000 / (overload * INTERVAL / 20) * 0.95
    each = Counter(turn.number for _, turn in found)
    assert max(each.values()) <= min(each.values()) * 1.25
    assert schedule.lag(found[-1][0]) > INTERVAL * 0.1


def test_rounds_missed_while_the_server_was_slow_are_not_made_up_for():
    schedule = schedule_of(4, jitter=0.0)
    stuck = schedule.take(START)
    schedule.put_back(stuck, START)
    late = START + 50 * INTERVAL
    found = 0
    while (turn := schedule.take(late)) is not None:
        schedule.put_back(turn, late)
        found += 1
    assert found == len(schedule.turns)
    assert schedule.next_due() >= late + INTERVAL / 2
    assert schedule.lag(late) == 0


def test_a_late_poll_keeps_its_place_in_later_rounds():
    schedule = schedule_of(1, jitter=0.0)
    for now in (START + INTERVAL * 0.3, START + INTERVAL * 1.3):
        turn = schedule.take(now)
        assert turn.number == 0
        schedule.put_back(turn, now)
        while (other := schedule.take(now)) is not None:
            schedule.put_back(other, now)
    assert turn.due == START + 2 * INTERVAL


def test_hurried_endpoints_come_before_all_others_and_keep_their_phase():
    schedule = schedule_of(3, jitter=0.0)
    found = polls(schedule, INTERVAL)
    assert len(found) == 15
    hurried = schedule.turns[12]
    regular = hurried.due
    now = START + INTERVAL + 0.1
    schedule.hurry(hurried)
    assert schedule.next_due() < now
    assert schedule.take(now) is hurried
    schedule.put_back(hurried, now)
    assert hurried.due == regular
    seen = [turn.number for _, turn in polls(schedule, 2 * INTERVAL)]
    assert sorted(seen) == list(range(15))


def test_starting_anew_spreads_what_was_overdue():
    schedule = schedule_of(4)
    later = START + 500
    schedule.start(later)
    assert schedule.take(later).number == 0
    assert schedule.take(later) is None
    assert schedule.next_due() == pytest.approx(later + FIRST_ROUND_SECONDS / 20)


def test_nothing_is_late_in_a_first_round_that_is_only_pulled_forward():
    schedule = schedule_of(40)
    schedule.take(START)
    assert schedule.lag(START + 0.04) == 0


def due_times(schedule):
    return {(turn.key, turn.endpoint): turn.due for turn in schedule.turns}


def test_turns_that_stay_keep_their_due_and_new_ones_come_soon():
    schedule = schedule_of(4)
    polls(schedule, 30)
    before, now = due_times(schedule), START + 30
    schedule.replace(entry_points(6)[1:], now)
    after = due_times(schedule)
    assert len(after) == 25
    assert {turn for turn in after if turn in before} == {t for t in before if t[0].id != 1000}
    for turn, due in after.items():
        if turn in before:
            assert due == before[turn]
        else:
            assert now <= due < now + FIRST_ROUND_SECONDS


def test_after_a_replacement_every_turn_is_polled_once_an_interval():
    schedule = schedule_of(4, jitter=0.0)
    polls(schedule, 30)
    schedule.replace([*entry_points(7)[4:], *entry_points(4)[:2]], START + 30)
    found = polls(schedule, 30 + 100)
    by_turn = Counter(turn for _, turn in found)
    for turn in schedule.turns:
        starts = [at for at, one in found if one is turn]
        gaps = {round(later - earlier, 6) for earlier, later in pairwise(starts)}
        assert min(gaps) >= INTERVAL / 2
        assert len(gaps) <= 2, "one step to the new phase"
    assert set(by_turn) == set(schedule.turns)
    assert set(by_turn.values()) <= {10, 11}


def test_a_turn_that_is_taken_stays_taken_and_one_that_is_gone_does_not_come_back():
    schedule = schedule_of(2)
    gone, stays = schedule.take(START), None
    while stays is None or stays.key.id != 1001:
        stays = schedule.take(START + FIRST_ROUND_SECONDS)
    schedule.hurry(schedule.turns[2])
    schedule.replace(entry_points(2)[1:], START + 3)
    assert not schedule.hurried
    assert schedule.holds(stays)
    assert not schedule.holds(gone)
    schedule.put_back(gone, START + 3)
    found = [turn for _, turn in polls(schedule, 9)]
    assert stays not in found
    assert gone not in found
    schedule.put_back(stays, START + 9)
    assert stays in [turn for _, turn in polls(schedule, 30)]


def test_an_entry_point_that_goes_and_comes_again_has_one_turn_for_each_endpoint():
    schedule = schedule_of(2)
    taken = schedule.take(START)
    schedule.replace(entry_points(2)[1:], START)
    schedule.replace(entry_points(2), START)
    schedule.put_back(taken, START)
    assert not schedule.holds(taken)
    by_turn = Counter((turn.key, turn.endpoint) for _, turn in polls(schedule, 9))
    assert len(by_turn) == 10
    assert set(by_turn.values()) == {1}
