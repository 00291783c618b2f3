"""A look at several servers at once, and which proxy leads to each."""

import asyncio
import socket
import time

import pytest

from wallboard.domain.doctor import ON_THE_WAY, Step
from wallboard.domain.observation import Cause
from wallboard.domain.policy import Level
from wallboard.feeds.doctor import look, proxy_finding
from wallboard.recorder.paths import RecordingFile
from wallboard.report.setup.doctor import DoctorText
from wallboard.setting_types import Secret
from wallboard.settings import AlarmSettings, EntryPointSettings, ServerSettings, Settings
from wallboard.simulator.scenario import parse_scenario
from wallboard.simulator.server import Simulator

HTTPS = ServerSettings(name="prod", url="https://ece.example.com:8443/root")


@pytest.mark.parametrize(
    ("environ", "ignored"),
    [
        ({}, ()),
        ({"https_proxy": "http://p:1"}, ("https_proxy",)),
        ({"HTTPS_PROXY": "http://p:1"}, ("HTTPS_PROXY",)),
        ({"http_proxy": "http://p:1"}, ()),
        ({"all_proxy": "http://p:1"}, ("all_proxy",)),
        ({"https_proxy": ""}, ()),
        ({"https_proxy": "http://p:1", "no_proxy": "*"}, ()),
        ({"https_proxy": "http://p:1", "no_proxy": "other, .example.com"}, ()),
        ({"https_proxy": "http://p:1", "NO_PROXY": "ece.example.com"}, ()),
        ({"https_proxy": "http://p:1", "no_proxy": "xample.com"}, ("https_proxy",)),
    ],
)
def test_a_proxy_that_only_the_environment_names_is_known_by_its_variable(environ, ignored):
    finding = proxy_finding(HTTPS, environ)
    assert finding.facts == {"used": False, "ignored": ignored}
    assert all(name in finding.sentence for name in ignored)
    assert "p:1" not in finding.sentence


def test_the_proxy_of_the_config_is_told_of_without_its_address():
    for address, told in (
        ("http://me:hush@p.example.com:1", True),
        ("http://p.example.com", False),
    ):
        server = ServerSettings(name="prod", url="http://ece", proxy=Secret(address))
        finding = proxy_finding(server, {"http_proxy": "http://other"})
        assert finding.facts == {"used": True}
        assert ("password" in finding.sentence) is told
        assert "hush" not in finding.sentence
        assert "p.example.com" not in finding.sentence


async def test_every_server_is_told_of_whole_and_none_waits_for_another(tmp_path):
    findings = []
    with socket.create_server(("127.0.0.1", 0)) as silent:
        servers = (
            ServerSettings(name="silent", url=f"http://127.0.0.1:{silent.getsockname()[1]}"),
            ServerSettings(name="shut", url="http://127.0.0.1:1"),
        )
        settings = Settings(server=servers, timeout=0.5)
        place = RecordingFile(tmp_path / "board.db")
        async with asyncio.timeout(60):
            await look(settings, place, {}, findings.append, clock=time.time)
    for server in servers:
        steps = [one.step for one in findings if one.server == server.name]
        assert steps == [Step.PROXY, *ON_THE_WAY]
    order = [one.server for one in findings if one.level is Level.CRITICAL]
    assert order == ["shut", "silent"]
    assert [one.step for one in findings if one.server is None] == [
        Step.RECORDING,
        Step.WITNESS,
    ]


async def test_the_witnesses_are_told_of_last_and_all_are_asked(tmp_path, closed_port):
    findings = []
    with socket.create_server(("127.0.0.1", 0)) as witness:
        answers, refuses = f"127.0.0.1:{witness.getsockname()[1]}", f"127.0.0.1:{closed_port}"
        for addresses in ((answers,), (answers, refuses), (refuses,), ()):
            settings = Settings(alarm=AlarmSettings(witness=addresses))
            await look(settings, None, {}, findings.append, clock=time.time)
    told = findings[1::2]
    assert {one.step for one in told} == {Step.WITNESS}
    assert [one.level for one in told] == [Level.OK, Level.WARNING, Level.WARNING, None]
    assert told[0].sentence == f"{answers} answers."
    assert told[1].sentence == f"{answers} answers; {refuses} does not: Connection refused."
    assert told[1].facts == {"answering": (answers,), "failing": (refuses,)}
    assert told[3].sentence.startswith("None. A `witness`")


async def test_each_node_is_asked_by_the_doctor():
    simulator = Simulator(entry_points=[1000], scenario=parse_scenario(""))
    findings = []
    async with simulator, asyncio.timeout(60):
        place = simulator.url.removeprefix("http://")
        server = ServerSettings(
            name="prod",
            url=simulator.url,
            nodes=(place, "127.0.0.1:1"),
            entry_point=(EntryPointSettings(id=1000),),
        )
        settings = Settings(server=(server,), timeout=5.0)
        await look(settings, None, {}, findings.append, clock=time.time)
    of_server = [one.step for one in findings if one.server == "prod"]
    assert of_server[-4:] == [Step.API, Step.NODE, Step.NODE, Step.CLOCK]
    text = DoctorText([server], None)
    lines = [line for finding in findings for line in text.hear(finding)]
    assert sum(line.strip().startswith("node ") for line in lines) == 2
    well, dead = [one for one in findings if one.step is Step.NODE]
    assert (well.level, well.sentence) == (Level.OK, f"{place} answers for 1000: it is open.")
    assert (dead.level, dead.cause) == (Level.WARNING, Cause.REFUSED)
    assert "127.0.0.1:1" in dead.sentence
    assert "`nodes`" in dead.sentence
