"""The shift report, made of real recordings."""

import json
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt
from recorder.ledger_rows import written
from recorder.recordings import START, board_of, poll, record

from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.event import ExpectationChanged
from wallboard.domain.expectation import Expectation, Expected
from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind, moment
from wallboard.domain.observation import Cause, Failure, ServerStatus
from wallboard.domain.policy import Level
from wallboard.recorder.ledger.reader import rows_of_recording
from wallboard.recorder.recording import Recording
from wallboard.report.past.handover import read_handover
from wallboard.report.past.handover_json import handover_json
from wallboard.report.past.handover_markdown import MOST_CHANGES, MOST_OF_ONE, handover_markdown
from wallboard.report.past.incidents import incidents_of
from wallboard.report.past.past import window_of

ALLOWED, LIVE, CAPACITY = Endpoint.CHAT_ALLOWED, Endpoint.LIVE_SESSION_STATUS, Endpoint.CAPACITY
CLOSED = b'<chatAllowed allowed="false" reason="agent_not_available"/>'
DOWN = Failure(Cause.REFUSED, "Nobody listens on port 443.")
HOUR = 3600


def polls(first, last, *, closed=False, id_=1000, wait=5.0):
    for at in range(first, last, 10):
        if closed:
            yield poll(ALLOWED, at, body=CLOSED, id=id_)
        else:
            yield poll(ALLOWED, at, "true", id=id_)
        yield poll(LIVE, at, wait, 2, id=id_)


def report_of(path, since, until, events, entry_points=None, title="Tests"):
    record(path, events, entry_points=entry_points, title=title)
    with Recording.open(path) as recording:
        window = window_of(
            START + since, START + until, recording.recorded_spans(), gap_seconds=120
        )
        return read_handover(recording, window)


def section(text, heading):
    _, _, rest = text.partition(f"## {heading}\n\n")
    return rest.partition("\n\n## ")[0]


def test_a_shift_says_what_is_still_wrong_and_since_when(tmp_path):
    events = [*polls(0, HOUR), *polls(HOUR, 2 * HOUR, closed=True)]
    text = handover_markdown(report_of(tmp_path / "r.db", HOUR + 600, 2 * HOUR, events))
    (row,) = section(text, "Open problems").splitlines()[2:]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[:3] == ["critical", "Entry 1000 (1000), prod", "NO AGENTS"]
    assert cells[3:5] == ["2026-09-21 15:13:20", "15:13:20"]
    assert cells[5:] == ["1h00m", "No agent is available"]
    assert "1h00m from 2026-09-21 15:13:20 (15:13:20)" in section(text, "Longest outages")
    assert "ongoing at the end" in section(text, "Longest outages")


def test_incidents_come_first_with_their_changes_below_them(tmp_path):
    down = Failure(Cause.REFUSED, "Nobody listens on port 443.")
    events = [
        *polls(0, 1000),
        *polls(1000, 1600, closed=True),
        *polls(1600, 2000),
        ServerStatus("prod", START + 2000, down, START + 2000, START + 2010),
        ServerStatus("prod", START + 2030),
        *polls(2031, HOUR),
    ]
    handover = report_of(tmp_path / "r.db", 0, HOUR, events)
    text = handover_markdown(handover)
    assert section(text, "Incidents").splitlines() == [
        "- 2026-09-21 14:30:00 (14:30:00) Entry 1000 (1000), prod: critical, 10m00s:"
        " NO AGENTS 10m00s",
        "  - 14:30:00 (14:30:00) OPEN → NO AGENTS: No agent is available",
        "  - 14:40:00 (14:40:00) NO AGENTS → OPEN: Customers can start a chat",
        "- 2026-09-21 14:46:40 (14:46:40) server prod, 1 entry point: critical, 30s: refused 30s",
        "  - 14:46:40 (14:46:40) ok → refused: Nobody listens on port 443",
        "  - 14:47:10 (14:47:10) refused → ok",
    ]
    assert "## Other changes" not in text
    document = json.loads(handover_json(handover))
    assert [one["id"] for one in document["incidents"]] == [1000, None]
    assert [one["seconds"] for one in document["incidents"]] == [600, 30]
    assert document["incidents"][1]["phases"] == [
        {
            "verdict": "unreachable",
            "level": "critical",
            "cause": "refused",
            "http_status": None,
            "at": "2026-09-21T14:46:40.000+00:00",
            "at_unix": START + 2000,
            "seconds": 30,
        }
    ]
    assert [one["incident"] for one in document["changes"]] == [0, 0, 1, 1]
    assert document["changes"][0]["after"] == "agent_not_available"
    assert document["since_unix"] == START
    assert document["entry_points"][0]["verdict_seconds"]["agent_not_available"] == 600


