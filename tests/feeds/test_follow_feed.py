"""A board that polls nothing and shows what is written into a recording."""

import asyncio
import time
from contextlib import asynccontextmanager, suppress

import pytest
from feeds_support import Heard
from recorder.recordings import SERVER, START, board_of, poll, record, tell
from waiting import PATIENCE_SECONDS, until

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint
from wallboard.domain.event import RecordedBoard
from wallboard.domain.policy import Verdict
from wallboard.feeds.follow import FollowFeed, hindered_by, hindered_text
from wallboard.settings import EntryPointSettings, ServerSettings, Settings

CHAT, SLOTS = Endpoint.CHAT_ALLOWED, Endpoint.CAPACITY


def settings(*ids: int):
    points = tuple(EntryPointSettings(id=number) for number in ids)
    return Settings(server=(ServerSettings(name=SERVER, url="http://h", entry_point=points),))


class Leader:
    """Writes a recording as the process that polls does."""

    def __init__(self, path, *events: object) -> None:
        self.points = board_of(1000)
        self.board = Board(self.points)
        self.writer = record(path, (), entry_points=self.points, close=False)
        self.tell(*events)

    def tell(self, *events: object):
        tell(self.writer, self.board, events)

    def close(self):
        self.writer.close()


@asynccontextmanager
async def following(path, *ids: int, feed=None):
    feed = feed or FollowFeed(settings(*(ids or (1000,))), path, clock=lambda: START + 1000)
    heard = Heard()
    task = asyncio.create_task(feed.run(heard))
    try:
        yield feed, heard
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def times(heard):
    return [observation.at - START for observation in heard.observations()]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "wall.db"


async def test_first_comes_all_that_is_known_and_then_what_is_new(path):
    leader = Leader(path, poll(CHAT, 1, "true"), poll(CHAT, 11, "true"))
    async with following(path) as (feed, heard):
        await feed.looked()
        (restored,) = heard.events
        assert isinstance(restored, RecordedBoard)
        assert restored.entry_points[0].endpoints[CHAT].last.at == START + 11
        leader.tell(poll(CHAT, 21, "false"))
        await until(lambda: len(heard.events) == 2)
        assert times(heard) == [21]
        assert heard.observations()[0].outcome.allowed is False
        assert not feed.read_error
    leader.close()


async def test_a_recording_that_is_not_there_yet_is_waited_for(path):
    async with following(path) as (feed, heard):
        await feed.looked()
        assert (heard.events, feed.read_error) == ([], "")
        leader = Leader(path, poll(CHAT, 1, "true"))
        await until(lambda: heard.events)
        leader.tell(poll(CHAT, 11, "true"))
        await until(lambda: any(e.at == START + 11 for e in heard.events))
        # Whether the first poll was there at the first look or came after it.
        board = Board(leader.points)
        for event in heard.events:
            board.fold(event)
        assert board.snapshot(START + 20).newest_at == START + 11
    leader.close()


async def test_a_recording_set_aside_for_a_new_one_is_left_for_it(path):
    leader = Leader(path, poll(CHAT, 1, "true"))
    async with following(path) as (feed, heard):
        await feed.looked()
        for suffix in ("-wal", "-shm", ""):
            old = path.with_name(path.name + suffix)
            old.rename(old.with_name("aside" + suffix))
        second = Leader(path, poll(CHAT, 11, "false"))
        await until(lambda: times(heard) == [11])
        second.tell(poll(CHAT, 21, "false"))
        await until(lambda: times(heard) == [11, 21])
        assert sum(isinstance(event, RecordedBoard) for event in heard.events) == 1
    second.close()
    leader.writer.database.close()


async def test_a_recording_that_is_damaged_is_said_and_tried_again(path):
    path.write_bytes(b"no database at all " * 1000)
    async with following(path) as (feed, heard):
        await feed.looked()
        await until(lambda: "damaged" in feed.read_error)
        assert heard.events == []
        path.unlink()
        leader = Leader(path, poll(CHAT, 1, "true"))
        await until(lambda: heard.events)
        assert feed.read_error == ""
    leader.close()


async def test_it_ends_with_all_the_news_there_is(path):
    leader = Leader(path, poll(CHAT, 1, "true"))
    feed = FollowFeed(settings(1000), path, clock=lambda: START + 1000)
    heard = Heard()
    task = asyncio.create_task(feed.run(heard))
    await feed.looked()
    leader.tell(poll(CHAT, 11, "true"))
    feed.end()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await task
    assert times(heard) == [11]
    leader.close()


async def test_after_others_have_published_only_what_came_since_is_news(path):
    now = START + 10
    leader = Leader(path, poll(CHAT, 1, "true"))
    feed = FollowFeed(settings(1000), path, clock=lambda: now)
    async with following(path, feed=feed) as (_, heard):
        await feed.looked()
    leader.tell(poll(CHAT, 11, "true"), poll(CHAT, 15, "true"))
    now = START + 20
    async with following(path, feed=feed) as (_, heard):
        await feed.looked()
        assert heard.events == []
        now = START + 30
        leader.tell(poll(CHAT, 25, "false"))
        await until(lambda: times(heard) == [25])
    leader.close()


