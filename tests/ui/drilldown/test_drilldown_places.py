"""The drill-down of an entry point that several places see."""

from boards import made_board
from several_places import wall_in_several_places
from walls import part, settled, text_on, until, wall, words_of

from wallboard.ui.drilldown.drilldown_screen import DrillDownScreen
from wallboard.ui.drilldown.facts import Facts
from wallboard.ui.drilldown.places import PlaceTable
from wallboard.ui.drilldown.tabs import TabBar
from wallboard.ui.screen.copies import bundle_copy
from wallboard.ui.widgets.key_bar import KeyBar


async def opened(pilot, *keys: str):
    """The drill-down of the entry point that the far place finds to be down."""
    await settled(pilot)
    for key in ("end", "enter", *keys):
        await pilot.press(key)
        await settled(pilot)
    assert isinstance(pilot.app.screen, DrillDownScreen)


def lines(app):
    """The table of places, without the blanks at the ends of its lines."""
    return [line.rstrip() for line in words_of(app, "PlaceTable")]


async def test_each_place_has_its_answer_and_what_differs_is_named():
    app = wall_in_several_places()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, "6")
        head, here, far, third = lines(app)
        assert head.split() == ["PLACE", "VERDICT", "TYPE", "WAIT", "QUEUE", "SLOTS", "FOR", "ANSWER"]  # fmt: skip  # noqa: E501
        assert here.split()[:4] == ["▶", "fra", "(here)", "✓"]
        assert far.split()[:4] == ["nyc", "✗", "SERVICE", "DOWN"]
        assert far.endswith("differs")
        assert third.split()[:3] == ["sin", "✓", "OPEN"]
        assert "Open from 2 of 3; nyc: SERVICE DOWN." in part(app, Facts)
        assert "↑ ↓ Place" in part(app, KeyBar)


async def test_all_of_it_can_be_seen_from_another_place_and_back():
    app = wall_in_several_places()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, "6", "down", "1")
        assert "As seen from nyc, not from here." in part(app, Facts)
        assert 'reason="service_not_running"' in text_on(app)
        assert "Open from 2 of 3" in part(app, Facts)
        await pilot.press("escape")
        await settled(pilot)
        assert isinstance(app.screen, DrillDownScreen)
        assert "seen from" not in text_on(app)
        assert 'allowed="true"' in text_on(app)
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, DrillDownScreen))


async def test_a_click_chooses_a_place():
    app = wall_in_several_places()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, "6")
        await pilot.click(PlaceTable, offset=(5, 3))
        await settled(pilot)
        assert lines(app)[3].startswith(" ▶ sin")
        await pilot.click(PlaceTable, offset=(5, 1))
        await settled(pilot)
        assert lines(app)[1].startswith(" ▶ fra")
        assert "seen from" not in part(app, Facts)


async def test_what_is_copied_is_what_is_seen():
    app = wall_in_several_places()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, "6", "down", "1")
        evidence = app.screen.evidence()
        assert b"service_not_running" in evidence.observation.response.body
        text = bundle_copy(evidence, app.settings, app.screen.view.snapshot).text
        assert "seen from: nyc" in text
        assert "places: open from 2 of 3; nyc: SERVICE DOWN" in text


async def test_a_place_that_is_gone_leaves_the_own_one():
    app = wall_in_several_places(silent_for=200.0)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, "6", "up", "1")
        assert "As seen from sin" in part(app, Facts)
        places = app.live.places
        places.others.silent("sin", app.clock.now - 100_000)
        places.look(app.clock.now)
        await settled(pilot)
        assert "seen from" not in part(app, Facts)
        assert "sin silent" not in part(app, Facts)


async def test_one_place_alone_has_no_such_tab():
    app = wall(made_board(12))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, "6")
        assert "places" not in part(app, TabBar)
        assert app.screen.tab == "body"
        for _ in range(5):
            await pilot.press("tab")
            await settled(pilot)
        assert app.screen.tab == "body"
