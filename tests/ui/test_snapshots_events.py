"""Pictures of the events, the palette, the help and an empty wall."""

import pytest
from boards import HTTP_500, NOW, REFUSED, made_board, observed

from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.observation import ServerStatus
from wallboard.domain.reading import Capacity, ChatAllowed
from wallboard.settings import Settings
from wallboard.ui.app.app import WallboardApp

THEMES = ["ansi16", "dark", "light", "mono"]
LATER = NOW + 60
SIZES = [(80, 24), (200, 50)]


def board():
    made = made_board(14, rounds=12)
    reasons = ("queue_depth_reached", "agent_not_available", "service_not_running", "other")
    for turn, reason in enumerate(reasons):
        key, at = EntryPointKey("prod", 1000 + 10 * (turn % 2)), NOW + 10 * turn
        made.fold(observed(key, Endpoint.CHAT_ALLOWED, ChatAllowed(False, reason), at))
        made.fold(observed(key, Endpoint.CAPACITY, HTTP_500, at + 1, status=500))
        made.fold(observed(key, Endpoint.CAPACITY, Capacity(2), at + 4))
        made.fold(observed(key, Endpoint.CHAT_ALLOWED, ChatAllowed(True), at + 8))
    made.fold(ServerStatus("prod", LATER - 15, REFUSED, since=LATER - 15))
    made.fold(ServerStatus("prod", LATER - 5, None, since=LATER - 5))
    return made


def app(theme="dark"):
    return WallboardApp(Settings(theme=theme), board=board(), clock=lambda: LATER)


def pressing(*keys: str):
    async def press(pilot):
        await settled(pilot)
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
        await settled(pilot)

    return press


async def settled(pilot):
    assert pilot.app.is_running, "an app that broke down has no picture"
    await pilot.pause()
    pilot.app.tick()
    await pilot.pause()


@pytest.mark.parametrize("theme", ["dark", "mono"])
def test_the_events(snap_compare, theme):
    chosen = pressing("e", "down", "down", "down")
    assert snap_compare(app(theme), terminal_size=(80, 24), run_before=chosen)


@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
def test_the_events_as_text(text_compare, size):
    chosen = pressing("e", "down", "down", "down")
    assert text_compare(app(), terminal_size=size, run_before=chosen)


def test_events_that_are_filtered(text_compare):
    filtered = pressing("e", "f", "slash", *"verdict:agents", "enter")
    assert text_compare(app(), terminal_size=(80, 24), run_before=filtered)


def test_no_event_that_matches(text_compare):
    nothing = pressing("e", "slash", *"zzz", "enter")
    assert text_compare(app(), terminal_size=(80, 24), run_before=nothing)


@pytest.mark.parametrize("theme", ["dark", "mono"])
def test_the_palette(snap_compare, theme):
    async def palette(pilot):
        await pressing("ctrl+p", "f", "o", "l", "d")(pilot)
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()

    assert snap_compare(app(theme), terminal_size=(80, 24), run_before=palette)


@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
def test_the_help_of_the_events(text_compare, size):
    asked = pressing("e", "question_mark")
    assert text_compare(app(), terminal_size=size, run_before=asked)


@pytest.mark.parametrize("density", ["compact", "normal"])
def test_a_wall_on_which_nothing_matches(text_compare, density):
    keys = ["d"] * {"compact": 1, "normal": 2}[density]
    nothing = pressing(*keys, "slash", *"zzz", "enter")
    assert text_compare(app(), terminal_size=(80, 24), run_before=nothing)
