"""The commands that ask a recording and look after it, on real files."""

import asyncio
import base64
import csv
import io
import json
import os
import re
import signal
import sqlite3
import sys
from contextlib import closing
from dataclasses import replace

import pytest
from recorder.ledger_rows import START as LEDGER_START
from recorder.ledger_rows import said, written
from recorder.recordings import SERVER, START, board_of, poll, record

from wallboard.cli.run.run import run
from wallboard.domain.endpoint import Endpoint
from wallboard.domain.ledger_row import AlarmKey, RowKind
from wallboard.domain.observation import Cause, Failure
from wallboard.recorder.file.schema import VERSION
from wallboard.recorder.lock import take
from wallboard.recorder.paths import RecordingFile

ALLOWED, LIVE, CAPACITY = Endpoint.CHAT_ALLOWED, Endpoint.LIVE_SESSION_STATUS, Endpoint.CAPACITY
CLOSED = b'<chatAllowed allowed="false" reason="agent_not_available"/>'
NOT_UTF8 = b'<availableSlots note="\xff"><count>3</count></availableSlots>'
TIMEOUT = Failure(Cause.TIMEOUT, "=No answer within 5 s.")
SINCE, UNTIL = "2026-09-21 14:13Z", "2026-09-21 16:00Z"
ALL = ("--since", SINCE, "--until", UNTIL)


def shift():
    for at in range(0, 3600, 10):
        for id_ in (1000, 1001, 1007):
            if 1200 <= at < 1500:
                yield poll(ALLOWED, at, body=CLOSED, id=id_)
            else:
                yield poll(ALLOWED, at, "true", id=id_)
            yield poll(LIVE, at, 90.0 if at == 600 else 5.0, 2, id=id_)
    yield poll(CAPACITY, 3600, body=NOT_UTF8)
    yield poll(CAPACITY, 3610, failure=TIMEOUT, elapsed=5.0)


POLLS = sum(1 for _ in shift())


@pytest.fixture
def path(tmp_path):
    place = tmp_path / "r.db"
    record(place, shift(), entry_points=board_of(1000, 1001, 1007))
    return place


@pytest.fixture
def ask(capsys):
    """Runs a command line in this process: its status, its output and its complaints."""

    def asked(*args: object) -> tuple[int, str, str]:
        status = run([str(arg) for arg in args])
        said = capsys.readouterr()
        return status, said.out, said.err

    return asked


def test_a_history_says_verdicts_changes_the_worst_wait_and_every_poll(ask, path):
    status, out, err = ask("history", "1000", *ALL, "--file", path)
    assert (status, err) == (0, "")
    assert out.startswith("Entry 1000 (1000), prod, Sales\n")
    assert "Longest wait: 1m30s at 2026-09-21 14:23:20 (" in out
    assert "1 outage, the longest 5m00s from 2026-09-21 14:33:20 (" in out
    assert "no data: 2026-09-21 15:13:30 (" in out
    assert re.search(r"14:33:20 +incident, critical +5m00s +NO AGENTS 5m00s", out)
    assert re.search(r"    verdict +OPEN +NO AGENTS +20m00s +No agent is available", out)
    runs = [line.split() for line in out.splitlines() if "allowed=false" in line]
    assert runs == [
        ["2026-09-21", "14:33:20", "14:33:20", "4m50s", "30", "chatAllowed", "20", "ms",
         "20", "ms", "allowed=false,", "reason=agent_not_available"]
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("ids", "found"),
    [
        (["1000"], [1000]),
        (["1007", "1000-1001"], [1000, 1001, 1007]),
        (["prod:1001,1007"], [1001, 1007]),
        (["prod:1000-1005"], [1000, 1001]),
    ],
)
def test_a_history_takes_ids_ranges_and_ids_of_one_server(ask, path, ids, found):
    status, out, _ = ask("history", *ids, *ALL, "--format", "json", "--file", path)
    assert status == 0
    assert [one["id"] for one in json.loads(out)["entry_points"]] == found


