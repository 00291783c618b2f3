"""Boards that poll and can reach neither a server nor a witness, by ports that refuse."""

import asyncio
import time
from contextlib import suppress
from dataclasses import replace

import pytest
from waiting import until

from wallboard.board import Board
from wallboard.config.state_folder import BoardId
from wallboard.domain.observation import ServerStatus
from wallboard.feeds.shared import SharedFeed
from wallboard.inheritance import entry_points_of
from wallboard.settings import AlarmSettings


@pytest.fixture
async def board():
    """Starts a board and gives its feed; ``failing`` gets the servers that cannot be reached."""
    tasks = []

    def started(settings, failing=None):
        board = Board(entry_points_of(settings))

        def fold(event):
            if failing is not None and isinstance(event, ServerStatus) and event.failure:
                failing.add(event.server)
            return board.fold(event)

        feed = SharedFeed(settings, BoardId("a board"), environ={})
        tasks.append(asyncio.create_task(feed.run(fold)))
        return feed

    yield started
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_board_is_blind_when_neither_a_server_nor_a_witness_can_be_reached(
    board, simulated, server_of, settings_of, closed_port
):
    alarm = AlarmSettings(witness=(f"127.0.0.1:{closed_port}",))
    away = replace(server_of(await simulated()), name="away", url=f"http://127.0.0.1:{closed_port}")
    simulator = await simulated()
    there = server_of(simulator, "there")
    settings, failing = settings_of(away, there, record=False, alarm=alarm), set()
    feed = board(settings, failing)
    await until(lambda: "away" in failing)
    assert feed.status.blind_since is None
    began = time.time()
    await simulator.stop()
    await until(lambda: feed.status.blind_since is not None)
    assert began <= feed.status.blind_since <= time.time()


async def test_it_is_not_where_a_witness_answers_and_goes_by_an_edit_of_them(
    board, simulated, server_of, settings_of, closed_port
):
    asked = []

    async def answer(_, writer):
        asked.append(writer)
        writer.close()

    away = replace(server_of(await simulated()), url=f"http://127.0.0.1:{closed_port}")
    async with await asyncio.start_server(answer, "127.0.0.1", 0) as witness:
        address = f"127.0.0.1:{witness.sockets[0].getsockname()[1]}"
        settings = settings_of(away, record=False, alarm=AlarmSettings(witness=(address,)))
        feed = board(settings)
        await until(lambda: asked)
        assert feed.status.blind_since is None
        gone = replace(settings, alarm=AlarmSettings(witness=(f"127.0.0.1:{closed_port}",)))
        edited = Board(entry_points_of(gone)).replace(entry_points_of(gone), time.time())
        feed.replace(gone, edited)
        await until(lambda: feed.status.blind_since is not None)
