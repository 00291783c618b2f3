"""What the doctor found on this machine and on the way to servers: lines for people, or JSON."""

import json
import os
import socket
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from wallboard import __version__
from wallboard.domain.diagnosis import Diagnosis
from wallboard.domain.doctor import OF_MACHINE, Fact, Finding, Step
from wallboard.domain.foreign_text import safe
from wallboard.domain.policy import Level
from wallboard.installation import installation, libraries, version_of
from wallboard.report.setup.versions import python_version, system_version
from wallboard.report.words.figures import iso
from wallboard.report.words.redaction import secrets_of, shareable_text, shareable_url
from wallboard.report.words.table import padded
from wallboard.settings import ServerSettings

MACHINE = "This machine"
LEAST_WRAP = 40
"""Columns for a sentence; where there are fewer, it is left to the terminal to part it."""

_WORDS = {level: level.label for level in Level} | {Level.CRITICAL: "failed"}
_STEP_WIDTH = max(map(len, Step))
_WORD_WIDTH = max(map(len, _WORDS.values()))
_TIME_WIDTH = len("19,999 ms")
INDENT = _STEP_WIDTH + _WORD_WIDTH + _TIME_WIDTH + 8
"""Columns before a sentence."""


class FindingRow(NamedTuple):
    """A finding as it is shown; the sentence holds no secret, but may hold foreign signs."""

    step: str
    word: str
    elapsed: str
    sentence: str


class Secrets:
    """Removes secrets from texts about servers."""

    def __init__(self, servers: Sequence[ServerSettings]) -> None:
        self._secrets = tuple(
            sorted({text for server in servers for text in secrets_of(server)}, key=len)[::-1]
        )

    def hidden(self, text: str) -> str:
        """The text without them."""
        return shareable_text(text, self._secrets)


def row_of(finding: Finding, secrets: Secrets) -> FindingRow:
    """A finding as it is shown."""
    word = "-" if finding.level is None else _WORDS[finding.level]
    return FindingRow(
        finding.step, word, elapsed(finding.elapsed_seconds), secrets.hidden(finding.sentence)
    )


def elapsed(seconds: float | None) -> str:
    """How long a step took, in milliseconds; nothing for one that takes no time."""
    if seconds is None:
        return ""
    return f"{seconds * 1000:,.1f} ms" if seconds < 0.1 else f"{seconds * 1000:,.0f} ms"


def title_of(server: ServerSettings) -> str:
    """A server by its name and its address."""
    url = shareable_url(server.url)
    return server.name if url.partition("://")[2] == server.name else f"{server.name}  {url}"


_TERMINAL_VARIABLES = ("TERM", "COLORTERM", "TERM_PROGRAM", "LANG", "LC_ALL", "NO_COLOR")


def environment(environ: Mapping[str, str] = os.environ) -> tuple[tuple[str, str], ...]:
    """This machine, this program and this terminal: names and values in the order shown."""
    return (
        ("host", socket.gethostname()),
        ("system", system_version()),
        ("wallboard", __version__),
        ("form", installation().form),
        ("python", f"{python_version()} ({sys.platform})"),
        ("textual", version_of("textual")),
        ("terminal", _terminal(environ)),
    )


def _terminal(environ: Mapping[str, str]) -> str:
    found = [f"{name}={environ[name]}" for name in _TERMINAL_VARIABLES if environ.get(name)]
    inside = [word for word, name in (("tmux", "TMUX"), ("screen", "STY")) if environ.get(name)]
    remote = ["over SSH"] if environ.get("SSH_CONNECTION") else []
    return ", ".join([*found, *(f"inside {word}" for word in inside), *remote]) or "unknown"


def versions_finding() -> Finding:
    """The program, what it stands on, and the machine."""
    import ssl

    known = dict(environment())
    named = ("wallboard", "form", "python", "textual", "system", "host")
    facts: dict[str, Fact] = {name: known[name] for name in named}
    facts["openssl"] = ssl.OPENSSL_VERSION
    facts["libraries"] = tuple(f"{name} {version}" for name, version in libraries())
    words = (
        f"wallboard {facts['wallboard']} ({facts['form']}), {facts['python']}, "
        f"textual {facts['textual']}, "
        f"{facts['openssl']}, {facts['system']}, host {facts['host']}."
    )
    return Finding(Step.VERSIONS, Level.OK, words, facts=facts)


