"""The doctor: checks the way to every server at once, and whether the board can be recorded."""

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from wallboard.config.state_folder import VARIABLE as STATE
from wallboard.domain.doctor import ON_THE_WAY, Fact, Finding, OnFinding, Step
from wallboard.domain.policy import Level
from wallboard.feeds.bus_checkup import bus_finding
from wallboard.files import exists, is_folder
from wallboard.recorder.errors import RecordingError
from wallboard.recorder.file.opening import demand_recording
from wallboard.recorder.lock import LockError, holder
from wallboard.recorder.paths import OWN_MODE, RecordingFile
from wallboard.settings import ServerSettings, Settings
from wallboard.threads import in_thread_within

if TYPE_CHECKING:
    from wallboard.feeds.network_watch import Testimony

RECORDING_SECONDS = 3.0
"""A folder on another machine may not answer."""

LEAST_FREE_BYTES = 50_000_000
"""With less than this a disk counts as nearly full: other programs write, too."""

_MEGABYTE = 1_000_000


async def look(
    settings: Settings,
    place: RecordingFile | None,
    environ: Mapping[str, str],
    publish: OnFinding,
    *,
    clock: Callable[[], float],
    channels: Awaitable[Finding | None] | None = None,
) -> None:
    """Publish each finding as it is made; ``place`` is the recording, if there is one.

    ``channels`` finds out about those of notices. ``clock`` is Unix time in seconds. Everything has
    a deadline: it ends within twenty seconds.
    """
    # The client takes a while to load: what is known before is published first.
    recording = asyncio.create_task(_look_at_recording(place, settings, publish))
    for server in settings.server:
        publish(proxy_finding(server, environ))
    from wallboard.ece.probe.probe import Probe

    bus = asyncio.create_task(bus_finding(settings, clock)) if settings.fleet.url else None
    witnesses = _ask_witnesses(settings.alarm.witness, recording, (channels, bus), publish)

    async def look_at(server: ServerSettings) -> None:
        if not server.nodes:
            await Probe(server, settings, publish, clock=clock).run()
            return
        from wallboard.feeds.node_checkup import node_findings

        # All are asked at the same time; nodes come before the last step, which ends a server.
        last: list[Finding] = []

        def publish_or_keep(finding: Finding) -> None:
            (last.append if finding.step is ON_THE_WAY[-1] else publish)(finding)

        probe = Probe(server, settings, publish_or_keep, clock=clock).run()
        _, of_nodes = await asyncio.gather(probe, node_findings(server, settings, clock=clock))
        for finding in (*of_nodes, *last):
            publish(finding)

    await asyncio.gather(witnesses, *map(look_at, settings.server))


async def _ask_witnesses(
    addresses: Sequence[str],
    recording: asyncio.Task[None],
    others: Sequence[Awaitable[Finding | None] | None],
    publish: OnFinding,
) -> None:
    """Publish what the witnesses say, after what there is about the recording and ``others``."""
    from wallboard.feeds.network_watch import Witnesses

    asking = asyncio.create_task(Witnesses(addresses).ask())
    found = [await other for other in others if other]
    finding = witness_finding(await asking)
    await recording
    for one in found:
        if one:
            publish(one)
    publish(finding)


def witness_finding(testimonies: Sequence["Testimony"]) -> Finding:
    """Whether the witnesses answer, or that there are none."""
    if not testimonies:
        words = "None. A `witness` in [alarm] tells a dead network here from dead servers."
        return Finding(Step.WITNESS, None, words)
    failing = [one for one in testimonies if one.failure]
    answering = tuple(one.address for one in testimonies if not one.failure)
    said = [f"{address} answers" for address in answering]
    said += [f"{one.address} does not: {one.failure}" for one in failing]
    return Finding(
        Step.WITNESS,
        Level.WARNING if failing else Level.OK,
        f"{'; '.join(said)}.",
        elapsed_seconds=max(one.elapsed_seconds for one in testimonies),
        facts={"answering": answering, "failing": tuple(one.address for one in failing)},
    )


def proxy_finding(server: ServerSettings, environ: Mapping[str, str]) -> Finding:
    """Through which proxy a server is asked, if any; the address of one is never shown."""
    secure = server.url.lower().startswith("https:")
    if server.proxy is not None:
        way = "a tunnel through it" if secure else "it"
        words = f"Configured; the server is reached through {way}, and so are the steps below."
        if "@" in server.proxy.value:
            words = f"{words} With user name and password."
        return Finding(Step.PROXY, Level.OK, words, server.name, facts={"used": True})
    ignored = tuple(_named_by(environ, server.url))
    facts: dict[str, Fact] = {"used": False, "ignored": ignored}
    if not ignored:
        return Finding(Step.PROXY, Level.OK, "None; direct connection.",
                       server.name, facts=facts)  # fmt: skip
    words = (
        f"None. The environment sets one ({', '.join(ignored)}), but wallboard only uses `proxy` "
        "in its config."
    )
    return Finding(Step.PROXY, Level.OK, words, server.name, facts=facts)


