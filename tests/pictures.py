"""The pictures of the documentation, taken of the real program polling the real simulator.

Run with ``make pictures``; it takes about three minutes and writes ``docs/*.svg``.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.text import Text
from textual.pilot import Pilot

from wallboard.board import Board
from wallboard.cli.commands.demo import demo_settings
from wallboard.cli.commands.simulate import Simulation
from wallboard.config.state_folder import BoardId
from wallboard.feeds.shared import SharedFeed
from wallboard.inheritance import entry_points_of
from wallboard.installation import own_command
from wallboard.settings import SurveyQuestionSettings, SurveySettings
from wallboard.simulator.names import entry_point_ids
from wallboard.simulator.scenario import load_scenario, parse_scenario
from wallboard.simulator.server import Simulator
from wallboard.ui.app.app import WallboardApp

sys.path.insert(0, str(Path(__file__).parent))
from scripted_week import FOLDER as WEEK_FOLDER
from scripted_week import Week

FOLDER = Path(__file__).resolve().parents[1] / "docs"
SIZE = (120, 33)
ENTRY_POINTS = 20
ENOUGH_VERDICTS = 7
SEED = 11

QUESTIONS = (
    SurveyQuestionSettings(
        text="How did we do?", answers=("Very well", "Well", "Badly"), default="Very well"
    ),
    SurveyQuestionSettings(text="Was your question answered?", answers=("Yes", "No")),
    SurveyQuestionSettings(text="Anything else?", required=False),
)

SHOTS = (
    ("alarms", ("a", *"restarted", "enter", "x", "exclamation_mark")),
    ("wall", ("escape",)),
    ("drilldown", ("enter",)),
    ("events", ("escape", "e", "Z")),
    ("themes", ("escape", "t", "down", "down")),
    ("survey", ("escape", "v", *"4711", "enter", "enter", "enter", "enter", "down")),
    ("replay", ("escape", "y", "<", "<", "<")),
    ("chart", ("L", "s", "s", "s", "home", "enter", "4")),
    ("large", ("escape", "s", "s", "s", "d", "d", "d")),
    ("compact", ("d", "d", "o")),
)
"""Each picture, and the keys that lead to it from the one before."""


RESTART = """
[[fault]]
kind = "http"
status = 503
from = 12
until = 15

[[fault]]
kind = "down"
from = 15
until = 24

[[fault]]
kind = "http"
status = 404
from = 24
until = 27

[[fault]]
kind = "service_not_running"
from = 27
until = 31
"""
"""A restart of another server, which is one incident."""


async def take_incidents(folder: Path) -> None:
    """Watch two servers, one of which is started again, and take a picture of their incidents."""
    ids = entry_point_ids(ENTRY_POINTS)
    restart, demo = parse_scenario(RESTART), load_scenario("demo")
    async with (
        Simulator(entry_points=ids, scenario=demo, seed=SEED) as one,
        Simulator(entry_points=ids[:6], scenario=restart, seed=SEED) as other,
    ):
        story = Simulation(entry_points=ENTRY_POINTS, scenario="demo", seed=SEED, speed=1.0)
        settings = demo_settings(one.url, story, 1.0)
        (server,) = settings.server
        branch = replace(server, name="branch", url=other.url, entry_point=server.entry_point[:6])
        settings = replace(settings, record=str(folder / "incidents.db"), server=(server, branch))
        app = WallboardApp(settings, lambda polled: SharedFeed(polled, BoardId("incidents")))
        async with app.run_test(size=SIZE) as pilot:
            await asyncio.sleep(45)
            await _press(pilot, ("e",))
            svg = app.export_screenshot(title="wallboard demo")
            (FOLDER / "incidents.svg").write_text(svg, encoding="utf-8")


async def take(folder: Path) -> None:
    """Start a simulator, watch it for a while, and take the pictures."""
    ids = entry_point_ids(ENTRY_POINTS)
    async with Simulator(entry_points=ids, scenario=load_scenario("demo"), seed=SEED) as simulator:
        story = Simulation(entry_points=ENTRY_POINTS, scenario="demo", seed=SEED, speed=1.0)
        settings = demo_settings(simulator.url, story, 1.0)
        settings = replace(settings, record=str(folder / "pictures.db"))
        settings = replace(settings, survey=SurveySettings(question=QUESTIONS))
        settings = replace(settings, alarm=replace(settings.alarm, raise_for=3.0))
        board = Board(entry_points_of(settings))
        app = WallboardApp(
            settings, lambda polled: SharedFeed(polled, BoardId("pictures")), board=board
        )
        async with app.run_test(size=SIZE) as pilot:
            await asyncio.sleep(25)
            while len(app.board.snapshot(app.clock()).verdicts) < ENOUGH_VERDICTS:  # noqa: ASYNC110  # the board has no event to wait for
                await asyncio.sleep(0.5)
            for name, keys in SHOTS:
                await _press(pilot, keys)
                svg = app.export_screenshot(title="wallboard demo")
                (FOLDER / f"{name}.svg").write_text(svg, encoding="utf-8")


def take_backtest(folder: Path) -> None:
    """Try rules that wait longer on the scripted week, and take a picture of what that prints."""
    Week(folder / "week.db").live()
    rules = (WEEK_FOLDER / "wallboard.toml").read_text(encoding="utf-8")
    (folder / "wallboard.toml").write_text(rules, encoding="utf-8")
    patient = rules.replace("raise_for = 180", "raise_for = 600")
    (folder / "patient.toml").write_text(patient, encoding="utf-8")
    words = [
        "alarms",
        "backtest",
        "--config",
        "patient.toml",
        "--file",
        "week.db",
        "--since",
        "2026-11-02",
    ]
    done = subprocess.run(
        [*own_command(), *words, "--until", "2026-11-09"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"TZ": "UTC"},
    )
    console = Console(record=True, width=100, file=StringIO())
    console.print(Text(f"$ wallboard {' '.join(words)}\n\n{done.stdout}"))
    svg = console.export_svg(title="wallboard alarms backtest")
    (FOLDER / "backtest.svg").write_text(svg, encoding="utf-8")


async def _press(pilot: Pilot[None], keys: Iterable[str]) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause(0.3)
    await pilot.pause(1.0)


if __name__ == "__main__":
    os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder:
        take_backtest(Path(folder))
        asyncio.run(take_incidents(Path(folder)))
        asyncio.run(take(Path(folder)))
