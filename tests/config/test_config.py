import os
import re
from pathlib import Path

import platformdirs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallboard.config import (
    ConfigError,
    Problem,
    find_config,
    load_config,
    settings_for_url,
    settings_from,
)
from wallboard.config.config_file import where_looked
from wallboard.config.shape import expected
from wallboard.domain.endpoint import Endpoint
from wallboard.domain.policy import Level, Verdict
from wallboard.inheritance import entry_points_of
from wallboard.recorder.file.policies import policy_of, policy_text
from wallboard.settings import (
    AlarmRuleSettings,
    AlarmSettings,
    Settings,
    SurveyQuestionSettings,
    ThresholdSettings,
)

TOP = 'title = "x"\n'
SERVER = '[[server]]\nname = "prod"\nurl = "https://ece.example.com"\n'
POINT = "[[server.entry_point]]\nid = 1000\n"
WHOLE = SERVER + POINT


def load(folder, text, environ=None, **options):
    path = folder / "wallboard.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_config(path, environ or {}, **options)


def problems(folder, text, environ=None):
    with pytest.raises(ConfigError) as caught:
        load(folder, text, environ)
    return caught.value.problems


def told(folder, text, environ=None):
    """Where and what the only problem is: table, key, message."""
    (problem,) = problems(folder, text, environ)
    return problem.table, problem.key, problem.message


def test_the_config_of_the_issue_is_read(tmp_path):
    settings = load(
        tmp_path,
        """
        interval = 10
        [thresholds]
        wait_warning = 60
        [levels]
        agent_not_available = "warning"
        [[server]]
        name = "prod"
        url = "https://ece.example.com"
        endpoints = ["chatAllowed", "capacity"]
        [server.paths]
        agentAvailability = "agentAvilability"
        [[server.entry_point]]
        id = 1000
        name = "Sales"
        group = "EMEA"
        """,
    )
    (server,) = settings.server
    assert settings.levels == {Verdict.AGENT_NOT_AVAILABLE: Level.WARNING}
    assert settings.levels[Verdict.AGENT_NOT_AVAILABLE] is Level.WARNING
    assert settings.thresholds == ThresholdSettings(wait_warning=60)
    assert server.endpoints == (Endpoint.CHAT_ALLOWED, Endpoint.CAPACITY)
    assert server.paths == {Endpoint.AGENT_AVAILABILITY: "agentAvilability"}
    assert (server.entry_point[0].id, server.entry_point[0].group) == (1000, "EMEA")


def test_all_problems_come_at_once_whatever_their_kind(tmp_path):
    found = problems(
        tmp_path,
        """
        interval = "10s"
        intervall = 3
        [[server]]
        name = "prod"
        url = "ftp://ece.example.com"
        [[server.entry_point]]
        id = 1000
        [[server.entry_point]]
        id = 1000
        nam = "Sales"
        [[server]]
        name = "prod"
        """,
    )
    assert {(problem.table, problem.key) for problem in found} == {
        ("", "interval"),
        ("", "intervall"),
        ('[[server]] "prod"', "url"),
        ('[[server]] "prod" > [[server.entry_point]] 2 (id 1000)', "id"),
        ('[[server]] "prod" > [[server.entry_point]] 2 (id 1000)', "nam"),
        ('[[server]] "prod"', "name"),
        ('[[server]] "prod"', "entry_point"),
    }
    assert {problem.file for problem in found} == {str(tmp_path / "wallboard.toml")}


def test_a_problem_reads_file_then_table_then_key_then_what_to_do():
    problem = Problem("w.toml", '[[server]] "prod"', "interval", "must be a number")
    assert str(problem) == 'w.toml: [[server]] "prod": interval: must be a number'
    assert str(Problem("w.toml", "", "", "is a directory")) == "w.toml: is a directory"
    assert str(ConfigError([problem, problem])) == f"{problem}\n{problem}"


