"""The house itself: floors, start-up imports, and the example config."""

import re
import subprocess
import sys
import tomllib
from dataclasses import fields, replace
from graphlib import TopologicalSorter
from itertools import pairwise
from pathlib import Path

import grimp
import pytest

from wallboard.calendar_settings import (
    CalendarSettings,
    ForcedSettings,
    MaintenanceSettings,
    SpecialDaySettings,
    WeekSettings,
)
from wallboard.channel_settings import CHANNEL_KINDS, HttpChannelSettings, WebhookSettings
from wallboard.config import settings_from
from wallboard.fleet_settings import FleetSettings
from wallboard.inheritance import alarm_rules_of, entry_points_of
from wallboard.settings import (
    AlarmRuleSettings,
    AlarmSettings,
    EntryPointSettings,
    GroupSettings,
    NoticeSettings,
    ServerSettings,
    Settings,
    SurveyQuestionSettings,
    ThresholdSettings,
)

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "config.example.toml"


def loaded_by(module):
    """The modules that a fresh interpreter holds after importing one."""
    code = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return set(done.stdout.split())


def test_the_floors_are_kept():
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout


def test_no_circle_of_imports():
    graph = grimp.build_graph("wallboard")
    order = TopologicalSorter(
        {m: graph.find_modules_directly_imported_by(m) for m in graph.modules}
    )
    order.prepare()  # raises CycleError, which names the circle


@pytest.mark.parametrize(
    ("module", "kept_out"),
    [
        ("wallboard", {"textual", "rich", "httpx", "aiohttp", "pydantic", "lxml", "click"}),
        ("wallboard.domain.verdict", {"textual", "rich", "httpx", "aiohttp", "pydantic", "lxml"}),
        ("wallboard.board", {"textual", "rich", "httpx", "aiohttp", "pydantic", "lxml"}),
        ("wallboard.settings", {"textual", "rich", "httpx", "aiohttp", "pydantic", "lxml"}),
        (
            "wallboard.config",
            {"textual", "rich", "httpx", "aiohttp", "pydantic", "lxml", "tomllib", "platformdirs"},
        ),
        ("wallboard.live", {"textual", "rich", "httpx", "aiohttp", "pydantic", "lxml", "sqlite3"}),
        ("wallboard.report", {"textual", "rich", "pydantic"}),
        ("wallboard.feeds", {"textual", "rich", "pydantic"}),
        ("wallboard.feeds.shared", {"textual", "rich", "httpx", "aiohttp", "pydantic"}),
        ("wallboard.simulator", {"textual", "rich", "httpx", "pydantic"}),
        ("wallboard.ece", {"textual", "rich", "httpx", "pydantic"}),
        ("wallboard.cli", {"textual", "rich", "pydantic"}),
        ("wallboard.ui", {"httpx", "aiohttp", "pydantic"}),
    ],
)
def test_a_room_loads_only_what_it_stands_on(module, kept_out):
    assert loaded_by(module) & kept_out == set()


def test_every_file_of_the_headless_rooms_imports_without_textual():
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for room in ("report", "feeds", "simulator", "recorder", "ece", "config", "domain")
        for path in sorted((ROOT / "wallboard" / room).rglob("*.py"))
        if path.stem not in {"__init__", "__main__"}
    ]
    assert loaded_by(", ".join(names)) & {"textual", "rich", "httpx"} == set()


def uncommented(text):
    return re.sub(r"(?m)^#(?=[\[\w])", "", text)


def settings_in(text, folder):
    for name in ("private-ca.pem", "client.pem", "client.key"):
        (folder / name).touch()
    environ = dict.fromkeys(re.findall(r'env = "(\w+)"', text), "https://secret.example.com/")
    environ["BUS_NKEY"] = f"SU{'A' * 56}"
    return settings_from(tomllib.loads(text), environ, file="example", folder=folder)


def test_the_example_config_is_the_defaults(tmp_path):
    settings = settings_in(EXAMPLE.read_text(), tmp_path)
    points = (
        EntryPointSettings(id=1000, name="Sales"),
        EntryPointSettings(id=1001, name="Support"),
    )
    server = ServerSettings(name="prod", url="https://ece.example.com", entry_point=points)
    defaults = Settings(server=(server,))
    # What is inherited is written out, so that is compared as it holds.
    own = {one.name: None for one in fields(AlarmRuleSettings)}
    alarm = replace(settings.alarm, **own)
    plain = replace(settings, thresholds=ThresholdSettings(), levels={}, alarm=alarm)
    assert plain == defaults
    assert entry_points_of(settings) == entry_points_of(defaults)
    assert alarm_rules_of(settings) == alarm_rules_of(defaults)


def test_the_example_config_writes_every_default_out():
    document = tomllib.loads(EXAMPLE.read_text())
    written = {name for name in document if name != "server"}
    as_examples = {
        "calendar",
        "channel",
        "fleet",
        "group",
        "keys",
        "maintenance",
        "notice",
        "server",
        "survey",
    }
    assert written == {field.name for field in fields(Settings)} - as_examples
    assert set(document["thresholds"]) == {field.name for field in fields(ThresholdSettings)}
    assert set(document["alarm"]) == {field.name for field in fields(AlarmSettings)}


def test_every_setting_is_in_the_example_and_its_examples_are_valid(tmp_path):
    text = uncommented(EXAMPLE.read_text())
    settings = settings_in(text, tmp_path)
    document = tomllib.loads(text)
    server = document["server"][0]
    for kind, table in (
        (Settings, document),
        (GroupSettings, document["group"][0]),
        (SurveyQuestionSettings, document["survey"]["question"][0]),
        (CalendarSettings, document["calendar"][0]),
        (WeekSettings, document["calendar"][0]["week"]),
        (SpecialDaySettings, document["calendar"][0]["special"][0]),
        (ForcedSettings, document["calendar"][0]["force_open"][0]),
        (MaintenanceSettings, document["maintenance"][0]),
        (NoticeSettings, document["notice"][0]),
        (WebhookSettings, document["channel"]["webhook"][0]),
        (FleetSettings, document["fleet"]),
        (ServerSettings, server),
        (EntryPointSettings, server["entry_point"][0]),
    ):
        assert set(table) == {field.name for field in fields(kind)}
    assert settings.server[0].headers["X-egain-session"].value == "https://secret.example.com/"
    of_every_channel = {field.name for field in fields(HttpChannelSettings)} - {"name"}
    for kind, channel in CHANNEL_KINDS.items():
        written = set(document["channel"][kind][0])
        assert written | of_every_channel == {field.name for field in fields(channel)} | (
            of_every_channel
        )


def test_every_setting_in_the_example_is_explained_where_it_first_stands():
    lines = EXAMPLE.read_text().splitlines()
    seen = set()
    for before, line in pairwise(lines):
        setting = re.match(r"#?([\w-]+) = ", line)
        if setting and setting[1] not in seen:
            seen.add(setting[1])
            assert "# " in line or "# " in before, line
    assert len(seen) > 40


def test_no_two_files_of_tests_share_a_name():
    # They are imported by their names alone, but for those in packages.
    files = (ROOT / "tests").rglob("*.py")
    names = [
        path.name
        for path in files
        if not (path.parent / "__init__.py").exists() and path.name != "conftest.py"
    ]
    assert sorted(names) == sorted(set(names))
