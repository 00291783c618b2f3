"""Zabbix, Checkmk, PRTG, Telegraf and Prometheus: what is made for them is read and run."""

import asyncio
import json
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from debian_programs import DEBIAN, program, run

from tests.cli.monitoring.conftest import HOSTILE, NAME, SERVERS
from wallboard.cli.commands.check_plugins import PLUGINS

AGENT, PHP = program("usr/sbin/zabbix_agentd"), next(DEBIAN.glob("usr/bin/php8.?"), None)
FRONTEND = DEBIAN / "usr/share/zabbix"
PROMTOOL = shutil.which("promtool")
IMPORT = Path(__file__).parent / "programs" / "zabbix_import.php"
CALM = "[queue]\nload = 0.1\nagents = 9\n"


def of_file(text, *words: str):
    return subprocess.run(["/bin/sh", "-c", text, "sh", *words], capture_output=True, text=True,
                          check=False)  # fmt: skip


async def in_thread(call, *args: object):
    return await asyncio.to_thread(call, *args)


@pytest.fixture
async def real(made, config, simulated):
    """What a system is given, for the real program and a simulated server."""
    simulator = await simulated(CALM, entry_points=2)

    async def make(*words: str):
        text = await made(*words, program=shutil.which("wallboard"))
        config(simulator.url)
        return text

    return make


@pytest.mark.skipif(PHP is None, reason="Zabbix is not here (Debian: zabbix-frontend-php, php-cli)")
async def test_the_frontend_of_zabbix_takes_the_template(made, tmp_path):
    file = tmp_path / "wallboard.json"
    file.write_text(await made("zabbix"))
    (extensions,) = DEBIAN.glob("usr/lib/php/2*")
    loaded = [
        f"-dextension={name}" for name in ("mbstring", "ctype", "gettext", "dom", "xmlreader")
    ]
    command = [PHP, "-n", f"-dextension_dir={extensions}", *loaded, IMPORT, FRONTEND, file]
    done = run(command)
    assert done.returncode == 0, done.stdout + done.stderr
    understood = json.loads(done.stdout)
    assert len(understood["expressions"]) == 4
    assert "wallboard.level[{#SERVER},{#ID}]" in understood["keys"]
    file.write_text(file.read_text().replace('"DEPENDENT"', '"DEPENDANT"'))
    assert run(command).returncode != 0


async def test_the_template_reads_what_the_check_prints(made, wallboard, simulated):
    simulator = await simulated(CALM, entry_points=1)
    printed = json.loads(
        (await wallboard("check", "--url", simulator.url, "1000", "--format", "json")).out
    )
    template = json.loads(await made("zabbix"))["zabbix_export"]["templates"][0]
    (rule,) = template["discovery_rules"]
    (one,) = printed["entry_points"]
    assert {macro["path"].removeprefix("$.") for macro in rule["lld_macro_paths"]} <= set(one)
    for item in rule["item_prototypes"]:
        path = item["preprocessing"][0]["parameters"][0]
        assert path.startswith('$.entry_points[?(@.server == "{#SERVER}" && @.id == {#ID})].')
        assert path.split(".")[-2] in one
    identities = [node["uuid"] for node in nodes(template) if "uuid" in node]
    assert len(set(identities)) == len(identities)
    assert template == json.loads(await made("zabbix"))["zabbix_export"]["templates"][0]


def nodes(value):
    if isinstance(value, dict):
        yield value
    children = (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    )
    for child in children:
        yield from nodes(child)


@pytest.mark.skipif(AGENT is None, reason="the agent of Zabbix is not here (Debian: zabbix-agent)")
async def test_the_agent_of_zabbix_runs_the_check(real, tmp_path):
    (tmp_path / "wallboard.conf").write_text(await real("zabbix", "--agent"))
    (tmp_path / "agent.conf").write_text(
        f"Server=127.0.0.1\nHostname=h\nTimeout=30\nLogType=console\nInclude={tmp_path}/wallboard.conf\n"
    )
    done = await in_thread(run, [AGENT, "-c", tmp_path / "agent.conf", "-t", "wallboard.check"])
    printed = done.stdout.partition("[t|")[2].rpartition("]")[0]
    said = json.loads(printed)["entry_points"]
    assert [(one["server"], one["name"], one["level"]) for one in said] == [
        ("prod", "Sales", "ok"), (HOSTILE, NAME, "ok"),
    ]  # fmt: skip


async def test_the_local_check_of_checkmk_has_a_service_for_each_entry_point(real):
    done = await in_thread(of_file, await real("checkmk"))
    assert (done.returncode, done.stderr) == (0, "")
    first, sales, hostile = done.stdout.splitlines()
    assert first == '0 "Wallboard" entry_points=2 2 entry points polled'
    assert sales.startswith('0 "Chat Sales (prod 1000)" wait=')
    assert hostile.startswith('0 "Chat S_ _q_ _x_ _HOSTNAME_ _n __')


