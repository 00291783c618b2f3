"""The built wheel, installed away from this checkout: all it needs besides code is in it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from wallboard.cli.manual.guides import GUIDES

ROOT = Path(__file__).parent.parent


def run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder that holds nothing but the installed wheel."""
    dist, site = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("site")
    run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(dist)], cwd=ROOT)
    (wheel,) = dist.glob("*.whl")
    run([sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--quiet",
        "--disable-pip-version-check", "--target", str(site), str(wheel)])  # fmt: skip
    return site


def wallboard(site, arguments):
    # This path comes before that of the editable install.
    environment = {**os.environ, "PYTHONPATH": str(site), "XDG_CONFIG_HOME": str(site / "none")}
    script = site / "bin" / "wallboard"
    return run([sys.executable, str(script), *arguments], env=environment, cwd=site)


def test_an_installed_wheel_brings_all_its_themes(installed):
    lines = wallboard(installed, ["themes"]).splitlines()

    found = {Path(line.split(maxsplit=2)[2]) for line in lines}
    themes = {path.name for path in (ROOT / "themes").glob("*.toml")}
    assert found == {installed / "wallboard" / "themes" / name for name in themes}


def test_an_installed_wheel_shows_the_demo(installed):
    frames = wallboard(installed, ["demo", "--entry-points", "3", "--frames", "1"])

    assert "1002" in frames


def test_an_installed_wheel_brings_the_words_of_its_schema(installed):
    assert (installed / "wallboard" / "config.example.toml").is_file()
    schema = json.loads(wallboard(installed, ["config", "schema"]))

    assert schema["properties"]["interval"]["description"].startswith("Polling interval in seconds")


def test_an_installed_wheel_brings_the_dashboard_and_the_rules(installed):
    dashboard = json.loads(wallboard(installed, ["metrics", "dashboard"]))
    rules = wallboard(installed, ["metrics", "rules"])

    assert dashboard["title"] == "wallboard"
    assert "- alert: WallboardEntryPointCritical" in rules


def test_an_installed_wheel_brings_the_guides(installed):
    guide = wallboard(installed, ["help", "alarms"])

    assert "wallboard-alarms(7)" in guide
    assert {path.name for path in (installed / "wallboard" / "docs").iterdir()} == {
        f"{name}.md" for name in GUIDES
    }
