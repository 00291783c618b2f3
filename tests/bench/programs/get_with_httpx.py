"""The peer: plain ``httpx.AsyncClient.get``, 50 in flight, nothing done with the answers.

Arguments: address, entry points, GETs to measure.
"""

import asyncio
import itertools
import sys
import time

import httpx

from tests.bench.processes import report
from wallboard.domain.endpoint import Endpoint
from wallboard.settings import DEFAULT_CONTEXT_ROOT

IN_FLIGHT = 50


async def main(url: str, count: int, gets: int) -> None:
    addresses = itertools.cycle(
        f"{url}{DEFAULT_CONTEXT_ROOT}/{endpoint}/{1000 + n}"
        for n in range(count)
        for endpoint in Endpoint
    )
    async with httpx.AsyncClient() as client:

        async def work(share: int) -> None:
            for _ in range(share):
                (await client.get(next(addresses))).raise_for_status()

        async def together(total: int) -> None:
            await asyncio.gather(*(work(total // IN_FLIGHT) for _ in range(IN_FLIGHT)))

        await together(IN_FLIGHT)
        cpu = time.process_time()
        await together(gets)
        cpu = time.process_time() - cpu
    report({"cpu_ms_per_get": 1000 * cpu / gets})


if __name__ == "__main__":
    url, count, gets = sys.argv[1:]
    asyncio.run(main(url, int(count), int(gets)))
