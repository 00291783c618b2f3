"""Channels and notices that are valid but probably a mistake are warned of, and no others."""

import pytest
from config.test_config_warnings import POINT, SERVER, warned

ROUTE = '[[notice]]\nchannel = "ops"\n'


def webhook(url='"https://hooks.example.com/x"', more=""):
    return f'[[channel.webhook]]\nname = "ops"\nurl = {url}\n{more}'


def test_a_usual_one_has_none(tmp_path):
    assert warned(tmp_path, webhook() + ROUTE + SERVER + POINT) == []
    env = webhook('{ env = "SECRET" }').replace("webhook", "apprise")
    assert warned(tmp_path, env + ROUTE + SERVER + POINT, mode=0o644) == []


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        (webhook(), "name", "no [[notice]] goes to this channel"),
        (webhook('"http://hooks.example.com/x"') + ROUTE, "url", "sent unencrypted"),
        (webhook(more="verify = false\n") + ROUTE, "verify", "is not verified"),
    ],
)
def test_a_mistake_is_warned_of(tmp_path, text, key, message):
    ((_, at, said),) = warned(tmp_path, text + SERVER + POINT)
    assert at == key
    assert message in said


def test_notices_that_nobody_sends_are_warned_of(tmp_path):
    text = f"record = false\n{webhook()}{ROUTE}{SERVER}{POINT}"
    ((_, _, said),) = warned(tmp_path, text)
    assert "nothing is sent: record is false" in said


def test_secrets_that_others_may_read_are_warned_of(tmp_path):
    ((_, _, said),) = warned(tmp_path, webhook() + ROUTE + SERVER + POINT, mode=0o644)
    assert "contains secrets and is readable by others" in said
    key = tmp_path / "key"
    key.write_text("https://hooks.example.com/x\n")
    key.chmod(0o644)
    text = webhook(f'{{ file = "{key.name}" }}') + ROUTE + SERVER + POINT
    ((_, at, said),) = warned(tmp_path, text)
    assert (at, said) == ("url", "the file is readable by others; chmod 600 it")
    key.chmod(0o600)
    assert warned(tmp_path, text) == []
