"""The whole way: a simulated outage is polled and recorded, and found after the fact on a new day.

Nothing is made up here but the time: the simulator, the sockets, the poller, the recorder and the
board are those of the program, and the first day was yesterday.
"""

import asyncio
import time
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from rewinds import position
from waiting import until
from walls import part, text_on

from wallboard.board import Board
from wallboard.config.state_folder import BoardId
from wallboard.domain.policy import Verdict
from wallboard.feeds import Role
from wallboard.feeds.shared import SharedFeed
from wallboard.inheritance import entry_points_of
from wallboard.settings import EntryPointSettings, ServerSettings, Settings
from wallboard.simulator.scenario import load_scenario
from wallboard.simulator.server import Simulator
from wallboard.ui.app.app import WallboardApp
from wallboard.ui.drilldown.drilldown_screen import DrillDownScreen
from wallboard.ui.picture.arrangement import Arrangement
from wallboard.ui.screen.board_screen import Passing
from wallboard.ui.screen.header import BoardHeader

DAY = 86_400.0
MOST_CHANGES = 60

BEFORE, FAILING, AWAY, NO_CHAT, OVER = 5.0, 27.0, 45.0, 70.0, 90.0
"""Seconds of the shipped outage: all well, 503 everywhere, gone, its chat stopped, well again."""


class Story:
    """The simulator's clock, which stands still until the test turns the page."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def yesterday():
    return time.time() - DAY


@asynccontextmanager
async def polled(settings, clock):
    """A board without a face that polls and records; all of it is in the file at the end."""
    board = Board(entry_points_of(settings), history=settings.history)
    feed = SharedFeed(settings, BoardId("the wall"), environ={}, clock=clock)
    running = asyncio.create_task(feed.run(board.fold))
    await until(lambda: feed.status.role is Role.RECORDS)
    try:
        yield board
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def live_through(settings, story):
    """Poll through the whole outage; when the chat was found stopped, Unix time in seconds."""

    def verdicts():
        statuses = board.snapshot(yesterday()).entry_points.values()
        return {status.judgement.verdict for status in statuses}

    async with polled(settings, yesterday) as board:
        for moment, expected in (
            (BEFORE, Verdict.OPEN),
            (FAILING, Verdict.ERROR),
            (AWAY, Verdict.UNREACHABLE),
            (NO_CHAT, Verdict.SERVICE_NOT_RUNNING),
            (OVER, Verdict.OPEN),
        ):
            story.now = moment
            await until(lambda expected=expected: verdicts() == {expected})


async def back_until(pilot, condition):
    """Press ``<`` until a change shows what is looked for."""
    app = pilot.app
    for _ in range(MOST_CHANGES):
        before = position(app)
        await pilot.press("less_than_sign")
        await until(lambda before=before: position(app) not in (None, before))
        await pilot.pause()
        if condition():
            return
    raise AssertionError("it was not found")


async def test_yesterdays_outage_is_found_today_with_the_body_that_caused_it(tmp_path):
    story = Story()
    scenario = load_scenario("outage")
    async with Simulator(entry_points=(1000, 1001), scenario=scenario, clock=story) as simulator:
        ids = tuple(EntryPointSettings(id=number) for number in simulator.entry_points)
        settings = replace(
            Settings(interval=0.3, backoff_max=1.0, theme="dark", title="Wall"),
            record=str(tmp_path / "wall.db"),
            server=(ServerSettings(name="prod", url=simulator.url, entry_point=ids),),
        )
        begun_at = yesterday()
        await live_through(settings, story)
        over_at = yesterday()

        board = Board(entry_points_of(settings), history=settings.history)
        app = WallboardApp(
            settings,
            lambda polled: SharedFeed(polled, BoardId("the wall"), environ={}),
            board=board,
            state=Arrangement(density="normal"),
        )

        def shown():
            """The verdict of the entry point that the wall points at, or that is drilled into."""
            key = app.screen.entry_point_in_full() or app.screen.grid.selected
            return app.view().snapshot.entry_points[key].judgement.verdict

        async with app.run_test(size=(100, 30)) as pilot:
            await until(lambda: "2 OPEN" in part(app, BoardHeader))
            assert position(app) is None

            await back_until(pilot, lambda: shown() is Verdict.SERVICE_NOT_RUNNING)
            assert begun_at < position(app) < over_at
            when = time.strftime("%a %d %b %Y %H:%M:%S", time.localtime(position(app)))
            assert f"REPLAY  {when}" in part(app, BoardHeader)

            await pilot.press("enter")
            await until(lambda: isinstance(app.screen, DrillDownScreen))
            await until(lambda: 'reason="service_not_running"' in part(app, "BodyView"))

            await back_until(pilot, lambda: "OPEN → ERROR" in part(app, Passing))
            assert shown() is Verdict.ERROR
            await until(lambda: "503" in part(app, "BodyView"))
            await pilot.press("5")
            await until(lambda: "503" in part(app, "Difference"))
            assert "last good" in part(app, "Difference")

            await pilot.press("L")
            await until(lambda: position(app) is None)
            assert shown() is Verdict.OPEN
            assert "REPLAY" not in text_on(app)
