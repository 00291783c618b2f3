"""What can go wrong with a simulator before it answers anything."""

from collections.abc import Sequence


class SimulatorError(Exception):
    """The simulator cannot run; the text is a sentence for the person who started it."""


class ScenarioError(SimulatorError):
    """A scenario cannot be used. ``errors`` holds every fault found, each naming file and key."""

    def __init__(self, errors: Sequence[str]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(self.errors))
