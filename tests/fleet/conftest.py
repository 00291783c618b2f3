"""What the tests of the fleet share: a real bus."""

import pytest

from tests.fleet.bus_server import NatsServer

pytest.register_assert_rewrite("tests.fleet.faults")


@pytest.fixture
async def bus_server(tmp_path):
    """A bus that runs; the test may stop it, wipe it and start it again."""
    server = NatsServer(tmp_path / "bus")
    await server.start()
    yield server
    server.kill()
