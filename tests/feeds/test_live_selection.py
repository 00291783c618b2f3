"""Some entry points of a config are shown out of what is polled and recorded for all of it."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from feeds_support import rounds
from waiting import until

from wallboard.config.reload import ConfigSource
from wallboard.config.selection import Selection, selected
from wallboard.config.state_folder import BoardId
from wallboard.domain.event import RecordedBoard
from wallboard.domain.observation import Observation
from wallboard.feeds import Role
from wallboard.feeds.shared import SharedFeed
from wallboard.live import LiveBoard
from wallboard.recorder.errors import RecordingError
from wallboard.recorder.recording import Recording

BOARD = BoardId("a board")


class Config:
    """A config that tests edit, of which some entry points are selected."""

    def __init__(self, whole, *ids: str) -> None:
        self.whole = whole
        self._ids = ids

    def read(self):
        return selected(self.whole, Selection(ids=self._ids)) if self._ids else self.whole

    def live(self):
        source = ConfigSource(
            replace(BOARD, selection=self._ids),
            self.read,
            whole=(lambda: self.whole) if self._ids else None,
        )
        return LiveBoard(self.read(), lambda polled: SharedFeed(polled, BOARD), source=source)

    def edit(self, live, whole):
        self.whole = whole
        live.take_up(self.read())


@pytest.fixture
def path(tmp_path):
    return tmp_path / "wall.db"


@pytest.fixture
async def started():
    async with AsyncExitStack() as stack:

        async def start(live):
            folds = []
            live.on_folded(folds.append)
            await stack.enter_async_context(live)
            return folds

        yield start


def ids(live):
    return [key.id for key in live.snapshot().entry_points]


def polled(folds):
    """The endpoints that were polled of the entry points that are told of."""
    return {
        (one.event.key.id, one.event.endpoint)
        for one in folds
        if isinstance(one.event, Observation) and one.statuses
    }


def listed(path):
    try:
        with Recording.open(path) as recording:
            return [point.key.id for point, _ in recording.entry_points()]
    except RecordingError:
        return []  # it is just being begun


async def test_a_selection_polls_and_records_all_and_shows_and_tells_itself(
    started, simulated, settings_of, server_of, path
):
    simulator = await simulated()
    whole = settings_of(server_of(simulator), record=str(path))
    part = Config(whole, "1001").live()
    folds = await started(part)
    await until(lambda: rounds(simulator) >= 2)
    assert (ids(part), part.status.role, part.status.recording_path) == ([1001], Role.RECORDS, path)
    assert sum(part.snapshot().verdicts.values()) == 1
    assert {id_ for id_, _ in polled(folds)} == {1001}
    assert {one.key.id for fold in folds for one in fold.changes} == {1001}
    full = Config(whole).live()
    folds = await started(full)
    await until(lambda: full.status.role is Role.FOLLOWS)
    await until(lambda: len(polled(folds)) == 15)
    assert full.problems == ()
    await part.stop()
    assert listed(path) == [1000, 1001, 1002]
    with Recording.open(path) as recording:
        assert {run.key.id for run in recording.runs()} == {1000, 1001, 1002}
        assert {one.key.id for one in recording.changes()} == {1000, 1001, 1002}


async def test_a_selection_counts_its_own_polls_only(
    started, simulated, settings_of, server_of, path
):
    simulator = await simulated()
    part = Config(settings_of(server_of(simulator), record=str(path)), "1001").live()
    folds = await started(part)
    await until(lambda: len(polled(folds)) == 5 and rounds(simulator) >= 3)
    own = [one for one in folds if isinstance(one.event, Observation) and one.statuses]
    snapshot = part.snapshot()
    assert snapshot.polls_per_minute == len(own)
    assert snapshot.newest_at == max(one.event.at for one in own)
    assert part.board.snapshot(snapshot.at).polls_per_minute > len(own)


async def test_a_selection_that_follows_has_the_events_of_its_own_entry_points(
    started, simulated, settings_of, server_of, path
):
    simulator = await simulated('[[fault]]\nkind = "other"\nfrom = 600\nuntil = 99_999')
    whole = settings_of(server_of(simulator), record=str(path))
    full = Config(whole).live()
    await started(full)
    await until(lambda: rounds(simulator) >= 2)
    simulator.speed = 1_000.0  # each of the three is closed,
    await until(lambda: len(full.snapshot().events) >= 3)
    simulator.speed = 1_000_000.0  # and open again
    await until(lambda: len(full.snapshot().events) >= 6)
    part = Config(whole, "1002").live()
    folds = await started(part)
    await until(lambda: part.snapshot().events)
    (restored,) = (one for one in folds if isinstance(one.event, RecordedBoard))
    assert [one.entry_point.key.id for one in restored.statuses] == [1002]
    assert {change.key.id for change in part.snapshot().events} == {1002}
    await until(lambda: part.status.leader)


async def test_a_selection_that_is_not_recorded_polls_only_itself(
    started, simulated, settings_of, server_of
):
    simulator = await simulated()
    part = Config(settings_of(server_of(simulator), record=False), "1001").live()
    await started(part)
    await until(lambda: simulator.requests.count >= 15)
    assert {path.rpartition("/")[2] for _, path in simulator.requests.log} == {"1001"}
    assert (ids(part), part.status.recording_path) == ([1001], None)


async def test_an_edit_adds_and_removes_entry_points_of_the_selection_and_of_the_rest(
    started, simulated, settings_of, server_of, path
):
    simulator = await simulated()
    server = server_of(simulator)

    def whole(*places: int, **more):
        points = tuple(server.entry_point[place] for place in places)
        return settings_of(replace(server, entry_point=points), **{"record": str(path), **more})

    config = Config(whole(0, 1), "1000-1001")
    part = config.live()
    folds = await started(part)
    await until(lambda: len(polled(folds)) == 10)
    config.edit(part, whole(1, 2))
    assert ids(part) == [1001]
    assert [one.entry_point.key.id for one in folds[-1].statuses] == [1001]
    assert part.snapshot().entry_points.keys() < part.board.snapshot(0.0).entry_points.keys()
    await until(lambda: listed(path) == [1001, 1002])
    config.edit(part, whole(0, 1, 2))
    await until(lambda: listed(path) == [1000, 1001, 1002])
    assert ids(part) == [1000, 1001]
    assert {key for key, _ in polled(folds)} == {1000, 1001}


async def test_a_selection_polls_all_as_soon_as_an_edit_has_it_recorded(
    started, simulated, settings_of, server_of, path
):
    simulator = await simulated()
    server = server_of(simulator)
    config = Config(settings_of(server, record=False), "1001")
    part = config.live()
    await started(part)
    await until(lambda: part.status.role is Role.POLLS and simulator.requests.count >= 5)
    config.edit(part, settings_of(server, record=str(path)))
    await until(lambda: listed(path) == [1000, 1001, 1002])
    await until(lambda: rounds(simulator) >= 1)
    assert ids(part) == [1001]
    config.edit(part, settings_of(server, record=False))
    await until(lambda: part.status.role is Role.POLLS)
    await asyncio.sleep(0)
    assert [key.id for key in part.board.snapshot(0.0).entry_points] == [1001]
