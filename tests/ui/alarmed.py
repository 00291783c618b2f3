"""Boards with alarms in every state, for pictures and tests of what is shown of them."""

from dataclasses import replace
from types import MappingProxyType

from boards import NOW, made_board

from wallboard.domain.alarm import Alarm, AlarmState, Condition, Handling, Truth
from wallboard.domain.ledger_row import AlarmKey
from wallboard.domain.policy import Level, Verdict

ANNA = Handling(NOW - 540, "anna@jump1", "restarting it", NOW + 8 * 3600)
SHELF = Handling(NOW - 900, "ben@jump1", "moving to the new cluster", NOW + 3600)


def alarm(
    number,
    state,
    *,
    verdict=Verdict.SERVICE_NOT_RUNNING,
    raised=600.0,
    suppressed_by="",
    **about,
):
    """An alarm of entry point ``number``, raised so many seconds ago; of a server for ``None``."""
    true = state is not AlarmState.RETURNED
    condition = Condition(
        NOW - raised - 30,
        Truth.TRUE if true else Truth.FALSE,
        Level.CRITICAL,
        verdict,
        suppressed_by=suppressed_by,
    )
    raised_at = None if state in {AlarmState.PENDING, AlarmState.SUPPRESSED} else NOW - raised
    found = Alarm(
        key=AlarmKey("prod", number),
        at=NOW,
        condition=condition,
        since=NOW - raised - 30,
        holds=true,
        began=NOW - raised - 30,
        held=20.0,
        onset=None if raised_at is None else raised_at - 30,
        raised_at=raised_at,
        over_at=None if true else NOW - 60,
        level=Level.CRITICAL,
        verdict=verdict,
        **about,
    )
    assert found.state is state
    return found


NEW = alarm(1003, AlarmState.UNACKNOWLEDGED)
ACKED = alarm(1002, AlarmState.ACKNOWLEDGED, verdict=Verdict.AGENT_NOT_AVAILABLE,
              acknowledgement=ANNA)  # fmt: skip
RETURNED = alarm(1012, AlarmState.RETURNED, raised=1920.0)
SHELVED = alarm(1006, AlarmState.SHELVED, verdict=Verdict.OTHER, shelf=SHELF)
SUPPRESSED = alarm(1008, AlarmState.SUPPRESSED, verdict=Verdict.UNREACHABLE, suppressed_by="prod")
PENDING = alarm(1011, AlarmState.PENDING)
EVERY = (NEW, ACKED, RETURNED, SHELVED, SUPPRESSED, PENDING)


def with_alarms(board, alarms):
    """The board, whose snapshots have these alarms from now on."""
    plain = type(board).snapshot
    found = MappingProxyType({one.key: one for one in alarms})
    board.snapshot = lambda now: replace(plain(board, now), alarms=found)
    return board


def snapshot_with(alarms, *, count=14, at=NOW):
    """A snapshot of a board with these alarms."""
    return with_alarms(made_board(count), alarms).snapshot(at)
