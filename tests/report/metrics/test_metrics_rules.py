"""The rules for a metrics server, tried with the metrics server's own tool."""

import json
import re
import shutil
import subprocess
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families
from report_support import NOW, OPEN, board_of, entry_point, tell

from wallboard.domain.channel_state import ChannelState
from wallboard.domain.policy import Level, Thresholds
from wallboard.feeds import FleetStatus
from wallboard.report.metrics.page import page
from wallboard.report.metrics.templates import HIGH_WAIT_SECONDS, rules

MEMBER = FleetStatus(member="jump1", term=1)
PROMTOOL = shutil.which("promtool")
needs_promtool = pytest.mark.skipif(
    PROMTOOL is None, reason="promtool is not installed (Debian: prometheus)"
)

SALES = 'job="wallboard",instance="i",server="prod",entry_point="1000",name="Sales",group="EMEA"'
SALES_LABELS = {
    "job": "wallboard", "instance": "i", "server": "prod", "entry_point": "1000",
    "name": "Sales", "group": "EMEA",
}  # fmt: skip
PROD = 'job="wallboard",instance="i",server="prod"'
BOARD = 'job="wallboard",instance="i"'
UP = {f"wallboard_server_reachable{{{PROD}}}": "1x100", f"wallboard_build_info{{{BOARD}}}": "1x100"}
DOWN = UP | {f"wallboard_server_reachable{{{PROD}}}": "0x100"}


def expressions(**changes):
    return re.findall(r"(?m)^ +expr: '(.*)'$", rules(**changes))


def promtool(*args: str):
    return subprocess.run([PROMTOOL, *args], capture_output=True, text=True, check=False)


def tried(tmp_path, series, name, at, fires):
    """What promtool says of whether an alert fires at a moment, given minutes of samples."""
    file, test = tmp_path / "rules.yml", tmp_path / "test.yml"
    file.write_text(rules())
    inputs = [{"series": one, "values": values} for one, values in series.items()]
    asked = {"eval_time": at, "alertname": name, "exp_alerts": fires}
    case = {"interval": "1m", "input_series": inputs, "alert_rule_test": [asked]}
    # JSON is YAML too.
    document = {"rule_files": [str(file)], "evaluation_interval": "1m", "tests": [case]}
    test.write_text(json.dumps(document))
    done = promtool("test", "rules", str(test))
    assert done.returncode == 0, done.stdout + done.stderr


def alert(severity, summary, description, labels=SALES_LABELS):
    return {
        "exp_labels": {**labels, "severity": severity},
        "exp_annotations": {"summary": summary, "description": description},
    }


@needs_promtool
@pytest.mark.parametrize("changes", [{}, {"after": "1s", "interval": "1s"}])
def test_the_rules_are_what_promtool_calls_a_success(tmp_path, changes):
    file = tmp_path / "rules.yml"
    file.write_text(rules(**changes))
    done = promtool("check", "rules", str(file))
    assert done.returncode == 0, done.stderr
    assert f"SUCCESS: {len(expressions())} rules found" in done.stdout


@needs_promtool
def test_a_critical_entry_point_is_told_after_two_minutes_with_its_verdict(tmp_path):
    series = UP | {
        f"wallboard_level{{{SALES}}}": "0 3x100",
        f'wallboard_verdict{{{SALES},wallboard_verdict="open"}}': "1 0x100",
        f'wallboard_verdict{{{SALES},wallboard_verdict="agent_not_available"}}': "0 1x100",
    }
    name = "WallboardEntryPointCritical"
    tried(tmp_path, series, name, "2m", [])
    told = alert(
        "critical",
        "Customers cannot start a chat: Sales (1000 on prod)",
        "The verdict is agent_not_available.",
    )
    tried(tmp_path, series, name, "3m", [told])


