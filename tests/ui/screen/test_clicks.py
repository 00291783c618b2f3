"""Clicks on what the header counts, and clicks that open."""

import pytest
from walls import part, settled, wall, words_of

from wallboard.domain.policy import Level, Verdict
from wallboard.ui.drilldown.drilldown_screen import DrillDownScreen
from wallboard.ui.screen.header import BoardHeader

SIZE = (120, 30)


def place_of(app, text):
    """Where some words of the header are."""
    for y, line in enumerate(words_of(app, BoardHeader)):
        if text in line:
            return line.index(text) + 1, y
    raise AssertionError(words_of(app, BoardHeader))


async def clicked(pilot, text):
    await pilot.click(BoardHeader, offset=place_of(pilot.app, text))
    await settled(pilot)


def shown(app):
    statuses = app.view().snapshot.entry_points
    return [statuses[key].judgement for section in app.screen.grid.sections for key in section.keys]


@pytest.mark.parametrize("theme", ["dark", "mono"])
async def test_a_click_on_a_count_filters_by_it_and_another_shows_all_again(theme):
    app = wall()
    async with app.run_test(size=SIZE) as pilot:
        app.use_theme_named(theme)
        await settled(pilot)
        total = len(shown(app))
        await clicked(pilot, "CRITICAL")
        assert app.screen.filter_text == "level:critical"
        assert {judgement.level for judgement in shown(app)} == {Level.CRITICAL}
        await clicked(pilot, "CRITICAL")
        assert len(shown(app)) == total
        await clicked(pilot, "SERVICE DOWN")
        assert {judgement.verdict for judgement in shown(app)} == {Verdict.SERVICE_NOT_RUNNING}


async def test_a_click_beside_the_counts_changes_nothing():
    app = wall()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.click(BoardHeader, offset=(SIZE[0] - 2, 0))
        await settled(pilot)
        assert app.screen.filter_text == ""


async def test_two_clicks_on_an_event_open_it_however_slow_and_one_does_not():
    app = wall()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("e")
        await settled(pilot)
        first = app.screen.list.chosen
        await pilot.click("EventList", offset=(5, 0))
        await settled(pilot)
        assert app.screen.list.chosen is first
        await pilot.click("EventList", offset=(5, 1))
        await settled(pilot)
        assert not isinstance(app.screen, DrillDownScreen)
        await pilot.pause(0.6)  # longer than what Textual counts as one double click
        await pilot.click("EventList", offset=(5, 1))
        await settled(pilot)
        assert isinstance(app.screen, DrillDownScreen)
        assert part(app, BoardHeader)
