"""Reads the survey that a client posts, refusing what the real service refuses."""

from dataclasses import dataclass, field
from xml.parsers import expat

ROOT = "egainSurvey"


class BadSurveyError(ValueError):
    """The posted body is not a survey; the text says why."""


@dataclass(frozen=True, slots=True)
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
    """Collects questions and answers by local name, whatever the namespace."""

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
