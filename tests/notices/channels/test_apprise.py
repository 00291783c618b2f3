"""Apprise, the library itself, against a web server that takes its JSON."""

import asyncio
import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from notice_stories import alarm, notice

from tests.waiting import PATIENCE_SECONDS
from wallboard.channel_settings import AppriseSettings
from wallboard.ece.ask.outgoing import ClientSetupError
from wallboard.notices.channel import DeliveryError, MissingExtraError
from wallboard.notices.channels.apprise import Apprise
from wallboard.notices.notice import Phase
from wallboard.setting_types import Secret

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")
"""It is the library that still uses it."""


def channel(url):
    return Apprise(AppriseSettings(name="chat", url=Secret(url)))


async def test_it_says_what_and_how_bad(far_side):
    far = await far_side((200, b"", {}))
    chat = channel(far.url.replace("http://", "json://"))
    assert await chat.send(notice()) == "JSON accepted"
    await chat.send(notice(Phase.OVER))
    first, second = (one.json for one in far.requests)
    assert first["title"] == "CRITICAL Billing US (prod): SERVICE DOWN"
    assert "Reason: service_not_running" in first["message"]
    assert (first["type"], second["type"]) == ("failure", "success")


async def test_a_hostile_name_stays_text(far_side):
    far = await far_side((200, b"", {}))
    await channel(far.url.replace("http://", "json://")).send(
        notice(alarms=(alarm("<b>*Bill*\x1b[31m</b>\r\n"),))
    )
    assert "<b>*Bill*�[31m</b>" in far.requests[0].json["title"]


async def test_a_refusal_names_the_service_and_no_secret(far_side):
    far = await far_side((403, b"", {}))
    url = far.url.replace("http://", "json://user:s3cret@")
    with pytest.raises(DeliveryError, match="JSON did not take it") as caught:
        await channel(url).send(notice())
    assert "s3cret" not in str(caught.value)


SEND = """
import asyncio, sys, warnings
warnings.simplefilter("ignore")
from notice_stories import notice
from wallboard.channel_settings import AppriseSettings
from wallboard.notices.channel import DeliveryError
from wallboard.notices.channels.apprise import Apprise
from wallboard.setting_types import Secret
chat = Apprise(AppriseSettings(name="chat", url=Secret(sys.argv[1]), timeout=0.5))
try:
    asyncio.run(chat.send(notice()))
except DeliveryError as error:
    print(error)
"""


async def test_the_end_of_the_program_does_not_wait_for_a_service_that_drips():
    async def drip(_reader, writer):
        with contextlib.suppress(OSError):
            while True:
                writer.write(b"H")
                await writer.drain()
                await asyncio.sleep(0.1)

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    url = f"json://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    sending = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SEND, url, stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
    )  # fmt: skip
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            said, _ = await sending.communicate()
    finally:
        with contextlib.suppress(ProcessLookupError):
            sending.kill()
        server.close()
    assert said == b"no answer within 0.5 s\n"


def test_an_address_that_apprise_does_not_know_is_refused():
    with pytest.raises(ClientSetupError, match='channel "chat"') as caught:
        channel("nonsense://s3cret")
    assert "s3cret" not in str(caught.value)


def test_without_the_extra_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(MissingExtraError, match=r'pip install "wallboard\[notify\]"'):
        channel("json://127.0.0.1/")
