"""``wallboard availability`` on real recordings, with and without a config."""

import csv
import io
import json
import os

import pytest
from recorder.ledger_rows import written
from recorder.recordings import START, board_of, poll, record

from wallboard.cli.run.run import run
from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.event import ExpectationChanged
from wallboard.domain.expectation import Expectation, Expected
from wallboard.domain.ledger_row import LedgerRow, RowKind

CLOSED = b'<chatAllowed allowed="false" reason="agent_not_available"/>'
WINDOW = ("--since", "2026-09-21 14:00Z", "--until", "2026-09-21 15:00Z")
CONFIG = """
record = "r.db"
[[server]]
name = "prod"
url = "http://127.0.0.1:9"
[[server.entry_point]]
id = 1000
name = "Entry 1000"
[[server.entry_point]]
id = 1001
name = "Entry 1001"
calendar = "office"
[[calendar]]
name = "office"
zone = "UTC"
week.mon = "14:30-16:00"
[[maintenance]]
reason = "upgrade"
start = 2026-09-21T14:50:00Z
until = 2026-09-21T14:55:00Z
servers = ["prod"]
"""


def hour():
    """Polls from 14:13:20 on, closed from 14:33:20 and silent from 14:46:30 for five minutes."""
    for at in range(0, 2800, 10):
        for id_ in (1000, 1001):
            body = CLOSED if 1200 <= at < 1500 else None
            if not 2000 <= at < 2300:
                yield poll(Endpoint.CHAT_ALLOWED, at, *(() if body else ("true",)), body=body,
                           id=id_)  # fmt: skip


@pytest.fixture
def ask(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if pictures := os.environ.get("TEXTUAL_SNAPSHOT_TEMPDIR"):
        # A command in this process forgets all of Textual's variables; the plugin needs its own.
        monkeypatch.setenv("TEXTUAL_SNAPSHOT_TEMPDIR", pictures)
    record(tmp_path / "r.db", hour(), entry_points=board_of(1000, 1001))

    def asked(*args: object) -> tuple[int, str, str]:
        status = run(["availability", *map(str, args)])
        said = capsys.readouterr()
        return status, said.out, said.err

    return asked


def test_by_the_config_it_is_business_hours_without_maintenance(ask, tmp_path):
    (tmp_path / "wallboard.toml").write_text(CONFIG)
    status, out, _ = ask(*WINDOW)
    assert status == 0
    always, office = (line.split() for line in out.splitlines()[1:3])
    assert (always[1], always[4], always[5]) == ("1000", "-", "55m")
    assert office[4:6] == ["office", "25m"]
    assert "see COVERAGE" in out
    status, out, _ = ask("1001", *WINDOW, "--format", "json")
    (one,) = json.loads(out)["availability"]
    assert (one["calendar"], one["planned_seconds"]) == ("office", 1500)
    # A poll counts for 30 seconds: nothing is known from 14:47:00 on, until the maintenance.
    assert one["known_seconds"] == pytest.approx(1500 - 180, abs=1)
    assert one["known_seconds"] - one["open_seconds"] == pytest.approx(300, abs=1)
    assert one["availability"] == pytest.approx(1 - 300 / one["known_seconds"], abs=0.01)
    assert one["coverage"] == pytest.approx(one["known_seconds"] / 1500, abs=0.001)


def test_what_was_seen_without_a_network_is_known_of_nobody(ask, tmp_path):
    asked = ("1000", *WINDOW, "--file", tmp_path / "r.db", "--format", "json")
    (seen,) = json.loads(ask(*asked)[1])["availability"]
    assert seen["known_seconds"] - seen["open_seconds"] == pytest.approx(300, abs=1)
    blind = [(1200, RowKind.BLIND), (1500, RowKind.SEEING)]
    written(tmp_path / "r.ledger", *(LedgerRow(START + at, kind, None) for at, kind in blind))
    (one,) = json.loads(ask(*asked)[1])["availability"]
    assert one["availability"] == 1
    assert one["known_seconds"] == pytest.approx(seen["known_seconds"] - 300, abs=1)


def test_by_day_as_csv_there_is_a_row_for_each_day(ask, tmp_path):
    (tmp_path / "wallboard.toml").write_text(CONFIG)
    status, out, _ = ask(
        "--since", "2026-09-20 00:00Z", "--until", "2026-09-22 00:00Z", "--by", "day",
        "--format", "csv",
    )  # fmt: skip
    assert status == 0
    rows = list(csv.DictReader(io.StringIO(out, newline="")))
    assert [(row["id"], row["period"]) for row in rows] == [
        (id_, day) for id_ in ("1000", "1001") for day in ("2026-09-20", "2026-09-21")
    ]
    assert rows[2]["planned_seconds"] == "0"
    assert (rows[0]["availability"], rows[0]["coverage"]) == ("", "0.0")


def test_a_file_alone_goes_by_what_was_expected_then(ask, tmp_path):
    path = tmp_path / "other.db"
    night = Expectation(Expected(False, None, "night"))
    change = ExpectationChanged(START + 1000, {EntryPointKey("prod", 1000): night})
    events = [poll(Endpoint.CHAT_ALLOWED, at, "true") for at in range(0, 2000, 10)]
    record(path, [*events[:100], change, *events[100:]])
    status, out, _ = ask("--file", path, "--since", "2026-09-21 14:13:20Z", "--until",
                         "2026-09-21 14:46:40Z", "--format", "json")  # fmt: skip
    (one,) = json.loads(out)["availability"]
    assert status == 0
    assert one["planned_seconds"] == one["open_seconds"] == 1000
    status, out, _ = ask("--file", path, *WINDOW)
    assert "Business hours as they were recorded" in out


def test_what_is_not_there_is_an_error(ask):
    status, _, err = ask("--file", "r.db", "77", *WINDOW)
    assert status != 0
    assert "no entry point 77" in err
