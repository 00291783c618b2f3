"""Checks settings for values that are valid one by one but make no sense together."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from wallboard.config.address import (
    address_fault,
    link_fault,
    node_fault,
    proxy_fault,
    witness_fault,
)
from wallboard.config.document import UNNAMED, Fault, Path, Toml, value_at
from wallboard.config.fleet_checks import fleet_faults
from wallboard.config.notice_checks import notice_faults
from wallboard.config.plan_checks import plan_faults
from wallboard.config.problem import name_fault, shown
from wallboard.domain.endpoint import Endpoint
from wallboard.domain.nearest import nearest
from wallboard.domain.node import MOST_NODES
from wallboard.domain.policy import Level, Thresholds
from wallboard.inheritance import Layer, layers_of
from wallboard.setting_types import HEADER_NAME, HEADER_VALUE
from wallboard.settings import (
    EntryPointSettings,
    Overrides,
    ServerSettings,
    Settings,
    SurveyQuestionSettings,
    ThresholdSettings,
    strongest,
)


def check(
    settings: Settings, document: Mapping[str, Toml], *, whole: bool, servers_required: bool
) -> list[Fault]:
    """Everything that makes no sense.

    ``whole`` is off when parts of the document were unusable; then nothing is reported as missing.
    """
    faults = list(_top(settings, document, servers_required))
    faults += _repeated((("server", n), s.name) for n, s in enumerate(settings.server))
    faults += _repeated((("group", n), g.name) for n, g in enumerate(settings.group))
    faults += _repeated((("calendar", n), c.name) for n, c in enumerate(settings.calendar))
    for number, server in enumerate(settings.server):
        faults += _server(server, value_at(document, ("server", number)), ("server", number))
    for number, question in enumerate(settings.survey.question):
        faults += _question(question, ("survey", "question", number))
    faults += _witnesses(settings.alarm.witness)
    for table, path in _holders(settings):
        faults += _alarm(table, path)
    faults += notice_faults(settings, whole=whole)
    faults += fleet_faults(settings.fleet)
    if whole:
        faults += _unused_groups(settings)
        faults += plan_faults(settings)
    return faults + list(limit_faults(settings))


def _top(
    settings: Settings, document: Mapping[str, Toml], servers_required: bool
) -> Iterator[Fault]:
    yield from _name(("title",), settings.title)
    yield from _name(("theme",), settings.theme)
    if servers_required and not document.get("server"):
        yield ("server",), "missing; add a [[server]] table with name, url and entry points"
    if "connect_timeout" in document and settings.connect_timeout > settings.timeout:
        yield (
            ("connect_timeout",),
            f"{settings.connect_timeout:g} s is longer than timeout ({settings.timeout:g} s), "
            "which includes connecting; lower it or raise timeout",
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
            yield (*path, "name"), f"{kind} {taken[name]} has the same name; names must be unique"


def _name(path: Path, text: str) -> Iterator[Fault]:
    if fault := name_fault(text):
        yield path, fault


def _server(server: ServerSettings, written: Toml, path: Path) -> Iterator[Fault]:
    if fault := address_fault(server.url):
        yield (*path, "url"), fault
    if server.proxy and (fault := proxy_fault(server.proxy.value)):
        yield (*path, "proxy"), fault
    repeated = {str(e) for e in server.endpoints if server.endpoints.count(e) > 1}
    if repeated:
        yield (*path, "endpoints"), f"duplicate: {', '.join(sorted(repeated))}"
    for endpoint, text in server.paths.items():
        if not text.isprintable() or " " in text or re.search(r"[{}]", text.replace("{id}", "")):
            yield (
                (*path, "paths", str(endpoint)),
                "must not contain spaces, control characters, or braces other than {id}",
            )
    yield from _headers(server, path)
    yield from _nodes(server, path)
    if isinstance(written, Mapping) and not written.get("entry_point"):
        yield (*path, "entry_point"), "missing; add [[server.entry_point]] with an id"
    yield from _entry_points(server.entry_point, path)


def _nodes(server: ServerSettings, path: Path) -> Iterator[Fault]:
    here = (*path, "nodes")
    if len(server.nodes) > MOST_NODES:
        yield here, f"must name at most {MOST_NODES}, not {len(server.nodes)}"
    for number, node in enumerate(server.nodes, 1):
        if fault := node_fault(node):
            yield here, f"node {number}: {fault}"
        elif node in server.nodes[: number - 1]:
            yield here, f"node {number}: {shown(node)} is a duplicate"
    if server.nodes and Endpoint.CHAT_ALLOWED not in server.endpoints:
        yield here, "nodes are compared by chatAllowed, which is not among the endpoints; add it"


def _headers(server: ServerSettings, path: Path) -> Iterator[Fault]:
    taken: set[str] = set()
    for name, secret in server.headers.items():
        here = (*path, "headers", name)
        if not HEADER_NAME.fullmatch(name):
            # The text behind a colon or a space may be the value.
            begins = HEADER_NAME.match(name)
            here = (*path, "headers", f"{begins[0] if begins else ''}…")
            yield here, "is not a header name; use letters, digits and hyphens"
        elif name.lower() in taken:
            yield here, "is a duplicate; case does not matter here"
        taken.add(name.lower())
        if not HEADER_VALUE.fullmatch(secret.value):
            yield here, "its value must be printable ASCII without line breaks"


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


def _holders(settings: Settings) -> Iterator[tuple[Settings | Overrides, Path]]:
    """Every table that may set what is inherited, and its path."""
    yield settings, ()
    for number, group in enumerate(settings.group):
        yield group, ("group", number)
    for number, server in enumerate(settings.server):
        yield server, ("server", number)
        for place, entry in enumerate(server.entry_point):
            yield entry, ("server", number, "entry_point", place)


def _alarm(table: Settings | Overrides, path: Path) -> Iterator[Fault]:
    """An alarm that would never be over, and contacts that cannot be shown."""
    if table.alarm.level is Level.OK:
        yield (*path, "alarm", "level"), "must be warning, unknown or critical: ok is no alarm"
    for key in ("runbook", "owner", "phone"):
        text: str = getattr(table, key) or ""
        is_link = key == "runbook" and text
        if fault := name_fault(text) or (is_link and link_fault(text)):
            yield (*path, key), fault


MOST_WITNESSES = 8


def _witnesses(witnesses: Sequence[str]) -> Iterator[Fault]:
    if len(witnesses) > MOST_WITNESSES:
        yield ("alarm", "witness"), f"must name at most {MOST_WITNESSES}, not {len(witnesses)}"
    for number, address in enumerate(witnesses, 1):
        if fault := witness_fault(address):
            yield ("alarm", "witness"), f"address {number}: {fault}"


def _unused_groups(settings: Settings) -> Iterator[Fault]:
    # Almost always a typing error, and then the settings of the group would silently not apply.
    used = {entry.group for server in settings.server for entry in server.entry_point}
    if not settings.server:
        return
    for number, group in enumerate(settings.group):
        if group.name not in used:
            groups = tuple(sorted(filter(None, used)))
            hint = nearest(group.name, groups) if groups else "none has a group"
            yield ("group", number, "name"), f"no entry point is in this group; {hint}"


_PAIRS = (("wait_warning", "wait_critical"), ("queue_warning", "queue_critical"))


_NO_LIMITS = ThresholdSettings()


class _Limit(NamedTuple):
    value: float | None
    depth: int
    path: Path


def limit_faults(settings: Settings) -> Iterator[Fault]:
    """Critical limits below their warning, each reported once, at the stronger of both tables."""
    found = dict.fromkeys(_limit_faults_of([(settings, ())]))
    checked = set()
    for layers in layers_of(settings):
        entry = layers[-1][0]
        if entry.thresholds == _NO_LIMITS:
            above = (layers[1][1], entry.group)
            if above in checked:
                continue
            checked.add(above)
        found.update(dict.fromkeys(_limit_faults_of(layers)))
    yield from found


def _limit_faults_of(layers: Sequence[Layer]) -> Iterator[Fault]:
    for names in _PAIRS:
        warning, critical = (_effective_limit(name, layers) for name in names)
        if warning.value is None or critical.value is None or critical.value >= warning.value:
            continue
        stronger, key = max((warning, names[0]), (critical, names[1]), key=lambda it: it[0].depth)
        yield (
            (*stronger.path, "thresholds", key),
            f"{names[1]} ({critical.value:g}{_note(critical)}) is below "
            f"{names[0]} ({warning.value:g}{_note(warning)}); a critical limit cannot be lower",
        )


def _effective_limit(name: str, layers: Sequence[Layer]) -> _Limit:
    depth, value = strongest([table for table, _ in layers], "thresholds", name)
    if value is None:
        return _Limit(getattr(Thresholds(), name), -1, ())
    return _Limit(None if value is False else value, depth, layers[depth][1])


def _note(limit: _Limit) -> str:
    return ", the default" if limit.depth < 0 else ""
