"""What is sent to whom and when, by the rows of the ledger alone."""

from dataclasses import replace

import pytest
from notice_stories import BILLING, PROD, SALES, raised, row

from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind, moment
from wallboard.domain.policy import Level
from wallboard.notices.channel import ALL_PHASES
from wallboard.notices.episode import thread_of
from wallboard.notices.notice import Phase
from wallboard.notices.outbox import KEPT_SECONDS, LATE_SECONDS, Outbox, outcome
from wallboard.notices.plan import Route, SendingRules, plan


def always(key, level, at):
    return True


PAGER = Route("pager", 0.0, always)


class World:
    """An outbox with a ledger that keeps every row, and channels that take what is queued."""

    def __init__(self, routes=(PAGER,)) -> None:
        self.routes = routes
        self.outbox = Outbox()
        self.ledger = []
        self.arrived = []
        self.suppressed = ()

    def happens(self, *rows: LedgerRow):
        for one in rows:
            self.ledger.append(one)
            self.outbox.take(one)

    def plan(self, now):
        phases = {route.channel: ALL_PHASES for route in self.routes}
        rows = plan(self.outbox, now, SendingRules(self.routes), phases, self.suppressed)
        self.happens(*rows)
        return rows

    def deliver(self, now):
        for one in self.outbox.open_notices():
            self.arrived.append((one.phase, one.channel, thread_of(one), len(one.alarms)))
            self.happens(outcome(one, RowKind.SENT, now, "accepted"))

    def at(self, now):
        self.plan(now)
        self.deliver(now)
        return [phase for phase, *_ in self.arrived]

    def restarted(self):
        again = World(self.routes)
        again.arrived = self.arrived
        again.happens(*self.ledger)
        return again


def test_an_alarm_is_told_once_after_the_group_wait():
    world = World()
    world.happens(raised(100))
    assert world.at(129.9) == []
    assert world.at(130) == [Phase.RAISE]
    assert world.at(131) == [Phase.RAISE]


def test_it_is_told_again_until_it_is_acknowledged_and_over_once():
    world = World()
    world.happens(raised(100))
    world.at(130)
    assert world.at(1029) == [Phase.RAISE]
    assert world.at(1030) == [Phase.RAISE, Phase.REMIND]
    assert world.at(1031) == [Phase.RAISE, Phase.REMIND]
    world.happens(row(RowKind.ACKNOWLEDGED, 1100, onset=70, who="ana@jump1", text="on it"))
    assert world.at(1101)[2:] == [Phase.ACKNOWLEDGE]
    assert world.at(5000)[2:] == [Phase.ACKNOWLEDGE]
    world.happens(row(RowKind.CLEARED, 6000, onset=70))
    assert world.at(6001)[3:] == [Phase.OVER]
    assert world.at(9000)[4:] == []


def test_all_that_is_sent_of_one_alarm_has_one_thread_and_each_notice_its_own_id():
    world = World()
    world.happens(raised(100))
    world.at(130)
    world.at(1030)
    world.happens(row(RowKind.RETURNED, 1200, onset=70))
    world.at(1201)
    assert len({thread for _, _, thread, _ in world.arrived}) == 1
    assert len({one.notice for one in world.ledger if one.kind is RowKind.QUEUED}) == 3


def test_over_is_said_only_of_what_was_delivered():
    world = World()
    world.happens(raised(100))
    assert world.plan(130)
    world.happens(row(RowKind.RETURNED, 200, onset=70))
    assert world.plan(201) == []


def test_what_is_over_before_it_is_due_is_not_told():
    world = World()
    world.happens(raised(100), row(RowKind.CLEARED, 120, onset=70))
    assert world.at(130) == []


def test_worse_breaks_an_acknowledgement_and_calls_at_once():
    world = World()
    world.happens(raised(100, level=Level.WARNING))
    world.at(130)
    world.happens(row(RowKind.ACKNOWLEDGED, 140, onset=70, who="ana@jump1"))
    world.at(141)
    world.happens(row(RowKind.UNACKNOWLEDGED, 150, onset=70))
    assert world.at(151) == [Phase.RAISE, Phase.ACKNOWLEDGE, Phase.REMIND]
    assert world.at(152)[3:] == []


@pytest.mark.parametrize("kind", [RowKind.ACKNOWLEDGED, RowKind.SHELVED])
def test_what_somebody_has_in_hand_calls_nobody(kind):
    world = World()
    world.happens(raised(100), row(kind, 110, onset=70, who="ana@jump1", until=4000))
    assert world.at(500) == []


def test_after_a_shelf_it_calls():
    world = World()
    world.happens(raised(100), row(RowKind.SHELVED, 110, onset=None, until=400))
    assert world.at(399) == []
    assert world.at(400) == [Phase.RAISE]


def test_what_its_server_explains_is_not_told():
    world = World()
    world.happens(raised(100), raised(101, PROD))
    world.suppressed = {BILLING}
    world.at(140)
    assert [count for *_, count in world.arrived] == [1]
    assert {one.key for one in world.ledger if one.kind is RowKind.QUEUED} == {PROD}


def test_escalation_calls_the_next_one_only_while_nobody_has_acknowledged():
    second = Route("manager", 600.0, always)
    world = World((PAGER, second))
    world.happens(raised(100))
    world.at(130)
    world.at(700)
    assert {channel for _, channel, *_ in world.arrived} == {"pager"}
    world.at(730)
    assert [channel for _, channel, *_ in world.arrived] == ["pager", "manager"]
    other = World((PAGER, second))
    other.happens(raised(100))
    other.at(130)
    other.happens(row(RowKind.ACKNOWLEDGED, 200, onset=70, who="ana@jump1"))
    other.at(800)
    assert {channel for _, channel, *_ in other.arrived} == {"pager"}


