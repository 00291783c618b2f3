"""The alarms of the moment that a replay shows: by the ledger, or by the rules before it."""

import shutil

import pytest
from recorder.ledger_rows import written
from recorder.shift import BAD_AT, BROKEN, GOOD_AT, recorded_shift
from rewinds import position, recorded_wall
from walls import part, settled, until

from wallboard.domain.alarm import AlarmState
from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind
from wallboard.domain.policy import Level
from wallboard.ui.screen.board_screen import Passing
from wallboard.ui.screen.header import BoardHeader

SIZE = (100, 30)
KEY = AlarmKey.of(BROKEN)


@pytest.fixture(scope="module")
def shift(tmp_path_factory):
    return recorded_shift(tmp_path_factory.mktemp("shift") / "shift.db")


@pytest.fixture
def path(shift, tmp_path):
    return shutil.copy(shift, tmp_path / "shift.db")


def row(at, kind, **more):
    return LedgerRow(at, kind, KEY, BAD_AT, Level.CRITICAL, "agent_not_available", **more)


RAISED = row(BAD_AT + 30, RowKind.RAISED)
TAKEN = row(BAD_AT + 60, RowKind.ACKNOWLEDGED, who="ana@jump1", text="on it", until=GOOD_AT + 9999)
CLEARED = row(GOOD_AT + 60, RowKind.CLEARED, until=GOOD_AT)


async def seen(app, pilot, at):
    """The state of the alarm at a moment, once it is shown."""
    app.replay_session.ask(lambda feed: feed.seek(at))
    await until(pilot, lambda: position(app) == pytest.approx(at, abs=0.01))
    replay = app.replay_session._replay_board
    jumps = app.view().replay_position.jumps
    await until(pilot, lambda: replay._alarms.found_for == (jumps, app.view().snapshot.at))
    await settled(pilot)
    alarm = app.view().snapshot.alarms.get(KEY)
    return alarm.state if alarm else None


async def test_who_had_it_is_shown_as_the_ledger_has_it(path):
    written(path.with_name("shift.ledger"), RAISED, TAKEN, CLEARED)
    app = recorded_wall(path)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert app.view().snapshot.alarms == {}
        assert await seen(app, pilot, BAD_AT + 40) is AlarmState.UNACKNOWLEDGED
        assert "1 new" in part(app, BoardHeader)
        assert await seen(app, pilot, BAD_AT + 90) is AlarmState.ACKNOWLEDGED
        assert app.view().snapshot.alarms[KEY].acknowledgement.who == "ana@jump1"
        assert [one.kind for one in app.view().snapshot.ledger] == [RAISED.kind, TAKEN.kind]
        assert await seen(app, pilot, GOOD_AT + 90) is None
        await pilot.press("a")
        assert "A replay is read-only." in part(app, Passing)


async def test_before_there_was_a_ledger_they_are_what_the_rules_make_of_it(path):
    app = recorded_wall(path)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert await seen(app, pilot, BAD_AT + 10) is AlarmState.PENDING
        assert await seen(app, pilot, BAD_AT + 40) is AlarmState.UNACKNOWLEDGED
        assert await seen(app, pilot, GOOD_AT + 30) is AlarmState.UNACKNOWLEDGED
        assert await seen(app, pilot, GOOD_AT + 90) is AlarmState.RETURNED


async def test_of_another_moment_no_alarms_are_shown(path):
    written(path.with_name("shift.ledger"), RAISED)
    app = recorded_wall(path)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await seen(app, pilot, BAD_AT + 40)
        replay = app.replay_session._replay_board
        jumps = replay.feed.jumps
        app.replay_session.ask(lambda feed: feed.seek(BAD_AT - 50))
        await until(pilot, lambda: replay.feed.jumps > jumps)
        found_for = replay._alarms.found_for
        assert app.view().snapshot.alarms == {} or found_for[0] == replay.feed.jumps


async def test_a_ledger_that_cannot_be_read_costs_only_the_alarms(path):
    path.with_name("shift.ledger").write_bytes(b"no ledger")
    app = recorded_wall(path)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        app.replay_session.ask(lambda feed: feed.seek(BAD_AT + 40))
        await until(pilot, lambda: position(app) == pytest.approx(BAD_AT + 40, abs=0.01))
        await settled(pilot)
        assert app.view().snapshot.alarms == {}
