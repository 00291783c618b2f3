"""Every body under ``tests/fixtures/ece`` means what the file beside it says."""

import dataclasses
import tomllib
from pathlib import Path

import pytest

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.observation import Cause, Failure
from wallboard.ece.decode import decode

BODIES = Path(__file__).parent.parent / "fixtures" / "ece"
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