def test_a_history_as_json_is_one_document_whose_times_add_up(ask, path):
    _, out, _ = ask("history", "1000", *ALL, "--format", "json", "--file", path)
    report = json.loads(out)
    (one,) = report["entry_points"]
    gaps = sum(gap["seconds"] for gap in report["unrecorded"])
    assert sum(one["verdict_seconds"].values()) == pytest.approx(report["recorded_seconds"])
    assert report["recorded_seconds"] + gaps == report["until_unix"] - report["since_unix"]
    assert one["worst_wait"]["wait_seconds"] == 90.0
    assert one["worst_wait"]["at_unix"] == START + 600
    assert [outage["seconds"] for outage in one["outages"]] == [300.0]
    told = [(incident["level"], incident["seconds"]) for incident in one["incidents"]]
    assert ("critical", 300.0) in told
    (agents,) = [incident for incident in one["incidents"] if incident["level"] == "critical"]
    assert agents["phases"][0]["verdict"] == "agent_not_available"
    assert [change["after"] for change in agents["changes"]] == ["agent_not_available", "open"]
    assert all(change["of_server"] is False for change in one["changes"])
    assert sum(run["polls"] for run in one["runs"]) == 722
    assert [run["error"] for run in one["runs"]][-1] == "timeout"


def test_a_history_as_csv_has_a_row_for_each_change_and_run_and_no_formula(ask, path):
    _, out, _ = ask("history", "1000", *ALL, "--format", "csv", "--file", path)
    rows = list(csv.DictReader(io.StringIO(out)))
    changes = [row for row in rows if row["kind"] == "change"]
    assert ("open", "agent_not_available") in [(row["before"], row["after"]) for row in changes]
    polls = [int(row["polls"]) for row in rows if row["kind"] == "run"]
    assert sum(polls) == 722
    assert rows[-1]["words"] == "'=No answer within 5 s."
    assert max(float(row["wait_seconds"] or 0) for row in rows) == 90.0


def test_no_control_character_of_a_recording_reaches_the_terminal(ask, tmp_path):
    place = tmp_path / "r.db"
    ((point, policy),) = board_of(1000)
    evil = Failure(Cause.TIMEOUT, "\x1b[2J\x07")
    points = [(replace(point, name="\x1b]0;evil\x07", group="\u202e"), policy)]
    record(place, [poll(ALLOWED, 0, "true"), poll(ALLOWED, 10, failure=evil)],
           entry_points=points, title="\x1b[31m")  # fmt: skip
    for command in (
        ["history", "1000", *ALL],
        ["history", "1000", *ALL, "--format", "csv"],
        ["history", "1000", *ALL, "--format", "json"],
        ["handover", *ALL],
        ["export", "-", *ALL],
        ["recording", "info"],
        ["recording", "verify"],
    ):
        status, out, _ = ask(*command, "--file", place)
        assert status == 0
        assert not set(out) & {"\x1b", "\x07", "\u202e"}


def test_a_window_in_which_nothing_was_recorded_is_said_to_be_one(ask, path):
    for command in (["history", "1000"], ["handover"]):
        status, out, err = ask(*command, "--since", "2026-09-22", "--until", "2026-09-23",
                               "--file", path)  # fmt: skip
        assert status == 0
        assert "no data recorded" in out
        assert "no data recorded in that time; the recording holds 2026-09-21 14:13:20+00:00" in err


def test_an_empty_recording_can_be_asked_everything(ask, tmp_path):
    place = tmp_path / "r.db"
    record(place, [])
    for command in (["history", "1000"], ["handover"], ["export", "-"], ["recording", "info"],
                    ["recording", "verify"], ["recording", "trim", "--to", "1MB"]):  # fmt: skip
        status, _, err = ask(*command, "--file", place)
        assert status == 0
        assert "Traceback" not in err
    assert "no data" in ask("recording", "info", "--file", place)[1]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["history", "1000", "--since", "1h", "--until", "2h"], "must be before --until"),
        (["handover", "--since", "1h", "--until", "2h"], "must be before --until"),
        (["history", "1000", "--since", "soonish"], "not a time: "),
        (["history", "4711"], "no entry point 4711; the nearest is 100"),
        (["history", "other:1000"], 'unknown server "other"'),
        (["history", "sales"], "neither a number nor a range"),
        (["history"], "Missing argument"),
        (["export", "-", "--format", "xml"], "xml"),
        (["recording"], "Missing command"),
        (["recording", "trim"], "Give --older 2d"),
        (["recording", "trim", "--to", "much"], "not a size"),
        (["recording", "trim", "--older", "long"], "not a time: "),
    ],
)
def test_what_cannot_be_asked_is_said_in_words(ask, path, args, said):
    status, out, err = ask(*args, *(["--file", path] if len(args) > 1 else []))
    assert status == 64
    assert out == ""
    assert said in err


