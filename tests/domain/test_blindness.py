"""What may be shown of a board by a machine that has lost its network."""

from dataclasses import replace

from wallboard.board import Board
from wallboard.domain.blind import Blindness, blind_spans
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.ledger_row import LedgerRow, RowKind
from wallboard.domain.observation import Cause, Failure, Observation, Request, ServerStatus
from wallboard.domain.policy import Level, Policy, Verdict
from wallboard.domain.reading import ChatAllowed

KEYS = [EntryPointKey("prod", 1000 + n) for n in range(3)]
REFUSED = Failure(Cause.REFUSED, "Connection refused.")


def told(board, key, at, *, allowed):
    reading = ChatAllowed(allowed, None if allowed else "service_not_running")
    request = Request("GET", "http://h")
    board.fold(Observation(key, Endpoint.CHAT_ALLOWED, at, 0.1, reading, request))


def board_of_three():
    board = Board([(EntryPoint(key, str(key.id)), Policy()) for key in KEYS])
    for key in KEYS:
        told(board, key, 100.0, allowed=key is not KEYS[0])
    return board


def test_every_level_is_unknown_and_every_verdict_stays():
    board, blindness = board_of_three(), Blindness()
    board.fold(ServerStatus("prod", 110.0, REFUSED, since=105.0))
    seen = board.snapshot(111.0)
    shown = blindness.shown(replace(seen, blind_since=111.0))
    assert {one.judgement.level for one in shown.entry_points.values()} == {Level.UNKNOWN}
    assert {one.judgement.verdict for one in shown.entry_points.values()} == {Verdict.UNREACHABLE}
    assert list(shown.entry_points) == KEYS
    assert shown.verdicts == seen.verdicts
    assert shown.ranking != seen.ranking


def test_with_a_network_the_snapshot_is_the_same():
    snapshot = board_of_three().snapshot(101.0)
    assert Blindness().shown(snapshot) is snapshot


def test_what_did_not_change_is_the_same_object_until_the_network_is_back():
    board, blindness = board_of_three(), Blindness()
    first = blindness.shown(replace(board.snapshot(101.0), blind_since=101.0))
    told(board, KEYS[1], 102.0, allowed=False)
    second = blindness.shown(replace(board.snapshot(102.0), blind_since=101.0))
    same = [first.entry_points[key] is second.entry_points[key] for key in KEYS]
    assert same == [True, False, True]
    assert blindness.shown(board.snapshot(103.0)).entry_points[KEYS[0]].judgement.level is (
        Level.CRITICAL
    )


def test_the_times_without_a_network_by_the_ledger():
    rows = [
        LedgerRow(at, kind, None)
        for at, kind in (
            (5.0, RowKind.SEEING),
            (10.0, RowKind.BLIND),
            (12.0, RowKind.BLIND),
            (20.0, RowKind.SEEING),
            (30.0, RowKind.NOTE),
            (40.0, RowKind.BLIND),
        )
    ]
    assert blind_spans(rows, 50.0) == [(10.0, 20.0), (40.0, 50.0)]
    assert blind_spans(rows, 40.0) == [(10.0, 20.0)]
    lost = LedgerRow(10.0, RowKind.BLIND, None, until=7.0)
    assert blind_spans([lost, *rows[1:]], 40.0) == [(7.0, 20.0)]
