"""The alarms of a board, by what its servers and entry points say."""

import math

import pytest
from alarm_told import (
    CLOSED,
    KEYS,
    MAINTAINED,
    ONE,
    OPEN,
    OTHER,
    POLICY,
    PROD,
    TWO,
    Told,
    rules_for,
)

from wallboard.alarm_board import AlarmBoard
from wallboard.domain.alarm import AlarmState, Truth
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.event import ClockSet, RecordedBoard, RecordedStatus
from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind
from wallboard.domain.observation import ServerStatus
from wallboard.domain.policy import Level
from wallboard.domain.snapshot import Folded


def test_an_entry_point_that_is_down_for_long_enough_raises_its_alarm():
    told = Told().polls(0, 100, "open").polls(110, 200, "down", ONE).look(200)
    assert told.told() == ["140 raised"]
    (row,) = told.rows
    assert row == LedgerRow(
        140, RowKind.RAISED, AlarmKey.of(ONE), 110, Level.CRITICAL, "service_not_running"
    )
    assert told.states == {ONE: "unacknowledged"}


def test_another_verdict_of_the_same_level_is_the_same_condition():
    told = Told().polls(0, 20, "down", ONE).polls(30, 60, "no agents", ONE).look(60)
    assert told.rows[0].onset == 0
    assert told.rows[0].verdict == "service_not_running"
    assert told.alarms.alarms[ONE].condition.verdict == "agent_not_available"
    assert told.told() == ["30 raised"]


@pytest.mark.parametrize(
    ("level", "said", "raised"),
    [
        (Level.CRITICAL, "inactive", False),
        (Level.WARNING, "inactive", True),
        (Level.UNKNOWN, "inactive", False),
        (Level.UNKNOWN, "error", True),
        (Level.CRITICAL, "error", False),
        (Level.CRITICAL, "refused", True),
        (Level.WARNING, "open", False),
    ],
)
def test_the_level_decides_what_raises(level, said, raised):
    told = Told(level=level).polls(0, 100, said, ONE).look(100)
    assert bool(told.rows) is raised


def test_nothing_is_raised_by_a_board_that_has_not_heard_anything():
    assert Told(level=Level.WARNING).look(10_000).states == {}


def test_what_is_out_of_date_is_neither_raised_nor_over_and_says_since_when():
    told = Told(level=Level.UNKNOWN).polls(0, 20, "down", ONE).look(1000)
    # The last poll holds for three intervals, in which it was true long enough.
    assert told.told() == ["30 raised"]
    alarm = told.alarms.alarms[ONE]
    assert (alarm.condition.truth, alarm.since) == (Truth.INCONCLUSIVE, 50)
    assert told.state(ONE) == "unacknowledged"
    assert told.poll(1000, "open", ONE).look(1030).told() == ["30 raised"]
    assert told.polls(1010, 1100, "open", ONE).look(1100).told()[1:] == ["1060 returned"]
    assert Told(raise_for=60.0).polls(0, 20, "down", ONE).look(1000).rows == []


def test_a_pending_alarm_says_how_long_it_has_been_true_as_long_as_polls_confirm_it():
    told = Told(raise_for=200.0).polls(0, 100, "down", ONE).look(105)
    assert told.alarms.alarms[ONE].held_at(105) == 105
    assert told.look(500).alarms.alarms[ONE].held_at(500) == 130


def test_a_poll_after_a_gap_goes_on_where_it_was_whether_somebody_looked_or_not():
    def told(*looks: float):
        told = Told(raise_for=60.0).polls(0, 20, "down", ONE)
        for now in looks:
            told.look(now)
        return told.polls(500, 600, "down", ONE).look(600)

    assert told().rows == told(30, 49, 51, 200).rows
    assert told().told() == ["510 raised"]
    assert told().alarms.alarms == told(51, 52).alarms.alarms


def test_an_alarm_that_did_not_change_is_the_same_object_and_so_are_all_of_them():
    told = Told().polls(0, 100, "down", ONE).look(100)
    before, alarm = told.alarms.alarms, told.alarms.alarms[ONE]
    told.polls(110, 500, "down", ONE).look(500)
    assert told.alarms.alarms is before
    told.polls(510, 600, "down", TWO).look(600)
    assert told.alarms.alarms is not before
    assert told.alarms.alarms[ONE] is not alarm  # its polls have ended meanwhile
    assert before == {ONE: alarm}


