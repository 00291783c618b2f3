"""A recording as a feed: where it goes, what it publishes, how it plays."""

import asyncio
from contextlib import suppress

import pytest
from recorder.recordings import START, board_of, record, tell
from recorder.shift import (
    AWAY,
    AWAY_AT,
    BACK_AT,
    BAD_AT,
    BAD_BODY,
    BROKEN,
    END,
    ENTRY_POINTS,
    GAP,
    GOOD_AT,
    ROUND,
    ROUNDS,
    at_round,
    recorded_shift,
    shift_events,
)
from waiting import PATIENCE_SECONDS

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint
from wallboard.domain.event import RecordedBoard
from wallboard.domain.observation import Observation
from wallboard.domain.policy import Verdict
from wallboard.feeds.replay_player import ReplayFeed
from wallboard.feeds.replay_polls import polls_of
from wallboard.recorder.recording import Recording, Run


def near(at, seconds=0.01):
    """A moment, give or take some seconds."""
    return pytest.approx(at, rel=0, abs=seconds)


class Clock:
    """Seconds that pass only when they are told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Watched:
    """A feed that runs into a board, and all that was heard of it."""

    def __init__(self, recording, at, **options) -> None:
        self.clock, self.board = Clock(), Board(ENTRY_POINTS)
        self.events, self.changes, self.words = [], [], []
        self.moves = 0
        self.feed = ReplayFeed(
            recording,
            at,
            on_move=self._moved,
            on_message=self.words.append,
            monotonic=self.clock,
            **options,
        )

    async def run(self):
        await self.feed.run(self._take)

    def _take(self, event) -> None:
        self.events.append(event)
        self.board.fold(event)

    def _moved(self, change) -> None:
        self.moves += 1
        self.changes += [change] if change else []

    async def until(self, condition):
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not condition():  # noqa: ASYNC110  # the clock of the feed stands still
                await asyncio.sleep(0.01)

    async def after(self, ask):
        """Do something and wait for the picture that it leads to."""
        before = self.feed.jumps
        ask(self.feed)
        await self.until(lambda: self.feed.jumps > before)

    async def pass_seconds(self, seconds):
        """Let time pass and wait until it was played."""
        before = self.moves
        self.clock.now += seconds
        await self.until(lambda: self.moves > before)

    def verdict(self, key=BROKEN):
        return self.board.status(key).judgement.verdict


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return recorded_shift(tmp_path_factory.mktemp("shift") / "shift.db")


@pytest.fixture
async def watched(path):
    """Starts feeds over the shift; they end with the test."""
    tasks, recordings = [], []

    async def start(at, file=path, **options):
        recordings.append(Recording.open(file))
        one = Watched(recordings[-1], at, **options)
        tasks.append(asyncio.create_task(one.run()))
        await one.until(lambda: one.feed.jumps or one.words)
        return one

    yield start
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task
    for recording in recordings:
        recording.close()


async def test_it_begins_with_the_whole_board_of_its_moment(watched):
    one = await watched(BAD_AT + 30)
    assert [type(event) for event in one.events] == [RecordedBoard]
    assert one.verdict() is Verdict.AGENT_NOT_AVAILABLE
    assert one.board.status(BROKEN).since == near(BAD_AT)
    body = one.board.status(BROKEN).state.endpoint(Endpoint.CHAT_ALLOWED).last.response.body
    assert body == BAD_BODY


async def test_it_goes_to_a_moment_and_says_so_outside_the_recording(watched):
    one = await watched(BAD_AT + 30)
    await one.after(lambda feed: feed.seek(BAD_AT - 1))
    assert (one.feed.at, one.verdict()) == (BAD_AT - 1, Verdict.OPEN)
    for outside in (0.0, END + 1e6):
        one.words.clear()
        one.feed.seek(outside)
        await one.until(lambda: one.words)
        assert "is outside the recording" in one.words[0]
        assert one.feed.at == BAD_AT - 1
    await one.after(lambda feed: feed.seek(END + 5))
    assert one.feed.at == near(END, 5)
    await one.after(lambda feed: feed.seek(BAD_AT))
    await one.after(lambda feed: feed.to_end())
    assert one.feed.at == near(END, 5)


async def test_steps_that_are_asked_for_in_a_row_add_up_and_cost_one_picture(watched):
    one = await watched(BAD_AT)
    await one.after(lambda feed: [feed.step(-1) for _ in range(3)])
    assert one.feed.at == BAD_AT - 3 * ROUND
    await one.after(lambda feed: feed.step(2))
    assert one.feed.at == BAD_AT - ROUND
    assert len(one.events) == 3


async def test_the_changes_of_the_shift_are_found_one_after_the_other(watched):
    one = await watched(END)
    places = []
    while not one.words:
        await one.after(lambda feed: feed.to_change(-1))
        places.append(one.feed.at)
    found = [(change.at, change.after) for change in one.changes]
    assert found == [
        (BACK_AT, "ok"),
        (AWAY_AT, "refused"),
        (near(GOOD_AT + 0.3), "ok"),  # there are free slots again
        (near(GOOD_AT), "open"),
        (near(BAD_AT), "agent_not_available"),
    ]
    assert places == [at for at, _ in found] + places[-1:]
    assert one.words == ["No change before this time."]
    assert one.verdict() is Verdict.AGENT_NOT_AVAILABLE
    await one.after(lambda feed: feed.to_change(1))
    assert one.feed.at == near(GOOD_AT)
    assert one.verdict() is Verdict.OPEN


async def test_changes_of_one_entry_point_pass_over_those_of_others(watched):
    one = await watched(AWAY_AT - 1)
    other = ENTRY_POINTS[0][0].key
    await one.after(lambda feed: feed.to_change(-1, {other}))
    assert one.words == ["No change of this entry point before this time."]
    await one.after(lambda feed: feed.to_change(-1, {BROKEN}))
    assert one.changes[-1].key == BROKEN
    assert one.feed.at == near(GOOD_AT + 0.3)


async def test_played_it_publishes_each_poll_of_the_time_that_passed(watched):
    one = await watched(BAD_AT - 3.5, speed=2.0, playing=True)
    await one.pass_seconds(1.0)
    assert one.feed.at == BAD_AT - 1.5
    assert one.verdict() is Verdict.OPEN
    await one.pass_seconds(2.0)
    assert one.feed.at == BAD_AT + 2.5
    assert one.verdict() is Verdict.AGENT_NOT_AVAILABLE
    polls = [event for event in one.events if isinstance(event, Observation)]
    wanted = [
        event.at
        for event in shift_events()
        if isinstance(event, Observation) and BAD_AT - 3.5 < event.at <= BAD_AT + 2.5
    ]
    assert [poll.at for poll in polls] == pytest.approx(wanted, rel=0, abs=0.2)
    assert sum(isinstance(event, RecordedBoard) for event in one.events) == 1


async def test_played_polls_lead_to_the_board_that_is_recorded_for_that_moment(watched):
    one = await watched(at_round(2), speed=1.0, playing=True)
    for _ in range(5):
        await one.pass_seconds(7.0)
    direct = await watched(one.feed.at)
    for key in (entry_point.key for entry_point, _ in ENTRY_POINTS):
        played, landed = one.board.status(key), direct.board.status(key)
        assert played.judgement == landed.judgement
        # Polls that repeat the one before are played evenly spread, a little beside their times.
        assert abs(len(played.state.history) - len(landed.state.history)) <= 1


async def test_a_step_over_more_than_an_interval_is_one_picture(watched):
    one = await watched(BAD_AT - 30, speed=60.0, playing=True)
    await one.pass_seconds(1.0)
    assert [type(event) for event in one.events] == [RecordedBoard, RecordedBoard]
    assert one.feed.at == BAD_AT + 30
    assert one.verdict() is Verdict.AGENT_NOT_AVAILABLE


async def test_a_server_that_goes_away_while_it_plays_is_shown_as_it_was(watched):
    one = await watched(AWAY_AT - 2, playing=True)
    await one.pass_seconds(4.0)
    (down,) = one.board.snapshot(one.feed.at).unreachable
    assert down.since == at_round(AWAY)
    assert one.verdict() is Verdict.UNREACHABLE


async def test_paused_it_stands_still_whatever_time_passes(watched):
    one = await watched(BAD_AT, playing=True)
    one.feed.pause()
    one.clock.now += 1000
    await one.after(lambda feed: feed.step(0))
    assert one.feed.at == BAD_AT
    one.feed.play()
    await one.pass_seconds(1.0)
    assert one.feed.at == BAD_AT + 1.0


async def test_played_it_passes_over_what_was_not_recorded(watched):
    last = at_round(ROUNDS - 1) + 2
    one = await watched(last, speed=30.0, playing=True)
    await one.pass_seconds(2.0)
    assert one.feed.at == near(at_round(ROUNDS) + GAP, 1)
    assert one.feed.recorded(one.feed.at)
    assert not one.feed.recorded(last + 600)


async def test_at_the_end_it_stops_playing(watched):
    one = await watched(END - 5, speed=10.0, playing=True)
    one.clock.now += 10
    await one.until(lambda: not one.feed.playing)
    assert one.feed.at == near(END, 5)


async def test_it_goes_on_where_the_recording_grew(tmp_path, watched):
    events = list(shift_events())
    half = [event for event in events if event.at < AWAY_AT]
    rest = [event for event in events if AWAY_AT <= event.at < AWAY_AT + 120]
    file = tmp_path / "growing.db"
    writer = record(file, half, entry_points=ENTRY_POINTS, close=False)
    one = await watched(END, file)
    assert one.feed.at < AWAY_AT
    board = Board(ENTRY_POINTS)
    for event in half:
        board.fold(event)
    tell(writer, board, rest)
    await one.after(lambda feed: feed.to_end())
    assert one.feed.at > BACK_AT
    writer.close()


async def test_the_next_slower_and_faster_speeds_end_at_the_last_ones(watched):
    one = await watched(BAD_AT, speed=7.0)
    one.feed.faster(1)
    assert one.feed.speed == 10.0
    one.feed.faster(-1)
    assert one.feed.speed == 5.0
    for _ in range(20):
        one.feed.faster(1)
    assert one.feed.speed == 3600.0


async def test_what_cannot_be_read_is_told_and_the_feed_goes_on(watched):
    one = await watched(BAD_AT)
    one.feed._recording.close()
    one.feed.seek(BAD_AT + 100)
    await one.until(lambda: one.words)
    assert one.words[0].startswith("Cannot read the recording")
    assert one.feed.at == BAD_AT
    assert one.verdict() is Verdict.AGENT_NOT_AVAILABLE


async def test_an_empty_recording_says_that_there_is_nothing_in_it(tmp_path, watched):
    file = tmp_path / "empty.db"
    record(file, [], entry_points=board_of(1000))
    one = await watched(START, file)
    assert one.words == ["Cannot read the recording: nothing recorded yet."]


def _run(first, last, polls):
    return Run(BROKEN, Endpoint.CAPACITY, first, last, polls, 0.01, 0.02, 0.03, None, None, None)


@pytest.mark.parametrize(
    ("run", "start", "stop", "times"),
    [
        (_run(10, 10, 1), 9, 11, [10]),
        (_run(10, 10, 1), 10, 11, []),
        (_run(10, 10, 1), 5, 10, [10]),
        (_run(0, 100, 11), 15, 40, [20, 30, 40]),
        (_run(0, 100, 11), 95, 200, [100]),
        (_run(0, 100, 11), -5, 10, [0, 10]),
        (_run(0, 100, 11), 100, 200, []),
        (_run(5, 5, 3), 0, 10, [5, 5, 5]),
    ],
)
def test_the_polls_of_a_run_are_spread_between_its_ends(run, start, stop, times):
    assert [poll.at for poll in polls_of(run, start, stop)] == times
