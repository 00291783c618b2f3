"""What would have been sent is what would have been due, whatever happened right afterwards."""

import pytest
from notice_stories import BILLING, SALES, raised, row

from wallboard.domain.ledger_row import RowKind
from wallboard.notices.dry_run import would_be_queued
from wallboard.notices.notice import Phase
from wallboard.notices.plan import Route, SendingRules
from wallboard.report.words.notices import phase_of

PAGER = Route("pager", 0.0, lambda key, level, at: True)


def told(rows, group_wait=30.0):
    rules = SendingRules((PAGER,), group_wait=group_wait)
    return [(one.key, phase_of(one)) for one in would_be_queued(rows, rules, 10_000.0)]


@pytest.mark.parametrize("over_at", [161.5, 164.9, 170.0])
def test_what_is_over_soon_after_it_was_due_is_told(over_at):
    other = raised(100.0, BILLING)
    rows = (other, raised(131.0, SALES), row(RowKind.CLEARED, over_at, SALES, onset=101.0))
    phases = [phase for key, phase in told(rows) if key == SALES]
    assert phases == [Phase.RAISE, Phase.OVER]


def test_what_is_over_before_it_was_due_is_not_told():
    rows = (raised(100.0, SALES), row(RowKind.CLEARED, 129.0, SALES, onset=70.0))
    assert told(rows) == []


def test_the_shortest_alarms_are_told_where_little_is_waited_for():
    rows = (raised(100.0, SALES), row(RowKind.CLEARED, 102.0, SALES, onset=70.0))
    assert [phase for _, phase in told(rows, group_wait=0.5)] == [Phase.RAISE, Phase.OVER]
