"""``wallboard metrics`` as a process, scraped by a client and by a real metrics server."""

import asyncio
import gzip
import json
import re
import shutil
import signal
import subprocess
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as of_openmetrics
from prometheus_client.parser import text_string_to_metric_families
from waiting import PATIENCE_SECONDS, until

CALM = "[queue]\nload = 0.1\nagents = 9\n"
NO_AGENTS = CALM + '[[fault]]\nkind = "agents"\ncount = 0\nentry_points = 1001\n'

PROMETHEUS = shutil.which("prometheus")


@dataclass
class Served:
    process: asyncio.subprocess.Process
    url: str

    async def page(self, **headers: str):
        async with (
            aiohttp.ClientSession(auto_decompress=False) as session,
            session.get(self.url, headers=headers, skip_auto_headers=["Accept-Encoding"]) as answer,
        ):
            return answer.status, answer.headers, await answer.read()

    async def samples(self, name):
        _status, _headers, body = await self.page()
        families = text_string_to_metric_families(body.decode())
        return [(s.labels, s.value) for f in families for s in f.samples if s.name == name]

    async def levels(self):
        samples = await self.samples("wallboard_level")
        return {labels["entry_point"]: value for labels, value in samples}

    async def polled(self, count):
        """Wait until so many polls are counted."""

        async def are_polled():
            return sum(v for _, v in await self.samples("wallboard_polls_total")) >= count

        await until(are_polled)


