"""The pictures of the README, taken of the real program polling the real simulator.

Run with ``make pictures``; it takes about half a minute and writes ``docs/*.svg``.
"""

import asyncio
import os
from pathlib import Path

from wallboard.cli.demo import demo_settings
from wallboard.cli.story import Story
from wallboard.feeds.poll import PollFeed
from wallboard.simulator.names import entry_point_ids
from wallboard.simulator.scenario import load_scenario
from wallboard.simulator.server import Simulator
from wallboard.ui.app import WallboardApp

FOLDER = Path(__file__).resolve().parents[1] / "docs"
SIZE = (120, 33)
ENTRY_POINTS = 20
ENOUGH_VERDICTS = 7


async def take() -> None:
    """Start a simulator, watch it for a while, and take the pictures."""
    scenario = load_scenario("demo")
    ids = entry_point_ids(ENTRY_POINTS)
    async with Simulator(entry_points=ids, scenario=scenario, seed=11) as simulator:
        story = Story(entry_points=ENTRY_POINTS, scenario="demo", seed=11, speed=1.0)
        settings = demo_settings(simulator.url, story, 1.0)
        app = WallboardApp(settings, lambda: PollFeed(settings))
        async with app.run_test(size=SIZE) as pilot:
            await asyncio.sleep(20)
            while len(app.board.snapshot(app.clock()).verdicts) < ENOUGH_VERDICTS:  # noqa: ASYNC110  # the board has no event to wait for
                await asyncio.sleep(0.5)
            app.tick()
            await pilot.pause()
            _save(app, "wall")
            await pilot.press("enter")
            await pilot.pause(1.0)
            _save(app, "drilldown")


def _save(app: WallboardApp, name: str) -> None:
    svg = app.export_screenshot(title="wallboard demo")
    (FOLDER / f"{name}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    FOLDER.mkdir(exist_ok=True)
    asyncio.run(take())
