"""What can be copied, and the files in which copies are saved."""

import contextlib
import os
import re
import time
from pathlib import Path

from wallboard.config.state_folder import state_folder
from wallboard.domain.endpoint import Endpoint
from wallboard.domain.ledger_row import AlarmKey
from wallboard.domain.observation import Observation
from wallboard.domain.snapshot import EntryPointStatus, Snapshot
from wallboard.files import replaced
from wallboard.frozen import frozen
from wallboard.settings import ServerSettings, Settings

MOST_FILES = 200
"""Older copies go when there are more."""

_NAME = re.compile(r"\d{4}-\d\d-\d\dT\d{6}-.+")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_PART = 60
_SAME_SECOND = 1000


def copies_folder() -> Path:
    """The folder of copies, in the user's state folder. Raises ``OSError`` without one."""
    return state_folder(os.environ) / "copies"


def save_copy(data: bytes, what: tuple[str, ...], ending: str, at: float, folder: Path) -> Path:
    """Write a new file, readable only by this user, and return its path.

    ``what`` are the parts of its name, ``at`` is Unix time in seconds. Copies beyond the newest
    ``MOST_FILES`` are deleted. Raises ``OSError``.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    when = time.strftime("%Y-%m-%dT%H%M%S", time.localtime(at))
    stem = "-".join([when, *(_safe_part(part) for part in what)])
    path = _written(data, folder, stem, ending)
    _delete_oldest(folder, path)
    return path


def _written(data: bytes, folder: Path, stem: str, ending: str) -> Path:
    for number in range(1, _SAME_SECOND):
        path = folder / (f"{stem}.{ending}" if number == 1 else f"{stem}-{number}.{ending}")
        with contextlib.suppress(FileExistsError):
            with replaced(path, new=True) as file:
                file.write(data)
            return path
    raise FileExistsError(f"too many copies within a second in {folder}")


def _safe_part(part: str) -> str:
    return _UNSAFE.sub("_", part).strip("._-")[:_LONGEST_PART] or "_"


def _delete_oldest(folder: Path, newest: Path) -> None:
    # The new copy is saved: failing to delete an old one is no error.
    with contextlib.suppress(OSError):
        paths = sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))
        for path in paths[:-MOST_FILES]:
            # A clock that was put back makes the newest name the oldest one.
            if path != newest:
                path.unlink()


@frozen
class Evidence:
    """What a screen shows: an entry point, and one of its polls.

    ``place`` is the other place that sees it so, if it is not this one.
    """

    status: EntryPointStatus
    observation: Observation | None
    place: str = ""


@frozen
class Copy:
    """A copy: ``data`` for the file, ``text`` without control characters for the clipboard."""

    title: str
    name: tuple[str, ...]
    ending: str
    data: bytes
    text: str


def latest_evidence(status: EntryPointStatus) -> Evidence:
    """An entry point with its newest poll of ``chatAllowed``, or of the first endpoint it has."""
    endpoints = status.entry_point.endpoints
    first = next(iter(endpoints), Endpoint.CHAT_ALLOWED)
    endpoint = Endpoint.CHAT_ALLOWED if Endpoint.CHAT_ALLOWED in endpoints else first
    return Evidence(status, status.state.endpoint(endpoint).last)


def body_copy(observation: Observation, body: bytes) -> Copy:
    """The body: byte for byte in the file, with visible control characters on the clipboard."""
    from wallboard.report.evidence.raw import visible

    text = visible(body.removeprefix(b"\xef\xbb\xbf"))
    return Copy("Body", _name(observation), _ending(text), body, text)


def curl_copy(observation: Observation, settings: Settings) -> Copy:
    """The request as a command for a shell."""
    from wallboard.report.evidence.curl import curl_command

    server = _server(settings, observation.key.server)
    text = curl_command(observation.request, server, settings) + "\n"
    return Copy("curl command", _name(observation), "sh", text.encode(), text)


def bundle_copy(evidence: Evidence, settings: Settings, snapshot: Snapshot) -> Copy:
    """The triage bundle at the moment of a snapshot."""
    from wallboard.report.evidence.bundle import Subjects, triage_bundle
    from wallboard.report.setup.doctor import environment
    from wallboard.report.words.alarms import rows_about

    key = evidence.status.entry_point.key
    subjects = Subjects(
        status=evidence.status,
        own=snapshot.entry_points.get(key),
        place=evidence.place,
        at=snapshot.at,
        alarm=snapshot.alarms.get(AlarmKey.of(key)),
        ledger=rows_about(AlarmKey.of(key), snapshot.ledger),
        shown=evidence.observation,
        server=_server(settings, key.server),
        settings=settings,
    )
    text = triage_bundle(subjects, environment())
    return Copy("Triage bundle", (key.server, str(key.id), "triage"), "md", text.encode(), text)


def _server(settings: Settings, name: str) -> ServerSettings | None:
    return next((server for server in settings.server if server.name == name), None)


def _name(observation: Observation) -> tuple[str, ...]:
    return (observation.key.server, str(observation.key.id), str(observation.endpoint))


def _ending(text: str) -> str:
    start = text[:1000].lstrip().lower()
    if "<html" in start or start.startswith("<!doctype html"):
        return "html"
    return "xml" if start[:1] == "<" else "json" if start[:1] in {"{", "["} else "txt"
