"""What a verdict means by what is expected, on tiles of every size and in the drill-down."""

from dataclasses import replace

import pytest
from alarmed import ACKED, NEW, alarm
from boards import NOW, made_board
from rich.cells import cell_len

from wallboard.domain.alarm import AlarmState
from wallboard.domain.event import ExpectationChanged
from wallboard.domain.expectation import Expectation, Expected, Maintenance
from wallboard.domain.policy import Level
from wallboard.report.words.expectations import expectation_sentence
from wallboard.ui.look.glyphs import UNICODE
from wallboard.ui.look.theme import load
from wallboard.ui.wall.layout import COMPACT, LARGE, NORMAL
from wallboard.ui.wall.rows import Scene, painter_of

DARK = load("dark")
HOUR = 3600.0
UNTIL = NOW - NOW % HOUR + HOUR
"""The end of the hour, so that the words have no day."""

CLOSED = Expectation(Expected(False, UNTIL, "regular hours Mon–Fri 08:00–18:00"))
BY_DAY = Expectation(Expected(True, UNTIL, "regular hours Mon–Fri 08:00–18:00"))
UPGRADE = Expectation(CLOSED.expected, Maintenance(UNTIL, "upgrade of ECE"))


def clock(at):
    from wallboard.report.words.alarms import minute

    return minute(at, NOW)


def status_with(key_of, expectation):
    """An entry point of the verdict of this alarm, by what is expected."""
    board = made_board()
    board.fold(ExpectationChanged(NOW, {key_of.key.entry_point: expectation}))
    return board.snapshot(NOW)


def drawn(shape, one, expectation, raised=None):
    density, width, height = shape
    snapshot = status_with(one, expectation)
    if raised:
        snapshot = replace(snapshot, alarms={raised.key: raised})
    key = one.key.entry_point
    mark = Scene(snapshot, (), None, None).alarm(key, UNICODE)
    painter = painter_of(density, DARK, width, height)
    strips = painter.paint(snapshot.entry_points[key], NOW, selected=False, alarm=mark)
    assert {cell_len(strip.text) for strip in strips} == {width}
    return "\n".join(strip.text for strip in strips)


@pytest.mark.parametrize(
    ("shape", "expectation", "says"),
    [
        ((NORMAL, 26, 4), UPGRADE, "maint"),
        ((NORMAL, 40, 5), UPGRADE, "maintenance until {until}"),
        ((NORMAL, 60, 8), UPGRADE, "maintenance until {until}: upgrade of ECE"),
        ((NORMAL, 60, 8), BY_DAY, "should be open until {until}"),
        ((COMPACT, 160, 1), BY_DAY, "should be open"),
        ((LARGE, 60, 12), BY_DAY, "should be open until {until}"),
        ((LARGE, 60, 12), UPGRADE, "maintenance until {until}: upgrade of ECE"),
    ],
    ids=str,
)
def test_a_tile_says_it(shape, expectation, says):
    assert says.format(until=clock(UNTIL)) in drawn(shape, NEW, expectation)


def test_the_words_of_an_alarm_come_before_and_a_suppressed_one_says_its_cause():
    wide = (NORMAL, 90, 8)
    both = drawn(wide, ACKED, BY_DAY, ACKED)
    assert f"by anna: restarting it, should be open until {clock(UNTIL)}" in both
    suppressed = alarm(1003, AlarmState.SUPPRESSED, suppressed_by="maintenance")
    told = drawn(wide, NEW, UPGRADE, suppressed)
    assert f"{UNICODE.alarm[AlarmState.SUPPRESSED]} maintenance until {clock(UNTIL)}: " in told


def test_a_fault_in_a_maintenance_is_calm():
    snapshot = status_with(NEW, UPGRADE)
    status = snapshot.entry_points[NEW.key.entry_point]
    assert status.judgement.level is Level.OK
    assert expectation_sentence(status, NOW) == (
        f"maintenance until {clock(UNTIL)}: upgrade of ECE"
    )
    by_day = status_with(NEW, BY_DAY).entry_points[NEW.key.entry_point]
    assert expectation_sentence(by_day, NOW) == (
        f"should be open until {clock(UNTIL)} (regular hours Mon–Fri 08:00–18:00)"
    )
