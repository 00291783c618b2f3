"""``wallboard doctor`` as its users start it: what it prints, and what it ends with."""

import asyncio
import json
import os
import socket
import subprocess
import sys

import pytest

from wallboard.recorder.lock import take
from wallboard.recorder.paths import RecordingFile

CALM = "[queue]\nload = 0.1\nagents = 9\n"


def server(name, url, **more):
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in more.items())
    return f'[[server]]\nname = "{name}"\nurl = "{url}"\n{lines}[[server.entry_point]]\nid = 1000\n'


async def test_all_is_well(wallboard, simulated, tmp_path):
    simulator = await simulated(CALM)
    (tmp_path / "wallboard.toml").write_text(server("prod", simulator.url))
    ended = await wallboard("doctor")
    assert (ended.status, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert lines[0] == "This machine"
    assert lines[-1].startswith("All OK: prod")
    assert "wallboard.toml, in the current directory" in ended.out
    steps = [line.split()[0] for line in lines if line.startswith("  ")]
    assert steps == [
        *("versions", "config", "terminal", "recording", "witness"),
        *("proxy", "name", "tcp", "tls", "http", "api", "clock"),
    ]
    assert simulator.requests.count == 2


async def test_an_address_is_enough(wallboard, simulated):
    simulator = await simulated(CALM)
    ended = await wallboard("doctor", "--url", simulator.url)
    assert ended.status == 0
    assert "given by --url" in ended.out


async def test_an_id_that_the_server_does_not_know_matters_only_if_somebody_named_it(
    wallboard, simulated
):
    simulator = await simulated('[[fault]]\nkind = "invalid"\n')
    assert (await wallboard("doctor", "--url", simulator.url)).status == 0
    ended = await wallboard("doctor", "--url", simulator.url, "1000")
    assert ended.status == 1
    assert "Check the id" in ended.out.splitlines()[-1]


@pytest.mark.parametrize(
    ("fault", "status", "cause"),
    [
        ('kind = "http"\nstatus = 500', 2, "Likely cause: not you"),
        ('kind = "html"', 2, "something else answers there"),
        ('kind = "redirect"', 2, "a login page in front of it"),
        ('kind = "reset"', 2, "or the load balancer in front of it"),
        ('kind = "service_not_running"', 1, "agent assignment service is not running"),
    ],
)
async def test_the_last_line_is_the_cause(wallboard, simulated, fault, status, cause):
    simulator = await simulated(f"{CALM}[[fault]]\n{fault}\n")
    ended = await wallboard("doctor", "--url", simulator.url, "1000")
    assert ended.status == status
    assert cause in ended.out.splitlines()[-1]


async def test_json_says_the_same(wallboard, simulated, tmp_path):
    simulator = await simulated(CALM)
    (tmp_path / "wallboard.toml").write_text(
        server("prod", simulator.url) + server("lab", "http://127.0.0.1:1")
    )
    ended = await wallboard("doctor", "--format", "json")
    assert ended.status == 2
    assert ended.out.isascii()
    told = json.loads(ended.out)
    assert told["level"] == "critical"
    assert (told["cause"]["blame"], told["cause"]["server"]) == ("server", "lab")
    assert [one["name"] for one in told["servers"]] == ["prod", "lab"]
    prod, lab = ({step["step"]: step for step in one["steps"]} for one in told["servers"])
    assert prod["api"]["level"] == "ok"
    assert prod["api"]["elapsed_ms"] > 0
    assert prod["api"]["facts"]["verdict"] == "open"
    assert (lab["tcp"]["level"], lab["tcp"]["error"]) == ("critical", "refused")
    assert (lab["api"]["level"], lab["api"]["elapsed_ms"]) == (None, None)
    assert {one["step"] for one in told["machine"]} == {
        *("versions", "config", "terminal", "recording", "witness")
    }
    only = await wallboard("doctor", "--format", "json", "--server", "prod")
    assert [one["name"] for one in json.loads(only.out)["servers"]] == ["prod"]
    assert only.status == 0


async def test_no_secret_and_no_escape_sequence_is_printed(wallboard, tmp_path):
    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(
            b"HTTP/1.1 500 \x1b[2J hush-hush-token\r\nServer: \x9b31m\r\nContent-Length: 0\r\n\r\n"
        )
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as hostile:
        url = f"http://127.0.0.1:{hostile.sockets[0].getsockname()[1]}"
        (tmp_path / "wallboard.toml").write_text(
            f'{server("prod", url)}[server.headers]\nX-Token = "hush-hush-token"\n'
            + server("lab", url, proxy="http://me:hush-hush-word@proxy.invalid:1")
        )
        for form in ("text", "json"):
            ended = await wallboard("doctor", "--format", form)
            assert ended.status == 2
            assert "hush" not in ended.out + ended.err
            assert "proxy.invalid" not in ended.out
            assert all(line.isprintable() for line in ended.out.splitlines())


async def test_a_proxy_that_only_the_environment_names_is_told_of(wallboard):
    named = {"http_proxy": "http://me:hush@proxy.invalid:3128"}
    ended = await wallboard("doctor", "--url", "http://ece.invalid", **named)
    assert ended.status == 2
    assert "The environment sets one (http_proxy)" in ended.out
    assert "a missing proxy" in ended.out.splitlines()[-1]
    assert "hush" not in ended.out
    ended = await wallboard("doctor", "--url", "http://ece.invalid", no_proxy=".invalid", **named)
    assert "missing proxy" not in ended.out


async def test_a_mistake_is_a_mistake_of_usage_and_a_bad_config_is_told_whole(wallboard, tmp_path):
    assert (await wallboard("doctor", "--format", "xml")).status == 64
    assert (await wallboard("doctor")).status == 78
    (tmp_path / "wallboard.toml").write_text('titel = "x"\ninterval = -1\n')
    ended = await wallboard("doctor")
    assert ended.status == 78
    assert "titel" in ended.err
    assert "interval" in ended.err


async def test_who_records_is_told_without_touching_the_recording(wallboard, simulated, tmp_path):
    simulator = await simulated(CALM)
    path = tmp_path / "board.db"
    path.write_bytes(b"only its writer may open it")
    path.with_name("board.db-wal").touch()
    (tmp_path / "wallboard.toml").write_text(f'record = "{path}"\n{server("prod", simulator.url)}')
    lock = take(RecordingFile(path))
    try:
        ended = await wallboard("doctor")
    finally:
        lock.release()
    assert f"pid {os.getpid()};" in ended.out
    assert ended.status == 0
    assert path.read_bytes() == b"only its writer may open it"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_folder_that_may_not_be_written_is_told(wallboard, simulated, tmp_path):
    folder = tmp_path / "shut"
    folder.mkdir(mode=0o500)
    simulator = await simulated(CALM)
    record = f'record = "{folder / "board.db"}"\n'
    (tmp_path / "wallboard.toml").write_text(record + server("prod", simulator.url))
    ended = await wallboard("doctor")
    assert ended.status == 1
    assert "No write permission for" in ended.out.splitlines()[-1]


async def test_a_folder_that_is_not_there_is_told(wallboard, simulated, tmp_path):
    simulator = await simulated(CALM)
    record = f'record = "{tmp_path / "none" / "board.db"}"\n'
    (tmp_path / "wallboard.toml").write_text(record + server("prod", simulator.url))
    ended = await wallboard("doctor")
    assert ended.status == 1
    assert "No such directory" in ended.out.splitlines()[-1]
    assert not (tmp_path / "none").exists()


async def test_with_everything_hanging_it_ends_by_its_own_deadlines(wallboard, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        urls = [f"http://127.0.0.1:{port}", f"https://127.0.0.1:{port}"] * 3
        config = "timeout = 600\nconnect_timeout = 600\n" + "".join(
            server(f"s{number}", url) for number, url in enumerate(urls)
        )
        (tmp_path / "wallboard.toml").write_text(config)
        ended = await wallboard("doctor")
    assert ended.status == 2
    assert ended.out.count("did not answer") >= 6


def test_it_does_not_load_textual(tmp_path, environment):
    code = (
        "import sys\nfrom wallboard.cli.run.run import run\n"
        "run(['doctor', '--url', 'http://127.0.0.1:1'])\n"
        "print(any(name.split('.')[0] == 'textual' for name in sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment, cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr.strip() == "False"


def test_on_a_terminal_sentences_are_parted_at_words_and_lines_fit(tmp_path, environment):
    ours, theirs = os.openpty()
    os.set_blocking(ours, True)
    set_size(theirs, 30, 90)
    kept = {key: value for key, value in environment.items() if key not in {"COLUMNS", "LINES"}}
    command = [sys.executable, "-m", "wallboard", "doctor", "--url", "http://127.0.0.1:1"]
    said = b""
    with subprocess.Popen(command, env=kept, cwd=tmp_path, stdin=theirs, stdout=theirs,
                          stderr=theirs):  # fmt: skip
        os.close(theirs)
        try:
            while chunk := os.read(ours, 65_536):
                said += chunk
        except OSError:  # how Linux says that the other end has gone
            pass
    os.close(ours)
    lines = said.decode().splitlines()
    assert max(map(len, lines)) <= 90
    assert "90 columns and 30 rows" in " ".join(said.decode().split())


def set_size(terminal, rows, columns):
    import fcntl
    import struct
    import termios

    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
