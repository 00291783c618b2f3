"""Alarms from the command line: the recording and its ledger, with no board running."""

import json
import sqlite3
import sys
import time
from contextlib import closing
from dataclasses import replace

import pexpect
import pytest
from recorder.ledger_rows import kept, said, written
from recorder.recordings import START, board_of, poll, record

from wallboard.cli.run.run import run
from wallboard.domain.endpoint import Endpoint
from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind
from wallboard.domain.policy import Level
from wallboard.report.words.figures import minute

IDS = (1000, 1001, 1002)
SALES, CARE, OTHER = (AlarmKey("prod", id_) for id_ in IDS)
SERVER = AlarmKey("prod")
NOW = time.time()
EVIL = "\x1b]0;owned\x07\x1b[2J\x9b31mname\u202e"


@pytest.fixture
def path(tmp_path):
    place = tmp_path / "wall.db"
    record(
        place,
        [poll(Endpoint.CHAT_ALLOWED, time.time() - START - 50 + at, "true", id=id_)
         for at in range(50) for id_ in IDS],
        entry_points=board_of(*IDS),
    )  # fmt: skip
    return place


@pytest.fixture
def ledger(path):
    return path.with_name("wall.ledger")


@pytest.fixture
def ask(capsys, path):
    """Runs a subcommand in this process: its status, its output and its complaints."""

    def asked(*args: object) -> tuple[int, str, str]:
        status = run(["alarms", *map(str, args), "--file", str(path)])
        heard = capsys.readouterr()
        return status, heard.out, heard.err

    return asked


def raised(key, minutes_ago=30.0):
    onset = round(NOW - 60 * minutes_ago, 3)
    return LedgerRow(onset + 30, RowKind.RAISED, key, onset, Level.CRITICAL, "service_not_running")


def acknowledged(row, **more):
    given = {"who": "ana@jump1", "text": "on it", "until": NOW + 3600, "at": row.at + 60} | more
    return replace(row, kind=RowKind.ACKNOWLEDGED, level=None, verdict="", **given)


def returned(row):
    return replace(row, kind=RowKind.RETURNED, at=row.at + 120, until=row.at + 60)


def shelved(key, **more):
    given = {"who": "ana@jump1", "text": "vendor", "until": NOW + 3600} | more
    return LedgerRow(NOW - 60, RowKind.SHELVED, key, **given)


STANDING = raised(SALES)


@pytest.mark.parametrize(
    ("rows", "status", "words"),
    [
        ([], 0, "No alarms."),
        ([STANDING], 2, "1 new"),
        ([STANDING, acknowledged(STANDING)], 1, "1 acked"),
        ([STANDING, returned(STANDING)], 2, "1 returned"),
        ([STANDING, acknowledged(STANDING), raised(CARE)], 2, "1 new · 1 acked"),
        ([STANDING, returned(STANDING), acknowledged(STANDING, at=STANDING.at + 200)], 0, "No al"),
        ([shelved(CARE)], 1, "1 shelved"),
        ([shelved(CARE, until=NOW - 30)], 0, "No alarms."),
        ([STANDING, acknowledged(STANDING, until=NOW - 30)], 2, "1 new"),
        ([raised(SERVER)], 2, "1 new"),
    ],
)
def test_the_list_says_by_its_status_whether_somebody_must_look(ask, ledger, rows, status, words):
    if rows:
        written(ledger, *rows)
    found, out, err = ask("list")
    assert (found, err) == (status, "")
    assert out.startswith(words.removesuffix(" LOCAL +00:00"))
    assert ask("list", "--format", "json")[0] == status


