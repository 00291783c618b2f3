"""Files of agents that run one check for all entry points: Checkmk, PRTG, Telegraf, Prometheus."""

import json

from wallboard.domain.foreign_text import safe
from wallboard.report.monitoring.site import (
    AGAIN,
    INTERVAL_SECONDS,
    TIMEOUT_SECONDS,
    Site,
    chosen,
    commented,
    heading,
    shell,
    title,
)

CHECKMK_PLACE = f"/usr/lib/check_mk_agent/local/{INTERVAL_SECONDS}/wallboard, executable"
PRTG_PLACE = "/var/prtg/scriptsxml/wallboard.sh, executable"
TELEGRAF_PLACE = "/etc/telegraf/telegraf.d/wallboard.conf"


def checkmk(site: Site) -> str:
    """A local check; each entry point becomes a service."""
    head = commented(heading("checkmk", CHECKMK_PLACE))
    return f"#!/bin/sh\n{head}exec {shell(site.call.check('checkmk'))}\n"


def prtg(site: Site) -> str:
    """A script for sensors of the kind SSH Script Advanced, one for each entry point."""
    sensors = tuple(f"  {title(one)}: {safe(shell(chosen(one)))}" for one in site.entry_points)
    about = (
        AGAIN,
        "Make a sensor `SSH Script Advanced` for each entry point, with its parameters:",
        *sensors,
        "Without parameters the sensor has the number of entry points at each level.",
        "The channel Level: 0 ok, 1 warning, 2 unknown, 3 critical.",
    )
    head = commented((*heading("prtg", PRTG_PLACE), *about))
    # What a sensor names takes the place of the selection.
    every, one = shell(site.call.check("prtg")), shell(site.call.start("prtg"))
    return f'#!/bin/sh\n{head}[ $# -gt 0 ] && exec {one} "$@"\nexec {every}\n'


def telegraf(site: Site) -> str:
    """An input that runs the check and reads its JSON: a point for each entry point."""
    import tomli_w

    # What the level is stands in the JSON; an exit status would be an error to Telegraf.
    script = f"{shell(site.call.check('json'))}; exit 0"
    strings = ("verdict", "level", "summary", "reason", "button")
    columns = ("server", "id", "name", "group", *strings, "stale", "wait_seconds", "queue_depth",
               "capacity", "agent_available", "as_scheduled")  # fmt: skip
    objects = {
        "path": "entry_points",
        "tags": ["server", "id", "name", "group"],
        "included_keys": list(columns),
    }
    read = {"measurement_name": "wallboard", "object": [objects]}
    document = {"inputs": {"exec": [{
        "commands": [shell(("/bin/sh", "-c", script))],
        "interval": f"{INTERVAL_SECONDS}s",
        "timeout": f"{TIMEOUT_SECONDS + 5}s",
        "data_format": "json_v2",
        "json_v2": [read],
    }]}}  # fmt: skip
    return commented(heading("telegraf", TELEGRAF_PLACE)) + "\n" + tomli_w.dumps(document)


def prometheus(target: str) -> str:
    """The part of prometheus.yml that scrapes ``wallboard metrics`` and loads its rules."""
    head = heading("prometheus", "prometheus.yml, whose lists of the same names it belongs into")
    about = ("The rules: wallboard monitoring prometheus-rules > wallboard.rules.yml",)
    # A text of JSON is one of YAML.
    return (
        commented((*head, *about))
        + "rule_files:\n  - wallboard.rules.yml\n"
        + "scrape_configs:\n  - job_name: wallboard\n    static_configs:\n"
        + f"      - targets: [{json.dumps(target)}]\n"
    )
