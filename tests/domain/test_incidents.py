"""What belongs together is one incident."""

import pytest

from wallboard.domain.alarm import AlarmRules
from wallboard.domain.change import Change, Subject
from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.growing_incident import MOST_PHASES
from wallboard.domain.incident import NO_RULES, Annotation, State
from wallboard.domain.incidents import Incidents
from wallboard.domain.ledger_row import AlarmKey
from wallboard.domain.observation import Cause
from wallboard.domain.policy import Level, Verdict

KEY, OTHER, THIRD = (EntryPointKey("prod", number) for number in (1000, 1001, 1002))
ELSEWHERE = EntryPointKey("test", 1)
NOW_SO = {"open": Level.OK, "queue_depth_reached": Level.WARNING, "error": Level.UNKNOWN}


def verdict(at, before, after, key=KEY, **more):
    level = more.pop("level", NOW_SO.get(after, Level.CRITICAL))
    more.setdefault("lasted", 100.0)
    return Change(at, key, key.server, Subject.VERDICT, before, after, level, **more)


def http(at, before, status, key=KEY):
    return verdict(at, before, "error", key, cause=Cause.HTTP, http_status=status)


def level(at, before, after, key=KEY):
    found = next(one for one in Level if one.label == after)
    return Change(at, key, key.server, Subject.LEVEL, before, after, found, 5.0)


def endpoint(at, before, after, key=KEY, which=Endpoint.CHAT_ALLOWED):
    return Change(
        at, key, key.server, Subject.ENDPOINT, before, after, Level.OK, 5.0, endpoint=which
    )


def server(at, before, after, name="prod", lasted=None, began=None):
    bad = Level.OK if after == "ok" else Level.CRITICAL
    return Change(at, None, name, Subject.SERVER, before, after, bad, lasted, began=began)


def clear_after(seconds, *keys: EntryPointKey):
    """Rules by which these are over once all has been well for so long."""
    return {AlarmKey.of(key): AlarmRules(clear_for=seconds) for key in keys}


def told(*changes: Change, rules=NO_RULES):
    incidents = Incidents(rules)
    for change in changes:
        incidents.take(change)
    return incidents


def found(*changes: Change, **more):
    return told(*changes, **more).found()


def phases(incident):
    """What it was and for how long, in short."""
    return [
        (one.state.http_status or one.state.cause or str(one.state.verdict), one.seconds)
        for one in incident.phases
    ]


def test_a_fault_lasts_from_its_first_bad_verdict_until_it_is_good():
    (one,) = found(verdict(100, "open", "agent_not_available"), verdict(160, "x", "open"))
    assert (one.whose, one.at, one.good_at, one.seen) == (KEY, 100, 160, True)
    assert (one.level, one.stands, one.seconds(999)) == (Level.CRITICAL, False, 60)
    assert phases(one) == [("agent_not_available", 60)]


def test_one_that_stands_has_lasted_until_now():
    (one,) = found(verdict(100, "open", "agent_not_available"))
    assert (one.stands, one.good_at, one.seconds(130)) == (True, None, 30)
    assert phases(one) == [("agent_not_available", None)]
    assert not one.over(1e9)


@pytest.mark.parametrize(("again_at", "count"), [(219, 1), (220, 2), (500, 2)])
def test_what_is_bad_again_before_it_was_good_for_long_is_the_same(again_at, count):
    incidents = found(
        verdict(100, "open", "other"),
        verdict(160, "other", "open"),
        verdict(again_at, "open", "other"),
    )
    assert len(incidents) == count
    assert incidents[-1].stands
    assert incidents[0].at == 100


def test_how_long_it_must_be_good_is_a_parameter():
    changes = (
        verdict(100, "open", "other"),
        verdict(160, "other", "open"),
        verdict(165, "open", "other"),
    )
    assert len(found(*changes, rules=clear_after(5.0, KEY))) == 2
    assert len(found(*changes, rules=clear_after(6.0, KEY))) == 1


def test_another_entry_point_has_an_incident_of_its_own():
    first, second = found(
        verdict(100, "open", "other"), verdict(101, "open", "agent_not_available", OTHER)
    )
    assert (first.whose, second.whose) == (KEY, OTHER)


def test_phases_say_what_it_was_one_after_the_other():
    (one,) = found(
        http(100, "open", 503), http(112, "error", 404), verdict(120, "error", "other", level=3)
    )
    assert phases(one) == [(503, 12), (404, 8), ("other", None)]