async def listening(process):
    """What a command that logs JSON serves, once it does."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while line := await process.stderr.readline():
            said = json.loads(line)
            if said["event"] == "serving_metrics":
                return Served(process, said["url"])
    raise AssertionError("it ended without serving anything")


@pytest.fixture
def serve(start):
    async def started(simulator, *args: str, interval="3600", command=("metrics",)):
        ids = [str(number) for number in simulator.entry_points]
        address = ["--url", simulator.url, *ids, "--interval", interval, "--log-format", "json"]
        return await listening(await start(*command, *address, *args))

    return started


@pytest.fixture
def metrics(serve):
    async def started(simulator, *args: str, **options: str):
        return await serve(simulator, "--listen", "0", "--no-record", *args, **options)

    return started


async def test_the_page_tells_level_and_verdict_as_a_check_does(metrics, simulated, wallboard):
    simulator = await simulated(NO_AGENTS)
    served = await metrics(simulator)
    await served.polled(15)
    checked = await wallboard("check", "--format", "json", "--url", simulator.url, "1000-1002")
    levels = {"ok": 0, "warning": 1, "unknown": 2, "critical": 3}
    report = {str(one["id"]): one for one in json.loads(checked.out)["entry_points"]}
    assert await served.levels() == {number: levels[one["level"]] for number, one in report.items()}
    verdicts = await served.samples("wallboard_verdict")
    assert {
        labels["entry_point"]: labels["wallboard_verdict"] for labels, value in verdicts if value
    } == {number: one["verdict"] for number, one in report.items()}
    assert report["1001"]["verdict"] == "agent_not_available"


async def test_a_scrape_never_polls(metrics, simulated):
    simulator = await simulated()
    served = await metrics(simulator)
    await served.polled(15)
    for _ in range(20):
        await served.page()
    assert simulator.requests.count == 15


async def test_it_listens_on_this_machine_only_and_speaks_what_is_asked_for(metrics, simulated):
    served = await metrics(await simulated())
    assert served.url.startswith("http://127.0.0.1:")
    status, headers, body = await served.page()
    assert (status, headers["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert not body.endswith(b"# EOF\n")
    asked = {"Accept": "application/openmetrics-text;version=1.0.0", "Accept-Encoding": "gzip"}
    status, headers, body = await served.page(**asked)
    assert headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    assert headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(body).endswith(b"# EOF\n")


async def test_beside_the_page_there_is_an_index_and_a_sign_of_health(metrics, simulated):
    served = await metrics(await simulated())
    root = served.url.removesuffix("/metrics")
    async with aiohttp.ClientSession() as session:
        answers = {}
        for path in ("/", "/-/healthy", "/elsewhere"):
            async with session.get(root + path) as answer:
                answers[path] = answer.status, await answer.text()
    assert '<a href="/metrics">' in answers["/"][1]
    assert answers["/-/healthy"] == (200, "ok\n")
    assert answers["/elsewhere"][0] == 404


async def test_many_scrapes_at_once_are_served_or_told_to_come_back(metrics, simulated):
    served = await metrics(await simulated(entry_points=40))
    await served.polled(200)
    async with asyncio.timeout(PATIENCE_SECONDS):
        answers = await asyncio.gather(*(served.page() for _ in range(60)))
    assert {status for status, _headers, _body in answers} <= {200, 503}
    assert 200 in {status for status, _headers, _body in answers}
    assert all("Retry-After" in headers for status, headers, _ in answers if status == 503)
    assert (await served.page())[0] == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_in_good_order(metrics, simulated, number):
    served = await metrics(await simulated())
    served.process.send_signal(number)
    async with asyncio.timeout(PATIENCE_SECONDS):
        _out, err = await served.process.communicate()
    assert served.process.returncode == (0 if number == signal.SIGTERM else 130)
    assert json.loads(err.decode().splitlines()[-1])["event"] == "stopped"


async def test_a_port_that_is_taken_is_said_so(metrics, simulated, wallboard):
    simulator = await simulated()
    served = await metrics(simulator)
    port = served.url.split(":")[2].split("/")[0]
    ended = await wallboard("metrics", "--url", simulator.url, "1000", "--listen", port)
    assert ended.status == 69
    assert ended.err == f"wallboard: metrics: port {port} on 127.0.0.1 is already in use\n"


@pytest.mark.parametrize("where", ["x", "70000", "host:", "::1:80", "-1", "127.0.0.1:٣"])
async def test_an_address_that_is_none_is_refused(wallboard, where):
    ended = await wallboard("metrics", "--url", "http://127.0.0.1:9", "1", f"--listen={where}")
    assert ended.status == 64
    assert "use PORT, HOST:PORT or [::1]:PORT." in ended.err


async def without_the_extra(command, environment, folder):
    code = (
        "import sys; sys.modules['prometheus_client'] = None; from wallboard.cli import main; "
        "main(sys.argv[1:])"
    )
    return await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", code, *command],
        env=environment, cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("command", [["metrics"], ["record", "--metrics", "0"]])
async def test_without_the_extra_it_says_what_to_install(command, environment, tmp_path):
    url = ["--url", "http://127.0.0.1:9", "1000"]
    done = await without_the_extra([*command, *url], environment, tmp_path)
    assert done.returncode == 69
    assert 'pip install "wallboard[metrics]"' in done.stderr


@pytest.mark.parametrize("printed", ["rules", "dashboard"])
async def test_rules_and_dashboard_need_no_extra(printed, environment, tmp_path):
    done = await without_the_extra(["metrics", printed], environment, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "wallboard_level" in done.stdout


async def test_a_recorder_serves_the_same_page(serve, simulated, tmp_path):
    simulator = await simulated(NO_AGENTS)
    file = str(tmp_path / "wall.db")
    served = await serve(simulator, "--file", file, "--metrics", "0", command=("record",))
    await served.polled(15)
    assert await served.levels() == {"1000": 0, "1001": 3, "1002": 0}


async def test_beside_a_board_that_records_it_polls_nothing_and_knows_as_much(
    serve, simulated, tmp_path
):
    simulator = await simulated(NO_AGENTS)
    file = str(tmp_path / "wall.db")
    first = await serve(simulator, "--file", file, "--metrics", "0", command=("record",))
    await first.polled(15)
    second = await serve(simulator, "--listen", "0", "--record", file)

    async def are_known():
        return await second.levels() == {"1000": 0, "1001": 3, "1002": 0}

    await until(are_known)
    assert simulator.requests.count == 15


async def test_while_whoever_polls_for_it_is_stopped_all_it_serves_is_stale(
    serve, simulated, tmp_path
):
    simulator = await simulated(CALM)
    file = str(tmp_path / "wall.db")
    recorder = ("--file", file, "--metrics", "0")
    first = await serve(simulator, *recorder, command=("record",), interval="0.5")
    await first.polled(15)
    second = await serve(simulator, "--listen", "0", "--record", file, interval="0.5")

    def are_all(stale):
        async def they_are():
            return {value for _, value in await second.samples("wallboard_stale")} == {stale}

        return they_are

    await until(are_all(0.0))
    first.process.send_signal(signal.SIGSTOP)
    await until(are_all(1.0))
    first.process.send_signal(signal.SIGCONT)
    await until(are_all(0.0))


async def test_a_bad_duration_is_refused(wallboard):
    ended = await wallboard("metrics", "rules", "--for", "soon")
    assert ended.status == 64
    assert "not a duration: 'soon'; use 30s or 5m." in ended.err


@pytest.mark.skipif(PROMETHEUS is None, reason="prometheus is not installed (Debian: prometheus)")
async def test_a_real_metrics_server_scrapes_it_and_fires_the_shipped_alert(
    metrics, simulated, wallboard, tmp_path
):
    simulator = await simulated(NO_AGENTS)
    served = await metrics(simulator, interval="0.5")
    rules = await wallboard("metrics", "rules", "--for", "1s", "--interval", "1s")
    (tmp_path / "wallboard.rules.yml").write_text(rules.out)
    target = served.url.removeprefix("http://").removesuffix("/metrics")
    config = {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s"},
        "rule_files": ["wallboard.rules.yml"],
        "scrape_configs": [
            {"job_name": "wallboard", "static_configs": [{"targets": [target]}]},
        ],
    }
    (tmp_path / "prometheus.yml").write_text(json.dumps(config))
    async with real_server(tmp_path) as api:
        fired = await api.firing("WallboardEntryPointCritical")
        assert [alert["labels"]["entry_point"] for alert in fired] == ["1001"]
        assert fired[0]["labels"]["severity"] == "critical"
        assert fired[0]["annotations"] == {
            "summary": f"Customers cannot start a chat: 1001 (1001 on {await server_name(served)})",
            "description": "The verdict is agent_not_available.",
        }
        (target,) = (await api.get("targets"))["activeTargets"]
        assert (target["health"], target["lastError"]) == ("up", "")
        open_now = await api.values('wallboard_verdict{wallboard_verdict="open"} == 1')
        assert sorted(labels["entry_point"] for labels, _value in open_now) == ["1000", "1002"]
        assert {v for _, v in await api.values("server:wallboard_level:max")} == {"3"}


async def server_name(served):
    ((labels, _value),) = await served.samples("wallboard_server_reachable")
    return labels["server"]


class Api:
    def __init__(self, session, root) -> None:
        self.session, self.root = session, root

    async def is_ready(self):
        async with self.session.get(f"{self.root}/-/ready") as answer:
            return answer.status == 200

    async def get(self, path, **parameters: str):
        url = f"{self.root}/api/v1/{path}"
        async with self.session.get(url, params=parameters) as answer:
            return (await answer.json())["data"]

    async def values(self, query):
        result = (await self.get("query", query=query))["result"]
        return [(one["metric"], one["value"][1]) for one in result]

    async def firing(self, name):
        """The alerts of a name, once they fire."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                alerts = [
                    alert
                    for alert in (await self.get("alerts"))["alerts"]
                    if alert["labels"]["alertname"] == name and alert["state"] == "firing"
                ]
                if alerts:
                    return alerts
                await asyncio.sleep(0.1)


