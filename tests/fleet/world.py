"""A fleet of real processes on hosts of their own: a bus, an ECE server, members; and what can
happen to them.

Afterwards the recordings, the ledgers and the log of the server say what it did.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import combinations, pairwise
from pathlib import Path

from tests.fleet.bus_server import PROGRAM as NATS_SERVER
from tests.fleet.hosts import Host, Network
from tests.waiting import in_words
from wallboard.frozen import frozen

PROGRAMS = Path(__file__).parent / "programs"
OFTEN_DOWN = str(PROGRAMS / "often_down.toml")
"""A scenario with alarms: two entry points are down for three of each seven seconds."""

TITLE = "fleet of a test"
WALLBOARD = Path(sys.executable).with_name("wallboard")
INTERVAL_SECONDS = 0.5
LEASE_SECONDS = 2.0
PATIENCE_SECONDS = 60.0

CONFIG = """\
title = "{title}"
interval = {interval}
record = "{folder}/{member}.db"

[fleet]
url = "nats://{bus}:4222"
member = "{member}"
lease = {lease}
collect = {collect}

[alarm]
level = "critical"
raise_for = 0.5
clear_for = 1.0
group_wait = 0.0

[[channel.webhook]]
name = "hook"
url = "http://{ece}:8081/{member}"

[[notice]]
channel = "hook"

[[server]]
name = "ece"
url = "http://{ece}:8080"
endpoints = ["chatAllowed", "checkEligibility", "capacity"]

