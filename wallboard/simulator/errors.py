"""What can go wrong with a simulator before it answers anything."""

import errno
from collections.abc import Sequence


class SimulatorError(Exception):
    """The simulator cannot run; the text is a sentence for the person who started it."""


class ScenarioError(SimulatorError):
    """A scenario cannot be used. ``errors`` holds every fault found, each naming file and key."""

    def __init__(self, errors: Sequence[str]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(self.errors))


def why_not_listening(error: OSError, host: str, port: int) -> str:
    """Why a server could not listen, as a sentence."""
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is already in use"
    if error.errno == errno.EACCES:
        return f"port {port} on {host} may not be opened by this user"
    return f"cannot listen on {host!r} port {port}: {error.strerror or 'address not found'}"
