"""The samples of a checkpoint: what is read is what was written, to the millisecond."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.recorder.recordings import START
from wallboard.domain.history import History, Sample
from wallboard.domain.policy import Level, Verdict
from wallboard.fleet.batch import GarbageError
from wallboard.fleet.sample_columns import LARGEST, SAMPLES, SampleColumns

SAMPLE = st.builds(
    Sample,
    st.integers(-(10**6), 10**6).map(lambda at: START + at),
    st.none() | st.integers(0, 10**7).map(lambda ms: ms / 1000),
    st.none() | st.integers(-1, 10**6),
    st.none() | st.integers(-(10**6), 10**6),
    st.sampled_from(Verdict),
    st.sampled_from(Level),
)


def history_of(samples):
    history = History()
    for sample in samples:
        history = history.appended(sample)
    return history


@given(st.lists(SAMPLE, max_size=SAMPLES + 10))
def test_what_is_read_is_what_was_written(samples):
    assert list(SampleColumns.of(history_of(samples)).history) == samples[-SAMPLES:]


def test_a_figure_that_is_too_large_is_left_out():
    sample = Sample(START, 1e300, LARGEST * 2, 3, Verdict.OPEN, Level.OK)
    [read] = SampleColumns.of(history_of([sample])).history
    assert read == sample._replace(wait_seconds=None, queue_depth=None)


GOOD = SampleColumns.of(history_of([Sample(START, 1.0, 2, 3, Verdict.OPEN, Level.OK)]))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", [-(2**51)]),
        ("at", [2**60]),
        ("at", []),
        ("wait", [-5]),
        ("wait", [1, 2]),
        ("codes", b"\xff"),
        ("codes", b""),
    ],
)
def test_what_nobody_writes_is_garbage(column, value):
    with pytest.raises(GarbageError):
        _ = replace(GOOD, **{column: value}).history
