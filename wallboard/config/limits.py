"""Checks that warnings come before criticals, wherever each of the two was set."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from wallboard.config.place import Path
from wallboard.config.prepare import Fault
from wallboard.domain.policy import Thresholds
from wallboard.settings import EntryPointSettings, ServerSettings, Settings, ThresholdSettings

_PAIRS = (("wait_warning", "wait_critical"), ("queue_warning", "queue_critical"))


class _Layer(NamedTuple):
    path: Path
    thresholds: ThresholdSettings


class _Limit(NamedTuple):
    value: float | None
    depth: int
    path: Path


def limit_faults(settings: Settings) -> Iterator[Fault]:
    """Critical limits below their warning, each reported once, where the stronger one is set."""
    top = _Layer((), settings.thresholds)
    found = dict.fromkeys(_faults([top]))
    groups = {
        group.name: _Layer(("group", number), group.thresholds)
        for number, group in enumerate(settings.group)
    }
    for number, server in enumerate(settings.server):
        path: Path = ("server", number)
        for layers in _entry_layers(server, path, groups):
            found.update(dict.fromkeys(_faults([top, *layers])))
    yield from found


def _entry_layers(
    server: ServerSettings, path: Path, groups: dict[str, _Layer]
) -> Iterator[list[_Layer]]:
    """The different stacks of layers that the entry points of a server have above the top."""
    own = _Layer(path, server.thresholds)
    nothing = ThresholdSettings()
    for group in {entry.group for entry in server.entry_point}:
        yield [own, groups[group]] if group in groups else [own]
    for number, entry in enumerate(server.entry_point):
        if entry.thresholds != nothing:
            yield [
                own,
                *_of_group(entry, groups),
                _Layer((*path, "entry_point", number), entry.thresholds),
            ]


def _of_group(entry: EntryPointSettings, groups: dict[str, _Layer]) -> list[_Layer]:
    return [groups[entry.group]] if entry.group in groups else []


def _faults(layers: Sequence[_Layer]) -> Iterator[Fault]:
    for names in _PAIRS:
        warning, critical = (_limit(name, layers) for name in names)
        if warning.value is None or critical.value is None or critical.value >= warning.value:
            continue
        stronger, key = max((warning, names[0]), (critical, names[1]), key=lambda it: it[0].depth)
        yield (
            (*stronger.path, "thresholds", key),
            f"{names[1]} ({critical.value:g}{_from(critical)}) is below "
            f"{names[0]} ({warning.value:g}{_from(warning)}); a critical limit cannot be lower",
        )


def _limit(name: str, layers: Sequence[_Layer]) -> _Limit:
    found = _Limit(getattr(Thresholds(), name), -1, ())
    for depth, layer in enumerate(layers):
        value = getattr(layer.thresholds, name)
        if value is not None:
            found = _Limit(None if value is False else value, depth, layer.path)
    return found


def _from(limit: _Limit) -> str:
    return ", the default" if limit.depth < 0 else ""