COMMANDS = [
    ["history", "1000"],
    ["handover"],
    ["export", "-"],
    ["recording", "info"],
    ["recording", "trim", "--to", "1MB"],
]


@pytest.mark.parametrize("command", [*COMMANDS, ["recording", "verify"]])
def test_a_recording_that_is_not_there_is_said_and_none_is_made(ask, tmp_path, command):
    place = tmp_path / "missing.db"
    status, _, err = ask(*command, "--file", place)
    assert status == 69
    assert "No such file" in err
    assert not place.exists()


@pytest.mark.parametrize("command", [*COMMANDS, ["recording", "verify"]])
def test_a_recording_of_a_newer_wallboard_is_refused_and_left_alone(ask, path, command):
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"PRAGMA user_version = {VERSION + 1}")
    database.close()
    before = path.read_bytes()
    status, _, err = ask(*command, "--file", path)
    assert status == 69
    assert "written by a newer wallboard" in err
    assert path.read_bytes() == before


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_is_no_database_is_said_to_be_damaged(ask, tmp_path, command):
    place = tmp_path / "r.db"
    place.write_bytes(b"this is no database" * 500)
    status, _, err = ask(*command, "--file", place)
    assert status == 69
    assert "cannot read the recording: the file is damaged" in err
    assert "wallboard recording verify" in err


def config(tmp_path, record):
    file = tmp_path / "wallboard.toml"
    file.write_text(
        f'record = {record}\n[[server]]\nname = "prod"\nurl = "http://ece.example.com"\n'
        "[[server.entry_point]]\nid = 1000\n"
    )
    return file


def test_the_recording_is_that_of_the_board_of_the_config(ask, path, tmp_path):
    file = config(tmp_path, '"r.db"')
    status, out, _ = ask("recording", "info", "--config", file)
    assert status == 0
    assert out.splitlines()[0] == f"file              {path}"


def test_a_board_that_was_never_recorded_says_so(ask, tmp_path):
    status, _, err = ask("handover", "--config", config(tmp_path, '"none.db"'))
    assert status == 69
    assert "no recording of this board yet" in err
    status, _, err = ask("handover", "--config", config(tmp_path, "false"))
    assert status == 78
    assert "is not recorded" in err


def test_an_export_holds_every_observation_with_its_body(ask, path, tmp_path):
    to = tmp_path / "out.ndjson"
    status, out, _ = ask("export", to, "--file", path)
    assert status == 0
    lines = [json.loads(line) for line in to.read_text().splitlines()]
    assert out.startswith(f"{len(lines):,} runs written to ")
    assert sum(line["polls"] for line in lines) == POLLS
    closed = [line for line in lines if line["body"] == CLOSED.decode()]
    assert [(line["id"], line["polls"]) for line in closed] == [(1000, 30), (1001, 30), (1007, 30)]
    assert closed[0]["first_at"] == "2026-09-21T14:33:20.000+00:00"
    assert closed[0]["first_at_unix"] == START + 1200
    assert closed[0]["last_at_unix"] == START + 1490
    assert closed[0]["latency_ms"] == {"least": 20.0, "mean": 20.0, "most": 20.0}
    assert closed[0]["reading"]["reason"] == "agent_not_available"
    assert closed[0]["status"] == 200
    (odd,) = [line for line in lines if line["body_base64"]]
    assert base64.b64decode(odd["body_base64"]) == NOT_UTF8
    (failed,) = [line for line in lines if not line["ok"]]
    assert (failed["error"], failed["message"]) == ("timeout", TIMEOUT.message)
    assert (failed["body"], failed["status"], failed["reading"]) == (None, None, None)
    assert to.stat().st_mode & 0o777 == 0o600


def test_an_export_holds_also_what_a_clock_ahead_of_ours_recorded(ask, tmp_path):
    place = tmp_path / "r.db"
    record(place, [poll(CAPACITY, 0, 1), poll(CAPACITY, 30 * 365 * 86_400, 2)])
    _, out, _ = ask("export", "-", "--file", place)
    assert [json.loads(line)["reading"]["count"] for line in out.splitlines()] == [1, 2]


def test_an_export_that_fails_leaves_the_file_that_was_there(ask, path, tmp_path):
    to = tmp_path / "out" / "old.ndjson"
    to.parent.mkdir()
    to.write_text("old")
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE body SET packed = x'00' WHERE id = (SELECT max(id) FROM body)")
    database.close()
    status, _, err = ask("export", to, "--file", path)
    assert status == 69
    assert "differs from what was recorded" in err
    assert to.read_text() == "old"
    assert list(to.parent.iterdir()) == [to]


