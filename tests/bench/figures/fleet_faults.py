"""A fleet of real processes that lives through random faults, for minutes, and keeps its word."""

import random
import tempfile
from pathlib import Path

from tests.bench.figure import Figure, Outcome, Pace, Skipped
from tests.fleet.faults import live_through
from tests.fleet.hosts import namespaces_are_allowed
from tests.fleet.world import LEASE_SECONDS, OFTEN_DOWN, World, polled_twice

FAULTS = 8
SEEDS_A_RUN = 4


def measure(pace: Pace) -> list[Outcome]:
    """Each seed is another fleet; what is lost, or differs afterwards, breaks the figure."""
    if not namespaces_are_allowed():
        return [Skipped("fleet_polled_twice", "needs network namespaces")]
    longest, notices, repeated = 0.0, 0, 0
    seeds = range(1, SEEDS_A_RUN * pace.runs + 1)
    for seed in seeds:
        with (
            tempfile.TemporaryDirectory() as name,
            World(Path(name), viewers=1, scenario=OFTEN_DOWN) as world,
        ):
            live_through(world, random.Random(seed), FAULTS)
            longest = max(longest, polled_twice(world.polls()))
            told = [one.id + one.phase for one in world.notices()]
            notices, repeated = notices + len(told), repeated + len(told) - len(set(told))
    return [
        Figure(
            name="fleet_polled_twice",
            what="longest time for which two members polled at once, whatever broke",
            unit="s",
            measured=longest,
            against=LEASE_SECONDS,
            against_what="the lease",
            note=f"{len(seeds) * FAULTS} faults survived with no acknowledgement lost, and no "
            f"poll between them; of {notices} notices {repeated} came twice, under the same id",
        )
    ]
