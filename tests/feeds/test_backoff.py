"""The backoff on clocks that the test moves."""

from random import Random

from wallboard.domain.observation import Cause, Failure
from wallboard.feeds.backoff import Backoff

REFUSED = Failure(Cause.REFUSED, "Nobody listens on port 1.")
TIMEOUT = Failure(Cause.TIMEOUT, "No answer within 5 s.")
WALL = 1_700_000_000.0


def backoff_of(**settings):
    values = {
        "endpoints": 100, "concurrency": 2, "interval": 10, "backoff_max": 60,
        "random": Random(3), **settings,
    }  # fmt: skip
    return Backoff("prod", **values)


def fail(backoff, times, *, now=0.0, probe=False):
    return [backoff.unreached(REFUSED, now, WALL + now, probe=probe) for _ in range(times)]


def test_the_gate_shuts_after_twice_the_concurrency_failed_in_a_row():
    backoff = backoff_of()
    fail(backoff, 3)
    assert not backoff.active
    fail(backoff, 1)
    assert backoff.active


def test_a_server_with_few_endpoints_is_in_doubt_once_all_have_failed():
    backoff = backoff_of(endpoints=2, concurrency=8)
    fail(backoff, 2)
    assert backoff.active


def test_one_answer_in_between_starts_the_count_again():
    backoff = backoff_of()
    fail(backoff, 3)
    assert backoff.answered(WALL) is None
    fail(backoff, 3)
    assert not backoff.active


def test_doubt_is_announced_only_when_a_probe_sent_at_once_fails_too():
    backoff = backoff_of()
    assert fail(backoff, 4, now=50) == [None] * 4
    assert backoff.next_probe == 50
    assert not backoff.announced
    (status,) = fail(backoff, 1, now=51, probe=True)
    assert backoff.announced
    assert status.failure == REFUSED
    assert status.since == WALL + 50
    assert status.next_probe_at == WALL + backoff.next_probe
    assert 51 < backoff.next_probe <= 52


def test_doubt_that_a_probe_clears_is_never_announced():
    backoff = backoff_of()
    fail(backoff, 4)
    assert backoff.answered(WALL) is None
    assert not backoff.active


def test_the_wait_doubles_up_to_the_cap_and_the_probes_never_end():
    backoff = backoff_of(backoff_max=20)
    fail(backoff, 4)
    waits = []
    for _ in range(2000):
        now = backoff.next_probe
        fail(backoff, 1, now=now, probe=True)
        waits.append(backoff.next_probe - now)
    for wait, whole in zip(waits, [1, 2, 4, 8, 16, 20, 20], strict=False):
        assert 0.75 * whole <= wait <= whole + 1e-9
    assert max(waits) <= 20 + 1e-9
    assert len({round(wait, 4) for wait in waits[10:40]}) > 20


def test_probes_are_never_faster_than_the_polls_they_stand_for():
    backoff = backoff_of(endpoints=1, concurrency=1, interval=30)
    fail(backoff, 1)
    fail(backoff, 1, probe=True)
    assert backoff.next_probe >= 0.75 * 30


def test_stragglers_from_before_the_gate_shut_do_not_lengthen_the_wait():
    backoff = backoff_of()
    fail(backoff, 4)
    fail(backoff, 1, now=1, probe=True)
    before = backoff.next_probe
    assert fail(backoff, 5, now=2) == [None] * 5
    assert backoff.next_probe == before


def test_every_probe_says_when_the_next_one_is_and_why_the_last_one_failed():
    backoff = backoff_of()
    fail(backoff, 4)
    fail(backoff, 1, probe=True)
    status = backoff.unreached(TIMEOUT, 9.0, WALL + 9, probe=True)
    assert status.failure == TIMEOUT
    assert status.since == WALL
    assert status.next_probe_at > WALL + 9


def test_the_first_answer_opens_the_gate_and_is_news_once():
    backoff = backoff_of()
    fail(backoff, 4)
    fail(backoff, 1, probe=True)
    status = backoff.answered(WALL + 70)
    assert status.failure is None
    assert not backoff.active
    assert backoff.answered(WALL + 71) is None


def test_a_probe_can_be_asked_for_early():
    backoff = backoff_of()
    fail(backoff, 4)
    fail(backoff, 1, now=5, probe=True)
    backoff.hurry(5.1)
    assert backoff.next_probe == 5.1


def test_another_cause_starts_the_waiting_anew():
    backoff = backoff_of()
    fail(backoff, 4)
    fail(backoff, 6, probe=True)
    assert backoff.next_probe > 20
    backoff.unreached(TIMEOUT, 0.0, WALL, probe=True)
    assert backoff.next_probe <= 1