def test_what_was_wrong_before_the_shift_and_still_is_is_an_incident_of_it(tmp_path):
    events = [*polls(0, 1000), *polls(1000, HOUR, closed=True)]
    text = handover_markdown(report_of(tmp_path / "r.db", 1800, HOUR, events))
    row = section(text, "Incidents")
    assert row.startswith("- 2026-09-21 14:30:00 (14:30:00) ")
    assert " 43m20s, ongoing: " in row


def test_a_raised_level_is_counted_among_the_incidents_and_not_told(tmp_path):
    events = [*polls(0, 600), *polls(600, 700, wait=250.0), *polls(700, HOUR)]
    text = handover_markdown(report_of(tmp_path / "r.db", 5, HOUR, events))
    assert section(text, "Incidents") == (
        "None.\n\n1 more was of a long wait, a long queue or few slots only."
    )


def test_what_was_left_open_after_hours_is_an_incident(tmp_path):
    key, night = EntryPointKey("prod", 1000), Expectation(Expected(False, None, "night"))
    events = [*polls(0, HOUR), ExpectationChanged(START + 600, {key: night})]
    events.sort(key=lambda event: event.at)
    report = report_of(tmp_path / "r.db", 5, HOUR, events)
    text = section(handover_markdown(report), "Incidents")
    assert ": warning, 50m00s, ongoing: OPEN (warning), open outside hours" in text
    assert "long wait" not in text
    (incident,) = json.loads(handover_json(report))["incidents"]
    assert incident["left_open"]


def test_a_raised_level_for_which_an_alarm_was_raised_is_told(tmp_path):
    path = tmp_path / "r.db"
    events = [*polls(0, 600), *polls(600, 700, wait=250.0), *polls(700, HOUR)]
    record(path, events)
    with Recording.open(path) as recording:
        window = window_of(START + 5, START + HOUR, recording.recorded_spans(), gap_seconds=120)
        (incident,) = incidents_of(recording.changes(), (), ()).incidents
        at, whose = incident.at, AlarmKey("prod", 1000)
        raised = LedgerRow(at + 60, RowKind.RAISED, whose, moment(at))
        text = handover_markdown(read_handover(recording, window, [raised]))
    assert ": warning, 1m40s: OPEN (warning) 1m40s" in section(text, "Incidents")


def test_times_carry_the_zone_in_the_headings_and_nowhere_else(tmp_path):
    events = [*polls(0, 1000), *polls(1000, HOUR, closed=True)]
    text = handover_markdown(report_of(tmp_path / "r.db", 5, HOUR, events))
    zoned = [line for line in text.splitlines() if "UTC" in line or "+00:00" in line]
    window, *heads = zoned
    assert window.startswith("2026-09-21 14:13:25 to 2026-09-21 15:13:20 UTC (")
    assert [window.count(words) for words in ("UTC", "LOCAL +00:00", "+00:00")] == [1, 1, 1]
    assert [head.partition(" LOCAL +00:00")[0] for head in heads] == [
        "| level | entry point | verdict | since UTC |"
    ]


def test_a_quiet_shift_says_so(tmp_path):
    text = handover_markdown(report_of(tmp_path / "r.db", 60, HOUR, polls(0, HOUR, wait=0.0)))
    assert section(text, "Open problems") == "None."
    assert section(text, "Incidents") == "None."
    assert "## Other changes" not in text
    assert section(text, "Longest outages") == "None: chats were possible all the time."
    assert section(text, "Longest waits") == "No waits recorded."


def test_what_was_not_recorded_is_not_called_quiet(tmp_path):
    handover = report_of(tmp_path / "r.db", 0, 3 * HOUR, polls(0, HOUR, wait=0.0))
    text = handover_markdown(handover)
    assert "this is the last known state" in section(text, "Open problems")
    assert section(text, "Longest outages") == "None in the recorded time."
    with Recording.open(tmp_path / "r.db") as recording:
        later = window_of(
            START + 5 * HOUR, START + 6 * HOUR, recording.recorded_spans(), gap_seconds=1
        )
        text = handover_markdown(read_handover(recording, later))
    assert "this is the last known state" in section(text, "Open problems")
    assert section(text, "Longest outages") == "No data recorded."


