"""Scenarios: what happens to the simulated servers over time, read from TOML files."""

import errno
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from difflib import get_close_matches
from math import inf, isfinite
from pathlib import Path
from typing import Any

from wallboard.domain.endpoint import Endpoint
from wallboard.files import read_file
from wallboard.frozen import frozen
from wallboard.simulator.fault import RULES, Fault, Kind, Parameter, Rule, Stage, Value, Window
from wallboard.simulator.queue_model import ORDINARY, Ranges

LARGEST_FILE = 1024 * 1024
SHIPPED = Path(__file__).parent / "scenarios"

SURVEY = "survey"
_ENDPOINTS = (*(endpoint.value for endpoint in Endpoint), SURVEY)
_WINDOW_KEYS = ("from", "until", "every", "for")
_WHOLE = ("agents", "slots", "room")
_LEAST = {
    "agents": 0,
    "slots": 1,
    "service_seconds": 1,
    "load": 0,
    "room": 0,
    "patience_seconds": 1,
}
_Table = Mapping[str, Any]


class SimulatorError(Exception):
    """The simulator cannot run; the text is a sentence for the person who started it."""


class ScenarioError(SimulatorError):
    """A scenario cannot be used. ``errors`` holds every fault found, each naming file and key."""

    def __init__(self, errors: Sequence[str]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(self.errors))


@frozen
class Scenario:
    """What happens to the entry points; ``starts_at`` is seconds after midnight at second 0."""

    name: str
    description: str = ""
    starts_at: float = 10 * 3600.0
    ranges: Ranges = ORDINARY
    faults: tuple[Fault, ...] = ()

    def concerning(
        self, entry_point: int | None, endpoint: str, *stages: Stage
    ) -> tuple[Fault, ...]:
        """The faults of some stages that can affect one address, in the order written."""
        return tuple(
            fault
            for fault in self.faults
            if fault.stage in stages and fault.concerns(entry_point, endpoint)
        )


def shipped_scenarios() -> tuple[str, ...]:
    """The names of the scenarios that come with the program."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.toml")))


def load_scenario(name_or_path: str | Path) -> Scenario:
    """A scenario by its shipped name, or from a file. Raises :class:`ScenarioError`."""
    path = Path(name_or_path)
    if str(name_or_path) in shipped_scenarios():
        path = SHIPPED / f"{name_or_path}.toml"
    try:
        text = _text(path)
    except FileNotFoundError:
        known = ", ".join(shipped_scenarios())
        raise ScenarioError(
            [f"no scenario {str(name_or_path)!r}: neither a file nor one of {known}"]
        ) from None
    except (OSError, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ScenarioError([f"{str(name_or_path)!r} cannot be read: {why}"]) from None
    return parse_scenario(text, name=path.stem, source=path.name)


def _text(path: Path) -> str:
    data = read_file(path, LARGEST_FILE)
    if len(data) > LARGEST_FILE:
        raise OSError(errno.EFBIG, f"it is larger than {LARGEST_FILE // 1024} KiB")
    return data.decode()


def parse_scenario(text: str, *, name: str = "scenario", source: str = "scenario") -> Scenario:
    """A scenario from TOML. Raises one :class:`ScenarioError` with all its mistakes."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError([f"{source}: not valid TOML: {error}"]) from None
    tables = _Tables(source)
    description, starts_at, ranges, faults = tables.read(document)
    if tables.errors:
        raise ScenarioError(tables.errors)
    return Scenario(name, description, starts_at, ranges, faults)