def test_acknowledged_it_is_over_when_it_is_over():
    told = Told().polls(0, 100, "down", ONE).look(100).acknowledge(100, AlarmKey.of(ONE))
    assert told.states == {ONE: "acknowledged"}
    told.polls(110, 200, "open", ONE).look(200)
    assert told.told() == ["30 raised", "170 cleared"]
    assert told.states == {}


def test_a_server_out_of_reach_is_one_alarm_from_the_first_poll_that_did_not_reach_it():
    told = Told().polls(0, 100, "open")
    told.poll(110, "refused", ONE, TWO).server(112, since=110)
    assert told.states == {
        PROD: "pending", ONE: "suppressed", TWO: "suppressed",
    }  # fmt: skip
    told.server(122, since=110).server(132, since=110).server(142, since=110).look(145)
    assert told.told() == ["140 raised"]
    assert told.rows[0] == LedgerRow(140, RowKind.RAISED, PROD, 110, Level.CRITICAL, "refused")
    assert told.alarms.alarms[ONE].suppressed_by == "server prod"
    assert told.state(OTHER) == "normal"


def test_a_server_is_judged_before_its_entry_points():
    told = Told(raise_for=5.0).poll(0, "refused", ONE).server(5, since=0).look(100)
    assert told.told() == ["5 raised", "5 raised", "5 cleared"]
    assert [row.key for row in told.rows] == [PROD, AlarmKey.of(ONE), AlarmKey.of(ONE)]
    late = Told(raise_for=5.0).poll(0, "refused", ONE).server(4, since=0).look(100)
    assert [(row.key, row.at) for row in late.rows] == [(PROD, 5)]


def test_after_its_server_is_back_an_entry_point_is_asked_again_before_it_is_judged():
    told = Told().polls(0, 100, "down", ONE).look(100)
    told.server(110, since=105).server(120, since=105).server(130, since=105)
    told.server(140, since=105).server(150, up=True)
    assert told.states == {
        PROD: "unacknowledged", ONE: "unacknowledged",
    }  # fmt: skip
    assert told.alarms.alarms[ONE].condition.truth is Truth.INCONCLUSIVE
    told.polls(155, 300, "open", ONE, TWO).look(300)
    assert told.told() == ["30 raised", "135 raised", "210 returned", "215 returned"]


def test_what_began_with_an_outage_begins_anew_after_it():
    told = Told().polls(0, 90, "open").poll(100, "refused", ONE, TWO).server(102, since=100)
    for at in (112, 122, 132, 142):
        told.server(at, since=100)
    told.server(150, up=True).polls(151, 300, "down", ONE).look(300)
    assert [(row.key, row.onset, row.kind) for row in told.rows] == [
        (PROD, 100, RowKind.RAISED),
        (AlarmKey.of(ONE), 151, RowKind.RAISED),
        (PROD, 100, RowKind.RETURNED),
    ]


def test_nobody_knows_whether_a_server_is_back_that_is_not_probed_any_more():
    told = Told().polls(0, 20, "open").server(30, since=25).look(5000)
    assert told.told() == ["55 raised"]
    alarm = told.alarms.alarms[PROD]
    assert (alarm.condition.truth, alarm.since) == (Truth.INCONCLUSIVE, 70)
    assert told.state(PROD) == "unacknowledged"


def test_answers_keep_a_server_in_reach_until_its_alarm_is_over():
    told = Told().polls(0, 20, "open").server(30, since=25)
    for at in range(40, 100, 10):
        told.server(at, since=25)
    told.server(100, up=True).look(300)
    assert told.told() == ["55 raised"]
    told.polls(300, 400, "open", OTHER).look(400)
    assert told.told() == ["55 raised"]
    # For three intervals after its return it was in reach, and is again from the next answer on.
    told.polls(400, 500, "error", ONE).look(500)
    assert told.told(PROD) == ["55 raised", "430 returned"]


