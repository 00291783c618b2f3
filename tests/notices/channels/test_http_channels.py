"""Webhook, PagerDuty, ServiceNow and heartbeat against a real web server."""

import base64
import json
import time
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus

import jsonschema
import pytest
from notice_stories import alarm, notice

from wallboard.channel_settings import (
    HeartbeatSettings,
    PagerDutySettings,
    ServiceNowSettings,
    WebhookSettings,
)
from wallboard.domain.ledger_row import AlarmKey
from wallboard.domain.policy import Level
from wallboard.ece.ask.outgoing import ClientSetupError
from wallboard.notices.channel import DeliveryError
from wallboard.notices.channels.heartbeat import Heartbeat
from wallboard.notices.channels.pagerduty import PagerDuty
from wallboard.notices.channels.servicenow import ServiceNow
from wallboard.notices.channels.webhook import Webhook
from wallboard.notices.http_post import retry_after
from wallboard.notices.notice import Phase
from wallboard.setting_types import Secret

KEY = "R0UT1NGKEY" * 3 + "00"
TEXT = {"type": "string", "minLength": 1}
MOMENT = r"^\d{4}-\d\d-\d\dT[\d:]{8}[+-]\d\d:\d\d$"
PAGERDUTY = {
    "type": "object",
    "required": ["routing_key", "event_action", "dedup_key"],
    "properties": {
        "routing_key": {"type": "string", "minLength": 32, "maxLength": 32},
        "event_action": {"enum": ["trigger", "acknowledge", "resolve"]},
        "dedup_key": {"type": "string", "minLength": 1, "maxLength": 255},
        "client": TEXT,
        "payload": {
            "type": "object",
            "required": ["summary", "source", "severity"],
            "properties": {
                "summary": {"type": "string", "minLength": 1, "maxLength": 1024},
                "source": TEXT,
                "severity": {"enum": ["critical", "error", "warning", "info"]},
                "timestamp": {
                    "type": "string",
                    "pattern": r"^\d{4}-\d\d-\d\dT[\d:]{8}[+-]\d\d:\d\d$",
                },
                "component": {"type": "string"},
                "group": {"type": "string"},
                "class": {"type": "string"},
                "custom_details": {"type": "object"},
            },
            "additionalProperties": False,
        },
        "links": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["href"],
                "properties": {"href": TEXT, "text": TEXT},
                "additionalProperties": False,
            },
        },
    },
    "if": {"properties": {"event_action": {"const": "trigger"}}},
    "then": {"required": ["payload"]},
    "additionalProperties": False,
}
SERVICENOW = {
    "type": "object",
    "required": ["records"],
    "properties": {
        "records": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["source", "node", "severity", "message_key", "description"],
                "properties": {
                    "source": {"type": "string", "maxLength": 100},
                    "event_class": {"type": "string", "maxLength": 100},
                    "node": {"type": "string", "minLength": 1, "maxLength": 100},
                    "resource": {"type": "string", "maxLength": 100},
                    "metric_name": {"type": "string", "maxLength": 100},
                    "type": {"type": "string", "maxLength": 100},
                    "message_key": {"type": "string", "minLength": 1, "maxLength": 1024},
                    "severity": {"enum": ["0", "1", "2", "3", "4", "5"]},
                    "resolution_state": {"enum": ["New", "Closing"]},
                    "time_of_event": {
                        "type": "string",
                        "pattern": r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$",
                    },
                    "description": {"type": "string", "maxLength": 4000},
                    "additional_info": {"type": "string"},
                },
                "additionalProperties": False,
            },
        }
    },
    "additionalProperties": False,
}
HOSTILE = "Bill\r\ning <script>alert(1)</script> *bold* \x1b[31m 💥 " + "x" * 4096


def pagerduty(far, **settings):
    return PagerDuty(
        PagerDutySettings(name="ops", routing_key=Secret(KEY), url=Secret(far.url), **settings)
    )


def webhook(url, **settings):
    return Webhook(WebhookSettings(name="ops", url=Secret(url), **settings))


def hostile(phase):
    return notice(phase, (alarm(HOSTILE, group=HOSTILE, reason=HOSTILE, owner=HOSTILE),))


def flood(phase):
    many = tuple(alarm(f"Line {n}", AlarmKey("prod", n)) for n in range(1000))
    return notice(phase, many)


@pytest.mark.parametrize("make", [notice, hostile, flood])
@pytest.mark.parametrize("phase", Phase)
async def test_pagerduty_gets_events_as_documented(far_side, make, phase):
    far = await far_side((202, b'{"status":"success","message":"Event processed"}', {}))
    channel = pagerduty(far)
    assert await channel.send(make(phase)) == "Event processed"
    (seen,) = far.requests
    jsonschema.validate(seen.json, PAGERDUTY)
    assert seen.json["dedup_key"] == "77aa01"
    assert seen.headers["Content-Type"] == "application/json"
    assert len(seen.body) < 512_000
    await channel.aclose()


