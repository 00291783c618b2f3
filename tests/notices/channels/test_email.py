"""Mail against a real SMTP server with STARTTLS, TLS and a login."""

import asyncio
import base64
import email
import ssl
from email import policy

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from notice_stories import alarm, notice
from waiting import until

from wallboard.channel_settings import EmailSettings
from wallboard.notices.channel import DeliveryError
from wallboard.notices.channels.email import Email
from wallboard.notices.notice import Phase
from wallboard.setting_types import Secret

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
"""Said of a server with TLS from the start, too."""


class Inbox:
    """Takes mail as an SMTP server does, or refuses it as it is told to."""

    def __init__(self) -> None:
        self.mails = []
        self.says = "250 OK"
        self.unknown = ()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address in self.unknown:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.says.startswith("250"):
            mail = email.message_from_bytes(envelope.content, policy=policy.default)
            self.mails.append((mail, envelope.rcpt_tos))
        return self.says


@pytest.fixture
def inbox():
    return Inbox()


@pytest.fixture
async def smtp_server(inbox, server_context):
    running, sessions = [], []

    async def start(*, starttls=True, tls=False, password=None):
        def authenticate(server, session, envelope, mechanism, data):
            return AuthResult(success=data.password == password.encode(), handled=False)

        options = {"hostname": "mail.example.com", "loop": asyncio.get_running_loop()}
        if starttls and not tls:
            options |= {"require_starttls": True, "tls_context": server_context}
        if password:
            options |= {"auth_required": True, "authenticator": authenticate}
            # It does not take TLS from the start for TLS.
            options |= {"auth_require_tls": not tls}

        def session():
            sessions.append(SMTP(inbox, **options))
            return sessions[-1]

        server = await asyncio.get_running_loop().create_server(
            session,
            "127.0.0.1",
            0,
            ssl=server_context if tls else None,
        )
        running.append(server)
        return server.sockets[0].getsockname()[1]

    yield start
    for one in running:
        one.close()
    for one in sessions:
        if one.transport:
            one.transport.abort()
    await until(lambda: all(one.transport is None for one in sessions))


def channel(port, **settings):
    known = {"sender": "wall@example.com", "to": ("noc@example.com",), "name": "mail"}
    return Email(EmailSettings(host="127.0.0.1", port=port, **(known | settings)))


async def test_all_notices_of_an_alarm_are_one_thread(smtp_server, inbox, ca_file):
    mail = channel(await smtp_server(), ca_file=ca_file)
    assert await mail.send(notice()) == "accepted"
    await mail.send(notice(Phase.OVER, id="5f0c2a.2"))
    (first, to), (second, _) = inbox.mails
    assert first["Subject"] == "CRITICAL Billing US (prod): SERVICE DOWN"
    assert first["Message-ID"] == "<5f0c2a.1@example.com>"
    assert first["References"] == second["References"] == "<77aa01@example.com>"
    assert first["Auto-Submitted"] == "auto-generated"
    assert to == ["noc@example.com"]
    words = first.get_content()
    assert "Reason: service_not_running" in words
    assert "Runbook: https://wiki.example.com/billing" in words
    assert "Owner: Chat team +1 555 0100" in words
    assert "Look: ssh jump1 wallboard" in words


async def test_a_hostile_name_puts_nothing_into_the_head(smtp_server, inbox, ca_file):
    name = "Billing\r\nBcc: victim@example.com\r\n\r\n💥" + "x" * 4096
    mail = channel(await smtp_server(), ca_file=ca_file)
    await mail.send(notice(alarms=(alarm(name, reason=name),)))
    ((seen, to),) = inbox.mails
    assert seen["Bcc"] is None
    assert to == ["noc@example.com"]
    assert "Billing Bcc: victim@example.com 💥" in seen["Subject"]


async def test_it_logs_in_over_tls(smtp_server, inbox, ca_file):
    port = await smtp_server(tls=True, password="s3cret")
    login = {"user": Secret("wall"), "security": "tls", "ca_file": ca_file}
    await channel(port, password=Secret("s3cret"), **login).send(notice())
    assert len(inbox.mails) == 1
    with pytest.raises(DeliveryError, match="answered 535") as caught:
        await channel(port, password=Secret("wr0ng"), **login).send(notice())
    assert not caught.value.permanent
    assert "wr0ng" not in str(caught.value)


async def test_no_error_repeats_the_login_if_the_server_does(smtp_server, inbox, ca_file):
    port = await smtp_server(password="s3cr3t-word")
    login = {"user": Secret("wall"), "password": Secret("s3cr3t-word")}
    plain = base64.b64encode(b"\0wall\0s3cr3t-word").decode()
    inbox.says = f"554 go away, {plain} with s3cr3t-word"
    with pytest.raises(DeliveryError, match="go away, ••• with •••"):
        await channel(port, ca_file=ca_file, **login).send(notice())


async def test_a_server_that_nobody_vouches_for_gets_neither_mail_nor_password(smtp_server, inbox):
    mail = channel(await smtp_server(), user=Secret("wall"), password=Secret("s3cret"))
    with pytest.raises(DeliveryError, match="its certificate is not trusted"):
        await mail.send(notice())
    assert inbox.mails == []


@pytest.mark.parametrize(("says", "permanent"), [("451 try later", False), ("554 no thanks", True)])
async def test_what_a_refusal_means(smtp_server, inbox, ca_file, says, permanent):
    inbox.says = says
    with pytest.raises(DeliveryError, match=says[:3]) as caught:
        await channel(await smtp_server(), ca_file=ca_file).send(notice())
    assert caught.value.permanent is permanent


async def test_some_recipients_are_better_than_none_and_it_is_said(smtp_server, inbox, ca_file):
    inbox.unknown = ("gone@example.com",)
    both = ("noc@example.com", "gone@example.com")
    answer = await channel(await smtp_server(), ca_file=ca_file, to=both).send(notice())
    assert answer == "accepted, but not for gone@example.com"
    with pytest.raises(DeliveryError, match="550 no such user") as caught:
        await channel(await smtp_server(), ca_file=ca_file, to=("gone@example.com",)).send(notice())
    assert caught.value.permanent


async def test_a_server_without_tls_is_not_trusted_with_mail(smtp_server, inbox, ca_file):
    port = await smtp_server(starttls=False)
    with pytest.raises(DeliveryError, match="STARTTLS") as caught:
        await channel(port, ca_file=ca_file).send(notice())
    assert not caught.value.permanent
    assert await channel(port, security="none").send(notice()) == "accepted"


async def test_where_nobody_listens_it_was_not_delivered():
    with pytest.raises(DeliveryError, match=r"127\.0\.0\.1:9: Connection refused") as caught:
        await channel(9).send(notice())
    assert not caught.value.permanent


def test_nothing_but_a_verified_context_is_used(ca_file):
    context = channel(9, ca_file=ca_file)._context
    assert context.verify_mode is ssl.CERT_REQUIRED
