"""The triage bundle: everything known of one entry point, as Markdown for a ticket or a mail.

It reads as plain text too. Secrets are taken out, and nothing a server said can act: not on a
terminal, and not as Markdown.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from wallboard.board import EntryPointStatus
from wallboard.domain.change import Change
from wallboard.domain.observation import AHEAD_SECONDS, Observation
from wallboard.report.evidence.poll_section import poll_section
from wallboard.report.words.changes import CHANGE_HEADS, change_cells
from wallboard.report.words.moments import moment
from wallboard.report.words.plain import figure, span, table, wait
from wallboard.report.words.redact import secrets_of, shareable_text, shareable_url
from wallboard.report.words.rows import marks_of
from wallboard.report.words.surroundings import Surroundings
from wallboard.report.words.visible import fenced, prose
from wallboard.settings import ServerSettings, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Subjects:
    """What a bundle is about.

    ``at`` is the moment of the picture, Unix time in seconds. ``shown`` is the poll that was on the
    screen, which need not be the newest. ``server`` and ``settings`` are there on a live board.
    """

    status: EntryPointStatus
    at: float
    shown: Observation | None = None
    server: ServerSettings | None = None
    settings: Settings | None = None


def triage_bundle(subjects: Subjects, made_on: Surroundings) -> str:
    """The whole bundle, ending with a line break."""
    parts = [
        *_verdict(subjects),
        *_values(subjects),
        *_timeline(subjects.status.timeline),
        *_polls(subjects),
        "## Made on\n\n" + _items(made_on.facts),
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
    if judgement.failing:
        facts.append(("failing endpoints", ", ".join(judgement.failing)))
    facts.append(("server", entry_point.key.server))
    if subjects.server is not None:
        facts.append(("server address", shareable_url(subjects.server.url)))
    if entry_point.group:
        facts.append(("group", entry_point.group))
    yield _items(facts)


def _values(subjects: Subjects) -> Iterator[str]:
    status, judgement = subjects.status, subjects.status.judgement
    facts = [
        ("chat allowed", _yes_or_no(judgement.chat_allowed)),
        ("reason", judgement.reason),
        ("response type", figure(judgement.response_type)),
        ("raw value", judgement.raw or judgement.raw_response_type),
        ("cause", judgement.cause),
        ("est. wait", wait(judgement.wait_seconds)),
        ("queue depth", figure(judgement.queue_depth)),
        ("free chat slots", figure(judgement.capacity)),
        ("agent available", _yes_or_no(judgement.agent_available)),
        ("chat button", f"{judgement.button}, by {status.policy.button.rule}"),
        ("hint", judgement.hint),
        ("newest good poll", _age(judgement.newest_at, subjects.at)),
    ]
    yield "## Values\n\n" + _items([(name, value) for name, value in facts if value is not None])


def _timeline(changes: tuple[Change, ...]) -> Iterator[str]:
    if not changes:
        yield "## Timeline\n\nNothing has changed since the board was started."
        return
    rows = [change_cells(change) for change in reversed(changes)]
    yield "## Timeline, newest first\n\n" + fenced("\n".join(table(CHANGE_HEADS, rows)), "text")


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


def _items(facts: list[tuple[str, str]] | tuple[tuple[str, str], ...]) -> str:
    return "\n".join(f"- {name}: {prose(value)}" for name, value in facts)


def _yes_or_no(value: bool | None) -> str:
    return "-" if value is None else "yes" if value else "no"


def _age(newest_at: float | None, now: float) -> str | None:
    if newest_at is None:
        return None
    age = now - newest_at
    ago = f"{span(max(0.0, age))} ago" if age >= -AHEAD_SECONDS else "which is still to come"
    return f"{moment(newest_at)}, {ago}"