async def test_pagerduty_opens_acknowledges_and_resolves_one_incident(far_side):
    far = await far_side()
    channel = pagerduty(far)
    for phase in (Phase.RAISE, Phase.ACKNOWLEDGE, Phase.OVER):
        await channel.send(notice(phase))
    assert [one.json["event_action"] for one in far.requests] == [
        "trigger",
        "acknowledge",
        "resolve",
    ]
    assert far.requests[0].json["payload"]["severity"] == "critical"
    assert far.requests[0].json["links"] == [
        {"href": "https://wiki.example.com/billing", "text": "Runbook"}
    ]
    await channel.aclose()


async def test_no_error_repeats_the_routing_key(far_side):
    said = json.dumps({"errors": [f"no such key {KEY}"]}).encode()
    far = await far_side((400, said, {}))
    channel = pagerduty(far)
    with pytest.raises(DeliveryError) as caught:
        await channel.send(notice())
    assert KEY not in str(caught.value)
    assert "no such key" in str(caught.value)
    assert caught.value.permanent
    await channel.aclose()


@pytest.mark.parametrize("make", [notice, hostile, flood])
@pytest.mark.parametrize("phase", Phase)
async def test_servicenow_gets_records_as_documented(far_side, make, phase):
    far = await far_side((200, b'{"result":{}}', {}))
    url = Secret(far.url.removesuffix("/take") + "/")
    channel = ServiceNow(
        ServiceNowSettings(name="itsm", url=url, user=Secret("wall"), password=Secret("s3cret"))
    )
    await channel.send(make(phase))
    (seen,) = far.requests
    jsonschema.validate(seen.json, SERVICENOW)
    (record,) = seen.json["records"]
    assert (record["severity"], record["resolution_state"]) == (
        ("0", "Closing") if phase is Phase.OVER else ("1", "New")
    )
    assert json.loads(record["additional_info"])["phase"] == phase.value
    assert seen.path == "/api/global/em/jsonv2"
    assert seen.headers["Authorization"] == "Basic " + base64.b64encode(b"wall:s3cret").decode()
    await channel.aclose()


async def test_a_webhook_gets_the_whole_notice_and_its_key(far_side):
    far = await far_side()
    channel = webhook(far.url, headers={"X-Token": Secret("abc")})
    await channel.send(notice())
    (seen,) = far.requests
    assert seen.headers["Idempotency-Key"] == "5f0c2a.1"
    assert seen.headers["X-Token"] == "abc"
    assert seen.json["title"] == "CRITICAL Billing US (prod): SERVICE DOWN"
    assert seen.json["alarms"][0]["reason"] == "service_not_running"
    assert seen.json["alarms"][0]["runbook"] == "https://wiki.example.com/billing"
    await channel.aclose()


async def test_a_template_stays_json_whatever_a_name_holds(far_side):
    far = await far_side()
    channel = webhook(far.url, body='{"text": "{title}: {text}", "n": "{nothing}"}')
    await channel.send(hostile(Phase.RAISE))
    words = far.requests[0].json["text"]
    assert words.startswith("CRITICAL Bill ing <script>")
    assert "\x1b" not in words
    assert far.requests[0].json["n"] == "{nothing}"
    await channel.aclose()


@pytest.mark.parametrize(
    ("answer", "permanent", "words"),
    [
        ((400, b"no such field", {}), True, "answered 400 Bad Request: no such field"),
        ((413, b"", {}), True, f"answered 413 {HTTPStatus(413).phrase}"),
        ((401, b"", {}), False, "answered 401 Unauthorized"),
        ((404, b"no /take here", {}), False, "answered 404 Not Found"),
        ((302, b"", {"Location": "https://elsewhere.example.com/"}), False, "redirects"),
        ((429, b"", {"Retry-After": "7"}), False, "answered 429"),
        ((500, b"\x1b[31moops", {}), False, "answered 500 Internal Server Error: �[31moops"),
        ((503, b"", {}), False, "answered 503"),
    ],
)
async def test_what_an_answer_means(far_side, answer, permanent, words):
    far = await far_side(answer)
    channel = webhook(far.url)
    with pytest.raises(DeliveryError) as caught:
        await channel.send(notice())
    assert words in str(caught.value)
    assert caught.value.permanent is permanent
    assert caught.value.retry_after == (7.0 if answer[0] == 429 else None)
    assert not caught.value.may_have_arrived
    await channel.aclose()


@pytest.mark.parametrize("status", [200, 202])
@pytest.mark.parametrize(
    "page", [b"<html><title>Sign in</title>", b"\xef\xbb\xbf\n<!DOCTYPE HTML>\n<p>Sign in"]
)
async def test_a_login_page_confirms_nothing(far_side, status, page):
    far = await far_side((status, page, {"Content-Type": "text/html"}))
    login = {"user": Secret("u"), "password": Secret("p")}
    servicenow = ServiceNow(ServiceNowSettings(name="itsm", url=Secret(far.url), **login))
    for channel in (pagerduty(far), servicenow):
        with pytest.raises(DeliveryError, match=r"answered 20[02]") as caught:
            await channel.send(notice())
        assert not caught.value.permanent
        await channel.aclose()


