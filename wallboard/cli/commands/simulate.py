"""``wallboard simulate``: a simulated ECE server to point the board at."""

import asyncio
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from wallboard.cli.options.board_options import joined_ids
from wallboard.cli.options.values import Command, Number, WholeNumber, scenario_names, stacked
from wallboard.cli.run.errors import simulator_errors
from wallboard.cli.run.signals import end_at_eof
from wallboard.frozen import frozen

if TYPE_CHECKING:
    from wallboard.simulator.scenario import Scenario
    from wallboard.simulator.server import Simulator

MOST_ENTRY_POINTS = 100_000


@frozen(kw_only=True)
class Simulation:
    """What the command line says about the simulation; ``speed`` is simulated seconds a second."""

    entry_points: int
    scenario: str
    seed: int
    speed: float

    def load(self) -> "Scenario":
        """The scenario itself. Raises ``CommandError`` if it cannot be used."""
        from wallboard.simulator.scenario import load_scenario

        with simulator_errors():
            return load_scenario(self.scenario)

    def arguments(self) -> list[str]:
        """The same simulation as options of another command line."""
        return [
            f"--entry-points={self.entry_points}",
            f"--scenario={self.scenario}",
            f"--seed={self.seed}",
            f"--speed={self.speed}",
        ]


def simulation_options(*, scenario: str) -> Callable[[Command], Command]:
    """Adds the options of ``Simulation`` to a command; take them with ``simulation_of``."""
    return stacked(
        click.option("--entry-points", type=WholeNumber(1, MOST_ENTRY_POINTS), default=12,
                     show_default=True, metavar="N", help="Number of entry points, ids from 1000."),
        click.option("--scenario", default=scenario, show_default=True, metavar="NAME",
                     shell_complete=scenario_names,
                     help="Scenario: calm, demo, faults, outage, or a TOML file."),
        click.option("--seed", type=int, default=1, show_default=True, metavar="K",
                     help="Random seed; the same seed repeats the same run."),
        click.option("--speed", type=Number(min=0, min_open=True, max=10_000),
                     default=1.0, show_default=True, metavar="X",
                     help="Simulated seconds per second."),
    )  # fmt: skip


def simulation_of(parameters: dict[str, Any]) -> Simulation:
    """Takes the options of ``Simulation`` out of a command's parameters."""
    return Simulation(**{name: parameters.pop(name) for name in Simulation.__dataclass_fields__})


async def serve_forever(
    simulator: "Simulator", host: str, port: int, announce: Callable[[str], None]
) -> None:
    """Serve until SIGINT or SIGTERM, then end in good order.

    ``announce`` gets the address once the server listens. Raises :class:`SimulatorError` when it
    cannot listen.
    """
    loop = asyncio.get_running_loop()
    end_requested = asyncio.Event()
    signals = (signal.SIGINT, signal.SIGTERM)
    for number in signals:
        loop.add_signal_handler(number, end_requested.set)
    starting = asyncio.create_task(simulator.start(host, port))
    ending = asyncio.create_task(end_requested.wait())
    try:
        await asyncio.wait({starting, ending}, return_when=asyncio.FIRST_COMPLETED)
        if not ending.done():
            starting.result()
            announce(simulator.url)
            await ending
    finally:
        starting.cancel()
        ending.cancel()
        await simulator.stop()
        for number in signals:
            loop.remove_signal_handler(number)


ANNOUNCEMENT = "Listening on "
"""What stands before the address in the first line of output."""


@click.command(
    "simulate",
    short_help="Run a simulated ECE server.",
    help="Run a simulated ECE server with chat entry points that follow a scenario, until Ctrl-C.",
    epilog="""\b
Examples:
  wallboard simulate --port 8080 --entry-points 12 --scenario faults
  wallboard --url http://127.0.0.1:8080 1000-1011        in another terminal
""",
)
@click.option("--port", type=WholeNumber(0, 65_535), metavar="PORT", default=8080,
              show_default=True, help="Listen port; 0: any free port.")  # fmt: skip
@click.option("--host", metavar="HOST", default="127.0.0.1", show_default=True,
              help="Listen address; local only by default.")  # fmt: skip
@click.option("--until-eof", is_flag=True, hidden=True, expose_value=False, callback=end_at_eof)
@simulation_options(scenario="calm")
def command(port: int, host: str, **parameters: object) -> int:
    simulation = simulation_of(parameters)
    with simulator_errors():
        asyncio.run(_serve(simulation, host, port))
    return 0


async def _serve(simulation: Simulation, host: str, port: int) -> None:
    from wallboard.simulator.names import entry_point_ids
    from wallboard.simulator.server import Simulator

    ids = entry_point_ids(simulation.entry_points)
    simulator = Simulator(
        entry_points=ids, scenario=simulation.load(), seed=simulation.seed, speed=simulation.speed
    )

    def announce(url: str) -> None:
        click.echo(f"{ANNOUNCEMENT}{url}")
        click.echo(f"Board: wallboard --url {url} {joined_ids(ids)}")

    await serve_forever(simulator, host, port, announce)