def test_polls_that_reach_nobody_do_not_show_that_a_server_is_back():
    told = Told().server(30, since=25).server(60, since=25).server(100, up=True).look(131)
    told.polls(140, 300, "refused", ONE).look(300)
    assert told.told(PROD) == ["55 raised"]


def test_a_blind_machine_raises_nothing_and_clears_nothing():
    told = Told().polls(0, 100, "down", ONE).polls(0, 100, "open", TWO, OTHER).look(105)
    told.poll(110, "refused").server(112, since=110).server(112, "test", since=110)
    told.row(115, "blind")
    assert told.alarms.blind_since == 115
    before = told.states
    for at in range(120, 300, 10):
        told.server(at, since=110).server(at, "test", since=110)
    told.look(300)
    assert told.told() == ["30 raised"]
    assert told.states == before
    told.row(305, "seeing").server(307, up=True).server(308, "test", up=True)
    told.polls(310, 500, "open").look(500)
    assert told.alarms.blind_since is None
    assert told.told() == ["30 raised", "370 returned"]


def test_what_stood_before_a_blind_time_stands_in_it_and_after_a_restart():
    told = Told().polls(0, 100, "down", ONE).look(100)
    told.server(112, since=110).server(113, "test", since=110)
    assert told.state(ONE) == "suppressed"
    told.row(115, "blind")
    assert told.states == {ONE: "unacknowledged"}
    again = Told()
    for row in (*told.rows, LedgerRow(115, RowKind.BLIND, None)):
        again.alarms.apply(row)
    servers = tuple(told.board.snapshot(120).servers.values())
    again.alarms.fold(again.board.fold(RecordedBoard(120, (), servers)))
    assert again.states == told.states
    told.row(150, "seeing").server(152, since=110)
    assert told.state(ONE) == "suppressed"


def test_a_maintenance_explains_what_stands_in_a_blind_time():
    told = Told(keys=(ONE,)).polls(0, 100, "down", ONE).expect(100, MAINTAINED, ONE)
    told.row(115, "blind")
    assert told.states == {ONE: "suppressed"}


def test_a_server_that_is_out_of_reach_after_a_blind_time_is_so_from_its_end_on():
    told = Told().poll(0, "open").server(12, since=10).row(15, "blind").server(22, since=10)
    told.row(100, "seeing")
    for at in range(105, 200, 10):
        told.server(at, since=10)
    assert [(row.key, row.at, row.onset) for row in told.look(200).rows] == [(PROD, 130, 100)]
    assert told.state(ONE) == "suppressed"


def test_what_a_blind_machine_raised_before_it_knew_was_none():
    told = Told(raise_for=2.0).poll(0, "open").poll(10, "refused", ONE).server(15, since=10)
    assert told.told(PROD) == ["15 raised"]
    told.row(16, "blind", until=9)
    assert told.told(PROD) == ["15 raised", "16 cleared"]
    assert told.rows[-1].text == "this machine had no network"


def test_an_outage_that_began_while_there_was_a_network_stands_in_a_blind_time():
    told = Told(keys=(ONE,)).polls(0, 40, "open")
    down(told, 52, 300, 50)
    assert told.look(300).told(PROD) == ["80 raised"]
    told.row(305, "blind", until=295)
    assert told.states == {PROD: "unacknowledged", ONE: "suppressed"}
    again = Told(keys=(ONE,))
    for row in (*told.rows, LedgerRow(305, RowKind.BLIND, None, until=295)):
        again.alarms.apply(row)
    servers = tuple(told.board.snapshot(305).servers.values())
    again.alarms.fold(again.board.fold(RecordedBoard(305, (), servers)))
    assert again.states == told.states
    # It is back before anybody knows that the network is.
    told.server(400, up=True).row(401, "seeing")
    assert told.states == {PROD: "unacknowledged"}
    told.polls(402, 500, "open").look(500)
    assert told.told() == ["80 raised", "462 returned"]


def test_what_is_closed_as_scheduled_is_so_in_a_blind_time():
    told = Told(keys=(ONE,)).expect(0, CLOSED, ONE).polls(0, 100, "no agents", ONE)
    told.row(105, "blind", until=100)
    assert told.states == {ONE: "suppressed"}
    again = Told(keys=(ONE,))
    again.alarms.apply(LedgerRow(105, RowKind.BLIND, None, until=100))
    recorded = told.board.snapshot(110).recorded
    again.alarms.fold(again.board.fold(recorded))
    assert again.states == told.states


