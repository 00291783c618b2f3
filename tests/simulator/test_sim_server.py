import asyncio
import re
import signal
import socket
import sys
from xml.etree import ElementTree as ET

import aiohttp
import pytest

from wallboard.simulator.contents import DIALECTS
from wallboard.simulator.names import entry_point_group, entry_point_ids, entry_point_name
from wallboard.simulator.responder import Responder
from wallboard.simulator.scenario import Scenario, SimulatorError
from wallboard.simulator.server import Simulator

OPERATIONS = {
    "agentAvailability": "agentAvailability",
    "agentAvilability": "agentAvailability",
    "capacity": "availableSlots",
    "liveSessionStatus": "sessionStatus",
    "checkEligibility": "checkEligibility",
    "chatAllowed": "chatAllowed",
}


async def raw(site, request):
    """What comes back for bytes sent as they are, until the server closes."""
    port = int(site.simulator.url.rsplit(":", 1)[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


@pytest.mark.parametrize("root", ["/system/egain", "/egain", "/webchatprod/egain", "/system/ws"])
@pytest.mark.parametrize(("operation", "element"), OPERATIONS.items())
async def test_every_get_answers_under_any_context_root(open_site, root, operation, element):
    site = await open_site()
    answer = await site.get(operation, root=f"{root}/chat/entrypoint")
    assert answer.status == 200
    assert ET.fromstring(answer.body).tag == element


async def test_the_five_answers_agree(open_site):
    site = await open_site()
    bodies = {op: ET.fromstring((await site.get(op)).body) for op in OPERATIONS}
    state = Responder([1000], Scenario("none")).state(1000, 0)
    assert bodies["chatAllowed"].attrib == {"allowed": "true"}
    assert bodies["checkEligibility"].attrib == {"responseType": "0"}
    assert bodies["agentAvailability"].attrib == {"available": "true"}
    assert bodies["capacity"][0].text == str(state.capacity)
    wait, depth = bodies["liveSessionStatus"]
    assert (float(wait.text), int(depth.text)) == (state.wait_seconds, state.queue_depth)


async def test_a_body_is_written_as_a_lab_server_writes_it(open_site):
    site = await open_site(dialect=DIALECTS[0])
    assert (await site.get("agentAvailability")).text == (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><agentAvailability '
        'available="true" xmlns:ns5="http://jabber.org/protocol/httpbind" '
        'xmlns:ns2="http://bindings.egain.com/chat" xmlns:ns4="jabber:client" '
        'xmlns:ns3="urn:ietf:params:xml:ns:xmpp-stanzas"/>'
    )


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.name)
@pytest.mark.parametrize("operation", OPERATIONS)
async def test_every_dialect_is_xml_with_a_bare_root_and_prefixed_children(
    open_site, dialect, operation
):
    site = await open_site(dialect=dialect)
    answer = await site.get(operation)
    root = ET.fromstring(answer.body)
    assert root.tag == OPERATIONS[operation]
    assert all(child.tag.startswith("{") for child in root)
    assert answer.headers["Content-Type"] == dialect.content_type


async def test_servers_of_different_seeds_write_different_hands(open_site):
    bodies = {
        (await (await open_site(seed=seed, dialect=None)).get("capacity")).body.split(b">")[1]
        for seed in (1, 2, 3)
    }
    assert len(bodies) == 3


async def test_an_unknown_id_is_invalid(open_site):
    site = await open_site()
    answer = await site.get("chatAllowed", 99)
    assert (answer.status, ET.fromstring(answer.body).attrib) == (
        200,
        {"allowed": "false", "reason": "invalid_entry_point"},
    )
    assert (await site.get("capacity", 99)).status == 500


@pytest.mark.parametrize(
    "path", ["/", "/system/egain/chat/entrypoint/capacity/abc", "/x/entrypoint/capacity/1000"]
)
async def test_an_unknown_path_is_a_404_page(open_site, path):
    answer = await (await open_site()).path(path)
    assert answer.status == 404
    assert answer.headers["Content-Type"].startswith("text/html")


async def test_another_method_is_refused(open_site):
    site = await open_site()
    path = "/system/egain/chat/entrypoint/capacity/1000"
    assert (await site.path(path, "POST", data=b"x")).status == 405
    assert (await site.path(path, "HEAD")).body == b""
    assert (await site.path(path + "?x=1")).status == 200


@pytest.mark.parametrize(
    "end", [b" HTTP/1.0\r\n\r\n", b" HTTP/1.1\r\nHost: x\r\nConnection: Close\r\n\r\n"]
)
async def test_a_client_that_wants_the_connection_closed_gets_it_closed(open_site, end):
    site = await open_site()
    answer = await raw(site, b"GET /egain/chat/entrypoint/chatAllowed/1000" + end)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"/>")


