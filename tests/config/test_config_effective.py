"""What holds and where it came from, held against the settings that the board itself goes by."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from wallboard.config import settings_from
from wallboard.config.document import lines_in, value_at
from wallboard.config.effective import HIDDEN, Source, WrittenConfig, effective
from wallboard.domain.alarm import AlarmRules
from wallboard.inheritance import alarm_rules_of, entry_points_of
from wallboard.report.setup.effective import effective_toml

ROOT = Path(__file__).parents[2]
TEXT = re.sub(r"(?m)^#(?=[\[\w])", "", (ROOT / "config.example.toml").read_text(encoding="utf-8"))
LAYERS = """\
interval = 20
button_max_wait = 7
[thresholds]
wait_warning = 50
[levels]
other = "ok"
[alarm]
level = "unknown"
flood = 4
[[group]]
name = "EMEA"
owner = "EMEA desk"
[group.thresholds]
wait_warning = 30
queue_critical = false
[group.alarm]
raise_for = 120
[[server]]
name = "prod"
url = "https://ece.example.com"
proxy = "http://user:hunter2@proxy.example.com"
button_rule = "capacity"
[server.thresholds]
capacity_warning = 2
[server.headers]
X-A = "secret"
X-B = { env = "ECE_SESSION" }
[[server.entry_point]]
id = 1000
group = "EMEA"
[server.entry_point.levels]
other = "warning"
[[server.entry_point]]
id = 1001
"""


@pytest.fixture
def settings_of(tmp_path):
    for name in ("private-ca.pem", "client.pem", "client.key"):
        (tmp_path / name).touch()

    def read(text):
        names = re.findall(r'env = "(\w+)"', text)
        environ = dict.fromkeys(names, "https://secret.example.com/")
        environ["BUS_NKEY"] = f"SU{'A' * 56}"
        return settings_from(tomllib.loads(text), environ, file="w.toml", folder=tmp_path)

    return read


def written(text, **options):
    return WrittenConfig(document=tomllib.loads(text), lines=lines_in(text), options=options)


def sections(settings, text, *, policies=True, **options):
    return effective(settings, written(text, **options), policies=policies)


def origins(found, *keys: str):
    """The rows of the tables with a header, one dictionary a table."""
    return [
        {
            row.key: (row.value, row.origin.source.value, row.origin.holder, row.origin.line)
            for row in section.rows
        }
        for section in found
        if section.keys == keys
    ]


def test_each_value_says_whom_it_is_inherited_from(settings_of):
    found = sections(settings_of(LAYERS), LAYERS)
    first, second = origins(found, "server", "entry_point", "thresholds")
    assert first == {
        "wait_warning": (30.0, "file", "group EMEA", 14),
        "wait_critical": (300.0, "default", "", None),
        "queue_warning": (10, "default", "", None),
        "queue_critical": (False, "file", "group EMEA", 15),
        "capacity_warning": (2, "file", "server prod", 24),
    }
    assert second["wait_warning"] == (50.0, "file", "top", 4)
    assert second["queue_critical"] == (25, "default", "", None)
    levels = origins(found, "server", "entry_point", "levels")
    assert levels[0]["other"] == ("warning", "file", "", 32)
    assert levels[1]["other"] == ("ok", "file", "top", 6)
    points = origins(found, "server", "entry_point")
    assert points[0]["button_rule"] == ("capacity", "file", "server prod", 22)
    assert points[0]["button_max_wait"] == (7.0, "file", "top", 2)
    assert points[0]["button_max_queue"] == (10, "default", "", None)
    assert points[0]["owner"] == ("EMEA desk", "file", "group EMEA", 12)
    assert points[1]["owner"] == ("", "default", "", None)
    alarms = origins(found, "server", "entry_point", "alarm")
    assert list(alarms[0]) == [one.name for one in fields(AlarmRules)]
    assert alarms[0]["raise_for"] == (120.0, "file", "group EMEA", 17)
    assert alarms[1]["raise_for"] == (30.0, "default", "", None)
    assert alarms[1]["level"] == ("unknown", "file", "top", 8)
    (top,) = origins(found, "alarm")
    assert top["flood"] == (4, "file", "", 9)
    assert top["clear_for"] == (60.0, "default", "", None)
    assert top["bell"] == ([], "default", "", None)
    (server,) = origins(found, "server")
    assert server["interval"] == (20.0, "file", "top", 1)


def test_an_option_of_the_command_line_comes_before_the_file(settings_of):
    found = sections(settings_of(LAYERS), LAYERS, interval="--interval")
    top = next(section for section in found if section.keys == ())
    (row,) = [row for row in top.rows if row.key == "interval"]
    assert (row.origin.source, row.origin.option) == (Source.COMMAND_LINE, "--interval")


def test_no_secret_is_shown_but_the_name_of_its_variable(settings_of):
    found = sections(settings_of(LAYERS), LAYERS)
    (headers,) = origins(found, "server", "headers")
    assert headers["X-A"][0] == HIDDEN
    assert headers["X-B"][0] == {"env": "ECE_SESSION"}
    assert "secret" not in repr(found)
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize("text", [TEXT, LAYERS], ids=["example", "layers"])
@pytest.mark.parametrize("policies", [True, False])
def test_what_is_shown_is_what_the_board_goes_by(settings_of, text, policies):
    text = re.sub("proxy = .*", "", text).replace('X-A = "secret"', "")
    # An address in a channel is a secret, too.
    text = re.sub(r'(?m)^url = "https://(events|example)\..*', 'url = { env = "URL" }', text)
    settings = settings_of(text)
    shown = effective_toml(sections(settings, text, policies=policies), Path("w.toml"))
    again = settings_of(shown)
    assert entry_points_of(again) == entry_points_of(settings)
    assert alarm_rules_of(again) == alarm_rules_of(settings)
    assert (again.alarm.bell, again.alarm.flood) == (settings.alarm.bell, settings.alarm.flood)
    assert again.survey == settings.survey
    assert again.channel == settings.channel
    assert again.notice == settings.notice
    assert again.keys == settings.keys
    assert [again.interval_of(s) for s in again.server] == [
        settings.interval_of(s) for s in settings.server
    ]
    assert again.server[0].headers == settings.server[0].headers


@pytest.mark.parametrize("text", [TEXT, LAYERS], ids=["example", "layers"])
def test_every_line_that_is_named_is_one_of_that_key(settings_of, text):
    lines = text.splitlines()
    found = [row for section in sections(settings_of(text), text) for row in section.rows]
    placed = [row for row in found if row.origin.source is Source.FILE]
    assert len(placed) > 10
    for row in placed:
        assert lines[row.origin.line - 1].lstrip().startswith(row.key), row


def test_without_policies_an_entry_point_says_only_what_it_sets_itself(settings_of):
    found = sections(settings_of(LAYERS), LAYERS, policies=False)
    first, second = origins(found, "server", "entry_point")
    assert list(first) == ["id", "name", "group"] == list(second)
    assert origins(found, "server", "entry_point", "thresholds") == []
    (levels,) = origins(found, "server", "entry_point", "levels")
    assert list(levels) == ["other"]


def test_a_setting_that_is_not_there_is_a_default(settings_of):
    found = sections(settings_of(LAYERS), LAYERS)
    document = tomllib.loads(LAYERS)
    top = next(section for section in found if section.keys == ())
    for row in top.rows:
        there = value_at(document, (row.key,)) is not None
        assert (row.origin.source is Source.FILE) is there
