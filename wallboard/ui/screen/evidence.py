"""What can be taken along from a board: a body, a request as curl, a triage bundle."""

from dataclasses import dataclass

from wallboard.board import EntryPointStatus
from wallboard.domain.endpoint import Endpoint
from wallboard.domain.observation import Observation
from wallboard.settings import ServerSettings, Settings


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a screen is about: an entry point, and the poll of it that is looked at."""

    status: EntryPointStatus
    observation: Observation | None


@dataclass(frozen=True, slots=True)
class Copy:
    """Something to take along.

    ``data`` goes into a file as it is; ``text``, in which nothing can act, to the terminal.
    """

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
    """The body: byte for byte in the file, made visible on the clipboard."""
    from wallboard.report.words.visible import visible

    text = visible(body.removeprefix(b"\xef\xbb\xbf"))
    return Copy("Body", _name(observation), _ending(text), body, text)


def curl_copy(observation: Observation, settings: Settings) -> Copy:
    """The request as a command for a shell."""
    from wallboard.report.evidence.curl import curl_command

    server = _server(settings, observation.key.server)
    text = curl_command(observation.request, server, settings) + "\n"
    return Copy("curl command", _name(observation), "sh", text.encode(), text)


def bundle_copy(evidence: Evidence, settings: Settings, at: float) -> Copy:
    """The triage bundle."""
    from wallboard.report.evidence.bundle import Subjects, triage_bundle
    from wallboard.report.words.surroundings import surroundings

    key = evidence.status.entry_point.key
    subjects = Subjects(
        status=evidence.status,
        at=at,
        shown=evidence.observation,
        server=_server(settings, key.server),
        settings=settings,
    )
    text = triage_bundle(subjects, surroundings())
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
