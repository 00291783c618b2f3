"""A simulator that writes down who asked it when: the members of a test say so in the address.

Arguments: where to listen, how many entry points, a scenario, and the file to write to.
"""

import asyncio
import re
import sys
import time
from pathlib import Path

from wallboard.simulator.scenario import load_scenario
from wallboard.simulator.server import Simulator

PORT = 8080
WRITE_SECONDS = 0.1
MEMBER = re.compile(r"[?&]member=([\w-]+)")


async def serve(host: str, entry_points: int, scenario: str, file: Path) -> None:
    simulator = Simulator(
        entry_points=range(1000, 1000 + entry_points),
        scenario=load_scenario(scenario),
        clock=time.time,
    )
    async with simulator:
        await simulator.stop()
        await simulator.start(host, PORT)
        log = simulator.requests.log
        with file.open("a", buffering=1) as out:
            while True:
                while log:
                    at, path = log.popleft()
                    if found := MEMBER.search(path):
                        print(f"{at:.3f} {found[1]}", file=out)
                await asyncio.sleep(WRITE_SECONDS)


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2]), sys.argv[3], Path(sys.argv[4])))
