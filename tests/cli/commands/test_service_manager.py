"""What a service tells its manager: a real process, and a socket as that of systemd."""

import asyncio
import signal
import socket

import pytest
from waiting import PATIENCE_SECONDS

from wallboard.cli.run.service_manager import ServiceManager


@pytest.fixture
def manager(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as taken:
        taken.bind(str(tmp_path / "notify"))
        taken.setblocking(False)
        yield taken


async def told(manager, wanted):
    """Wait for a message that begins so; all that came until then."""
    loop, found = asyncio.get_running_loop(), []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not found or not found[-1].startswith(wanted):
            found.append((await loop.sock_recv(manager, 4096)).decode())
    return found


async def test_a_service_says_when_it_is_ready_that_it_is_alive_and_that_it_ends(
    start, simulated, manager, tmp_path
):
    simulator = await simulated()
    notify = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "2000000"}
    arguments = ("--url", simulator.url, "1000", "--interval", "0.2", "--file", "wall.db")
    process = await start("record", *arguments, **notify)

    await told(manager, "READY=1")
    (*_, status) = await told(manager, "STATUS=records")
    assert status == "STATUS=records: 1 servers, 1 entry points"
    for _ in range(3):
        await told(manager, "WATCHDOG=1")
    process.send_signal(signal.SIGTERM)
    await told(manager, "STOPPING=1")
    assert await process.wait() == 0


@pytest.mark.parametrize(("stalled", "signs"), [(0.0, 1), (59.0, 1), (60.0, 0), (500.0, 0)])
def test_polling_that_stands_still_gives_no_sign_of_life(manager, tmp_path, stalled, signs):
    environ = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "120000000"}

    ServiceManager(environ).alive(stalled_seconds=stalled)

    assert len(received(manager)) == signs


def test_signs_of_life_are_as_few_as_the_watchdog_needs(manager, tmp_path):
    environ = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "120000000"}
    clock = iter(range(0, 300, 10))
    service = ServiceManager(environ, lambda: next(clock))

    for _ in range(30):
        service.alive(stalled_seconds=0)

    assert len(received(manager)) == 10


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"NOTIFY_SOCKET": "/no/such/socket"},
        {"NOTIFY_SOCKET": "vsock:2:1234"},
        {"NOTIFY_SOCKET": "@nobody-listens-here"},
    ],
)
def test_without_a_manager_nothing_is_said_and_nothing_fails(environ):
    service = ServiceManager(environ | {"WATCHDOG_USEC": "1000000"})

    service.ready()
    service.alive(stalled_seconds=0)
    service.stopping()


@pytest.mark.parametrize(
    "environ",
    [{"WATCHDOG_USEC": "often"}, {"WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1"}],
)
def test_a_watchdog_that_is_not_ours_is_not_fed(manager, tmp_path, environ):
    ServiceManager(environ | {"NOTIFY_SOCKET": str(tmp_path / "notify")}).alive(stalled_seconds=0)

    assert not received(manager)


def received(manager):
    found = []
    while True:
        try:
            found.append(manager.recv(4096).decode())
        except BlockingIOError:
            return found
