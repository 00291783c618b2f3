"""The history of an entry point as text."""

import pytest
from recorder.recordings import START, board_of, poll, record

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.observation import Cause, Failure, ServerStatus
from wallboard.recorder.recording import Recording
from wallboard.report.past.history import history_lines
from wallboard.report.past.past import read_pasts, window_of

CHAT, ELIGIBILITY, CAPACITY = (
    Endpoint.CHAT_ALLOWED,
    Endpoint.CHECK_ELIGIBILITY,
    Endpoint.CAPACITY,
)
GONE = Failure(Cause.REFUSED, "Nobody listens on port 443.")


def failing(status, at):
    failure = Failure(Cause.HTTP, f"the server answered {status}")
    for place, endpoint in enumerate((CHAT, ELIGIBILITY)):
        yield poll(endpoint, at + place, failure=failure, body=b"<html/>", status=status)


def restart():
    for at in range(0, 100, 10):
        yield poll(CHAT, at, "true")
        yield poll(ELIGIBILITY, at + 1, 0)
    yield from failing(503, 100)
    yield ServerStatus("prod", START + 112, GONE, START + 111, START + 113)
    yield ServerStatus("prod", START + 143)
    yield from failing(404, 143)
    yield poll(CHAT, 150, 'false" reason="service_not_running')
    yield poll(ELIGIBILITY, 151, 1)
    yield poll(CHAT, 160, "true")
    yield poll(ELIGIBILITY, 161, 0)
    yield poll(CAPACITY, 300, failure=Failure(Cause.TIMEOUT, "no answer in 5 s"))


@pytest.fixture
def lines(tmp_path):
    path, points = tmp_path / "r.db", board_of(1000)
    record(path, restart(), entry_points=points)
    with Recording.open(path) as recording:
        window = window_of(START, START + 310, recording.recorded_spans(), gap_seconds=60)
        (past,) = read_pasts(recording, window, [points[0][0]])
        return list(history_lines(past, recording.runs()))


def table_under(lines, heading):
    start = next(n for n, line in enumerate(lines) if line.startswith(heading))
    end = lines.index("", start)
    return lines[start + 2 : end]


def test_a_restart_is_one_incident_with_its_changes_below_it(lines):
    incident, *changes = table_under(lines, "1 incident, oldest first, with the changes of each:")
    assert incident.startswith("  2026-09-21 14:15:0")
    assert "incident of server prod, critical" in incident
    assert "HTTP 503 10s → refused 32s → HTTP 404 6s → SERVICE DOWN 10s" in incident
    words = [line.split("  ", 3)[3] for line in changes]
    indents = [len(word) - len(word.lstrip()) for word in words]
    whats = [word.split()[0] for word in words]
    assert whats[:3] == ["verdict", "chatAllowed", "checkEligibility"]
    assert indents[1] == indents[2] == indents[0] + 2
    assert not any("WAITING" in line for line in changes), "that it waited is no story"


def test_what_belongs_to_no_incident_is_below_them_all(lines):
    others = table_under(lines, "Other changes, oldest first:")
    assert any("capacity" in line and "timeout" in line for line in others)


def test_the_zone_is_in_the_headings_and_nowhere_else(lines):
    zoned = [line for line in lines if "UTC" in line or "+00:00" in line]
    heads = [line for line in zoned if line.lstrip().startswith("UTC ")]
    assert len(heads) == 3
    assert len(zoned) == len(heads) + 1, "and in the line of the whole window"
