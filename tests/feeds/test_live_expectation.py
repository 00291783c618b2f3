"""A living board goes by its calendars: at each turn, after an edit, and by their newest files."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from feeds_support import rounds
from waiting import until

from wallboard.board import Board
from wallboard.calendar_settings import CalendarSettings, MaintenanceSettings, WeekSettings
from wallboard.config.state_folder import BoardId
from wallboard.domain.event import ExpectationChanged, RecordedBoard
from wallboard.domain.expectation import Conformity
from wallboard.domain.policy import Level, Verdict
from wallboard.feeds import Role
from wallboard.feeds.shared import SharedFeed
from wallboard.inheritance import entry_points_of
from wallboard.live import LiveBoard
from wallboard.recorder.recording import Recording

SHUT = CalendarSettings(name="shut", zone="UTC", default=True, week=WeekSettings(mon=()))
"""No day has hours, so that it is closed whenever the tests run."""

ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:tests
BEGIN:VEVENT
UID:1
DTSTART:{:%Y%m%dT%H%M%SZ}
DURATION:P2D
SUMMARY:Team day
END:VEVENT
END:VCALENDAR
"""


class Clock:
    """Real time, which a test may put forward."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@pytest.fixture
def clock():
    return Clock()


def live_board(settings, clock, name="a"):
    return LiveBoard(
        settings, lambda polled: SharedFeed(polled, BoardId(name), clock=clock), clock=clock
    )


def statuses(live):
    return list(live.snapshot().entry_points.values())


async def test_at_a_turn_of_the_calendar_the_level_changes_and_is_recorded(
    simulated, settings_of, server_of, tmp_path, clock
):
    simulator = await simulated(entry_points=2)
    path = tmp_path / "wall.db"
    ends_at = datetime.now(UTC) + timedelta(seconds=3600)
    upgrade = MaintenanceSettings(
        reason="upgrade", start="2026-01-01 00:00+00:00", until=ends_at.isoformat()
    )
    settings = settings_of(
        server_of(simulator), record=str(path), calendar=(SHUT,), maintenance=(upgrade,)
    )
    folds = []
    live = live_board(settings, clock)
    live.on_folded(folds.append)
    async with live:
        await until(lambda: rounds(simulator) >= 2 and live.status.role is Role.RECORDS)
        assert {one.conformity for one in statuses(live)} == {Conformity.MAINTENANCE}
        assert {one.judgement.level for one in statuses(live)} == {Level.OK}
        in_maintenance = clock()
        clock.ahead = 3601.0
        assert {one.judgement.verdict for one in statuses(live)} == {Verdict.OPEN}
        assert {one.conformity for one in statuses(live)} == {Conformity.OUTSIDE_HOURS}
        assert {one.judgement.level for one in statuses(live)} == {Level.WARNING}
        seen = rounds(simulator)
        await until(lambda: rounds(simulator) >= seen + 2)
    (turn,) = [one for one in folds if isinstance(one.event, ExpectationChanged) and one.changes]
    assert [(one.before, one.after) for one in turn.changes] == [("ok", "warning")] * 2
    with Recording.open(path) as recording:
        then, now = (recording.board_at(at).entry_points for at in (in_maintenance, clock()))
        assert [one.expectation.maintenance.reason for one in then] == ["upgrade"] * 2
        assert [one.level for one in then] == [Level.OK] * 2
        assert [one.expectation.maintenance for one in now] == [None] * 2
        assert [one.level for one in now] == [Level.WARNING] * 2
        replayed = Board(entry_points_of(settings))
        replayed.fold(recording.board_at(in_maintenance))
        assert {one.conformity for one in replayed.snapshot(0.0).entry_points.values()} == {
            Conformity.MAINTENANCE
        }


async def test_a_board_that_follows_goes_by_its_own_calendar(
    simulated, settings_of, server_of, tmp_path, clock
):
    simulator = await simulated(entry_points=1)
    settings = settings_of(server_of(simulator), record=str(tmp_path / "wall.db"), calendar=(SHUT,))
    async with live_board(settings, clock) as leader:
        await until(lambda: rounds(simulator) >= 2 and leader.status.role is Role.RECORDS)
        plain = live_board(replace(settings, calendar=()), clock)
        async with plain, live_board(settings, clock) as same:
            await until(lambda: len(statuses(same)[0].strip.worst) > 0)
            await until(lambda: len(statuses(plain)[0].strip.worst) > 0)
            await until(lambda: {plain.status.role, same.status.role} == {Role.FOLLOWS})
            assert statuses(same)[0].judgement.level is Level.WARNING
            assert statuses(plain)[0].judgement.level is Level.OK
            assert statuses(plain)[0].expected is None


async def test_an_edit_and_a_file_that_changes_are_taken_up_and_a_broken_one_is_told(
    simulated, settings_of, server_of, tmp_path, clock
):
    simulator = await simulated(entry_points=1)
    path = tmp_path / "team.ics"
    plain = settings_of(server_of(simulator), record=False)
    whole_days = CalendarSettings(name="c", zone="UTC", default=True, ics=str(path))
    async with live_board(plain, clock) as live:
        await until(lambda: statuses(live)[0].judgement.verdict is Verdict.OPEN)
        assert statuses(live)[0].expected is None
        live.take_up(replace(plain, calendar=(whole_days,)))
        await until(lambda: statuses(live)[0].expected is not None)
        assert statuses(live)[0].expected.why == "open around the clock"
        assert any("Cannot read team.ics of calendar c" in one for one in live.problems)
        path.write_text(ICS.format(datetime.now(UTC) - timedelta(days=1)))
        await until(lambda: not statuses(live)[0].expected.open)
        assert statuses(live)[0].expected.why == "event 'Team day' of team.ics"
        assert live.problems == ()
        path.write_text("broken")
        await until(lambda: any("using its last events" in one for one in live.problems))
        assert not statuses(live)[0].expected.open
        live.take_up(plain)
        await until(lambda: statuses(live)[0].expected is None)
        assert statuses(live)[0].judgement.level is Level.OK


async def test_what_was_not_recorded_keeps_what_is_expected(
    simulated, settings_of, server_of, clock
):
    simulator = await simulated(entry_points=2)
    settings = settings_of(server_of(simulator), record=False, calendar=(SHUT,))
    async with live_board(settings, clock) as live:
        await until(lambda: rounds(simulator) >= 1)
        live.fold(RecordedBoard(clock(), ()))
        assert [one.expected.open for one in statuses(live)] == [False, False]
