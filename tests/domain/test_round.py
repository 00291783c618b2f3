"""A sample holds what one round of polls read: each figure once, none of the round before."""

from dataclasses import replace

import pytest
from events import ALLOWED, KEY, failed, heard

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPoint
from wallboard.domain.observation import Cause
from wallboard.domain.policy import Policy
from wallboard.domain.reading import Capacity, LiveSessionStatus

LIVE, CAPACITY = Endpoint.LIVE_SESSION_STATUS, Endpoint.CAPACITY


def samples_of(*polls: object, endpoints=tuple(Endpoint)):
    board = Board([(EntryPoint(KEY, "Sales", endpoints=endpoints), Policy(interval=10.0))])
    taken = [sample for poll in polls if (sample := board.fold(poll).sample)]
    assert taken == list(board.status(KEY).state.history)
    return [(sample.at, sample.queue_depth, sample.capacity) for sample in taken]


def live(number, at, took=0.01):
    return replace(heard(LiveSessionStatus(1.0, number), at=at), elapsed_seconds=took)


def slots(number, at, took=0.01):
    return replace(heard(Capacity(number), at=at), elapsed_seconds=took)


def test_slots_are_those_of_the_same_round():
    polls = [poll for n in range(4) for poll in (live(n, 10.0 * n), slots(n, 10.0 * n + 2))]
    assert samples_of(*polls) == [(10.0 * n + 2, n, n) for n in range(4)]


def test_answers_that_overtake_each_other_make_one_sample():
    polls = [
        *(live(0, 0.0), slots(0, 0.1)),
        *(slots(1, 10.1, took=0.1), live(1, 13.0, took=3.0)),
        *(live(2, 20.0), slots(2, 20.1)),
        *(slots(3, 30.1), live(3, 38.0, took=8.0)),
    ]
    assert samples_of(*polls) == [(0.1, 0, 0), (13.0, 1, 1), (20.1, 2, 2), (38.0, 3, 3)]


def test_slots_that_answer_slowly_are_waited_for():
    polls = [p for n in range(3) for p in (live(n, 10.0 * n), slots(n, 10.0 * n + 9, took=8.9))]
    assert samples_of(*polls) == [(9.0, 0, 0), (19.0, 1, 1), (29.0, 2, 2)]


def test_replayed_polls_that_come_a_little_early_stay_in_their_round():
    polls = [p for n in range(3) for p in (slots(n, 10.0 * n - 1), live(n, 10.0 * n))]
    assert samples_of(*polls) == [(10.0 * n, n, n) for n in range(3)]


def test_a_server_far_behind_its_interval_still_gives_whole_rounds():
    polls = [p for n in range(3) for p in (live(n, 60.0 * n, 8), slots(n, 60.0 * n + 20, 8))]
    assert samples_of(*polls) == [(20.0, 0, 0), (80.0, 1, 1), (140.0, 2, 2)]


def test_slots_that_stay_away_are_a_gap_and_hold_up_nothing():
    polls = [live(0, 0.0), slots(0, 1.0), *(live(n, 10.0 * n) for n in range(1, 5))]
    assert samples_of(*polls) == [(1.0, 0, 0), *((10.0 * n, n, None) for n in (2, 3, 4))]


def test_slots_that_come_back_are_sampled_with_their_round_again():
    polls = [
        *(live(0, 0.0), slots(0, 1.0), live(1, 10.0), live(2, 20.0), live(3, 30.0)),
        *(slots(3, 31.0), live(4, 40.0), slots(4, 41.0)),
    ]
    found = [(1.0, 0, 0), (20.0, 2, None), (30.0, 3, None), (41.0, 4, 4)]
    assert samples_of(*polls) == found


def test_a_poll_that_failed_is_a_gap_of_its_figure_alone():
    polls = [
        live(0, 0.0),
        failed(CAPACITY, at=1.0),
        failed(LIVE, Cause.HTTP, at=10.0),
        slots(1, 11),
    ]
    assert samples_of(*polls) == [(1.0, 0, None), (11, None, 1)]


def test_a_board_that_begins_within_a_round_falls_into_step():
    polls = [slots(0, 1.0), live(1, 10.0), slots(1, 11.0), live(2, 20.0), slots(2, 21.0)]
    assert samples_of(*polls) == [(11.0, 1, 1), (21.0, 2, 2)]


def test_polls_by_hand_make_a_sample_each_time():
    polls = [
        live(0, 0.0),
        slots(0, 0.1),
        live(1, 3.0),
        slots(1, 3.1),
        live(2, 10.0),
        slots(2, 10.1),
    ]
    assert samples_of(*polls) == [(0.1, 0, 0), (3.1, 1, 1), (10.1, 2, 2)]


def test_a_clock_that_was_put_back_costs_a_round_at_most():
    polls = [
        *(live(0, 5000.0), slots(0, 5000.1), live(1, 5010.0), slots(1, 1010.1)),
        *(live(2, 1020.0), slots(2, 1020.1), live(3, 1030.0), slots(3, 1030.1)),
    ]
    assert samples_of(*polls)[-1] == (1030.1, 3, 3)
    assert len(samples_of(*polls)) >= 3


@pytest.mark.parametrize(
    ("endpoints", "found"),
    [
        ((LIVE,), [(0.0, 0, None), (10.0, 1, None)]),
        ((CAPACITY, LIVE), [(2.0, 0, 5), (12.0, 1, 6)]),
        ((Endpoint.CHAT_ALLOWED,), [(3.0, None, None), (13.0, None, None)]),
    ],
    ids=["no slots", "slots first", "no figures"],
)
def test_samples_are_those_of_the_endpoints_that_are_asked(endpoints, found):
    order = [live(0, 0.0), slots(5, 2.0), heard(ALLOWED, at=3.0)]
    if endpoints[0] is CAPACITY:
        order = [slots(5, 0.0), live(0, 2.0), heard(ALLOWED, at=3.0)]
    polls = [
        replace(p, at=p.at + 10 * n, outcome=_later(p.outcome, n)) for n in (0, 1) for p in order
    ]
    asked = [poll for poll in polls if poll.endpoint in endpoints]
    assert samples_of(*asked, endpoints=endpoints) == found


def _later(fact, n):
    if isinstance(fact, Capacity):
        return Capacity(fact.count + n)
    return (
        LiveSessionStatus(1.0, fact.queue_depth + n)
        if isinstance(fact, LiveSessionStatus)
        else fact
    )
