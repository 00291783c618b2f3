"""One poll as a section of the triage bundle: what was asked, how it went, what came back."""

from collections.abc import Iterator
from typing import Protocol

from wallboard.domain.foreign_text import escaped_lines
from wallboard.domain.observation import Failure, Observation, Response
from wallboard.ece.answer.charset import head_lines
from wallboard.report.evidence.curl import curl_command
from wallboard.report.words.moments import moment
from wallboard.report.words.outcome import outcome_words
from wallboard.report.words.redact import secrets_of, shareable_header, shareable_text
from wallboard.report.words.visible import fenced, prose, visible
from wallboard.settings import ServerSettings, Settings

BODY_CHARACTERS = 8_000
"""What is shown of a body: more than any documented answer, and five of them fit a clipboard."""

HEAD_CHARACTERS = 4_000

_BODY_WINDOW = 64 * 1024


class Asked(Protocol):
    """What is known of the server that was asked."""

    @property
    def server(self) -> ServerSettings | None:
        """Its settings, unless the board is a recording."""

    @property
    def settings(self) -> Settings | None:
        """The whole config, likewise."""


def poll_section(observation: Observation, which: str, asked: Asked) -> Iterator[str]:
    """The parts of the section; ``which`` says which of the polls this is."""
    outcome = observation.outcome
    yield f"## {observation.endpoint}: {prose(outcome_words(outcome))}"
    if isinstance(outcome, Failure):
        yield prose(outcome.message)
    took = f"{observation.elapsed_seconds * 1000:.0f} ms"
    yield f"{which.capitalize()}, {moment(observation.at)}, took {took}."
    yield fenced(curl_command(observation.request, asked.server, asked.settings), "sh")
    if observation.response is None:
        yield "There is no response: the request was not answered."
        return
    yield from _response(observation.response, secrets_of(asked.server))


def _response(response: Response, secrets: tuple[str, ...]) -> Iterator[str]:
    status = f"HTTP {response.status} {response.reason}".rstrip()
    head = "\n".join(map(shareable_header, map(escaped_lines, head_lines(response.head))))
    yield fenced(_cut(f"{escaped_lines(status)}\n{head}", HEAD_CHARACTERS), "http")
    if not response.body:
        yield "The body is empty."
        return
    text = _beginning(response.body, secrets)
    notes = [f"{len(response.body):,} bytes"]
    if response.truncated:
        notes.append("cut short on the way")
    if len(text) > BODY_CHARACTERS or len(response.body) > _BODY_WINDOW:
        text = text[:BODY_CHARACTERS]
        notes.append(f"here only the first {len(text):,} characters")
    yield f"The body, {', '.join(notes)}:"
    yield fenced(text, _language(text))


def _beginning(body: bytes, secrets: tuple[str, ...]) -> str:
    """More of a body than is shown, made visible, without secrets and without part of one."""
    text = visible(body[:_BODY_WINDOW])
    if len(body) > _BODY_WINDOW:
        # One that the window parts in two is not known any more.
        for secret in secrets:
            text = _without_end(text, secret)
    return shareable_text(text, secrets)


def _without_end(text: str, secret: str) -> str:
    """The text without what it ends with that may be the beginning of a secret."""
    lengths = range(min(len(secret), len(text)), 0, -1)
    torn = next((length for length in lengths if text.endswith(secret[:length])), 0)
    return text[: len(text) - torn]


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}\n(and {len(text) - most:,} characters)"


def _language(text: str) -> str:
    first = text.lstrip()[:1]
    return "xml" if first == "<" else "json" if first in {"{", "["} else "text"
