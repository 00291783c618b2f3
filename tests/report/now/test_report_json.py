import json

from report_support import FULL, NOW, OPEN, TIMEOUT, board_of, entry_point, tell

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.observation import Cause, Failure, ServerStatus
from wallboard.domain.reading import ChatAllowed
from wallboard.report.now.json import document, json_report

KEYS = [
    "server", "id", "name", "group", "verdict", "level", "partial", "stale", "contradiction",
    "lenient", "button", "chat_allowed", "reason", "response_type", "agent_available", "capacity",
    "wait_seconds", "queue_depth", "summary", "expected", "as_scheduled", "maintenance",
    "alarm", "nodes", "places",
    "endpoints",
]  # fmt: skip
ENDPOINT_KEYS = ["ok", "status", "elapsed_ms", "error", "message", "lenient"]


def test_every_promised_key_is_there_and_the_time_has_its_offset():
    sales = entry_point(1000, "Sales", group="EMEA")
    board = board_of(sales)
    tell(board, sales, OPEN)
    report = json.loads(json_report(board.snapshot(NOW)))
    assert list(report) == ["at", "blind_since", "places", "entry_points"]
    assert report["blind_since"] is None
    assert report["at"] == "2026-01-01T00:00:00.000+00:00"
    (one,) = report["entry_points"]
    assert list(one) == KEYS
    assert list(one["endpoints"]) == [endpoint.value for endpoint in Endpoint]
    assert all(list(endpoint) == ENDPOINT_KEYS for endpoint in one["endpoints"].values())
    assert one | {"endpoints": None} == {
        "server": "prod", "id": 1000, "name": "Sales", "group": "EMEA",
        "verdict": "open", "level": "ok", "partial": False, "stale": False,
        "contradiction": False, "lenient": False, "button": "shown", "chat_allowed": True,
        "reason": None, "response_type": 0, "agent_available": True, "capacity": 4,
        "wait_seconds": 12.0, "queue_depth": 3, "summary": "Customers can start a chat",
        "expected": None, "as_scheduled": None, "maintenance": None,
        "alarm": None, "nodes": [], "places": None,
        "endpoints": None,
    }  # fmt: skip
    assert one["endpoints"]["capacity"] == {
        "ok": True, "status": 200, "elapsed_ms": 12.3, "error": None, "message": None,
        "lenient": False,
    }  # fmt: skip


def test_every_entry_point_has_a_line_of_its_own():
    names = ["Sales", "two\nlines", "Zürich \x1b[31m"]
    board = board_of(*(entry_point(1000 + n, name) for n, name in enumerate(names)))
    text = json_report(board.snapshot(NOW))
    head, *lines = text.splitlines()
    assert head.startswith('{"at": ')
    assert [json.loads(line.rstrip("]},") + "}}}")["name"] for line in lines[1:]] == names
    assert text.isascii()
    assert json.loads(text) == document(board.snapshot(NOW))


def test_an_empty_board_is_an_empty_list():
    assert json.loads(json_report(board_of().snapshot(NOW)))["entry_points"] == []


def test_what_was_never_heard_is_null():
    silent = entry_point(1000)
    (one,) = document(board_of(silent).snapshot(NOW))["entry_points"]
    assert one["verdict"] == "waiting"
    for key in ("group", "chat_allowed", "reason", "response_type", "agent_available", "capacity",
                "wait_seconds", "queue_depth"):  # fmt: skip
        assert one[key] is None
    assert set(one["endpoints"]["chatAllowed"].values()) == {None}


def test_a_failed_poll_gives_its_cause_and_its_sentence():
    sales = entry_point(1000)
    board = board_of(sales)
    tell(board, sales, {**FULL, Endpoint.CAPACITY: TIMEOUT})
    (one,) = document(board.snapshot(NOW))["entry_points"]
    assert (one["verdict"], one["reason"], one["partial"]) == (
        "queue_depth_reached", "queue_depth_reached", True,
    )  # fmt: skip
    assert one["endpoints"]["capacity"] == {
        "ok": False, "status": None, "elapsed_ms": 12.3, "error": "timeout",
        "message": TIMEOUT.message, "lenient": None,
    }  # fmt: skip


def test_endpoints_that_were_not_asked_of_a_dead_server_fail_for_its_reason():
    asked, not_asked = entry_point(1), entry_point(2)
    board = board_of(asked, not_asked)
    tell(board, asked, dict.fromkeys(OPEN, TIMEOUT))
    board.fold(ServerStatus("prod", NOW, Failure(Cause.DNS, "No such host."), NOW))
    first, second = document(board.snapshot(NOW))["entry_points"]
    assert first["endpoints"]["capacity"]["error"] == "timeout"
    assert second["verdict"] == "unreachable"
    assert second["endpoints"]["capacity"] == {
        "ok": False, "status": None, "elapsed_ms": None, "error": "dns",
        "message": "No such host.", "lenient": None,
    }  # fmt: skip


def test_lenient_and_stale_are_told():
    sales = entry_point(1000)
    board = board_of(sales)
    tell(board, sales, {**OPEN, Endpoint.CHAT_ALLOWED: ChatAllowed(True, lenient=True)})
    (one,) = document(board.snapshot(NOW + 3600))["entry_points"]
    assert one["lenient"]
    assert one["stale"]
    assert one["endpoints"]["chatAllowed"]["lenient"] is True


def test_no_byte_of_the_document_can_steer_a_terminal():
    evil = entry_point(1000, "\x1b]0;x\x07\x9b31m\u202e")
    board = board_of(evil)
    tell(board, evil, {**OPEN, Endpoint.CHAT_ALLOWED: ChatAllowed(None, raw_allowed="\x1b[2J")})
    text = json_report(board.snapshot(NOW))
    assert text.isascii()
    assert text.replace("\n", "").isprintable()
    assert json.loads(text)["entry_points"][0]["name"] == evil.name
