"""What would have been sent for the alarms of a span, without sending anything."""

from collections.abc import Iterator, Sequence
from math import inf

from wallboard.domain.ledger_row import LedgerRow, RowKind
from wallboard.notices.channel import ALL_PHASES
from wallboard.notices.outbox import Outbox, outcome
from wallboard.notices.plan import SendingRules, plan

STEP_SECONDS = 5.0
"""Between two looks at what is due while anything stands and nothing happens."""


def would_be_queued(
    rows: Sequence[LedgerRow], rules: SendingRules, until: float
) -> Iterator[LedgerRow]:
    """The rows of the notices that alarms call for until a Unix time, each taken at once.

    ``rows`` are those of the alarms in the order of time.
    """
    outbox = Outbox()
    phases = {route.channel: ALL_PHASES for route in rules.routes}
    pending = list(reversed(rows))
    now = rows[0].at if rows else until
    while True:
        # What was due before something happened was sent before it.
        yield from _queued(outbox, plan(outbox, now, rules, phases), now)
        while pending and pending[-1].at <= now:
            outbox.take(pending.pop())
        yield from _queued(outbox, plan(outbox, now, rules, phases), now)
        outbox.forget_finished(now)
        if now >= until or (outbox.settled and not pending):
            return
        now = min(_next_look(outbox, pending, now), until)


def _next_look(outbox: Outbox, pending: Sequence[LedgerRow], now: float) -> float:
    happens = pending[-1].at if pending else inf
    return happens if outbox.settled else min(now + STEP_SECONDS, happens)


def _queued(outbox: Outbox, planned: Sequence[LedgerRow], now: float) -> Sequence[LedgerRow]:
    for row in planned:
        outbox.take(row)
    for notice in outbox.open_notices():
        outbox.take(outcome(notice, RowKind.SENT, now, ""))
    return planned
