"""``wallboard demo``: a live board on a simulator of its own."""

import selectors
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO

import click

from wallboard.cli.commands.board import (
    DisplayOptions,
    display_options,
    display_options_of,
    feed_of,
    show,
)
from wallboard.cli.commands.simulate import (
    ANNOUNCEMENT,
    Simulation,
    simulation_of,
    simulation_options,
)
from wallboard.cli.options.board_options import recorded
from wallboard.cli.options.values import Number
from wallboard.cli.run.errors import CommandError
from wallboard.config.state_folder import BoardId
from wallboard.installation import own_command
from wallboard.settings import AlarmSettings, EntryPointSettings, ServerSettings, Settings

START_SECONDS = 20.0
"""A simulator that has not announced itself by then will not."""

END_SECONDS = 2.0


@contextmanager
def simulator(arguments: Sequence[str], *, meanwhile: Callable[[], None]) -> Iterator[str]:
    """The address of a simulator that runs as long as this context does.

    ``meanwhile`` is run while the child starts. Raises ``CommandError`` if it does not.
    """
    command = [*own_command(), "simulate", "--port=0", "--until-eof"]
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(  # noqa: S603 - this very program, with options checked before
            [*command, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            # Keys and signals of our terminal are not for the child.
            start_new_session=True,
        ) as child,
    ):
        try:
            meanwhile()
            yield _address(child, complaints)
        finally:
            _end(child)


def _address(child: "subprocess.Popen[bytes]", complaints: IO[bytes]) -> str:
    line = _first_line(child.stdout) if child.stdout else b""
    said = line.decode("utf-8", "replace").strip()
    if said.startswith(ANNOUNCEMENT):
        return said.removeprefix(ANNOUNCEMENT)
    complaints.seek(0)
    why = complaint(complaints.read(2000).decode("utf-8", "replace"))
    raise CommandError(f"the simulator did not start\n{why or 'No output within the time limit.'}")


def complaint(words: str) -> str:
    """What a child said of its failure, as part of a message of ours."""
    lines = words.strip().removeprefix("wallboard: ").splitlines()
    return "\n".join(line.strip() for line in lines)


def _first_line(output: IO[bytes]) -> bytes:
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        if selector.select(START_SECONDS):
            return output.readline()
    return b""


def _end(child: "subprocess.Popen[bytes]") -> None:
    if child.stdin:
        child.stdin.close()
    try:
        child.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()


INTERVAL_SECONDS = 2.0
"""Far below what a real server should be asked for, so that something always moves."""

ALARM = AlarmSettings(raise_for=5.0, clear_for=15.0, flap_within=120.0, flood=200)
"""Its troubles last half a minute and return within two: each is to be an alarm of its own."""


@click.command(
    "demo",
    short_help="Show a live board on simulated data.",
    help="""\
Show a live board on a simulated contact centre: no setup, every verdict and alarms in a minute.

The simulator listens on a free local port and ends with this process.
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
              help="Polling interval of each endpoint.")  # fmt: skip
@click.option("--record", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Keep the recording there; default: it is deleted at the end.")  # fmt: skip
@click.option("--no-record", is_flag=True, help="Do not record.")
@display_options
def command(interval: float, record: Path | None, *, no_record: bool, **parameters: object) -> int:
    from tempfile import TemporaryDirectory

    simulation, display = simulation_of(parameters), display_options_of(parameters)
    simulation.load()
    with (
        TemporaryDirectory(prefix="wallboard-") as folder,
        simulator(simulation.arguments(), meanwhile=lambda: warm_up(display)) as url,
    ):
        settings = demo_settings(url, simulation, interval)
        file = record or (None if no_record else Path(folder) / "demo.db")
        settings = recorded(settings, file, off=no_record)
        return show(settings, display, feed_of(BoardId("demo")))


def demo_settings(url: str, simulation: Simulation, interval: float) -> Settings:
    """Settings for a simulator: its entry points with the names and groups it gives them."""
    from wallboard.simulator.names import entry_point_group, entry_point_ids, entry_point_name

    entry_points = tuple(
        EntryPointSettings(id=number, name=entry_point_name(index), group=entry_point_group(index))
        for index, number in enumerate(entry_point_ids(simulation.entry_points))
    )
    server = ServerSettings(name="demo", url=url, entry_point=entry_points)
    return replace(
        Settings(), title="wallboard demo", interval=interval, alarm=ALARM, server=(server,)
    )


def warm_up(display: DisplayOptions) -> None:
    """Load the wall: the simulator takes half a second to start, and this takes as long."""
    if not display.as_text:
        import wallboard.ui.app.app  # noqa: F401
