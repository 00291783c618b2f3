"""Runs a program with a notice as JSON on its standard input. Never a shell."""

import asyncio
import json
import os
import shutil
import signal
from contextlib import suppress

from wallboard.channel_settings import CommandSettings
from wallboard.domain.foreign_text import brief
from wallboard.notices.channel import ALL_PHASES, DeliveryError
from wallboard.notices.notice import Notice
from wallboard.notices.texts import document

MOST_OUTPUT = 65_536
"""Bytes of what it prints that are read."""

AFTER_END_SECONDS = 0.5
"""How long its last output is waited for once it has ended."""


class Command:
    """One program, run once a notice."""

    phases = ALL_PHASES

    def __init__(self, settings: CommandSettings) -> None:
        self._argv = settings.argv
        self._timeout = settings.timeout

    async def send(self, notice: Notice) -> str:
        """Run it and wait for its end. Raises ``DeliveryError``."""
        body = json.dumps(document(notice)).encode()
        name = self._argv[0]
        try:
            process = await asyncio.create_subprocess_exec(
                *self._argv,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise DeliveryError(f"cannot run {name!r}: {_why(error)}") from None
        output = bytearray()
        reading = asyncio.create_task(_read(process.stdout, output))
        try:
            async with asyncio.timeout(self._timeout):
                await _write(process.stdin, body)
                status = await process.wait()
        except TimeoutError:
            raise DeliveryError(
                f"{name!r} did not end within {self._timeout:g} s", may_have_arrived=True
            ) from None
        finally:
            if process.returncode is None:
                _kill(process)
                await process.wait()
            # What it started may go on, and hold its output open.
            await asyncio.wait((reading,), timeout=AFTER_END_SECONDS)
            reading.cancel()
        said = brief(output.decode("utf-8", "replace"), 120)
        if status == 0:
            return said or "exit status 0"
        raise DeliveryError(f"{name!r} ended with status {status}" + (f": {said}" if said else ""))

    async def ask(self) -> str:
        """Look whether the program is there. Raises ``DeliveryError``."""
        name = self._argv[0]
        if shutil.which(name) is None:
            raise DeliveryError(f"{name!r} is no program that can be run")
        return f"{name!r} is there"

    async def aclose(self) -> None:
        """Nothing is open between two notices."""


def _why(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else "") or str(error)


async def _write(stdin: asyncio.StreamWriter | None, body: bytes) -> None:
    """Hand over the body; a program need not read it."""
    if stdin:
        try:
            stdin.write(body)
            await stdin.drain()
        except (BrokenPipeError, ConnectionResetError):
            pass
        finally:
            stdin.close()


async def _read(stdout: asyncio.StreamReader | None, output: bytearray) -> None:
    while stdout and (chunk := await stdout.read(4096)):
        output += chunk[: MOST_OUTPUT - len(output)]


def _kill(process: asyncio.subprocess.Process) -> None:
    """End it and all that it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
