"""A bus with the roles that come with the program, and members of each."""

from importlib.resources import files

from tests.fleet.bus_server import NatsServer
from wallboard.fleet_settings import FleetSettings
from wallboard.setting_types import Secret

PASSWORDS = {"collector": "of-the-collector", "operator": "of-the-operator", "viewer": "$ecret"}
ROLES = files("wallboard.fleet").joinpath("server/roles.conf").read_text()


def with_passwords(monkeypatch) -> None:
    """Have the servers that are started know the passwords."""
    for role, password in PASSWORDS.items():
        # The server reads it like a value of its file.
        monkeypatch.setenv(f"WALLBOARD_{role.upper()}", f'"{password}"')


def member(server: NatsServer, role: str) -> FleetSettings:
    """The settings of a member with this role."""
    return FleetSettings(
        url=server.url, lease=5.0, user=Secret(role), password=Secret(PASSWORDS[role])
    )
