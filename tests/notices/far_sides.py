"""A far side on loopback for every kind of channel, and what each was told, in the same words."""

import asyncio
import email
import json
import re
import sys
from email import policy
from types import SimpleNamespace

from aiosmtpd.smtp import SMTP

CHANNELS = """
[[channel.webhook]]
name = "webhook"
url = "{webhook}"

[[channel.pagerduty]]
name = "pagerduty"
routing_key = "R0UT1NGKEYR0UT1NGKEYR0UT1NGKEY00"
url = "{pagerduty}"

[[channel.servicenow]]
name = "servicenow"
url = "{servicenow}"
user = "wall"
password = "s3cret"

[[channel.syslog]]
name = "udp"
host = "127.0.0.1"
port = {udp}

[[channel.syslog]]
name = "tcp"
host = "127.0.0.1"
port = {tcp}
transport = "tcp"

[[channel.email]]
name = "email"
host = "127.0.0.1"
port = {smtp}
security = "none"
sender = "wall@example.com"
to = ["noc@example.com"]

[[channel.command]]
name = "command"
argv = ["{python}", "-SE", "{program}", "{log}"]

[[channel.apprise]]
name = "apprise"
url = "{apprise}"

[[channel.heartbeat]]
name = "alive"
url = "{webhook}"
"""
NAMES = ("webhook", "pagerduty", "servicenow", "udp", "tcp", "email", "command", "apprise")
PROGRAM = "import sys; open(sys.argv[1], 'a').write(sys.stdin.read() + chr(10))\n"


class FarSides:
    """All of them. ``told`` gives (thread, key, what) for each message, of one kind."""

    def __init__(self, folder) -> None:
        self.folder = folder
        self.log, self.program = folder / "command.log", folder / "program.py"
        self.program.write_text(PROGRAM)
        self.mails, self.datagrams, self.frames = [], [], []
        self._servers, self._transports = [], []

    async def start(self, far_side) -> None:
        """Begin to listen."""
        loop = asyncio.get_running_loop()
        self.web = {name: await far_side() for name in ("webhook", "pagerduty", "servicenow")}
        self.web["apprise"] = await far_side((200, b"", {}))
        transport, _ = await loop.create_datagram_endpoint(
            lambda: Datagrams(self.datagrams), local_addr=("127.0.0.1", 0)
        )
        self._transports.append(transport)
        self.udp = transport.get_extra_info("sockname")[1]
        self.tcp = await self._serve(await asyncio.start_server(self._frame, "127.0.0.1", 0))
        mail = await loop.create_server(
            lambda: SMTP(self, hostname="mail.example.com", loop=loop), "127.0.0.1", 0
        )
        self.smtp = await self._serve(mail)

    async def stop(self) -> None:
        """Listen no more."""
        for server in self._servers:
            server.close()
            await server.wait_closed()
        for transport in self._transports:
            transport.close()

    @property
    def channels(self) -> str:
        """The tables of the config."""
        web = {name: far.url for name, far in self.web.items()}
        web["servicenow"] = web["servicenow"].removesuffix("/take")
        web["apprise"] = web["apprise"].replace("http://", "json://")
        return CHANNELS.format(
            udp=self.udp,
            tcp=self.tcp,
            smtp=self.smtp,
            python=sys.executable,
            program=self.program,
            log=self.log,
            **web,
        )

    def told(self, name: str) -> list[SimpleNamespace]:
        """What one was told, in order, repeats folded by their key where it is given one."""
        first = {}
        for one in getattr(self, f"_{name}")():
            first.setdefault(one.key, one)
        return list(first.values())

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        """Take a mail."""
        self.mails.append(email.message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    async def _serve(self, server) -> int:
        self._servers.append(server)
        return server.sockets[0].getsockname()[1]

    async def _frame(self, reader, writer) -> None:
        length = int((await reader.readuntil(b" ")).decode())
        self.frames.append(await reader.readexactly(length))
        await reader.read()
        writer.close()

    def _webhook(self):
        for one in self.web["webhook"].requests:
            if one.method == "POST":
                yield _document(one.json, one.headers["Idempotency-Key"])

    def _command(self):
        for line in self.log.read_text().splitlines():
            document = json.loads(line)
            yield _document(document, document["id"])

    def _pagerduty(self):
        phases = {"trigger": "call", "acknowledge": "acknowledge", "resolve": "over"}
        for one in self.web["pagerduty"].requests:
            thread, action = one.json["dedup_key"], phases[one.json["event_action"]]
            details = one.json.get("payload", {}).get("custom_details", {})
            about = _about(details["alarms"][0]) if details else None
            yield _said(thread, (thread, action), action, about)

    def _servicenow(self):
        for one in self.web["servicenow"].requests:
            (record,) = one.json["records"]
            details = json.loads(record["additional_info"])
            phase = _phase(details["phase"])
            thread = record["message_key"]
            yield _said(thread, (thread, phase), phase, _about(details["alarms"][0]))

    def _udp(self):
        return map(_syslog, self.datagrams)

    def _tcp(self):
        return map(_syslog, self.frames)

    def _email(self):
        for mail in self.mails:
            phase = _phase_of_title(mail["Subject"])
            about = _about_text(mail["Subject"], mail.get_content())
            yield _said(mail["References"], mail["Message-ID"], phase, about)

    def _apprise(self):
        for one in self.web["apprise"].requests:
            title, message = one.json["title"], one.json["message"]
            about = _about_text(title, message)
            # It has no place for a key.
            yield _said(about, (title, message), _phase_of_title(title), about)


class Datagrams(asyncio.DatagramProtocol):
    """Keeps what comes."""

    def __init__(self, received) -> None:
        self._received = received

    def datagram_received(self, data, addr) -> None:
        """Keep one."""
        self._received.append(data)


def _said(thread, key, phase, about):
    return SimpleNamespace(thread=thread, key=key, phase=phase, about=about)


def _document(document, key):
    about = _about(document["alarms"][0])
    return _said(document["thread"], key, _phase(document["phase"]), about)


def _syslog(message):
    fields = dict(re.findall(r'(\w+)="([^"]*)"', message.decode()))
    words = message.decode().partition("\ufeff")[2]
    about = _about_text(words, words)
    return _said(fields["thread"], fields["id"], _phase(fields["phase"]), about)


def _phase(phase):
    return "call" if phase in {"raise", "remind"} else phase


def _phase_of_title(title):
    return "over" if title.startswith("OVER") else "call"


def _about(alarm):
    """Whose alarm it is, and when it began, to the minute."""
    return alarm["name"], alarm["since"][11:16]


def _about_text(title, text):
    name = re.match(r"(?:STILL )?[A-Z]+ (.+?)(?: \(\w+\))?: ", title)[1]
    return name, re.search(r"(?:Since |^|\W)(\d\d:\d\d) ", text)[1]
