"""What ``check`` and ``watch`` tell of several places, and the metrics of them."""

import json
from dataclasses import replace

import pytest
from alarm_told import CLOSED, ONE
from seen_elsewhere import Seen

from wallboard.domain.policy import Level
from wallboard.query import parse
from wallboard.report.metrics.page import page
from wallboard.report.now.change_lines import ChangeLines
from wallboard.report.now.json import document
from wallboard.report.now.text import TextBoard, text_report


@pytest.fixture
def seen():
    return Seen("nyc", "sin").rounds(0, 50, fra="open", nyc="open", sin="open")


def differing(seen):
    """The far place finds one entry point down, for longer than a round."""
    return seen.rounds(60, 80, ONE, nyc="down").rounds(60, 80, fra="open", sin="open")


def snapshot(seen, now):
    """The board with the places that poll, as a live one has it."""
    return replace(seen.board.snapshot(now), places=seen.places.places)


def lines(seen, at, form="sentences", least=Level.OK):
    """A watch that has begun at a moment, and what it tells later."""
    one = ChangeLines(seen.board, f"wallboard.report.now.{form}", least)
    list(one.opening(snapshot(seen, at)))
    return one


def test_a_disagreement_is_told_once_it_lasts_and_when_it_is_over(seen):
    watch = lines(seen, 50)
    assert list(watch.of_time(snapshot(seen, 50))) == []
    differing(seen)
    assert list(watch.of_time(snapshot(seen, 80))) == [
        "1970-01-01T00:01:20+00:00 OK 1000 (prod): places disagree. Open from 2 of 3; nyc: "
        "SERVICE DOWN."
    ]
    assert list(watch.of_time(snapshot(seen, 81))) == []
    seen.there(85, "nyc", "open", ONE)
    assert list(watch.of_time(snapshot(seen, 85))) == [
        "1970-01-01T00:01:25+00:00 OK 1000 (prod): places agree again. Open from 3 of 3."
    ]


def test_it_is_told_by_the_worst_level_that_any_place_finds(seen):
    critical = lines(seen, 50, least=Level.CRITICAL)
    differing(seen)
    assert len(list(critical.of_time(snapshot(seen, 80)))) == 1
    seen.expect(81, CLOSED)
    assert not list(lines(seen, 50, least=Level.CRITICAL).of_time(snapshot(seen, 82)))


def test_a_place_that_falls_silent_is_told_once_and_at_the_start(seen):
    watch = lines(seen, 50)
    seen.silent(60, "nyc", 50)
    said = (
        "1970-01-01T00:01:00+00:00 UNKNOWN nyc silent since 00:00:50 (10s): its answers do not "
        "count."
    )
    assert list(watch.of_time(snapshot(seen, 60))) == [said]
    assert list(watch.of_time(snapshot(seen, 61))) == []
    begun = ChangeLines(seen.board, "wallboard.report.now.sentences", Level.CRITICAL)
    assert next(iter(begun.opening(snapshot(seen, 60)))) == said
    seen.silent(62, "nyc", None)
    assert list(watch.of_time(snapshot(seen, 62))) == [
        "1970-01-01T00:01:02+00:00 OK nyc heard again."
    ]


def test_the_same_as_json(seen):
    watch = lines(seen, 50, "json")
    differing(seen).silent(81, "sin", 75)
    place, places = map(json.loads, watch.of_time(snapshot(seen, 81)))
    assert place["event"] == "place"
    assert (place["place"], place["own"], place["silent_since_unix"]) == ("sin", False, 75)
    assert (places["event"], places["server"], places["id"]) == ("places", "prod", 1000)
    assert places["places"]["disagree"] is True
    beat = json.loads(watch.heartbeat(snapshot(seen, 81)))
    assert beat["disputed"] == 1
    assert [one["place"] for one in beat["places"]] == ["fra", "nyc", "sin"]


def test_a_check_has_what_each_place_says(seen):
    differing(seen).silent(81, "sin", 75)
    whole = document(snapshot(seen, 81))
    assert [(one["place"], one["own"]) for one in whole["places"]] == [
        ("fra", True), ("nyc", False), ("sin", False),
    ]  # fmt: skip
    found = whole["entry_points"][0]["places"]
    assert (found["verdict"], found["agree"], found["count"]) == ("open", 1, 2)
    told = [(one["place"], one["counts"], one["verdict"], one["level"]) for one in found["answers"]]
    assert told == [
        ("fra", True, "open", "ok"),
        ("nyc", True, "service_not_running", "critical"),
        ("sin", False, "open", "ok"),
    ]
    text = text_report(snapshot(seen, 81))
    assert "disputed" in text
    assert "open from 1 of 2; nyc: SERVICE DOWN; sin silent" in text
    assert "sin silent since 00:01:15 (6s): its answers do not count" in text


def test_the_text_board_tells_what_fell_silent_and_is_heard_again(seen):
    board = TextBoard("chat")
    board.frame(snapshot(seen, 50))
    seen.silent(60, "nyc", 50)
    said = "  nyc silent since 00:00:50 (10s): its answers do not count"
    assert said in board.frame(snapshot(seen, 60))
    assert said not in board.frame(snapshot(seen, 61))
    seen.silent(62, "nyc", None)
    assert "  nyc heard again" in board.frame(snapshot(seen, 62))


def test_metrics_count_who_agrees(seen):
    differing(seen).silent(81, "sin", 75)
    text = page(snapshot(seen, 81), {}, openmetrics=False).decode()
    of_one = 'entry_point="1000",group="",name="1000",server="prod"'
    assert f"wallboard_vantage_agree{{{of_one}}} 1.0" in text
    assert f"wallboard_vantage_count{{{of_one}}} 2.0" in text
    assert f"wallboard_vantage_disputed{{{of_one}}} 1.0" in text
    assert 'wallboard_vantage_heard{vantage="sin"} 0.0' in text
    assert 'wallboard_vantage_heard{vantage="nyc"} 1.0' in text


def test_one_place_alone_has_no_series():
    alone = Seen().rounds(0, 20, fra="open")
    text = page(snapshot(alone, 20), {}, openmetrics=False).decode()
    assert "wallboard_vantage_agree{" not in text
    assert "wallboard_vantage_heard{" not in text
    assert document(snapshot(alone, 20))["places"] == []


def test_what_is_disputed_can_be_filtered_for(seen):
    differing(seen)
    statuses = seen.board.snapshot(80).entry_points.values()
    found = parse("mark:disputed").select(statuses, 80.0)
    assert [one.entry_point.key for one in found] == [ONE]
