"""A scripted week gives the alarms that are listed beside it: live, replayed, and back-tested."""

import time

import pytest
from scripted_week import FOLDER, START, WEEK, Week, told

from wallboard.backtest import RuleSet, backtest
from wallboard.board import Board
from wallboard.domain.alarm import AlarmState
from wallboard.domain.ledger_row import AlarmKey
from wallboard.inheritance import alarm_rules_of, entry_points_of
from wallboard.recorded_alarms import alarms_at
from wallboard.recorder.recording import Recording

EXPECTED = [
    line
    for line in (FOLDER / "alarms.txt").read_text().splitlines()
    if line and not line.startswith("#")
]


@pytest.fixture(scope="module")
def week(tmp_path_factory) -> Week:
    """The week, during which the program is started again once."""
    week = Week(tmp_path_factory.mktemp("week") / "week.db")
    week.live()
    return week


def test_live_it_gives_the_alarms_that_are_listed(week):
    assert told(week.rows) == EXPECTED


def test_a_backtest_with_the_same_rules_gives_the_same_rows(week):
    rules = RuleSet.of(week.settings, week.plan)
    with Recording.open(week.recording) as recording:
        (rows,) = backtest(recording, [rules], START, START + WEEK, ledger=week.rows)
    assert told(rows) == EXPECTED
    sight = [row for row in week.rows if row.key is None]
    assert [row.kind for row in sight] == ["blind", "seeing"]
    assert [_known(row) for row in rows] == [_known(row) for row in week.rows if row.key]


def test_a_backtest_may_begin_at_any_moment(week):
    rules = RuleSet.of(week.settings, week.plan)
    since = START + 2 * 86_400 + 8_400.0
    with Recording.open(week.recording) as recording:
        (rows,) = backtest(recording, [rules], since, START + WEEK, ledger=week.rows)
    # On Wednesday 02:20, after the restart of the server.
    assert told(rows)[-7:] == EXPECTED[-7:]


def test_without_witnesses_a_lost_network_is_an_alarm(week):
    rules = RuleSet(
        RuleSet.of(week.settings, week.plan).policies,
        RuleSet.of(week.settings, week.plan).alarms,
        week.plan,
        witnessed=False,
    )
    with Recording.open(week.recording) as recording:
        (rows,) = backtest(recording, [rules], START, START + WEEK, ledger=week.rows)
    more = set(told(rows)) - set(EXPECTED)
    assert [line.split("  ")[3] for line in more] == ["north"]
    assert "Sat 12:0" in more.pop()


def _known(row):
    """What a row says, less the millisecond by which a recorded poll may differ."""
    return (round(row.at, 1), row.kind, row.key, row.onset and round(row.onset, 1), row.verdict)


@pytest.mark.parametrize("with_ledger", [True, False], ids=["by the ledger", "by the rules"])
def test_a_replay_shows_the_alarms_of_the_moment(week, tmp_path, with_ledger):
    path = week.recording
    if not with_ledger:
        path = tmp_path / "week.db"
        path.write_bytes(week.recording.read_bytes())
    rules = alarm_rules_of(week.settings)
    ledger_since = START + 36_180.0 + 60
    with Recording.open(path) as recording:
        for at, shown in week.shown:
            if at < ledger_since and with_ledger:
                continue
            board = Board(entry_points_of(week.settings))
            board.fold(recording.board_at(at))
            then = alarms_at(recording, path, board.snapshot(at), rules)
            states = {key: alarm.state for key, alarm in then.alarms.items()}
            gone = set[AlarmKey]()
            if not with_ledger:
                # Nobody knows that nobody looked at what returned long ago.
                gone = {key for key, state in shown.items() if state is AlarmState.RETURNED}
            live = {key: state for key, state in shown.items() if key not in gone}
            states = {key: state for key, state in states.items() if key not in gone}
            assert states == live, time.strftime("%a %H:%M:%S", time.gmtime(at))
