"""From the command to a whole picture, on a viewer of a fleet, against a board that polls."""

import asyncio
import tempfile
from pathlib import Path
from statistics import median

from tests.bench.figure import Figure, Pace
from tests.bench.figures.restored_start import seconds_to_picture
from tests.bench.processes import environment, simulator, wallboard
from tests.bench.terminal import on_a_terminal
from tests.fleet.bus_server import NatsServer

ENTRY_POINTS = 200
SETTLE_SECONDS = 45.0
"""Until a collector has polled everything and a checkpoint of that is on the bus."""

REACH = 1.2


def measure(pace: Pace) -> list[Figure]:
    """The viewer's picture must be complete; of the board that polls the first answer will do."""
    with simulator(ENTRY_POINTS) as url, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bus = NatsServer(folder / "bus")
        asyncio.run(bus.start())
        fleet = f'[fleet]\nurl = "{bus.url}"\nmember = "{{member}}"\ncollect = {{collect}}\n'
        record = f'"{folder / "recording.db"}"'
        collector = _config(folder, "c", url, record, fleet.format(member="c", collect="true"))
        viewer = _config(folder, "v", url, "false", fleet.format(member="v", collect="false"))
        alone = _config(folder, "alone", url, "false", "")
        try:
            words = wallboard("record", "--config", str(collector))
            with on_a_terminal(words, environment(WALLBOARD_STATE=str(folder / "c"))) as terminal:
                terminal.read_for(SETTLE_SECONDS)
                sides = ((viewer, True), (alone, False))
                turns = [
                    [
                        seconds_to_picture(
                            wallboard("--config", str(config)), whole, str(folder / config.stem)
                        )
                        for config, whole in sides
                    ]
                    for _ in range(1 + pace.starts)
                ]
        finally:
            bus.kill()
    ours, plain = map(median, zip(*turns[1:], strict=True))
    return [
        Figure(
            name="fleet_viewer_start",
            what="from exec of a viewer to a picture with nothing unheard, 200 entry points",
            unit="s",
            measured=ours,
            against=plain,
            against_what="a board that polls, to its first answer",
            reach=REACH,
        )
    ]


def _config(folder: Path, name: str, url: str, record: str, fleet: str) -> Path:
    """Without a recording, from which the next start would have a picture."""
    path = folder / f"{name}.toml"
    entry_points = "".join(
        f"[[server.entry_point]]\nid = {1000 + number}\n" for number in range(ENTRY_POINTS)
    )
    path.write_text(
        f'title = "bench"\nrecord = {record}\n{fleet}'
        f'[[server]]\nname = "bench"\nurl = "{url}"\n{entry_points}'
    )
    return path
