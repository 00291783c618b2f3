"""The sensor of PRTG: its shape, its limits and how many channels it has."""

import json

from jsonschema import Draft202012Validator
from report_support import FULL, NO_AGENTS, NOW, OPEN, board_of, entry_point, tell

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.reading import Capacity, LiveSessionStatus
from wallboard.report.now.prtg import prtg_error, prtg_report

CHANNEL = {
    "type": "object",
    "required": ["Channel", "Value"],
    "additionalProperties": False,
    "properties": {
        "Channel": {"type": "string", "minLength": 1},
        "Value": {"type": "number"},
        "Unit": {"enum": ["Custom", "TimeSeconds", "Count"]},
        "CustomUnit": {"type": "string"},
        "Float": {"enum": [0, 1]},
        "LimitMode": {"enum": [0, 1]},
        "LimitMaxWarning": {"type": "number"},
        "LimitMaxError": {"type": "number"},
    },
}
SENSOR = Draft202012Validator({
    "type": "object",
    "required": ["prtg"],
    "additionalProperties": False,
    "properties": {"prtg": {"type": "object", "oneOf": [
        {"required": ["result"], "additionalProperties": False, "properties": {
            "text": {"type": "string", "maxLength": 2000},
            "result": {"type": "array", "items": CHANNEL, "minItems": 1, "maxItems": 50},
        }},
        {"required": ["error", "text"], "additionalProperties": False, "properties": {
            "error": {"const": 1}, "text": {"type": "string", "maxLength": 2000},
        }},
    ]}},
})  # fmt: skip
"""What Paessler documents of custom sensors, as far as it is used."""


def sensor(text):
    document = json.loads(text)
    SENSOR.validate(document)
    return document["prtg"]


def channels(text):
    found = sensor(text)["result"]
    assert len({one["Channel"] for one in found}) == len(found)
    return {one["Channel"]: one["Value"] for one in found}


def test_one_entry_point_has_its_level_and_its_figures():
    board = board_of(sales := entry_point(1000, "Sales"))
    tell(board, sales, OPEN)
    said = prtg_report(board.snapshot(NOW))
    assert channels(said) == {"Level": 0, "Estimated wait": 12.0, "Queue": 3, "Free slots": 4}
    assert sensor(said)["text"] == "Sales (1000) OPEN: Customers can start a chat"


def test_the_limits_of_the_level_are_those_of_the_levels():
    board = board_of(sales := entry_point(1000, "Sales"))
    for facts, value in ((OPEN, 0), (FULL, 1), (NO_AGENTS, 3)):
        tell(board, sales, facts)
        level = sensor(prtg_report(board.snapshot(NOW)))["result"][0]
        assert level["Value"] == value
        assert (value > level["LimitMaxWarning"]) == (value > 0)
        assert (value > level["LimitMaxError"]) == (value == 3)


def test_a_figure_that_is_not_known_is_no_channel():
    board = board_of(sales := entry_point(1000, "Sales"))
    unknown = {Endpoint.LIVE_SESSION_STATUS: LiveSessionStatus(None, None),
               Endpoint.CAPACITY: Capacity(None)}  # fmt: skip
    tell(board, sales, {**OPEN, **unknown})
    assert set(channels(prtg_report(board.snapshot(NOW)))) == {"Level"}


def test_a_hundred_entry_points_are_a_few_channels():
    board = board_of(*(many := [entry_point(1000 + n) for n in range(100)]))
    for one in many:
        tell(board, one, OPEN)
    tell(board, many[0], NO_AGENTS)
    said = channels(prtg_report(board.snapshot(NOW)))
    assert said == {
        "Level": 3, "Entry points critical": 1, "Entry points unknown": 0,
        "Entry points warning": 0, "Entry points ok": 99,
    }  # fmt: skip


def test_what_is_not_finished_is_unknown():
    board = board_of(sales := entry_point(1000, "Sales"))
    tell(board, sales, OPEN)
    said = prtg_report(board.snapshot(NOW), unfinished="not finished within 1 s")
    assert channels(said)["Level"] == 2
    assert sensor(said)["text"].startswith("not finished within 1 s; ")


def test_no_text_steers_or_breaks_anything():
    board = board_of(sales := entry_point(1000, 'S"\x1b[31m\n' + "x" * 5000))
    tell(board, sales, OPEN)
    for said in (prtg_report(board.snapshot(NOW)), prtg_error('a "b"\n\x1b' + "x" * 5000)):
        assert said.isascii()
        assert "\x1b" not in said
        assert sensor(said)["text"].isprintable()