@asynccontextmanager
async def real_server(folder):
    """Prometheus on a free port of this machine, with the config in a folder."""
    process = await asyncio.create_subprocess_exec(
        PROMETHEUS,
        "--config.file=prometheus.yml",
        "--storage.tsdb.path=data",
        "--web.listen-address=127.0.0.1:0",
        cwd=folder,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        root = await address_in(process.stderr)
        log = asyncio.create_task(process.stderr.read())
        async with aiohttp.ClientSession() as session:
            api = Api(session, root)
            await until(api.is_ready)
            yield api
    finally:
        process.terminate()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await process.wait()
    await log


async def address_in(log):
    lines = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while line := (await log.readline()).decode():
            lines.append(line)
            if found := re.search(r'"Listening on" address=(\S+)', line):
                return f"http://{found[1]}"
    raise AssertionError("".join(lines))


async def test_a_check_tells_the_same_families_of_one_round(wallboard, simulated):
    simulator = await simulated(NO_AGENTS)
    url = ["--url", simulator.url, "1000-1002"]
    ended = await wallboard("check", "--format", "openmetrics", *url)
    assert (ended.status, ended.err) == (2, "")
    samples = [s for family in of_openmetrics(ended.out) for s in family.samples]
    levels = {s.labels["entry_point"]: s.value for s in samples if s.name == "wallboard_level"}
    assert levels == {"1000": 0, "1001": 3, "1002": 0}
    assert sum(s.value for s in samples if s.name == "wallboard_polls_total") == 15


async def test_a_check_that_lacks_the_extra_says_so_before_it_polls(
    simulated, environment, tmp_path
):
    simulator = await simulated()
    check = ["check", "--format", "openmetrics", "--url", simulator.url, "1000"]
    done = await without_the_extra(check, environment, tmp_path)
    assert (done.returncode, simulator.requests.count) == (69, 0)
    assert 'pip install "wallboard[metrics]"' in done.stderr
