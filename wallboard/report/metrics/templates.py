"""The Grafana dashboard and the Prometheus rules, filled in from the files beside this one."""

import json
import re
from importlib.resources import files

from wallboard import __version__

HIGH_WAIT_SECONDS = 60.0
"""From where ``rules.yml`` calls an estimated wait high; the default of the board too."""

_DATASOURCE = "${datasource}"
_HIGH_WAIT = "wallboard_estimated_wait_seconds >= {:g} "


def dashboard(datasource: str | None = None) -> str:
    """The dashboard as JSON; ``datasource`` is the uid of a data source, else one is picked."""
    text = _read("dashboard.json")
    if datasource is not None:
        text = text.replace(json.dumps(_DATASOURCE), json.dumps(datasource))
    document = json.loads(text)
    if datasource is not None:
        variables = document["templating"]["list"]
        variables[:] = (one for one in variables if one["type"] != "datasource")
    return json.dumps(document, indent=2) + "\n"


def rules(
    *,
    high_wait_seconds: float = HIGH_WAIT_SECONDS,
    after: str | None = None,
    interval: str | None = None,
) -> str:
    """Recording and alerting rules in YAML.

    ``after`` replaces the ``for`` of every alert, as in ``30s``. ``interval`` is how often rules
    are evaluated; without it the metrics server decides.
    """
    text = _read("rules.yml")
    text = text.replace(_HIGH_WAIT.format(HIGH_WAIT_SECONDS), _HIGH_WAIT.format(high_wait_seconds))
    if after:
        text = re.sub(r"(?m)^( +for: ).*$", rf"\g<1>{after}", text)
    if interval:
        text = re.sub(r"(?m)^  - name: .*$", rf"\g<0>\n    interval: {interval}", text)
    return (
        f"# Rules for wallboard {__version__}, made by `wallboard metrics rules`.\n"
        f"# List this file under `rule_files` in the config of the metrics server.\n{text}"
    )


def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
