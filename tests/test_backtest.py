"""A backtest gives what the board gave that recorded: on random shifts with silences."""

import random

import pytest
from recorder.incidents import shift
from recorder.live_states import POINTS, silent
from recorder.recordings import SERVER, START

from wallboard.alarm_board import AlarmBoard
from wallboard.backtest import RuleSet, backtest
from wallboard.board import Board
from wallboard.domain.alarm import AlarmRules
from wallboard.domain.ledger_row import AlarmKey
from wallboard.domain.policy import Level
from wallboard.domain.raised_alarm import raised_alarms
from wallboard.recorder.recording import Recording
from wallboard.recorder.writing.writer import Writer

KEYS = [AlarmKey(SERVER), *(AlarmKey.of(point.key) for point, _ in POINTS)]
ROUNDS = 700
END = START + ROUNDS * 10.0


def live(path, events, rules):
    """The alarms of a board that records."""
    board, alarms, writer = Board(POINTS), AlarmBoard(rules), Writer.open(path, clock=lambda: START)
    writer.listed(POINTS, "Tests")
    rows = []
    for event in events:
        rows += alarms.advance(event.at)
        folded = board.fold(event)
        rows += alarms.fold(folded)
        writer.write([folded])
    writer.close()
    return [*rows, *alarms.advance(END)]


def told(rows):
    """Each alarm, with times to a tenth of a second."""
    return [
        (
            one.key,
            round(one.onset - START, 1),
            round(one.raised_at - START, 1),
            None if one.over_at is None else round(one.over_at - START, 1),
            one.verdict,
            one.chattering,
        )
        for one in sorted(raised_alarms(rows), key=lambda one: (one.raised_at, one.key.id or 0))
    ]


@pytest.mark.parametrize("seed", [1, 3])
@pytest.mark.parametrize(
    "rule",
    [
        AlarmRules(),
        AlarmRules(level=Level.WARNING, raise_for=45.0, flap_changes=3, flap_within=900.0),
        AlarmRules(level=Level.UNKNOWN, raise_for=0.0, clear_for=0.0),
    ],
    ids=["default", "warning", "at once"],
)
def test_it_gives_the_alarms_of_the_board_that_recorded(tmp_path, seed, rule):
    path, rules = tmp_path / "a.db", dict.fromkeys(KEYS, rule)
    rows = live(path, silent(shift(ROUNDS), random.Random(seed)), rules)
    policies = {point.key: policy for point, policy in POINTS}
    with Recording.open(path) as recording:
        (found,) = backtest(recording, [RuleSet(policies, rules)], START, END)
    assert told(rows)
    assert told(found) == told(rows)


def test_it_tells_how_far_it_is(tmp_path):
    path, rules = tmp_path / "a.db", dict.fromkeys(KEYS, AlarmRules())
    live(path, shift(300), rules)
    parts = []
    with Recording.open(path) as recording:
        backtest(recording, [RuleSet({}, rules)], START, START + 3000, on_progress=parts.append)
    assert len(parts) > 3
    assert parts == sorted(parts)
    assert parts[-1] == pytest.approx(1.0, abs=0.01)