def test_an_export_goes_into_a_pipe_without_replacing_it(ask, path, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        status, _, _ = ask("export", pipe, "--since", "2026-09-21 15:13:20Z", "--until",
                           "2026-09-21 15:13:20Z", "--file", path)  # fmt: skip
        assert status == 64
        status, _, _ = ask("export", pipe, "--since", "2026-09-21 15:13:15Z", "--until",
                           "2026-09-21 15:14Z", "--file", path)  # fmt: skip
        assert status == 0
        lines = os.read(reader, 65_536).decode().splitlines()
    finally:
        os.close(reader)
    assert [json.loads(line)["endpoint"] for line in lines] == ["capacity", "capacity"]
    assert pipe.is_fifo()


def test_an_export_into_the_recording_itself_is_refused(ask, path):
    before = path.read_bytes()
    status, _, err = ask("export", path, "--file", path)
    assert status == 64
    assert "is the recording itself" in err
    assert path.read_bytes() == before


def test_an_export_into_a_folder_that_is_not_there_is_said(ask, path, tmp_path):
    status, _, err = ask("export", tmp_path / "nowhere" / "x", "--file", path)
    assert status == 69
    assert ": No such file or directory" in err


async def test_an_export_whose_reader_leaves_ends_quietly(start, tmp_path):
    place = tmp_path / "r.db"
    # More than a pipe holds, so that the reader is missed.
    record(place, (poll(CAPACITY, 10 * n, n) for n in range(2000)), each=1000)
    process = await start("export", "-", "--file", str(place))
    async with asyncio.timeout(60):
        assert json.loads(await process.stdout.readline())["polls"] == 1
        process.stdout._transport.close()
        said = await process.stderr.read()
        assert await process.wait() == 141
    assert said == b""


def test_info_says_what_is_in_a_recording_and_what_it_costs(ask, path):
    status, out, _ = ask("recording", "info", "--file", path)
    assert status == 0
    facts = dict(line.split("  ", 1) for line in out.splitlines())
    facts = {name: value.strip() for name, value in facts.items()}
    assert facts["observations"].startswith(f"{POLLS:,} in ")
    assert facts["entry points"] == "3"
    assert facts["written by"] == "nobody"
    assert facts["schema"] == f"{VERSION} (current)"
    assert facts["recorded"].endswith("no gaps")
    assert float(facts["each observation"].split()[0]) > 1


def test_info_counts_what_goes_on_and_says_who_writes(ask, tmp_path):
    place = tmp_path / "r.db"
    lock = take(RecordingFile(place))
    writer = record(place, [*shift(), poll(CAPACITY, 9000, 1)],
                    entry_points=board_of(1000, 1001, 1007), close=False)  # fmt: skip
    try:
        status, out, _ = ask("recording", "info", "--file", place)
        assert status == 0
        assert f"{POLLS + 1:,} in " in out
        assert f"pid {os.getpid()}, since " in out
        assert "; 1 gap\n" in out
        assert "gap               2026-09-21 15:13:30 (" in out
    finally:
        writer.close()
        lock.release()


def test_a_whole_recording_is_whole(ask, path):
    assert ask("recording", "verify", "--file", path) == (
        0,
        f"{path}: the recording is intact\n",
        "",
    )


def test_a_recording_is_whole_while_it_is_written(ask, tmp_path):
    place = tmp_path / "r.db"
    writer = record(place, shift(), entry_points=board_of(1000, 1001, 1007), close=False)
    try:
        assert ask("recording", "verify", "--file", place)[0] == 0
    finally:
        writer.close()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("UPDATE body SET packed = x'00' WHERE id = 2", "body 2 differs from what was recorded"),
        ("UPDATE body SET digest = x'00' WHERE id = 1", "body 1 differs from what was recorded"),
        ("DELETE FROM answer WHERE id = 1", "with a missing answer"),
        ("DELETE FROM body WHERE id = 1", "answers with a missing body"),
        ("DELETE FROM run WHERE id = 3", "segment 1 has 300 polls instead of "),
        ("UPDATE segment SET polls = polls + 1", " polls instead of "),
        ("UPDATE segment SET standing = x'00' WHERE id = 1", "the end of a segment cannot be read"),
        ("UPDATE segment SET samples = x'00' WHERE id = 1", "rounds of a segment"),
        ("DELETE FROM segment WHERE id = 2", "between segments 1 and 3 polls are missing"),
        ("DROP TABLE change", "table 'change' is missing"),
        ("UPDATE change SET after = 'fine' WHERE subject = 'verdict'", "invalid"),
        ("UPDATE entry_point SET policy = '{'", "invalid"),
    ],
)
def test_damage_is_named_and_the_status_is_2(ask, path, damage, said):
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(damage)
    database.close()
    status, out, _ = ask("recording", "verify", "--file", path)
    assert status == 2
    assert out.startswith(f"{path}: the recording is damaged\n")
    assert said in out


