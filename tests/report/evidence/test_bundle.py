import re
import time
import unicodedata
from dataclasses import replace

import pytest
from report_support import FULL, NOW, OPEN, TIMEOUT, board_of, entry_point, tell

from wallboard.domain.alarm import Alarm, Handling
from wallboard.domain.endpoint import Contact, Endpoint
from wallboard.domain.event import ExpectationChanged
from wallboard.domain.expectation import Expectation, Expected
from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind
from wallboard.domain.node import NodePoll
from wallboard.domain.observation import Cause, Failure, Observation, Request, Response
from wallboard.domain.reading import ChatAllowed
from wallboard.report.evidence.bundle import Subjects, triage_bundle
from wallboard.report.setup.doctor import environment
from wallboard.report.words.redaction import MASK
from wallboard.setting_types import Secret
from wallboard.settings import ServerSettings, Settings

HERE = (("host", "jump-1"), ("wallboard", "1.2.3"), ("terminal", "TERM=xterm"))
SALES = entry_point(1000, "Sales", group="EMEA")
YES = ChatAllowed(True)
URL = "http://ece.example.com/system/egain/chat/entrypoint/chatAllowed/1000"


def answered(body=b"<a/>", head=b"", outcome=YES, *, url=URL, status=200, at=NOW):
    request = Request("GET", url, (("Accept", "*/*"), ("X-egain-session", MASK)))
    response = Response(status, "OK", head, body)
    return Observation(SALES.key, Endpoint.CHAT_ALLOWED, at, 0.0123, outcome, request, response)


def bundle_of(*observations: Observation, **more):
    board = board_of(SALES)
    for one in observations:
        board.fold(one)
    return bundle(board, **more)


def bundle(board, *, now=NOW, **more):
    status = board.snapshot(now).entry_points[SALES.key]
    return triage_bundle(Subjects(status=status, at=now, **more), HERE)


def section(text, heading):
    """From one heading of the second rank to the next, fences passed over."""
    parts = re.split(r"(?m)^## ", text)
    found = [part for part in parts if part.startswith(heading)]
    assert len(found) == 1, [part.splitlines()[0] for part in parts]
    return found[0]


def code_blocks(text):
    """The contents of code blocks, by CommonMark's rule for where one ends."""
    blocks, fence, lines = [], "", []
    for line in text.split("\n"):
        ticks = re.match(r"`{3,}", line)
        if not fence and ticks:
            fence, lines = ticks[0], []
        elif fence and ticks and len(ticks[0]) >= len(fence) and line.strip("`") == "":
            blocks.append("\n".join(lines))
            fence = ""
        elif fence:
            lines.append(line)
    assert not fence, "a code block is left open"
    return blocks


def test_it_begins_with_the_verdict_in_words_its_level_its_marks_and_since_when():
    board = board_of(SALES)
    tell(board, SALES, OPEN, at=NOW - 500)
    tell(board, SALES, {**FULL, Endpoint.CAPACITY: TIMEOUT}, at=NOW - 125)
    lines = bundle(board).splitlines()
    assert lines[0] == "# Sales (1000): QUEUE FULL, warning"
    assert lines[2] == "The queue has reached its maximum depth."
    assert "- time: 2026-01-01 00:00:00 UTC (00:00:00 +00:00)" in lines
    since = "2025-12-31 23:57:55 UTC (23:57:55 +00:00), for 2m05s"
    assert f"- since: {since}" in lines
    assert "- marks: stale, partial" in lines
    assert "- failing endpoints: capacity" in lines
    assert "- group: EMEA" in lines


def test_the_values_are_those_of_the_tile():
    board = board_of(SALES)
    tell(board, SALES, FULL)
    values = section(bundle(board), "Values").splitlines()
    for line in (
        "- chat allowed: no",
        "- reason: queue_depth_reached",
        "- response type: 2",
        "- wait: 12s",
        "- queue: 3",
        "- slots: 4",
        "- agent available: yes",
        "- chat button: hidden, by chatAllowed",
    ):
        assert line in values


def test_the_timeline_is_newest_first_with_how_long_it_had_been():
    board = board_of(SALES, interval=300.0)
    tell(board, SALES, OPEN, at=NOW - 500)
    tell(board, SALES, FULL, at=NOW - 125)
    (table,) = code_blocks(section(bundle(board), "Timeline"))
    head, newest, oldest = table.splitlines()
    assert head.split() == ["UTC", "LOCAL", "+00:00", "WHAT", "FROM", "TO", "LASTED", "WHY"]
    assert "2025-12-31 23:57:55  23:57:55      verdict  OPEN     QUEUE FULL  6m15s" in newest
    assert "WAITING  OPEN" in oldest