async def test_it_tells_how_many_entry_points_nobody_polls_for_it(path):
    leader = Leader(path, poll(CHAT, 1, "true"))
    async with following(path, 1000, 1001, 1002) as (feed, _):
        await feed.looked()
        assert feed.unpolled == 2
        feed.replace(settings(1000))
        await until(lambda: feed.unpolled == 0)
    leader.close()


JUMPS = (-30 * 86_400, -86_400, -3600, -90, -3, 3, 90, 3600, 86_400)


@pytest.mark.parametrize("by", JUMPS)
async def test_a_clock_that_is_set_while_others_follow_changes_nothing_of_what_they_see(path, by):
    leader = Leader(path, poll(CHAT, 1, "true"), poll(SLOTS, 2, 1))
    async with following(path) as (feed, heard):
        await feed.looked()
        # The last polls before and the first ones after it are written, and read, at once.
        leader.tell(poll(CHAT, 11, "false"), poll(SLOTS, 12, 2), poll(CHAT, 21 + by, "true"))
        await until(lambda: len(heard.events) == 4)
        assert board_after(leader, heard) == seen(leader.board)
        for n in range(3, 6):
            # And now one by one, the slots once more before it is the turn of the chat.
            leader.tell(poll(SLOTS, 10 * n + by, n))
            await events_are(heard, 2 * n - 1)
            leader.tell(poll(CHAT, 10 * n + 1 + by, "true" if n % 2 else "false"))
            await events_are(heard, 2 * n)
            assert board_after(leader, heard) == seen(leader.board)
    leader.close()


@pytest.mark.parametrize("by", JUMPS)
async def test_after_the_clock_was_set_a_board_begins_with_what_was_recorded_last(path, by):
    leader = Leader(
        path,
        *(poll(CHAT, at, "false") for at in range(0, 2000, 10)),
        poll(SLOTS, 2000, 1),
        poll(CHAT, 2000, "true"),
        poll(CHAT, 2010 + by, "false"),
        poll(SLOTS, 2015 + by, 2),
        poll(CHAT, 2020 + by, "true"),
    )
    feed = FollowFeed(settings(1000), path, clock=lambda: START + 2021 + by)
    async with following(path, feed=feed) as (_, heard):
        await feed.looked()
        (restored,) = heard.events
        assert restored.at == START + 2021 + by
        (known,) = restored.entry_points
        assert known.endpoints[CHAT].last.at == START + 2020 + by
        assert (known.verdict, known.since) == (Verdict.OPEN, START + 2020 + by)
        assert board_after(leader, heard) == seen(leader.board)
    leader.close()


async def test_what_was_recorded_by_a_clock_ahead_is_stale_at_the_start(path):
    leader = Leader(path, *(poll(CHAT, at, "true") for at in range(0, 5000, 10)))
    feed = FollowFeed(settings(1000), path, clock=lambda: START + 1400)
    async with following(path, feed=feed) as (_, heard):
        await feed.looked()
        board = Board(leader.points)
        for event in heard.events:
            board.fold(event)
        (status,) = board.snapshot(START + 1400).entry_points.values()
        assert status.judgement.stale(START + 1400)
        assert status.judgement.unconfirmed(START + 1400)
    leader.close()


async def events_are(heard, count):
    await until(lambda: len(heard.events) == count)


def seen(board):
    """What a board shows of its entry points, but for what it heard before."""
    return [
        (
            status.judgement,
            status.judgement.newest_at,
            {
                endpoint: one.last and one.last.at
                for endpoint, one in status.state.endpoints.items()
            },
        )
        for status in board.snapshot(0).entry_points.values()
    ]


def board_after(leader, heard):
    board = Board(leader.points)
    for event in heard.events:
        board.fold(event)
    return seen(board)


async def test_a_recording_that_stays_as_it_is_for_too_long_is_a_problem(path, monkeypatch):
    monkeypatch.setattr("wallboard.feeds.follow.SILENT_SECONDS", 0.0)
    leader = Leader(path, poll(CHAT, 1, "true"))
    async with following(path) as (feed, heard):
        await feed.looked()

        def problems(patience_seconds):
            return list(feed.problems("ana@jump1 pid 1", lambda: patience_seconds))

        await until(lambda: problems(0.5))
        assert problems(3600) == []
        at = time.strftime("%H:%M:%S", time.localtime(START + 1000))
        assert problems(0.5) == [
            f"No new data in the recording since {at}; ana@jump1 pid 1 holds it."
        ]
        leader.tell(poll(CHAT, 11, "true"))
        await until(lambda: times(heard) == [11] and not problems(0.5))
    leader.close()


@pytest.mark.parametrize("text", ["", "{", "[" * 10_000, '{"a": 1}', "[1, null]", "x" * 10_000])
def test_what_is_said_to_hinder_a_member_may_be_anything(text):
    assert hindered_by(text) == ()


def test_what_hinders_a_member_is_bounded_and_cleaned():
    said = hindered_by(hindered_text(["\x1b[2Jred", "x" * 1_000, *"abcdef"]))
    assert len(said) == 5
    assert "\x1b" not in said[0]
    assert len(said[1]) == 400
