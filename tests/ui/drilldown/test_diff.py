"""Two polls side by side: what they say, how they came, and their bodies as text."""

from dataclasses import replace

import pytest
from boards import HEAD, HTTP_500, NOW, REFUSED, observed

from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.policy import Level
from wallboard.domain.reading import (
    AgentAvailability,
    Capacity,
    ChatAllowed,
    CheckEligibility,
    LiveSessionStatus,
)
from wallboard.ui.drilldown.diff import (
    MOST_LINES,
    difference_lines,
    rows,
    same_body,
    text_diff,
)
from wallboard.ui.drilldown.good_and_bad import GoodAndBad
from wallboard.ui.look.theme import load

KEY = EntryPointKey("prod", 1000)


def poll(outcome, body=None, endpoint=Endpoint.CHAT_ALLOWED, **about):
    return observed(KEY, endpoint, outcome, NOW, body, **about)


def with_head(observation, head):
    return replace(observation, response=replace(observation.response, head=head))


def changed(good, bad):
    return {row.name: (row.good, row.bad) for row in rows(good, bad) if row.proves}


def test_what_the_answers_say_comes_first():
    found = rows(poll(ChatAllowed(True)), poll(ChatAllowed(False, "queue_depth_reached")))
    assert [row.name for row in found[:3]] == ["allowed", "reason", "outcome"]
    assert found[0] == ("allowed", "true", "false")
    assert found[1] == ("reason", "(none)", "queue_depth_reached")
    assert [row.differs for row in found[:3]] == [True, True, False]


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        (CheckEligibility(0), CheckEligibility(2), {"responseType": ("0", "2")}),
        (CheckEligibility(0), CheckEligibility(None, raw="x"), {"responseType": ("0", "'x'")}),
        (
            LiveSessionStatus(3.5, 1),
            LiveSessionStatus(412.0, 31),
            {"waitTime": ("3.5", "412"), "queueDepth": ("1", "31")},
        ),
        (Capacity(4), Capacity(-1), {"count": ("4", "-1")}),
        (AgentAvailability(True), AgentAvailability(False), {"available": ("true", "false")}),
    ],
)
def test_every_endpoint_has_its_attributes(good, bad, said):
    body = b"<same/>"
    assert changed(poll(good, body), poll(bad, body)) == said


def test_a_failure_shows_its_cause_and_its_status():
    found = changed(poll(ChatAllowed(True)), poll(HTTP_500, status=500))
    assert found["outcome"] == ("read", "HTTP 500")
    assert found["why"] == (None, HTTP_500.message)
    assert found["status"] == ("200 OK", "500 OK")
    assert found["allowed"] == ("true", None)


def test_a_failure_without_a_response_has_no_status():
    found = changed(poll(ChatAllowed(True)), poll(REFUSED))
    assert found["status"] == ("200 OK", None)


def test_response_headers_show_only_where_they_differ_and_prove_something():
    head = HEAD.replace(b"Apache", b"nginx").replace(b"20:26:40", b"20:26:50")
    good = poll(ChatAllowed(True))
    assert changed(good, with_head(good, head)) == {"Server": ("Apache", "nginx")}


def test_what_always_differs_comes_last_and_is_dim():
    head = HEAD.replace(b"20:26:40", b"20:26:50").replace(b"312", b"99")
    good = poll(ChatAllowed(True))
    bad = with_head(replace(poll(ChatAllowed(False, "other")), elapsed_seconds=0.9), head)
    found = rows(good, bad)
    assert [row.name for row in found[-4:]] == ["took", "length", "Content-Length", "Date"]
    assert not any(row.proves for row in found[-4:])
    theme = load("dark")
    lines = list(difference_lines(GoodAndBad(good, bad), NOW, 100, theme))
    styles = {line[1].text.strip(): line[3].style.color for line in lines if len(line) == 4}
    assert {styles[row.name] for row in found[-4:]} == {theme.ui["muted"].color}


def test_the_colours_are_those_of_git():
    theme = load("dark")
    pair = GoodAndBad(poll(ChatAllowed(True)), poll(ChatAllowed(False, "other")))
    lines = list(difference_lines(pair, NOW, 100, theme))
    colours = {line[0].text[1:2]: line[0].style.color for line in lines if len(line) == 1}
    assert colours["-"] == theme.level[Level.CRITICAL].color
    assert colours["+"] == theme.level[Level.OK].color


def test_without_a_good_poll_every_attribute_is_of_the_bad_one():
    found = rows(None, poll(ChatAllowed(False, "other")))
    assert found[0] == ("allowed", None, "false")


def test_nothing_in_a_row_can_steer_a_terminal():
    hostile = "\x1b[2J\u202e\n"
    bad = poll(ChatAllowed(None, raw_allowed=hostile, raw_reason=hostile))
    head = b"X: \x1b[2J\r\n\x9b: 1\r\n"
    for row in rows(None, with_head(bad, head)):
        assert all(text is None or text.isprintable() for text in row)


def test_the_bodies_are_compared_as_they_are_laid_out():
    good = poll(ChatAllowed(True), b'<a x="1"><b>1</b></a>')
    bad = poll(ChatAllowed(False), b'<a x="1">\n\n<b>2</b></a>')
    assert list(text_diff(good, bad, 80)) == [
        "@@ -1,3 +1,3 @@",
        ' <a x="1">',
        "-  <b>1</b>",
        "+  <b>2</b>",
        " </a>",
    ]


def test_bodies_that_differ_only_in_white_space_read_the_same():
    good, bad = poll(ChatAllowed(True), b"<a><b/></a>"), poll(ChatAllowed(True), b"<a>\n<b/></a>")
    assert not same_body(good, bad)
    assert list(text_diff(good, bad, 80)) == []


def test_of_huge_bodies_only_the_beginning_is_compared():
    good = poll(ChatAllowed(True), b"".join(b"<a>%d</a>" % n for n in range(50_000)))
    bad = poll(ChatAllowed(True), b"".join(b"<a>%d</a>" % -n for n in range(50_000)))
    lines = list(text_diff(good, bad, 80))
    assert len(lines) < 3 * MOST_LINES
    assert "only the first" in lines[-1]