def test_a_raised_level_is_an_incident_with_a_phase_for_each_level():
    (one,) = found(
        level(100, "ok", "warning"), level(130, "warning", "critical"), level(150, "critical", "ok")
    )
    assert [(p.state.verdict, p.state.level, p.seconds) for p in one.phases] == [
        (Verdict.OPEN, Level.WARNING, 30),
        (Verdict.OPEN, Level.CRITICAL, 20),
    ]


def test_a_level_that_the_config_changes_leaves_the_verdict_what_it_is():
    (one,) = found(verdict(100, "open", "other", level=1), level(110, "warning", "critical"))
    assert [p.state.verdict for p in one.phases] == [Verdict.OTHER, Verdict.OTHER]


RESTART = (
    http(100, "open", 503),
    http(103, "open", 503, OTHER),
    server(112, "ok", "refused"),
    server(143, "refused", "ok", lasted=31.0),
    http(144, "unreachable", 404),
    http(145, "unreachable", 404, OTHER),
    verdict(149, "error", "service_not_running"),
    verdict(150, "error", "service_not_running", OTHER),
    verdict(159, "service_not_running", "open"),
    verdict(160, "service_not_running", "open", OTHER),
)


def test_a_server_that_restarts_is_one_incident_with_what_its_entry_points_did():
    (one,) = found(*RESTART)
    assert (one.whose, one.at, one.good_at) == ("prod", 100, 160)
    assert phases(one) == [
        (503, 12),
        ("refused", 31),
        (404, 6),
        ("service_not_running", 10),
    ]
    assert one.keys == {KEY, OTHER}
    assert one.changes == RESTART
    assert one.level is Level.CRITICAL


def test_what_was_wrong_long_before_the_outage_stays_an_incident_of_its_own():
    own, outage = found(
        verdict(100, "open", "other"), server(1000, "ok", "refused"), server(1030, "refused", "ok")
    )
    assert (own.whose, own.stands) == (KEY, True)
    assert (outage.whose, outage.keys, outage.good_at) == ("prod", frozenset(), 1030)


def test_what_an_entry_point_became_in_the_outage_belongs_to_it_however_late_it_is_asked():
    (one,) = found(
        server(100, "ok", "refused"),
        server(130, "refused", "ok"),
        verdict(400, "unreachable", "service_not_running"),
    )
    assert one.stands
    assert phases(one) == [("refused", 30), ("service_not_running", None)]


def test_what_is_wrong_later_is_none_of_the_outage_even_while_another_one_still_is():
    outage, own = found(
        server(100, "ok", "refused"),
        server(130, "refused", "ok"),
        verdict(131, "unreachable", "other", OTHER),
        verdict(900, "open", "other"),
    )
    assert (outage.keys, own.whose) == ({OTHER}, KEY)


def test_an_outage_soon_after_another_is_the_same():
    (one,) = found(
        server(100, "ok", "refused"), server(130, "refused", "ok"), server(150, "ok", "timeout")
    )
    assert phases(one) == [("refused", 30), ("timeout", None)]


def test_a_long_queue_is_none_of_an_outage():
    before, outage, after = found(
        level(90, "ok", "warning"),
        server(100, "ok", "refused"),
        server(130, "refused", "ok"),
        verdict(131, "unreachable", "other", OTHER),
        verdict(140, "other", "open", OTHER, level=Level.WARNING),
    )
    assert (before.whose, outage.whose, after.whose) == (KEY, "prod", OTHER)
    assert (outage.good_at, after.at, after.stands) == (140, 140, True)
    assert outage.changes[-1] is after.changes[0]


def test_a_queue_that_is_long_just_after_an_outage_and_soon_no_more_belongs_to_it():
    back = (
        server(100, "ok", "refused"),
        server(130, "refused", "ok"),
        verdict(131, "unreachable", "service_not_running"),
        verdict(140, "service_not_running", "open", level=Level.WARNING),
    )
    (one,) = found(*back, level(141, "warning", "ok"))
    assert (one.whose, one.good_at, len(one.changes)) == ("prod", 140, 5)
    assert phases(one) == [("refused", 30), ("service_not_running", 9)]
    # What comes within a minute of that is of it, too; what lasts is another matter.
    again = found(*back, level(141, "warning", "ok"), verdict(150, "open", "service_not_running"))
    assert len(again) == 1
    outage, queue = found(*back, level(205, "warning", "ok"))
    assert (outage.whose, queue.whose, queue.good_at) == ("prod", KEY, 205)