@pytest.mark.parametrize(
    ("text", "place", "key", "message"),
    [
        ("interval = true\n" + WHOLE, "", "interval", "a number from 0.1 to 86400, not true"),
        ("interval = 0\n" + WHOLE, "", "interval", "a number from 0.1 to 86400, not 0"),
        ("interval = inf\n" + WHOLE, "", "interval", "a number from 0.1 to 86400, not inf"),
        ("interval = nan\n" + WHOLE, "", "interval", "a number from 0.1 to 86400, not nan"),
        ("interval = 2020-01-01\n" + WHOLE, "", "interval", "not the date or time 2020-01-01"),
        ("interval = [1]\n" + WHOLE, "", "interval", "a number from 0.1 to 86400, not a list"),
        ("interval = {}\n" + WHOLE, "", "interval", "a number from 0.1 to 86400, not a table"),
        ("concurrency = 8.0\n" + WHOLE, "", "concurrency", "a whole number from 1 to 256, not 8"),
        ('history = "9"\n' + WHOLE, "", "history", 'a whole number from 2 to 100000, not "9"'),
        (f"max_body = {10**40}\n" + WHOLE, "", "max_body", "not a number of more than 64 bits"),
        ("jitter = 0.6\n" + WHOLE, "", "jitter", "a number from 0 to 0.5, not 0.6"),
        ("title = 3\n" + WHOLE, "", "title", "must be a string, not 3"),
        ('theme = ""\n' + WHOLE, "", "theme", 'a non-empty string, not ""'),
        ('theme = "\\u001b[2J"\n' + WHOLE, "", "theme", 'control characters: "\\x1b[2J"'),
        ('title = "\\u202e"\n' + WHOLE, "", "title", 'control characters: "\\u202e"'),
        ("thresholds = 3\n" + WHOLE, "", "thresholds", "must be a table, not 3"),
        ("alarm = 3\n" + WHOLE, "", "alarm", "must be a table, not 3"),
        ("rotate = 0\n" + WHOLE, "", "rotate", "a number from 1 to 86400, not 0"),
        ("[alarm]\nbel = []\n" + WHOLE, "[alarm]", "bel", 'did you mean "bell"?'),
        ("[alarm]\nbell = true\n" + WHOLE, "[alarm]", "bell", 'levels, such as ["critical"]'),
        (
            '[alarm]\nflash = ["critcal"]\n' + WHOLE,
            "[alarm]",
            "flash",
            'unknown level "critcal"; did you mean "critical"?',
        ),
        (
            '[alarm]\nlevel = "ok"\n' + WHOLE,
            "[alarm]",
            "level",
            "must be warning, unknown or critical: ok is no alarm",
        ),
        (
            '[alarm]\nraise_for = "30 s"\n' + WHOLE,
            "[alarm]",
            "raise_for",
            'must be a number from 0 to 86400, not "30 s"',
        ),
        (
            WHOLE + '[server.entry_point.alarm]\nlevel = "critcal"\n',
            '[[server]] "prod" > [[server.entry_point]] 1 (id 1000) > [server.entry_point.alarm]',
            "level",
            'did you mean "critical"?',
        ),
        (
            SERVER + "alarm = { flap_changes = 2 }\n" + POINT,
            '[[server]] "prod" > [server.alarm]',
            "flap_changes",
            "must be a whole number from 3 to 100, not 2",
        ),
        (
            SERVER + 'alarm = { bell = ["critical"] }\n' + POINT,
            '[[server]] "prod" > [server.alarm]',
            "bell",
            "unknown key; known: level, raise_for",
        ),
        (
            '[alarm]\nwitness = ["192.0.2.1:443", "192.0.2.1"]\n' + WHOLE,
            "[alarm]",
            "witness",
            "address 2: must be host:port, such as 192.0.2.1:443, or an https URL",
        ),
        (
            '[alarm]\nwitness = ["http://intranet.example.com/"]\n' + WHOLE,
            "[alarm]",
            "witness",
            "address 1: must start with https://, or be host:port",
        ),
        (
            '[alarm]\nwitness = ["me:secret@192.0.2.1:22"]\n' + WHOLE,
            "[alarm]",
            "witness",
            "address 1: must be host:port",
        ),
        (
            '[alarm]\nwitness = ["https://me:secret@intranet.example.com/"]\n' + WHOLE,
            "[alarm]",
            "witness",
            "address 1: must not contain a user name or password",
        ),
        (
            '[alarm]\nwitness = ["192.0.2.1:443\\u0007"]\n' + WHOLE,
            "[alarm]",
            "witness",
            "address 1: must not contain spaces, backslashes or control characters",
        ),
        (
            f"[alarm]\nwitness = {['192.0.2.1:443'] * 9}\n" + WHOLE,
            "[alarm]",
            "witness",
            "must name at most 8, not 9",
        ),
        (
            '[alarm]\ndesktop = "osc8"\n' + WHOLE,
            "[alarm]",
            "desktop",
            'must be true or false or "osc9" or "osc777" or "osc99" or "bell", not "osc8"',
        ),
        ('runbook = "wiki"\n' + WHOLE, "", "runbook", "must start with http:// or https://"),
        (
            WHOLE + 'runbook = "https://me:secret@wiki.example.com/"\n',
            '[[server]] "prod" > [[server.entry_point]] 1 (id 1000)',
            "runbook",
            "must not contain a user name or password",
        ),
        (
            SERVER + 'owner = "a\\nb"\n' + POINT,
            '[[server]] "prod"',
            "owner",
            'control characters: "a\\nb"',
        ),
        (
            '[[group]]\nname = "A"\nphone = " "\n' + WHOLE + 'group = "A"',
            '[[group]] "A"',
            "phone",
            "must not be blank",
        ),
        (f'owner = "{"x" * 501}"\n' + WHOLE, "", "owner", "at most 500 characters, not 501"),
        ("group = 3\n" + WHOLE, "", "group", "must be a list of tables, not 3"),
        ('button_rule = "chatallowed"\n' + WHOLE, "", "button_rule", 'mean "chatAllowed"?'),
        ("intervall = 1\n" + WHOLE, "", "intervall", 'unknown key; did you mean "interval"?'),
        ("Interval = 1\n" + WHOLE, "", "Interval", 'unknown key; did you mean "interval"?'),
        ("zzz = 1\n" + WHOLE, "", "zzz", "unknown key; known: title, interval, jitter"),
        ('url = "http://a.example"\n' + WHOLE, "", "url", "it belongs to a server, in [[server]]"),
        (WHOLE + "[[entry_point]]\nid = 1\n", "", "entry_point", "in [[server.entry_point]]"),
        (
            "connect_timeout = 9\n" + WHOLE,
            "",
            "connect_timeout",
            "9 s is longer than timeout (5 s)",
        ),
        (TOP, "", "server", "missing; add a [[server]] table"),
        ("server = []\n", "", "server", "missing; add a [[server]] table"),
        (
            "[thresholds]\nwait_warning = true\n" + WHOLE,
            "[thresholds]",
            "wait_warning",
            "must be a number from 0 to 1000000000 or false, not true",
        ),
        (
            "[thresholds]\ncapacity_warning = 1.0\n" + WHOLE,
            "[thresholds]",
            "capacity_warning",
            "must be a whole number from -1000000000 to 1000000000 or false, not 1",
        ),
        ('[levels]\nopn = "ok"\n' + WHOLE, "[levels]", "opn", 'did you mean "open"?'),
        (
            '[levels]\nlevels = "ok"\n' + WHOLE,
            "[levels]",
            "levels",
            "unknown key; known: open",
        ),
        ('[levels]\nopen = "warn"\n' + WHOLE, "[levels]", "open", 'did you mean "warning"?'),
        (
            "[levels]\nopen = 3\n" + WHOLE,
            "[levels]",
            "open",
            "must be one of ok, warning, unknown, critical",
        ),
        (
            '[[group]]\nname = "A"\n' * 2 + WHOLE + 'group = "A"',
            '[[group]] "A"',
            "name",
            "same name",
        ),
        (
            '[[group]]\nname = "EMEAA"\n' + WHOLE + 'group = "EMEA"',
            '[[group]] "EMEAA"',
            "name",
            'no entry point is in this group; did you mean "EMEA"?',
        ),
        (
            '[[group]]\nname = "A"\n[group.thresholds]\nx = 1\n' + WHOLE + 'group = "A"',
            '[[group]] "A" > [group.thresholds]',
            "x",
            "unknown key",
        ),
        (SERVER, '[[server]] "prod"', "entry_point", "add [[server.entry_point]] with an id"),
        ("[[server]]\nurl = 'http://h'\n" + POINT, "[[server]] 1", "name", "is missing"),
        ("[[server]]\nname = 'a'\n" + POINT, '[[server]] "a"', "url", "is missing"),
        (SERVER + "retry = 3\n" + POINT, '[[server]] "prod"', "retry", "unknown key"),
        (SERVER + "verify = 0\n" + POINT, '[[server]] "prod"', "verify", "true or false, not 0"),
        (SERVER + "endpoints = []\n" + POINT, '[[server]] "prod"', "endpoints", "not a list"),
        (
            SERVER + 'endpoints = ["capacity", "chatAlowed"]\n' + POINT,
            '[[server]] "prod"',
            "endpoints",
            '"chatAlowed" is not one; did you mean "chatAllowed"?',
        ),
        (
            SERVER + 'endpoints = ["capacity", "capacity"]\n' + POINT,
            '[[server]] "prod"',
            "endpoints",
            "duplicate: capacity",
        ),
        (
            SERVER + '[server.paths]\ncapacty = "x"\n' + POINT,
            '[[server]] "prod" > [server.paths]',
            "capacty",
            'did you mean "capacity"?',
        ),
        (
            SERVER + '[server.paths]\ncapacity = "{0}"\n' + POINT,
            '[[server]] "prod" > [server.paths]',
            "capacity",
            "or braces other than {id}",
        ),
        (SERVER + 'ca_file = "no.pem"\n' + POINT, '[[server]] "prod"', "ca_file", "no such file"),
        (
            SERVER + 'client_cert = "."\n' + POINT,
            '[[server]] "prod"',
            "client_cert",
            "is a directory",
        ),
        (
            SERVER + "[[server.entry_point]]\n",
            '[[server]] "prod" > [[server.entry_point]] 1',
            "id",
            "is missing; it must be a whole number from 0 to 9223372036854775807",
        ),
        (
            SERVER + '[[server.entry_point]]\nid = "1000"\n',
            '[[server]] "prod" > [[server.entry_point]] 1',
            "id",
            'must be a whole number from 0 to 9223372036854775807, not "1000"',
        ),
        (
            SERVER + "[[server.entry_point]]\nid = true\n",
            '[[server]] "prod" > [[server.entry_point]] 1',
            "id",
            "must be a whole number from 0 to 9223372036854775807, not true",
        ),
        (
            WHOLE + "[[server.entry_point]]\nid = 1000\n",
            '[[server]] "prod" > [[server.entry_point]] 2 (id 1000)',
            "id",
            "1000 is already entry point 1",
        ),
        (
            WHOLE + 'name = "a\\nb"\n',
            '[[server]] "prod" > [[server.entry_point]] 1 (id 1000)',
            "name",
            'control characters: "a\\nb"',
        ),
        (
            WHOLE + "thresholds = { wait_warnin = 3 }\n",
            '[[server]] "prod" > [[server.entry_point]] 1 (id 1000) > '
            "[server.entry_point.thresholds]",
            "wait_warnin",
            'did you mean "wait_warning"?',
        ),
        (
            SERVER + "entry_point = [3]\n",
            '[[server]] "prod" > [[server.entry_point]] 1',
            "",
            "not 3",
        ),
        ("server = 2020-01-01\n", "[[server]] 1", "", "a table, not the date or time 2020-01-01"),
        ("server = [3]\n", "[[server]] 1", "", "must be a table, not 3"),
    ],
)
def test_each_mistake_is_named_with_its_place_and_what_to_do(tmp_path, text, place, key, message):
    where, which, said = told(tmp_path, text)
    assert (where, which) == (place, key)
    assert message in said


