"""Decodes the body of an answer to a reading, or to the failure that it is."""

import re
from codecs import BOM_UTF8
from dataclasses import replace

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.foreign_text import brief
from wallboard.domain.observation import Cause, Failure
from wallboard.domain.reading import Reading
from wallboard.ece.answer import json_answer, xml_answer
from wallboard.ece.answer.encoding import hides_ascii, text_of
from wallboard.ece.answer.endpoints import OPERATIONS, Answer, Operation
from wallboard.ece.answer.forbidden_dtd import (
    declares_dtd,
    declares_dtd_in_text,
    declares_entity,
    dtd_failure,
)

_HTML = re.compile(r"<(?:!DOCTYPE\s+html\b|html[\s>])", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,500})", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"<\?xml[^>]*>")
_SPACE = b" \t\r\n\0\xef\xbb\xbf\xff\xfe"
_SPACE_IN_TEXT = "\ufeff \t\r\n"
_EXCERPT = 60
_SEARCHED = 20_000
"""Characters in which the title and the doctype of a web page are looked for."""

MOST_MARKS = 10_000
"""Signs in one body that each cost a parser work, where a dozen are usual."""
LONGEST_LENIENT = 65_536
"""Characters of an answer that is not well formed, where a few hundred are usual."""
_MOST_LENIENT = 4 * LONGEST_LENIENT + 4
"""Bytes that hold more than so many characters in any encoding."""

_MARKS = b"<=&"
_JSON_MARKS = b"{[,:"


def decode(
    endpoint: Endpoint, body: bytes, content_type: str = "", coding: str = ""
) -> Reading | Failure:
    """The reading in a body with status 200, or why there is none. Never raises.

    ``content_type`` is only used in the words of a failure: servers are known to name the wrong
    one. ``coding`` is the ``Content-Encoding`` if it was not undone; it may be wrong as well.
    """
    try:
        outcome = _decode(endpoint, body, content_type)
        return _mislabelled(endpoint, outcome, coding) if coding else outcome
    except Exception as error:  # noqa: BLE001  a poll that fails is data, whatever the reason
        return Failure(
            Cause.INTERNAL,
            f"{endpoint}: wallboard could not read the answer ({type(error).__name__}). This is a "
            "bug in wallboard: please report it with the body.",
        )


def _mislabelled(endpoint: Endpoint, outcome: Reading | Failure, coding: str) -> Reading | Failure:
    if not isinstance(outcome, Failure):
        return replace(outcome, lenient=True)
    if outcome.cause is not Cause.NOT_XML:
        return outcome
    return Failure(
        Cause.NOT_XML,
        f"{endpoint}: cannot decompress the answer ({brief(coding, 40)}). Check the server, or a "
        "proxy on the way.",
    )


def _decode(endpoint: Endpoint, body: bytes, content_type: str) -> Reading | Failure:
    operation = OPERATIONS[endpoint]
    start = body[:4096].lstrip(_SPACE)[:1]
    if not start and not body.strip(_SPACE):
        return Failure(
            Cause.EMPTY,
            f"{endpoint}: the server answered 200 with an empty body. Try the address with curl; "
            "if it stays empty, check the server's log.",
        )
    if start in (b"{", b"["):
        if _is_crowded(body, _JSON_MARKS):
            return _crowded(endpoint)
        return _read_json(endpoint, operation, text_of(body))
    if hides_ascii(body):
        # One encoding from here on, so that nothing can hide from the search for declarations.
        text = text_of(body).lstrip()
        declaration = _XML_DECLARATION.match(text)
        body = text[declaration.end() if declaration else 0 :].encode("utf-8", "replace")
    if declares_dtd(body):
        return _refused(endpoint, text_of(body))
    return _read_xml(endpoint, operation, body, content_type)


def _read_xml(
    endpoint: Endpoint, operation: Operation, body: bytes, content_type: str
) -> Reading | Failure:
    if _is_crowded(body, _MARKS):
        text = text_of(body)
        name = xml_answer.first_name(text.lstrip(_SPACE_IN_TEXT))
        if name and name != operation.root:
            return _wrong_root(endpoint, operation, name, text)
        return _crowded(endpoint)
    answer = xml_answer.parse(body.removeprefix(BOM_UTF8).lstrip())
    if answer is None:
        return _read_leniently(endpoint, operation, text_of(body[:_MOST_LENIENT]), content_type)
    if answer.has_dtd:
        return dtd_failure(endpoint)
    if answer.root != operation.root:
        return _wrong_root(endpoint, operation, answer.root, text_of(body))
    return operation.read(answer)


