"""Calendars and maintenance as they are written, and the iCalendar files that they name."""

import sys
import threading
import tomllib
import zoneinfo
from datetime import UTC, datetime

import pytest

from wallboard.config import ConfigError, settings_from
from wallboard.config.ics_file import MOST_EVENTS, EventsError, read_events
from wallboard.config.plan import PlanReader, Span
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.expectation import Maintenance

SERVERS = """
[[group]]
name = "EMEA"
calendar = "emea"
[[server]]
name = "prod"
url = "http://127.0.0.1:9"
[[server.entry_point]]
id = 1000
group = "EMEA"
[[server.entry_point]]
id = 1001
[[server.entry_point]]
id = 1002
calendar = false
"""
CALENDAR = """
[[calendar]]
name = "office"
zone = "UTC"
default = true
week.weekdays = "08:00-18:00"
week.fri = ["08:00-12:00", "13:00-15:00"]
[[calendar]]
name = "emea"
zone = "Europe/Berlin"
holidays = ["DE-BY", "2026-12-24"]
[[calendar.special]]
date = 2026-12-31
hours = "08:00-12:00"
[[calendar.force_close]]
start = 2026-12-02T14:00:00
until = "2026-12-02 14:30"
reason = "fire drill"
"""
ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:tests
{}
END:VCALENDAR
"""
TEAM_DAY = """BEGIN:VEVENT
UID:1
DTSTART;TZID=Europe/Berlin:20260105T100000
DTEND;TZID=Europe/Berlin:20260105T120000
RRULE:FREQ=WEEKLY;BYDAY=MO
EXDATE;TZID=Europe/Berlin:20261221T100000
SUMMARY:Team\x1b[31m day
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART;VALUE=DATE:20261208
SUMMARY:Moving
END:VEVENT
BEGIN:VEVENT
UID:3
DTSTART:20261209T000000Z
DURATION:PT1H
STATUS:CANCELLED
SUMMARY:Cancelled
END:VEVENT"""


def at(text):
    return datetime.fromisoformat(text).timestamp()


NOW = at("2026-12-01T00:00+00:00")


def settings_of(text, folder):
    return settings_from(tomllib.loads(text), {}, file="w.toml", folder=folder)


def plan_of(text, folder, reader=None):
    return (reader or PlanReader()).read(settings_of(text, folder), Span.around(NOW))


def expected(plan, number, text):
    return plan.expectation(EntryPointKey("prod", number), at(text)).expected


def problems_of(text, folder):
    with pytest.raises(ConfigError) as caught:
        settings_of(text, folder)
    return [str(problem).removeprefix("w.toml: ") for problem in caught.value.problems]


def test_a_calendar_is_inherited_from_the_default_and_the_group_and_can_be_switched_off(tmp_path):
    plan = plan_of(CALENDAR + SERVERS, tmp_path)
    names = {key.id: calendar.name for key, calendar in plan.calendars.items()}
    assert names == {1000: "emea", 1001: "office"}
    assert expected(plan, 1002, "2026-12-01T03:00+00:00") is None


def test_all_that_a_calendar_says_is_read(tmp_path):
    plan = plan_of(CALENDAR + SERVERS, tmp_path)
    friday = expected(plan, 1001, "2026-12-04T12:30+00:00")
    assert (friday.open, friday.until) == (False, at("2026-12-04T13:00+00:00"))
    whys = {
        "2026-12-25T12:00+01:00": "holiday Christmas Day",
        "2026-12-24T12:00+01:00": "holiday 2026-12-24",
        "2026-12-31T13:00+01:00": "special hours 2026-12-31 08:00–12:00",
        "2026-12-02T14:00+01:00": "force_close: fire drill",
        "2026-12-03T03:00+01:00": "open around the clock",
    }
    assert {text: expected(plan, 1000, text).why for text in whys} == whys


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('zone = "Europe/Berln"', 'zone: unknown time zone "Europe/Berln"; did you mean "Europe/'),
        ('zone = "../etc/passwd"', 'zone: unknown time zone "../etc/passwd"; use an IANA name'),
        (
            'week.mon = "8-18"',
            '[calendar.week]: mon: must be hours such as 08:00-18:00, not "8-18"',
        ),
        ('week.mon = "08:00-25:00"', 'mon: "08:00-25:00" is not a time of day'),
        ('week.mon = "08:00-08:00"', 'mon: "08:00-08:00" is no time at all; a whole day is'),
        ('week.mon = ["08:00-12:00", "11:00-13:00"]', "08:00–12:00 and 11:00–13:00 overlap"),
        ("week.mon = 8", 'mon: must be hours such as "08:00-18:00" or a list of them'),
        ('week.monday = "08:00-18:00"', 'monday: unknown key; did you mean "mon'),
        ('holidays = "XX"', 'holidays: no holidays are known of "XX"'),
        ('holidays = "DE-XX"', 'holidays: DE has no region "XX"'),
        ('holidays = "Germany"', 'must be a country such as DE or DE-BY, or a date, not "Germany"'),
        ('holidays = "2026-02-29"', 'must be a date such as 2026-12-24, not "2026-02-29"'),
        ('special = [{ date = "2027-02-29" }]', 'date: must be a date such as 2026-12-24, not "20'),
        ("special = [{ date = 2026-12-24 }, { date = 2026-12-24 }]", "stands twice"),
        (
            'force_open = [{ start = "2026-12-02 14", until = "2026-12-02 14", reason = "x" }]',
            'until: "2026-12-02 14" is not after start',
        ),
        ('force_open = [{ start = "soon", until = "later", reason = "x" }]', 'not "soon"'),
    ],
)
def test_what_cannot_be_read_says_where_and_what_to_write(line, problem, tmp_path):
    zone = "" if line.startswith("zone") else 'zone = "UTC"\n'
    text = f'[[calendar]]\nname = "c"\n{zone}{line}\n{SERVERS.replace("emea", "c")}'
    found = problems_of(text, tmp_path)
    assert problem in found[0]
    assert found[0].startswith(("[[calendar]]", "[calendar"))


def test_a_machine_without_time_zones_says_what_to_install(tmp_path, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("tzdata.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "tzdata", None)
    zoneinfo.reset_tzpath(to=())
    zoneinfo.ZoneInfo.clear_cache()
    calendar = '[[calendar]]\nname = "emea"\nzone = "Europe/Berlin"\n'
    try:
        (problem,) = problems_of(calendar + SERVERS, tmp_path)
    finally:
        zoneinfo.reset_tzpath()
    assert "this machine has no time zones; install tzdata" in problem


def test_names_that_nobody_has_are_found(tmp_path):
    unknown = SERVERS.replace('"emea"', '"emae"')
    assert problems_of(CALENDAR + unknown, tmp_path) == [
        '[[group]] "EMEA": calendar: unknown calendar "emae"; did you mean "emea"?'
    ]
    assert "there is no [[calendar]]" in problems_of(SERVERS, tmp_path)[0]
    twice = CALENDAR.replace('name = "emea"', 'name = "emea"\ndefault = true') + SERVERS
    assert "another calendar is the default" in problems_of(twice, tmp_path)[0]


def test_without_the_library_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "holidays", None)
    (problem,) = problems_of(CALENDAR + SERVERS, tmp_path)
    assert 'pip install "wallboard[calendar]"' in problem
    monkeypatch.setitem(sys.modules, "icalendar", None)
    (tmp_path / "events.ics").write_text(ICS.format(TEAM_DAY))
    with pytest.raises(EventsError, match="needs icalendar; install it: pip install"):
        read_events(tmp_path / "events.ics", *DECEMBER, UTC)


DECEMBER = (datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


def test_events_of_a_file_repeat_are_left_out_and_cancelled_and_steer_no_terminal(tmp_path):
    path = tmp_path / "events.ics"
    path.write_text(ICS.format(TEAM_DAY))
    found = read_events(path, *DECEMBER, UTC)
    days = [f"{datetime.fromtimestamp(one.start, UTC):%d %H:%M}" for one in found]
    assert days == ["07 09:00", "08 00:00", "14 09:00", "28 09:00"]
    assert found[0].end - found[0].start == 7200
    assert found[1].end - found[1].start == 86_400
    assert found[0].reason == "Team�[31m day"


def repeating(rule, start="20260101T000000Z"):
    event = f"BEGIN:VEVENT\nDTSTART:{start}\nDURATION:PT1S\nRRULE:FREQ={rule}\nEND:VEVENT"
    return ICS.format(event).encode()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not an iCalendar file"),
        (b"hello", "not an iCalendar file"),
        (b"\xff\xfe\0", "not an iCalendar file"),
        (b"BEGIN:VCALENDAR\n", "not an iCalendar file"),
        (ICS.format("BEGIN:VEVENT\nDTSTART:soon\nEND:VEVENT").encode(), "cannot be understood"),
        (
            ICS.format(
                "BEGIN:VEVENT\nDTSTART:20260101T000000Z\nDURATION:PT1S\n"
                "RRULE:FREQ=SECONDLY\nSUMMARY:x\nEND:VEVENT"
            ).encode(),
            "event 'x' repeats more than once a day",
        ),
        (
            ICS.format(
                "\n".join(
                    f"BEGIN:VEVENT\nUID:{n}\nDTSTART:20260101T000000Z\nDURATION:PT1M\n"
                    "RRULE:FREQ=DAILY\nEND:VEVENT"
                    for n in range(2)
                )
            ).encode()
            + b" " * 5_000_000,
            "larger than 4 MiB",
        ),
        (ICS.format("BEGIN:VEVENT\nEND:VEVENT\n" * (MOST_EVENTS + 1)).encode(), "more than 5,000"),
        (repeating("DAILY;INTERVAL=0"), "repeats more than once a day"),
        (repeating("DAILY;COUNT=99999999999999999999"), "cannot be understood"),
        (repeating("DAILY;INTERVAL=many"), "cannot be understood"),
        (repeating("NEVER"), "cannot be understood"),
    ],
)
def test_a_file_that_is_none_says_so_and_costs_nothing(content, why, tmp_path):
    path = tmp_path / "events.ics"
    path.write_bytes(content)
    with pytest.raises(EventsError, match=why):
        read_events(path, *DECEMBER, UTC)


@pytest.mark.parametrize(
    "content",
    [
        repeating("DAILY;BYMONTH=2;BYMONTHDAY=31"),
        repeating("DAILY", start="00010101T000000Z"),
        ICS.format("BEGIN:VEVENT\n" + "X-A:1\n" * 400_000 + "END:VEVENT").encode(),
    ],
    ids=["days that never come", "two thousand years", "lines without end"],
)
def test_a_file_that_takes_too_long_is_left(content, tmp_path, monkeypatch):
    monkeypatch.setattr("wallboard.config.ics_file.LONGEST_SECONDS", 0.2)
    path = tmp_path / "events.ics"
    path.write_bytes(content)
    threads = threading.active_count()
    with pytest.raises(EventsError, match=r"longer than 0\.2 s; an event may repeat without end"):
        read_events(path, *DECEMBER, UTC)
    assert threading.active_count() == threads


def test_a_broken_file_is_a_problem_and_its_last_events_stay(tmp_path):
    text = CALENDAR.replace('"Europe/Berlin"', '"Europe/Berlin"\nics = "team.ics"') + SERVERS
    reader, path = PlanReader(), tmp_path / "team.ics"
    monday = "2026-12-07T11:00+01:00"
    assert expected(plan_of(text, tmp_path, reader), 1000, monday).open
    (problem,) = reader.problems
    assert problem == (
        "Cannot read team.ics of calendar emea: No such file or directory; "
        "its events are not known."
    )
    path.write_text(ICS.format(TEAM_DAY))
    found = expected(plan_of(text, tmp_path, reader), 1000, monday)
    assert (found.open, found.why) == (False, "event 'Team�[31m day' of team.ics")
    assert reader.problems == ()
    path.write_text("broken")
    assert not expected(plan_of(text, tmp_path, reader), 1000, monday).open
    assert "using its last events" in reader.problems[0]


def test_hours_that_are_not_known_expect_nothing(tmp_path):
    opens = '"Europe/Berlin"\nics = "shifts.ics"\nics_events = "open"'
    text = CALENDAR.replace('"Europe/Berlin"', opens) + SERVERS
    assert expected(plan_of(text, tmp_path), 1000, "2026-12-07T11:00+01:00") is None
    (tmp_path / "shifts.ics").write_text(ICS.format(TEAM_DAY))
    plan = plan_of(text, tmp_path)
    assert expected(plan, 1000, "2026-12-07T11:00+01:00").open
    assert not expected(plan, 1000, "2026-12-07T12:00+01:00").open


MAINTENANCE = """
[[maintenance]]
reason = "ECE upgrade"
start = 2026-12-05T22:00:00
until = 2026-12-06T02:00:00
zone = "Europe/Berlin"
{}
"""


@pytest.mark.parametrize(
    ("names", "covered"),
    [
        ("", {1000, 1001, 1002}),
        ('groups = ["EMEA"]', {1000}),
        ('entry_points = ["1001-1009", "prod:1000"]', {1000, 1001, 1002}),
        ('servers = ["prod"]\nentry_points = ["1002"]', {1002}),
    ],
)
def test_maintenance_covers_those_that_match_each_list(names, covered, tmp_path):
    plan = plan_of(CALENDAR + MAINTENANCE.format(names) + SERVERS, tmp_path)
    upgrade = Maintenance(at("2026-12-06T02:00+01:00"), "ECE upgrade")
    for number in (1000, 1001, 1002):
        found = plan.expectation(EntryPointKey("prod", number), at("2026-12-05T22:00+01:00"))
        assert found.maintenance == (upgrade if number in covered else None)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "start: is missing; give start, until and reason, or an ics file"),
        ("start = 2026-12-05T22:00:00", "until: is missing"),
        ('start = "2026-12-05 22:00"\nuntil = "2026-12-06 22:00"', "reason: is missing"),
        (
            'ics = "m.ics"\nservers = ["pord"]',
            'servers: unknown server "pord"; did you mean "prod"',
        ),
        ('ics = "m.ics"\ngroups = ["APAC"]', 'groups: unknown group "APAC"'),
        ('ics = "m.ics"\nentry_points = ["7"]', "entry_points: no entry point 7; the nearest is"),
        ('ics = "m.ics"\nzone = "Mars"', 'zone: unknown time zone "Mars"'),
    ],
)
def test_maintenance_that_makes_no_sense_says_what_to_do(text, problem, tmp_path):
    found = problems_of(f"[[maintenance]]\n{text}\n{CALENDAR}{SERVERS}", tmp_path)
    assert found[0].startswith(f"[[maintenance]] 1: {problem}")


def test_maintenance_may_come_from_a_file(tmp_path):
    (tmp_path / "m.ics").write_text(ICS.format(TEAM_DAY))
    plan = plan_of('[[maintenance]]\nics = "m.ics"\n' + CALENDAR + SERVERS, tmp_path)
    found = plan.expectation(EntryPointKey("prod", 1002), at("2026-12-07T10:30+01:00"))
    assert found.maintenance.until == at("2026-12-07T12:00+01:00")
