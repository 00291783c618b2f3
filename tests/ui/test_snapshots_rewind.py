"""Pictures of the rewound board: the wall and the drill-down of another moment."""

import pytest
from recorder.shift import recorded_shift
from rewinds import position, recorded_wall
from walls import settled, until

THEMES = ["dark", "mono"]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return recorded_shift(tmp_path_factory.mktemp("shift") / "shift.db")


async def to_the_outage(pilot):
    """Five changes back, with the levels of the whole recording below it and no words over it."""
    await settled(pilot)
    for _ in range(5):
        before = position(pilot.app)
        await pilot.press("less_than_sign")
        await until(pilot, lambda before=before: position(pilot.app) not in (None, before))
    await until(pilot, lambda: pilot.app.view().replay_position.shares)
    await pilot.press("x")
    await settled(pilot)


async def into_the_outage(pilot):
    await to_the_outage(pilot)
    await pilot.press("enter", "5")
    await until(pilot, lambda: "First bad" in " ".join(words_of_diff(pilot.app)))
    await settled(pilot)


def words_of_diff(app):
    """What the diff says by now."""
    app.tick()
    found = app.screen.query("Difference")
    return ["".join(s.text for s in line) for d in found for line in d._lines]


@pytest.mark.parametrize("theme", THEMES)
def test_the_rewound_wall(snap_compare, path, theme):
    app = recorded_wall(path, theme=theme)
    assert snap_compare(app, terminal_size=(80, 24), run_before=to_the_outage)


def test_the_rewound_wall_in_ascii_without_colours(text_compare, path):
    app = recorded_wall(path, theme="mono", ascii=True)
    assert text_compare(app, terminal_size=(80, 24), run_before=to_the_outage)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids="{0[0]}x{0[1]}".format)
def test_the_rewound_drill_down_with_what_turned_bad(text_compare, path, size):
    app = recorded_wall(path)
    assert text_compare(app, terminal_size=size, run_before=into_the_outage)