class _Tables:
    """Reads the tables of one file; ``errors`` names file, table and key of each mistake."""

    def __init__(self, source: str) -> None:
        self.errors: list[str] = []
        self._source = source
        self._where = ""

    def read(self, document: _Table) -> tuple[str, float, Ranges, tuple[Fault, ...]]:
        """The description, time of day, ranges and faults; ``errors`` holds what was wrong."""
        self._known(document, ("description", "starts_at", "queue", "fault"))
        description = document.get("description", "")
        if not isinstance(description, str):
            self._wrong("description", "must be a string", description)
        starts_at = self._time_of_day(document.get("starts_at", "10:00"))
        ranges = self._ranges(document.get("queue", {}))
        self._where = ""
        tables = document.get("fault", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self._wrong("fault", "must be written as [[fault]] tables", tables)
            tables = []
        faults = [self._fault(number, table) for number, table in enumerate(tables, start=1)]
        return str(description), starts_at, ranges, tuple(filter(None, faults))

    def _time_of_day(self, value: object) -> float:
        match = (
            re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", value) if isinstance(value, str) else None
        )
        if not match:
            self._wrong("starts_at", 'must be a time of day such as "09:30"', value)
            return 0.0
        return int(match[1]) * 3600.0 + int(match[2]) * 60.0

    def _ranges(self, table: object) -> Ranges:
        if not isinstance(table, dict):
            self._wrong("queue", "must be a [queue] table", table)
            return ORDINARY
        self._where = " [queue]"
        names = [field.name for field in fields(Ranges)]
        self._known(table, names)
        given = {name: self._range(name, table[name]) for name in names if name in table}
        return Ranges(**{name: pair for name, pair in given.items() if pair})

    def _range(self, name: str, value: object) -> tuple[Any, Any] | None:
        number = int if name in _WHOLE else (int, float)
        pair: list[Any] = value if isinstance(value, list) else [value, value]
        if (
            len(pair) != 2
            or not all(isinstance(n, number) and not isinstance(n, bool) for n in pair)
            or not _LEAST[name] <= pair[0] <= pair[1] < inf
        ):
            sort = "whole number" if name in _WHOLE else "number"
            self._wrong(name, f"must be a {sort} or [least, most], from {_LEAST[name]}", value)
            return None
        return pair[0], pair[1]

    def _fault(self, number: int, table: _Table) -> Fault | None:
        self._where = f" [[fault]] {number}"
        before = len(self.errors)
        name = table.get("kind")
        if not isinstance(name, str) or name not in RULES:
            if name is None:
                self._error("kind", "is missing")
            else:
                self._wrong("kind", f"is not a kind of fault{_nearest(name, list(Kind))}", name)
            return None
        kind = Kind(name)
        rule = RULES[kind]
        self._known(table, ("kind", "probability", *_WINDOW_KEYS, *_chosen(rule), *rule.parameters))
        fault = Fault(
            table=number,
            kind=kind,
            stage=rule.stage,
            window=self._window(table),
            entry_points=self._entry_points(table.get("entry_points", "all")),
            endpoints=self._endpoints(rule, table.get("endpoints", "all")),
            probability=self._number(table, "probability", 1.0, 0, 1),
            parameters={
                key: self._parameter(key, parameter, table.get(key, parameter.default))
                for key, parameter in rule.parameters.items()
            },
        )
        return fault if len(self.errors) == before else None

    def _window(self, table: _Table) -> Window:
        start = self._number(table, "from", 0.0)
        until = self._number(table, "until", inf)
        length = self._number(table, "for", inf)
        every = self._number(table, "every", inf)
        if until <= start:
            self._error("until", f"must be later than from ({start:g})")
        if "every" in table:
            if "for" not in table:
                self._error("for", "is missing: how long of each period is the fault on?")
            elif not 0 < length <= every:
                self._error("for", f"must be more than 0 and at most every ({every:g})")
            return Window(start, until, every or 1.0, length)
        if "for" in table and "until" in table:
            self._error("for", "says the same as until; give one of them")
        return Window(start, min(until, start + length))

    def _entry_points(self, value: object) -> tuple[range, ...] | None:
        if value == "all":
            return None
        listed = value if isinstance(value, list) else [value]
        ranges = [ids for one in listed if (ids := self._ids(one)) is not None]
        if not listed:
            self._error("entry_points", "is empty; leave it out to mean all")
        return tuple(ranges)

    def _ids(self, value: object) -> range | None:
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return range(value, value + 1)
        match = (
            re.fullmatch(r"(\d{1,18})(?:-(\d{1,18}))?", value) if isinstance(value, str) else None
        )
        if match and int(match[1]) <= int(match[2] or match[1]):
            return range(int(match[1]), int(match[2] or match[1]) + 1)
        self._wrong("entry_points", 'must be ids, ranges such as "1000-1003", or "all"', value)
        return None

    def _endpoints(self, rule: Rule, value: object) -> frozenset[str] | None:
        if rule.only:
            return frozenset({rule.only.value})
        if value == "all":
            return None
        listed = value if isinstance(value, list) else [value]
        for name in listed:
            if name not in _ENDPOINTS:
                near = _nearest(name, _ENDPOINTS)
                self._wrong("endpoints", f"must name endpoints, or be all{near}", name)
        if not listed:
            self._error("endpoints", "is empty; leave it out to mean all")
        return frozenset(map(str, listed))

    def _parameter(self, key: str, parameter: Parameter, value: object) -> Value:
        if parameter.choices:
            if value not in parameter.choices:
                choices = " or ".join(map(repr, parameter.choices))
                self._wrong(key, f"must be {choices}", value)
                return parameter.default
            return str(value)
        if isinstance(parameter.default, str):
            if not isinstance(value, str) or not value:
                self._wrong(key, "must be a string", value)
            return str(value)
        if isinstance(parameter.default, int) and isinstance(value, float):
            self._wrong(key, "must be a whole number", value)
            return parameter.default
        return self._number({key: value}, key, parameter.default, parameter.least, parameter.most)

    def _number(
        self, table: _Table, key: str, default: float, least: float = 0, most: float = inf
    ) -> float:
        value = table.get(key, default)
        if key not in table:
            return default
        if not isinstance(value, int | float) or isinstance(value, bool) or not isfinite(value):
            self._wrong(key, "must be a number", value)
            return default
        if not least <= value <= most:
            bound = f"from {least:g} to {most:g}" if most < inf else f"at least {least:g}"
            self._wrong(key, f"must be {bound}", value)
            return default
        return value

    def _known(self, table: _Table, names: Iterable[str]) -> None:
        names = list(names)
        for key in table:
            if key not in names:
                self._error(repr(key), f"is not known here{_nearest(key, names)}")

    def _wrong(self, key: str, rule: str, value: object) -> None:
        shown = ascii(value)
        self._error(key, f"{rule}, not {shown if len(shown) <= 60 else shown[:57] + '...'}")

    def _error(self, key: str, problem: str) -> None:
        self.errors.append(f"{self._source}:{self._where} {key} {problem}")


def _chosen(rule: Rule) -> list[str]:
    keys = ["entry_points"] if rule.stage is not Stage.LISTENER else []
    return [*keys, "endpoints"] if rule.takes_endpoints else keys


def _nearest(name: object, names: Iterable[str]) -> str:
    close = get_close_matches(str(name), map(str, names), n=1, cutoff=0.5)
    return f" (did you mean {close[0]!r}?)" if close else ""
