"""What a board loads, and when."""

import subprocess
import sys
from pathlib import Path

from waiting import PATIENCE_SECONDS

SCRIPT = """
import asyncio, sys
sys.path += sys.argv[1:]
from waiting import PATIENCE_SECONDS
from walls import wall

from wallboard.ui.app import app

DRILL_DOWN = "wallboard.ui.drilldown.drilldown_screen"

async def main():
    soon, app.LOADING_SECONDS = app.LOADING_SECONDS, 3600.0
    async with wall().run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        print(DRILL_DOWN in sys.modules or "pygments.lexers.html" in sys.modules)
    app.LOADING_SECONDS = soon
    async with wall().run_test(size=(80, 24)), asyncio.timeout(PATIENCE_SECONDS):
        while not hasattr(sys.modules.get("pygments.lexers.html"), "XmlLexer"):
            await asyncio.sleep(0.05)
        print(hasattr(sys.modules.get(DRILL_DOWN), "DrillDownScreen"))

asyncio.run(main())
"""


def test_the_drill_down_is_loaded_soon_after_the_first_tiles_and_not_before():
    ui = Path(__file__).parents[1]
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(ui), str(ui.parent)],
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE_SECONDS,
        check=True,
        cwd=ui.parents[1],
    )
    assert ended.stdout.split() == ["False", "True"]
