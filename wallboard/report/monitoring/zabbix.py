"""A template for Zabbix 6.0 or newer, as JSON, and what its agent needs.

The agent runs one check for all entry points. Its JSON is the master item: a discovery rule finds
the entry points in it, and every item of theirs depends on it.
"""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from uuid import UUID

from wallboard.domain.policy import Level
from wallboard.report.monitoring.site import INTERVAL_SECONDS, Site, commented, heading, shell

AGENT_PLACE = "/etc/zabbix/zabbix_agentd.d/wallboard.conf, or zabbix_agent2.d"
TIMEOUT_SECONDS = 25
"""Of the check; the agent gives up after thirty seconds at most."""

TEMPLATE = "wallboard"
MASTER = "wallboard.check"
GROUP = "Templates/Applications"
LEVELS = "wallboard level"

Node = dict[str, Any]

_MASTER_ITEM: Node = {"key": MASTER}
_WHOSE = "{#SERVER},{#ID}"


def agent(site: Site) -> str:
    """The file of the agent that knows how to run the check."""
    words = site.call.check("json", timeout=TIMEOUT_SECONDS)
    # What the level is stands in the JSON; an exit status would be an error to the agent.
    about = (
        *heading("zabbix --agent", AGENT_PLACE),
        f"The agent, the server and its proxies need Timeout=30, for the check may take "
        f"{TIMEOUT_SECONDS} s.",
    )
    return f"{commented(about)}UserParameter={MASTER},{shell(words)}; exit 0\n"


def template() -> str:
    """The template."""
    document = {"zabbix_export": {
        "version": "6.0",
        "groups": [{"uuid": _uuid("group"), "name": GROUP}],
        "templates": [_template()],
    }}  # fmt: skip
    return json.dumps(document, indent=2) + "\n"


def _template() -> Node:
    rows = {level.label: int(level) for level in Level}
    mappings = [{"value": str(number), "newvalue": label} for label, number in rows.items()]
    return {
        "uuid": _uuid("template"),
        "template": TEMPLATE,
        "name": "Wallboard: Cisco ECE chat entry points",
        "groups": [{"name": GROUP}],
        "items": [_master()],
        "discovery_rules": [_discovery()],
        "valuemaps": [{"uuid": _uuid("levels"), "name": LEVELS, "mappings": mappings}],
    }


def _master() -> Node:
    silent = {
        "uuid": _uuid("silent"),
        "expression": f"nodata(/{TEMPLATE}/{MASTER},10m)=1",
        "name": "Wallboard: no check for 10 minutes",
        "priority": "HIGH",
    }
    return {
        "uuid": _uuid("master"),
        "name": "Wallboard: check of all entry points",
        "key": MASTER,
        "delay": f"{INTERVAL_SECONDS}s",
        "history": "1h",
        "trends": "0",
        "value_type": "TEXT",
        "triggers": [silent],
    }


def _discovery() -> Node:
    paths = {"{#SERVER}": "$.server", "{#ID}": "$.id", "{#NAME}": "$.name", "{#GROUP}": "$.group"}
    return {
        "uuid": _uuid("discovery"),
        "name": "Entry points",
        "type": "DEPENDENT",
        "key": "wallboard.entry_points",
        "delay": "0",
        "lifetime": "7d",
        "master_item": _MASTER_ITEM,
        "preprocessing": [_step("JSONPATH", "$.entry_points")],
        "lld_macro_paths": [{"lld_macro": macro, "path": path} for macro, path in paths.items()],
        "item_prototypes": list(_items()),
    }


def _items() -> Iterator[Node]:
    numbers = json.dumps({level.label: int(level) for level in Level})
    level = _item("level", "level", {"trends": "90d", "valuemap": {"name": LEVELS}})
    level["preprocessing"].append(_step("JAVASCRIPT", f"return {numbers}[value];"))
    yield {**level, "trigger_prototypes": list(_triggers())}
    for key, name in (("verdict", "verdict"), ("summary", "summary")):
        yield _item(key, name, {"trends": "0", "value_type": "CHAR"})
    yield _item("wait_seconds", "estimated wait", {"value_type": "FLOAT", "units": "s"})
    yield _item("queue_depth", "chats waiting", {})
    yield _item("capacity", "free chat slots", {"value_type": "FLOAT"})


def _item(key: str, name: str, more: Node) -> Node:
    """An item prototype; a value that is not known is dropped."""
    path = f'$.entry_points[?(@.server == "{{#SERVER}}" && @.id == {{#ID}})].{key}.first()'
    known = {**_step("NOT_MATCHES_REGEX", "^(null)?$"), "error_handler": "DISCARD_VALUE"}
    return {
        "uuid": _uuid(f"item {key}"),
        "name": f"Chat {{#NAME}} ({{#SERVER}} {{#ID}}): {name}",
        "type": "DEPENDENT",
        "key": f"wallboard.{key}[{_WHOSE}]",
        "delay": "0",
        "history": "31d",
        "master_item": _MASTER_ITEM,
        "preprocessing": [_step("JSONPATH", path), known],
        "tags": [{"tag": "group", "value": "{#GROUP}"}, {"tag": "server", "value": "{#SERVER}"}],
        **more,
    }


def _triggers() -> Iterator[Node]:
    for level, priority in ((Level.CRITICAL, "HIGH"), (Level.UNKNOWN, "AVERAGE"),
                            (Level.WARNING, "WARNING")):  # fmt: skip
        item = f"/{TEMPLATE}/wallboard.level[{_WHOSE}]"
        yield {
            "uuid": _uuid(f"trigger {level.label}"),
            "expression": f"min({item},#2)={int(level)}",
            "name": f"Chat {{#NAME}} ({{#SERVER}} {{#ID}}) is {level.label}",
            "priority": priority,
        }


def _step(kind: str, *parameters: str) -> Node:
    return {"type": kind, "parameters": list(parameters)}


def _uuid(what: str) -> str:
    """The same for every copy of the template, so that a newer one replaces an older one."""
    return UUID(bytes=sha256(f"wallboard {what}".encode()).digest()[:16], version=4).hex
