"""The past of nights in which clocks go forward or back, as each command tells it in local time."""

import json
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from recorder.ledger_rows import written
from recorder.recordings import START, board_of, poll, record

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind
from wallboard.domain.policy import Level
from wallboard.recorder.paths import ledger_path

ROME = {"TZ": "Europe/Rome"}
EVERY_SECONDS = 10


def unix(text):
    return datetime.fromisoformat(text).timestamp()


@pytest.fixture
def recorded(tmp_path):
    """Records some time, in part of which nobody could chat."""

    def recorded(first, last, closed_from, closed_until):
        path = tmp_path / "wall.db"
        polls = []
        for at in range(int(unix(first)), int(unix(last)) + 1, EVERY_SECONDS):
            open_ = not unix(closed_from) <= at < unix(closed_until)
            polls.append(poll(Endpoint.CHAT_ALLOWED, at - START, str(open_).lower()))
        record(path, polls, entry_points=board_of(1000), each=500)
        return str(path)

    return recorded


@pytest.fixture
def back(recorded):
    """The hour from 2 to 3 twice; nobody could chat from half of the first to half of the other."""
    return recorded(
        "2026-10-25T01:30:00+02:00",
        "2026-10-25T03:30:00+01:00",
        "2026-10-25T02:30:00+02:00",
        "2026-10-25T02:30:00+01:00",
    )


@pytest.fixture
def forward(recorded):
    """No hour from 2 to 3; nobody could chat from half an hour before it to half an hour after."""
    return recorded(
        "2026-03-29T00:30:00+01:00",
        "2026-03-29T04:30:00+02:00",
        "2026-03-29T01:30:00+01:00",
        "2026-03-29T03:30:00+02:00",
    )


async def test_an_outage_over_an_hour_that_there_is_twice_lasts_an_hour(wallboard, back):
    day = ("--since", "2026-10-25", "--until", "2026-10-26")
    told = await wallboard("history", "1000", *day, "--file", back, "--format", "json", **ROME)
    past = json.loads(told.out)
    assert past["until_unix"] - past["since_unix"] == 25 * 3600
    (one,) = past["entry_points"]
    (outage,) = one["outages"]
    assert outage["seconds"] == 3600
    assert outage["first_at_unix"] == unix("2026-10-25T02:30:00+02:00")
    text = await wallboard("history", "1000", *day, "--file", back, **ROME)
    assert "2026-10-26 00:00:00 LOCAL +01:00" in text.out.splitlines()[1]
    assert "00:30:00 (02:30:00 +02:00) to 2026-10-25 01:30:00 (02:30:00)" in text.out
    shift = await wallboard("handover", *day, "--file", back, **ROME)
    assert "LOCAL +01:00" in shift.out
    assert "  - 00:30:00 (02:30:00 +02:00) OPEN → CLOSED" in shift.out
    assert "  - 01:30:00 (02:30:00) CLOSED → OPEN" in shift.out


async def test_an_outage_over_an_hour_that_there_is_not_lasts_an_hour(wallboard, forward):
    day = ("--since", "2026-03-29", "--until", "2026-03-30")
    told = await wallboard("history", "1000", *day, "--file", forward, "--format", "json", **ROME)
    past = json.loads(told.out)
    assert past["until_unix"] - past["since_unix"] == 23 * 3600
    (one,) = past["entry_points"]
    (outage,) = one["outages"]
    assert outage["seconds"] == 3600
    text = await wallboard("history", "1000", *day, "--file", forward, **ROME)
    assert "2026-03-30 00:00:00 LOCAL +02:00" in text.out.splitlines()[1]
    assert "00:30:00 (01:30:00 +01:00) to 2026-03-29 01:30:00 (03:30:00)" in text.out


@pytest.mark.parametrize(
    ("since", "until", "seconds"),
    [
        ("2026-10-25 02:15", "2026-10-25 02:15+01:00", 3600),
        ("2026-10-25 01:45", "2026-10-25 03:15", 9000),
        ("2026-10-25 02:45", "2026-10-25 03:00", 4500),
    ],
)
async def test_a_window_of_an_hour_that_there_is_twice(wallboard, back, since, until, seconds):
    window = ("--since", since, "--until", until)
    for command in ("history", "1000", "--format", "json"), ("handover",):
        told = await wallboard(*command, *window, "--file", back, **ROME)
        assert told.status == 0, told
        assert "all of it recorded" in told.out or json.loads(told.out)["unrecorded"] == []
    past = await wallboard("history", "1000", "--format", "json", *window, "--file", back, **ROME)
    found = json.loads(past.out)
    assert found["until_unix"] - found["since_unix"] == seconds


