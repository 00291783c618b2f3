"""``wallboard raw`` against the simulator, and against a server that is up to no good."""

import asyncio
import os
import subprocess
import sys
import urllib.request
from contextlib import asynccontextmanager, suppress

import pytest

CALM = "[queue]\nload = 0.1\nagents = 9\n"
HOSTILE = b'<chatAllowed allowed="true">\x1b]52;c;aGk=\x07\x9b31m\xff\r\n\x00</chatAllowed>\r\n'


async def ran(start, *args: str):
    """Like ``wallboard``, but what was printed stays bytes."""
    process = await start("raw", *args)
    async with asyncio.timeout(60):
        out, err = await process.communicate()
    return process.returncode, out, err.decode()


@asynccontextmanager
async def answering(body, head=b""):
    """The address of a server that gives one answer to everybody."""

    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        length = b"Content-Length: %d\r\n" % len(body)
        writer.write(b"HTTP/1.1 200 Fine\r\n" + head + length + b"\r\n" + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_pipe_gets_the_body_as_the_server_sends_it(start, simulated):
    simulator = await simulated(CALM)
    address = f"{simulator.url}/system/egain/chat/entrypoint/chatAllowed/1001"
    with await asyncio.to_thread(urllib.request.urlopen, address) as response:
        sent = response.read()
    assert await ran(start, "chatAllowed", "1001", "--url", simulator.url) == (0, sent, "")


async def test_a_node_is_asked_in_place_of_its_server(start, simulated):
    simulator = await simulated(CALM)
    node = simulator.url.removeprefix("http://")
    url = "http://ece.example.test"
    code, out, _ = await ran(start, "chatAllowed", "1001", "--url", url, "--node", node)
    assert (code, b"allowed=" in out) == (0, True)
    code, _, err = await ran(start, "chatAllowed", "1001", "--url", url, "--node", "nowhere")
    assert (code, "must be host:port" in err) == (64, True)


async def test_a_pipe_gets_every_byte_also_of_a_hostile_body(start):
    async with answering(HOSTILE) as url:
        _, out, _ = await ran(start, "chatallowed", "1", "--url", url)
        assert out == HOSTILE
        _, out, _ = await ran(start, "chatallowed", "1", "-i", "--url", url)
    assert out == b"HTTP 200 Fine\r\nContent-Length: %d\r\n\r\n" % len(HOSTILE) + HOSTILE


@pytest.mark.parametrize("options", [[], ["-i"], ["--pretty"], ["-i", "--pretty"]])
async def test_on_a_terminal_nothing_in_the_answer_acts(start, environment, tmp_path, options):
    async with answering(HOSTILE, b"X-Odd: a\x1b[2Jb\x9b\r\n") as url:
        shown = await asyncio.to_thread(
            on_a_terminal,
            ["raw", "chatAllowed", "1", "--url", url, *options],
            environment,
            tmp_path,
        )
    assert b"\\x1b]52;c;aGk=\\x07" in shown
    assert (b"X-Odd" in shown) is ("-i" in options)
    assert not set(shown.replace(b"\r\n", b"")) & {0, 7, 0x0D, 0x1B, 0x9B, 0xFF}


def on_a_terminal(args, environment, folder):
    """All that a command writes to a terminal, standard error too."""
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "wallboard", *args]
    said = b""
    with subprocess.Popen(
        command, env=environment, cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs
    ):
        os.close(theirs)
        with suppress(OSError):  # how Linux says that the other end has gone
            while chunk := os.read(ours, 65_536):
                said += chunk
    os.close(ours)
    return said


async def test_pretty_lays_the_body_out(start, simulated):
    simulator = await simulated(CALM)
    status, out, _ = await ran(
        start, "LIVESESSIONSTATUS", "1000", "--pretty", "--url", simulator.url
    )
    assert status == 0
    assert b"\n  <ns2:waitTime>" in out
    assert out.endswith(b"</sessionStatus>\n")


