"""Boards on one recording: one polls and records, the others follow, and any can take over."""

import asyncio
import os
import time
from contextlib import suppress
from dataclasses import replace

import pytest
from feeds_support import Heard, rounds, starts
from waiting import until

from wallboard.board import Board
from wallboard.config.state_folder import BoardId
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.event import RecordedBoard
from wallboard.feeds import Role
from wallboard.feeds.shared import SharedFeed
from wallboard.inheritance import entry_points_of
from wallboard.recorder.lock import lock_path, take
from wallboard.recorder.paths import SHARED_MODE, RecordingFile
from wallboard.recorder.recording import Recording


class Seat:
    """A board with its feed, as a process has them."""

    def __init__(self, settings) -> None:
        self.board = Board(entry_points_of(settings))
        self.feed = SharedFeed(settings, BoardId("a board"), environ={})
        self.heard = Heard()
        self.task: asyncio.Task | None = None

    def start(self):
        self.task = asyncio.create_task(self.feed.run(self._publish))
        return self

    def replace(self, settings):
        self.feed.replace(settings, self.board.replace(entry_points_of(settings), time.time()))

    async def leave(self):
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task

    def _publish(self, event):
        self.heard(event)
        return self.board.fold(event)


@pytest.fixture
async def seat():
    seats = []

    def taken(settings):
        seats.append(Seat(settings).start())
        return seats[-1]

    yield taken
    for one in seats:
        await one.leave()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "wall.db"


@pytest.fixture
def settings(settings_of, server_of, path):
    def made(simulator, **more):
        return settings_of(server_of(simulator), **{"record": str(path), **more})

    return made


def is_in_role(one, role):
    return lambda: one.feed.status.role is role


def polls(one):
    return {(o.key, o.endpoint, round(o.at, 3)) for o in one.heard.observations()}


async def two_rounds_more(simulator):
    before = rounds(simulator)
    await until(lambda: rounds(simulator) >= before + 2)


async def test_the_first_polls_and_records_and_the_second_follows(seat, simulated, settings, path):
    simulator = await simulated()
    first = seat(settings(simulator))
    await until(is_in_role(first, Role.RECORDS))
    assert (first.feed.status.leader, first.feed.status.problems) == ("", ())
    second = seat(settings(simulator))
    await until(is_in_role(second, Role.FOLLOWS))
    assert second.feed.status.leader.endswith(f" pid {os.getpid()}")
    await until(
        lambda: len(second.heard.counts()) == 15 and min(second.heard.counts().values()) > 2
    )
    assert second.feed.status.problems == ()
    # Whatever the second shows came from the polls of the first.
    assert polls(second) <= polls(first)
    assert first.feed.status.recording_path == second.feed.status.recording_path == path


async def test_the_follower_takes_over_when_the_first_leaves(seat, simulated, settings, path):
    simulator = await simulated()
    first = seat(settings(simulator))
    await until(lambda: rounds(simulator) >= 3)
    second = seat(settings(simulator))
    await until(is_in_role(second, Role.FOLLOWS))
    await first.leave()
    await until(is_in_role(second, Role.RECORDS))
    assert second.feed.status.leader == ""
    await two_rounds_more(simulator)
    await second.leave()
    with Recording.open(path) as recording:
        runs = list(recording.runs())
        assert sum(run.polls for run in runs) == len(polls(first) | polls(second))


async def test_a_board_starts_with_what_was_recorded(seat, simulated, settings):
    simulator = await simulated()
    first = seat(settings(simulator))
    await until(lambda: rounds(simulator) >= 3)
    await first.leave()
    first_of_all = first.board.snapshot(0)
    again = seat(settings(simulator))
    await until(again.heard.observations)
    restored = again.heard.events[0]
    assert isinstance(restored, RecordedBoard)
    known = {one.key: one for one in restored.entry_points}
    for key, status in first_of_all.entry_points.items():
        assert len(known[key].history) == len(status.state.history)
        assert known[key].verdict is status.judgement.verdict
        assert known[key].since == status.since
    assert is_in_role(again, Role.RECORDS)()


async def test_a_board_that_is_not_recorded_just_polls(seat, simulated, settings, tmp_path):
    simulator = await simulated()
    one, other = (seat(settings(simulator, record=False)) for _ in range(2))
    await until(lambda: one.heard.observations() and other.heard.observations())
    assert (one.feed.status.role, other.feed.status.role) == (Role.POLLS, Role.POLLS)
    assert (one.feed.status.leader, one.feed.status.problems) == ("", ())
    assert one.feed.status.recording_path is None
    assert list(tmp_path.iterdir()) == []