@pytest.mark.parametrize(
    ("at", "verdict"),
    [
        ("2026-10-25 02:20", "OPEN"),
        ("2026-10-25 02:40", "CLOSED"),
        ("2026-10-25 02:20+01:00", "CLOSED"),
        ("2026-10-25 02:40+01:00", "OPEN"),
        ("02:40", "OPEN"),
        ("-1h5m", "CLOSED"),
    ],
)
async def test_a_replay_begins_at_the_moment_that_was_meant(wallboard, back, at, verdict):
    shown = await wallboard("replay", back, "--at", at, "--frames", "1", **ROME)
    assert shown.status == 0, shown
    assert verdict in shown.out


async def test_of_a_time_that_was_recorded_twice_it_is_said(wallboard, tmp_path):
    path = tmp_path / "wall.db"
    at = [*range(0, 600, 10), *range(300, 900, 10)]
    polls = [poll(Endpoint.CAPACITY, second, 3) for second in at]
    record(path, polls, entry_points=board_of(1000))
    said = "2026-09-21 14:18:20+00:00 to 2026-09-21 14:23:10+00:00 was recorded more than once"
    for command in (["history", "1000"], ["handover"]):
        whole = ("--since", "2026-09-21 14:00", "--until", "2026-09-21 15:00")
        told = await wallboard(*command, *whole, "--file", str(path))
        assert told.status == 0
        assert told.err.count("the clock was set back") == 1
        assert said in told.err
        rest = ("--since", "2026-09-21 14:25", "--until", "2026-09-21 15:00")
        told = await wallboard(*command, *rest, "--file", str(path))
        assert told.err == ""


CONFIG = """
title = "zones"
record = "{path}"

[[calendar]]
name = "office"
zone = "Europe/Rome"
week = {{ weekdays = ["08:00-18:00"] }}

[[server]]
name = "prod"
url = "http://localhost:1"

[[server.entry_point]]
id = 1000
calendar = "office"

[[server.entry_point]]
id = 1001
"""
SHIFT = ("--since", "2026-11-02 09:00", "--until", "2026-11-02 13:00")
ZONE, OFFSET = "LOCAL +01:00", re.compile(r"(?<= )[+-]\d\d:\d\d\b")


@pytest.fixture
def winter(recorded, tmp_path):
    """A config whose board recorded four hours in winter, with an alarm of which was told."""
    path = recorded(
        "2026-11-02T09:00:00+01:00",
        "2026-11-02T13:00:00+01:00",
        "2026-11-02T10:00:00+01:00",
        "2026-11-02T11:00:00+01:00",
    )
    onset = unix("2026-11-02T10:00:00+01:00")
    raised = LedgerRow(
        onset + 30, RowKind.RAISED, AlarmKey("prod", 1000), onset, Level.CRITICAL, "other"
    )
    queued = replace(raised, at=onset + 60, kind=RowKind.QUEUED, notice="a" * 24, channel="mail")
    note = LedgerRow(onset + 90, RowKind.NOTE, raised.key, who="ann@noc", text="restarting it")
    kept = replace(note, at=onset + 95, kind=RowKind.ACKNOWLEDGED, onset=onset, until=onset + 9000)
    written(ledger_path(Path(path)), raised, replace(queued, text="raise"), note, kept)
    config = tmp_path / "zones.toml"
    config.write_text(CONFIG.format(path=path))
    return str(config)


@pytest.mark.parametrize(
    "command",
    [
        ("alarms", "list"),
        ("alarms", "log", *SHIFT),
        ("notify", "list", *SHIFT[:2]),
        ("history", "1000", *SHIFT),
        ("handover", *SHIFT),
        ("availability", "--by", "day", *SHIFT),
        ("calendar", "show"),
        ("calendar", "show", "--week"),
        ("alarms", "backtest", "--against", "none", *SHIFT),
    ],
    ids=lambda command: " ".join(command[:3]),
)
async def test_every_heading_of_local_times_says_their_zone_once_and_no_line_does(
    wallboard, winter, command
):
    told = await wallboard(*command, WALLBOARD_CONFIG=winter, **ROME)
    zoned = [line for line in told.out.splitlines() if OFFSET.search(line)]
    assert zoned, told.out
    for line in zoned:
        assert (line.count(ZONE), len(OFFSET.findall(line))) == (1, 1), line
