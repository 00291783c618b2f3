"""``wallboard alarms backtest``: rules in force and others, tried on what was recorded."""

import json
import random
import sys

import pexpect
import pytest
from hostile_recordings import mutated
from recorder.ledger_rows import written
from recorder.recordings import START, board_of, poll, record

from wallboard.cli.run.run import run
from wallboard.domain.endpoint import Endpoint
from wallboard.domain.ledger_row import LedgerRow, RowKind

IDS = (1000, 1001)
ROUNDS = 720
SPAN = ["--since", "2026-09-21 14:13:20", "--until", "2026-09-21 16:13:20"]
"""All of what is recorded."""
CLOSED = 'false" reason="other'
CONFIG = """
[[server]]
name = "prod"
url = "http://ece.example.com"
entry_point = [{ id = 1000, name = "Sales" }, { id = 1001, name = "Care" }]
"""


def _events():
    for at in range(0, ROUNDS * 10, 10):
        for id_ in IDS:
            # For one minute at 00:30, and for twenty at 01:00.
            closed = id_ == 1000 and (1800 <= at < 1860 or 3600 <= at < 4800)
            yield poll(Endpoint.CHAT_ALLOWED, at + id_ % 10, CLOSED if closed else "true", id=id_)


@pytest.fixture
def path(tmp_path):
    place = tmp_path / "wall.db"
    record(place, _events(), entry_points=board_of(*IDS))
    return place