def test_what_changed_worst_waits_and_time_in_each_verdict(tmp_path):
    events = sorted(
        [
            *polls(0, 1000),
            *polls(1000, 1600, closed=True, wait=250.0),
            *polls(1600, HOUR),
            *polls(0, HOUR, id_=1001, wait=20.0),
        ],
        key=lambda event: event.at,
    )
    handover = report_of(tmp_path / "r.db", 0, HOUR, events, board_of(1000, 1001))
    text = handover_markdown(handover)
    changed = section(text, "Incidents")
    assert "  - 14:30:00 (14:30:00) OPEN → NO AGENTS" in changed
    assert "  - 14:40:00 (14:40:00) NO AGENTS → OPEN" in changed
    waits = section(text, "Longest waits").splitlines()
    assert waits[0].startswith("- Entry 1000 (1000), prod: 4m10s at 2026-09-21 14:30:00 (14:30:00)")
    assert waits[1].startswith("- Entry 1001 (1001), prod: 20s")
    times = section(text, "Time in each verdict").splitlines()
    assert times[0] == "| entry point | OPEN | NO AGENTS |"
    assert times[2] == "| Entry 1000 (1000), prod | 50m00s (83 %) | 10m00s (17 %) |"
    assert times[3] == "| Entry 1001 (1001), prod | 1h00m (100 %) |  |"
    for past in handover.pasts:
        assert sum(past.verdict_seconds.values()) == pytest.approx(HOUR)


def test_a_gap_is_named_and_not_counted(tmp_path):
    path = tmp_path / "r.db"
    events = [*polls(0, 1000), *polls(2000, 3000, closed=True)]
    handover = report_of(path, 0, 3000, events)
    gaps = [(gap.first_at - START, gap.last_at - START) for gap in handover.window.unrecorded]
    assert gaps == [(990, 2000)]
    (past,) = handover.pasts
    assert sum(past.verdict_seconds.values()) == pytest.approx(1990)
    assert "No data recorded:\n\n- 2026-09-21 14:29:50 (14:29:50) to" in handover_markdown(handover)


def test_a_server_that_is_down_is_said_once_with_what_it_takes_along(tmp_path):
    points = board_of(*range(1000, 1010))
    up = [event for point, _ in points for event in polls(0, 600, id_=point.key.id)]
    down = ServerStatus("prod", START + 600, DOWN, START + 600, START + 660)
    events = [*sorted(up, key=lambda event: event.at), down]
    text = handover_markdown(report_of(tmp_path / "r.db", 0, 660, events, points))
    wrong = section(text, "Open problems")
    assert wrong.count("\n") == 0
    assert wrong.startswith("- server prod: unreachable since 2026-09-21 14:23:20 (14:23:20)")
    assert wrong.endswith(", 10 entry points: Nobody listens on port 443.")
    incident, *changed = section(text, "Incidents").splitlines()
    assert " server prod, 10 entry points: critical, " in incident
    assert changed == ["  - 14:23:20 (14:23:20) ok → refused: Nobody listens on port 443"]


def test_an_endpoint_that_fails_is_wrong_though_a_chat_can_be_started(tmp_path):
    timeout = Failure(Cause.TIMEOUT, "No answer within 5 s.")
    failing = [poll(CAPACITY, 400 + n, failure=timeout, elapsed=5.0) for n in range(0, 100, 10)]
    events = sorted([*polls(0, 500), *failing], key=lambda event: event.at)
    text = handover_markdown(report_of(tmp_path / "r.db", 450, 500, events))
    assert "Entry 1000 (1000), prod capacity since 2026-09-21 14:20:00 (14:20:00)" in section(
        text, "Open problems"
    )


def test_an_entry_point_that_cannot_be_read_is_not_said_again_for_each_endpoint(tmp_path):
    empty = Failure(Cause.EMPTY, "chatAllowed: the server answered 200 with an empty body.")
    endpoints = (ALLOWED, Endpoint.CHECK_ELIGIBILITY, CAPACITY)
    failing = [poll(endpoint, 100, failure=empty) for endpoint in endpoints]
    text = handover_markdown(report_of(tmp_path / "r.db", 50, 110, [*polls(0, 100), *failing]))
    wrong = section(text, "Open problems")
    assert "| unknown | Entry 1000 (1000), prod | ERROR |" in wrong
    assert "Failing endpoints" not in wrong