def test_it_says_who_has_the_alarm_what_was_done_and_whom_to_ask():
    contact = Contact("https://wiki.example.com/chat", "Anna", "+49 711 4711")
    board = board_of(replace(SALES, contact=contact))
    key = AlarmKey.of(SALES.key)
    handling = Handling(NOW - 60, "anna@jump1", "on *it*", NOW + 600)
    alarm = Alarm(key, onset=NOW - 90, raised_at=NOW - 70, acknowledgement=handling)
    row = LedgerRow(NOW - 60, RowKind.ACKNOWLEDGED, key, who="anna@jump1", text="on *it*")
    text = bundle(board, alarm=alarm, ledger=[row])
    head = text.partition("## ")[0]
    assert "- runbook: https" in head
    assert "- owner: Anna" in head
    assert "- phone: +49 711 4711" in head or "- phone: \\+49 711 4711" in head
    assert "- alarm: acknowledged by anna" in head
    assert "on \\*it\\*" in head
    assert "acknowledged by anna" in section(text, "Alarm and notes, newest first")


def test_every_endpoint_has_its_outcome_command_headers_and_body():
    head = b"Content-Type: text/xml\r\nServer: Apache"
    text = section(bundle_of(answered(b"<a>\n<b/></a>", head)), "chatAllowed: allowed=true")
    command, response, body = code_blocks(text)
    assert command.endswith(f"--url {URL}")
    assert "${X_EGAIN_SESSION:?}" in command
    assert response == "HTTP 200 OK\nContent-Type: text/xml\nServer: Apache"
    assert body == "<a>\n<b/></a>"
    assert "took 12 ms" in text
    assert "## capacity\n\nNot asked yet." in bundle_of(answered())


def test_a_failure_is_its_cause_and_a_sentence():
    failure = Failure(Cause.REFUSED, "Nothing accepts connections: is the service running?")
    observation = replace(answered(), outcome=failure, response=None)
    text = section(bundle_of(observation), "chatAllowed: failed, refused")
    assert "\nNothing accepts connections: is the service running?\n" in text
    assert "There is no response" in text


def test_the_poll_on_the_screen_is_in_it_though_it_is_not_the_newest():
    old, new = answered(b"<old/>", at=NOW - 20), answered(b"<new/>")
    text = bundle_of(old, new, shown=old)
    assert text.index("<old/>") < text.index("<new/>")
    assert "The poll on the screen, 2025-12-31 23:59:40 UTC" in text
    assert bundle_of(old, new, shown=new).count("<new/>") == 1


def test_no_body_ends_its_code_block():
    body = b"```\n# not a heading\n````` \n~~~\n`````````\n<img src=x onerror=alert(1)>"
    text = bundle_of(answered(body))
    assert body.decode() in code_blocks(text)
    assert text.index("## Environment") > text.index("not a heading")


def test_a_long_body_is_cut_with_a_note():
    text = bundle_of(answered(b"x" * 100_000))
    assert "The body, 100,000 bytes, here only the first 8,000 characters:" in text
    assert "x" * 8_000 in text
    assert "x" * 8_001 not in text


def test_a_secret_on_the_edge_of_what_is_looked_at_does_not_show_in_part():
    secret = "session-" + "7" * 992
    server = replace(SECRETS, headers={"X-egain-session": Secret(secret)})
    text = bundle_of(answered(secret.encode() * 200), server=server)
    body = text.split("The body, ")[1]
    assert MASK * 50 in body
    assert "session" not in body


def test_what_is_not_text_can_be_seen_and_does_nothing():
    body = b"<a>\xff\x1b[2J\x00\r\n\ttab\xe2\x80\xae\xc2\x9b \xe2\x82\xac</a>"
    text = bundle_of(answered(body, b"X-A: \x1b]0;t\x07\xff"))
    assert "<a>\\xff\\x1b[2J\\x00\n\ttab\\u202e\\u009b €</a>" in text
    assert "X-A: \\x1b]0;t\\x07\\xff" in text
    assert not any(unicodedata.category(char) == "Cc" for char in text if char not in "\n\t")


def test_a_body_in_utf_16_can_be_read():
    assert "<a>é</a>" in bundle_of(answered("<a>é</a>".encode("utf-16")))


def test_a_name_from_a_config_and_a_word_from_a_server_are_nothing_but_text():
    evil = "**x** <script>alert(1)</script> [a](javascript:b) `c` | \x1b[2J\n# heading"
    sales = replace(SALES, name=evil, group=evil)
    board = board_of(sales)
    tell(board, sales, {Endpoint.CHAT_ALLOWED: ChatAllowed(False, raw_reason=evil)})
    text = bundle(board)
    outside = re.sub(r"(?ms)^(`{3,})\w*\n.*?^\1$", "", text)
    assert not re.search(r"(?<!\\)[<*`\[]", outside)
    assert "\n# heading" not in outside


SECRETS = ServerSettings(
    name="prod",
    url="https://operator:url-pass@ece.example.com/x",
    headers={
        "X-egain-session": Secret("session-77"),
        "Authorization": Secret("Bearer tok&en-88"),
        "Accept-Language": Secret("en-GB,en"),
    },
    proxy=Secret("http://proxy-user:proxy-pass@proxy.example.com:3128"),
)


