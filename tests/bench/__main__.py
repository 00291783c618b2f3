"""``make bench``: measures every figure, prints it as a ratio, and writes all as JSON."""

import argparse
import importlib
import json
import os
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.figure import FULL, QUICK, Figure, Outcome, Pace, Skipped

FILES = {
    "cpu_per_poll": ("cpu_per_poll", "cpu_per_poll_paced"),
    "alarms_cpu": ("alarms_cpu",),
    "check": ("check",),
    "discover": ("discover_sweep",),
    "wall_cpu": ("wall_cpu", "wall_cpu_10000"),
    "lite_bytes": ("lite_bytes",),
    "terminal_bytes": ("bytes_per_second", "first_paint", "idle_bytes"),
    "start": ("start", "start_with_config"),
    "short_starts": ("version_start", "check_start", "status_start"),
    "key_to_paint": ("key_to_paint",),
    "filter_to_paint": ("filter_to_paint",),
    "drilldown_open": ("drilldown_open", "drilldown_open_1mib"),
    "kiosk_week": ("kiosk_week",),
    "soak": ("soak_mib", "soak_descriptors", "soak_threads", "soak_tasks"),
    "memory": ("memory", "memory_recorded", "memory_flat"),
    "recording": ("recording_bytes", "recording_bytes_plain", "recording_speed"),
    "recording_cpu": ("recording_cpu", "recording_cpu_flat"),
    "replay_seek": ("replay_seek",),
    "backtest": ("backtest",),
    "restored_start": ("restored_start",),
    "follower": ("follower_lag", "follower_cpu"),
    "alarm_sharing": ("acknowledgement_lag",),
    "notices": ("notice_first_byte", "notice_flood_keys", "notices_standing_cpu"),
    "notice_flood_polls": (
        "notices_gap",
        "notices_late",
        "notices_singly_gap",
        "notices_memory",
    ),
    "fleet_wire": ("fleet_bytes", "fleet_publish_cpu"),
    "fleet_pixel": ("fleet_pixel",),
    "fleet_viewers": ("fleet_viewers", "fleet_bus_cpu"),
    "fleet_viewer_start": ("fleet_viewer_start",),
    "fleet_faults": ("fleet_polled_twice",),
    "metrics_scrape": ("metrics_scrape", "metrics_against_library"),
    "hostile_servers": ("hostile_late", "hostile_gap", "hostile_memory"),
}
"""Each file of figures and the figures in it; what shares a file is measured together."""

NAMES = [name for file, names in FILES.items() for name in dict.fromkeys((file, *names))]


def main() -> int:
    """Exit status 0 if every figure asked for was measured and met, else 1."""
    options = _options()
    outcomes: list[Outcome] = []
    for file, names in FILES.items():
        if options.only and not {file, *names} & set(options.only):
            continue
        for outcome in _measure(file, QUICK if options.quick else FULL):
            outcomes.append(outcome)
            print(_line(outcome), flush=True)
    Path(options.output).write_text(json.dumps(_document(outcomes, options.quick), indent=2) + "\n")
    met = sum(isinstance(outcome, Figure) and outcome.met for outcome in outcomes)
    print(f"\n{met} of {len(outcomes)} met; written to {options.output}")
    return 0 if met == len(outcomes) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", action="append", metavar="NAME", choices=NAMES,
                        help=f"measure only this; may be repeated: {', '.join(NAMES)}")  # fmt: skip
    parser.add_argument("--quick", action="store_true", help="shorter and fewer runs, so rougher")
    parser.add_argument("--output", default="bench.json", metavar="FILE", help="where to write")
    return parser.parse_args()


def _measure(file: str, pace: Pace) -> Sequence[Outcome]:
    print(f"{file} …", file=sys.stderr, flush=True)
    try:
        module = importlib.import_module(f"tests.bench.figures.{file}")
        with TemporaryDirectory() as folder:
            os.environ["WALLBOARD_STATE"] = folder  # not that of whoever measures
            return module.measure(pace)
    except Exception as error:  # noqa: BLE001 - one that breaks must not cost the others
        return [Skipped(name, f"{type(error).__name__}: {error}") for name in FILES[file]]


def _line(outcome: Outcome) -> str:
    if isinstance(outcome, Skipped):
        return f"{outcome.name:<20} NOT MEASURED: {outcome.why}"
    note = f"  ({outcome.note})" if outcome.note else ""
    return (
        f"{outcome.name:<20} {outcome.ratio:7.3f} ≤ {outcome.reach:<5g} "
        f"{'met    ' if outcome.met else 'NOT MET'}  {outcome.measured:.4g} {outcome.unit} against "
        f"{outcome.against:.4g} {outcome.unit}, {outcome.against_what}{note}"
    )


def _document(outcomes: Sequence[Outcome], quick: bool) -> dict[str, object]:
    return {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "quick": quick,
        "figures": [outcome.as_json() for outcome in outcomes],
    }


if __name__ == "__main__":
    sys.exit(main())
