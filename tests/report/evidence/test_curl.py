"""The command is run by a real shell and a real curl against real servers."""

import asyncio
import contextlib
import os
import shlex
import shutil

import pytest
import trustme

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.observation import Request
from wallboard.feeds.poll_feed import poll_once
from wallboard.report.evidence.curl import curl_command
from wallboard.report.words.redaction import MASK
from wallboard.setting_types import Secret
from wallboard.settings import EntryPointSettings, ServerSettings, Settings
from wallboard.simulator.scenario import parse_scenario
from wallboard.simulator.server import Simulator

needs_curl = pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"
HOSTILE = "/a'b\"c`touch pwned`$(touch pwned);touch pwned|&\\{1,2}[3-4]#?q=<x>*~ \n\x1b]0;t\x07é"


class RunBuilder:
    """Answers every request with ``hi`` and keeps the heads."""

    def __init__(self) -> None:
        self.heads = []
        self.peer_certificates = []

    async def serve(self, reader, writer):
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
            tls = writer.get_extra_info("ssl_object")
            self.peer_certificates.append(tls.getpeercert() if tls else None)
            writer.write(ANSWER)
            await writer.drain()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    @contextlib.asynccontextmanager
    async def open(self, tls=None):
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0, ssl=tls)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            await server.wait_closed()


