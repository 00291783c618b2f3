"""Answers that declare a DTD or an entity, which are refused before a parser sees them."""

import re

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.observation import Cause, Failure

_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_DECLARATION_IN_TEXT = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ENTITY_IN_TEXT = re.compile(r"<!ENTITY|<!DOCTYPE[^>]{0,500}\[", re.IGNORECASE)


def declares_dtd(body: bytes) -> bool:
    """Whether a body of an encoding that shows ASCII as it is declares a DTD or an entity."""
    return _DECLARATION.search(body) is not None


def declares_dtd_in_text(text: str) -> bool:
    """The same of a decoded body."""
    return _DECLARATION_IN_TEXT.search(text) is not None


def declares_entity(text: str) -> bool:
    """Whether it declares an entity, which no doctype of a web page does."""
    return _ENTITY_IN_TEXT.search(text) is not None


def dtd_failure(endpoint: Endpoint) -> Failure:
    """Why such an answer was not read."""
    return Failure(
        Cause.FORBIDDEN_DTD,
        f"{endpoint}: the answer declares a DTD or an entity, which ECE never does and which can "
        "be an attack, so it was not read. Check what answers at this address.",
    )