@needs_promtool
def test_a_server_that_is_down_is_one_alert_and_not_one_for_each_entry_point(tmp_path):
    series = DOWN | {f"wallboard_level{{{SALES}}}": "3x100", f"wallboard_stale{{{SALES}}}": "1x100"}
    tried(tmp_path, series, "WallboardEntryPointCritical", "30m", [])
    tried(tmp_path, series, "WallboardEntryPointStale", "30m", [])
    told = alert(
        "critical",
        "Chat server prod cannot be reached",
        "No endpoint answers. Its entry points keep their last known values.",
        {"job": "wallboard", "instance": "i", "server": "prod"},
    )
    tried(tmp_path, series, "WallboardServerUnreachable", "2m", [told])


@needs_promtool
@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_server_that_is_down_outside_hours_in_maintenance_or_without_a_network_is_none(
    tmp_path, level
):
    series = DOWN | {f"wallboard_level{{{SALES}}}": f"{level}x100"}
    tried(tmp_path, series, "WallboardServerUnreachable", "30m", [])


@needs_promtool
def test_a_wallboard_without_a_network_is_told(tmp_path):
    told = alert(
        "warning",
        "wallboard on i has no network",
        "Neither a server nor a witness answers: nothing is known of chat entry points.",
        {"job": "wallboard", "instance": "i"},
    )
    blind = f"wallboard_blind{{{BOARD}}}"
    tried(tmp_path, {blind: "1x100"}, "WallboardBlind", "6m", [told])
    tried(tmp_path, {blind: "0x100"}, "WallboardBlind", "6m", [])


@needs_promtool
def test_a_channel_that_fails_and_a_notice_that_is_given_up_are_told(tmp_path):
    labels = {"job": "wallboard", "instance": "i", "channel": "pager"}
    pager = 'job="wallboard",instance="i",channel="pager"'
    failing, given_up = (
        f"wallboard_channel_failing{{{pager}}}",
        f"wallboard_notices_given_up_total{{{pager}}}",
    )
    told = alert(
        "critical",
        "wallboard on i cannot send through pager",
        "Alarms of chat entry points may reach nobody. See: wallboard notify list.",
        labels,
    )
    tried(tmp_path, {failing: "1x100"}, "WallboardChannelFailing", "5m", [told])
    tried(tmp_path, {failing: "0x100"}, "WallboardChannelFailing", "30m", [])
    told = alert(
        "critical",
        "A notice of wallboard on i through pager was given up",
        "Whoever was to get it was not told. See: wallboard notify list.",
        labels,
    )
    tried(tmp_path, {given_up: "0x10 1x100"}, "WallboardNoticeGivenUp", "12m", [told])
    tried(tmp_path, {given_up: "1x100"}, "WallboardNoticeGivenUp", "30m", [])


@needs_promtool
def test_a_fleet_without_its_bus_and_one_in_which_nobody_polls_are_told(tmp_path):
    connected = f"wallboard_fleet_connected{{{BOARD}}}"
    known = f"wallboard_fleet_leader_known{{{BOARD}}}"
    labels = {"job": "wallboard", "instance": "i"}
    told = alert(
        "warning",
        "wallboard on i has lost the bus of its fleet",
        "It hears nobody and nobody hears it; unless it polls alone, its picture is out of date. "
        "See: wallboard fleet status.",
        labels,
    )
    tried(tmp_path, {connected: "0x100", known: "0x100"}, "WallboardFleetWithoutBus", "3m", [told])
    tried(tmp_path, {connected: "1x100", known: "1x100"}, "WallboardFleetWithoutBus", "30m", [])
    told = alert(
        "critical",
        "Nobody polls in the fleet of wallboard on i",
        "No collector holds the lease. See: wallboard fleet status.",
        labels,
    )
    name = "WallboardFleetWithoutLeader"
    tried(tmp_path, {connected: "1x100", known: "0x100"}, name, "3m", [told])
    tried(tmp_path, {connected: "1x100", known: "1x100"}, name, "30m", [])
    tried(tmp_path, {connected: "0x100", known: "0x100"}, name, "30m", [])


