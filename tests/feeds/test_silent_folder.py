"""A recording in a folder that does not answer, as on a file server that is away."""

import asyncio
from contextlib import suppress

import pytest
from feeds_support import Heard
from silent_folder import SilentFolder
from waiting import until

from wallboard.board import Board
from wallboard.config.state_folder import BoardId
from wallboard.feeds import Role
from wallboard.feeds.shared import SharedFeed
from wallboard.inheritance import entry_points_of

NO_ANSWER = "does not respond"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    folder = SilentFolder(tmp_path, monkeypatch)
    yield folder
    folder.come_back()


@pytest.fixture
async def start(folder, simulated, settings_of, server_of):
    simulator = await simulated()
    tasks = []

    def started():
        settings = settings_of(server_of(simulator), record=str(folder.path / "wall.db"))
        feed, heard = SharedFeed(settings, BoardId("a board"), environ={}), Heard()
        board = Board(entry_points_of(settings))

        def fold(event):
            heard(event)
            return board.fold(event)

        tasks.append(asyncio.create_task(feed.run(fold)))
        return feed, heard, tasks[-1]

    yield started
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def polls_go_on(heard):
    seen = len(heard.observations())
    await until(lambda: len(heard.observations()) >= seen + 20)


async def test_a_board_that_starts_without_it_polls_says_so_and_records_once_it_is_back(
    folder, start
):
    folder.leave()
    feed, heard, _ = start()
    await until(lambda: feed.status.role is Role.POLLS)
    await polls_go_on(heard)
    (problem,) = feed.status.problems
    assert problem == (
        f"Not recording: the directory of {folder.path / 'wall.db'} {NO_ANSWER}. "
        "This board polls by itself."
    )
    folder.come_back()
    await until(lambda: feed.status.role is Role.RECORDS and feed.status.problems == ())


async def test_a_board_that_records_polls_on_without_it(folder, start):
    feed, heard, _ = start()
    await until(lambda: feed.status.role is Role.RECORDS)
    await polls_go_on(heard)
    folder.leave()
    await until(lambda: feed.status.problems)
    assert NO_ANSWER in feed.status.problems[0]
    await polls_go_on(heard)
    assert feed.status.role is Role.RECORDS
    folder.come_back()
    await until(lambda: feed.status.problems == ())


async def test_a_board_that_follows_polls_for_itself_without_it(folder, start):
    first, _, _ = start()
    await until(lambda: first.status.role is Role.RECORDS)
    second, heard, _ = start()
    await until(lambda: second.status.role is Role.FOLLOWS and heard.observations())
    folder.leave()
    await until(lambda: second.status.role is Role.POLLS)
    assert any(NO_ANSWER in problem for problem in second.status.problems)
    await polls_go_on(heard)
    folder.come_back()
    await until(lambda: second.status.role is Role.FOLLOWS)


@pytest.mark.parametrize("role", [Role.RECORDS, Role.STARTS])
async def test_the_end_does_not_wait_for_it(folder, start, role):
    if role is Role.STARTS:
        folder.leave()
    feed, _, task = start()
    await until(lambda: feed.status.role is role)
    folder.leave()
    task.cancel()
    await until(task.done)
