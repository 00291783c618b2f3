"""The doctor: checks the way to every server at once, and the recording."""

import asyncio
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from wallboard.abandonable import aside
from wallboard.config.state_folder import VARIABLE as STATE
from wallboard.domain.doctor import Fact, Finding, OnFinding, Step
from wallboard.domain.policy import Level
from wallboard.recorder.paths import RecordingFile
from wallboard.settings import ServerSettings, Settings

RECORDING_SECONDS = 3.0
"""A folder on another machine may not answer."""


async def look(
    settings: Settings,
    place: RecordingFile | None,
    environ: Mapping[str, str],
    publish: OnFinding,
    *,
    clock: Callable[[], float],
) -> None:
    """Publish each finding as it is made; ``place`` is the recording, if there is one.

    ``clock`` is Unix time in seconds. Everything has a deadline: it ends within twenty seconds.
    """
    # The client takes a while to load: what is known before is published first.
    recording = asyncio.create_task(_look_at_recording(place, settings, publish))
    for server in settings.server:
        publish(proxy_finding(server, environ))
    from wallboard.ece.probe.probe import Probe

    probes = (Probe(server, settings, publish, clock=clock) for server in settings.server)
    await asyncio.gather(recording, *(probe.run() for probe in probes))


def proxy_finding(server: ServerSettings, environ: Mapping[str, str]) -> Finding:
    """Through which proxy a server is asked, if any; the address of one is never shown."""
    secure = server.url.lower().startswith("https:")
    if server.proxy is not None:
        way = "a tunnel through it" if secure else "it"
        words = f"The config names one; the server is asked through {way}, and so is the way below."
        if "@" in server.proxy.value:
            words = f"{words} It is told a user name and a password."
        return Finding(Step.PROXY, Level.OK, words, server.name, facts={"used": True})
    ignored = tuple(_named_by(environ, server.url))
    facts: dict[str, Fact] = {"used": False, "ignored": ignored}
    if not ignored:
        return Finding(Step.PROXY, Level.OK, "None; the server is asked directly.",
                       server.name, facts=facts)  # fmt: skip
    words = (
        f"None. The environment names one ({', '.join(ignored)}), but wallboard goes by `proxy` of "
        "its config alone."
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
    from wallboard.recorder.doctor import recording_finding

    if place is None and settings.record is not False:
        words = f"Nothing is recorded: there is no home folder to keep it in. Set HOME or {STATE}."
        publish(Finding(Step.RECORDING, Level.WARNING, words))
        return
    try:
        finding = await aside(lambda: recording_finding(place), RECORDING_SECONDS)
    except TimeoutError:
        finding = Finding(
            Step.RECORDING,
            Level.UNKNOWN,
            f"{place.path if place else ''}: the folder did not answer within "
            f"{RECORDING_SECONDS:g} s. Is it on a machine that is away? Choose another `record`.",
        )
    publish(finding)