async def test_requests_in_pieces_and_in_a_row_are_all_answered(open_site):
    site = await open_site()
    port = int(site.simulator.url.rsplit(":", 1)[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    one = b"GET /egain/chat/entrypoint/capacity/1000 HTTP/1.1\r\nHost: x\r\n"

    async def answered():
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(re.search(rb"Content-Length: (\d+)", head)[1])
        return head.split(b"\r\n")[0], await reader.readexactly(length)

    writer.write(one + b"\r\n")
    whole = await answered()
    assert whole[0] == b"HTTP/1.1 200 OK"
    writer.write(one + b"\r\n" + one + b"\r\n")
    assert [await answered(), await answered()] == [whole, whole]
    writer.write(one + b"X-Long: ")
    await writer.drain()
    before = site.simulator.requests.count
    # The rest of a header that looks like a request of its own is still a header.
    writer.write(b"GET /egain/chat/entrypoint/capacity/1001 HTTP/1.1\r\n\r\n")
    assert await answered() == whole
    assert site.simulator.requests.count == before + 1
    writer.close()
    await writer.wait_closed()


async def test_garbage_is_a_bad_request(open_site):
    assert (await raw(await open_site(), b"GET / nonsense\r\n\r\n")).startswith(b"HTTP/1.0 400")


async def test_requests_are_counted_and_logged(open_site):
    site = await open_site()
    await site.get("capacity", 1001)
    site.clock.seconds += 3
    await site.path("/nowhere")
    requests = site.simulator.requests
    assert (requests.count, requests.in_flight) == (2, 0)
    assert list(requests.log) == [
        (1000.0, "/system/egain/chat/entrypoint/capacity/1001"),
        (1003.0, "/nowhere"),
    ]


async def test_requests_in_flight_are_counted(open_site, fault):
    site = await open_site(fault("latency", ms=20))
    await asyncio.gather(*(site.get("capacity", n) for n in range(1000, 1007)))
    assert site.simulator.requests.max_in_flight > 1
    assert site.simulator.requests.in_flight == 0


async def test_speed_moves_the_story_without_a_jump(open_site):
    site = await open_site(speed=10)
    site.clock.seconds += 6
    assert site.simulator.seconds == 60
    site.simulator.speed = 1
    assert site.simulator.seconds == 60
    site.clock.seconds += 6
    assert site.simulator.seconds == 66


async def test_two_simulators_of_one_seed_tell_the_same_story(open_site):
    one, other = await open_site(seed=9), await open_site(seed=9)
    for _ in range(20):
        one.clock.seconds += 97
        other.clock.seconds += 97
        assert (await one.get("liveSessionStatus")).body == (
            await other.get("liveSessionStatus")
        ).body


async def test_a_simulator_stops_and_starts_again_on_its_port(open_site):
    site = await open_site()
    port = int(site.simulator.url.rsplit(":", 1)[1])
    assert (await site.get("capacity")).status == 200
    await site.simulator.stop()
    await site.simulator.stop()
    with pytest.raises(aiohttp.ClientError):
        await site.get("capacity")
    assert await site.simulator.start(port=port) == port
    assert (await site.get("capacity")).status == 200


async def test_a_simulator_listens_on_loopback_unless_told_otherwise(open_site):
    assert (await open_site()).simulator.url.startswith("http://127.0.0.1:")


async def test_a_port_in_use_is_told_in_words(open_site):
    port = int((await open_site()).simulator.url.rsplit(":", 1)[1])
    other = Simulator(entry_points=[1], scenario=Scenario("none"))
    with pytest.raises(SimulatorError, match=f"port {port} on 127.0.0.1 is already in use"):
        await other.start(port=port)
    await other.start()
    await other.stop()


async def test_a_host_that_does_not_exist_is_told_in_words():
    simulator = Simulator(entry_points=[1], scenario=Scenario("none"))
    with pytest.raises(SimulatorError, match="cannot listen on 'no such host'"):
        await simulator.start("no such host")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_serving_for_ever_ends_in_good_order_at_a_signal(number):
    program = (
        "import asyncio\n"
        "from wallboard.simulator.scenario import load_scenario\n"
        "from wallboard.cli.commands.simulate import serve_forever\n"
        "from wallboard.simulator.server import Simulator\n"
        "s = Simulator(entry_points=[1000], scenario=load_scenario('calm'))\n"
        "asyncio.run(serve_forever(s, '127.0.0.1', 0, lambda url: print(url, flush=True)))\n"
        "print('over')\n"
    )
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=pipe, stderr=pipe
    )
    url = (await child.stdout.readline()).decode().strip()
    port = int(url.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port)):
        child.send_signal(number)
        out, err = await child.communicate()
    assert (out, err, child.returncode) == (b"over\n", b"", 0)


def test_names_are_distinct_and_stay_the_same():
    names = [entry_point_name(index) for index in range(1000)]
    assert len(set(names)) == 1000
    assert names[:3] == ["Sales", "Billing", "Support"]
    assert {entry_point_group(index) for index in range(12)} == {"EMEA", "AMER", "APAC"}
    assert list(entry_point_ids(3)) == [1000, 1001, 1002]


def test_only_the_server_needs_aiohttp():
    program = (
        "import sys, wallboard.simulator.responder, wallboard.simulator.scenario\n"
        "sys.exit('aiohttp' in sys.modules)"
    )
    import subprocess

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
