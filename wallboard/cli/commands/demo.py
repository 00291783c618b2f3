"""``wallboard demo``: a board that lives, on a simulator of its own."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from wallboard.cli.commands.board import live
from wallboard.cli.options.display import Face, face_of, face_options, show
from wallboard.cli.options.scenario import Simulation, simulation_of, simulation_options
from wallboard.cli.options.target import record_options, recorded
from wallboard.cli.options.types import Number
from wallboard.config.state_folder import BoardId
from wallboard.settings import EntryPointSettings, ServerSettings, Settings

INTERVAL_SECONDS = 2.0
"""Far below what a real server should be asked for, so that something always moves."""


@click.command(
    "demo",
    short_help="Show a living board without any server.",
    help="""\
Show the board of a simulated call centre: nothing to set up, every verdict in a minute.

The simulator listens on a free port of this machine only, in a process that ends with this one.
What is recorded goes with it too, unless --record names a file.
""",
    epilog="""\b
Examples:
  wallboard demo
  wallboard demo --entry-points 200 --seed 7
  wallboard demo --scenario outage
""",
)
@simulation_options(scenario="demo")
@click.option("--interval", type=Number(min=0.1, max=3600), default=INTERVAL_SECONDS,
              show_default=True, metavar="SECONDS",
              help="Seconds between two polls of an endpoint.")  # fmt: skip
@record_options
@face_options
def command(interval: float, record: Path | None, *, no_record: bool, **parameters: object) -> int:
    from tempfile import TemporaryDirectory

    from wallboard.cli.commands.child import simulator

    story, face = simulation_of(parameters), face_of(parameters)
    story.load()
    with (
        TemporaryDirectory(prefix="wallboard-") as folder,
        simulator(story.arguments(), meanwhile=lambda: _warm_up(face)) as url,
    ):
        settings = demo_settings(url, story, interval)
        file = record or (None if no_record else Path(folder) / "demo.db")
        settings = recorded(settings, file, off=no_record)
        return show(settings, face, partial(live, settings, board=BoardId("demo")))


def demo_settings(url: str, story: Simulation, interval: float) -> Settings:
    """Settings for a simulator: its entry points with the names and groups it gives them."""
    from wallboard.simulator.names import entry_point_group, entry_point_ids, entry_point_name

    entry_points = tuple(
        EntryPointSettings(id=number, name=entry_point_name(index), group=entry_point_group(index))
        for index, number in enumerate(entry_point_ids(story.entry_points))
    )
    server = ServerSettings(name="demo", url=url, entry_point=entry_points)
    return replace(Settings(), title="wallboard demo", interval=interval, server=(server,))


def _warm_up(face: Face) -> None:
    # The simulator takes half a second to start; loading the wall takes as long.
    if not face.as_text:
        import wallboard.ui.app.app  # noqa: F401
