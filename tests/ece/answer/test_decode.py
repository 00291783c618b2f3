"""Every body under ``tests/fixtures/ece`` means what the file beside it says."""

import dataclasses
import tomllib
from pathlib import Path

import pytest

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.observation import Cause, Failure
from wallboard.domain.reading import ChatAllowed, CheckEligibility, LiveSessionStatus
from wallboard.ece.answer.decode import decode

BODIES = Path(__file__).parents[2] / "fixtures" / "ece"
NAMES = sorted(path.stem for path in BODIES.glob("*.toml"))


def body_of(name):
    (path,) = (path for path in BODIES.glob(f"{name}.*") if path.suffix != ".toml")
    return path.read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_a_body_means_what_its_sibling_says(name):
    expected = tomllib.loads((BODIES / f"{name}.toml").read_text("utf-8"))

    outcome = decode(Endpoint(expected["endpoint"]), body_of(name))

    if "error" in expected:
        assert isinstance(outcome, Failure)
        assert outcome.cause == Cause(expected["error"])
    else:
        assert not isinstance(outcome, Failure), outcome
        unset = dict.fromkeys((field.name for field in dataclasses.fields(outcome)), None)
        assert dataclasses.asdict(outcome) == {**unset, "lenient": False, **expected["reading"]}


def test_every_body_has_a_sibling():
    bodies = {path.stem for path in BODIES.iterdir() if path.suffix != ".toml"}

    assert bodies == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_failure_is_a_calm_sentence_naming_the_endpoint(name):
    expected = tomllib.loads((BODIES / f"{name}.toml").read_text("utf-8"))
    outcome = decode(Endpoint(expected["endpoint"]), body_of(name), "text/\x1bhtml")

    if isinstance(outcome, Failure):
        assert outcome.message.startswith(expected["endpoint"])
        assert outcome.message.isprintable()
        assert len(outcome.message) < 400


def test_the_title_of_a_page_is_told_without_control_characters():
    outcome = decode(
        Endpoint.CAPACITY, b"<!DOCTYPE html><title>Sign\n in \x1b[31m" + b"x" * 900 + b"</title>"
    )

    assert isinstance(outcome, Failure)
    assert "“Sign in \ufffd[31mxxx" in outcome.message
    assert len(outcome.message) < 400


def test_a_page_is_told_by_its_title():
    outcome = decode(Endpoint.CAPACITY, body_of("login_page"))

    assert isinstance(outcome, Failure)
    assert "“Sign in”" in outcome.message


def test_neither_depth_nor_length_blows_up():
    deep = b'<chatAllowed allowed="false">' + b"<a>" * 100_000
    wide = b"<availableSlots>" + b"<count>1</count>" * 50_000 + b"</availableSlots>"
    quotes = b"<chatAllowed " + b'"' * 500_000 + b">"
    name = b"<chatAllowed " + b"a" * 500_000 + b">"
    spaces = (" " * 300_000 + "<x").encode("utf-16")

    for body in (deep, wide, quotes, name, spaces):
        for endpoint in Endpoint:
            outcome = decode(endpoint, body)
            assert getattr(outcome, "allowed", None) is not True
            assert getattr(outcome, "cause", None) != Cause.INTERNAL


@pytest.mark.parametrize(
    ("endpoint", "body", "outcome"),
    [
        (
            Endpoint.CHAT_ALLOWED,
            b'<chatAllowed allowed="true"/><chatAllowed allowed="false"/>',
            ChatAllowed(None, raw_allowed="true / ?", lenient=True),
        ),
        (
            Endpoint.CHAT_ALLOWED,
            b'<chatAllowed allowed="true"><chatAllowed allowed="false"/></chatAllowed>',
            ChatAllowed(None, raw_allowed="true / false"),
        ),
        (
            Endpoint.CHECK_ELIGIBILITY,
            b'<checkEligibility responseType="0"> responseType = "1" </checkEligibility>',
            CheckEligibility(None, "0 / ?"),
        ),
        (
            Endpoint.LIVE_SESSION_STATUS,
            b"<sessionStatus><waitTime>0</waitTime><queueDepth>0</queueDepth>"
            b"<old><queueDepth>7</queueDepth></old></sessionStatus>",
            LiveSessionStatus(0.0, None, None, "0 / 7"),
        ),
    ],
)
def test_what_is_said_twice_in_different_words_is_unknown(endpoint, body, outcome):
    assert decode(endpoint, body) == outcome


CROWDED = {
    "attributes": b"<chatAllowed %s allowed='true'/>"
    % b" ".join(b"a%d=''" % n for n in range(30_000)),
    "prefixes": b"<chatAllowed %s/>" % b" ".join(b"xmlns:a%d='u'" % n for n in range(30_000)),
    "elements": b"<chatAllowed allowed='true'>%s</chatAllowed>" % (b"<a/>" * 30_000),
    "references": b"<chatAllowed allowed='true'>%s</chatAllowed>" % (b"&#49;" * 30_000),
    "members": b'{"allowed":true,"a":[%s0]}' % (b"{}," * 30_000),
}


@pytest.mark.parametrize("kind", CROWDED)
def test_an_answer_of_very_many_parts_is_not_read(kind):
    outcome = decode(Endpoint.CHAT_ALLOWED, CROWDED[kind])

    assert isinstance(outcome, Failure)
    assert outcome.cause == Cause.TOO_LARGE
    assert "10,000" in outcome.message


def test_a_page_of_very_many_parts_is_still_a_page():
    outcome = decode(Endpoint.CHAT_ALLOWED, b"<html><title>Sign in</title>" + b"<p>" * 30_000)

    assert isinstance(outcome, Failure)
    assert outcome.cause == Cause.WRONG_ROOT
    assert "“Sign in”" in outcome.message


def test_many_attributes_are_read():
    many = b" ".join(b"a%d='1'" % n for n in range(9_000))

    assert decode(Endpoint.CHAT_ALLOWED, b"<chatAllowed %s allowed='true'/>" % many) == ChatAllowed(
        True
    )


def test_a_long_answer_that_is_not_well_formed_is_not_read():
    outcome = decode(Endpoint.CHAT_ALLOWED, b'<chatAllowed allowed="true" ' + b" " * 70_000)

    assert isinstance(outcome, Failure)
    assert outcome.cause == Cause.TOO_LARGE


# Each of these would take minutes where any step took the square of its length.
ENDLESS = {
    "spaces before a name": b"<availableSlots><count></" + b" " * 60_000,
    "spaces after a name": b"<chatAllowed allowed" + b" " * 60_000 + b">",
    "a long namespace": b"<chatAllowed xmlns:a='%s' %s allowed='true'/>"
    % (b"u" * 900_000, b" ".join(b"a:a%d='1'" % n for n in range(9_000))),
    "a long namespace of children": b"<availableSlots xmlns:a='%s'>%s</availableSlots>"
    % (b"u" * 900_000, b"<a:count><b/></a:count>" * 3_000),
    "comments without an end": b"<chatAllowed allowed='true'" + b"<!--" * 9_000,
    "doctypes": b"<!DOCTYPE html><html>" + b"<!DOCTYPE " * 100_000,
    "punycode": b"<?xml version='1.0' encoding='punycode'?><chatAllowed " + b"a" * 1_000_000,
}


@pytest.mark.parametrize("kind", ENDLESS)
def test_the_time_of_reading_grows_with_the_length_alone(kind):
    for endpoint in Endpoint:
        outcome = decode(endpoint, ENDLESS[kind])
        assert getattr(outcome, "cause", None) != Cause.INTERNAL
