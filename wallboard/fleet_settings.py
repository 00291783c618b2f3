"""The settings of a fleet: members on several machines that share one board over NATS."""

from typing import Annotated

from annotated_types import Ge, Le

from wallboard.frozen import frozen
from wallboard.setting_types import STRICT, Secret


@frozen(kw_only=True)
class FleetSettings:
    """One member of a fleet; there is none without a ``url``.

    ``url`` is that of one NATS server, or of several with commas between them. All members of a
    fleet have the same ``board``, by default the title, and each its own ``member``, by default the
    name of its machine. A member that may ``collect`` polls while it holds the lease, which ends
    ``lease`` seconds after it was renewed last; with ``poll_alone`` it goes on polling while the
    bus is out of reach. ``domain`` is the JetStream domain that has the streams, where there are
    several sites. Members of different ``vantage`` poll at the same time, from several
    places. ``nkey`` is a seed, in place of ``user`` and ``password``; ``ca_file``, ``client_cert``
    and ``client_key`` are as those of a server.
    """

    __pydantic_config__ = STRICT

    url: str = ""
    board: str = ""
    member: str = ""
    vantage: str = ""
    domain: str = ""
    collect: bool = True
    lease: Annotated[float, Ge(2), Le(300)] = 10.0
    poll_alone: bool = False
    user: Secret | None = None
    password: Secret | None = None
    nkey: Secret | None = None
    verify: bool = True
    ca_file: str | None = None
    client_cert: str | None = None
    client_key: str | None = None


def bus_urls(fleet: FleetSettings) -> list[str]:
    """The addresses of the servers of the bus."""
    return [one.strip() for one in fleet.url.split(",")] if fleet.url else []
