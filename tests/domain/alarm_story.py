"""Tells an alarm a story of conditions and of what people did, and keeps the rows it led to."""

import math
from dataclasses import replace

from wallboard.domain.alarm import Alarm, AlarmRules, Condition, Truth
from wallboard.domain.alarm_fold import applied
from wallboard.domain.alarm_step import advanced, explained, judged
from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind
from wallboard.domain.policy import Level

KEY = AlarmKey("prod", 1000)
RULES = AlarmRules(
    level=Level.WARNING,
    raise_for=30.0,
    clear_for=60.0,
    ack_expires=1000.0,
    flap_changes=6,
    flap_within=600.0,
)
LEVELS = {"ok": Level.OK, "bad": Level.WARNING, "worse": Level.CRITICAL}


class Story:
    """One alarm, told in words: "bad", "worse", "ok", "?" and what people did."""

    def __init__(self, rules=RULES) -> None:
        self.alarm = Alarm(KEY, rules)
        self.rows = []

    @property
    def told(self):
        """Every row of the rules so far as "seconds kind"."""
        return [f"{row.at:g} {row.kind}" for row in self.rows]

    def tell(self, at, word):
        """What happens at a moment; "look" is nothing but a look."""
        word, _, more = word.partition(" ")
        match word:
            case "look":
                self._took(advanced(self.alarm, at))
            case "?":
                self._took(judged(self.alarm, Condition(at, Truth.INCONCLUSIVE)))
            case "outage":
                self._took(explained(self.alarm, at, float(more), "server prod"))
            case "ack" | "shelve" | "unshelve":
                self._took(advanced(self.alarm, at))
                self.alarm = applied(self.alarm, self.row(at, word, more))
            case _:
                truth = Truth.FALSE if word == "ok" else Truth.TRUE
                until = at + float(more[4:]) if more.startswith("for ") else math.inf
                by = "" if until < math.inf else more
                condition = Condition(at, truth, LEVELS[word], word, until, suppressed_by=by)
                self._took(judged(self.alarm, condition))
        return self

    def row(self, at, word, more=""):
        """The row of what somebody did."""
        row = LedgerRow(at, RowKind.NOTE, KEY, who="ann@noc", text="on it")
        if word == "ack":
            until = at + self.alarm.rules.ack_expires
            return replace(row, kind=RowKind.ACKNOWLEDGED, onset=self.alarm.onset, until=until)
        if word == "shelve":
            return replace(row, kind=RowKind.SHELVED, until=at + float(more))
        return replace(row, kind=RowKind.UNSHELVED)

    def _took(self, step):
        self.alarm, rows = step
        self.rows += rows


def told(*events: tuple[float, str], rules=RULES):
    """The story of some (seconds, word)."""
    story = Story(rules)
    for at, word in events:
        story.tell(at, word)
    return story