async def test_an_edited_config_moves_the_recording(seat, simulated, settings, tmp_path):
    simulator = await simulated()
    one = seat(settings(simulator))
    await until(is_in_role(one, Role.RECORDS))
    elsewhere = tmp_path / "elsewhere.db"
    one.replace(settings(simulator, record=str(elsewhere)))
    await until(
        lambda: one.feed.status.recording_path == elsewhere and one.feed.status.role is Role.RECORDS
    )
    await until(elsewhere.exists)
    other = seat(settings(simulator))
    await until(is_in_role(other, Role.RECORDS))
    one.replace(settings(simulator, record=False))
    await until(is_in_role(one, Role.POLLS))


async def test_an_edited_config_is_polled_by_and_followed(seat, simulated, settings):
    simulator = await simulated(entry_points=2)
    few = settings(simulator)
    (server,) = few.server
    few = replace(few, server=(replace(server, entry_point=server.entry_point[:1]),))
    first = seat(few)
    await until(is_in_role(first, Role.RECORDS))
    second = seat(settings(simulator))
    await until(lambda: second.feed.status.problems)
    assert "does not poll 1 of this board's entry points" in second.feed.status.problems[0]
    first.replace(settings(simulator))
    await until(lambda: len(second.heard.counts()) == 10)
    await until(lambda: second.feed.status.problems == ())


async def test_where_nothing_can_be_recorded_it_polls_and_says_so_until_it_can(
    seat, simulated, settings, tmp_path
):
    simulator = await simulated()
    folder = tmp_path / "later"
    one = seat(settings(simulator, record=str(folder / "wall.db")))
    await until(one.heard.observations)
    assert one.feed.status.role is Role.POLLS
    (problem,) = one.feed.status.problems
    assert f"no such directory: {folder}" in problem
    assert "This board polls by itself" in problem
    folder.mkdir()
    await until(is_in_role(one, Role.RECORDS))
    await until((folder / "wall.db").exists)
    assert one.feed.status.problems == ()


async def test_a_lock_file_that_is_removed_does_not_make_two_of_them_poll(
    seat, simulated, settings, path
):
    simulator = await simulated()
    seats = [seat(settings(simulator)) for _ in range(2)]

    def roles():
        return sorted(one.feed.status.role for one in seats)

    await until(lambda: roles() == [Role.FOLLOWS, Role.RECORDS])
    inode = lock_path(path).stat().st_ino
    lock_path(path).rename(path.with_name("removed"))
    await until(lambda: lock_path(path).exists() and lock_path(path).stat().st_ino != inode)
    await until(lambda: roles() == [Role.FOLLOWS, Role.RECORDS])


async def test_a_leader_that_writes_nothing_is_told_and_nobody_polls_in_its_place(
    seat, simulated, settings, path
):
    simulator = await simulated()
    lock = take(RecordingFile(path, SHARED_MODE))
    try:
        one = seat(settings(simulator))
        await until(lambda: one.feed.status.problems)
        (problem,) = one.feed.status.problems
        assert problem.startswith("No new data in the recording since ")
        assert problem.endswith(f"pid {os.getpid()} holds it.")
        one.feed.poll_now(EntryPointKey("prod", 1000))
        await asyncio.sleep(0)
        assert simulator.requests.count == 0
    finally:
        lock.release()
    await until(is_in_role(one, Role.RECORDS))
    assert one.feed.status.problems == ()


async def test_an_entry_point_is_polled_at_once_by_whoever_polls(seat, simulated, settings):
    simulator = await simulated()
    one = seat(settings(simulator, interval=3600.0))
    await until(lambda: rounds(simulator) >= 1)
    one.feed.poll_now(EntryPointKey("prod", 1001))
    await until(lambda: sum(len(at) for at in starts(simulator).values()) >= 20)
    assert one.feed.status.lag_seconds == 0


async def test_an_outage_that_ended_while_nobody_looked_is_over(
    seat, simulated, settings, closed_port
):
    simulator = await simulated()
    up = settings(simulator)
    down = replace(up, server=(replace(up.server[0], url=f"http://127.0.0.1:{closed_port}"),))
    one = seat(down)
    await until(lambda: one.board.snapshot(0).unreachable)
    await one.leave()
    again = seat(up)
    await until(again.heard.observations)
    assert again.heard.events[0].servers[0].failure
    assert not again.board.snapshot(0).unreachable