ENDLESS = (
    ("", "interval"), ("", "timeout"), ("", "connect_timeout"), ("", "backoff_max"),
    ("", "record_days"), ("", "record_megabytes"), ("", "button_max_wait"),
    ("", "button_max_queue"), ("alarm", "ledger_days"), ("alarm", "flood"),
    *(("thresholds", key) for key in ThresholdSettings.__dataclass_fields__),
)  # fmt: skip


@pytest.mark.parametrize(("table", "key"), ENDLESS)
@pytest.mark.parametrize("number", ["9223372036854775807", "1e308"])
def test_no_number_is_without_end(tmp_path, table, key, number):
    header = f"[{table}]\n" if table else ""
    found = problems(tmp_path, f"{header}{key} = {number}\n" + WHOLE)
    assert key in {problem.key for problem in found}


def largest(path):
    """The largest and the smallest number that a setting may hold."""
    limits = re.findall(r"-?\d+(?:\.\d+)?", expected(path))
    return [float(limit) if "." in limit else int(limit) for limit in limits]


@pytest.mark.parametrize("end", [0, 1])
def test_whatever_can_be_set_a_recording_can_hold(tmp_path, end):
    limits = {key: largest(("thresholds", key))[end] for key in ThresholdSettings.__annotations__}
    lines = [f"{key} = {value}" for key, value in limits.items()]
    text = (
        f"interval = {largest(('interval',))[end]}\n"
        f"button_max_wait = {largest(('button_max_wait',))[end]}\n"
        f"button_max_queue = {largest(('button_max_queue',))[end]}\n"
        "[thresholds]\n" + "\n".join(lines) + "\n" + WHOLE
    )
    ((_, policy),) = entry_points_of(load(tmp_path, text))
    assert policy_of(policy_text(policy), "it") == policy


