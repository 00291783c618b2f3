"""The options that say what to simulate, shared by ``simulate`` and ``demo``."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from wallboard.cli.options.completions import scenario_names
from wallboard.cli.options.types import Number, WholeNumber
from wallboard.cli.run.errors import simulator_errors
from wallboard.frozen import frozen

if TYPE_CHECKING:
    from wallboard.simulator.scenario import Scenario

Command = TypeVar("Command", bound=Callable[..., Any])

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
    options = (
        click.option("--entry-points", type=WholeNumber(1, MOST_ENTRY_POINTS), default=12,
                     show_default=True, metavar="N", help="How many, numbered from 1000."),
        click.option("--scenario", default=scenario, show_default=True, metavar="NAME",
                     shell_complete=scenario_names,
                     help="What happens to them: calm, demo, faults, outage, or a TOML file."),
        click.option("--seed", type=int, default=1, show_default=True, metavar="K",
                     help="The same seed tells the same story."),
        click.option("--speed", type=Number(min=0, min_open=True, max=10_000),
                     default=1.0, show_default=True, metavar="X",
                     help="Simulated seconds per second."),
    )  # fmt: skip

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def simulation_of(parameters: dict[str, Any]) -> Simulation:
    """Takes the options of ``Simulation`` out of a command's parameters."""
    return Simulation(**{name: parameters.pop(name) for name in Simulation.__dataclass_fields__})
