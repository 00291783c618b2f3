"""A part of a config is shown out of what is polled for the whole of it."""

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest
from feeds_support import Heard, rounds
from waiting import until

from wallboard.board import Board
from wallboard.config.selection import Selection, selected
from wallboard.config.state_folder import BoardId
from wallboard.domain.event import RecordedBoard
from wallboard.domain.snapshot import Folded
from wallboard.feeds import Role
from wallboard.feeds.part import PartFeed
from wallboard.feeds.shared import SharedFeed
from wallboard.recorder.errors import RecordingError
from wallboard.recorder.recording import Recording
from wallboard.settings import entry_points_of


@pytest.fixture
def path(tmp_path):
    return tmp_path / "wall.db"


@pytest.fixture
async def seat():
    tasks = []

    def taken(feed, board, heard):
        def told(event):
            heard(event)
            return board.fold(event)

        tasks.append(asyncio.create_task(feed.run(told)))
        return tasks[-1]

    yield taken
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def part_of(settings, *ids: str):
    return selected(settings, Selection(ids=ids))


async def test_a_part_polls_and_records_the_whole_and_shows_the_part(
    seat, simulated, settings_of, server_of, path
):
    simulator = await simulated()
    whole = settings_of(server_of(simulator), record=str(path))
    part = part_of(whole, "1001")
    board, heard = Board(entry_points_of(part)), Heard()
    feed = PartFeed(part, lambda: whole, BoardId("a board"))
    task = seat(feed, board, heard)
    await until(lambda: rounds(simulator) >= 2)
    assert [key.id for key in board.snapshot(0.0).entry_points] == [1001]
    status = feed.status
    assert (status.role, status.leader, status.problems) == (Role.RECORDS, "", ())
    assert status.recording_path == path
    full_board, full_heard = Board(entry_points_of(whole)), Heard()
    full = SharedFeed(whole, BoardId("a board"))
    seat(full, full_board, full_heard)
    await until(lambda: full.status.role is Role.FOLLOWS)
    await until(lambda: len(full_heard.counts()) == 15)
    assert full.status.problems == ()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    with Recording.open(path) as recording:
        assert [point.key.id for point, _ in recording.entry_points()] == [1000, 1001, 1002]
        assert {run.key.id for run in recording.runs()} == {1000, 1001, 1002}
        assert {one.key.id for one in recording.changes()} == {1000, 1001, 1002}


async def test_a_part_that_follows_begins_with_its_own_events_only(
    seat, simulated, settings_of, server_of, path
):
    simulator = await simulated('[[fault]]\nkind = "other"\nfrom = 0.8\nuntil = 1.6')
    whole = settings_of(server_of(simulator), record=str(path))
    full_board = Board(entry_points_of(whole))
    seat(SharedFeed(whole, BoardId("a board")), full_board, Heard())
    # Each of the three was closed and is open again.
    await until(lambda: len(full_board.snapshot(0.0).events) >= 6)
    part = part_of(whole, "1002")
    heard = Heard()
    feed = PartFeed(part, lambda: whole, BoardId("a board"))
    seat(feed, Board(entry_points_of(part)), heard)
    await until(lambda: heard.events)
    restored = heard.events[0]
    assert isinstance(restored, RecordedBoard)
    assert {change.key.id for change in restored.events} <= {1002}
    await until(lambda: feed.status.leader)


async def test_a_part_that_is_not_recorded_polls_only_itself(
    seat, simulated, settings_of, server_of
):
    simulator = await simulated()
    whole = settings_of(server_of(simulator), record=False)
    part = part_of(whole, "1001")
    feed = PartFeed(part, lambda: whole, BoardId("a board"))
    seat(feed, Board(entry_points_of(part)), Heard())
    await until(lambda: simulator.requests.count >= 15)
    assert {path.rpartition("/")[2] for _, path in simulator.requests.log} == {"1001"}
    assert feed.status.recording_path is None


async def test_a_part_takes_up_edits_of_the_whole(seat, simulated, settings_of, server_of, path):
    simulator = await simulated()
    server = server_of(simulator)
    now = {"whole": settings_of(replace(server, entry_point=server.entry_point[:2]),
                                record=str(path))}  # fmt: skip
    part = part_of(now["whole"], "1000-1009")
    board, heard = Board(entry_points_of(part)), Heard()
    feed = PartFeed(part, lambda: now["whole"], BoardId("a board"))
    seat(feed, board, heard)
    await until(lambda: len(heard.counts()) == 10)
    now["whole"] = settings_of(server, record=str(path))
    feed.replace(part_of(now["whole"], "1000-1009"), Folded(None))
    await until(lambda: len(heard.counts()) == 15)
    await until(lambda: _listed(path) == 3)


def _listed(path):
    try:
        with Recording.open(path) as recording:
            return len(recording.entry_points())
    except RecordingError:
        return 0  # it is just being begun
