"""Tries two sets of rules on a recording of days, made of one real hour that is repeated.

Arguments: entry points, days, folder.
"""

import sys
import time
from dataclasses import replace
from pathlib import Path

from tests.bench.processes import report
from tests.bench.programs.rewind_week import record_hour, repeat
from tests.bench.simulated import SimulatedPolls
from wallboard.backtest import RuleSet, backtest
from wallboard.cli.run.process_memory import collect_seldom, share_heap
from wallboard.domain.alarm import AlarmRules
from wallboard.domain.ledger_row import AlarmKey
from wallboard.domain.raised_alarm import raised_alarms
from wallboard.recorder.recording import Recording


def main(count: int, days: int, folder: Path) -> None:
    """Report how long it took, in seconds, and what was found."""
    path, simulated = folder / "days.db", SimulatedPolls(count)
    record_hour(path, simulated)
    repeat(path, 24 * days)
    policies = {entry_point.key: policy for entry_point, policy in simulated.entry_points}
    keys = [AlarmKey.of(key) for key in policies]
    keys += {AlarmKey(key.server) for key in policies}
    in_force = RuleSet(policies, dict.fromkeys(keys, AlarmRules()))
    slower = replace(in_force, alarms=dict.fromkeys(keys, AlarmRules(raise_for=35.0)))
    with Recording.open(path) as recording:
        span = recording.span()
        if span is None:
            raise SystemExit("nothing was recorded, so this says nothing")
        began, cpu = time.perf_counter(), time.process_time()
        rows = backtest(recording, [in_force, slower], span.first_at, span.last_at)
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    alarms = [len(raised_alarms(of)) for of in rows]
    if not alarms[0]:
        raise SystemExit("no alarm was raised, so this says nothing")
    report({"seconds": seconds, "cpu": cpu, "alarms": alarms})


if __name__ == "__main__":
    collect_seldom()  # as every command does
    share_heap()
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