@pytest.mark.parametrize(
    ("fault", "status", "printed"),
    [
        ('kind = "http"\nstatus = 500\nbody = "xml"', 76, True),
        ('kind = "html"', 76, True),
        ('kind = "wrong_root"', 76, True),
        ('kind = "dtd"', 76, True),
        ('kind = "redirect"', 76, False),
        ('kind = "empty"', 76, False),
        ('kind = "reset"', 69, False),
        ('kind = "service_not_running"', 0, True),
        ('kind = "odd_reason"', 0, True),
        ('kind = "malformed"', 0, True),
    ],
)
async def test_the_status_tells_whether_the_answer_can_be_read(
    start, simulated, fault, status, printed
):
    simulator = await simulated(f"{CALM}[[fault]]\n{fault}\n")
    code, out, err = await ran(start, "chatAllowed", "1000", "--url", simulator.url)
    assert code == status
    assert bool(err) is (status != 0)
    assert err.startswith("wallboard: ") or not err
    if printed:
        assert out


async def test_a_server_that_is_not_there_is_unavailable(start, simulated):
    simulator = await simulated(CALM)
    await simulator.stop()
    status, out, err = await ran(start, "capacity", "1000", "-i", "--url", simulator.url)
    assert (status, out) == (69, b"")
    assert "Connection refused" in err


@pytest.fixture
async def config(simulated, tmp_path):
    """Two servers, both with 1000, and only the second with 1002."""
    servers = [await simulated(CALM) for _ in range(2)]
    entries = "[[server.entry_point]]\nid = 1000\n"
    (tmp_path / "wallboard.toml").write_text(
        f'[[server]]\nname = "prod"\nurl = "{servers[0].url}"\nendpoints = ["chatAllowed"]\n'
        f'{entries}[[server]]\nname = "lab"\nurl = "{servers[1].url}"\n{entries}'
        "[[server.entry_point]]\nid = 1002\n"
    )
    return servers


@pytest.mark.parametrize(
    ("args", "asked"),
    [
        (["capacity", "1002"], (0, 1)),
        (["capacity", "1000", "--server", "prod"], (1, 0)),
        (["capacity", "1001", "--server", "lab"], (0, 1)),
        (["capacity", "prod:1000"], (1, 0)),
        (["capacity", "lab:1001", "--server", "lab"], (0, 1)),
    ],
)
async def test_with_a_config_the_server_that_has_the_id_is_asked_once(start, config, args, asked):
    status, out, err = await ran(start, *args)
    assert (status, err) == (0, "")
    assert b"availableSlots" in out
    assert tuple(server.requests.count for server in config) == asked


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["capacity", "1000"], "several servers (lab, prod); choose one with --server"),
        (["capacity", "1003"], "no entry point 1003; the nearest is 1002"),
        (["capacity", "1000", "--server", "prd"], 'did you mean "prod"?'),
        (["agentAvilability", "1000"], 'did you mean "agentAvailability"?'),
        (["\x1b[2J", "1000"], "Unknown endpoint"),
        (["capacity", "x"], "not an id: 'x'; use 1000 or SERVER:1000"),
        (["capacity", "1000-1002"], "not an id"),
        (["capacity", "prd:1000"], 'did you mean "prod"?'),
        (["capacity", "lab:1000", "--server", "prod"], "names server 'lab', and --server 'prod'"),
        (["capacity", "prod:1", "--url", "http://h"], "cannot be used with --url"),
        (["capacity", "1", "--url", "http://h", "--server", "prod"], "cannot be used with --url"),
        (["capacity", "1", "--no-verify"], "only work with --url"),
    ],
)
async def test_a_mistake_asks_nobody_and_says_what_was_meant(start, config, args, said):
    status, out, err = await ran(start, *args)
    assert (status, out) == (64, b"")
    assert said in err
    assert "\x1b" not in err
    assert [server.requests.count for server in config] == [0, 0]


async def test_without_a_config_it_says_so(start):
    status, _, err = await ran(start, "capacity", "1")
    assert status == 78
    assert "no config found" in err