def test_levels_that_swing_are_counted_and_hide_nothing(tmp_path):
    swings = (poll(LIVE, at, 70.0 if at // 10 % 2 else 5.0, 2) for at in range(0, HOUR, 10))
    states = (
        poll(ALLOWED, at + 1, body=CLOSED) if at == 1800 else poll(ALLOWED, at + 1, "true")
        for at in range(0, HOUR, 10)
    )
    events = sorted([*swings, *states], key=lambda event: event.at)
    text = handover_markdown(report_of(tmp_path / "r.db", 5, HOUR, events))
    changed = section(text, "Other changes")
    assert changed.count("NO AGENTS") == 2
    assert "- Entry 1000 (1000), prod: 3" in changed


def test_of_very_many_changes_the_last_ones_are_shown_and_the_rest_is_counted(tmp_path):
    events = [
        poll(ALLOWED, at, body=CLOSED) if at // 10 % 2 else poll(ALLOWED, at, "true")
        for at in range(0, 10 * (MOST_CHANGES + 51), 10)
    ]
    handover = report_of(tmp_path / "r.db", 5, 10_000, events)
    _, *changed = section(handover_markdown(handover), "Incidents").splitlines()
    assert len(changed) == MOST_OF_ONE + 1
    assert changed[-1] == f"  - and {MOST_CHANGES + 50 - MOST_OF_ONE} more"
    text = handover_markdown(replace(handover, incidents=()))
    changed = section(text, "Other changes")
    assert f"The last {MOST_CHANGES}; 50 earlier ones are left out." in changed
    assert changed.count("\n| 2026-") == MOST_CHANGES


HOSTILE = [
    "a | b | c",
    "ends with a backslash \\",
    "\\| x",
    "<script>alert(1)</script>",
    "[click](http://evil.example.com)",
    "![x](http://evil.example.com/y.png)",
    "https://evil.example.com",
    "www.evil.example.com",
    "me@evil.example.com",
    "_a_ *b* ~~c~~ `d`",
    "&lt;b&gt;",
    "one\n\n# two\n\n| a |",
    "\x1b[2Jred\u202eder",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_and_no_text_of_a_server_can_break_the_markdown(tmp_path, name):
    ((point, policy),) = board_of(1000)
    points = [(replace(point, name=name), policy)]
    failure = Failure(Cause.TIMEOUT, name)
    events = [
        *polls(0, 200, wait=250.0),
        *polls(200, 400, closed=True),
        poll(CAPACITY, 400, failure=failure),
    ]
    text = handover_markdown(report_of(tmp_path / "r.db", 5, 410, events, points, title=name))
    assert "\x1b" not in text
    assert "\u202e" not in text
    parser = MarkdownIt("gfm-like", {"html": True})
    tokens = parser.parse(text)
    headings = [tokens[n + 1].content for n, t in enumerate(tokens) if t.type == "heading_open"]
    assert headings[1:] == [
        "Open problems", "Incidents", "Longest outages", "Longest waits",
        "Time in each verdict",
    ]  # fmt: skip
    kinds = {t.type for t in tokens} | {c.type for t in tokens for c in t.children or ()}
    assert not kinds & {
        "html_block", "html_inline", "link_open", "image", "em_open", "strong_open", "s_open",
        "code_inline", "fence", "code_block",
    }  # fmt: skip
    widths = {}
    columns = 0
    for token in tokens:
        if token.type == "tr_open":
            columns = 0
        elif token.type in {"td_open", "th_open"}:
            columns += 1
        elif token.type == "tr_close":
            widths.setdefault(token.level, set()).add(columns)
    assert {width for found in widths.values() for width in found} == {3, 7}
    shown = "".join(c.content for t in tokens for c in t.children or () if c.type == "text")
    if name == "a | b | c":
        assert "a | b | c (1000), prod" in shown


def test_what_is_closed_as_scheduled_is_no_problem_and_what_should_be_open_says_until_when(
    tmp_path,
):
    until = START + 3 * HOUR
    night = Expectation(Expected(False, until, "night"))
    by_day = Expectation(Expected(True, until, "day"))
    keys = [EntryPointKey("prod", number) for number in (1000, 1001)]
    events = [
        *polls(0, 600),
        *polls(0, 600, id_=1001),
        ExpectationChanged(START + 600, dict(zip(keys, (night, by_day), strict=True))),
        *polls(600, HOUR, closed=True),
        *polls(600, HOUR, closed=True, id_=1001),
    ]
    events.sort(key=lambda event: event.at)
    report = report_of(tmp_path / "r.db", 0, HOUR, events, board_of(1000, 1001))
    problems = section(handover_markdown(report), "Open problems")
    assert "No agent is available; should be open until 17:13 |" in problems
    planned = "- Entry 1000 (1000), prod NO AGENTS: closed as scheduled until 17:13"
    assert f"As planned, and no problems:\n\n{planned}" in problems
    document = json.loads(handover_json(report))
    (wrong,), (as_planned,) = document["open"], document["as_planned"]
    assert (wrong["id"], wrong["expected"]["open"]) == (1001, True)
    assert (as_planned["id"], as_planned["expected"]["why"]) == (1000, "night")


def test_notes_are_told_whether_or_not_anything_happened(tmp_path):
    key, path = AlarmKey("prod", 1000), tmp_path / "r.db"
    record(path, polls(0, HOUR))
    notes = [
        LedgerRow(START + at, RowKind.NOTE, of, who="ana@jump1", text=text)
        for at, of, text in (
            (60, None, "release 12.6 *tonight*"),
            (90, key, "headset"),
            (120, AlarmKey("prod"), "x"),
            (2 * HOUR, None, "too late"),
        )
    ]
    with Recording.open(path) as recording:
        window = window_of(START, START + HOUR, recording.recorded_spans(), gap_seconds=120)
        handover = read_handover(recording, window, notes)
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")][2:]
        for line in section(handover_markdown(handover), "Notes").splitlines()[2:]
    ]
    assert rows == [
        ["the board", r"ana\@jump1", r"release 12.6 \*tonight\*"],
        ["Entry 1000 (1000), prod", r"ana\@jump1", "headset"],
        ["server prod", r"ana\@jump1", "x"],
    ]
    told = json.loads(handover_json(handover))["notes"]
    assert [(one["server"], one["id"], one["text"]) for one in told] == [
        (None, None, "release 12.6 *tonight*"), ("prod", 1000, "headset"), ("prod", None, "x"),
    ]  # fmt: skip
    with Recording.open(path) as recording:
        assert "## Notes" not in handover_markdown(read_handover(recording, window))


def test_the_alarms_that_stand_at_the_end_are_told_with_who_has_them(tmp_path):
    path, key = tmp_path / "r.db", AlarmKey("prod", 1000)
    events = [*polls(0, 600), *polls(600, HOUR, closed=True), *polls(0, HOUR, id_=1001)]
    record(path, sorted(events, key=lambda one: one.at), entry_points=board_of(1000, 1001))
    onset, level = START + 600, Level.CRITICAL
    rows = [
        LedgerRow(onset + 60, RowKind.RAISED, key, onset, level, "agent_not_available"),
        LedgerRow(
            onset + 120,
            RowKind.ACKNOWLEDGED,
            key,
            onset,
            who="ana@jump1",
            text="on *it*",
            until=onset + 8 * HOUR,
        ),
        LedgerRow(
            START + 900,
            RowKind.SHELVED,
            AlarmKey("prod", 1001),
            who="bob@jump1",
            text="new headset",
            until=START + 2 * HOUR,
        ),
    ]
    written(tmp_path / "r.ledger", *rows)
    with Recording.open(path) as recording:
        window = window_of(START, START + HOUR, recording.recorded_spans(), gap_seconds=120)
        report = read_handover(recording, window, rows, path=path)
    told = [
        [cell.strip() for cell in line.strip("|").split("|")][2:]
        for line in section(handover_markdown(report), "Alarms at the end").splitlines()[2:]
    ]
    assert told[0] == [
        "Entry 1000 (1000), prod",
        "acknowledged",
        "NO AGENTS",
        r"ana\@jump1",
        "2026-09-21 22:23:20",
        r"on \*it\*",
    ]
    assert told[1][:2] == ["Entry 1001 (1001), prod", "shelved"]
    first, second = json.loads(handover_json(report))["alarms"]
    assert (first["id"], first["state"]) == (1000, "acknowledged")
    assert first["acknowledged"]["why"] == "on *it*"
    assert (second["id"], second["shelved"]["who"]) == (1001, "bob@jump1")


def test_a_time_without_a_network_is_said(tmp_path):
    path = tmp_path / "r.db"
    record(path, polls(0, HOUR))
    kinds = [(600, RowKind.BLIND), (1200, RowKind.SEEING), (3000, RowKind.BLIND)]
    written(tmp_path / "r.ledger", *(LedgerRow(START + at, kind, None) for at, kind in kinds))
    for since, spans in (
        (0, [(600, 1200), (3000, HOUR)]),
        (900, [(900, 1200), (3000, HOUR)]),
        (1500, [(3000, HOUR)]),
        (3300, [(3300, HOUR)]),
    ):
        with Recording.open(path) as recording:
            spans_of = recording.recorded_spans()
            window = window_of(START + since, START + HOUR, spans_of, gap_seconds=120)
            handover = read_handover(recording, window, rows_of_recording(path, START + since))
        found = [(one.first_at - START, one.last_at - START) for one in handover.blind]
        assert found == spans
        assert len(json.loads(handover_json(handover))["no_network"]) == len(spans)
        assert "This machine had no network" in handover_markdown(handover)
