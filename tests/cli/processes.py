"""Processes of the program that cost no start of an interpreter each."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).parent / "programs" / "fork_commands.py"


class Process:
    """As ``asyncio``'s of a child, but of a process that another one started."""

    def __init__(self, pid: int, stdout, stderr, status: asyncio.Task) -> None:
        self.pid, self.stdout, self.stderr, self._status = pid, stdout, stderr, status

    @property
    def returncode(self) -> int | None:
        return self._status.result() if self._status.done() else None

    async def wait(self) -> int:
        return await asyncio.shield(self._status)

    async def communicate(self) -> tuple[bytes, bytes]:
        out, err, _ = await asyncio.gather(self.stdout.read(), self.stderr.read(), self.wait())
        return out, err

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Starter:
    """Has a process started for each command line, by one that has loaded the program."""

    def __init__(self) -> None:
        self._asked, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, str(PROGRAM), str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                # Pipes, as those that take their place: of a file its own place would be kept.
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )

    async def start(self, words: tuple[str, ...], folder: Path, environment: dict) -> Process:
        """Start a command line with pipes for its output and nothing for its input."""
        wishes = {"words": words, "folder": str(folder), "environment": environment}
        (out, outs), (err, errs) = os.pipe(), os.pipe()
        told, theirs = socket.socketpair()
        nothing = os.open(os.devnull, os.O_RDONLY)
        with theirs:
            given = [nothing, outs, errs, theirs.fileno()]
            socket.send_fds(self._asked, [json.dumps(wishes).encode() + b"\n"], given)
        for ours_no_more in given[:3]:
            os.close(ours_no_more)
        reader, writer = await asyncio.open_unix_connection(sock=told)
        pid = int(await reader.readline())
        status = asyncio.create_task(_status(reader, writer))
        return Process(pid, await _pipe(out), await _pipe(err), status)

    def close(self) -> None:
        self._asked.close()
        said, _ = self._process.communicate()
        assert not said, said.decode()


async def _pipe(descriptor: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: protocol, os.fdopen(descriptor, "rb")
    )
    return reader


async def _status(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
    status = int(await reader.readline())
    writer.close()
    await writer.wait_closed()
    return status