def test_a_flood_is_more_raises_than_that_in_ten_minutes():
    keys = tuple(EntryPointKey("prod", number) for number in range(5))
    told = Told(keys=keys, flood=4).polls(0, 60, "down", *keys[:4]).look(60)
    assert told.alarms.flooded(60) == ()
    told.polls(70, 130, "down", keys[4]).look(130)
    assert told.alarms.flooded(130) == keys
    assert told.alarms.flooded(600) == keys
    assert told.alarms.flooded(631) == ()
    followed = Told(keys=keys, flood=4)
    for row in told.rows:
        followed.alarms.apply(row)
    assert followed.alarms.flooded(130) == keys


def test_a_clock_that_is_set_leaves_timers_and_ages_as_they_are():
    told = Told().polls(0, 10, "down", ONE)
    told.fold(ClockSet(-3600.0))
    told.polls(-3580, -3500, "down", ONE).look(-3500)
    assert told.told() == ["-3570 raised"]
    told.fold(ClockSet(7200.0)).polls(3710, 3800, "open", ONE).look(3800)
    assert told.told() == ["-3570 raised", "3770 returned"]
    assert told.alarms.flooded(3800) == ()


def test_what_is_closed_as_scheduled_raises_nothing_until_it_should_be_open():
    told = Told().expect(0, CLOSED, ONE).polls(0, 100, "no agents", ONE).look(100)
    assert told.rows == []
    assert told.states == {ONE: "suppressed"}
    assert told.alarms.alarms[ONE].suppressed_by == "closed as scheduled"
    told.expect(105, OPEN, ONE)
    assert told.states == {ONE: "pending"}
    assert told.polls(110, 200, "no agents", ONE).look(200).told() == ["135 raised"]
    assert told.rows[0].onset == 105


def test_what_stands_when_it_closes_is_over_and_nobody_looked():
    told = Told().polls(0, 100, "no agents", ONE).look(100).expect(105, CLOSED, ONE)
    assert told.states == {ONE: "suppressed"}
    told.polls(110, 200, "no agents", ONE).look(200)
    assert told.told() == ["30 raised", "165 returned"]
    assert told.states == {ONE: "returned"}


def test_a_maintenance_suppresses_entry_points_and_raises_what_is_wrong_after_it():
    told = Told().expect(0, MAINTAINED, ONE).polls(0, 100, "down", ONE).look(100)
    assert told.alarms.alarms[ONE].suppressed_by == "maintenance: upgrade"
    assert told.rows == []
    told.expect(105, OPEN, ONE).polls(110, 200, "down", ONE).look(200)
    assert told.told() == ["135 raised"]


def down(told, first, last, since):
    at = first
    while at <= last:
        told.server(at, since=since)
        at += 10
    return told


def test_a_server_in_maintenance_is_suppressed_if_all_of_it_is():
    told = down(Told().poll(0, "open").expect(5, MAINTAINED, ONE, TWO), 12, 100, 10).look(105)
    assert told.rows == []
    assert told.states == {PROD: "suppressed", ONE: "suppressed", TWO: "suppressed"}
    assert told.alarms.alarms[PROD].suppressed_by == "maintenance: upgrade"
    assert told.alarms.alarms[ONE].suppressed_by == "maintenance: upgrade"
    down(told.expect(110, OPEN, TWO), 112, 200, 10).look(200)
    assert [(row.key, row.at) for row in told.rows] == [(PROD, 140)]
    assert told.alarms.alarms[TWO].suppressed_by == "server prod"
    part = down(Told().poll(0, "open").expect(5, MAINTAINED, ONE), 12, 100, 10).look(100)
    assert part.told() == ["40 raised"]


