"""The samples of a recording in a span, for charts that reach further back than a board."""

import pytest
from recordings import SERVER, START, board_of, poll, record

from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.recorder.reading import samples as reading_samples
from wallboard.recorder.recording import Recording

LIVE, CAPACITY = Endpoint.LIVE_SESSION_STATUS, Endpoint.CAPACITY
KEY = EntryPointKey(SERVER, 1000)
ROUNDS = 200


def rounds(of=range(ROUNDS), entry_point=1000):
    for n in of:
        yield poll(LIVE, 10 * n, n, n % 5, id=entry_point)
        yield poll(CAPACITY, 10 * n + 1, 3, id=entry_point)


@pytest.fixture(params=[True, False], ids=["closed", "going on"])
def recording(request, tmp_path):
    path = tmp_path / "wall.db"
    record(path, rounds(), entry_points=board_of(1000, 1001), close=request.param)
    with Recording.open(path) as found:
        yield found


def waits(found):
    return [one.wait_seconds for one in found]


def test_a_span_over_several_segments_has_all_its_samples(recording):
    found = recording.samples(KEY, START + 301, START + 1711, 1000)
    assert waits(found) == list(range(30, 172))
    assert [round(one.at - START) for one in found] == [10 * n + 1 for n in range(30, 172)]


def test_a_span_within_a_segment_has_no_others(recording):
    assert waits(recording.samples(KEY, START + 705, START + 725, 20)) == [71, 72]


def test_a_long_span_has_the_extremes_of_each_slice(recording):
    found = recording.samples(KEY, START - 1, START + 10 * ROUNDS, 4)
    assert len(found) <= 5 * 4
    assert max(waits(found)) == ROUNDS - 1


@pytest.mark.parametrize(
    ("key", "start"),
    [(KEY, START + 5000), (EntryPointKey(SERVER, 1001), START), (EntryPointKey("x", 1), START)],
    ids=["later", "never polled", "unknown"],
)
def test_nothing_is_made_up(recording, key, start):
    assert recording.samples(key, start, start + 60, 10) == ()


def test_where_the_clock_was_put_back_what_was_recorded_last_counts(tmp_path):
    path = tmp_path / "wall.db"
    again = [
        p
        for n in range(10, 15)
        for p in (poll(LIVE, 10 * n, 999, 1), poll(CAPACITY, 10 * n + 1, 3))
    ]
    record(path, [*rounds(range(20)), *again])
    with Recording.open(path) as recording:
        found = recording.samples(KEY, START, START + 500, 1000)
    assert [one.at for one in found] == sorted(one.at for one in found)
    assert waits(found) == [*range(10), *[999] * 5]


def test_no_more_than_a_bound_is_read(recording, monkeypatch):
    monkeypatch.setattr(reading_samples, "MOST_ROUNDS", 50)
    found = recording.samples(KEY, START, START + 10 * ROUNDS, 1000)
    assert waits(found) == list(range(ROUNDS - 50, ROUNDS))
