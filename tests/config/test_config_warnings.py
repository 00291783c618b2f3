"""Settings that are valid but probably a mistake are warned of, and no others."""

import pytest

from wallboard.config import load_config
from wallboard.config.config_file import read_document
from wallboard.config.warnings import warnings

SERVER = '[[server]]\nname = "prod"\nurl = "https://ece.example.com"\n'
POINT = "[[server.entry_point]]\nid = 1000\n"
OTHER = SERVER.replace("prod", "lab")


def warned(folder, text, mode=0o600):
    """Table, key and message of each warning."""
    path = folder / "wallboard.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    found = warnings(load_config(path, {"SECRET": "x"}), read_document(path), path)
    assert {problem.file for problem in found} <= {str(path)}
    return [(problem.table, problem.key, problem.message) for problem in found]


def test_a_usual_config_has_none_whoever_may_read_it(tmp_path):
    assert warned(tmp_path, SERVER + POINT, mode=0o644) == []


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        (SERVER + "verify = false\n" + POINT, "verify", "certificate is not verified"),
        (SERVER + 'endpoints = ["capacity"]\n' + POINT, "endpoints", "there is no verdict"),
        (
            SERVER
            + 'endpoints = ["chatAllowed"]\n[server.thresholds]\nqueue_warning = 3\n'
            + POINT,
            "queue_warning",
            "has no effect: liveSessionStatus is not among",
        ),
        (
            SERVER + 'endpoints = ["checkEligibility"]\n' + POINT,
            "endpoints",
            "the button rule needs chatAllowed",
        ),
        (
            SERVER.replace("https", "http") + '[server.headers]\nX = { env = "SECRET" }\n' + POINT,
            "headers",
            "are sent unencrypted",
        ),
        (
            "[alarm]\nraise_for = 120\nclear_for = 240\n" + SERVER + POINT,
            "raise_for",
            "chattering is never found: 6 raises and ends take 840 s at least, and flap_within is",
        ),
        (
            "[alarm]\nclear_for = 240\n" + SERVER + POINT + "alarm.flap_changes = 8",
            "flap_changes",
            "8 raises and ends take 840 s at least",
        ),
        (
            SERVER + POINT + "alarm.quorum = 2",
            "quorum",
            "has no effect: without a vantage in [fleet] only one place is asked",
        ),
        (SERVER + POINT + OTHER + POINT, "url", '1000 is polled twice: "prod" has the same'),
        (
            SERVER + POINT + 'group = "EMEA"\n' + POINT.replace("1000", "1001") + 'group = "em ea"',
            "group",
            '"em ea" and "EMEA" are two groups',
        ),
    ],
)
def test_what_is_probably_a_mistake_is_named_with_its_place(tmp_path, text, key, message):
    found = [told for _, where, told in warned(tmp_path, text) if where == key]
    assert any(message in told for told in found), found


def test_alarms_that_can_just_be_chattering_are_not_warned_of(tmp_path):
    rules = "[alarm]\nraise_for = 120\nclear_for = 119\nflap_within = 598\n"
    assert warned(tmp_path, rules + SERVER + POINT) == []
    assert len(warned(tmp_path, rules.replace("598", "597") + SERVER + POINT)) == 1


def test_a_threshold_that_is_off_needs_no_endpoint(tmp_path):
    off = "[server.thresholds]\ncapacity_warning = false\n"
    endpoints = 'endpoints = ["chatAllowed", "checkEligibility"]\n'
    assert warned(tmp_path, SERVER + endpoints + off + POINT) == []


@pytest.mark.parametrize(
    ("secret", "mode", "is_warned_of"),
    [
        ('proxy = "http://me:word@proxy"\n', 0o644, True),
        ('proxy = "http://me:word@proxy"\n', 0o600, False),
        ('proxy = "http://proxy"\n', 0o644, False),
        ('[server.headers]\nX = "word"\n', 0o640, True),
        ('[server.headers]\nX = { env = "SECRET" }\n', 0o644, False),
    ],
)
def test_secrets_that_others_may_read_are_warned_of(tmp_path, secret, mode, is_warned_of):
    found = warned(tmp_path, SERVER + secret + POINT, mode)
    assert any("chmod 600 wallboard.toml" in told for *_, told in found) is is_warned_of


def test_of_a_file_that_is_gone_by_now_nothing_is_said_of_who_may_read_it(tmp_path):
    path = tmp_path / "wallboard.toml"
    path.write_text(SERVER + '[server.headers]\nX = "word"\n' + POINT, encoding="utf-8")
    path.chmod(0o644)
    settings, document = load_config(path, {}), read_document(path)
    path.unlink()
    assert warnings(settings, document, path) == []