def test_a_server_of_which_all_is_closed_can_wait_until_it_should_be_open():
    told = down(Told().poll(0, "open").expect(5, CLOSED, ONE, TWO), 12, 100, 10).look(105)
    assert told.rows == []
    assert told.state(PROD) == "normal"
    down(told.expect(110, OPEN, ONE), 112, 200, 10).look(200)
    assert [(row.key, row.at, row.onset) for row in told.rows] == [(PROD, 140, 110)]
    careful = Told(level=Level.WARNING).poll(0, "open").expect(5, CLOSED, ONE, TWO)
    assert down(careful, 12, 100, 10).look(100).told(PROD) == ["40 raised"]
    assert careful.alarms.alarms[PROD].level is Level.WARNING


def test_a_maintenance_goes_on_when_the_server_is_back():
    told = down(Told().poll(0, "open").expect(5, MAINTAINED, ONE, TWO), 12, 50, 10)
    told.server(60, up=True)
    assert told.states == {ONE: "suppressed", TWO: "suppressed"}
    assert told.alarms.alarms[ONE].suppressed_by == "maintenance: upgrade"


def test_an_outage_goes_on_when_the_clock_is_set():
    told = down(Told().poll(0, "open").expect(5, MAINTAINED, ONE, TWO), 12, 30, 10)
    told.fold(ClockSet(-1000.0)).expect(-960, OPEN, ONE)
    down(told, -958, -900, -990).look(-900)
    assert [(row.key, row.at) for row in told.rows] == [(PROD, -930)]


def edited(told, rules, at):
    edit = told.board.replace([p for p in told.points if AlarmKey.of(p[0].key) in rules], at)
    told.rows += told.alarms.replace(rules, edit, at)
    return told


def test_other_rules_hold_from_the_edit_on():
    told = Told().polls(0, 20, "down", ONE).polls(0, 20, "inactive", TWO)
    edited(told, rules_for(KEYS, raise_for=10.0, level=Level.WARNING), 25)
    told.polls(30, 60, "down", ONE).polls(30, 60, "inactive", TWO).look(60)
    assert told.told(AlarmKey.of(ONE)) == ["25 raised"]
    assert told.told(AlarmKey.of(TWO)) == ["35 raised"]
    assert told.rows[-1].onset == 25
    edited(told, rules_for(KEYS), 65)
    told.polls(70, 200, "inactive", TWO).look(200)
    assert told.told(AlarmKey.of(TWO)) == ["35 raised", "125 returned"]


def test_an_edit_that_changes_nothing_leaves_timers_running():
    told = Told().polls(0, 20, "down", ONE)
    edited(told, rules_for(KEYS), 25)
    assert told.look(40).told() == ["30 raised"]


def test_alarms_of_what_was_removed_are_over_and_new_ones_are_watched():
    told = Told(keys=(ONE, OTHER)).polls(0, 60, "down", ONE).server(30, "test", since=25).look(60)
    assert told.told() == ["30 raised", "55 raised"]
    told.points = [(EntryPoint(TWO, "2", "", (Endpoint.CHAT_ALLOWED,)), POLICY)]
    edited(told, rules_for((TWO,)), 65)
    assert told.told()[2:] == ["65 cleared", "65 cleared"]
    assert {row.text for row in told.rows[2:]} == {"removed from the config"}
    told.polls(70, 200, "down", TWO).poll(200, "down", ONE).look(200)
    assert told.told()[4:] == ["100 raised"]
    assert told.states == {TWO: "unacknowledged"}


def test_one_that_does_not_decide_goes_by_the_rows_of_who_does():
    told, follower = Told(), Told(decides=False)
    for one in (told, follower):
        one.polls(0, 100, "down", ONE).look(100)
    assert follower.rows == []
    assert follower.states == {ONE: "pending"}
    for row in told.rows:
        follower.alarms.apply(row)
    assert follower.states == told.states
    for one in (told, follower):
        one.polls(110, 200, "open", ONE).look(200)
    assert follower.state(ONE) == "unacknowledged"
    follower.alarms.decides = True
    assert follower.look(200).rows == told.rows[1:]
    assert follower.states == told.states