NAMES = (
    ("title = {}\n" + WHOLE, "title"),
    ("theme = {}\n" + WHOLE, "theme"),
    ("owner = {}\n" + WHOLE, "owner"),
    (WHOLE + "name = {}\n", "name"),
    (WHOLE + "group = {}\n", "group"),
    (WHOLE.replace('"prod"', "{}"), "name"),
    (WHOLE + '[[calendar]]\nname = {}\nzone = "UTC"\n', "name"),
    (WHOLE + "[alarm]\nlook = {}\n", "look"),
    (WHOLE + '[[channel.command]]\nname = {}\nargv = ["x"]\n', "name"),
    (WHOLE + "[[survey.question]]\ntext = {}\n", "text"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "key"), NAMES)
@pytest.mark.parametrize(
    "name", ["\\u001b[31mX", "\\u0000", "\\u0000\\u001b[31mX", "\\u202eX", "n" * 501]
)
def test_no_name_steers_or_fills_a_terminal(tmp_path, text, key, name):
    found = problems(tmp_path, text.replace("{}", f'"{name}"'))
    assert key in {problem.key for problem in found}
    assert all(len(str(problem)) < 2000 and str(problem).isprintable() for problem in found)


def test_a_reason_has_an_end(tmp_path):
    text = '[[maintenance]]\nstart = "2026-12-05"\nuntil = "2026-12-06"\nreason = "{}"\n'
    (problem,) = problems(tmp_path, text.replace("{}", "n" * 501) + WHOLE)
    assert problem.key == "reason"


def test_names_that_others_could_be_are_spelled_out(tmp_path):
    text = (
        '[[calendar]]\nname = "a\\u001b[31m"\nzone = "UTC"\n'
        '[[channel.command]]\nname = "b\\u001b[31m"\nargv = ["x"]\n'
        '[[notice]]\nchannel = "other"\ncalendar = "other"\n'
        '[[group]]\nname = "other"\n' + WHOLE + 'calendar = "other"\ngroup = "c\\u001b[31m"\n'
    )
    assert all(str(problem).isprintable() for problem in problems(tmp_path, text))


def test_what_was_refused_is_refused_again(tmp_path):
    text = "server = 2020-01-01\n"
    assert told(tmp_path, text) == told(tmp_path, text)
    assert "must be a table" in told(tmp_path, text)[2]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("ece.example.com", "must start with http:// or https://"),
        ("ftp://ece.example.com", "must start with http:// or https://"),
        ("http:ece.example.com", "must start with http:// or https://"),
        ("https://", "must have a host"),
        ("https:///path", "must have a host"),
        ("https://:443", "must have a host"),
        ("https://h:99999", "cannot read the host or the port"),
        ("https://h:x", "cannot read the host or the port"),
        ("https://h:0", "port 0 is not allowed"),
        ("https://h:65536", "cannot read the host or the port"),
        ("https://h:-1", "cannot read the host or the port"),
        ("https://[::1", "cannot read the host or the port"),
        ("https://[::1]x:80", "cannot read the host or the port"),
        ("https://[192.0.2.7]", "cannot read the host or the port"),
        ("https://[v1.fe]", "cannot read the host or the port"),
        ("https://::1", "cannot read the host or the port"),
        ("https://[fe80::1%25eth0]", "as %eth0, not %25eth0"),
        ("https://[1:2]", "cannot read the host or the port"),
        ("https://a..test", "an empty part"),
        ("https://.a.test", "an empty part"),
        ("https://a.test..", "an empty part"),
        ("https://.", "an empty part"),
        (f"https://{'x' * 64}.test", "longer than 63 characters"),
        (f"https://{'.'.join(['x' * 60] * 5)}", "longer than 253 characters"),
        (f"https://{'ä' * 60}.test", "not a valid DNS name"),
        ("https://☃.test", "not a valid DNS name"),
        ("https://*.test", "only contain letters, digits, hyphens and dots"),
        ("https://a%41.test", "only contain letters, digits, hyphens and dots"),
        ("https://a,b.test", "only contain letters, digits, hyphens and dots"),
        ("https://10.99.1", "has four numbers"),
        ("https://10.99.1.", "has four numbers"),
        ("https://0x7f.1", "has four numbers"),
        ("https://256.1.1.1", "has four numbers"),
        ("https://0177.0.0.1", "has four numbers"),
        ("https://2130706433", "has four numbers"),
        ("https://ece.0x1", "has four numbers"),
        ("https://a b", "not contain spaces"),
        ("https://h\\\\x", "not contain spaces, backslashes"),
        ("https://h/\\u001b", "control characters"),
        ("https://h/?q=1", "remove everything from ? or # on"),
        ("https://u:hunter2@h", "must not contain a user name or password"),
    ],
)
def test_an_address_that_cannot_be_polled_is_refused(tmp_path, url, message):
    text = f'[[server]]\nname = "prod"\nurl = "{url}"\n' + POINT
    where, key, said = told(tmp_path, text)
    assert (where, key) == ('[[server]] "prod"', "url")
    assert message in said
    assert "hunter2" not in said


