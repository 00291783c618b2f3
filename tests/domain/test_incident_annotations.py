"""What people did about an incident, by the rows of the ledger."""

import pytest
from domain.test_incidents import KEY, OTHER, found, server, verdict

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.incident import annotated
from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind
from wallboard.report.words.incidents import handled_words


def row(at, kind, key=KEY, *, who="anna@jump1", text="on it", onset=None):
    whose = AlarmKey.of(key) if isinstance(key, tuple) else AlarmKey(key)
    return LedgerRow(at, kind, whose, onset, who=who, text=text)


def said(incidents, *rows: LedgerRow):
    found = annotated(incidents, rows)
    return [[(one.kind, one.text) for one in incident.annotations] for incident in found]


def test_an_acknowledgement_belongs_to_the_incident_in_which_its_alarm_began_however_late():
    two = found(
        verdict(100, "open", "error"),
        verdict(200, "error", "open"),
        verdict(1000, "open", "error"),
        verdict(1100, "error", "open"),
    )
    late = row(5000, RowKind.ACKNOWLEDGED, onset=100, text="seen")
    assert said(two, late) == [[("acknowledged", "seen")], []]
    assert annotated(two, [late])[0].acknowledged_by == "anna@jump1"


@pytest.mark.parametrize(("at", "theirs"), [(50, 0), (150, 1), (250, 1), (500, 0)])
def test_a_note_belongs_to_the_incident_during_which_it_was_written(at, theirs):
    one = found(verdict(100, "open", "error"), verdict(200, "error", "open"))
    assert len(said(one, row(at, RowKind.NOTE))[0]) == theirs


def test_what_the_rules_did_and_what_is_of_others_is_left_out():
    one = found(verdict(100, "open", "error"))
    rows = [
        row(150, RowKind.RAISED, who=""),
        row(150, RowKind.NOTE, OTHER),
        row(150, RowKind.NOTE, "prod"),
        LedgerRow(150, RowKind.NOTE, None, who="anna@jump1", text="of the board"),
    ]
    assert said(one, *rows) == [[]]


def test_an_outage_that_began_as_the_network_was_lost_says_so_and_no_other_does():
    lost = LedgerRow(1130, RowKind.BLIND, None, until=1095)
    incidents = found(
        server(100, "ok", "refused", "long"),
        server(1100, "ok", "refused"),
        verdict(1000, "open", "error", EntryPointKey("other", 1)),
        server(1400, "refused", "ok"),
    )
    said = {one.server: handled_words(one) for one in annotated(incidents, [lost])}
    assert said == {"long": "", "prod": "this machine had no network", "other": ""}


def test_a_notice_that_was_given_up_belongs_to_the_incident_of_its_alarm():
    one = found(verdict(100, "open", "error"))
    given_up = LedgerRow(
        160, RowKind.GIVEN_UP, AlarmKey.of(KEY), 100, text="raise: HTTP 400", channel="pager"
    )
    sent = LedgerRow(160, RowKind.SENT, AlarmKey.of(KEY), 100, text="raise", channel="mail")
    (incident,) = annotated(one, [given_up, sent])
    assert handled_words(incident) == "pager was not told: raise: HTTP 400"
    assert incident.acknowledged_by is None


def test_the_incident_of_a_server_has_what_was_said_of_it_and_of_its_entry_points():
    one = found(server(100, "ok", "refused"), verdict(100, "open", "unreachable", of_server=True))
    rows = [row(150, RowKind.ACKNOWLEDGED, "prod", onset=100), row(160, RowKind.NOTE, text="hm")]
    assert said(one, *rows) == [[("acknowledged", "on it"), ("note", "hm")]]


def test_the_moment_of_a_row_is_rounded_and_that_of_an_incident_is_not():
    one = found(verdict(100.0004, "open", "error"))
    assert len(said(one, row(150, RowKind.ACKNOWLEDGED, onset=100.0))[0]) == 1


def test_the_alarm_of_a_server_is_dated_from_when_its_outage_began():
    one = found(server(130, "ok", "refused", began=100.0))
    assert len(said(one, row(150, RowKind.ACKNOWLEDGED, "prod", onset=100.0))[0]) == 1