@pytest.mark.parametrize("status", [200, 201, 204])
async def test_only_202_is_a_confirmation_of_pagerduty(far_side, status):
    far = await far_side((status, b"", {}))
    channel = pagerduty(far)
    with pytest.raises(DeliveryError, match=f"answered {status}"):
        await channel.send(notice())
    await channel.aclose()


async def test_no_error_repeats_what_may_be_a_secret(far_side):
    said = b"no service T0123456789ABCDEF0123; token s3cr3t-token; use /hooks/a"
    far = await far_side((404, said, {}))
    url = far.url.replace("/take", "/hooks/T0123456789ABCDEF0123?key=x")
    channel = webhook(url, headers={"X-Token": Secret("s3cr3t-token")})
    with pytest.raises(DeliveryError) as caught:
        await channel.send(notice())
    assert "no service •••; token •••; use /hooks/a" in str(caught.value)
    await channel.aclose()


def basic(words):
    return base64.b64encode(words).decode()


async def test_no_error_repeats_a_login_in_whatever_form(far_side):
    said = f"no such login: {basic(b'wall:s3cr3t-word')} s3cr3t-word".encode()
    far = await far_side((401, said, {}))
    login = {"user": Secret("wall"), "password": Secret("s3cr3t-word")}
    url = far.url.removesuffix("/take")
    for channel in (
        webhook(url.replace("://", "://wall:s3cr3t-word@")),
        webhook(url, headers={"Authorization": Secret(f"Basic {basic(b'wall:s3cr3t-word')}")}),
        ServiceNow(ServiceNowSettings(name="itsm", url=Secret(url), **login)),
    ):
        with pytest.raises(DeliveryError, match="no such login: •••") as caught:
            await channel.send(notice())
        assert basic(b"wall:s3cr3t-word") not in str(caught.value)
        await channel.aclose()
    assert [one.headers["Authorization"] for one in far.requests] == [
        f"Basic {basic(b'wall:s3cr3t-word')}"
    ] * 3


@pytest.mark.parametrize("answer", ["hang", "reset"])
async def test_what_may_have_arrived_is_said_to(far_side, answer):
    far = await far_side(answer)
    channel = webhook(far.url, timeout=1.0)
    with pytest.raises(DeliveryError) as caught:
        await channel.send(notice())
    assert caught.value.may_have_arrived
    assert not caught.value.permanent
    await channel.aclose()


async def test_what_cannot_be_reached_was_not_delivered():
    channel = webhook("http://127.0.0.1:9/take")
    with pytest.raises(DeliveryError, match=r"127\.0\.0\.1:9") as caught:
        await channel.send(notice())
    assert not caught.value.may_have_arrived
    assert not caught.value.permanent
    assert 'server "' not in str(caught.value)
    await channel.aclose()


async def test_certificates_are_verified_unless_a_private_ca_is_named(
    far_side, server_context, ca_file
):
    far = await far_side(tls=server_context)
    doubted = webhook(far.url)
    with pytest.raises(DeliveryError, match="certificate"):
        await doubted.send(notice())
    assert far.requests == []
    trusted = webhook(far.url, ca_file=ca_file)
    assert await trusted.send(notice()) == "accepted"
    for channel in (doubted, trusted):
        await channel.aclose()


@pytest.mark.parametrize("url", ["ftp://example.com/", "example.com", "http://", "http://[::1"])
def test_an_address_that_is_none_is_refused_by_the_name_of_its_channel(url):
    with pytest.raises(ClientSetupError, match='channel "ops": url'):
        webhook(url)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120.0), ("0", 0.0), ("99999999", 3600.0), ("-5", None), ("soon", None), (None, None)],
)
def test_how_long_a_far_side_wants_to_be_left_alone(value, seconds):
    assert retry_after(value, 1000.0) == seconds


def test_a_date_says_it_too():
    now = time.time()
    later = format_datetime(datetime.fromtimestamp(now + 90, UTC), usegmt=True)
    assert retry_after(later, now) == pytest.approx(90, abs=1)


async def test_a_heart_beats_at_most_every_so_often(far_side):
    far = await far_side((200, b"ok", {}))
    now = [100.0]
    heart = Heartbeat(HeartbeatSettings(name="alive", url=Secret(far.url)), lambda: now[0])
    assert heart.due
    await heart.beat()
    assert not heart.due
    now[0] += 60.0
    assert heart.due
    assert [one.method for one in far.requests] == ["GET"]
    await heart.aclose()


def test_unknown_is_no_error_level_of_pagerduty_by_chance():
    from wallboard.notices.channels.pagerduty import event_of

    severities = {
        level: event_of(notice(alarms=(alarm(level=level),)))["payload"]["severity"]
        for level in Level
    }
    assert list(severities.values()) == ["info", "warning", "error", "critical"]