def restarted(told, at, **rules):
    """A board that starts at ``at`` from what the recording and the ledger know of this one."""
    again = Told(**rules)
    for row in told.rows:
        again.alarms.apply(row)
    snapshot = told.board.snapshot(at)
    points = tuple(
        RecordedStatus(
            key,
            status.state.endpoints,
            status.state.history,
            status.judgement.verdict,
            status.judgement.level,
            status.since,
            status.onset,
            status.timeline,
        )
        for key, status in snapshot.entry_points.items()
    )
    again.fold(RecordedBoard(at, points, tuple(snapshot.servers.values())))
    return again


def test_a_restart_in_between_changes_nothing():
    def story(*restarts: int):
        told = Told()
        said = {0: "open", 50: "down", 200: "open", 300: "down", 320: "open"}
        now = "open"
        for at in range(0, 600, 10):
            now = said.get(at, now)
            told.poll(at, now, ONE).poll(at, "open", TWO, OTHER).look(at)
            if at in restarts:
                told = restarted(told, at)
        return told

    plain = story()
    assert plain.told() == ["80 raised", "260 returned"]
    for at in (50, 60, 70, 80, 90, 150, 200, 230, 250, 260, 270, 310, 330):
        assert story(at).states == plain.states, at
        assert story(at).alarms.alarms[ONE].over_at == 200, at


def test_a_restart_during_an_outage_goes_on_with_it():
    told = Told().polls(0, 20, "open").server(32, since=25).look(40)
    again = restarted(told, 41)
    again.server(42, since=25).server(52, since=25).look(60)
    assert again.told() == ["55 raised"]
    assert again.state(ONE) == "suppressed"
    third = restarted(again, 61)
    assert third.rows == []
    assert third.states == again.states
    third.server(70, up=True).polls(71, 200, "open").look(200)
    assert third.told() == ["130 returned"]


def test_a_server_that_came_back_while_nobody_looked_is_over_by_its_answers():
    told = Told().row(55, "raised", PROD, onset=25.0, level=Level.CRITICAL, verdict="refused")
    assert told.states == {PROD: "unacknowledged"}
    told.polls(500, 600, "open").look(600)
    assert told.told() == ["560 returned"]


def test_rows_of_others_take_part_at_once():
    told = Told().polls(0, 60, "down", ONE).look(60)
    key = AlarmKey.of(ONE)
    told.row(61, "shelved", key, until=100.0, who="ann@noc", text="known")
    assert told.states == {ONE: "shelved"}
    told.polls(70, 120, "down", ONE).look(120)
    assert told.told() == ["30 raised", "100 unshelved", "100 raised"]
    told.row(121, "note", key, text="called them").row(122, "note", None, text="x")
    told.row(123, "acknowledged", AlarmKey("gone", 7), onset=3.0)
    assert told.states == {ONE: "unacknowledged"}


def test_events_of_other_boards_are_none():
    told = Told()
    told.fold(ServerStatus("elsewhere", 10.0, None))
    told.alarms.fold(Folded(None))
    assert told.rows == []
    assert AlarmBoard({}).advance(math.inf) == ()


def test_two_alarms_due_at_once_come_server_first():
    board = AlarmBoard(rules_for(KEYS))
    for key in (AlarmKey.of(ONE), PROD):
        board.apply(LedgerRow(0, RowKind.SHELVED, key, until=50.0))
    assert [row.key for row in board.advance(50)] == [PROD, AlarmKey.of(ONE)]


def test_times_are_as_exact_as_the_files_that_keep_them():
    told = Told().poll(0.1234567, "down", ONE).poll(20, "down", ONE).look(40)
    assert (told.rows[0].onset, told.rows[0].at) == (0.123, 30.123)
    alarm = told.alarms.alarms[ONE]
    assert alarm.state is AlarmState.UNACKNOWLEDGED
    exact = LedgerRow(50, RowKind.ACKNOWLEDGED, ONE, 0.1230004, until=100.00049)
    told.alarms.apply(exact)
    assert told.look(200).told()[1:] == ["100 unacknowledged"]


def test_an_outage_of_before_the_clock_was_set_back_is_not_taken_for_a_loss_of_the_network():
    told = Told(keys=(ONE,))
    down(told, 12, 100, 10)
    told.look(100).fold(ClockSet(-3600.0)).row(-3495, "blind", until=-3496)
    assert told.states == {PROD: "unacknowledged", ONE: "suppressed"}
