"""The dashboard: well formed, without gaps or overlaps, and asking only for what is served."""

import json
import re
import shutil
import subprocess
from itertools import combinations

import pytest
from grafana_foundation_sdk.cog import plugins
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard
from prometheus_client.parser import text_string_to_metric_families
from report_support import NOW, OPEN, board_of, entry_point, tell

from wallboard.domain.policy import Level
from wallboard.feeds import FleetStatus
from wallboard.report.metrics.page import page
from wallboard.report.metrics.templates import dashboard

MEMBER = FleetStatus(member="jump1", term=1)
PROMTOOL = shutil.which("promtool")


def panels():
    return json.loads(dashboard())["panels"]


def expressions():
    return [target["expr"] for panel in panels() for target in panel["targets"]]


def test_every_panel_has_a_number_a_title_and_a_question_of_its_own():
    for part in ("id", "title", "description"):
        assert len({panel[part] for panel in panels()}) == len(panels())
    assert len(set(expressions())) == len(panels())
    assert {panel["type"] for panel in panels()} == {
        "stat", "table", "state-timeline", "timeseries",
    }  # fmt: skip


def test_panels_lie_within_24_columns_and_on_no_other():
    places = [
        {(x, y) for x in range(p["x"], p["x"] + p["w"]) for y in range(p["y"], p["y"] + p["h"])}
        for p in (panel["gridPos"] for panel in panels())
    ]
    assert all(0 <= x < 24 for place in places for x, _y in place)
    assert not any(one & other for one, other in combinations(places, 2))


def test_the_dashboard_asks_only_for_series_that_are_served():
    board = board_of(sales := entry_point(1000))
    tell(board, sales, OPEN)
    text = page(board.snapshot(NOW), {}, openmetrics=False, fleet=MEMBER).decode()
    served = {s.name for family in text_string_to_metric_families(text) for s in family.samples}
    variables = json.loads(dashboard())["templating"]["list"]
    queries = [one["definition"] for one in variables if one["type"] == "query"]
    asked = set(re.findall(r"wallboard_\w+", " ".join([*expressions(), *queries])))
    assert len(asked) > 8
    assert asked <= served


def test_it_picks_a_data_source_unless_one_is_named():
    picked, named = dashboard(), dashboard("abc")
    assert json.loads(picked)["templating"]["list"][0]["type"] == "datasource"
    assert "${datasource}" in picked
    assert "${datasource}" not in named
    assert {p["datasource"]["uid"] for p in json.loads(named)["panels"]} == {"abc"}


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (Debian: prometheus)")
def test_every_question_is_understood_by_the_metrics_server(tmp_path):
    file = tmp_path / "rules.yml"
    filled = [one.replace("$__rate_interval", "5m") for one in expressions()]
    rules = [{"record": f"panel:{n}", "expr": one} for n, one in enumerate(filled)]
    file.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))
    command = [PROMTOOL, "check", "rules", "--lint=none", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"SUCCESS: {len(filled)} rules found" in done.stdout


def test_levels_have_the_numbers_that_are_served():
    counts = [one for one in expressions() if one.startswith("count(wallboard_level")]
    asked = [int(re.search(r"== (\d)", one)[1]) for one in counts]
    titles = [panel["title"].lower() for panel in panels()[: len(counts)]]

    assert dict(zip(titles, asked, strict=True)) == {one.label: one.value for one in Level}


def test_grafana_knows_every_key_of_the_dashboard():
    """By Grafana's own model of dashboards and of each kind of panel."""
    plugins.register_default_plugins()
    document = json.loads(dashboard())
    understood = json.loads(JSONEncoder(sort_keys=True).encode(Dashboard.from_json(document)))

    assert set(not_understood(document, understood)) == {
        # Grafana writes it beside the query of a variable, and the model leaves it out.
        "templating.list.1.definition",
        "templating.list.2.definition",
    }


def not_understood(written, understood, place=()):
    """Where something is written that is not understood as the same."""
    if isinstance(written, dict) and isinstance(understood, dict):
        for key, value in written.items():
            yield from not_understood(value, understood.get(key), (*place, key))
    elif isinstance(written, list) and isinstance(understood, list):
        for number, value in enumerate(written):
            other = understood[number] if number < len(understood) else None
            yield from not_understood(value, other, (*place, str(number)))
    elif written != understood:
        yield ".".join(place)
