"""Publishes what no member does on all subjects of a board, for some seconds, and prints how much.

Arguments: the address of the bus, the title of the board, and how many seconds.
"""

import asyncio
import random
import sys
import time

import nats

from wallboard.fleet import names
from wallboard.fleet.names import BoardNames

PAUSE_SECONDS = 0.02
LARGEST = 20_000


def subjects(board: BoardNames) -> list[str]:
    return [
        board.observations,
        board.checkpoints,
        board.ledger,
        f"$KV.{names.LAST}.{board.key}",
        f"$KV.{names.MEMBERS}.{board.member_key('stranger')}",
        f"$KV.{names.MEMBERS}.{board.member_key('member-1')}",
        f"$KV.{names.LEASE}.{board.key}",
        f"$KV.{names.LEASE}.{board.alarms_key}",
    ]


def garbage(chances: random.Random) -> bytes:
    size = chances.choice([0, 1, 20, 300, LARGEST])
    begin = chances.choice([b"", b"\x93", b'{"member": "\x1b[2J', b"x\x9c", b"\xff" * 4])
    return begin + chances.randbytes(size)


async def main(url: str, title: str, seconds: float) -> None:
    chances, found = random.Random(1), subjects(BoardNames.of(title))
    client = await nats.connect(url)
    end, count = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        for subject in found:
            await client.publish(subject, garbage(chances))
            count += 1
        await client.flush()
        await asyncio.sleep(PAUSE_SECONDS)
    await client.close()
    print(count)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3])))
