"""What the JSON says of a real server under every fault the simulator can commit."""

import time
from dataclasses import replace

import pytest

from wallboard.board import Board
from wallboard.feeds.poll_feed import poll_once
from wallboard.inheritance import entry_points_of
from wallboard.report.now.json import document
from wallboard.report.now.nagios import exit_status
from wallboard.settings import EntryPointSettings, ServerSettings, Settings
from wallboard.simulator.scenario import parse_scenario
from wallboard.simulator.server import Simulator


async def report_on(fault, *, patience=5.0):
    """The one entry point of a server under a fault, as the JSON has it, and the exit status."""
    scenario = parse_scenario(fault)
    async with Simulator(entry_points=[1000], scenario=scenario) as simulator:
        server = ServerSettings(
            name="prod", url=simulator.url, entry_point=(EntryPointSettings(id=1000),)
        )
        settings = replace(Settings(timeout=patience), server=(server,))
        board = Board(entry_points_of(settings))
        await poll_once(settings, board.fold)
    snapshot = board.snapshot(time.time())
    (one,) = document(snapshot)["entry_points"]
    return one, exit_status(snapshot)


def fault(kind, **keys):
    values = {"kind": f'"{kind}"', **keys}
    return "[[fault]]\n" + "\n".join(f"{key} = {value}" for key, value in values.items())


async def test_a_server_without_faults_is_open_and_nothing_is_amiss():
    one, status = await report_on("[queue]\nload = 0.1\nagents = 9")
    assert (one["verdict"], one["level"], one["button"]) == ("open", "ok", "shown")
    marks = ("partial", "stale", "contradiction", "lenient")
    assert [mark for mark in marks if one[mark]] == []
    assert all(endpoint["ok"] for endpoint in one["endpoints"].values())
    assert status == 0


@pytest.mark.parametrize(
    ("kind", "keys", "cause", "answered"),
    [
        ("http", {"status": 500}, "http", 500),
        ("http", {"status": 503}, "http", 503),
        ("redirect", {}, "redirect", 302),
        ("html", {}, "wrong_root", 200),
        ("empty", {}, "empty", 200),
        ("huge", {}, "too_large", 200),
        ("wrong_root", {}, "wrong_root", 200),
        ("dtd", {}, "forbidden_dtd", 200),
    ],
)
async def test_a_server_that_answers_badly_is_an_error_with_its_cause(kind, keys, cause, answered):
    one, status = await report_on(fault(kind, **keys))
    assert (one["verdict"], one["level"], one["button"]) == ("error", "unknown", "unknown")
    assert one["partial"]
    for endpoint in one["endpoints"].values():
        assert (endpoint["ok"], endpoint["error"], endpoint["status"]) == (False, cause, answered)
        assert endpoint["message"]
    assert status == 3


@pytest.mark.parametrize(("kind", "cause"), [("reset", "reset"), ("hang", "timeout")])
async def test_a_server_that_never_answers_is_unreachable(kind, cause):
    one, status = await report_on(fault(kind), patience=0.3)
    assert (one["verdict"], one["level"]) == ("unreachable", "critical")
    for endpoint in one["endpoints"].values():
        assert (endpoint["ok"], endpoint["error"], endpoint["status"]) == (False, cause, None)
    assert status == 2


@pytest.mark.parametrize(
    ("kind", "verdict", "status"),
    [
        ("service_not_running", "service_not_running", 2),
        ("inactive", "entry_point_inactive", 1),
        ("invalid", "invalid_entry_point", 3),
        ("other", "other", 2),
        ("odd_reason", "unknown", 3),
        ("missing_allowed", "unknown", 3),
    ],
)
async def test_what_chat_allowed_says_is_the_verdict(kind, verdict, status):
    one, exit_code = await report_on(fault(kind))
    assert one["verdict"] == verdict
    assert one["button"] != "shown"
    assert exit_code == status


async def test_one_failing_endpoint_leaves_the_verdict_and_marks_it_partial():
    one, status = await report_on(
        fault("http", status=500, endpoints='"capacity"') + "\n[queue]\nload = 0.1\nagents = 9"
    )
    assert (one["verdict"], one["partial"], one["capacity"]) == ("open", True, None)
    assert one["endpoints"]["capacity"]["error"] == "http"
    assert status == 0


async def test_without_chat_allowed_the_eligibility_decides_and_the_answer_is_partial():
    one, _ = await report_on(
        fault("empty", endpoints='"chatAllowed"') + "\n[queue]\nload = 0.1\nagents = 9"
    )
    assert (one["verdict"], one["partial"], one["button"]) == ("open", True, "unknown")


async def test_a_figure_that_is_no_number_is_null():
    one, _ = await report_on(fault("nan_wait"))
    assert one["wait_seconds"] is None
    assert one["endpoints"]["liveSessionStatus"]["ok"]


@pytest.mark.parametrize(
    ("form", "verdict", "lenient", "cause"),
    [("readable", "open", True, None), ("broken", "error", False, "not_xml")],
)
async def test_a_body_that_is_not_well_formed_is_read_if_it_can_be_and_marked_lenient(
    form, verdict, lenient, cause
):
    calm = "\n[queue]\nload = 0.1\nagents = 9"
    one, _ = await report_on(fault("malformed", form=f'"{form}"') + calm)
    assert (one["verdict"], one["lenient"]) == (verdict, lenient)
    assert one["endpoints"]["chatAllowed"]["error"] == cause