def test_no_secret_leaves_with_it():
    head = (
        b"Set-Cookie: JSESSIONID=cookie-99; Path=/; HttpOnly\r\nX-Auth-Token: token-66\r\n"
        b"Location: http://u:redirect-pass@sso/login;jsessionid=url-55?code=code-44&q=1\r\n"
        b"X-Echo: session-77\r\nContent-Language: en-GB,en\r\nWWW-Authenticate: Basic realm=a"
    )
    body = (
        b"<p>You sent session-77 and Bearer tok&amp;en-88 by http://u:body-pass@h/ tok&en-88 "
        b"b3BlcmF0b3I6dXJsLXBhc3M= proxy-pass <a href='/x;jsessionid=body-33'>" + b"-" * 7_800
    ) + b"session-77" * 50
    failure = Failure(Cause.REDIRECT, "It points to http://u:sentence-pass@sso/;jsessionid=msg-22")
    settings = Settings(server=(SECRETS,))
    text = bundle_of(answered(body, head, failure), server=SECRETS, settings=settings)
    for secret in ("session-77", "en-88", "url-pass", "proxy-pass", "cookie-99", "token-66",
                   "redirect-pass", "url-55", "code-44", "body-pass", "body-33", "b3Blc",
                   "sentence-pass", "msg-22", "session-7", "proxy-user"):  # fmt: skip
        assert secret not in text, secret
    assert f"Set-Cookie: JSESSIONID={MASK}; Path=/; HttpOnly" in text
    assert f"http://{MASK}@sso/login;jsessionid={MASK}?code={MASK}&q={MASK}" in text
    assert "Content-Language: en-GB,en" in text
    assert "WWW-Authenticate: Basic realm=a" in text
    assert "- server address: https://ece.example.com/x" in text
    assert '--proxy "${PROXY:?}"' in text


@pytest.fixture
def in_berlin(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Europe/Berlin")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("in_berlin")
def test_times_are_in_utc_and_local_with_the_offset_that_held_then():
    winter, summer = NOW + 12 * 3600, NOW + 12 * 3600 + 182 * 86_400
    assert "- time: 2026-01-01 12:00:00 UTC (13:00:00 +01:00)" in bundle(
        board_of(SALES), now=winter
    )
    assert "- time: 2026-07-02 12:00:00 UTC (14:00:00 +02:00)" in bundle(
        board_of(SALES), now=summer
    )
    late = bundle(board_of(SALES), now=NOW + 23.5 * 3600)
    assert "- time: 2026-01-01 23:30:00 UTC (2026-01-02 00:30:00 +01:00)" in late


def test_it_says_on_what_it_was_made():
    assert bundle_of().endswith(
        "## Environment\n\n- host: jump-1\n- wallboard: 1.2.3\n- terminal: TERM=xterm\n"
    )


def test_the_surroundings_are_this_machine_and_this_terminal():
    environ = {"TERM": "tmux-256color", "COLORTERM": "truecolor", "TMUX": "/tmp/x,1,0"}
    facts = dict(environment(environ))
    named = ["host", "system", "wallboard", "form", "python", "textual", "terminal"]
    assert list(facts) == named
    assert all(facts.values())
    assert facts["terminal"] == "TERM=tmux-256color, COLORTERM=truecolor, inside tmux"
    assert dict(environment({}))["terminal"] == "unknown"


def test_it_says_what_is_expected_and_by_which_rule():
    board = board_of(SALES)
    board.fold(answered(outcome=ChatAllowed(False, "other")))
    assert "expected" not in bundle(board)
    night = Expectation(Expected(False, NOW + 3600, "holiday *Christmas* Day"))
    board.fold(ExpectationChanged(NOW, {SALES.key: night}))
    (line,) = [one for one in bundle(board).splitlines() if one.startswith("- expected")]
    assert "closed as scheduled until 01:00 (holiday" in line
    assert "*Christmas*" not in line


def test_each_node_is_told_of_and_the_answer_of_one_that_differs_is_there():
    board = board_of(SALES)
    board.fold(answered())
    said = b'<chatAllowed allowed="false" reason="agent_not_available"/>'
    for second in (1, 2):
        closed = answered(said, outcome=ChatAllowed(False, "agent_not_available"), at=NOW + second)
        board.fold(NodePoll("a:443", answered(at=NOW + second), NOW + 10))
        board.fold(NodePoll("b:443", closed, NOW + 10))
    text = bundle(board, now=NOW + 3)
    assert "- marks: node differs" in text
    nodes = section(text, "Nodes behind the server")
    assert "- a:443: open, 2026-01-01 00:00:02 UTC" in nodes
    assert "- b:443: closed, 2026-01-01 00:00:02 UTC" in nodes
    assert "differs since 2026-01-01 00:00:01 UTC" in nodes
    assert said.decode() in nodes
    assert "Nodes behind" not in bundle_of(answered())
