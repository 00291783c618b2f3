"""Checks that settings of the right shape also make sense."""

import re
from collections.abc import Iterable, Iterator, Mapping

from wallboard.config.address import address_fault, proxy_fault
from wallboard.config.limits import limit_faults
from wallboard.config.place import Path, Toml, value_at
from wallboard.config.prepare import Fault
from wallboard.config.problem import nearest, shown
from wallboard.config.shape import UNNAMED
from wallboard.domain.foreign_text import has_controls
from wallboard.settings import (
    EntryPointSettings,
    ServerSettings,
    Settings,
    SurveyQuestionSettings,
)

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e]*")


def check(
    settings: Settings, document: Mapping[str, Toml], *, whole: bool, servers_required: bool
) -> list[Fault]:
    """Everything that makes no sense.

    ``whole`` is off when parts of the document were unusable, so that what they would have said is
    not missed.
    """
    faults = list(_top(settings, document, servers_required))
    faults += _repeated((("server", n), s.name) for n, s in enumerate(settings.server))
    faults += _repeated((("group", n), g.name) for n, g in enumerate(settings.group))
    for number, server in enumerate(settings.server):
        faults += _server(server, value_at(document, ("server", number)), ("server", number))
    for number, question in enumerate(settings.survey.question):
        faults += _question(question, ("survey", "question", number))
    if whole:
        faults += _unused_groups(settings)
    return faults + list(limit_faults(settings))


def _top(
    settings: Settings, document: Mapping[str, Toml], servers_required: bool
) -> Iterator[Fault]:
    yield from _name(("title",), settings.title)
    yield from _name(("theme",), settings.theme)
    if servers_required and not document.get("server"):
        yield ("server",), "there is none; add a [[server]] table with a name, a url and its ids"
    if "connect_timeout" in document and settings.connect_timeout > settings.timeout:
        yield (
            ("connect_timeout",),
            f"{settings.connect_timeout:g} s is longer than timeout, {settings.timeout:g} s, "
            "which takes in connecting; lower it or raise timeout",
        )


def _repeated(names: Iterable[tuple[Path, str]]) -> Iterator[Fault]:
    """Names taken twice, and names that cannot be shown."""
    taken: dict[str, int] = {}
    for path, name in names:
        if name.startswith(UNNAMED):
            continue
        yield from _name((*path, "name"), name)
        number = int(path[-1]) + 1
        if taken.setdefault(name, number) != number:
            kind = f"[[{path[0]}]]"
            yield (*path, "name"), f"{kind} {taken[name]} has the same name; each needs its own"


def _name(path: Path, text: str) -> Iterator[Fault]:
    """A name goes to the terminal: nothing in it may move the cursor or turn the text round."""
    if text and not text.strip():
        yield path, "must not be blank"
    elif has_controls(text):
        yield path, f"must hold no control characters: {shown(text)}"


def _server(server: ServerSettings, written: Toml, path: Path) -> Iterator[Fault]:
    if fault := address_fault(server.url):
        yield (*path, "url"), fault
    if server.proxy and (fault := proxy_fault(server.proxy.value)):
        yield (*path, "proxy"), fault
    repeated = {str(e) for e in server.endpoints if server.endpoints.count(e) > 1}
    if repeated:
        yield (*path, "endpoints"), f"named more than once: {', '.join(sorted(repeated))}"
    for endpoint, text in server.paths.items():
        if not text.isprintable() or " " in text or re.search(r"[{}]", text.replace("{id}", "")):
            yield (
                (*path, "paths", str(endpoint)),
                "must hold no spaces or control characters, and no braces but {id}",
            )
    yield from _headers(server, path)
    if isinstance(written, Mapping) and not written.get("entry_point"):
        yield (*path, "entry_point"), "there is none; add [[server.entry_point]] with an id"
    yield from _entry_points(server.entry_point, path)


def _headers(server: ServerSettings, path: Path) -> Iterator[Fault]:
    taken: set[str] = set()
    for name, secret in server.headers.items():
        here = (*path, "headers", name)
        if not _TOKEN.fullmatch(name):
            # What is behind a colon or a space in it may be the value.
            begins = _TOKEN.match(name)
            here = (*path, "headers", f"{begins[0] if begins else ''}…")
            yield here, "is no name of a header; use letters, digits and hyphens"
        elif name.lower() in taken:
            yield here, "is named twice; upper and lower case are the same here"
        taken.add(name.lower())
        if not _HEADER_VALUE.fullmatch(secret.value):
            yield here, "its value may hold only printable ASCII, and no line break"


def _entry_points(entries: tuple[EntryPointSettings, ...], path: Path) -> Iterator[Fault]:
    taken: dict[int, int] = {}
    for number, entry in enumerate(entries, 1):
        here = (*path, "entry_point", number - 1)
        yield from _name((*here, "name"), entry.name)
        yield from _name((*here, "group"), entry.group)
        if taken.setdefault(entry.id, number) != number:
            yield (*here, "id"), f"{entry.id} is already entry point {taken[entry.id]}; remove one"


def _question(question: SurveyQuestionSettings, path: Path) -> Iterator[Fault]:
    if not question.text.startswith(UNNAMED):
        yield from _name((*path, "text"), question.text)
    yield from _name((*path, "default"), question.default)
    for answer in question.answers:
        yield from _name((*path, "answers"), answer)
    if question.default and question.answers and question.default not in question.answers:
        yield (*path, "default"), f"{shown(question.default)} is not among the answers"


def _unused_groups(settings: Settings) -> Iterator[Fault]:
    # Almost always a slip in the name, and then what the table sets would silently not hold.
    used = {entry.group for server in settings.server for entry in server.entry_point}
    if not settings.server:
        return
    for number, group in enumerate(settings.group):
        if group.name not in used:
            groups = tuple(sorted(filter(None, used)))
            hint = nearest(group.name, groups) if groups else "none has a group"
            yield ("group", number, "name"), f"no entry point is in this group; {hint}"