@pytest.mark.parametrize(
    "url",
    [
        "http://h",
        "https://h:8443/webchatprod",
        "http://[::1]:80",
        "HTTPS://EXAMPLE.COM",
        "https://ece.test.",
        "https://ece.test.:8443/",
        "https://h:",
        "https://_a-b_c.test",
        "https://-a.test",
        "https://bücher.test",
        f"https://{'x' * 63}.test",
        f"https://{'.'.join(['x' * 61] * 4)}.test.",
        "https://192.0.2.7",
        "https://0.0.0.0",
        "https://1e3.test",
        "https://10.99.1.test",
        "https://[::ffff:192.0.2.7]",
        "https://[fe80::1%eth0]:8443",
    ],
)
def test_an_address_that_can_be_polled_is_kept_as_written(tmp_path, url):
    text = f'[[server]]\nname = "prod"\nurl = "{url}"\n' + POINT
    assert load(tmp_path, text).server[0].url == url


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        (
            "[thresholds]\nwait_critical = 30\n" + WHOLE,
            ("[thresholds]", "wait_critical"),
            "wait_critical (30) is below wait_warning (60, the default)",
        ),
        (
            "[thresholds]\nqueue_warning = 30\n" + WHOLE,
            ("[thresholds]", "queue_warning"),
            "queue_critical (25, the default) is below queue_warning (30)",
        ),
        (
            "[thresholds]\nwait_warning = 200\n"
            + SERVER
            + "thresholds.wait_critical = 100\n"
            + POINT,
            ('[[server]] "prod" > [server.thresholds]', "wait_critical"),
            "wait_critical (100) is below wait_warning (200)",
        ),
        (
            '[[group]]\nname = "A"\nthresholds.wait_warning = 200\n'
            + WHOLE
            + 'group = "A"\nthresholds.wait_critical = 100\n',
            (
                '[[server]] "prod" > [[server.entry_point]] 1 (id 1000) > '
                "[server.entry_point.thresholds]",
                "wait_critical",
            ),
            "wait_critical (100) is below wait_warning (200)",
        ),
        (
            '[[group]]\nname = "A"\nthresholds.wait_critical = 100\n'
            + SERVER
            + "thresholds.wait_warning = 200\n"
            + POINT
            + 'group = "A"\n',
            ('[[group]] "A" > [group.thresholds]', "wait_critical"),
            "wait_critical (100) is below wait_warning (200)",
        ),
    ],
)
def test_a_critical_limit_below_its_warning_is_named_once_where_the_stronger_is_set(
    tmp_path, text, key, message
):
    where, which, said = told(tmp_path, text)
    assert (where, which) == key
    assert message in said


def test_a_limit_that_is_off_clashes_with_nothing_and_zero_is_not_off(tmp_path):
    text = "[thresholds]\nwait_warning = false\nwait_critical = 1\ncapacity_warning = 0\n" + WHOLE
    thresholds = load(tmp_path, text).thresholds
    assert thresholds.wait_warning is False
    assert thresholds.capacity_warning == 0
    assert thresholds.capacity_warning is not False


def test_a_slip_in_one_place_does_not_bring_false_alarms_from_others(tmp_path):
    text = (
        '[[group]]\nname = "A"\n[[server]]\nname = 3\nurl = 3\n[[server.entry_point]]\nid = "x"\n'
        'group = "A"\n[[server]]\nname = 3\nurl = 3\nentry_point = [{ id = "x" }, { id = "x" }]\n'
    )
    found = problems(tmp_path, text)
    assert [problem.key for problem in found].count("name") == 2
    assert [problem.key for problem in found].count("url") == 2
    assert [problem.key for problem in found].count("id") == 3
    assert len(found) == 7


def test_a_group_nobody_names_says_so_when_no_entry_point_has_one(tmp_path):
    assert told(tmp_path, '[[group]]\nname = "A"\n' + WHOLE)[2].endswith("none has a group")


def test_secrets_come_as_text_or_from_the_environment_and_are_masked(tmp_path):
    text = (
        SERVER
        + 'proxy = { env = "PROXY" }\n[server.headers]\nA = { env = "TOKEN" }\nB = "plain"\n'
        + POINT
    )
    settings = load(tmp_path, text, {"PROXY": "http://u:hunter2@proxy:3128", "TOKEN": "hunter3"})
    (server,) = settings.server
    assert server.proxy.value == "http://u:hunter2@proxy:3128"
    assert {name: secret.value for name, secret in server.headers.items()} == {
        "A": "hunter3",
        "B": "plain",
    }
    shown = f"{settings!r} {settings} {server.proxy} {server.headers}"
    assert not re.search("hunter|plain", shown)


@pytest.mark.parametrize("environ", [{}, {"TOKEN": ""}])
def test_a_secret_whose_variable_is_not_set_names_the_variable(tmp_path, environ):
    text = SERVER + '[server.headers]\nA = { env = "TOKEN" }\n' + POINT
    assert told(tmp_path, text, environ) == (
        '[[server]] "prod" > [server.headers]',
        "A",
        "the environment variable TOKEN is not set or empty; set it first",
    )


def test_a_secret_that_is_no_text_names_the_variable_or_the_file(tmp_path):
    text = SERVER + "[server.headers]\nA = {}\n" + POINT
    in_variable = told(tmp_path, text.replace("{}", '{ env = "TOKEN" }'), {"TOKEN": "a\udcff"})
    assert in_variable[2] == "the environment variable TOKEN is not UTF-8 text"
    (tmp_path / "token").write_bytes(b"\0a")
    in_file = told(tmp_path, text.replace("{}", '{ file = "token" }'))
    assert in_file[2].endswith(" is not text: it has a NUL character")


