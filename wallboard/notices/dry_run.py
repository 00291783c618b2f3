"""What would have been sent for the alarms of a span, without sending anything."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from wallboard.domain.ledger_row import LedgerRow, RowKind
from wallboard.notices.outbox import Outbox
from wallboard.notices.sender import SendingRules

STEP_SECONDS = 5.0
"""Between two looks at what is due while anything stands."""


def would_be_queued(
    rows: Sequence[LedgerRow], rules: SendingRules, until: float
) -> Iterator[LedgerRow]:
    """The rows of the notices that alarms call for until a Unix time, each taken at once.

    ``rows`` are those of the alarms in the order of time.
    """
    outbox = Outbox()
    pending = list(reversed(rows))
    now = rows[0].at if rows else until
    while now <= until:
        while pending and pending[-1].at <= now:
            outbox.take(pending.pop())
        planned = outbox.plan(
            now,
            rules.routes,
            group_wait=rules.group_wait,
            repeat=rules.repeat,
            flood=rules.flood,
        )
        for row in planned:
            outbox.take(row)
        for notice in outbox.open_notices():
            first = notice.alarms[0]
            sent = LedgerRow(now, RowKind.SENT, first.key, first.onset)
            outbox.take(replace(sent, notice=notice.id, channel=notice.channel))
        yield from planned
        outbox.forget_finished()
        if outbox.empty:
            if not pending:
                return
            now = max(now + STEP_SECONDS, pending[-1].at)
        else:
            now += STEP_SECONDS
