"""What is out of date looks like it in every density, and header, filters and keys agree."""

import pytest
from boards import NOW, poll
from walls import ids_on, part, settled, text_on, wall

from wallboard.board import Board
from wallboard.domain.endpoint import EntryPoint, EntryPointKey
from wallboard.domain.policy import Policy
from wallboard.ui.screen.header import BoardHeader
from wallboard.ui.wall.big_letters import big

OPEN_TILE, FULL_TILE = 0, 1
KEYS = [EntryPointKey("prod", 1000 + n) for n in range(3)]
LATER = 40.0
"""Seconds after which three intervals are over."""


def board_of_which_one_is_polled_on(last=OPEN_TILE):
    """All three are open, or the ``last`` as it is given, and only that has an answer since."""
    board = Board([(EntryPoint(key, f"Name{key.id}", "EMEA"), Policy()) for key in KEYS])
    for key, tile in zip(KEYS, (OPEN_TILE, OPEN_TILE, last), strict=True):
        poll(board, key, tile, 0, NOW - 2)
    return board


async def a_while_later(pilot, last=OPEN_TILE):
    app = pilot.app
    app.clock.now += LATER
    poll(app.board, KEYS[-1], last, 8, app.clock.now)
    await settled(pilot)


@pytest.mark.parametrize("density", ["normal", "compact"])
async def test_a_calm_verdict_is_not_shown_once_it_is_out_of_date(density):
    app = wall(board_of_which_one_is_polled_on(), density=density)
    async with app.run_test(size=(120, 24)) as pilot:
        await settled(pilot)
        assert text_on(app).count("✓ OPEN") == 3
        await a_while_later(pilot)
        body = "\n".join(text_on(app).splitlines()[2:])
        assert body.count("? NO DATA") == 2
        assert body.count("✓ OPEN") == 1
        assert body.count(app.board_theme.glyphs.edges[2]) >= 2


async def test_large_tiles_say_so_too():
    app = wall(board_of_which_one_is_polled_on(), density="large")
    async with app.run_test(size=(160, 40)) as pilot:
        await a_while_later(pilot)
        shown = text_on(app)
        assert any(
            all(row.rstrip() in shown for row in big("NO DATA", app.board_theme.glyphs, scale))
            for scale in range(1, 5)
        )


async def test_the_header_counts_no_verdict_that_is_out_of_date():
    app = wall(board_of_which_one_is_polled_on())
    async with app.run_test(size=(120, 24)) as pilot:
        await a_while_later(pilot)
        levels, verdicts = part(app, BoardHeader).splitlines()
        assert levels.startswith(" 2 UNKNOWN · 1 OK ")
        assert verdicts.split() == ["?", "2", "NO", "DATA", "✓", "1", "OPEN"]


async def test_a_drill_down_says_so_too():
    app = wall(board_of_which_one_is_polled_on())
    async with app.run_test(size=(120, 24)) as pilot:
        await a_while_later(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert "? NO DATA last OPEN  UNKNOWN" in text_on(app)


@pytest.mark.parametrize("keys", [("f",), ("slash", *"level:unknown", "enter")], ids=["f", "/"])
async def test_it_is_among_the_faults_and_found_by_its_level(keys):
    app = wall(board_of_which_one_is_polled_on())
    async with app.run_test(size=(120, 24)) as pilot:
        await a_while_later(pilot)
        await pilot.press(*keys)
        await settled(pilot)
        shown = text_on(app)
        assert "Name1000" in shown
        assert "Name1001" in shown
        assert "Name1002" not in shown


@pytest.mark.parametrize("kiosk", [False, True], ids=["wall", "kiosk"])
async def test_it_takes_its_place_among_the_faults_as_time_passes(kiosk):
    app = wall(board_of_which_one_is_polled_on(FULL_TILE), density="compact", kiosk=kiosk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        assert ids_on(app) == [1002, 1000, 1001]
        await a_while_later(pilot, FULL_TILE)
        assert ids_on(app) == [1000, 1001, 1002]
        for key in KEYS:
            poll(app.board, key, FULL_TILE if key == KEYS[-1] else OPEN_TILE, 9, app.clock.now)
        await settled(pilot)
        assert ids_on(app) == [1002, 1000, 1001]


async def test_a_section_does_not_count_its_last_verdict():
    app = wall(board_of_which_one_is_polled_on(FULL_TILE), density="compact")
    async with app.run_test(size=(120, 24)) as pilot:
        await pilot.press("o")
        await settled(pilot)
        (heading,) = [line for line in text_on(app).splitlines() if " EMEA " in line]
        assert heading.split() == ["▾", "EMEA", "3", "▲", "1", "QUEUE", "FULL", "✓", "2", "OPEN"]
        await a_while_later(pilot, FULL_TILE)
        (heading,) = [line for line in text_on(app).splitlines() if " EMEA " in line]
        assert heading.split() == [
            "▾",
            "EMEA",
            "3",
            "?",
            "2",
            "NO",
            "DATA",
            "▲",
            "1",
            "QUEUE",
            "FULL",
        ]