def _is_crowded(body: bytes, marks: bytes) -> bool:
    if len(body) <= MOST_MARKS:
        return False
    return sum(body.count(mark) for mark in marks) > MOST_MARKS


def _crowded(endpoint: Endpoint) -> Failure:
    return Failure(
        Cause.TOO_LARGE,
        f"{endpoint}: the answer has more than {MOST_MARKS:,} elements and attributes, where a "
        "dozen are usual, so it was not read. Check `url` and what answers there.",
    )


def _read_leniently(
    endpoint: Endpoint, operation: Operation, text: str, content_type: str
) -> Reading | Failure:
    text = text.lstrip(_SPACE_IN_TEXT)
    if declares_dtd_in_text(text):
        return _refused(endpoint, text)
    name = xml_answer.first_name(text)
    if name == operation.root and len(text) > LONGEST_LENIENT:
        return Failure(
            Cause.TOO_LARGE,
            f"{endpoint}: the answer is not well formed, and longer than {LONGEST_LENIENT:,} "
            "characters, so it was not read. Check `url` and what answers there.",
        )
    answer = xml_answer.parse_leniently(text)
    if answer is not None and answer.root == operation.root:
        return operation.read(answer)
    if name and name != operation.root:
        return _wrong_root(endpoint, operation, name, text)
    if name:
        return Failure(
            Cause.NOT_XML,
            f"{endpoint}: the answer stops in the middle of <{operation.root}>. Something on the "
            "way cut it off: check the server's log, or a proxy.",
        )
    kind = f" ({brief(content_type, _EXCERPT)})" if content_type else ""
    return Failure(
        Cause.NOT_XML,
        f"{endpoint}: the answer is neither XML nor JSON{kind}; it begins "
        f"“{brief(text, _EXCERPT)}”. Check `url` and what answers there.",
    )


def _read_json(endpoint: Endpoint, operation: Operation, text: str) -> Reading | Failure:
    document = json_answer.parse(text.strip("\ufeff \t\r\n\0"))
    if document is None:
        return Failure(
            Cause.NOT_XML,
            f"{endpoint}: the answer looks like JSON but cannot be read; it begins "
            f"“{brief(text, _EXCERPT)}”. Check `url` and what answers there.",
        )
    answer: Answer | None = document.only(operation.root)
    if answer is None and any(name in document.names for name in operation.names):
        answer = document
    if answer is None:
        names = brief(", ".join(document.names[:8]) or "nothing", _EXCERPT)
        return Failure(
            Cause.WRONG_ROOT,
            f"{endpoint}: the JSON answer has {names} instead of {operation.names[0]}. Check "
            "`url` and `paths`: this is the answer of another endpoint.",
        )
    return operation.read(answer)


def _refused(endpoint: Endpoint, text: str) -> Failure:
    text = text.lstrip("\ufeff")
    start = xml_answer.start_of_root(text)
    if _HTML.match(text, start) and not declares_entity(text[start : start + _SEARCHED]):
        return _html(endpoint, text)
    return dtd_failure(endpoint)


def _wrong_root(endpoint: Endpoint, operation: Operation, name: str, text: str) -> Failure:
    if name.lower() == "html":
        return _html(endpoint, text)
    return Failure(
        Cause.WRONG_ROOT,
        f"{endpoint}: the answer is <{brief(name, _EXCERPT)}>, not <{operation.root}>. Check "
        "`url` and `paths`: this is the answer of another endpoint.",
    )


def _html(endpoint: Endpoint, text: str) -> Failure:
    title = _TITLE.search(text[:_SEARCHED])
    named = f" titled “{brief(title[1], _EXCERPT)}”" if title else ""
    return Failure(
        Cause.WRONG_ROOT,
        f"{endpoint}: a web page{named} came back with status 200 instead of an answer. A login, "
        "proxy or error page is in the way: open the address in a browser, and check `url`.",
    )
