"""A board that shares a recording, without a face, and tells of its alarms.

Arguments: a config, and the role to wait for. A line each time an alarm is another: when that was
seen (Unix time in seconds), its id, its state, and the reason that somebody gave.
"""

import asyncio
import os
import sys
from pathlib import Path

from wallboard.config import load_config
from wallboard.config.state_folder import BoardId
from wallboard.feeds import Role
from wallboard.feeds.shared import SharedFeed
from wallboard.live import LiveBoard

LOOK_SECONDS = 0.02


async def main(config: str, role: Role) -> None:
    settings, board = load_config(Path(config), os.environ), BoardId(config)
    told: dict[object, str] = {}
    async with LiveBoard(settings, lambda polled: SharedFeed(polled, board)) as live:
        while live.status.role is not role:  # noqa: ASYNC110 - the role tells nobody
            await asyncio.sleep(LOOK_SECONDS)
        while True:
            snapshot = live.snapshot()
            for key, alarm in snapshot.alarms.items():
                mine = alarm.acknowledgement
                words = f"{key.id} {alarm.state} {mine.why if mine else ''}"
                if told.get(key) != words:
                    told[key] = words
                    print(snapshot.at, words, flush=True)
            await asyncio.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Role(sys.argv[2])))
