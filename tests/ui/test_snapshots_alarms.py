"""Pictures of alarms: every state on the wall, the list, the drill-down and what is asked."""

import pytest
from alarmed import EVERY, with_alarms
from boards import made_board
from test_snapshots_walls import pressing
from walls import wall

SMALL = (80, 24)


@pytest.mark.parametrize("theme", ["dark", "mono"])
def test_every_state_on_the_wall(snap_compare, theme):
    app = with_alarms(wall(made_board(14), density="auto"), EVERY)
    app.use_theme_named(theme)
    assert snap_compare(app, terminal_size=SMALL, run_before=pressing())


@pytest.mark.parametrize(
    "keys",
    [("exclamation_mark", "down"), ("a",), ("w", *"1h30m"), ("enter",)],
    ids=["list", "acknowledge", "shelve", "drill-down"],
)
def test_what_alarms_add(text_compare, keys):
    app = with_alarms(wall(made_board(14), density="auto"), EVERY)
    assert text_compare(app, terminal_size=SMALL, run_before=pressing(*keys))