def test_a_route_takes_only_what_it_is_for():
    critical = Route("pager", 0.0, lambda key, level, at: level >= Level.CRITICAL)
    world = World((critical,))
    world.happens(raised(100, level=Level.WARNING), raised(100, SALES))
    world.at(130)
    assert {one.key for one in world.ledger if one.kind is RowKind.QUEUED} == {SALES}


def test_a_thousand_alarms_at_once_are_one_notice_a_route():
    world = World((PAGER, Route("mail", 0.0, always)))
    keys = [AlarmKey("prod", number) for number in range(1000)]
    world.happens(*(raised(100 + number / 100, key) for number, key in enumerate(keys)))
    world.at(130)
    assert sorted((channel, count) for _, channel, _, count in world.arrived) == [
        ("mail", 1000),
        ("pager", 1000),
    ]
    world.happens(
        *(
            row(RowKind.CLEARED, 900, key, onset=70 + number / 100)
            for number, key in enumerate(keys[:-1])
        )
    )
    assert len(world.at(901)) == 2
    world.happens(row(RowKind.CLEARED, 950, keys[-1], onset=79.99))
    assert world.at(951)[2:] == [Phase.OVER, Phase.OVER]


def test_few_that_come_together_are_told_each_by_itself():
    world = World()
    world.happens(raised(100), raised(129, SALES))
    assert world.at(129) == []
    assert world.at(130) == [Phase.RAISE, Phase.RAISE]


def test_a_restart_between_any_two_rows_changes_nothing():
    whole = World((PAGER, Route("mail", 60.0, always)))
    story = [
        (100, raised(100)),
        (105, raised(105, SALES)),
        (300, row(RowKind.ACKNOWLEDGED, 300, onset=70, who="ana@jump1")),
        (400, row(RowKind.RETURNED, 400, SALES, onset=75)),
        (500, row(RowKind.UNACKNOWLEDGED, 500, onset=70)),
        (2000, row(RowKind.CLEARED, 2000, onset=70)),
    ]

    def run(world, *, restart):
        pending = list(story)
        for now in range(100, 2100, 5):
            while pending and pending[0][0] <= now:
                world.happens(pending.pop(0)[1])
            world.plan(now)
            if restart:
                world = world.restarted()
            world.deliver(now)
            world.outbox.forget_finished(now)
            if restart:
                world = world.restarted()
        return world.arrived

    told = run(whole, restart=False)
    assert [phase for phase, *_ in told].count(Phase.OVER) == 4
    assert run(World(whole.routes), restart=True) == told


def test_what_is_finished_is_forgotten():
    world = World()
    for number in range(50):
        key = AlarmKey("prod", number)
        world.happens(raised(100 + number, key))
    world.at(200)
    for number in range(50):
        onset = 70.0 + number
        world.happens(row(RowKind.CLEARED, 300, AlarmKey("prod", number), onset=onset))
    world.at(301)
    world.outbox.forget_finished(302 + KEPT_SECONDS)
    assert not world.outbox.episodes
    world.outbox.forget_finished(302 + LATE_SECONDS)
    world.outbox.late = False
    assert not [name for name, kept in vars(world.outbox).items() if kept]


def test_rows_of_others_that_make_no_sense_are_passed_over():
    world = World()
    queued = row(RowKind.QUEUED, 100, onset=70, text="raise after soon")
    world.happens(
        replace(queued, notice="x"),
        replace(queued, notice="y", text="raise after 1e999 s"),
        replace(row(RowKind.SENT, 100, onset=70), notice="z"),
        row(RowKind.WORSENED, 100, onset=70),
    )
    assert world.at(500) == []


def test_an_outcome_of_this_process_is_not_late_when_the_ledger_has_it_after_others():
    """Several channels that tell of one alarm end in any order, to less than a millisecond."""
    world = World((PAGER, Route("mail", 0.0, always)))
    world.happens(raised(100))
    world.plan(130)
    ends = [
        outcome(one, RowKind.SENT, 131.0004 + number, "accepted")
        for number, one in enumerate(world.outbox.open_notices())
    ]
    for row_ in ends:
        world.outbox.take_own(row_)
    for row_ in ends:
        world.outbox.take(replace(row_, at=moment(row_.at), who="ops@jump1", board="chat"))
    assert not world.outbox.late
    assert world.outbox.open_notices() == []


def test_the_same_outcome_of_another_process_is():
    world = World((PAGER, Route("mail", 0.0, always)))
    world.happens(raised(100))
    world.plan(130)
    first, second = world.outbox.open_notices()
    world.outbox.take_own(outcome(second, RowKind.SENT, 132, "accepted"))
    world.outbox.take(outcome(first, RowKind.SENT, 131, "accepted"))
    assert world.outbox.late


def test_tries_come_further_and_further_apart_and_later_if_the_far_side_says_so():
    world = World()
    world.happens(raised(100))
    world.plan(130)
    (notice,) = world.outbox.open_notices()
    waits = []
    for tries in range(1, 8):
        notice.tries = tries
        notice.failed(1000.0, None)
        waits.append(notice.next_try_at - 1000.0)
    assert waits == [5.0, 15.0, 45.0, 120.0, 300.0, 300.0, 300.0]
    notice.failed(1000.0, 600.0)
    assert notice.next_try_at == 1600.0