@pytest.fixture
def ask(capsys, path, tmp_path, monkeypatch):
    """Runs the command where there is a config: its status, its output and its complaints."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wallboard.toml").write_text(CONFIG)

    def asked(*args: str) -> tuple[int, str, str]:
        given = [] if "--since" in args else SPAN
        status = run(["alarms", "backtest", "--file", str(path), *given, *args])
        heard = capsys.readouterr()
        return status, heard.out, heard.err

    return asked


@pytest.fixture
def other(tmp_path):
    """Writes another config to try."""

    def wrote(text: str) -> str:
        (tmp_path / "new.toml").write_text(text + CONFIG)
        return "new.toml"

    return wrote


def test_it_counts_what_the_rules_in_force_would_have_raised(ask):
    status, out, err = ask()
    assert (status, err) == (0, "")
    lines = [line.split() for line in out.splitlines()]
    assert ["alarms", "2"] in lines
    assert ["shorter", "than", "2", "minutes", "1"] in lines
    assert ["longest", "19m30s"] in lines
    assert ["time", "in", "alarm", "20m00s"] in lines
    assert "Sales (prod 1000)  2 for 20m00s" in out
    assert "ONLY" not in out


def test_it_puts_other_rules_beside_those_in_force(ask, other):
    status, out, err = ask("--config", other("[alarm]\nraise_for = 120"))
    assert (status, err) == (0, "")
    lines = [line.split() for line in out.splitlines()]
    assert ["in", "force", "new.toml"] in lines
    assert ["alarms", "2", "1"] in lines
    assert ["shorter", "than", "2", "minutes", "1", "0"] in lines
    assert ["longest", "19m30s", "18m00s"] in lines
    assert "ONLY in force (1)" in out
    assert "30s  CLOSED  Sales (prod 1000)" in out
    assert "ONLY new.toml" not in out


@pytest.mark.parametrize(
    ("rules", "alarms"),
    [
        ('levels = { other = "ok" }', 0),
        ('levels = { agent_not_available = "ok" }', 2),
        ("[alarm]\nraise_for = 0", 2),
        ("[alarm]\nraise_for = 3600", 0),
        ("[alarm]\nclear_for = 3600", 1),
        ('[[calendar]]\nname = "n"\nzone = "UTC"\ndefault = true\nweek = { mon = [] }', 0),
        ('[[maintenance]]\nreason = "r"\nstart = "2026-09-21"\nuntil = "2026-09-23"', 0),
    ],
)
def test_every_rule_counts(ask, other, rules, alarms):
    status, out, _ = ask("--config", other(rules), "--against", "none", "--format", "json")
    assert status == 0
    (found,) = json.loads(out)["rules"]
    assert (found["name"], found["alarms_raised"]) == ("new.toml", alarms)


def test_thresholds_are_tried_on_the_recorded_figures(ask, other, path):
    path.unlink()
    waits = [poll(Endpoint.LIVE_SESSION_STATUS, at, 200 if 1800 <= at < 2400 else 0, 0)
             for at in range(5, ROUNDS * 10, 10)]  # fmt: skip
    allowed = [poll(Endpoint.CHAT_ALLOWED, at, "true") for at in range(0, ROUNDS * 10, 10)]
    events = sorted([*waits, *allowed], key=lambda one: one.at)
    record(path, events, entry_points=board_of(*IDS))
    new = other("thresholds = { wait_critical = 180 }")
    _, out, _ = ask("--config", new, "--format", "json")
    in_force, tried = json.loads(out)["rules"]
    assert in_force["alarms_raised"] == 0
    (alarm,) = tried["alarms"]
    assert alarm["onset_unix"] == pytest.approx(START + 1805, abs=1)
    assert alarm["over_at_unix"] == pytest.approx(START + 2405, abs=1)
    assert alarm["only_here"] is True


def test_json_has_every_alarm_and_what_only_one_set_of_rules_raises(ask, other):
    _, out, _ = ask("--config", other("[alarm]\nraise_for = 120"), "--format", "json")
    told = json.loads(out)
    in_force, new = told["rules"]
    assert [one["only_here"] for one in in_force["alarms"]] == [True, False]
    (alarm,) = new["alarms"]
    assert alarm["server"] == "prod"
    assert (alarm["id"], alarm["name"], alarm["verdict"]) == (1000, "Sales", "other")
    assert alarm["onset_unix"] == START + 3600
    assert alarm["raised_at_unix"] == START + 3720
    assert alarm["over_at_unix"] == START + 4800
    assert told["night"] == ["22:00", "06:00"]
    assert in_force["worst"][0]["alarms"] == 2


def test_without_a_network_nothing_is_raised_if_the_rules_have_witnesses(ask, other, path):
    blind = [
        LedgerRow(START + 3500, RowKind.BLIND, None),
        LedgerRow(START + 5000, RowKind.SEEING, None),
    ]
    written(path.with_name("wall.ledger"), *blind)
    new = other('[alarm]\nwitness = ["192.0.2.1:443"]')
    _, out, _ = ask("--config", new, "--format", "json")
    assert [one["alarms_raised"] for one in json.loads(out)["rules"]] == [2, 1]


def test_a_ledger_that_cannot_be_read_is_said_and_passed_over(ask, path):
    path.with_name("wall.ledger").write_bytes(b"no ledger")
    status, out, err = ask()
    assert status == 0
    assert "wall.ledger" in err
    assert "going on without it" in err
    assert "2 for 20m00s" in out


def test_entry_points_that_were_not_recorded_are_counted(ask, other, tmp_path):
    new = other("")
    text = (tmp_path / new).read_text()
    (tmp_path / new).write_text(text.replace('"prod"', '"test"'))
    status, out, err = ask("--config", new)
    assert status == 0
    assert "new.toml: 2 of 2 entry points are not in the recording" in err
    assert ["alarms", "2", "0"] in [line.split() for line in out.splitlines()]


def test_what_is_wrong_is_said(ask, other, tmp_path):
    assert ask("--since", "1d")[0] == 69
    assert ask("--config", "missing.toml")[0] == 78
    assert ask("--against", "missing.toml")[0] == 78
    assert ask("--config", other("[alarm]\nraise_for = -1"))[0] == 78
    (tmp_path / "wallboard.toml").unlink()
    status, _, err = ask()
    assert status == 78
    assert "no config found" in err
    assert ask("--config", other(""), "--against", "none")[0] == 0


def test_a_terminal_shows_how_far_it_is(ask, path, tmp_path):
    (tmp_path / "wallboard.toml").write_text(CONFIG)
    args = ["-m", "wallboard", "alarms", "backtest", "--file", str(path), *SPAN]
    child = pexpect.spawn(sys.executable, args, cwd=str(tmp_path), encoding="utf-8", timeout=60)
    child.expect("Reading .*100%")
    child.expect("MOST ALARMS")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


@pytest.mark.parametrize("number", range(24))
def test_whatever_is_in_a_recording_it_says_so_and_ends(ask, path, tmp_path, number):
    """Foreign content costs an exit status and a sentence, never a traceback."""
    done = mutated(path, random.Random(number))
    status, _, err = ask("--format", "json")
    assert status in {0, 64, 69}, done
    assert "Traceback" not in err, done
    assert "internal" not in err, done
    (tmp_path / "new.toml").write_text(
        "thresholds = { wait_warning = 1, wait_critical = 2 }" + CONFIG
    )
    status, _, err = ask("--config", "new.toml")
    assert status in {0, 64, 69}, done
    assert "Traceback" not in err, done