def test_what_an_outage_does_to_one_that_had_a_long_queue_is_of_the_outage():
    queue, outage = found(
        level(90, "ok", "warning"),
        server(100, "ok", "refused"),
        server(130, "refused", "ok"),
        verdict(131, "unreachable", "service_not_running"),
        verdict(140, "service_not_running", "open"),
    )
    assert (queue.whose, queue.good_at, phases(queue)) == (KEY, 131, [("open", 41)])
    assert (outage.whose, outage.good_at) == ("prod", 140)
    assert phases(outage)[-1] == ("service_not_running", 9)


def test_an_endpoint_that_failed_before_its_verdict_is_below_the_outage_too():
    early = endpoint(135, "ok", "http")
    (one,) = found(
        server(100, "ok", "refused"),
        server(130, "refused", "ok"),
        early,
        http(136, "open", 503),
    )
    assert early in one.changes


def test_what_they_were_before_an_outage_is_no_phase_after_it():
    (one,) = found(
        level(90, "ok", "warning"),
        http(100, "open", 503),
        http(101, "open", 503, OTHER),
        server(112, "ok", "refused"),
        server(143, "refused", "ok"),
        verdict(144, "unreachable", "open"),
        verdict(145, "unreachable", "open", OTHER),
    )
    assert (one.whose, one.at, one.good_at) == ("prod", 100, 145)
    assert phases(one) == [(503, 12), ("refused", 31)]


def test_servers_are_apart():
    first, second = found(
        server(100, "ok", "refused"), verdict(101, "open", "other", ELSEWHERE, level=3)
    )
    assert (first.whose, second.whose) == ("prod", ELSEWHERE)


def test_what_follows_from_an_outage_and_waiting_are_left_out():
    of_server = verdict(101, "open", "unreachable", of_server=True)
    (one,) = found(server(100, "ok", "refused"), of_server, verdict(131, "unreachable", "waiting"))
    assert len(one.changes) == 1


def test_an_endpoint_belongs_to_the_fault_that_it_explains():
    early = endpoint(95, "ok", "http")
    long_before = endpoint(5, "ok", "http", which=Endpoint.CAPACITY)
    of_other = endpoint(96, "ok", "http", OTHER)
    late = endpoint(101, "ok", "http", which=Endpoint.CHECK_ELIGIBILITY)
    again = endpoint(165, "http", "ok")
    changes = (
        long_before,
        early,
        of_other,
        http(100, "open", 503),
        late,
        verdict(160, "error", "open"),
        again,
        endpoint(300, "ok", "http", which=Endpoint.CAPACITY),
    )
    incidents = told(*changes)
    (one,) = incidents.found()
    assert one.changes == (early, changes[3], late, changes[5], again)
    assert incidents.loose() == (long_before, of_other, changes[-1])


def test_one_that_began_before_anything_is_known_began_when_its_end_says():
    (one,) = found(verdict(500, "agent_not_available", "open", lasted=80.0))
    assert (one.at, one.seen, one.good_at) == (420, False, 500)
    assert phases(one) == [("agent_not_available", 80)]
    (outage,) = found(server(500, "refused", "ok", lasted=31.0))
    assert (outage.at, outage.seen, phases(outage)) == (469, False, [("refused", 31)])


def test_a_recovery_of_what_was_not_wrong_by_the_rules_of_the_site_is_no_incident():
    quiet = verdict(100, "open", "queue_depth_reached", level=Level.OK)
    incidents = told(quiet, verdict(200, "queue_depth_reached", "open"))
    assert incidents.found() == ()
    assert len(incidents.loose()) == 2


def test_a_first_answer_that_is_bad_began_then_at_the_latest():
    (one,) = found(verdict(100, "waiting", "other", lasted=None))
    assert (one.at, one.seen) == (100, False)


def test_what_was_wrong_before_the_first_change_can_be_given():
    incidents = Incidents()
    incidents.begun(KEY, State(Verdict.OTHER, Level.CRITICAL), 20.0)
    incidents.begun("test", State(Verdict.UNREACHABLE, Level.CRITICAL, Cause.DNS), 30.0)
    incidents.take(verdict(100, "other", "open"))
    own, outage = incidents.found()
    assert (own.whose, own.at, own.good_at, own.seen) == (KEY, 20, 100, False)
    assert (outage.whose, outage.stands) == ("test", True)


