"""The triage bundle: everything known of one entry point, as Markdown for a ticket or a mail.

It reads as plain text too. Secrets are taken out, and nothing a server said can act: not on a
terminal, and not as Markdown.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from wallboard.domain.alarm import Alarm
from wallboard.domain.change import Change
from wallboard.domain.foreign_text import escaped_lines
from wallboard.domain.ledger_row import LedgerRow
from wallboard.domain.node_difference import differences, known_nodes
from wallboard.domain.observation import AHEAD_SECONDS, Failure, Observation, Response
from wallboard.domain.outage import with_outages_joined
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.domain.time_span import span
from wallboard.ece.answer.encoding import head_lines
from wallboard.frozen import frozen
from wallboard.report.evidence.curl import curl_command
from wallboard.report.evidence.raw import visible
from wallboard.report.words.alarms import row_words, sentence
from wallboard.report.words.changes import change_cells, change_heads, outcome_words
from wallboard.report.words.expectations import expectation_sentence
from wallboard.report.words.figures import figure, moment, wait, zone_of
from wallboard.report.words.nodes import answer_words
from wallboard.report.words.places import agreement_sentence, place_name
from wallboard.report.words.redaction import (
    fenced,
    prose,
    secrets_of,
    shareable_header,
    shareable_text,
    shareable_url,
)
from wallboard.report.words.rows import marks_of
from wallboard.report.words.table import table
from wallboard.settings import ServerSettings, Settings

Facts = Sequence[tuple[str, str]]
"""Names and values, in the order shown."""


@frozen(kw_only=True)
class Subjects:
    """What a bundle is about.

    ``at`` is the moment of the picture, Unix time in seconds. ``shown`` is the poll that was on the
    screen, which need not be the newest. ``alarm`` is its alarm if that is not normal, ``ledger``
    what was done about it, oldest first. ``server`` and ``settings`` are there on a live board. If
    another ``place`` saw it so, ``own`` is how it is seen here.
    """

    status: EntryPointStatus
    at: float
    own: EntryPointStatus | None = None
    place: str = ""
    alarm: Alarm | None = None
    ledger: Sequence[LedgerRow] = ()
    shown: Observation | None = None
    server: ServerSettings | None = None
    settings: Settings | None = None


def triage_bundle(subjects: Subjects, made_on: Facts) -> str:
    """The whole bundle, ending with a line break."""
    parts = [
        *_verdict(subjects),
        *_values(subjects),
        *_timeline(subjects.status.timeline),
        *_ledger(subjects),
        *_polls(subjects),
        *_nodes(subjects),
        "## Environment\n\n" + _items(made_on),
    ]
    text = "\n\n".join(parts) + "\n"
    return shareable_text(text, secrets_of(subjects.server))


def _verdict(subjects: Subjects) -> Iterator[str]:
    status, judgement = subjects.status, subjects.status.judgement
    entry_point = status.entry_point
    name = "" if entry_point.name == str(entry_point.key.id) else f"{prose(entry_point.name)} "
    yield f"# {name}({entry_point.key.id}): {judgement.verdict.label}, {judgement.level.label}"
    yield prose(judgement.summary.rstrip(".")) + "."
    facts = [("time", moment(subjects.at))]
    if status.since is not None:
        lasted = span(max(0.0, subjects.at - status.since))
        facts.append(("since", f"{moment(status.since)}, for {lasted}"))
    facts.append(("marks", ", ".join(marks_of(status, subjects.at)) or "none"))
    if subjects.place:
        facts.append(("seen from", place_name(subjects.place)))
    if agreed := agreement_sentence(subjects.own or status, subjects.at):
        facts.append(("places", agreed))
    if expected := expectation_sentence(status, subjects.at):
        facts.append(("expected", expected))
    if judgement.failing:
        facts.append(("failing endpoints", ", ".join(judgement.failing)))
    facts.append(("server", entry_point.key.server))
    if subjects.server is not None:
        facts.append(("server address", shareable_url(subjects.server.url)))
    if entry_point.group:
        facts.append(("group", entry_point.group))
    if subjects.alarm:
        facts.append(("alarm", sentence(subjects.alarm, subjects.at)))
    contact = entry_point.contact
    named = (("runbook", contact.runbook), ("owner", contact.owner), ("phone", contact.phone))
    facts += [fact for fact in named if fact[1]]
    yield _items(facts)


def _values(subjects: Subjects) -> Iterator[str]:
    status, judgement = subjects.status, subjects.status.judgement
    facts = [
        ("chat allowed", _yes_or_no(judgement.chat_allowed)),
        ("reason", judgement.reason),
        ("response type", figure(judgement.response_type)),
        ("raw value", judgement.raw or judgement.raw_response_type),
        ("cause", judgement.cause),
        ("wait", wait(judgement.wait_seconds)),
        ("queue", figure(judgement.queue_depth)),
        ("slots", figure(judgement.capacity)),
        ("agent available", _yes_or_no(judgement.agent_available)),
        ("chat button", f"{judgement.button}, by {status.policy.button.rule}"),
        ("hint", judgement.hint),
        ("newest good poll", _age(judgement.newest_at, subjects.at)),
    ]
    yield "## Values\n\n" + _items([(name, value) for name, value in facts if value is not None])


def _timeline(changes: tuple[Change, ...]) -> Iterator[str]:
    if not changes:
        yield "## Timeline\n\nNo changes since the board started."
        return
    zone = zone_of(changes[-1].at)
    rows = [change_cells(change, zone) for change in reversed(with_outages_joined(changes))]
    yield "## Timeline, newest first\n\n" + fenced(
        "\n".join(table(change_heads(zone), rows)), "text"
    )


def _ledger(subjects: Subjects) -> Iterator[str]:
    if subjects.ledger:
        lines = [
            f"- {moment(row.at)}: {prose(row_words(row, subjects.at))}"
            for row in reversed(subjects.ledger)
        ]
        yield "## Alarm and notes, newest first\n\n" + "\n".join(lines)


def _polls(subjects: Subjects) -> Iterator[str]:
    state = subjects.status.state
    newest = [state.endpoint(endpoint).last for endpoint in state.entry_point.endpoints]
    if subjects.shown is not None and subjects.shown not in newest:
        yield from poll_section(subjects.shown, "the poll on the screen", subjects)
    for endpoint, last in zip(state.entry_point.endpoints, newest, strict=True):
        if last is None:
            yield f"## {endpoint}\n\nNot asked yet."
        else:
            yield from poll_section(last, "the newest poll", subjects)


def _nodes(subjects: Subjects) -> Iterator[str]:
    """What each node behind the server said, and the answers of those that differ."""
    views = known_nodes(subjects.status, subjects.at)
    if not views:
        return
    differing = differences(subjects.status, subjects.at)
    since = {one.node: f"; differs since {moment(one.since)}" for one in differing}
    said = [
        (
            view.node,
            answer_words(view.shown)
            + (f", {moment(view.shown.at)}" if view.shown else "")
            + since.get(view.node, ""),
        )
        for view in views
    ]
    yield "## Nodes behind the server, asked directly\n\n" + _items(said)
    for one in differing:
        poll = one.answer.poll
        yield f"### {prose(one.node)}: {prose(outcome_words(poll.outcome))}"
        if isinstance(poll.outcome, Failure):
            yield prose(poll.outcome.message)
        if poll.response:
            yield from _response(poll.response, secrets_of(subjects.server))


def _items(facts: Facts) -> str:
    return "\n".join(f"- {name}: {prose(value)}" for name, value in facts)


def _yes_or_no(value: bool | None) -> str:
    return "-" if value is None else "yes" if value else "no"


def _age(newest_at: float | None, now: float) -> str | None:
    if newest_at is None:
        return None
    age = now - newest_at
    ago = f"{span(max(0.0, age))} ago" if age >= -AHEAD_SECONDS else "in the future"
    return f"{moment(newest_at)}, {ago}"


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
