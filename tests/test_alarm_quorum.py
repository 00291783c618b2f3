"""Alarms where several places poll: so many must say so, of those whose word counts."""

import pytest
from alarm_told import ONE, PROD, TWO
from seen_elsewhere import Seen

from wallboard.domain.alarm import Truth
from wallboard.domain.policy import Level
from wallboard.other_places import FORGOTTEN_SECONDS


@pytest.mark.parametrize(
    ("quorum", "down", "raised"),
    [
        (1, ("nyc",), True),
        (1, ("fra",), True),
        (2, ("nyc",), False),
        (2, ("fra",), False),
        (2, ("fra", "sin"), True),
        (2, ("nyc", "sin"), True),
        (3, ("nyc", "sin"), False),
        (3, ("fra", "nyc", "sin"), True),
        (9, ("fra", "nyc"), False),
        (9, ("fra", "nyc", "sin"), True),
    ],
)
def test_an_alarm_is_raised_once_so_many_places_say_so(quorum, down, raised):
    said = {place: "down" if place in down else "open" for place in ("fra", "nyc", "sin")}
    seen = Seen("nyc", "sin", quorum=quorum).rounds(0, 60, ONE, **said)
    assert seen.told() == (["30 raised"] if raised else [])


def test_it_is_over_when_one_place_less_says_so():
    seen = Seen("nyc", quorum=2).rounds(0, 50, ONE, fra="down", nyc="down")
    seen.rounds(60, 130, ONE, fra="down", nyc="open")
    assert seen.told() == ["30 raised", "120 returned"]


def test_its_level_is_the_one_that_so_many_reach():
    seen = Seen("nyc", "sin", level=Level.WARNING, quorum=2)
    seen.rounds(0, 40, ONE, fra="open", nyc="down", sin="inactive")
    (row,) = seen.rows
    assert (row.level, row.verdict) == (Level.WARNING, "entry_point_inactive")


def test_silent_places_do_not_count_and_the_rest_is_enough():
    seen = Seen("nyc", "sin", quorum=2).rounds(0, 30, ONE, fra="down", nyc="open", sin="open")
    assert seen.told() == []
    seen.silent(31, "nyc", 25)
    seen.rounds(40, 60, ONE, fra="down", sin="open")
    assert seen.told() == []
    # Alone, a place decides alone: an alarm too many is better than none.
    seen.silent(61, "sin", 55)
    seen.rounds(70, 100, ONE, fra="down")
    assert seen.told() == ["91 raised"]


def test_an_answer_out_of_date_does_not_count():
    seen = Seen("nyc", quorum=2).round(0, ONE, fra="down", nyc="open")
    seen.rounds(10, 100, ONE, fra="down")
    # That of nyc holds for three intervals; nobody knew for the moment between it and the next.
    assert seen.told() == ["70 raised"]


def test_without_an_own_answer_others_decide():
    seen = Seen("nyc", "sin", quorum=2).round(0, ONE, fra="open")
    seen.rounds(10, 90, ONE, nyc="down", sin="down")
    assert seen.state(ONE) == "unacknowledged"
    assert seen.alarms.alarms[ONE].condition.truth is Truth.TRUE


def test_nothing_is_over_while_no_place_can_say():
    seen = Seen("nyc", quorum=2).rounds(0, 50, ONE, fra="down", nyc="down").look(500)
    assert seen.told() == ["30 raised"]
    assert seen.alarms.alarms[ONE].condition.truth is Truth.INCONCLUSIVE


def test_a_server_that_one_place_cannot_reach_raises_nothing_by_a_quorum():
    seen = Seen("nyc", "sin", quorum=2).rounds(0, 20, fra="open", nyc="open", sin="open")
    seen.server(30, since=25)
    for at in range(30, 110, 10):
        seen.there(at, "nyc", "open").there(at, "sin", "open").server(at, since=25).look(at)
    assert seen.told() == []
    assert seen.states == {}


def test_the_alarms_of_entry_points_go_on_where_some_place_reaches_the_server():
    seen = Seen("nyc", "sin", quorum=2).rounds(0, 20, fra="open", nyc="open", sin="open")
    seen.server(30, since=25)
    for at in range(30, 110, 10):
        seen.there(at, "nyc", "down", ONE).there(at, "sin", "down", ONE)
        seen.there(at, "nyc", "open", TWO).there(at, "sin", "open", TWO)
        seen.server(at, since=25).look(at)
    assert seen.told() == ["60 raised"]
    assert seen.rows[0].key == ONE
    assert seen.states == {ONE: "unacknowledged"}


def test_a_server_that_so_many_cannot_reach_is_one_alarm_and_the_others_watch_its_entry_points():
    seen = Seen("nyc", "sin", quorum=2).rounds(0, 20, fra="open", nyc="open", sin="open")
    for at in range(30, 110, 10):
        seen.server_there(at, "nyc").there(at, "sin", "down", ONE).there(at, "sin", "open", TWO)
        seen.server(at, since=25).look(at)
    assert seen.told(PROD) == ["60 raised"]
    assert seen.told(ONE) == ["60 raised"]
    assert seen.states == {PROD: "unacknowledged", ONE: "unacknowledged"}


def test_a_server_that_no_place_reaches_suppresses_its_entry_points_until_one_does():
    seen = Seen("nyc", quorum=2).rounds(0, 20, fra="open", nyc="open")
    for at in range(30, 70, 10):
        seen.server_there(at, "nyc").server(at, since=25).look(at)
    assert seen.told() == ["60 raised"]
    assert seen.states == {PROD: "unacknowledged", ONE: "suppressed", TWO: "suppressed"}
    seen.server_there(71, "nyc", up=True)
    for at in range(80, 150, 10):
        seen.there(at, "nyc", "down", ONE).there(at, "nyc", "open", TWO)
        seen.server(at, since=25).look(at)
    assert seen.told(PROD) == ["60 raised", "131 returned"]
    assert seen.told(ONE) == ["110 raised"]
    assert seen.state(TWO) == "normal"


def test_a_server_is_out_of_reach_by_others_while_this_place_still_reaches_it():
    seen = Seen("nyc", "sin", quorum=2).rounds(0, 20, fra="open", nyc="open", sin="open")
    for at in range(30, 70, 10):
        seen.server_there(at, "nyc").server_there(at, "sin").poll(at, "open", ONE, TWO).look(at)
    assert seen.told() == ["60 raised"]
    assert seen.states == {PROD: "unacknowledged"}
    assert seen.rows[0].verdict == "refused"


def test_one_that_was_silent_for_a_day_is_a_place_no_more_until_it_is_heard():
    seen = Seen("nyc", quorum=2).rounds(0, 50, ONE, fra="open", nyc="down")
    assert [one.name for one in seen.places.places] == ["fra", "nyc"]
    seen.silent(FORGOTTEN_SECONDS + 49, "nyc", 50)
    assert seen.board.status(ONE).places
    seen.hear(FORGOTTEN_SECONDS + 51)
    assert seen.board.status(ONE).places is None
    assert seen.places.places == ()
    seen.silent(FORGOTTEN_SECONDS + 60, "nyc", None)
    assert seen.board.status(ONE).places
