"""``wallboard calendar show``: what is expected when, and why, without polling anything."""

import json
import time

import pytest

CONFIG = """
[[calendar]]
name = "shut"
zone = "Europe/Berlin"
default = true
week.mon = []
[[maintenance]]
reason = "upgrade\\u202e"
start = 2026-01-01T00:00:00Z
until = 2999-01-01T00:00:00Z
entry_points = ["1002"]
[[server]]
name = "prod"
url = "http://127.0.0.1:9"
[[server.entry_point]]
id = 1000
name = "Sales"
[[server.entry_point]]
id = 1001
calendar = false
[[server.entry_point]]
id = 1002
"""


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "wallboard.toml"
    path.write_text(CONFIG)
    return path


async def test_a_table_says_what_is_expected_until_when_and_why(wallboard, config):
    ended = await wallboard("calendar", "show")
    assert ended.status == 0
    head, sales, plain, upgraded = (line.split() for line in ended.out.splitlines())
    assert head[:5] == ["SERVER", "ID", "NAME", "CALENDAR", "EXPECTED"]
    assert sales == ["prod", "1000", "Sales", "shut", "closed", "-", "no", "regular", "hours"]
    assert plain[3:] == ["-", "-", "-", "no", "calendar"]
    assert upgraded[3:] == ["shut", "maintenance", "Tue", "2999-01-01", "00:00", "upgrade�"]


async def test_a_week_has_each_of_its_days_once(wallboard, config):
    ended = await wallboard("calendar", "show", "1000", "--week")
    first, head, *days = ended.out.splitlines()
    assert first == "calendar shut, Europe/Berlin: Sales (prod 1000)"
    assert head.split() == ["DAY", "FROM", "TO", "EXPECTED", "WHY"]
    assert len(days) == len({day[:14] for day in days}) == 7
    assert all(day.split()[2:5] == ["00:00", "24:00", "closed"] for day in days)


async def test_as_json_it_has_the_spans_of_a_week_without_gaps(wallboard, config):
    ended = await wallboard("calendar", "show", "1000-1001", "--week", "--format", "json")
    document = json.loads(ended.out)
    sales, plain = document["entry_points"]
    assert abs(document["at_unix"] - time.time()) < 60
    assert (sales["calendar"], sales["zone"]) == ("shut", "Europe/Berlin")
    assert sales["expected"]["open"] is False
    assert plain["expected"] is None
    for one in (sales, plain):
        starts = [span["start_unix"] for span in one["week"]]
        assert starts[1:] == [span["end_unix"] for span in one["week"]][:-1]
    assert {span["open"] for span in plain["week"]} == {None}


async def test_what_is_not_there_is_a_usage_error_and_a_missing_file_a_warning(wallboard, config):
    ended = await wallboard("calendar", "show", "77")
    assert ended.status == 64
    assert "no entry point 77" in ended.err
    config.write_text(CONFIG.replace('"shut"\n', '"shut"\nics = "none.ics"\n', 1))
    ended = await wallboard("calendar", "show")
    assert ended.status == 0
    assert "Cannot read none.ics of calendar shut" in ended.err
    ended = await wallboard("config", "check")
    assert ended.status == 0
    assert "ics: cannot be read: No such file or directory" in ended.out
