"""Where each GET is asked."""

import subprocess
import sys

import pytest

from wallboard.domain.endpoint import Endpoint
from wallboard.ece.answer.endpoints import OPERATIONS
from wallboard.ece.ask.outgoing import basic_auth_of, url_of, without_credentials
from wallboard.settings import DEFAULT_CONTEXT_ROOT, ServerSettings

ALLOWED, AVAILABILITY = Endpoint.CHAT_ALLOWED, Endpoint.AGENT_AVAILABILITY


def test_the_table_has_every_endpoint_under_its_own_name():
    assert set(OPERATIONS) == set(Endpoint)
    assert all(operation.path == endpoint for endpoint, operation in OPERATIONS.items())


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://h", f"http://h{DEFAULT_CONTEXT_ROOT}/chatAllowed/7"),
        ("http://h/", f"http://h{DEFAULT_CONTEXT_ROOT}/chatAllowed/7"),
        ("https://h:8443", f"https://h:8443{DEFAULT_CONTEXT_ROOT}/chatAllowed/7"),
        ("http://h/webchatprod/egain//", "http://h/webchatprod/egain/chatAllowed/7"),
        ("http://[::1]:80/x", "http://[::1]:80/x/chatAllowed/7"),
        ("http://me:pw@[fe80::1]/x", "http://[fe80::1]/x/chatAllowed/7"),
        ("http://me:p%40w@h/x", "http://h/x/chatAllowed/7"),
        ("http://h/x?tenant=5", "http://h/x/chatAllowed/7?tenant=5"),
        ("http://h?tenant=5#top", f"http://h{DEFAULT_CONTEXT_ROOT}/chatAllowed/7?tenant=5"),
    ],
)
def test_the_address_keeps_all_but_credentials(url, address):
    assert url_of(ServerSettings(name="s", url=url), ALLOWED, 7) == address


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("agentAvilability", "http://h/x/agentAvilability/7"),
        ("/agentAvilability/", "http://h/x/agentAvilability/7"),
        ("{id}/livesessionstatus", "http://h/x/7/livesessionstatus"),
        ("status?id={id}", "http://h/x/status?id=7&tenant=5"),
        ("status?v=3", "http://h/x/status/7?v=3&tenant=5"),
    ],
)
def test_a_path_of_the_config_replaces_the_operation(path, address):
    tenant = "?tenant=5" if "?" in path else ""
    server = ServerSettings(name="s", url=f"http://h/x{tenant}", paths={AVAILABILITY: path})

    assert url_of(server, AVAILABILITY, 7) == address
    assert "/chatAllowed/7" in url_of(server, ALLOWED, 7)


def test_credentials_in_the_address_become_a_header():
    assert basic_auth_of("http://h") is None
    assert basic_auth_of("http://Aladdin:open%20sesame@h") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    assert without_credentials("http://me:pw@[::1]:8/x?q=1") == "http://[::1]:8/x?q=1"


def test_decoding_loads_no_http_library():
    program = (
        "import sys, wallboard.ece.answer.decode, wallboard.ece.answer.endpoints;"
        "print([name for name in ('httpx', 'aiohttp', 'textual') if name in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
