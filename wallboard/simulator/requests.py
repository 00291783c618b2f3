"""Requests to the simulator: their paths, the posted survey, and a log of them."""

import re
from collections import deque
from dataclasses import dataclass, field
from functools import lru_cache
from xml.parsers import expat

from wallboard.domain.endpoint import Endpoint
from wallboard.frozen import frozen

_NOT_PLAIN = (b"\nconnection: close", b"\ncontent-length:", b"\ntransfer-encoding:", b"\nexpect:",
              b"\nupgrade:")  # fmt: skip

Route = tuple[Endpoint, int]

# The context root is a deployment choice, so any is taken. The vendor's document misspells one
# operation in its addresses; both spellings answer.
_GET = re.compile(r"(?:/[\w.~-]+)*/chat/entrypoint/(\w+)/(-?\d{1,19})")
_SURVEY = re.compile(r"(?:/[\w.~-]+)*/chat/entrypoint/survey")
_OPERATIONS = {endpoint.value: endpoint for endpoint in Endpoint} | {
    "agentAvilability": Endpoint.AGENT_AVAILABILITY
}


@lru_cache(maxsize=65_536)
def route_of(path: str) -> Route | None:
    """The endpoint and entry point that a path names, or ``None``."""
    match = _GET.fullmatch(path.partition("?")[0])
    if not match:
        return None
    endpoint = _OPERATIONS.get(match[1])
    return (endpoint, int(match[2])) if endpoint else None


def names_survey(path: str) -> bool:
    """Whether a path is that of the survey."""
    return _SURVEY.fullmatch(path.partition("?")[0]) is not None


def is_plain_get(data: bytes) -> bool:
    """Whether these bytes are one whole keep-alive GET without a body."""
    end = data.find(b"\r\n\r\n")
    if end != len(data) - 4 or not data.startswith(b"GET /"):
        return False
    if data[: data.index(b"\r\n")].count(b" ") != 2 or b" HTTP/1.1\r\n" not in data:
        return False
    lower = data.lower()
    return not any(header in lower for header in _NOT_PLAIN)


BOUND = 10_000


@dataclass(slots=True)
class RequestLog:
    """``log`` holds the last requests as (clock time in seconds, path); counts are for all."""

    count: int = 0
    in_flight: int = 0
    max_in_flight: int = 0
    log: deque[tuple[float, str]] = field(default_factory=lambda: deque(maxlen=BOUND))

    def begin(self, at: float, path: str) -> None:
        """A request has arrived."""
        self.count += 1
        self.in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self.in_flight)
        self.log.append((at, path))

    def end(self) -> None:
        """The request is done: answered or abandoned."""
        self.in_flight -= 1


ROOT = "egainSurvey"


class BadSurveyError(ValueError):
    """The posted body is not a survey; the text says why."""


@frozen
class Survey:
    """One survey as it was posted: ``sid`` is the chat session's id, ``raw`` the very bytes."""

    sid: str
    answers: tuple[tuple[str, str], ...]
    raw: bytes
    content_type: str = ""


def read_survey(raw: bytes, content_type: str = "") -> Survey:
    """The survey in a body. Raises :class:`BadSurveyError`; a DTD is refused before it is used."""
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.EntityDeclHandler = _refuse_doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as error:
        raise BadSurveyError(f"the body is not well-formed XML: {error}") from None
    if not reader.sid:
        raise BadSurveyError("egainSurvey has no sid")
    if not reader.answers:
        raise BadSurveyError("egainSurvey holds no survey")
    return Survey(reader.sid, tuple(reader.answers), raw, content_type)


def _refuse_doctype(*_: object) -> None:
    raise BadSurveyError("a document type is not allowed")


@dataclass(slots=True)
class _Reader:
    """Collects questions and answers by local name, in any namespace."""

    sid: str = ""
    answers: list[tuple[str, str]] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    pair: dict[str, str] = field(default_factory=dict)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if not self.path:
            if local != ROOT:
                raise BadSurveyError(f"the root is {local!r:.60}, not {ROOT}")
            self.sid = attributes.get("sid", "").strip()
        if self.path == [ROOT] and local == "survey":
            self.pair = {}
        self.path.append(local)

    def text(self, text: str) -> None:
        if self.path[:-1] == [ROOT, "survey"]:
            self.pair[self.path[-1]] = self.pair.get(self.path[-1], "") + text

    def end(self, _name: str) -> None:
        if self.path == [ROOT, "survey"]:
            for part in ("question", "answer"):
                if not self.pair.get(part, "").strip():
                    raise BadSurveyError(f"survey {len(self.answers) + 1} has no {part}")
            self.answers.append((self.pair["question"], self.pair["answer"]))
        self.path.pop()