async def run(command, folder, **variables):
    """The status, output and errors of a command typed at ``sh``."""
    kept = {name: os.environ[name] for name in ("PATH",)}
    process = await asyncio.create_subprocess_exec(
        *("sh", "-c", command),
        cwd=folder,
        env=kept | {"HOME": str(folder)} | variables,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode, out, err.decode()


def body_of(output):
    return output.partition(b"\r\n\r\n")[2]


def server_at(url, **more):
    return ServerSettings(name="prod", url=url, entry_point=(EntryPointSettings(id=1000),), **more)


def get(url, *headers: tuple[str, str]):
    return Request("GET", url, headers)


@needs_curl
async def test_the_command_brings_what_the_board_got(tmp_path):
    scenario = parse_scenario("")
    async with Simulator(entry_points=[1000], scenario=scenario, clock=lambda: 1000.0) as simulator:
        server = server_at(simulator.url)
        settings = Settings(server=(server,))
        heard = []
        await poll_once(settings, heard.append)
        assert {one.endpoint for one in heard} == set(Endpoint)
        for one in heard:
            command = curl_command(one.request, server, settings)
            status, out, err = await run(command, tmp_path)
            assert (status, err) == (0, "")
            assert out.startswith(b"HTTP/1.1 200 OK\r\n")
            assert body_of(out) == one.response.body


@needs_curl
async def test_a_hostile_address_reaches_the_server_and_nothing_else(tmp_path):
    listener = RunBuilder()
    async with listener.open() as port:
        command = curl_command(get(f"http://127.0.0.1:{port}{HOSTILE}"))
        status, _, err = await run(command, tmp_path)
    assert (status, err) == (0, "")
    assert list(tmp_path.iterdir()) == []
    target = listener.heads[0].split(" ")[1]
    assert target.startswith("/a'b\"c`touch%20pwned`$(touch%20pwned);touch%20pwned|&\\{1,2}[3-4]")
    assert all(char.isprintable() or char == "\n" for char in command)


@needs_curl
async def test_a_hostile_header_reaches_the_server_and_nothing_else(tmp_path):
    listener = RunBuilder()
    value = '\'; touch pwned; $(touch pwned) `touch pwned` "$HOME" \\'
    async with listener.open() as port:
        request = get(f"http://127.0.0.1:{port}/", ("X-Plain", value), ("X-`$!'", MASK))
        status, _, err = await run(curl_command(request), tmp_path, HEADER_X="the secret")
    assert (status, err) == (0, "")
    assert list(tmp_path.iterdir()) == []
    assert f"X-Plain: {value}\r\n" in listener.heads[0]
    assert "X-`$!': the secret\r\n" in listener.heads[0]


@needs_curl
async def test_a_secret_comes_from_the_shell_and_is_asked_for_when_it_is_not_there(tmp_path):
    listener = RunBuilder()
    async with listener.open() as port:
        server = server_at(
            f"http://127.0.0.1:{port}", headers={"X-egain-session": Secret("s3cr3t-s3cr3t")}
        )
        request = get(f"http://127.0.0.1:{port}/x", ("X-egain-session", MASK))
        command = curl_command(request, server, Settings())
        assert command.splitlines()[0] == (
            "# Secrets are not copied. First: export X_EGAIN_SESSION=..."
        )
        assert "s3cr3t" not in command
        status, _, err = await run(command, tmp_path)
        assert status != 0
        assert "X_EGAIN_SESSION" in err
        assert listener.heads == []
        status, out, _ = await run(command, tmp_path, X_EGAIN_SESSION="two words $HOME")
    assert (status, body_of(out)) == (0, b"hi")
    assert "X-egain-session: two words $HOME\r\n" in listener.heads[0]


@needs_curl
async def test_a_private_ca_and_a_client_certificate_are_used(tmp_path):
    authority = trustme.CA()
    ca_file, pem = tmp_path / "our ca.pem", tmp_path / "c:lient's.pem"
    authority.cert_pem.write_to_path(ca_file)
    authority.issue_cert("client@example.com").private_key_and_cert_chain_pem.write_to_path(pem)
    listener = RunBuilder()
    async with listener.open(tls_asking_for_a_certificate(authority)) as port:
        server = server_at(f"https://localhost:{port}", ca_file=str(ca_file), client_cert=str(pem))
        command = curl_command(get(f"https://localhost:{port}/x"), server)
        status, out, err = await run(command.replace("curl ", "curl -4 ", 1), tmp_path)
    assert (status, err) == (0, "")
    assert body_of(out) == b"hi"
    assert listener.peer_certificates[0]["subjectAltName"] == (("email", "client@example.com"),)


@needs_curl
async def test_a_certificate_that_nobody_vouches_for_is_refused_unless_the_config_says_so(tmp_path):
    authority = trustme.CA()
    listener = RunBuilder()
    async with listener.open(tls_asking_for_a_certificate(authority, asking=False)) as port:
        url = f"https://localhost:{port}/x"
        checked = curl_command(get(url), server_at(url)).replace("curl ", "curl -4 ", 1)
        status, _, _ = await run(checked, tmp_path)
        assert status == 60
        unchecked = curl_command(get(url), server_at(url, verify=False))
        status, out, _ = await run(unchecked.replace("curl ", "curl -4 ", 1), tmp_path)
    assert (status, body_of(out)) == (0, b"hi")


@needs_curl
async def test_the_proxy_of_the_config_is_a_variable_and_that_of_the_environment_is_passed_by(
    tmp_path,
):
    proxy, direct = RunBuilder(), RunBuilder()
    async with proxy.open() as proxy_port, direct.open() as port:
        url = f"http://127.0.0.1:{port}/x"
        address = f"http://user:pa55word@127.0.0.1:{proxy_port}"
        request = get(url, ("Proxy-Authorization", MASK))
        through = curl_command(request, server_at(url, proxy=Secret(address)))
        assert "pa55word" not in through
        assert "Proxy-Authorization" not in through
        status, _, err = await run(through, tmp_path)
        assert (status != 0, "PROXY" in err) == (True, True)
        status, _, _ = await run(through, tmp_path, PROXY=address)
        assert status == 0
        assert proxy.heads[0].startswith(f"GET {url} HTTP/1.1\r\n")
        assert "Proxy-Authorization: Basic " in proxy.heads[0]
        past = curl_command(get(url), server_at(url))
        status, _, _ = await run(past, tmp_path, http_proxy=address)
    assert status == 0
    assert len(direct.heads) == len(proxy.heads) == 1


def test_the_comment_is_harmless_in_a_shell_that_knows_none():
    # As zsh, which takes no comments where somebody types.
    comment = curl_command(get("http://h/", ("X-A", MASK))).splitlines()[0]
    assert shlex.split(comment.removeprefix("# ")) == comment.removeprefix("# ").split(" ")
    assert not set(comment) & set("'\"`$&;|<>()*?[]{}~!\\")


def test_names_that_a_shell_has_for_itself_are_never_taken_for_headers():
    request = get("http://h/", *((name, MASK) for name in ("Path", "home", "Authorization")))
    command = curl_command(request)
    for variable in ("HEADER_PATH", "HEADER_HOME", "HEADER_AUTHORIZATION"):
        assert f"${{{variable}:?}}" in command


def test_headers_whose_names_come_to_the_same_have_variables_of_their_own():
    command = curl_command(get("http://h/", ("X-a-b", MASK), ("X.a.b", MASK)))
    assert '"X-a-b: ${X_A_B:?}"' in command
    assert "${X_A_B_:?}" in command


def test_a_header_that_tells_by_its_name_is_never_written_out():
    command = curl_command(get("http://h/", ("Cookie", "JSESSIONID=abc"), ("X-Api-Key", "k")))
    assert "abc" not in command
    assert "${HEADER_COOKIE:?}" in command
    assert "${X_API_KEY:?}" in command


def test_an_address_loses_its_user_and_its_session():
    command = curl_command(get("http://me:pa55@h/x;jsessionid=77AA?q=1"))
    assert "pa55" not in command
    assert "77AA" not in command
    assert "?q=1" in command


def test_the_limits_are_those_of_the_server():
    settings = Settings(timeout=5, connect_timeout=2.5)
    server = server_at("http://h", timeout=30)
    assert "--connect-timeout 2.5 --max-time 30 " in curl_command(get("http://h"), server, settings)


def tls_asking_for_a_certificate(authority, *, asking=True):
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED if asking else ssl.CERT_NONE
    return context
