"""How late messages come, whatever the clocks of the two machines say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallboard.fleet.lag import WINDOW_SECONDS, Lag

CLOCKS = st.floats(-1e6, 1e6)


@given(CLOCKS, st.lists(st.floats(0, 30), min_size=1, max_size=20))
def test_it_is_by_how_much_longer_a_message_took_than_the_fastest(ahead, delays):
    lag = Lag()
    for second, delay in enumerate(delays):
        lag.heard("one", second + ahead, second + delay)
    assert lag.seconds == pytest.approx(delays[-1] - min(delays), abs=1e-6)


def test_another_sender_has_another_clock():
    lag = Lag()
    lag.heard("one", 0.0, 1_000.0)
    lag.heard("two", 5_000.0, 1_001.0)
    assert lag.seconds == 0.0


def test_a_clock_that_runs_slow_is_no_lag_that_grows_for_ever():
    lag, loses = Lag(), 1.001
    for second in range(20 * int(WINDOW_SECONDS)):
        lag.heard("one", second / loses, second)
    assert lag.seconds < 2.1 * WINDOW_SECONDS * (loses - 1)
