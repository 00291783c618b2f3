"""What a poll costs in the recording: bytes, and CPU."""

import tempfile

from tests.bench.figure import Figure, Pace
from tests.bench.processes import run

ENTRY_POINTS = 200
LIMIT_BYTES = 12.0
LIMIT_MICROSECONDS = 1_000_000 / 20_000
OF_PLAIN = 0.03


def measure(pace: Pace) -> list[Figure]:
    """Parts of four hours spread over the simulated day; a longer day shares more of its bodies."""
    with tempfile.TemporaryDirectory() as folder:
        found = run("record_day", ENTRY_POINTS, pace.recorded_seconds, folder)
    polls = found["polls"]
    ours = found["bytes"] / polls
    note = f"{polls:,} polls: four times {pace.recorded_seconds / 60:.0f} min at 0, 6, 12, 18 h"
    return [
        Figure(
            name="recording_bytes",
            what="bytes a poll in a recording, 200 entry points every 10 s on an ordinary day",
            unit="B",
            measured=ours,
            against=LIMIT_BYTES,
            against_what="the limit",
            note=note,
        ),
        Figure(
            name="recording_bytes_plain",
            what="the same",
            unit="B",
            measured=ours,
            against=found["plain_bytes"] / polls,
            against_what="a plain row of SQLite for each poll, with its body",
            reach=OF_PLAIN,
        ),
        Figure(
            name="recording_speed",
            what="CPU to record a poll, with all that takes of the board's thread",
            unit="µs",
            measured=1e6 * found["cpu"] / polls,
            against=LIMIT_MICROSECONDS,
            against_what="the limit, 20,000 polls a second",
            note=f"{polls / found['cpu']:,.0f} polls a second of CPU",
        ),
    ]
