"""What is refused in channels and routes, and how secrets are read."""

import pytest
from test_config import WHOLE, load, told

from wallboard.config.secret import SECRET_FORM
from wallboard.domain.policy import Level
from wallboard.settings import NoticeSettings

HOOK = '[[channel.webhook]]\nname = "ops"\nurl = "https://ops.example.com/take"\n'
MAIL = (
    '[[channel.email]]\nname = "mail"\nhost = "mail.example.com"\nsender = "wall@example.com"\n'
    'to = ["noc@example.com"]\n'
)


def what_is_wrong(folder, text):
    """The only problem: key and message."""
    _, key, message = told(folder, text)
    return f"{key}: {message}"


def test_a_channel_and_its_routes_are_read(tmp_path):
    settings = load(
        tmp_path,
        HOOK + '[[notice]]\nchannel = "ops"\nlevel = "critical"\nafter = 600\n' + WHOLE,
    )
    (hook,) = settings.channel.webhook
    assert hook.url.value == "https://ops.example.com/take"
    assert settings.notice == (NoticeSettings(channel="ops", level=Level.CRITICAL, after=600.0),)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HOOK + HOOK, "has the same name"),
        ('[[notice]]\nchannel = "ops"\n', "no such channel; no channel is set up"),
        (HOOK + '[[notice]]\nchannel = "opps"\n', 'no such channel; did you mean "ops"?'),
        (HOOK + '[[notice]]\nchannel = "ops"\nlevel = "ok"\n', "ok is no alarm"),
        (HOOK + '[[notice]]\nchannel = "ops"\nlevel = "bad"\n', 'unknown level "bad"'),
        (HOOK + '[[notice]]\nchannel = "ops"\nfilter = "verdict:opn"\n', 'did you mean "open"?'),
        (HOOK + '[[notice]]\nchannel = "ops"\ncalendar = "x"\n', "no [[calendar]] is set up"),
        (
            '[[channel.heartbeat]]\nname = "alive"\nurl = "https://x.example.com/"\n'
            '[[notice]]\nchannel = "alive"\n',
            "takes no notices",
        ),
        (HOOK + 'body = "{titel}"\n', 'unknown placeholder {titel}; did you mean "title"?'),
        (HOOK.replace("https", "ftp"), "url: must start with http"),
        (HOOK + 'proxy = "proxy"\n', "proxy: must start with http"),
        (HOOK + '[channel.webhook.headers]\n"X Y" = "1"\n', "is not a header name"),
        (HOOK + '[channel.webhook.headers]\nX = "1\\n2"\n', "must be printable ASCII"),
        (HOOK + 'ca_file = "none.pem"\n', "no such file"),
        (HOOK + "tls = true\n", "tls: unknown key; known: name"),
        (MAIL.replace("noc@", "noc"), "to: must be a mail address"),
        (MAIL.replace("wall@example.com", "wall@example.com\\nBcc: x@y.z"), "sender: must be"),
        (MAIL + 'user = "wall"\n', "password: is missing"),
        (
            MAIL + 'user = "wall"\npassword = "p"\nsecurity = "none"\n',
            "the password would be sent in the clear",
        ),
        (MAIL.replace("mail.example.com", "mail example"), "host: "),
        ('[[channel.pager]]\nname = "p"\n', "pager: unknown key"),
        ('[[channel.pagerduty]]\nname = "p"\n', "routing_key: is missing"),
        ('[[channel.command]]\nname = "c"\nargv = "rm"\n', "argv: must be a list"),
        ('[[channel.command]]\nname = "c"\n', "argv: is missing"),
        ('[channel.webhook]\nname = "ops"\n', "webhook: must be a list of tables"),
        ("channel = 3\n", "channel: must be a table, not 3"),
        ("notice = 3\n", "notice: must be a list of tables, not 3"),
    ],
)
def test_what_makes_no_sense_is_named(tmp_path, text, words):
    assert words in what_is_wrong(tmp_path, text + WHOLE)


def test_a_secret_comes_from_a_file_beside_the_config(tmp_path):
    (tmp_path / "key").write_text("s3cret\n")
    text = HOOK.replace('"https://ops.example.com/take"', '{ file = "key" }')
    (tmp_path / "key").write_text("https://ops.example.com/s3cret\n")
    assert load(tmp_path, text + WHOLE).channel.webhook[0].url.value.endswith("/s3cret")
    assert "s3cret" not in repr(load(tmp_path, text + WHOLE))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot read the file"),
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"\xff\xfe", "is not UTF-8 text"),
        (b"x" * 70_000, "is longer than 65536 bytes"),
    ],
)
def test_a_file_that_holds_no_secret_is_named_once(tmp_path, content, words):
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    text = '[[channel.pagerduty]]\nname = "p"\nrouting_key = { file = "key" }\n'
    assert words in what_is_wrong(tmp_path, text + WHOLE)


@pytest.mark.parametrize("value", ["3", "{ env = 3 }", '{ env = "A", file = "b" }', "[]", "{}"])
def test_a_secret_is_written_in_one_of_four_ways(tmp_path, value):
    text = f'[[channel.pagerduty]]\nname = "p"\nrouting_key = {value}\n'
    found = what_is_wrong(tmp_path, text + WHOLE)
    assert f"must be {SECRET_FORM}" in found


CREDENTIAL = '[[channel.pagerduty]]\nname = "p"\nrouting_key = { credential = "pager" }\n'


def test_a_secret_comes_from_the_credentials_of_a_service(tmp_path):
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path / "credentials")}
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "pager").write_text("s3cret\n")
    settings = load(tmp_path, CREDENTIAL + WHOLE, environ)
    assert settings.channel.pagerduty[0].routing_key.value == "s3cret"


def test_credentials_are_for_services_only(tmp_path):
    assert "CREDENTIALS_DIRECTORY is not set" in what_is_wrong(tmp_path, CREDENTIAL + WHOLE)


@pytest.mark.parametrize("name", ["../pager", "/etc/shadow", ".."])
def test_a_credential_is_a_name_and_not_a_path(tmp_path, name):
    text = CREDENTIAL.replace('"pager"', f'"{name}"')
    assert "not a path" in what_is_wrong(tmp_path, text + WHOLE)
