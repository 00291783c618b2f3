import asyncio
import json
from xml.etree import ElementTree as ET

import aiohttp
import pytest
from waiting import until

from wallboard.simulator.contents import DIALECTS


def attributes(answer):
    return ET.fromstring(answer.body).attrib


@pytest.mark.parametrize("status", [404, 500, 503])
async def test_http_answers_a_status_with_a_page(open_site, fault, status):
    answer = await (await open_site(fault("http", status=status))).get("capacity")
    assert answer.status == status
    assert f"HTTP Status {status}" in answer.text


async def test_http_can_answer_the_applications_own_xml(open_site, fault):
    answer = await (await open_site(fault("http", body="xml"))).get("capacity")
    assert answer.status == 500
    assert "Unable to retrieve agent capacity information." in ET.fromstring(answer.body)[1].text


async def test_html_is_a_login_page_with_200(open_site, fault):
    answer = await (await open_site(fault("html"))).get("chatAllowed")
    assert answer.status == 200
    assert "Log in" in answer.text


async def test_redirect_points_where_it_is_told(open_site, fault):
    answer = await (await open_site(fault("redirect", location="https://sso.example/\x7f"))).get(
        "chatAllowed"
    )
    assert (answer.status, answer.headers["Location"]) == (302, "https://sso.example/")


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.name)
@pytest.mark.parametrize("form", ["readable", "broken"])
@pytest.mark.parametrize(
    "operation",
    ["agentAvailability", "capacity", "liveSessionStatus", "checkEligibility", "chatAllowed"],
)
async def test_malformed_is_not_well_formed(open_site, fault, dialect, form, operation):
    answer = await (await open_site(fault("malformed", form=form), dialect=dialect)).get(operation)
    assert answer.status == 200
    with pytest.raises(ET.ParseError):
        ET.fromstring(answer.body)
    assert (b"<" in answer.body) == (form == "readable")


async def test_empty_is_200_without_a_body(open_site, fault):
    answer = await (await open_site(fault("empty"))).get("capacity")
    assert (answer.status, answer.body) == (200, b"")


async def test_huge_is_well_formed_and_as_long_as_told(open_site, fault):
    answer = await (await open_site(fault("huge", bytes=1_500_000))).get("capacity")
    assert len(answer.body) == 1_500_000
    assert ET.fromstring(answer.body).tag == "availableSlots"


async def test_wrong_root_is_a_good_answer_to_another_question(open_site, fault):
    answer = await (await open_site(fault("wrong_root"))).get("capacity")
    assert ET.fromstring(answer.body).tag == "entryPointStatus"


async def test_dtd_declares_entities(open_site, fault):
    answer = await (await open_site(fault("dtd"))).get("chatAllowed")
    assert answer.body.count(b"<!ENTITY") == 10
    assert len(answer.body) < 2000


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ("chatAllowed", {"allowed": True}),
        ("agentAvailability", {"available": True}),
        ("checkEligibility", {"responseType": 0}),
    ],
)
async def test_json_is_what_newer_servers_write(open_site, fault, operation, expected):
    answer = await (await open_site(fault("json"))).get(operation)
    assert answer.headers["Content-Type"].startswith("application/json")
    assert json.loads(answer.body) == expected


async def test_json_figures_are_numbers(open_site, fault):
    answer = await (await open_site(fault("json"))).get("liveSessionStatus")
    values = json.loads(answer.body)
    assert list(values) == ["waitTime", "queueDepth"]
    assert all(isinstance(value, int | float) for value in values.values())


async def test_latency_holds_the_answer_back_within_its_jitter(open_site, fault):
    slept = []

    async def sleep(seconds):
        slept.append(seconds)

    site = await open_site(fault("latency", ms=900, jitter=300), sleep=sleep)
    for _ in range(30):
        assert (await site.get("capacity")).status == 200
        site.clock.seconds += 1
    assert len(set(slept)) == 30
    assert all(0.6 <= seconds <= 1.2 for seconds in slept)


async def test_drip_sends_the_whole_answer_a_little_at_a_time(open_site, fault):
    slept = []

    async def sleep(seconds):
        slept.append(seconds)
        await asyncio.sleep(0)

    site = await open_site(fault("drip", bytes_per_second=10), sleep=sleep)
    answer = await site.get("chatAllowed")
    assert attributes(answer) == {"allowed": "true"}
    assert len(slept) > len(answer.body)
    assert set(slept) == {0.1}