async def test_the_script_of_prtg_is_a_sensor_with_the_parameters_in_its_comments(real):
    text = await real("prtg")
    listed = [line.rpartition("): ")[2] for line in text.splitlines() if line.startswith("#   ")]
    assert [shlex.split(one) for one in listed] == [
        [f"--server={server}", str(number)]
        for server, number in zip(SERVERS, (1000, 1001), strict=True)
    ]
    for words, name in ((shlex.split(listed[1]), NAME), ([], "2 entry points ok")):
        done = await in_thread(of_file, text, *words)
        assert done.returncode == 0, done.stderr
        said = json.loads(done.stdout)["prtg"]
        assert said["text"].startswith(name)
        assert said["result"][0]["Value"] == 0


async def test_telegraf_runs_the_check_and_reads_columns_that_are_there(real):
    (entry,) = tomllib.loads(await real("telegraf"))["inputs"]["exec"]
    assert set(entry) == {"commands", "interval", "timeout", "data_format", "json_v2"}
    (command,) = entry["commands"]
    done = await in_thread(subprocess.check_output, shlex.split(command))
    said = json.loads(done)["entry_points"]
    (wanted,) = entry["json_v2"][0]["object"]
    assert wanted["path"] == "entry_points"
    assert set(wanted["tags"]) < set(wanted["included_keys"]) <= set(said[0])
    assert [one["name"] for one in said] == ["Sales", NAME]


async def test_a_check_that_finds_faults_is_no_error_to_the_agents(made, wallboard):
    """Nobody listens where the config points to."""
    for system in (["telegraf"], ["zabbix", "--agent"], ["checkmk"], ["prtg"]):
        text = await made(*system, program=shutil.which("wallboard"))
        command = text
        if system == ["telegraf"]:
            command = tomllib.loads(text)["inputs"]["exec"][0]["commands"][0]
        elif system == ["zabbix", "--agent"]:
            command = text.partition("UserParameter=wallboard.check,")[2]
        done = await in_thread(of_file, command)
        assert done.returncode == 0
        assert "critical" in done.stdout or "UNREACHABLE" in done.stdout


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (Debian: prometheus)")
async def test_promtool_takes_the_scrape_config_and_its_rules(wallboard, tmp_path):
    scrape = await wallboard("monitoring", "prometheus", "--listen", "[::1]:19477")
    rules = await wallboard("monitoring", "prometheus-rules")
    (tmp_path / "prometheus.yml").write_text(scrape.out)
    (tmp_path / "wallboard.rules.yml").write_text(rules.out)
    done = run([PROMTOOL, "check", "config", tmp_path / "prometheus.yml"])
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 rule files found" in done.stdout


@pytest.mark.parametrize(
    ("one", "other"), [("grafana", "dashboard"), ("prometheus-rules", "rules")]
)
async def test_what_metrics_prints_is_printed_here_too(wallboard, one, other):
    assert (await wallboard("monitoring", one)).out == (await wallboard("metrics", other)).out


async def test_a_selection_is_that_of_every_check(wallboard, config):
    ended = await wallboard("monitoring", "checkmk", "--config", str(config()), "--group", "EMEA",
                            "--program", "/opt/wallboard/bin/wallboard")  # fmt: skip
    assert ended.out.endswith(" --group=EMEA\n")
    ended = await wallboard("monitoring", "icinga2", "--config", str(config()), "prod:1000")
    assert ended.out.count("object Service ") == 1
    ended = await wallboard("monitoring", "nagios", "--config", str(config()), "--group", "EMAE")
    assert ended.status == 64
    assert 'did you mean "EMEA"?' in ended.err


async def test_without_a_config_and_with_an_odd_path_it_says_so(wallboard, config):
    ended = await wallboard("monitoring", "icinga2")
    assert (ended.status, ended.out) == (78, "")
    assert "no config found" in ended.err
    ended = await wallboard("monitoring", "nagios", "--config", str(config()), "--program", "/a\nb")
    assert (ended.status, ended.out) == (78, "")
    assert "no file of a monitoring system can hold" in ended.err


@pytest.mark.parametrize("form", sorted(PLUGINS))
async def test_errors_of_a_check_are_told_in_the_format_of_the_system(wallboard, form):
    for words in (["--config", "none.toml"], ["--bogus"]):
        ended = await wallboard("check", *words, "--format", form)
        assert ended.status == PLUGINS[form].error_status
        assert ended.out.startswith(
            ('{\n "prtg": {\n  "error": 1', '3 "Wallboard" - ', "WALLBOARD UNKNOWN - ")
        )
        assert ended.err == ""


@pytest.mark.parametrize("start", [["wallboard"], [sys.executable, "-m", "wallboard"]])
def test_the_program_that_is_called_is_this_one_however_it_was_started(start, config, environment):
    line = [*start, "monitoring", "checkmk", "--config", str(config())]
    text = subprocess.check_output(line, env=environment, text=True)
    program = Path(shlex.split(text.splitlines()[-1])[1])
    assert program.samefile(shutil.which("wallboard"))