def test_a_truncated_file_is_damaged(ask, path):
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)
    status, out, _ = ask("recording", "verify", "--file", path)
    assert status == 2
    assert "damaged" in out


def test_trimming_forgets_what_is_old_and_leaves_the_rest_whole(ask, path):
    status, out, _ = ask("recording", "trim", "--older", "2026-09-21 14:50Z", "--file", path)
    assert status == 0
    assert out.startswith("Deleted 3 segments: ")
    assert ask("recording", "verify", "--file", path)[0] == 0
    _, exported, _ = ask("export", "-", "--file", path)
    firsts = [json.loads(line)["last_at"] for line in exported.splitlines()]
    assert min(firsts) > "2026-09-21T14:40"
    assert max(firsts) == "2026-09-21T15:13:30.000+00:00"


def test_trimming_to_a_size_keeps_what_was_recorded_last(ask, tmp_path):
    path = tmp_path / "r.db"
    record(path, (poll(CAPACITY, 10 * n, n) for n in range(1000)))
    before = path.stat().st_size
    status, out, _ = ask("recording", "trim", "--to", "1 KB", "--file", path)
    assert status == 0
    assert path.stat().st_size < before
    assert "The newest segment is always kept." in out
    assert ask("recording", "verify", "--file", path)[0] == 0
    assert "16:59:50" in ask("recording", "info", "--file", path)[1]
    assert "Nothing to delete" in ask("recording", "trim", "--to", "1GB",
                                                "--file", path)[1]  # fmt: skip


def test_trimming_is_refused_while_somebody_writes(ask, path):
    before = path.read_bytes()
    lock = take(RecordingFile(path))
    try:
        status, _, err = ask("recording", "trim", "--to", "1KB", "--file", path)
    finally:
        lock.release()
    assert status == 69
    assert f"pid {os.getpid()}" in err
    assert "It is trimmed automatically" in err
    assert path.read_bytes() == before


BUSY = """
import sqlite3
import sys
from wallboard.cli.run.signals import left_on_ctrl_c

with left_on_ctrl_c():
    print("busy", flush=True)
    # Minutes in one step of SQLite, which then asks nobody whether it is to go on.
    sqlite3.connect(":memory:").execute(
        "SELECT instr(zeroblob(300000000), CAST(zeroblob(1000000) || x'01' AS BLOB))"
    ).fetchone()
"""


async def test_ctrl_c_also_ends_what_sqlite_does_in_one_step(environment):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", BUSY, env=environment, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert await process.stdout.readline() == b"busy\n"
        await asyncio.sleep(0.2)
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(60):
            assert await process.wait() == 130
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.mark.parametrize("command", [("history", "1000"), ("handover",)])
def test_an_incident_is_told_with_who_acknowledged_it(ask, path, command):
    ahead = START - LEDGER_START
    key = AlarmKey(SERVER, 1000)
    acknowledged = said(RowKind.ACKNOWLEDGED, ahead + 1300.0, ahead + 1200.0, key=key)
    written(path.with_name("r.ledger"), acknowledged)
    status, text, _ = ask(*command, "--file", path, *ALL)
    assert status == 0
    assert re.search(r"acknowledged by ana\\?@jump1: on it", text)
    status, text, _ = ask(*command, "--file", path, *ALL, "--format", "json")
    assert '"acknowledged_by": "ana@jump1"' in text


def test_a_ledger_that_cannot_be_read_is_warned_of_and_the_report_goes_on(ask, path):
    path.with_name("r.ledger").write_bytes(b"no ledger" * 500)
    status, text, complaints = ask("handover", "--file", path, *ALL)
    assert status == 0
    assert "# Shift report" in text
    assert "r.ledger" in complaints
    assert "going on without acknowledgements and notes" in complaints
    _, text, _ = ask("handover", "--file", path, *ALL, "--format", "json")
    assert json.loads(text)["alarms"] is None
