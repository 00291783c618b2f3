"""Hosts of a test: network namespaces on one bridge, whose cables can be cut, also one way.

It needs what an ordinary user may on most machines: namespaces of their own.
"""

import signal
import subprocess
from collections.abc import Sequence

NETWORK = "10.77.0"
_NSENTER = ("nsenter", "--preserve-credentials", "--user", "--net", "--target")


def namespaces_are_allowed() -> bool:
    """Whether this machine lets its users make networks."""
    words = ["unshare", "--map-root-user", "--net", "ip", "link", "add", "a0", "type", "bridge"]
    try:
        return subprocess.run(words, capture_output=True, check=False, timeout=10).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


class Host:
    """One machine on the network."""

    def __init__(self, name: str, number: int, holder: "subprocess.Popen[bytes]") -> None:
        self.name = name
        self.address = f"{NETWORK}.{number}"
        self.cable = f"cable{number}"
        self.pid = holder.pid
        self._holder = holder

    def command(self, words: Sequence[str]) -> list[str]:
        """The words that run a command line on this host."""
        return [*_NSENTER, str(self.pid), "--", *words]

    def run(self, *words: str) -> None:
        """Run a short command on it."""
        _run(self.command(words))

    def refuse(self, other: "Host") -> None:
        """Send nothing to another host any more; what that one sends still comes."""
        self.run("ip", "route", "add", "blackhole", other.address)

    def allow(self, other: "Host") -> None:
        """Send to it again."""
        self.run("ip", "route", "del", "blackhole", other.address)

    def end(self) -> None:
        self._holder.send_signal(signal.SIGKILL)
        self._holder.wait(10)


class Network:
    """A switch, and the hosts on it, for as long as this context lasts."""

    def __init__(self) -> None:
        self._switch = _holder(["unshare", "--map-root-user", "--net"])
        self.hosts: list[Host] = []
        self._on_switch("ip", "link", "add", "switch", "type", "bridge")
        self._on_switch("ip", "link", "set", "switch", "up")

    def __enter__(self) -> "Network":
        return self

    def __exit__(self, *_: object) -> None:
        for host in self.hosts:
            host.end()
        self._switch.send_signal(signal.SIGKILL)
        self._switch.wait(10)

    def host(self, name: str) -> Host:
        """Another host, with its cable in the switch."""
        number = len(self.hosts) + 1
        holder = _holder([*_NSENTER[:-1], "--target", str(self._switch.pid), "unshare", "--net"])
        host = Host(name, number, holder)
        self._on_switch(
            *("ip", "link", "add", host.cable, "type", "veth"),
            *("peer", "name", "eth0", "netns", str(host.pid)),
        )
        self._on_switch("ip", "link", "set", host.cable, "master", "switch", "up")
        host.run("ip", "link", "set", "lo", "up")
        host.run("ip", "address", "add", f"{host.address}/24", "dev", "eth0")
        host.run("ip", "link", "set", "eth0", "up")
        self.hosts.append(host)
        return host

    def cut(self, host: Host) -> None:
        """Pull the cable of a host."""
        self._on_switch("ip", "link", "set", host.cable, "down")

    def mend(self, host: Host) -> None:
        """Put it back."""
        self._on_switch("ip", "link", "set", host.cable, "up")

    def _on_switch(self, *words: str) -> None:
        _run([*_NSENTER, str(self._switch.pid), "--", *words])


def _holder(words: Sequence[str]) -> "subprocess.Popen[bytes]":
    """A process that keeps its namespaces alive; they are there once this returns."""
    process = subprocess.Popen(
        [*words, "sh", "-c", "echo there; exec sleep 3600 >&-"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout
    with process.stdout as said:
        assert said.readline(), f"no namespace for {words}"
    return process


def _run(words: Sequence[str]) -> None:
    done = subprocess.run(words, capture_output=True, check=False, timeout=30)
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr.decode()}"
