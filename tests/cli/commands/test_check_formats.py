"""Formats, ranges and the time limit of ``check``."""

import csv
import io
import json
import sys
import time

import pytest
from recorder.ledger_rows import written

from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind
from wallboard.domain.policy import Level

CALM = "[queue]\nload = 0.1\nagents = 9\n"
BUSY = (
    CALM
    + '[[fault]]\nkind = "agents"\ncount = 0\nentry_points = 1001\n'
    + '[[fault]]\nkind = "inactive"\nentry_points = 1002\n'
    + '[[fault]]\nkind = "odd_reason"\nentry_points = 1003\n'
    + '[[fault]]\nkind = "http"\nstatus = 500\nentry_points = 1004\n'
)
NAGIOS_LEVELS = ["OK", "WARNING", "CRITICAL", "UNKNOWN"]


@pytest.mark.parametrize("ids", ["1000", "1001", "1002", "1003", "1004", "1000-1004", "1002-1004"])
async def test_every_format_gives_the_same_levels_and_the_same_status(wallboard, simulated, ids):
    simulator = await simulated(BUSY, entry_points=5)
    ended = {
        form: await wallboard("check", "--format", form, "--url", simulator.url, ids)
        for form in ("text", "json", "csv", "nagios")
    }
    said = json.loads(ended["json"].out)["entry_points"]
    rows = list(csv.DictReader(io.StringIO(ended["csv"].out, newline="")))
    assert [(row["id"], row["verdict"], row["level"]) for row in rows] == [
        (str(one["id"]), one["verdict"], one["level"]) for one in said
    ]
    table = {line.split()[0] for line in ended["text"].out.splitlines()[1 : 1 + len(said)]}
    assert table == {one["level"] for one in said}
    (status,) = {one.status for one in ended.values()}
    assert ended["nagios"].out.startswith(f"WALLBOARD {NAGIOS_LEVELS[status]} - ")
    assert {one.err for one in ended.values()} == {""}


@pytest.mark.parametrize(
    ("limits", "status"),
    [
        ([], 0),
        (["-w", "capacity=~:0"], 1),
        (["-c", "capacity=@0:1000"], 2),
        (["-c", "capacity=1000:", "-w", "capacity=1000:"], 2),
        (["-w", "queue=@0:0"], 1),
        (["-w", "wait=0:100000", "-c", "wait=100000"], 0),
    ],
)
async def test_ranges_decide_in_place_of_the_config(wallboard, simulated, limits, status):
    simulator = await simulated(CALM)
    for form in ("nagios", "json"):
        ended = await wallboard("check", "--format", form, *limits, "--url", simulator.url, "1000")
        assert ended.status == status
    (one,) = json.loads(ended.out)["entry_points"]
    assert one["level"] == ["ok", "warning", "critical"][status]
    assert one["verdict"] == "open"


async def test_a_range_switches_off_the_threshold_it_stands_for(wallboard, simulated, tmp_path):
    simulator = await simulated(CALM)
    (tmp_path / "wallboard.toml").write_text(
        f'[thresholds]\nqueue_warning = 0\n[[server]]\nname = "prod"\nurl = "{simulator.url}"\n'
        "[[server.entry_point]]\nid = 1000\n"
    )
    assert (await wallboard("check")).status == 1
    ended = await wallboard("check", "-w", "queue=500", "--format", "nagios")
    assert ended.status == 0
    assert "'prod:1000 queue'=0;500;@25:;0 " in ended.out


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--bogus"], "No such option"),
        (["-w", "60"], "such as wait=60"),
        (["-w", "wat=60"], 'did you mean "wait"?'),
        (["-c", "wait=20:10"], "ends before it starts"),
        (["--url", "ftp://h", "1"], "must start with http:// or https://"),
        ([], "no config found"),
        (["--config", "missing.toml"], "invalid config"),
        (["--timeout", "0"], "--timeout"),
    ],
)
async def test_for_a_monitoring_system_every_mistake_is_unknown(wallboard, args, said):
    for form in (["--format", "nagios"], ["--format=nagios"]):
        ended = await wallboard("check", *args, *form)
        assert ended.status == 3
        assert ended.err == ""
        assert ended.out.startswith("WALLBOARD UNKNOWN - ")
        assert said in ended.out.splitlines()[0]
    assert (await wallboard("check", *args)).status in {64, 78}