@pytest.mark.parametrize(
    "written",
    [
        '[server.headers]\nA = ["hunter2"]',
        '[server.headers]\nA = { env = "TOKEN", value = "hunter2" }',
        '[server.headers]\nA = { value = "hunter2" }',
        "[server.headers]\nA = { env = 3 }",
        '[server.headers]\nA = "hunter2\\r\\nB: c"',
        '[server.headers]\nA = "hunter2 £"',
        '[server.headers]\n"A B" = "hunter2"',
        '[server.headers]\n"Authorization: hunter2" = ""',
        '[server.headers]\nAuthorization = { env = "Bearer hunter2" }',
        'headers = "Authorization: Bearer hunter2"',
        '[server.headers]\nA = "hunter2"\na = "hunter2"',
        'proxy = "socks5://u:hunter2@h"',
        'proxy = "http://u:hunter2@a..test:3128"',
        'proxy = "http://u:hunter2@10.99.1:3128"',
        'proxy = "hunter2"',
        'proxy = { url = "hunter2" }',
        'client_cert = "wallboard.toml"\nclient_key = "-----BEGIN PRIVATE KEY-----hunter2"',
        'client_cert = "wallboard.toml"\nclient_key = """MII\nhunter2"""',
        'password = "hunter2"',
    ],
)
def test_what_is_wrong_with_a_secret_never_shows_it(tmp_path, written):
    (problem,) = problems(tmp_path, SERVER + written + "\n" + POINT, {"TOKEN": "hunter2"})
    assert "hunter2" not in str(problem)


def test_a_broken_header_from_the_environment_is_not_shown_either(tmp_path):
    text = SERVER + '[server.headers]\nA = { env = "TOKEN" }\n' + POINT
    (problem,) = problems(tmp_path, text, {"TOKEN": "hunter2\n"})
    assert "without line breaks" in problem.message
    assert "hunter2" not in str(problem)


def test_files_are_looked_for_from_the_folder_of_the_config_and_home(tmp_path, monkeypatch):
    home = tmp_path / "home"
    (tmp_path / "conf").mkdir()
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    (tmp_path / "conf" / "ca.pem").touch()
    (home / "client.pem").touch()
    (tmp_path / "key.pem").touch()
    files = 'ca_file = "ca.pem"\nclient_cert = "~/client.pem"\n'
    files += f'client_key = "{tmp_path}/key.pem"\n'
    (server,) = load(tmp_path / "conf", SERVER + files + POINT).server
    assert server.ca_file == str(tmp_path / "conf" / "ca.pem")
    assert server.client_cert == str(home / "client.pem")
    assert server.client_key == str(tmp_path / "key.pem")


def test_a_key_without_its_certificate_is_refused(tmp_path):
    text = SERVER + 'client_key = "wallboard.toml"\n' + POINT
    assert told(tmp_path, text)[1:] == (
        "client_key",
        "needs the certificate it belongs to: client_cert",
    )


def test_connecting_never_takes_longer_than_a_short_timeout(tmp_path):
    settings = load(tmp_path, "timeout = 2\n" + WHOLE)
    assert (settings.timeout, settings.connect_timeout) == (2, 2)


def test_an_alarm_names_its_levels_in_words(tmp_path):
    settings = load(tmp_path, '[alarm]\nbell = ["critical", "unknown"]\n' + WHOLE)
    assert settings.alarm == AlarmSettings(bell=(Level.CRITICAL, Level.UNKNOWN))


def test_the_rules_of_an_alarm_are_read_wherever_they_stand(tmp_path):
    settings = load(
        tmp_path,
        """
        runbook = "https://wiki.example.com/ece?page=1#alarms"
        [alarm]
        level = "warning"
        flood = 3
        [[group]]
        name = "EMEA"
        alarm.raise_for = 120
        [[server]]
        name = "prod"
        url = "https://ece.example.com"
        [server.alarm]
        clear_for = 0
        [[server.entry_point]]
        id = 1000
        group = "EMEA"
        phone = ""
        alarm = { level = "unknown", flap_changes = 4, flap_within = 60.5, ack_expires = 60 }
        """,
    )
    (server,), (group,) = settings.server, settings.group
    assert settings.runbook == "https://wiki.example.com/ece?page=1#alarms"
    assert settings.alarm == AlarmSettings(level=Level.WARNING, flood=3)
    assert settings.alarm.level is Level.WARNING
    assert group.alarm == AlarmRuleSettings(raise_for=120.0)
    assert server.alarm == AlarmRuleSettings(clear_for=0.0)
    assert server.entry_point[0].phone == ""
    assert server.entry_point[0].alarm == AlarmRuleSettings(
        level=Level.UNKNOWN, flap_changes=4, flap_within=60.5, ack_expires=60.0
    )


def test_the_questions_of_the_survey_keep_their_order(tmp_path):
    text = """
    [[survey.question]]
    text = "How did we do?"
    answers = ["Well", "Badly"]
    default = "Well"
    [[survey.question]]
    text = "Anything else?"
    required = false
    """
    assert load(tmp_path, text + WHOLE).survey.question == (
        SurveyQuestionSettings(
            text="How did we do?", answers=("Well", "Badly"), default="Well", required=True
        ),
        SurveyQuestionSettings(text="Anything else?", required=False),
    )


FIRST = "[[survey.question]] 1"


@pytest.mark.parametrize(
    ("question", "place", "key", "message"),
    [
        ("{}", FIRST, "text", "is missing; it must be a non-empty string"),
        ("{text = ''}", FIRST, "text", "must be a non-empty string"),
        ("{text = ' '}", FIRST, "text", "must not be blank"),
        ('{text = "a\\u001b"}', FIRST, "text", "must not contain control characters"),
        ("{text = 'Q', answer = 'A'}", FIRST, "answer", 'did you mean "answers"?'),
        ("{text = 'Q', answers = [3]}", FIRST, "answers", "a list of strings; 3 is not one"),
        ('{text = "Q", answers = ["\\u202e"]}', FIRST, "answers", "not contain control characters"),
        ('{text = "Q", default = "\\u009b"}', FIRST, "default", "not contain control characters"),
        ("{text = 'Q', answers = ['a'], default = 'b'}", FIRST, "default", "not among the answers"),
        ("{text = 'Q', required = 1}", FIRST, "required", "true or false, not 1"),
        ("3", FIRST, "", "must be a table, not 3"),
    ],
)
def test_each_mistake_in_a_question_of_the_survey_is_named(tmp_path, question, place, key, message):
    found = told(tmp_path, f"survey = {{ question = [{question}] }}\n" + WHOLE)
    assert found[:2] == (place, key)
    assert message in found[2]