def test_the_list_says_what_stands_since_when_and_who_has_it_until_when(ask, ledger):
    written(ledger, STANDING, acknowledged(STANDING), raised(CARE, 5), shelved(OTHER))
    _, out, _ = ask("list")
    lines = out.splitlines()[3:]
    assert [line.split()[0] for line in lines] == ["unacknowledged", "acknowledged", "shelved"]
    assert "SERVICE DOWN" in lines[0]
    assert "Entry 1001 (prod 1001)" in lines[0]
    assert lines[1].split()[-3:] == [
        time.strftime("%H:%M:%S", time.localtime(NOW + 3600)),
        "on",
        "it",
    ]
    assert "ana" in lines[1]
    _, out, _ = ask("list", "--format", "json")
    table = json.loads(out)
    assert table["counts"] == {"unacknowledged": 1, "acknowledged": 1, "shelved": 1}
    one = table["alarms"][1]
    assert {key: one[key] for key in ("server", "id", "name", "group", "state", "verdict")} == {
        "server": "prod",
        "id": 1000,
        "name": "Entry 1000",
        "group": "Sales",
        "state": "acknowledged",
        "verdict": "service_not_running",
    }
    assert one["onset_unix"] == pytest.approx(STANDING.onset, abs=0.001)
    assert one["acknowledged"]["who"] == "ana@jump1"
    assert one["acknowledged"]["until_unix"] == pytest.approx(NOW + 3600, abs=0.01)


def test_an_acknowledgement_needs_a_reason_and_takes_what_stands_of_what_is_named(ask, ledger):
    written(ledger, STANDING, raised(CARE))
    status, out, err = ask("ack", "1000-1002", "--why", "restarting the service")
    assert (status, err) == (0, "")
    assert out == "Acknowledged 2 alarms: Entry 1000 (prod 1000), Entry 1001 (prod 1001)\n"
    rows = [row for row in kept(ledger) if row.kind is RowKind.ACKNOWLEDGED]
    assert [(row.key, row.text) for row in rows] == [
        (SALES, "restarting the service"),
        (CARE, "restarting the service"),
    ]
    assert all("@" in row.who for row in rows)
    assert ask("list")[0] == 1


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["1000", "--why", " "], 69, "Give a reason: at least one word."),
        (["1000", "--why", "..."], 69, "Give a reason: at least one word."),
        (["1000"], 64, "Missing option '--why'"),
        (["--why", "x"], 64, "Name entry points or servers, or give --filter; or give --all."),
        (["1000", "--all", "--why", "x"], 64, "or give --all."),
        (["1002", "--why", "x"], 69, "No alarm stands there: nothing to acknowledge."),
        (["1001", "--why", "x"], 69, "Already acknowledged by ana@jump1: on it"),
        (["999", "--why", "x"], 64, "no entry point 999; the nearest is 1000"),
        (["lab", "--why", "x"], 64, "lab"),
        (["--filter", "level:awful", "--why", "x"], 64, 'unknown value "awful"'),
    ],
)
def test_what_cannot_be_acknowledged_is_said_and_nothing_is_written(
    ask, ledger, words, status, said
):
    other = raised(CARE)
    written(ledger, STANDING, other, acknowledged(other))
    found, out, err = ask("ack", *words)
    assert (found, out) == (status, "")
    assert said in err
    assert "Traceback" not in err
    assert len(kept(ledger)) == 3


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        (["--all"], {SERVER, SALES, CARE}),
        (["prod"], {SERVER}),
        (["prod:1001", "prod"], {SERVER, CARE}),
        (["--filter", "alarm:unacknowledged !id:1001"], {SALES}),
        (["1000", "1001", "--filter", "name:1001"], {CARE}),
    ],
)
def test_alarms_are_selected_by_ids_servers_and_the_filter_of_the_wall(ask, ledger, words, keys):
    written(ledger, raised(SERVER), STANDING, raised(CARE))
    status, _, err = ask("ack", *words, "--why", "on it")
    assert (status, err) == (0, "")
    assert {row.key for row in kept(ledger) if row.kind is RowKind.ACKNOWLEDGED} == keys


