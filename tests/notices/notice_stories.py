"""Rows of a ledger for the tests of notices."""

from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind
from wallboard.domain.policy import Level
from wallboard.notices.notice import Notice, NoticeAlarm, Phase

BILLING = AlarmKey("prod", 1006)
SALES = AlarmKey("prod", 1000)
PROD = AlarmKey("prod")


def raised(at, key=BILLING, *, onset=None, level=Level.CRITICAL, verdict="service_not_running"):
    return LedgerRow(at, RowKind.RAISED, key, at - 30.0 if onset is None else onset, level, verdict)


def row(kind, at, key=BILLING, *, onset, who="", text="", until=None):
    return LedgerRow(at, kind, key, onset, who=who, text=text, until=until)


def alarm(name="Billing US", key=BILLING, **facts):
    known = {
        "group": "AMER",
        "level": Level.CRITICAL,
        "verdict": "SERVICE DOWN",
        "reason": "service_not_running",
        "since": 1_764_370_000.0,
        "runbook": "https://wiki.example.com/billing",
        "owner": "Chat team",
        "phone": "+1 555 0100",
    }
    return NoticeAlarm(key, name, **(known | facts))


def notice(phase=Phase.RAISE, alarms=None, **facts):
    known = {
        "id": "5f0c2a.1",
        "thread": "77aa01",
        "phase": phase,
        "at": 1_764_370_060.0,
        "board": "EMEA chat",
        "alarms": alarms or (alarm(),),
        "look": "ssh jump1 wallboard",
    }
    return Notice(**(known | facts))