def test_servers_may_be_left_out_when_the_command_line_names_one(tmp_path):
    settings = load(tmp_path, 'theme = "light"\n', servers_required=False)
    assert settings == Settings(theme="light")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("interval = \n", "line 1, column 12: "),
        ("a = 1\nb = = 2\n", "line 2, column 5: "),
        ('a = 1\nb = "x', "line 2, column 7: "),
        ("a = 1\na = 2\n", "line 2, column "),
        ("a = 1\r\nb = \x1b\n", "line 2, column 5: "),
        ("a = " + "9" * 5000, "a number with too many digits"),
        ("a = " + "[" * 20_000, "nested too deeply"),
        (b"a = 1\nb = '\xff'\n", "line 2: not UTF-8"),
        ("a = 1\n".encode("utf-16"), "not UTF-8"),
    ],
)
def test_a_file_that_is_no_toml_says_where(tmp_path, text, message):
    where, key, said = told(tmp_path, text)
    assert (where, key) == ("", "")
    assert message in said
    assert said.isprintable()


def test_a_byte_order_mark_and_windows_line_ends_are_no_mistake(tmp_path):
    text = b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode()
    assert load(tmp_path, text).server[0].name == "prod"


def test_deeply_nested_tables_are_refused_in_words(tmp_path):
    (problem,) = problems(tmp_path, ".".join("a" * 500) + " = 1\n" + WHOLE)
    assert (problem.key, problem.message[:11]) == ("a", "unknown key")


def test_a_file_that_is_not_there_and_a_folder_say_so(tmp_path):
    with pytest.raises(ConfigError, match="no such file"):
        load_config(tmp_path / "none.toml", {})
    with pytest.raises(ConfigError, match="is a directory; give a file"):
        load_config(tmp_path, {})


def test_a_file_that_cannot_be_read_says_why(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="cannot be read: Not a directory"):
        load_config(tmp_path / "file" / "wallboard.toml", {})


def test_a_certificate_whose_path_leads_nowhere_says_why(tmp_path):
    text = SERVER + 'ca_file = "wallboard.toml/ca.pem"\n' + POINT
    assert "cannot be read: Not a directory" in told(tmp_path, text)[2]


def test_an_endless_file_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="is larger than 16 MiB"):
        load_config(Path("/dev/zero"), {})


def test_control_characters_in_a_file_name_are_spelled_out(tmp_path):
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "a\x1b[2J.toml", {})
    assert "\\x1b[2J" in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.fixture
