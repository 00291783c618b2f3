"""In the hour that a day has twice, a replay says which of the two it shows."""

import time
from datetime import UTC, datetime

import pytest
from boards import made_board
from walls import wall

from wallboard.report.words.figures import repeated_hour
from wallboard.ui.look.theme import load
from wallboard.ui.picture.view import ReplayPosition
from wallboard.ui.replay.goto_screen import GoToScreen
from wallboard.ui.screen.header import replay_head

SUMMER, WINTER = (
    datetime(2026, 10, 25, hour, 30, tzinfo=UTC).timestamp() for hour in (0, 1)
)  # both are 02:30 on a clock in Berlin


@pytest.fixture(autouse=True)
def berlin(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("at", "words"),
    [(SUMMER, " +02:00"), (WINTER, " +01:00"), (SUMMER - 7200, ""), (WINTER + 7200, "")],
)
def test_the_offset_is_named_only_where_a_time_is_shown_twice(at, words):
    assert repeated_hour(at) == words


@pytest.mark.parametrize(("at", "offset"), [(SUMMER, "+02:00"), (WINTER, "+01:00")])
def test_the_header_and_the_line_for_a_time_show_it(at, offset):
    view = wall(made_board(1)).view()
    head = replay_head(view, ReplayPosition(at, at, at), 80, load("dark"))
    assert f"02:30:00 {offset}" in "".join(segment.text for segment in head)
    asked = GoToScreen(at + 3600.0)
    written = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%MZ")
    assert f"02:30:00 {offset}" in asked._understood(written)