class DoctorText:
    """Turns findings, which come in any order, into lines in a certain one.

    This machine comes first, for what there is to say of it is known at once; then each server as
    soon as all before it are through.
    """

    def __init__(self, servers: Sequence[ServerSettings], width: int | None) -> None:
        """Sentences are parted to fit ``width`` columns; ``None`` leaves them whole."""
        self._secrets = Secrets(servers)
        self._width = width
        titles: Mapping[str | None, str] = {server.name: title_of(server) for server in servers}
        self._titles = {None: MACHINE, **titles}
        self._waiting: dict[str | None, list[Finding]] = {name: [] for name in self._titles}
        self._begun = False

    def hear(self, finding: Finding) -> Iterator[str]:
        """The lines that can be printed now, none with a line break."""
        self._waiting[finding.server].append(finding)
        while self._waiting:
            name, findings = next(iter(self._waiting.items()))
            if findings and not self._begun:
                self._begun = True
                yield safe(self._titles[name])
            for one in findings:
                yield from self._lines(one)
            over = any(one.step is _last_of(name) for one in findings)
            findings.clear()
            if not over:
                return
            self._begun = False
            del self._waiting[name]
            yield ""

    def cause(self, diagnosis: Diagnosis) -> Iterator[str]:
        """The lines of the most likely cause."""
        words = safe(self._secrets.hidden(diagnosis.sentence))
        yield from (
            textwrap.wrap(words, self._width, break_on_hyphens=False) if self._width else [words]
        )

    def _lines(self, finding: Finding) -> Iterator[str]:
        row = row_of(finding, self._secrets)
        head = (
            f"  {row.step:<{_STEP_WIDTH}}  {row.word:<{_WORD_WIDTH}}  "
            f"{padded(row.elapsed, _TIME_WIDTH, right=True)}  "
        )
        words = safe(row.sentence)
        room = (self._width or 0) - INDENT
        pieces = (
            textwrap.wrap(words, room, break_on_hyphens=False) if room >= LEAST_WRAP else [words]
        )
        for number, piece in enumerate(pieces):
            yield f"{head if not number else ' ' * INDENT}{piece}"


def _last_of(server: str | None) -> Step:
    return OF_MACHINE[-1] if server is None else Step.CLOCK


_TIMES = frozenset({"not_before", "not_after"})


def doctor_json(
    servers: Sequence[ServerSettings],
    findings: Sequence[Finding],
    diagnosis: Diagnosis,
    at: float,
) -> str:
    """The document in ASCII; ``at`` is Unix time in seconds."""
    secrets = Secrets(servers)
    document = {
        "at": iso(at),
        "level": diagnosis.level.label,
        "cause": {
            "blame": diagnosis.blame,
            "server": diagnosis.server,
            "message": secrets.hidden(diagnosis.sentence),
        },
        "machine": [_step(one, secrets) for one in findings if one.server is None],
        "servers": [
            {
                "name": server.name,
                "url": shareable_url(server.url),
                "steps": [_step(one, secrets) for one in findings if one.server == server.name],
            }
            for server in servers
        ],
    }
    return json.dumps(document, indent=2, allow_nan=False)


def _step(finding: Finding, secrets: Secrets) -> dict[str, Any]:
    taken = finding.elapsed_seconds
    return {
        "step": finding.step,
        "level": None if finding.level is None else finding.level.label,
        "elapsed_ms": None if taken is None else round(taken * 1000, 1),
        "error": finding.cause,
        "message": secrets.hidden(finding.sentence),
        "facts": {name: _fact(name, value, secrets) for name, value in finding.facts.items()},
    }


def _fact(name: str, value: Fact, secrets: Secrets) -> object:
    if isinstance(value, float) and name in _TIMES:
        return iso(value)
    if isinstance(value, tuple):
        return [secrets.hidden(text) for text in value]
    return secrets.hidden(value) if isinstance(value, str) else value
