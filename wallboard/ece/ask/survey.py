"""A chat survey: what it must hold, and the XML that it is posted as. Nothing here connects."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from wallboard.domain.observation import Response
from wallboard.frozen import frozen

NAMESPACE = "http://bindings.egain.com/chat"
CONTENT_TYPE = "text/xml"

SID = "sid"
QUESTION = "question"
ANSWER = "answer"

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_LAYOUT = "\t\n\r"


UNKNOWN_WORDS = "Outcome unknown; not sent again."


class Delivery(StrEnum):
    """Whether a survey was delivered."""

    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NOT_SENT = "not sent"


@frozen
class Outcome:
    """The outcome of sending a survey, as a sentence, and the answer of the server, if any.

    ``elapsed_seconds`` is how long that took.
    """

    delivery: Delivery
    message: str
    response: Response | None = None
    elapsed_seconds: float = 0.0


@frozen
class Answered:
    """One question, and the answer that it was given.

    One that is not ``required`` is left out of the survey as long as its answer is empty.
    """

    question: str
    answer: str
    required: bool = True

    @property
    def left_out(self) -> bool:
        """Whether it is left out of what is sent."""
        return not self.required and not self.answer.strip()


@frozen
class Survey:
    """What is submitted after a chat. ``sid`` is the id of the chat session."""

    sid: str
    answers: tuple[Answered, ...]


@frozen
class SurveyFault:
    """Why a survey cannot be sent: which part of it, what of that, and a sentence for a person.

    ``number`` is the question's, from 1; 0 is the survey as a whole. ``part`` is ``sid``,
    ``question``, ``answer`` or empty. No sentence holds a control character.
    """

    number: int
    part: str
    message: str

    def __str__(self) -> str:
        return self.message


class SurveyError(ValueError):
    """A survey cannot be sent; ``faults`` is everything that is wrong with it."""

    def __init__(self, faults: Sequence[SurveyFault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


def faults_of(survey: Survey) -> list[SurveyFault]:
    """Everything that keeps a survey from being sent, in the order of its parts."""
    return list(_faults(survey))


def body_of(survey: Survey) -> bytes:
    """The XML of a survey, as it is posted and as it may be shown: lines of printable ASCII.

    All other characters are references such as ``&#233;``, which no server can misread, whatever
    encoding it takes ``text/xml`` to be in. Spaces around the sid are left out. Raises
    ``SurveyError``.
    """
    if faults := faults_of(survey):
        raise SurveyError(faults)
    return draft_of(survey).encode("ascii")


def draft_of(survey: Survey) -> str:
    """The same for a survey that is still being written; characters outside XML become ``?``."""
    answers = "".join(
        f"<survey><question>{_text(pair.question)}</question>\n"
        f"<answer>{_text(pair.answer)}</answer></survey>\n"
        for pair in survey.answers
        if not pair.left_out
    )
    sid = _text(survey.sid.strip())
    return f'<egainSurvey xmlns="{NAMESPACE}" sid="{sid}">\n{answers}</egainSurvey>\n'


def is_xml(char: str) -> bool:
    """Whether XML can hold a character at all, even as a reference."""
    code = ord(char)
    if code < 0x20:
        return char in _LAYOUT
    return not (0xD800 <= code <= 0xDFFF or 0xFFFE <= code <= 0xFFFF)


def _faults(survey: Survey) -> Iterator[SurveyFault]:
    yield from _text_faults(0, SID, "the sid (the id of the chat session)", survey.sid)
    if all(pair.left_out for pair in survey.answers):
        yield SurveyFault(0, "", "no question is answered; a survey needs at least one")
    for number, pair in enumerate(survey.answers, 1):
        if pair.left_out:
            continue
        yield from _text_faults(number, QUESTION, f"question {number}", pair.question)
        yield from _text_faults(number, ANSWER, f"answer {number}", pair.answer)


def _text_faults(number: int, part: str, name: str, text: str) -> Iterator[SurveyFault]:
    if not text.strip():
        yield SurveyFault(number, part, f"{name} is empty")
    for place, char in enumerate(text, 1):
        if not is_xml(char):
            yield SurveyFault(number, part, f"{name}: character {place} is {_named(char)}")
            return


def _named(char: str) -> str:
    code = ord(char)
    if code < 0x20:
        return f"a control character (U+{code:04X}), not allowed in XML"
    if code > 0xDFFF:
        return f"U+{code:04X}, not a character, and not allowed in XML"
    return f"an unpaired surrogate (U+{code:04X}), not allowed in XML"


def _text(text: str) -> str:
    return "".join(map(_escaped, text)) if not _is_plain(text) else text


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and not any(char in text for char in _ESCAPES)


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if " " <= char <= "~":
        return char
    return f"&#{ord(char)};" if is_xml(char) else "?"