async def test_a_certificate_that_cannot_be_read_is_unknown_too(wallboard, tmp_path):
    (tmp_path / "broken.pem").write_text("this is no certificate")
    (tmp_path / "wallboard.toml").write_text(
        '[[server]]\nname = "prod"\nurl = "https://127.0.0.1:1"\nca_file = "broken.pem"\n'
        "[[server.entry_point]]\nid = 1\n"
    )
    ended = await wallboard("check", "--format", "nagios")
    assert (ended.status, ended.err) == (3, "")
    assert "broken.pem" in ended.out.splitlines()[0]


HANGING = CALM + '[[fault]]\nkind = "hang"\nentry_points = 1001\n'


async def test_a_check_that_takes_too_long_ends_and_what_did_not_answer_is_unknown(
    wallboard, simulated
):
    simulator = await simulated(HANGING)
    args = ("--timeout", "3", "--url", simulator.url, "1000-1001")
    ended = await wallboard("check", *args, "--format", "nagios")
    assert (ended.status, ended.err) == (3, "")
    assert ended.out.startswith("WALLBOARD UNKNOWN - not finished within 3 s; ")
    ended = await wallboard("check", *args, "--format", "json")
    assert ended.status == 3
    levels = {one["id"]: one["level"] for one in json.loads(ended.out)["entry_points"]}
    assert levels == {1000: "ok", 1001: "unknown"}
    assert "not finished within 3 s" in ended.err


async def test_what_is_critical_already_stays_critical_when_time_is_up(wallboard, simulated):
    simulator = await simulated(
        HANGING + '[[fault]]\nkind = "service_not_running"\nentry_points = 1000\n'
    )
    ended = await wallboard(
        "check", "--timeout", "3", "--url", simulator.url, "1000-1001", "--format", "nagios"
    )
    assert ended.status == 2
    assert ended.out.startswith("WALLBOARD CRITICAL - not finished within 3 s; ")


def test_a_name_that_is_never_resolved_does_not_outlast_the_time_limit(tmp_path):
    import subprocess

    program = (
        "import socket, threading\n"
        "socket.getaddrinfo = lambda *args, **more: threading.Event().wait()\n"
        "from wallboard.cli import main\n"
        "main(['check', '--url', 'http://ece.example.com', '1', '--timeout', '1',"
        " '--format', 'nagios'])\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
        check=False,
    )
    assert ended.returncode == 3
    assert ended.stdout.startswith("WALLBOARD UNKNOWN - not finished within 1 s")


async def test_the_alarms_of_a_recorded_board_are_those_of_its_ledger(
    wallboard, simulated, tmp_path
):
    simulator = await simulated(BUSY, entry_points=2)
    (tmp_path / "wallboard.toml").write_text(
        f'record = "r.db"\n[[server]]\nname = "prod"\nurl = "{simulator.url}"\n'
        "[[server.entry_point]]\nid = 1000\n[[server.entry_point]]\nid = 1001\n"
    )
    key, onset = AlarmKey("prod", 1001), time.time() - 60
    raised = LedgerRow(onset + 30, RowKind.RAISED, key, onset, Level.CRITICAL, "other")
    acked = LedgerRow(onset + 40, RowKind.ACKNOWLEDGED, key, onset, who="ana@j", text="on it")
    written(tmp_path / "r.ledger", raised, acked)
    for form in ("json", "csv"):
        ended = await wallboard("check", "--format", form, "1001")
        assert (ended.status, ended.err) == (2, "")
        assert "acknowledged" in ended.out
    (tmp_path / "r.ledger").write_bytes(b"no ledger")
    ended = await wallboard("check", "--format", "json", "1001")
    (one,) = json.loads(ended.out)["entry_points"]
    assert (ended.status, one["alarm"]) == (2, None)
    assert "alarms are not known" in ended.err