@needs_promtool
def test_a_wait_is_high_from_its_threshold_on_unless_it_is_an_old_one(tmp_path):
    wait, name = f"wallboard_estimated_wait_seconds{{{SALES}}}", "WallboardWaitHigh"
    stale = f"wallboard_stale{{{SALES}}}"
    told = alert(
        "warning",
        "Long chat wait: Sales (1000 on prod)",
        "The estimated wait is 1m 30s.",
    )
    tried(tmp_path, UP | {wait: "90x100", stale: "0x100"}, name, "6m", [told])
    tried(tmp_path, UP | {wait: "90x100", stale: "1x100"}, name, "6m", [])
    tried(tmp_path, UP | {wait: "59x100", stale: "0x100"}, name, "6m", [])


@needs_promtool
def test_a_stale_and_an_unknown_entry_point_are_told(tmp_path):
    series = UP | {
        f"wallboard_level{{{SALES}}}": "2x100",
        f"wallboard_stale{{{SALES}}}": "1x100",
        f'wallboard_verdict{{{SALES},wallboard_verdict="error"}}': "1x100",
    }
    stale = alert(
        "warning",
        "Stale data: Sales (1000 on prod)",
        "No usable answer for more than three polling intervals.",
    )
    unknown = alert(
        "warning",
        "Unknown whether customers can start a chat: Sales (1000 on prod)",
        "The verdict is error.",
    )
    tried(tmp_path, series, "WallboardEntryPointStale", "5m", [stale])
    tried(tmp_path, series, "WallboardEntryPointUnknown", "10m", [unknown])


@needs_promtool
def test_a_board_that_no_longer_polls_is_told_by_its_own_interval(tmp_path):
    name, labels = "WallboardSilent", {"job": "wallboard", "instance": "i"}
    newest = f"wallboard_newest_poll_timestamp_seconds{{{BOARD}}}"
    interval = f"wallboard_poll_interval_seconds{{{PROD}}}"
    told = alert(
        "critical",
        "wallboard on i has stopped polling",
        "The last poll was 3m 0s ago; its metrics are out of date.",
        labels,
    )
    tried(tmp_path, UP | {newest: "0x100", interval: "10x100"}, name, "3m", [told])
    tried(tmp_path, UP | {newest: "0x100", interval: "60x100"}, name, "3m", [])
    tried(tmp_path, UP | {newest: "0+60x100", interval: "10x100"}, name, "30m", [])


@needs_promtool
def test_it_is_told_when_no_wallboard_is_scraped_at_all(tmp_path):
    told = alert(
        "critical",
        "wallboard metrics are missing",
        "No wallboard is being scraped: chat entry points are not monitored.",
        {},
    )
    tried(tmp_path, {"up": "0x100"}, "WallboardAbsent", "5m", [told])
    tried(tmp_path, UP, "WallboardAbsent", "5m", [])


def test_rules_and_page_speak_of_the_same_series():
    board = board_of(sales := entry_point(1000))
    tell(board, sales, OPEN)
    snapshot = replace(board.snapshot(NOW), channels={"pager": ChannelState()})
    families = text_string_to_metric_families(
        page(snapshot, {}, openmetrics=False, fleet=MEMBER).decode()
    )
    served = {sample.name for family in families for sample in family.samples}
    asked = set(re.findall(r"\bwallboard_\w+", " ".join(expressions())))
    assert len(asked) > 10
    assert asked <= served


def test_a_wait_is_high_where_the_board_warns_of_it():
    assert Thresholds().wait_warning == HIGH_WAIT_SECONDS
    assert any("wallboard_estimated_wait_seconds >= 60 " in one for one in expressions())
    assert any(
        "wallboard_estimated_wait_seconds >= 90.5 " in one
        for one in expressions(high_wait_seconds=90.5)
    )


def test_levels_have_the_numbers_that_are_served():
    text = rules()

    for alert, level in (("Critical", Level.CRITICAL), ("Unknown", Level.UNKNOWN)):
        rest = text.partition(f"- alert: WallboardEntryPoint{alert}\n")[2]
        assert rest.lstrip().startswith(f"expr: 'wallboard_level == {level:d} ")


def test_times_that_are_given_are_those_of_every_alert_and_group():
    text = rules(after="30s", interval="15s")

    assert set(re.findall(r"(?m)^ +for: (.*)$", text)) == {"30s"}
    assert text.count("\n    interval: 15s\n") == text.count("  - name: ") == 2
    assert "interval:" not in rules()