[server.paths]
chatAllowed = "chatAllowed/{{id}}?member={member}"
checkEligibility = "checkEligibility/{{id}}?member={member}"
capacity = "capacity/{{id}}?member={member}"
{entry_points}
"""


@frozen
class Polled:
    """One poll as the server saw it, Unix time in seconds."""

    at: float
    member: str


@frozen
class Told:
    """One notice as the far side got it, Unix time in seconds."""

    at: float
    member: str
    id: str
    phase: str
    entry_point: str


class Member:
    """One process that records, on its own host."""

    def __init__(self, name: str, host: Host, config: Path) -> None:
        self.name = name
        self.host = host
        self.config = config
        self.recording = config.parent / f"{name}.db"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        environment = os.environ | {"WALLBOARD_STATE": str(self.config.parent / self.name)}
        with self.config.with_suffix(".log").open("ab") as log:
            self._process = subprocess.Popen(
                self.host.command([str(WALLBOARD), "record", "--config", str(self.config)]),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                start_new_session=True,
            )

    def signal(self, number: int) -> None:
        if self._process:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def kill(self) -> None:
        """As a crash would."""
        self.signal(signal.SIGKILL)
        if self._process:
            self._process.wait(10)

    def stop(self) -> int:
        """End it as a service manager does; its exit status."""
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        assert self._process
        return self._process.wait(PATIENCE_SECONDS)

    def run(self, *words: str) -> str:
        """What a command of the program prints, run on this host beside the member."""
        done = self._ran(words)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def tries(self, *words: str, refused: int) -> bool:
        """Run a command that succeeds or, with an exit status of its own, finds nothing to do."""
        done = self._ran(words)
        assert done.returncode in {0, refused}, done.stderr.decode()
        return done.returncode == 0

    def _ran(self, words: Sequence[str]) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(
            self.host.command([str(WALLBOARD), *words, "--config", str(self.config)]),
            check=False,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            env=os.environ | {"WALLBOARD_STATE": str(self.config.parent / self.name)},
        )

    def log(self) -> str:
        path = self.config.with_suffix(".log")
        return path.read_text() if path.exists() else ""


class World:
    """All of it, for as long as this context lasts."""

    def __init__(
        self,
        folder: Path,
        members: int = 3,
        *,
        viewers: int = 0,
        entry_points: int = 6,
        scenario: str = "demo",
        lease: float = LEASE_SECONDS,
    ) -> None:
        self.folder = folder
        self._lease = lease
        self._entry_points = entry_points
        self._scenario = scenario
        self.network = Network()
        self.ece = self.network.host("ece")
        self.bus = self.network.host("bus")
        self.members = [self._member(f"member-{n}") for n in range(1, members + 1)]
        self.viewers = [self._member(f"viewer-{n}", collect=False) for n in range(1, viewers + 1)]
        self.members += self.viewers
        self._ece_process: subprocess.Popen[bytes] | None = None
        self._far_process: subprocess.Popen[bytes] | None = None
        self._bus_process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "World":
        self.start_ece()
        self.start_bus()
        return self

    def __exit__(self, *_: object) -> None:
        for member in self.members:
            member.signal(signal.SIGCONT)
            member.kill()
        for process in (self._ece_process, self._far_process, self._bus_process):
            if process:
                process.kill()
                process.wait(10)
        self.network.__exit__()

    def start_ece(self) -> None:
        points = str(self._entry_points)
        self._ece_process = self._program(
            "serve_ece", points, self._scenario, str(self.folder / "polls.log")
        )
        self._far_process = self._program("take_notices", str(self.folder / "notices.log"))

    def _program(self, name: str, *words: str) -> "subprocess.Popen[bytes]":
        """One of ``programs`` on the host of the server."""
        line = [sys.executable, str(PROGRAMS / f"{name}.py"), self.ece.address, *words]
        return subprocess.Popen(
            self.ece.command(line),
            stdin=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        )

    def start_bus(self) -> None:
        self._bus_process = subprocess.Popen(
            self.bus.command(
                [
                    *(str(NATS_SERVER), "--addr", self.bus.address, "--port", "4222"),
                    *("--jetstream", "--store_dir", str(self.folder / "bus")),
                    *("--log", str(self.folder / "bus.log")),
                ]
            ),
            stdin=subprocess.DEVNULL,
        )

    def kill_bus(self, *, wiped: bool = False) -> None:
        assert self._bus_process
        self._bus_process.kill()
        self._bus_process.wait(10)
        if wiped:
            subprocess.run(["rm", "-rf", str(self.folder / "bus")], check=True)

    def polls(self) -> list[Polled]:
        """All polls so far that the server saw, in their order."""
        path = self.folder / "polls.log"
        lines = path.read_text().splitlines() if path.exists() else []
        return [Polled(float(at), member) for at, member in map(str.split, lines)]

    def notices(self) -> list[Told]:
        """All notices so far that the far side got, in their order."""
        path = self.folder / "notices.log"
        lines = path.read_text().splitlines() if path.exists() else []
        return [Told(float(at), *rest) for at, *rest in map(str.split, lines)]

    def poller(self, within: float = 1.5) -> str:
        """Who polled last, if that was not long ago."""
        polls = self.polls()
        return polls[-1].member if polls and time.time() - polls[-1].at < within else ""

    def until_polled(self, *others: str) -> str:
        """Wait until a member polls that is not one of these; which one."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            if (member := self.poller()) and member not in others:
                return member
            time.sleep(0.05)
        logs = "\n".join(f"{one.name}:\n{one.log()[-3000:]}" for one in self.members)
        raise AssertionError(f"nobody polls, or only {others}\n{logs}")

    def member(self, name: str) -> Member:
        return next(one for one in self.members if one.name == name)

    def _member(self, name: str, *, collect: bool = True) -> Member:
        config = self.folder / f"{name}.toml"
        config.write_text(
            CONFIG.format(
                interval=INTERVAL_SECONDS,
                folder=self.folder,
                member=name,
                bus=self.bus.address,
                ece=self.ece.address,
                title=TITLE,
                lease=self._lease,
                collect=str(collect).lower(),
                entry_points="".join(
                    f"[[server.entry_point]]\nid = {1000 + n}\n" for n in range(self._entry_points)
                ),
            )
        )
        return Member(name, self.network.host(name), config)


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until something holds of processes that run by themselves."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, f"{PATIENCE_SECONDS:g} s in vain for {in_words(condition)}"
        time.sleep(0.05)


def polled_twice(polls: list[Polled], gap: float = 3 * INTERVAL_SECONDS) -> float:
    """The longest time for which two members polled at once, in seconds."""
    spans: dict[str, list[tuple[float, float]]] = {}
    for member in {one.member for one in polls}:
        times = [one.at for one in polls if one.member == member]
        began = times[0]
        for before, after in pairwise([*times, float("inf")]):
            if after - before > gap:
                spans.setdefault(member, []).append((began, before))
                began = after
    overlaps = [
        min(one[1], other[1]) - max(one[0], other[0])
        for first, second in combinations(spans.values(), 2)
        for one in first
        for other in second
    ]
    return max([0.0, *overlaps])