@pytest.mark.parametrize("when", ["before", "mid_body"])
async def test_reset_breaks_the_connection(open_site, fault, when):
    site = await open_site(fault("reset", when=when, entry_points=1000))
    port = int(site.simulator.url.rsplit(":", 1)[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /egain/chat/entrypoint/capacity/1000 HTTP/1.1\r\nHost: x\r\n\r\n")
    if when == "mid_body":
        assert b"<availableSlots" in await reader.readuntil(b"<availableSlots")
    with pytest.raises(ConnectionResetError):
        await reader.read()
    writer.close()
    with pytest.raises(ConnectionResetError):
        await writer.wait_closed()
    assert (await site.get("capacity", 1001)).status == 200


async def test_hang_never_answers_and_ends_with_the_server(open_site, fault):
    site = await open_site(fault("hang", endpoints="capacity"))
    pending = asyncio.ensure_future(site.get("capacity"))
    await until(lambda: site.simulator.requests.in_flight == 1)
    assert (await site.get("chatAllowed")).status == 200
    assert not pending.done()
    await site.simulator.stop()
    with pytest.raises(aiohttp.ClientError):
        await pending


async def test_a_client_that_gives_up_on_a_hang_is_forgotten(open_site, fault):
    site = await open_site(fault("hang"))
    with pytest.raises(TimeoutError):
        await site.path(
            "/egain/chat/entrypoint/capacity/1000", timeout=aiohttp.ClientTimeout(total=0.05)
        )
    await until(lambda: site.simulator.requests.in_flight == 0)


async def test_down_refuses_connections_drops_open_ones_and_comes_back(open_site, fault):
    site = await open_site("[[fault]]\nkind = 'down'\nfrom = 10\nuntil = 20")
    assert (await site.get("capacity")).status == 200
    site.clock.seconds += 10

    async def refused():
        try:
            await site.get("capacity")
        except aiohttp.ClientConnectorError as error:
            return isinstance(error.os_error, ConnectionRefusedError)
        except aiohttp.ClientError:
            return False
        return False

    async def answers():
        return not await refused()

    await until(refused)
    site.clock.seconds += 10
    await until(answers)
    assert (await site.get("capacity")).status == 200


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("service_not_running", "service_not_running"),
        ("inactive", "entry_point_inactive"),
        ("invalid", "invalid_entry_point"),
        ("other", "other"),
    ],
)
async def test_an_entry_point_can_be_closed_for_each_reason(open_site, fault, kind, reason):
    site = await open_site(fault(kind, entry_points=1000))
    assert attributes(await site.get("chatAllowed")) == {"allowed": "false", "reason": reason}
    assert attributes(await site.get("chatAllowed", 1001)) == {"allowed": "true"}
    assert (await site.get("capacity")).status == (500 if kind == "invalid" else 200)


async def test_without_agents_all_answers_say_so(open_site, fault):
    site = await open_site(fault("agents", count=0))
    assert attributes(await site.get("chatAllowed"))["reason"] == "agent_not_available"
    assert attributes(await site.get("checkEligibility")) == {"responseType": "1"}
    assert attributes(await site.get("agentAvailability")) == {"available": "false"}
    assert b">0<" in (await site.get("capacity")).body


@pytest.mark.parametrize("kind", ["max_depth", "arrivals"])
async def test_the_maximum_depth_is_reached(open_site, fault, kind):
    keys = {"chats": 0} if kind == "max_depth" else {"rate": 500}
    site = await open_site(fault(kind, **keys))
    site.clock.seconds += 120
    assert attributes(await site.get("chatAllowed"))["reason"] == "queue_depth_reached"
    assert attributes(await site.get("checkEligibility")) == {"responseType": "2"}


@pytest.mark.parametrize(
    ("agents", "allowed", "response_type"), [(5, "true", "1"), (0, "false", "0")]
)
async def test_contradiction_sets_two_answers_against_each_other(
    open_site, fault, agents, allowed, response_type
):
    site = await open_site(fault("contradiction") + fault("agents", count=agents))
    assert attributes(await site.get("chatAllowed"))["allowed"] == allowed
    assert attributes(await site.get("checkEligibility")) == {"responseType": response_type}


async def test_odd_values_are_sent_as_they_are_told(open_site, fault):
    site = await open_site(
        fault("odd_reason", reason='<&">', entry_points=1000)
        + fault("missing_allowed", entry_points=1001)
        + fault("negative_count", count=-7)
        + fault("nan_wait")
    )
    assert attributes(await site.get("chatAllowed")) == {"allowed": "false", "reason": '<&">'}
    assert "allowed" not in attributes(await site.get("chatAllowed", 1001))
    assert ET.fromstring((await site.get("capacity")).body)[0].text == "-7"
    assert ET.fromstring((await site.get("liveSessionStatus")).body)[0].text == "NaN"


async def test_a_fault_strikes_its_endpoints_in_its_time_and_no_others(open_site, fault):
    site = await open_site(
        "[[fault]]\nkind = 'empty'\nendpoints = ['capacity']\nfrom = 10\nevery = 20\nfor = 5"
    )
    seen = []
    for _ in range(8):
        seen.append(bool((await site.get("capacity")).body))
        assert (await site.get("chatAllowed")).body
        site.clock.seconds += 5
    assert seen == [True, True, False, True, True, True, False, True]


async def test_the_later_of_two_answers_wins(open_site, fault):
    site = await open_site(fault("empty") + fault("http", status=503))
    assert (await site.get("capacity")).status == 503
