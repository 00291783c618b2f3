"""What an entry point inherits: top, server, group, itself, the strongest last."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

from wallboard.domain.alarm import AlarmRules
from wallboard.domain.endpoint import Contact, EntryPoint, EntryPointKey
from wallboard.domain.ledger_row import AlarmKey
from wallboard.domain.policy import DEFAULT_LEVELS, ButtonPolicy, Policy, Thresholds
from wallboard.settings import (
    AlarmRuleSettings,
    EntryPointSettings,
    ServerSettings,
    Settings,
    strongest,
)

Layer = tuple[Any, tuple[str | int, ...]]
"""A table that may set what is inherited, and the keys and positions that lead to it."""


def layers_of(settings: Settings) -> Iterator[list[Layer]]:
    """What each entry point inherits from, the strongest last: top, server, group, itself."""
    top: Layer = (settings, ())
    groups: dict[str, Layer] = {
        group.name: (group, ("group", number)) for number, group in enumerate(settings.group)
    }
    for number, server in enumerate(settings.server):
        holder: Layer = (server, ("server", number))
        for place, entry in enumerate(server.entry_point):
            own: Layer = (entry, ("server", number, "entry_point", place))
            group = groups.get(entry.group)
            yield [top, holder, group, own] if group else [top, holder, own]


def entry_points_of(settings: Settings) -> list[tuple[EntryPoint, Policy]]:
    """Every entry point with the policy that holds for it, in the order of the config.

    Those of a server and a group that set nothing for themselves share one.
    """
    shared: dict[tuple[str, str], Policy] = {}
    found = []
    for layers in layers_of(settings):
        server: ServerSettings = layers[1][0]
        entry: EntryPointSettings = layers[-1][0]
        entry_point = EntryPoint(
            key=EntryPointKey(server.name, entry.id),
            name=entry.name or str(entry.id),
            group=entry.group,
            endpoints=server.endpoints,
            contact=_contact([table for table, _ in layers]),
        )
        where = (server.name, entry.group)
        policy = None if entry.overriding else shared.get(where)
        if policy is None:
            policy = _policy([table for table, _ in layers])
            if not entry.overriding:
                shared[where] = policy
        found.append((entry_point, policy))
    return found


def alarm_rules_of(settings: Settings) -> dict[AlarmKey, AlarmRules]:
    """The rules for the alarm of every server and of every entry point."""
    found = {AlarmKey(server.name): _alarm_rules([settings, server]) for server in settings.server}
    shared: dict[tuple[str, str], AlarmRules] = {}
    for layers in layers_of(settings):
        entry: EntryPointSettings = layers[-1][0]
        where = (layers[1][0].name, entry.group)
        own = entry.alarm != _AS_INHERITED
        rules = None if own else shared.get(where)
        if rules is None:
            rules = _alarm_rules([table for table, _ in layers])
            if not own:
                shared[where] = rules
        found[AlarmKey(where[0], entry.id)] = rules
    return found


def contacts_of_servers(settings: Settings) -> dict[str, Contact]:
    """The contact for the alarm of each server, by its name."""
    return {server.name: _contact([settings, server]) for server in settings.server}


_AS_INHERITED = AlarmRuleSettings()


def _alarm_rules(tables: Sequence[object]) -> AlarmRules:
    found = {one.name: strongest(tables, "alarm", one.name)[1] for one in fields(AlarmRules)}
    return AlarmRules(**{name: value for name, value in found.items() if value is not None})


def _contact(tables: Sequence[object]) -> Contact:
    return Contact(*(strongest(tables, key)[1] for key in ("runbook", "owner", "phone")))


def _policy(tables: Sequence[object]) -> Policy:
    """The policy at the end of these tables, the strongest last."""

    def inherited(default: Any, *keys: str) -> Any:  # noqa: ANN401 - of any setting
        value = strongest(tables, *keys)[1]
        return default if value is None else value

    limits = {
        one.name: inherited(one.default, "thresholds", one.name) for one in fields(Thresholds)
    }
    return Policy(
        strongest(tables, "interval")[1],
        Thresholds(**{name: None if limit is False else limit for name, limit in limits.items()}),
        {verdict: inherited(level, "levels", verdict) for verdict, level in DEFAULT_LEVELS.items()},
        ButtonPolicy(
            *(strongest(tables, f"button_{key}")[1] for key in ("rule", "max_wait", "max_queue"))
        ),
    )


def calendar_names(settings: Settings) -> dict[EntryPointKey, str]:
    """The calendar of each entry point that has one."""
    default = next((one.name for one in settings.calendar if one.default), None)
    found = {}
    for _, *layers in layers_of(settings):
        name = strongest([table for table, _ in layers], "calendar")[1]
        if name := default if name is None else name:
            found[EntryPointKey(layers[0][0].name, layers[-1][0].id)] = str(name)
    return found
