"""A moment as an operator writes it."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallboard.parse_time import MomentError, moment, moment_to_come

ROME = ZoneInfo("Europe/Rome")
NOW = datetime(2026, 11, 22, 15, 0, 30, tzinfo=ROME)


def _read(text: str, zone=ROME) -> datetime:
    return datetime.fromtimestamp(moment(text, NOW.timestamp(), zone), ROME)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("14:32", NOW.replace(hour=14, minute=32, second=0)),
        (" 14:32:10 ", NOW.replace(hour=14, minute=32, second=10)),
        ("9:05", NOW.replace(hour=9, minute=5, second=0)),
        ("14:32:10.25", NOW.replace(hour=14, minute=32, second=10, microsecond=250_000)),
        ("2026-11-21 14:32", datetime(2026, 11, 21, 14, 32, tzinfo=ROME)),
        ("2026-11-21T14:32:10", datetime(2026, 11, 21, 14, 32, 10, tzinfo=ROME)),
        ("2026-11-21", datetime(2026, 11, 21, tzinfo=ROME)),
        ("2026-11-21 14:32+03:00", datetime(2026, 11, 21, 12, 32, tzinfo=ROME)),
        ("2026-11-21 14:32 -0500", datetime(2026, 11, 21, 20, 32, tzinfo=ROME)),
        ("2026-11-21T14:32Z", datetime(2026, 11, 21, 15, 32, tzinfo=ROME)),
        ("13:10 utc", NOW.replace(hour=14, minute=10, second=0)),
        ("yesterday 14:32", datetime(2026, 11, 21, 14, 32, tzinfo=ROME)),
        ("Today 16:00", NOW.replace(hour=16, minute=0, second=0)),
        ("yesterday", datetime(2026, 11, 21, tzinfo=ROME)),
        ("-2h", NOW - timedelta(hours=2)),
        ("2h", NOW - timedelta(hours=2)),
        ("-90s", NOW - timedelta(seconds=90)),
        ("-1h30m", NOW - timedelta(minutes=90)),
        ("-1d 2h", NOW - timedelta(hours=26)),
        ("now", NOW),
    ],
)
def test_a_moment_is_read_as_it_was_meant(text, meant):
    assert _read(text) == meant


def test_a_time_that_is_still_to_come_today_was_yesterday():
    assert _read("15:01") == datetime(2026, 11, 21, 15, 1, tzinfo=ROME)


def test_a_time_with_an_offset_is_the_last_one_there():
    tokyo = timezone(timedelta(hours=9))
    assert _read("23:30+09:00") == datetime(2026, 11, 21, 23, 30, tzinfo=tokyo)
    assert _read("23:00+09:00") == datetime(2026, 11, 22, 23, 0, tzinfo=tokyo)


@pytest.mark.parametrize(
    ("now", "text", "meant"),
    [
        # The hour from 2 to 3 twice: with a date the first, without one the last that was.
        ("2026-11-22T15:00+01:00", "2026-10-25 02:30", "2026-10-25T02:30+02:00"),
        ("2026-10-26T15:00+01:00", "yesterday 02:30", "2026-10-25T02:30+02:00"),
        ("2026-10-25T02:20+02:00", "02:30", "2026-10-24T02:30+02:00"),
        ("2026-10-25T02:40+02:00", "02:30", "2026-10-25T02:30+02:00"),
        ("2026-10-25T02:20+01:00", "02:30", "2026-10-25T02:30+02:00"),
        ("2026-10-25T02:40+01:00", "02:30", "2026-10-25T02:30+01:00"),
        ("2026-10-25T12:00+01:00", "02:30", "2026-10-25T02:30+01:00"),
        ("2026-10-25T02:40+01:00", "today 02:30", "2026-10-25T02:30+02:00"),
        ("2026-10-25T02:40+01:00", "02:30+02:00", "2026-10-25T02:30+02:00"),
        ("2026-10-25T12:00+01:00", "-1d", "2026-10-24T13:00+02:00"),
        ("2026-10-25T12:00+01:00", "today", "2026-10-25T00:00+02:00"),
        # There is no hour from 2 to 3.
        ("2026-03-30T15:00+02:00", "2026-03-29 02:30", "2026-03-29T03:30+02:00"),
        ("2026-03-29T03:10+02:00", "02:30", "2026-03-28T02:30+01:00"),
        ("2026-03-29T04:00+02:00", "02:30", "2026-03-29T03:30+02:00"),
        ("2026-03-29T03:10+02:00", "01:59", "2026-03-29T01:59+01:00"),
        ("2026-03-29T03:10+02:00", "03:05", "2026-03-29T03:05+02:00"),
        ("2026-03-29T12:00+02:00", "-1d", "2026-03-28T11:00+01:00"),
        ("2026-03-30T12:00+02:00", "yesterday", "2026-03-29T00:00+01:00"),
    ],
)
def test_where_the_clocks_go_forward_or_back_it_is_the_moment_that_was_meant(now, text, meant):
    at = moment(text, datetime.fromisoformat(now).timestamp(), ROME)
    assert datetime.fromtimestamp(at, ROME).isoformat("T", "minutes") == meant


def test_without_a_zone_it_is_the_clock_of_this_machine():
    local = datetime.fromtimestamp(NOW.timestamp())  # noqa: DTZ006
    said = f"{local:%Y-%m-%d %H:%M:%S}"
    assert moment(said, NOW.timestamp()) == NOW.timestamp()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "use 14:32"),
        ("+01:00", "not a time: "),
        ("tomorrow", "not a time: "),
        ("14", "not a time: "),
        ("25:00", "no such date or time"),
        ("2026-02-30 12:00", "no such date or time"),
        ("0001-01-01 00:00+14:00", "is older than any recording"),
        ("14:32+25:00", "no time zone is +25:00 from UTC"),
        ("1969-01-01", "is older than any recording"),
        ("-99999w", "is older than any recording"),
        ("14:32\x1b[2J", r"not a time: '14:32\x1b[2J'"),
    ],
)
def test_what_says_no_moment_is_said_to_be_none(text, said):
    with pytest.raises(MomentError) as raised:
        moment(text, NOW.timestamp(), UTC)
    assert said in str(raised.value)


@given(st.text(alphabet="0123456789:-+.tTzZ smhdwyesterday", max_size=30))
def test_whatever_is_written_is_a_moment_or_said_to_be_none(text):
    with suppress(MomentError):
        assert moment(text, NOW.timestamp(), UTC) >= 0


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("15m", NOW + timedelta(minutes=15)),
        ("1h30m", NOW + timedelta(minutes=90)),
        ("18:00", NOW.replace(hour=18, minute=0, second=0)),
        ("until 18:00", NOW.replace(hour=18, minute=0, second=0)),
        ("15:00:31", NOW.replace(second=31)),
        ("15:00:30", datetime(2026, 11, 23, 15, 0, 30, tzinfo=ROME)),
        ("06:00", datetime(2026, 11, 23, 6, 0, tzinfo=ROME)),
        ("tomorrow 08:00", datetime(2026, 11, 23, 8, 0, tzinfo=ROME)),
        ("today 15:01", NOW.replace(minute=1, second=0)),
        ("2026-11-24 08:00Z", datetime(2026, 11, 24, 9, 0, tzinfo=ROME)),
    ],
)
def test_a_moment_to_come_is_the_next_one(text, meant):
    at = moment_to_come(text, NOW.timestamp(), ROME)
    assert datetime.fromtimestamp(at, ROME) == meant


@pytest.mark.parametrize(
    ("now", "text", "meant"),
    [
        # Of the hour that a day has twice it is the first that is left.
        ("2026-10-25T01:00+02:00", "02:30", "2026-10-25T02:30+02:00"),
        ("2026-10-25T02:45+02:00", "02:30", "2026-10-25T02:30+01:00"),
        ("2026-10-24T18:00+02:00", "18:00", "2026-10-25T18:00+01:00"),
        ("2026-03-28T18:00+01:00", "18:00", "2026-03-29T18:00+02:00"),
    ],
)
def test_where_the_clocks_change_it_is_the_next_one_too(now, text, meant):
    at = moment_to_come(text, datetime.fromisoformat(now).timestamp(), ROME)
    assert datetime.fromtimestamp(at, UTC) == datetime.fromisoformat(meant)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "use 15m, 4h"),
        ("soon", "not a time: 'soon'; use 15m, 4h"),
        ("-2h", "not a time: "),
        ("0m", "is not in the future"),
        ("yesterday 14:32", "is not in the future"),
        ("yesterday 16:00", "is not in the future"),
        ("today 14:32", "is not in the future"),
        ("2026-11-21 14:32", "is not in the future"),
        ("now", "not a time: "),
    ],
)
def test_what_says_no_moment_to_come_is_said_to_be_none(text, said):
    with pytest.raises(MomentError) as raised:
        moment_to_come(text, NOW.timestamp(), ROME)
    assert said in str(raised.value)