def places(tmp_path, monkeypatch):
    """A current folder and a user's config folder, both without a config."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "user"))
    folder = platformdirs.user_config_path("wallboard")
    folder.mkdir(parents=True)
    cwd = tmp_path / "cwd"
    cwd.mkdir()
    return cwd, folder


def test_the_config_is_looked_for_in_order(places, tmp_path):
    cwd, user = places
    asked, named = tmp_path / "asked.toml", tmp_path / "named.toml"
    here, mine, system = cwd / "wallboard.toml", user / "wallboard.toml", tmp_path / "system.toml"
    for path in (asked, named, here, mine, system):
        path.touch()
    environ = {"WALLBOARD_CONFIG": str(named)}
    assert find_config(asked, environ, cwd) == asked
    assert find_config(None, environ, cwd) == named
    assert find_config(None, {}, cwd) == here
    assert find_config(None, {"WALLBOARD_CONFIG": ""}, cwd) == here
    here.unlink()
    assert find_config(None, {}, cwd, system) == mine
    mine.unlink()
    assert find_config(None, {}, cwd, system) == system
    system.unlink()
    assert find_config(None, {}, cwd, system) is None


@pytest.mark.skipif(os.getuid() == 0, reason="root may read every folder")
def test_a_folder_of_the_machine_that_may_not_be_read_is_told_of(tmp_path):
    system = tmp_path / "etc" / "wallboard.toml"
    assert where_looked(system).endswith(f", {system}.")
    system.parent.mkdir(mode=0)
    assert where_looked(system).endswith(f", {system} (you may not read that folder).")


def test_names_are_relative_to_the_current_folder_and_home(places, tmp_path):
    cwd, _ = places
    (cwd / "a.toml").touch()
    (tmp_path / "b.toml").touch()
    assert find_config(Path("a.toml"), {}, cwd) == cwd / "a.toml"
    assert find_config(None, {"WALLBOARD_CONFIG": "~/b.toml"}, cwd) == tmp_path / "b.toml"


def test_a_config_asked_for_by_name_is_never_passed_over(places):
    cwd, _ = places
    (cwd / "wallboard.toml").touch()
    with pytest.raises(ConfigError, match=r"no such file; given by --config"):
        find_config(Path("none.toml"), {}, cwd)
    with pytest.raises(ConfigError, match=r"no such file; given by \$WALLBOARD_CONFIG"):
        find_config(None, {"WALLBOARD_CONFIG": "none.toml"}, cwd)


def ids_of(words):
    entries = settings_for_url("http://h", words.split()).server[0].entry_point
    return [entry.id for entry in entries]


def test_a_board_without_a_config_takes_ids_ranges_and_commas():
    assert ids_of("1000") == [1000]
    assert ids_of("1000 1005-1007") == [1000, 1005, 1006, 1007]
    assert ids_of("1002,1000 1000-1001") == [1002, 1000, 1001]
    assert ids_of("7-7") == [7]


@pytest.mark.parametrize(
    ("url", "name", "address"),
    [
        ("http://h:8080", "h:8080", "http://h:8080"),
        ("h:8080", "h:8080", "http://h:8080"),
        ("ece.example.com/webchat", "ece.example.com", "http://ece.example.com/webchat"),
        ("https://[::1]:8443/x", "[::1]:8443", "https://[::1]:8443/x"),
    ],
)
def test_the_server_is_named_after_its_host(url, name, address):
    (server,) = settings_for_url(url, ["1"]).server
    assert (server.name, server.url) == (name, address)


def test_a_board_without_a_config_keeps_everything_else_of_the_base(tmp_path):
    base = load(tmp_path, 'theme = "light"\n' + WHOLE)
    settings = settings_for_url("h", ["1"], base)
    assert settings.theme == "light"
    assert [server.name for server in settings.server] == ["h"]


@pytest.mark.parametrize(
    ("url", "ids", "message"),
    [
        ("h", [], "give at least one"),
        ("h", ["-4"], '"-4" is neither a number nor a range'),
        ("h", ["1-"], "neither"),
        ("h", ["1,,2"], '"" is neither'),
        ("h", ["١"], "neither"),
        ("h", ["a\x1b[2J"], '"a\\x1b[2J" is neither'),
        ("h", ["9" * 500], "is too large"),
        ("h", ["1010-1005"], "the range 1010-1005 is reversed; use 1005-1010"),
        ("h", ["0-100000"], "is more than 100000 entry points"),
        ("h", ["0-99999", "100000"], "is more than 100000 entry points"),
        ("h", ["1-999999999999999"], "is more than 100000 entry points"),
        ("ftp://h", ["1"], "--url: must start with http:// or https://"),
        ("", ["1"], "--url: must have a host"),
        ("a..test", ["1"], "--url: invalid URL: the host has an empty part"),
        ("10.99.1:8080", ["1"], "--url: invalid URL: an IPv4 address"),
        ("u:hunter2@h", ["1"], "--url: must not contain a user name or password"),
    ],
)
def test_a_command_line_that_makes_no_sense_says_why(url, ids, message):
    with pytest.raises(ConfigError) as caught:
        settings_for_url(url, ids)
    assert message in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_the_largest_board_the_command_line_allows_is_allowed():
    assert len(ids_of("1-100000")) == 100_000


KEYS = st.sampled_from(
    [
        *("server", "group", "entry_point", "thresholds", "levels", "paths", "headers", "proxy"),
        *("id", "name", "url", "endpoints", "capacity", "interval", "wait_warning", "open", "env"),
        *("ca_file", "client_key", "button_rule", "connect_timeout", "title"),
        *("survey", "question", "text", "answers", "default", "required"),
    ]
)
SCALARS = (
    st.integers()
    | st.floats()
    | st.booleans()
    | st.text()
    | st.dates()
    | st.times()
    | st.datetimes()
    | st.sampled_from(["http://h", "prod", "capacity", "critical", "~nobody/x", "~"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(), inner, max_size=6)
    ),
    max_leaves=25,
)
GOOD = st.fixed_dictionaries(
    {
        "name": st.sampled_from("ab"),
        "url": st.just("http://h"),
        "entry_point": st.lists(st.fixed_dictionaries({"id": st.integers(0, 9)}), min_size=1),
    },
    optional={"interval": st.integers() | st.floats(), "thresholds": st.just({})},
)
TABLES = st.lists(st.dictionaries(KEYS, VALUES, max_size=5) | VALUES, max_size=3)
DOCUMENTS = st.dictionaries(KEYS | st.text(), VALUES | TABLES, max_size=5) | (
    st.fixed_dictionaries(
        {"server": st.lists(GOOD, max_size=2) | TABLES},
        optional={
            "group": TABLES,
            "thresholds": VALUES,
            "levels": VALUES,
            "interval": VALUES,
            "survey": st.fixed_dictionaries({"question": TABLES}) | VALUES,
        },
    )
)


@given(document=DOCUMENTS)
def test_no_document_brings_anything_but_settings_or_a_config_error(tmp_path_factory, document):
    folder = tmp_path_factory.getbasetemp()
    try:
        settings = settings_from(document, {"HOME": "x"}, file="f.toml", folder=folder)
    except ConfigError as error:
        found = error.problems
    else:
        assert settings.server
        return
    assert found
    assert all(problem.message and str(problem).isprintable() for problem in found)


def test_where_to_record_counts_from_the_folder_of_the_config_and_need_not_be_there(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "conf").mkdir()
    for written, found in (
        ('"wall.db"', str(tmp_path / "conf" / "wall.db")),
        ('"no/such/folder/wall.db"', str(tmp_path / "conf" / "no/such/folder/wall.db")),
        ('"~/wall.db"', str(tmp_path / "home" / "wall.db")),
        ("true", True),
        ("false", False),
    ):
        assert load(tmp_path / "conf", f"record = {written}\n" + WHOLE).record == found


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ('"."', "is a directory; give a file"),
        ('""', "must be true or false or a non-empty string"),
        ("1", "must be true or false or a non-empty string"),
        ('"a\\u001b[2Jb"', "must not contain control characters"),
        ('"~nobody-of-that-name/wall.db"', "no such user"),
    ],
)
def test_a_place_to_record_that_cannot_be_used_is_refused(tmp_path, written, message):
    table, key, said = told(tmp_path, f"record = {written}\n" + WHOLE)
    assert (table, key) == ("", "record")
    assert message in said


@pytest.mark.parametrize("key", ["record_days", "record_megabytes"])
def test_a_recording_has_some_room(tmp_path, key):
    assert told(tmp_path, f"{key} = 0\n" + WHOLE)[1] == key
