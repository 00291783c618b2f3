"""Errors that a command ends with: a sentence for the person at the keyboard and a status."""

from collections.abc import Iterator
from contextlib import contextmanager

from wallboard.cli.run import exit_codes


class CommandError(Exception):
    """A command cannot go on; the text says why and what to do."""

    def __init__(self, message: str, exit_status: int = exit_codes.UNAVAILABLE) -> None:
        super().__init__(message)
        self.status = exit_status


@contextmanager
def config_errors() -> Iterator[None]:
    """Turns what is wrong with a config into a list of it and exit status 78."""
    from wallboard.config import ConfigError

    try:
        yield
    except ConfigError as error:
        if all(not problem.file for problem in error.problems):
            lines = "\n".join(f"{problem.key}: {problem.message}" for problem in error.problems)
            raise CommandError(lines, exit_codes.USAGE) from None
        raise CommandError(f"invalid config\n{error}", exit_codes.CONFIG) from None


@contextmanager
def home_errors() -> Iterator[None]:
    """Turns a user without a home folder into words and exit status 78."""
    from wallboard.config.state_folder import NoHomeError

    try:
        yield
    except NoHomeError as error:
        raise CommandError(str(error.strerror), exit_codes.CONFIG) from None


@contextmanager
def client_errors() -> Iterator[None]:
    """Turns settings with which no server can be asked into words and exit status 78."""
    from wallboard.ece.ask.outgoing import ClientSetupError

    try:
        yield
    except ClientSetupError as error:
        raise CommandError(str(error), exit_codes.CONFIG) from None


@contextmanager
def simulator_errors() -> Iterator[None]:
    """Turns a scenario that cannot be used and a port that is taken into words."""
    from wallboard.simulator.scenario import ScenarioError, SimulatorError

    try:
        yield
    except ScenarioError as error:
        raise CommandError(str(error), exit_codes.USAGE) from None
    except SimulatorError as error:
        raise CommandError(str(error), exit_codes.UNAVAILABLE) from None