def test_a_shelf_ends_when_it_was_said_to_and_may_be_ended_before(ask, ledger):
    status, out, err = ask("shelve", 1000, "--for", "1h30m", "--why", "vendor", "--yes")
    assert (status, err) == (0, "")
    assert out.startswith("Shelved 1 alarm: Entry 1000 (prod 1000) until ")
    assert out.endswith("(1h30m)\n")
    (row,) = kept(ledger)
    assert (row.kind, row.key, row.text) == (RowKind.SHELVED, SALES, "vendor")
    assert row.until - row.at == pytest.approx(5400, abs=10)
    assert ask("list")[0] == 1
    assert ask("unshelve", 1001)[::2] == (69, "wallboard: Nothing is shelved there.\n")
    assert ask("unshelve", "--filter", "alarm:shelved")[:2] == (
        0,
        "Unshelved 1 alarm: Entry 1000 (prod 1000)\n",
    )
    assert ask("list")[0] == 0


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["1000-1002", "--for", "1h", "--yes"], 69, "Not all alarms can be shelved at once"),
        (["--filter", "", "--for", "1h", "--yes"], 69, "Not all alarms can be shelved at once"),
        (["1000", "--for", "25h", "--yes"], 69, "Alarms can be shelved for 24 hours at most."),
        (["1000", "--yes"], 64, "Give either --for 1h or --until 18:00."),
        (["1000", "--for", "1h", "--until", "18:00", "--yes"], 64, "Give either"),
        (["1000", "--for", "soon", "--yes"], 64, "not a time: 'soon'; use 15m, 4h"),
        (["1000", "--until", "yesterday 08:00", "--yes"], 64, "is not in the future"),
        (["1000", "--for", "1h"], 64, "No terminal for confirmation; use --yes."),
        (["--for", "1h", "--yes"], 64, "Name entry points or servers, or give --filter."),
        (["--filter", "name:nobody", "--for", "1h", "--yes"], 69, "Nothing is selected."),
    ],
)
def test_what_cannot_be_shelved_is_said_and_nothing_is_written(ask, ledger, words, status, said):
    found, out, err = ask("shelve", *words)
    assert (found, out) == (status, "")
    assert said in err
    assert not ledger.exists()


@pytest.mark.parametrize(("answer", "status"), [("y", 0), ("n", 130)])
def test_it_says_how_many_alarms_a_shelf_covers_and_asks(path, ledger, answer, status):
    line = [
        "-m",
        "wallboard",
        "alarms",
        "shelve",
        "1000",
        "1001",
        "--for",
        "4h",
        "--file",
        str(path),
    ]
    terminal = pexpect.spawn(sys.executable, line, encoding="utf-8", timeout=60)
    terminal.expect(r"Shelve 2 alarms: Entry 1000 \(prod 1000\), Entry 1001 .* \(4h00m\)\? \[y/N\]")
    terminal.sendline(answer)
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == status
    assert ledger.exists() is (answer == "y")


def test_notes_are_on_entry_points_servers_or_the_board(ask, ledger):
    assert ask("note", "--text", "release at 22:00")[:2] == (0, "Noted on the board\n")
    assert ask("note", "1000", "prod", "--text", "odd")[0] == 0
    assert [(row.key, row.text) for row in kept(ledger)] == [
        (None, "release at 22:00"),
        (SERVER, "odd"),
        (SALES, "odd"),
    ]
    assert ask("note", "--text", " ")[::2] == (69, "wallboard: A note needs at least one word.\n")


