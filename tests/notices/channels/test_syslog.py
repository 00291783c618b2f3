"""Syslog against Debian's rsyslog, which parses what it is sent: UDP, TCP and TLS."""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from notice_stories import alarm, notice
from waiting import until

from wallboard.channel_settings import SyslogSettings
from wallboard.notices.channel import DeliveryError
from wallboard.notices.channels.syslog import LONGEST_UDP, Syslog, message_of
from wallboard.notices.notice import Phase

PLACE = Path(sys.executable).parent / "rsyslog"
LIBRARIES = PLACE / "usr/lib" / f"{os.uname().machine}-linux-gnu"
RSYSLOGD = PLACE / "usr/sbin/rsyslogd"

needs_rsyslog = pytest.mark.skipif(
    not RSYSLOGD.exists() and not shutil.which("rsyslogd"), reason="rsyslog is not here"
)

CONFIG = """
global(workDirectory="{folder}" {tls})
module(load="imudp")
module(load="imtcp" {driver})
module(load="mmpstrucdata")
input(type="imudp" address="127.0.0.1" port="{udp}")
input(type="imtcp" address="127.0.0.1" port="{tcp}")
template(name="whole" type="list") {{ property(name="jsonmesg") constant(value="\\n") }}
action(type="mmpstrucdata")
action(type="omfile" file="{folder}/received" template="whole")
"""
HOSTILE = 'Bill\r\ning "quoted" ] \\ <1>1 \x1b[31m 💥 ' + "x" * 4096


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Receiver:
    """One rsyslogd, and what it has parsed so far."""

    def __init__(self, folder, tls="", driver="") -> None:
        self.folder = folder
        self.udp, self.tcp = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_STREAM)
        config = folder / "rsyslog.conf"
        config.write_text(
            CONFIG.format(folder=folder, tls=tls, driver=driver, udp=self.udp, tcp=self.tcp)
        )
        own = RSYSLOGD.exists()
        program = str(RSYSLOGD) if own else shutil.which("rsyslogd")
        modules = ["-M", str(LIBRARIES / "rsyslog")] if own else []
        with (folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [program, "-n", "-f", str(config), "-i", str(folder / "pid"), *modules],
                env={**os.environ, **({"LD_LIBRARY_PATH": str(LIBRARIES)} if own else {})},
                stdout=subprocess.DEVNULL,
                stderr=log,
            )

    def listens(self):
        assert self.process.poll() is None, (self.folder / "log").read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.tcp)) == 0

    def parsed(self):
        file = self.folder / "received"
        lines = file.read_text().splitlines() if file.exists() else []
        return [one for one in map(json.loads, lines) if one["programname"] == "wallboard"]

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture
async def receiver(tmp_path):
    running = []

    async def start(**tls):
        folder = tmp_path / "rsyslog"
        folder.mkdir()
        found = Receiver(folder, **tls)
        running.append(found)
        await until(found.listens)
        return found

    yield start
    for one in running:
        one.stop()


@pytest.fixture
def tls_options(authority, tmp_path, ca_file):
    issued = authority.issue_cert("127.0.0.1", "localhost")
    certificate, key = tmp_path / "server.pem", tmp_path / "server.key"
    issued.cert_chain_pems[0].write_to_path(certificate)
    issued.private_key_pem.write_to_path(key)
    return {
        "tls": (
            f'DefaultNetstreamDriver="ossl" DefaultNetstreamDriverCAFile="{ca_file}" '
            f'DefaultNetstreamDriverCertFile="{certificate}" '
            f'DefaultNetstreamDriverKeyFile="{key}"'
        ),
        "driver": ('StreamDriver.Name="ossl" StreamDriver.Mode="1" StreamDriver.AuthMode="anon"'),
    }


def channel(port, transport, **settings):
    return Syslog(
        SyslogSettings(name="log", host="127.0.0.1", port=port, transport=transport, **settings)
    )


@needs_rsyslog
@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_rsyslog_reads_every_field(receiver, transport):
    far = await receiver()
    port = far.udp if transport == "udp" else far.tcp
    sent = channel(port, transport)
    await sent.send(notice())
    await sent.send(notice(Phase.OVER))
    await until(lambda: len(far.parsed()) == 2)
    first, second = far.parsed()
    data = first["$!"]["rfc5424-sd"]["wallboard@32473"]
    assert data["thread"] == "77aa01"
    assert data["phase"] == "raise"
    assert data["entrypoint"] == "1006"
    assert data["reason"] == "service_not_running"
    assert (first["syslogfacility"], first["syslogseverity"]) == ("16", "2")
    assert second["syslogseverity"] == "5"
    assert "CRITICAL Billing US (prod): SERVICE DOWN" in first["msg"]
    assert first["hostname"] == socket.gethostname()


@needs_rsyslog
async def test_rsyslog_takes_it_over_tls_and_a_stranger_gets_nothing(
    receiver, tls_options, ca_file
):
    far = await receiver(**tls_options)
    with pytest.raises(DeliveryError, match="certificate is not trusted"):
        await channel(far.tcp, "tls").send(notice())
    await channel(far.tcp, "tls", ca_file=ca_file).send(notice())
    await until(far.parsed)
    assert len(far.parsed()) == 1


@needs_rsyslog
@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_a_hostile_name_is_one_message_that_ends_where_it_should(receiver, transport):
    far = await receiver()
    port = far.udp if transport == "udp" else far.tcp
    sent = channel(port, transport)
    await sent.send(notice(alarms=(alarm(HOSTILE, reason=HOSTILE),)))
    await sent.send(notice(Phase.OVER))
    await until(lambda: len(far.parsed()) >= 2)
    first, second = far.parsed()
    data = first["$!"]["rfc5424-sd"]["wallboard@32473"]
    assert data["reason"].startswith('Bill��ing "quoted" ] \\ <1>1 �[31m 💥')
    assert data["thread"] == "77aa01"
    assert second["$!"]["rfc5424-sd"]["wallboard@32473"]["phase"] == "over"


def test_a_datagram_is_no_longer_than_every_receiver_takes():
    message = message_of(notice(alarms=(alarm("💥" * 2000, reason="💥" * 2000),)), 16)
    assert len(message) < 2 * LONGEST_UDP
    assert message.startswith(b"<130>1 2025-11-28T")


async def test_where_nobody_listens_it_was_not_delivered():
    with pytest.raises(DeliveryError, match=r"127\.0\.0\.1:9"):
        await channel(9, "tcp").send(notice())


async def test_one_that_takes_nothing_is_given_up_in_time():
    ended = asyncio.Event()

    async def never(reader, writer):
        await reader.read()
        writer.close()
        ended.set()

    far = await asyncio.start_server(never, "127.0.0.1", 0)
    port = far.sockets[0].getsockname()[1]
    with pytest.raises(DeliveryError, match="within 1 s"):
        await channel(port, "tls", timeout=1.0).send(notice())
    far.close()
    await ended.wait()