def _named_by(environ: Mapping[str, str], url: str) -> list[str]:
    """The variables by which other programs would ask this server through a proxy."""
    parts = urlsplit(url)
    asked = (f"{parts.scheme}_proxy".lower(), "all_proxy")
    found = [name for key in asked for name in (key, key.upper()) if environ.get(name)]
    return [] if not found or _is_exempt((parts.hostname or "").rstrip("."), environ) else found


def _is_exempt(host: str, environ: Mapping[str, str]) -> bool:
    listed = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    for word in (word.strip().lower() for word in listed.split(",")):
        bare = word.removeprefix("*").lstrip(".")
        if word == "*" or (bare and (host == bare or host.endswith(f".{bare}"))):
            return True
    return False


async def _look_at_recording(
    place: RecordingFile | None, settings: Settings, publish: OnFinding
) -> None:
    if place is None and settings.record is not False:
        words = f"Not recording: no home directory. Set HOME or {STATE}."
        publish(Finding(Step.RECORDING, Level.WARNING, words))
        return
    try:
        finding = await in_thread_within(lambda: recording_finding(place), RECORDING_SECONDS)
    except TimeoutError:
        finding = Finding(
            Step.RECORDING,
            Level.UNKNOWN,
            f"{place.path if place else ''}: the directory did not respond within "
            f"{RECORDING_SECONDS:g} s. Is it on a network share? Choose another `record`.",
        )
    publish(finding)


def recording_finding(place: RecordingFile | None) -> Finding:
    """Whether the board can be recorded in this place; ``None`` is a board that is not recorded.

    It may block for a while. The file is never opened while it is written: in the process that
    records into it, closing any other handle of it would lose its locks.
    """
    if place is None:
        return Finding(Step.RECORDING, Level.OK, "Not recording: `record` is off.")
    path = place.path
    folder = _nearest(path.parent)
    try:
        free = shutil.disk_usage(folder).free
        size = _size(path)
    except OSError as error:
        return Finding(
            Step.RECORDING,
            Level.WARNING,
            f"{path}: {error.strerror or error}. Choose another place with `record`.",
        )
    who = _writer(path)
    facts = {"path": str(path), "bytes": size, "free_bytes": free, "written_by": who}
    room = f"{_megabytes(free)} free"
    if words := _foreign(path):
        return Finding(Step.RECORDING, Level.WARNING, words, facts=facts)
    if fault := _fault(place, folder):
        words = f"{fault} ({path}; {room}). Change its permissions, or choose another `record`."
        return Finding(Step.RECORDING, Level.WARNING, words, facts=facts)
    if free < LEAST_FREE_BYTES:
        words = f"The disk is nearly full: {room} at {folder}. Make room, or lower"
        return Finding(Step.RECORDING, Level.WARNING, f"{words} `record_megabytes`.", facts=facts)
    has = f"{path}: {_megabytes(size)}" if size is not None else f"{path}: not created yet"
    words = f"{has}; recorded by {who or 'nobody'}; {room}."
    return Finding(Step.RECORDING, Level.OK, words, facts=facts)


def _nearest(folder: Path) -> Path:
    """The folder, or the nearest parent that exists."""
    for one in (folder, *folder.parents):
        if exists(one):
            return one
    return folder


def _fault(place: RecordingFile, folder: Path) -> str | None:
    path = place.path
    if folder != path.parent and place.mode != OWN_MODE:
        return f"No such directory: {path.parent}"
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"No write permission for {folder}"
    if is_folder(path):
        return "The recording is a directory"
    if exists(path) and not os.access(path, os.R_OK | os.W_OK):
        return "No write permission for the recording"
    return None


def _foreign(path: Path) -> str | None:
    """Why the file in this place is no recording, if it is none."""
    try:
        if exists(path):
            demand_recording(path)
    except RecordingError as error:
        return f"{path}: {error}. Choose another place with `record`."
    return None


def _size(path: Path) -> int | None:
    """Bytes of the recording and of its write-ahead log, or ``None`` where there is none."""
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return None
    try:
        return size + path.with_name(f"{path.name}-wal").stat().st_size
    except FileNotFoundError:
        return size


def _writer(path: Path) -> str | None:
    """Who holds the lock, if anybody does."""
    try:
        found = holder(path)
    except LockError:
        return "an unknown process"
    return str(found) if found else None


def _megabytes(count: int) -> str:
    return f"{count / _MEGABYTE:,.1f} MB"