def test_the_log_is_in_the_order_of_time_with_who_and_why(ask, ledger):
    assert ask("log")[:2] == (0, "Nothing happened.\n")
    other = raised(CARE, 90)
    rows = [STANDING, acknowledged(STANDING), other, said(RowKind.NOTE, NOW - START, key=None)]
    written(ledger, *rows)
    status, out, err = ask("log")
    assert (status, err) == (0, "")
    heads, *lines = out.splitlines()
    assert heads.split() == ["UTC", "LOCAL", "+00:00", "WHAT", "WHO", "WHOSE", "TEXT"]
    assert ["raised" in lines[0], "Entry 1001" in lines[0]] == [True, True]
    assert lines[2].endswith(time.strftime("on it, until %H:%M:%S", time.localtime(NOW + 3600)))
    assert "the board" in lines[3]
    # Not so long ago: it may be long since this file was loaded.
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(NOW - 40 * 60))
    assert len(ask("log", "1000", "--since", since)[1].splitlines()) == 3
    table = json.loads(ask("log", "--format", "json", "--since", since)[1])
    assert [row["kind"] for row in table["rows"]] == ["raised", "acknowledged", "note"]
    assert table["rows"][1]["name"] == "Entry 1000"
    assert table["rows"][2]["id"] is None


COMMANDS = [
    ["list"],
    ["list", "--format", "json"],
    ["log"],
    ["log", "--format", "json"],
    ["ack", "1000", "--why", "again"],
    ["ack", "--all", "--why", EVIL],
    ["unshelve", "1002"],
    ["note", "1000", "--text", EVIL],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_what_somebody_wrote_into_a_ledger_never_reaches_the_terminal(ask, ledger, command):
    evil = {"who": f"{EVIL}@{EVIL}", "text": EVIL, "board": EVIL}
    written(
        ledger,
        replace(STANDING, verdict=EVIL),
        acknowledged(STANDING, **evil),
        raised(CARE),
        shelved(OTHER, **evil),
        replace(STANDING, key=AlarmKey(EVIL, 7), verdict=EVIL),
        said(RowKind.SENT, NOW - START, key=AlarmKey(EVIL), channel=EVIL, **evil),
    )
    _, out, err = ask(*command)
    for char in "\x1b\x07\x9b\u202e":
        assert char not in out + err
    assert "Traceback" not in err


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_ledger_that_is_none_or_damaged_is_said_to_be_so(ask, ledger, command):
    ledger.write_text("my own notes\n" * 1000)
    status, out, err = ask(*command)
    assert (status, out) == (69, "")
    assert "cannot use the ledger of alarms: the file is damaged, or not a wallboard ledger" in err
    assert str(ledger) in err
    assert ledger.read_text().startswith("my own notes")


def test_the_recording_knows_its_ledger(ask, ledger, path, capsys):
    def recording(word):
        status = run(["recording", word, "--file", str(path)])
        return status, capsys.readouterr().out

    assert "alarm ledger      none" in recording("info")[1]
    written(ledger, STANDING, acknowledged(STANDING))
    assert f"{ledger}, " in recording("info")[1]
    assert ", 2 rows since " in recording("info")[1]
    assert recording("verify") == (0, f"{path}: the recording is intact\n")
    with closing(sqlite3.connect(ledger)) as database, database:
        database.execute("UPDATE ledger SET kind = 'whim'")
    status, out = recording("verify")
    assert status == 2
    assert "alarm ledger: ledger.kind of row 1 is 'whim'" in out
    ledger.write_text("my own notes\n" * 1000)
    assert "not a wallboard ledger" in recording("info")[1]


def test_where_nothing_is_known_it_says_since_when_and_is_not_well(ask, path, ledger):
    path.unlink()
    at = NOW - 7200
    polls = [poll(Endpoint.CHAT_ALLOWED, at - START, "true", id=id_) for id_ in IDS]
    record(path, polls, entry_points=board_of(*IDS))
    words = f"No data since {minute(at, NOW)} LOCAL +00:00"
    status, out, _ = ask("list")
    assert (status, out) == (3, f"{words}: alarms as they stood then.\nNo alarms.\n")
    assert json.loads(ask("list", "--format", "json")[1])["known"] is False
    written(ledger, STANDING)
    status, out, _ = ask("list")
    assert status == 2
    assert out.startswith(words.removesuffix(" LOCAL +00:00"))
    blind = LedgerRow(NOW - 600, RowKind.BLIND, None)
    written(ledger, blind)
    assert ask("list")[1].startswith("No network since ")