def test_one_by_one_is_the_same_as_all_at_once():
    grown = Incidents()
    for count, change in enumerate(RESTART, 1):
        grown.take(change)
        assert grown.found() == found(*RESTART[:count])


def test_what_did_not_change_is_the_same_value():
    incidents = told(verdict(100, "open", "other"), verdict(100, "open", "other", OTHER))
    first, second = incidents.found()
    incidents.take(verdict(110, "other", "open", OTHER))
    assert incidents.found()[0] is first
    assert incidents.found()[1] is not second


def test_what_is_older_than_the_oldest_event_is_forgotten_but_what_stands_is_not():
    incidents = told(
        verdict(10, "open", "other", OTHER),
        verdict(20, "other", "open", OTHER),
        verdict(30, "open", "other", THIRD),
        endpoint(40, "ok", "http"),
        verdict(500, "open", "other"),
        verdict(600, "other", "queue_depth_reached"),
    )
    incidents.forget(550.0)
    stands, kept = incidents.found()
    assert (stands.whose, stands.at, stands.changes) == (THIRD, 30, ())
    assert (kept.at, len(kept.changes)) == (500, 1)
    assert incidents.loose() == ()
    incidents.take(verdict(700, "other", "open", THIRD))
    assert incidents.found()[0].good_at == 700


def test_what_swings_for_ever_has_a_bounded_story():
    changes = []
    for turn in range(200):
        word = ("other", "agent_not_available")[turn % 2]
        changes.append(verdict(100 + turn, "open", word))
    (one,) = found(*changes)
    assert len(one.phases) == MOST_PHASES
    assert (one.phases[0].at, one.phases[-1].at) == (100, 299)


def test_what_people_did_is_kept_in_the_order_of_time():
    (one,) = found(verdict(100, "open", "other"))
    note = Annotation(130, "note", "eve@desk", "called them")
    first, second = (
        Annotation(at, "acknowledged", who, "on it") for at, who in ((110, "ann"), (120, "bob"))
    )
    annotated = one.annotated([note, second, first])
    assert annotated.annotations == (first, second, note)
    assert (annotated.acknowledged_by, one.acknowledged_by) == ("ann", None)


def test_a_level_that_a_calendar_changes_is_that_of_the_verdict_that_an_outage_left():
    back = verdict(100, "unreachable", "entry_point_inactive", level=Level.OK, of_server=True)
    (one,) = found(back, level(200, "ok", "warning"))
    assert one.state.verdict is Verdict.ENTRY_POINT_INACTIVE
    (one,) = found(verdict(50, "other", "open"), back, level(200, "ok", "warning"))[1:]
    assert one.state.verdict is Verdict.ENTRY_POINT_INACTIVE


def test_what_failed_just_before_its_server_and_is_back_with_it_is_over_with_it():
    (one,) = found(
        verdict(100, "waiting", "unreachable", cause=Cause.REFUSED),
        server(101, "ok", "refused"),
        verdict(101, "waiting", "unreachable", cause=Cause.REFUSED, of_server=True),
        server(130, "refused", "ok"),
        verdict(130, "unreachable", "waiting", of_server=True),
        verdict(131, "unreachable", "open", of_server=True),
    )
    assert (one.at, one.stands, one.seconds(9999)) == (100, False, 31)


def test_each_is_over_by_its_own_rules():
    changes = [
        change
        for key in (KEY, OTHER)
        for change in (
            verdict(100, "open", "agent_not_available", key),
            verdict(150, "agent_not_available", "open", key),
            verdict(170, "open", "agent_not_available", key),
        )
    ]
    known = found(*changes, rules=clear_after(20.0, OTHER))
    assert sorted((one.key, one.at) for one in known) == [(KEY, 100), (OTHER, 100), (OTHER, 170)]


def test_the_outage_of_a_server_began_before_that_was_known():
    (one,) = found(
        http(90, "open", 503),
        verdict(101, "error", "error", cause=Cause.REFUSED),
        server(130, "ok", "refused", began=100),
        server(160, "refused", "ok", lasted=60),
        verdict(161, "unreachable", "open"),
    )
    assert (one.at, one.good_at) == (90, 161)
    assert phases(one) == [(503, 10), ("refused", 60)]
