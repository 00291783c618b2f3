"""The findings of the doctor, step by step."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from enum import StrEnum

from wallboard.domain.observation import Blame, Cause
from wallboard.domain.policy import Level
from wallboard.frozen import frozen

Fact = str | int | float | bool | tuple[str, ...] | None


class Step(StrEnum):
    """What the doctor checks; the values are the names in every report."""

    PROXY = "proxy"
    SETTINGS = "settings"
    NAME = "name"
    TCP = "tcp"
    TLS = "tls"
    HTTP = "http"
    API = "api"
    NODE = "node"
    CLOCK = "clock"
    VERSIONS = "versions"
    CONFIG = "config"
    TERMINAL = "terminal"
    RECORDING = "recording"
    WITNESS = "witness"
    CHANNELS = "channels"
    BUS = "bus"


ON_THE_WAY = (Step.NAME, Step.TCP, Step.TLS, Step.HTTP, Step.API, Step.CLOCK)
"""The steps to a server in order; each is reported, even if it was not tried."""

OF_MACHINE = (Step.VERSIONS, Step.CONFIG, Step.TERMINAL, Step.RECORDING, Step.WITNESS)
"""The steps on this machine, independent of the servers, the last to be found at the end.

Those of channels and of the bus of a fleet come before it, where there are any.
"""


@frozen
class Finding:
    """What one step found, in a sentence that a person can act on.

    ``level`` is ``None`` for a step that was not tried. ``server`` is the name of the server, or
    ``None`` for what concerns this machine. ``facts`` say the same to programs; times among them
    are Unix time in seconds. ``blame`` says where to look if the cause does not tell.
    """

    step: Step
    level: Level | None
    sentence: str
    server: str | None = None
    elapsed_seconds: float | None = None
    cause: Cause | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    blame: Blame | None = None

    @property
    def failed(self) -> bool:
        """Whether the steps after this one could not be tried."""
        return self.level is Level.CRITICAL


OnFinding = Callable[[Finding], None]
"""Takes each finding as it is made."""


def worst_of(findings: Sequence[Finding]) -> Level:
    """The worst level of all steps that were tried."""
    return max((one.level for one in findings if one.level is not None), default=Level.UNKNOWN)
